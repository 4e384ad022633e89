"""
HAR 1.2, an entry at a time.

Real ones come from browsers and proxies, and leave out what they like.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from receiptkit.captures import envelope
from receiptkit.captures.bodies import ReadBeside, Reading, chunks_in
from receiptkit.captures.exchanges import Seen
from receiptkit.captures.format import Format, Records
from receiptkit.captures.messages import headers_of, repeated, unpacked, unpacked_base64, whole
from receiptkit.captures.observation import Layout, Observation
from receiptkit.captures.records import Spot
from receiptkit.captures.sources import Limits
from receiptkit.model.exchange import NOT_CAPTURED, Exchange, NotCaptured, header, text_of
from receiptkit.model.location import Position
from receiptkit.text.dates import in_utc
from receiptkit.text.json_text import read_envelope

_BEGINNING = envelope.beginning("log")
_LAYOUT: Layout = {
    "response": Spot("/response/content/text"),
    "request": Spot("/request/postData/text"),
    "url": Spot("/request/url"),
    "status": Spot("/response/status"),
    "headers": Spot("/response/headers"),
    "sent": Spot("/request/headers"),
}


def recognise(name: str, head: bytes) -> str:
    """Return the evidence that a file is a HAR: an object whose first container is its `log`."""
    return "its first container is `log`" if _BEGINNING.match(head) else ""


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Records | Observation]:
    """Yield the entries of a HAR."""
    return envelope.records(
        stream,
        [("log", "entries")],
        "not a HAR: the list log.entries is missing",
        limits.record,
        observations,
    )


def entries(stream: BinaryIO, limits: Limits, beside: ReadBeside) -> Iterator[Observation]:
    """
    Yield the exchanges of a HAR;
    `beside` reads the bodies that it keeps in files of their own.
    """
    reading, entry = Reading(limits.record, beside), 0
    for piece in read(stream, "", limits):
        if isinstance(piece, Observation):
            yield piece
            continue
        for raw, *start in zip(piece.texts, piece.lines, piece.columns or (), strict=True):
            yield from observations(raw, Position(*start), entry, reading)
            entry += 1


def observations(
    raw: bytes, start: Position, entry: int, reading: Reading
) -> Iterator[Observation]:
    """
    Yield the exchange of an entry;
    `reading` reads the bodies that it keeps in files of their own.
    """
    yield envelope.observation(entry, raw, start, lambda value: _seen(value, reading))


def _seen(entry: Any, reading: Reading) -> Seen:
    request, response = (
        (entry.get("request"), entry.get("response")) if isinstance(entry, dict) else (None, None)
    )
    if not isinstance(request, dict) or not isinstance(response, dict):
        return Seen("an entry without request or response", {})
    url, method = request.get("url"), request.get("method", "GET")
    if not isinstance(url, str) or not isinstance(method, str):
        return Seen("an entry without a URL", {})
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
    sent = headers_of(request.get("headers"))
    exchange = Exchange(
        method,
        url,
        whole(response.get("status")),
        _body(content, headers, reading),
        headers,
        _posted(request.get("postData"), sent, reading),
        sent,
        # Entries may be in any order.
        in_utc(str(entry.get("startedDateTime") or "")),
    )
    return Seen(exchange, _LAYOUT)


def _body(content: dict[str, Any], headers: dict[str, str], reading: Reading) -> Any:
    """
    Return the body, which a HAR gives decoded.

    Browsers drop it, or the end of it, when it is large.
    """
    if isinstance(content.get("_file"), str) and not content.get("text"):
        return unpacked(reading.beside(content["_file"]), headers, reading.limit)
    body = _text(content, headers, reading)
    return (
        NotCaptured("the capture holds only the beginning of the body")
        if _is_cut(body, content.get("size"))
        else body
    )


def _text(held: dict[str, Any], headers: dict[str, str], reading: Reading) -> Any:
    """Return the text of a body, or its bytes with their encodings taken back."""
    text = held.get("text")
    if not isinstance(text, str) or not text:
        return NOT_CAPTURED
    encoded = held.get("encoding") == "base64"
    if held.get("_isBinary") is True and (chunks := chunks_in(text)) is not None:
        return unpacked(chunks, headers, reading.limit)
    body = unpacked_base64(text) if encoded else text
    return unpacked(body, headers if isinstance(body, bytes) else {}, reading.limit)


def _is_cut(body: Any, size: Any) -> bool:
    """
    Return True if a body is shorter than its size, and not whole by itself.

    A size may also be that of another charset.
    """
    if not isinstance(body, (str, bytes)) or not isinstance(size, int) or size <= len(body):
        return False
    raw = text_of(body) or b""
    return size > len(raw) and not read_envelope(raw).readable


def _posted(post: Any, headers: dict[str, str], reading: Reading) -> Any:
    if not isinstance(post, dict):
        return NOT_CAPTURED
    if isinstance(post.get("_file"), str) and not post.get("text"):
        return unpacked(reading.beside(post["_file"]), headers, reading.limit)
    body = _text(post, headers, reading)
    if not isinstance(body, NotCaptured):
        return body
    return repeated(post.get("params")) or body


FORMAT = Format(
    name="har",
    title="HAR 1.2",
    description="HAR 1.2 of any size, from browsers, proxies, Playwright and Polly.js; "
    "bodies in files beside it are read",
    recognise=recognise,
    read=read,
    order=10,
    begins=b"{",
)
