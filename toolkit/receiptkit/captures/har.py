"""HAR 1.2, an entry at a time. Real ones come from browsers and proxies, and leave out what they like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from receiptkit.captures import envelope
from receiptkit.captures.encodings import decoded
from receiptkit.captures.exchanges import Seen, headers_of, repeated, unpacked_base64, whole
from receiptkit.captures.observation import Layout, Observation
from receiptkit.captures.sources import Limits
from receiptkit.model.exchange import NOT_CAPTURED, Exchange, NotCaptured, header, text_of
from receiptkit.text.json_text import read_envelope

_BEGINNING = envelope.beginning("log")
_LAYOUT: Layout = {
    "response": "/response/content/text",
    "request": "/request/postData/text",
    "url": "/request/url",
    "status": "/response/status",
    "headers": "/response/headers",
    "sent": "/request/headers",
}


def accepts(name: str, head: bytes) -> bool:
    """Whether a file is a HAR: an object whose first container is its `log`."""
    return _BEGINNING.match(head) is not None


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """The entries of a HAR."""
    return envelope.observations(
        stream,
        [("log", "entries")],
        "list `entries` in a `log`: this is no HAR",
        limits.record,
        lambda entry: _seen(entry, limits.record),
    )


def _seen(entry: Any, limit: int) -> Seen:
    request, response = (
        (entry.get("request"), entry.get("response")) if isinstance(entry, dict) else (None, None)
    )
    if not isinstance(request, dict) or not isinstance(response, dict):
        return "an entry without request or response"
    url, method = request.get("url"), request.get("method", "GET")
    if not isinstance(url, str) or not isinstance(method, str):
        return "an entry without a URL"
    headers = headers_of(response.get("headers"))
    content = response.get("content")
    content = content if isinstance(content, dict) else {}
    media_type = content.get("mimeType")
    if (
        isinstance(media_type, str)
        and "/" in media_type
        and header(headers, "content-type") is None
    ):
        headers["Content-Type"] = media_type
    exchange = Exchange(
        method,
        url,
        whole(response.get("status")),
        _body(content, header(headers, "content-encoding"), limit),
        headers,
        _posted(request.get("postData")),
        headers_of(request.get("headers")),
        # Entries may stand in any order.
        str(entry.get("startedDateTime") or ""),
    )
    return exchange, _LAYOUT


def _body(content: dict[str, Any], content_encoding: str | None, limit: int) -> Any:
    """The body, which a HAR gives decoded; browsers drop it, or the end of it, when it is large or no longer in their cache."""
    text = content.get("text")
    if not isinstance(text, str) or not text:
        return NOT_CAPTURED
    body = unpacked_base64(text) if content.get("encoding") == "base64" else text
    if isinstance(body, NotCaptured):
        return body
    body = decoded(
        body,
        content_encoding if isinstance(body, bytes) and body[:2] == b"\x1f\x8b" else None,
        limit,
    )
    return (
        NotCaptured("the capture holds only the beginning of the body")
        if _is_cut(body, content.get("size"))
        else body
    )


def _is_cut(body: Any, size: Any) -> bool:
    """Whether a body is shorter than it is said to be, and not whole by itself: a size may also be that of another charset."""
    if not isinstance(body, (str, bytes)) or not isinstance(size, int) or size <= len(body):
        return False
    raw = text_of(body) or b""
    return size > len(raw) and not read_envelope(raw).readable


def _posted(post: Any) -> Any:
    if not isinstance(post, dict):
        return NOT_CAPTURED
    if isinstance(post.get("text"), str) and post["text"]:
        return post["text"]
    return repeated(post.get("params")) or NOT_CAPTURED
