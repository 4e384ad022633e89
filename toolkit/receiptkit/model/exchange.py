"""An exchange and a webhook request, the two things that captures hold beside bare bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from receiptkit.model.odd_arguments import explained

#: The part of an exchange or webhook request that a finding is about. `response` and `request` are
#: bodies; `headers` are those of the response or the webhook, `sent` those of the request.
Part = Literal["response", "request", "url", "status", "headers", "sent"]


#: Headers that a check reads, in lower case; the signature only with an auth token.
READ_HEADERS = frozenset(
    (
        *("authorization", "proxy-authorization", "content-encoding", "content-type"),
        *("forwarded", "host", "x-original-host", "x-forwarded-host", "x-forwarded-port"),
        *("x-forwarded-prefix", "x-forwarded-proto", "user-agent", "retry-after"),
    )
)


NO_BODY = "no body was captured"


@dataclass(frozen=True, slots=True)
class NotCaptured:
    """A body that cannot be checked because the capture does not hold it, with the reason."""

    reason: str = NO_BODY


#: A body that was not captured.
NOT_CAPTURED: Any = NotCaptured()


@dataclass(frozen=True, slots=True)
class Exchange:
    """
    A request and the response it got.

    Attributes:
        method: the HTTP method, in any case.
        url: the absolute URL or path, with its query; empty if only the response was captured.
        status: the HTTP status of the response; 0 if there was none.
        body: the response body: a parsed JSON value, or its text as `str` or `bytes`;
            `NOT_CAPTURED` if it is unknown.
        headers: the response headers; names in any case.
        request_body: the body of the request, in the same forms.
        request_headers: the headers of the request.
        made_at: the time of the request (ISO 8601); empty if the capture has none.
    """

    method: str
    url: str
    status: int
    body: Any = field(default=NOT_CAPTURED, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    request_body: Any = field(default=NOT_CAPTURED, repr=False)
    request_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    made_at: str = ""

    @explained
    def header(self, name: str) -> str | None:
        """Return the value of a response header, with its name in any case; None if absent."""
        return header(self.headers, name)

    def request(self) -> WebhookRequest:
        """Return the request by itself, as a webhook request."""
        return WebhookRequest(self.url, self.method, self.request_body, self.request_headers)


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """
    A webhook request, as it arrived.

    Attributes:
        url: the URL it was sent to, with its query; empty if that is unknown.
        method: the HTTP method, in any case.
        body: the form or the JSON text as `str` or `bytes`; or the parameters as a mapping, with a
            list for a repeated name; `NOT_CAPTURED` if it is unknown.
        headers: the request headers; names in any case.
    """

    url: str = ""
    method: str = "POST"
    body: Any = field(default=NOT_CAPTURED, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @explained
    def header(self, name: str) -> str | None:
        """Return the value of a request header, with its name in any case; None if absent."""
        return header(self.headers, name)


def header(headers: Mapping[str, str], name: str) -> str | None:
    """Return the value of a header, with its name in any case; None if absent."""
    name, length = name.lower(), len(name)
    for key in headers:
        if len(key) == length and key.lower() == name:
            return headers[key]
    return None


def text_of(body: Any) -> bytes | None:
    """Return the bytes of a body that is text; None for a parsed body or one not captured."""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    return bytes(body) if isinstance(body, (bytes, bytearray, memoryview)) else None
