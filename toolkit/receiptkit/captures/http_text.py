"""HTTP messages as text: what `curl -i` prints, what a proxy or a socket dump holds. A request may be followed by its response."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from receiptkit.captures.encodings import decoded
from receiptkit.captures.observation import Layout, Observation, PlacedRecord
from receiptkit.captures.sources import Limits, everything
from receiptkit.model.errors import CaptureError
from receiptkit.model.exchange import NOT_CAPTURED, Exchange, WebhookRequest, header
from receiptkit.model.position import Position

_LINE = rb"(?:(?P<method>GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (?P<target>\S+) HTTP/[0-9.]+[ \t]*|HTTP/[0-9.]+ (?P<status>[0-9]{3})\b[^\r\n]*)\r?$"
_FIRST_LINE = re.compile(_LINE, re.MULTILINE)
#: The answers of an API end without a line break, so that what `curl -i` prints of the next one follows on the same line.
_NEXT_FIRST_LINE = re.compile(
    rb'(?:^|(?<=\A\xef\xbb\xbf)|(?<=[}\]])(?=HTTP/[^"\r\n]*\r?$))' + _LINE, re.MULTILINE
)
#: As many blanks as are skipped behind a body.
_SPACE = re.compile(rb"\s{0,4096}")
_BLANK_LINE = re.compile(rb"\r?\n[ \t]*\r?\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]*\r?\n")
_BOM = b"\xef\xbb\xbf"
_PARTS: Layout = {
    "response": "response",
    "request": "request",
    "url": "url",
    "status": "status",
    "headers": "headers",
    "sent": "sent",
}


@dataclass(slots=True)
class _Message:
    """A request or a response: what it says, and where in the file that begins."""

    method: str
    target: str
    status: int
    headers: dict[str, str]
    body: Any
    literal: bool
    at: int
    said_at: int
    headers_at: int
    body_at: int


def accepts(name: str, head: bytes) -> bool:
    """Whether a file begins with the first line of a request or of a response."""
    return _FIRST_LINE.match(head.removeprefix(_BOM).lstrip()) is not None


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """
    The messages of a file. A request and the response after it are one observation; either stands by itself, too.

    Raises:
        CaptureError: there is no message in the file, or it is larger than a record may be.
    """
    raw = everything(stream, limits.record, "the file")
    position, counted = Position(), 0
    for entry, (request, answer) in enumerate(_pairs(_messages(raw, limits.record))):
        at = min(message.at for message in (request, answer) if message)
        position, counted = position.after(raw[counted:at]), at
        yield Observation(
            entry,
            _record(request, answer, raw, at, position),
            _seen(request, answer),
            layout=_PARTS,
        )


def _pairs(messages: Iterable[_Message]) -> Iterator[tuple[_Message | None, _Message | None]]:
    """Requests with the responses that follow them; one of the two is None where a message stands by itself."""
    request = None
    for message in messages:
        if not message.method:
            yield request, message
            request = None
        else:
            if request:
                yield request, None
            request = message
    if request:
        yield request, None


def _record(
    request: _Message | None, answer: _Message | None, raw: bytes, at: int, start: Position
) -> PlacedRecord:
    """Where the parts of an observation stand that begins `at` an offset, which is the position `start`."""
    offsets: dict[str, int] = {}
    if request:
        offsets |= {"url": request.said_at, "request": request.body_at, "sent": request.headers_at}
    if answer:
        offsets |= {
            "status": answer.said_at,
            "headers": answer.headers_at,
            "response": answer.body_at,
        }
    literal = all(message.literal for message in (request, answer) if message)
    return PlacedRecord(
        start,
        {part: start.after(raw[at:offset]) for part, offset in offsets.items()},
        literal=literal,
    )


def _seen(request: _Message | None, answer: _Message | None) -> Exchange | WebhookRequest:
    sent = (
        WebhookRequest(request.target, request.method, request.body, request.headers)
        if request
        else WebhookRequest(method="")
    )
    if answer is None:
        return sent
    return Exchange(
        sent.method, sent.url, answer.status, answer.body, answer.headers, sent.body, sent.headers
    )


def _messages(raw: bytes, limit: int) -> Iterator[_Message]:
    start = _NEXT_FIRST_LINE.search(raw, len(_BOM) if raw.startswith(_BOM) else 0)
    if start is None:
        raise CaptureError(
            "there is no first line of a request or a response: this is no HTTP as text"
        )
    while start:
        end_of_head = _BLANK_LINE.search(raw, start.end())
        headers_at, body_at = start.end() + 1, end_of_head.end() if end_of_head else len(raw)
        headers = _headers(raw[start.end() : body_at])
        following = _next(raw, body_at, headers)
        literal_body = raw[body_at : following.start() if following else len(raw)].rstrip(b"\r\n")
        body = decoded(
            _unchunked(literal_body, headers), header(headers, "content-encoding"), limit
        )
        status = int(start["status"] or 0)
        if not 100 <= status < 200:
            said = "target" if start["method"] else "status"
            yield _Message(
                (start["method"] or b"").decode(),
                (start["target"] or b"").decode("utf-8", "replace"),
                status,
                headers,
                NOT_CAPTURED if body == b"" else body,
                body is literal_body,
                start.start(),
                start.start(said),
                min(headers_at, len(raw)),
                body_at,
            )
        start = following


def _headers(head: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in head.splitlines():
        name, colon, value = line.partition(b":")
        if colon:
            headers.setdefault(name.strip().decode("latin-1"), value.strip().decode("latin-1"))
    return headers


def _next(raw: bytes, body_at: int, headers: dict[str, str]) -> re.Match[bytes] | None:
    """The first line of the next message: behind as much as the Content-Length says, if that is right; wherever there is one, if not."""
    said = header(headers, "content-length") or ""
    if said.isascii() and said.isdigit() and len(said) < 12 and body_at + int(said) <= len(raw):
        space = _SPACE.match(raw, body_at + int(said))
        behind = space.end() if space else len(raw)
        following = _FIRST_LINE.match(raw, behind)
        if following or behind == len(raw):
            return following
    return _NEXT_FIRST_LINE.search(raw, body_at)


def _unchunked(body: bytes, headers: dict[str, str]) -> bytes:
    """The body without its chunk sizes, if it has some: `curl` has taken them away, and left the header."""
    if "chunked" not in (header(headers, "transfer-encoding") or "").lower():
        return body
    pieces, at = [], 0
    while size := _CHUNK.match(body, at):
        length = int(size[1], 16)
        pieces.append(body[size.end() : size.end() + length])
        at = size.end() + length
        at += 2 if body[at : at + 2] == b"\r\n" else 1
        if length == 0:
            return b"".join(pieces)
    # The last chunk may have lost its line break to the end of the file.
    return b"".join(pieces) if body[at - 1 :].strip() in (b"", b"0") and pieces else body
