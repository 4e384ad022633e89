"""A request to the API, and the response to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson

from receiptkit.server.errors import ApiError
from receiptkit.server.forms import Form
from receiptkit.text.forms import decode_form


@dataclass(kw_only=True)
class ApiRequest:
    """
    A request.

    Attributes:
        service: SID of the service in its path; None in the default scope.
        ids: the identifiers in its path, that of the service aside.
        reading: the reading of the clock for which it is answered.
        body, content_type: of a POST.
        webhooks_enabled: True if it asks for webhooks of what it does.
    """

    path: str
    query: str
    origin: str
    reading: int
    service: str | None = None
    ids: tuple[str, ...] = ()
    body: bytes = b""
    content_type: str = ""
    webhooks_enabled: bool = False

    @property
    def root(self) -> str:
        """Return the URL of its scope."""
        scope = "" if self.service is None else f"/Services/{self.service}"
        return f"{self.origin}/v1{scope}"

    @cached_property
    def form(self) -> Form:
        """Return its form."""
        return Form.decoded(self.body, self.content_type)

    @cached_property
    def parameters(self) -> Form:
        """Return the parameters of its query."""
        return Form((field.name, field.value) for field in decode_form(self.query))

    @property
    def url_path(self) -> str:
        """Return its path as a URL writes it."""
        return quote(self.path, safe="/:@!$&'()*+,;=~")

    def raw_parameter(self, name: str) -> str:
        """Return a parameter of its query, still encoded; empty without one."""
        start = f"{name}="
        found = [pair for pair in self.query.split("&") if pair.startswith(start)]
        return found[-1][len(start) :] if found else ""

    def not_found(self) -> ApiError:
        """Return the error of a resource that is not there."""
        return ApiError.named("not-found", self.path)


class ApiAnswer(NamedTuple):
    """A response: its body and status."""

    body: bytes
    status: int = 200


def answer(body: Any, status: int = 200) -> ApiAnswer:
    """Return a response with a JSON body."""
    return ApiAnswer(orjson.dumps(body), status)


#: The response to a DELETE.
DELETED = ApiAnswer(b"", 204)
