"""A request to an ASGI application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import WebhookRequest
from receiptkit.testing import event_loops

Application = Callable[..., Awaitable[None]]


async def call(
    application: Application, request: WebhookRequest
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return status, headers and body of the response; raise what the application raises."""
    to_read = [{"type": "http.request", "body": request.body.encode(), "more_body": False}]
    messages: list[dict[str, Any]] = []
    answered = event_loops.event()

    async def receive() -> dict[str, Any]:
        if to_read:
            return to_read.pop()
        # A client stays connected until there is a response.
        if not answered.is_set():
            await answered.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            answered.set()

    try:
        await application(_scope(request), receive, send)
    finally:
        answered.set()
    start = next(
        (message for message in messages if message["type"] == "http.response.start"), None
    )
    if start is None:
        raise UsageError("the ASGI application returned without an answer")
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in start.get("headers", ())
    ]
    return start["status"], headers, b"".join(message.get("body", b"") for message in messages)


def _scope(request: WebhookRequest) -> dict[str, Any]:
    place = urlsplit(request.url)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": place.scheme,
        "path": unquote(place.path or "/"),
        "raw_path": (place.path or "/").encode(),
        "root_path": "",
        "query_string": place.query.encode(),
        "headers": [
            (name.lower().encode(), value.encode("latin-1"))
            for name, value in request.headers.items()
        ],
        "client": ("127.0.0.1", 50000),
        "server": (place.hostname, place.port or {"https": 443}.get(place.scheme, 80)),
    }
