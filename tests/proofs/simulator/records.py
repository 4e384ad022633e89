"""Hold what a process notes of one request, in whatever format it is written later."""

from __future__ import annotations

from typing import Any, NamedTuple


class Record(NamedTuple):
    """
    A request and its response.

    Attributes:
        process: who noted it.
        begun, ended: when the request was sent, and when it was noted.
        method, url, headers: of the request.
        sent: its form; None without a body.
        status, media_type, body: of the response; the body is JSON or text.
        parameters: of a webhook, which the process received; None for a request that it made.
    """

    process: str
    begun: int
    ended: int
    method: str
    url: str
    headers: dict[str, str]
    sent: str | None
    status: int
    media_type: str | None
    body: dict[str, Any] | str
    parameters: tuple[tuple[str, str], ...] | None = None
