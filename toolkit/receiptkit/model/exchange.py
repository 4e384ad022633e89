"""What was seen: an exchange, the delivery of a webhook, or a bare body whose request is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

#: What of an exchange or a delivery a finding is about. `response` and `request` are their bodies, `headers` those of the response or of a
#: webhook, `sent` those of the request.
Part = Literal["response", "request", "url", "status", "headers", "sent"]


#: Headers whose values something reads, in lower case; that of a signature only where there is a token to check it.
READ_HEADERS = frozenset(
    (
        *("authorization", "proxy-authorization", "content-encoding", "content-type"),
        *("forwarded", "host", "x-original-host", "x-forwarded-host", "x-forwarded-port"),
        *("x-forwarded-prefix", "x-forwarded-proto"),
    )
)


@dataclass(frozen=True, slots=True)
class NotCaptured:
    """Stands for a body that cannot be judged because the capture does not hold it; says why."""

    reason: str = "no body was captured"


#: Stands for a body that was not captured.
NOT_CAPTURED: Any = NotCaptured()


@dataclass(frozen=True, slots=True)
class Exchange:
    """
    A request and the response it got.

    Attributes:
        method: the HTTP method, in any case.
        url: the absolute URL or the path, with its query; empty where only the response was captured.
        status: the HTTP status of the response; 0 if there was none.
        body: the response body: a parsed JSON value, or its text as `str` or `bytes`; `NOT_CAPTURED` if it is unknown.
        headers: the response headers; names in any case.
        request_body: the body of the request, in the same forms.
        request_headers: the headers of the request.
        made_at: when it was made (ISO 8601), where the capture says so; empty if not.
    """

    method: str
    url: str
    status: int
    body: Any = field(default=NOT_CAPTURED, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    request_body: Any = field(default=NOT_CAPTURED, repr=False)
    request_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    made_at: str = ""

    def header(self, name: str) -> str | None:
        """The value of a response header, whatever the case of its name; None if there is none."""
        return header(self.headers, name)

    def request(self) -> WebhookRequest:
        """The request by itself: a webhook, if it is one."""
        return WebhookRequest(self.url, self.method, self.request_body, self.request_headers)


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """
    A webhook request, as it arrived.

    Attributes:
        url: the URL it was sent to, with its query; empty if that is unknown.
        method: the HTTP method, in any case.
        body: the form or the JSON text as `str` or `bytes`; or the parameters as a mapping, of a repeated name to the list of its
            values; `NOT_CAPTURED` if it is unknown.
        headers: the request headers; names in any case.
    """

    url: str = ""
    method: str = "POST"
    body: Any = field(default=NOT_CAPTURED, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def header(self, name: str) -> str | None:
        """The value of a request header, whatever the case of its name; None if there is none."""
        return header(self.headers, name)


def header(headers: Mapping[str, str], name: str) -> str | None:
    """The value of a header, whatever the case of its name; None if there is none."""
    name = name.lower()
    return next((value for key, value in headers.items() if key.lower() == name), None)


def text_of(body: Any) -> bytes | None:
    """The bytes of a body that is text; None for one that is parsed, or was not captured."""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    return bytes(body) if isinstance(body, (bytes, bytearray, memoryview)) else None
