"""Tapes of yakbak: one exchange as a module of JavaScript."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from receiptkit.captures import envelope
from receiptkit.captures.bodies import Reading, nothing_beside
from receiptkit.captures.encodings import decoded
from receiptkit.captures.format import Format, beginning
from receiptkit.captures.observation import Observation
from receiptkit.captures.records import Cell, PlacedRecord, way
from receiptkit.captures.sources import Limits, everything
from receiptkit.captures.unwrap import find_in
from receiptkit.model.location import Position
from receiptkit.model.regex import regex
from receiptkit.text.json_text import decode

_BEGINS = regex(
    rb"(?:var|const) path = require\(.path.\);\s*/\*\*\s*\n \* [A-Z]+ \S+[\s\S]{0,3000}?"
    rb"module\.exports = function"
)
_STRING = r'"(?:[^"\\\n]|\\.)*"'
_REQUEST = regex(r"^ \* ([A-Z]+) (\S+)[^\S\n]*$", 8)
_HEADER = regex(r"^ \* ([A-Za-z][\w-]*): (.*)$", 8)
_STATUS = regex(r"res\.statusCode = ([0-9]{3});")
_ANSWERED = regex(rf"res\.setHeader\(({_STRING}), ({_STRING})\)")
_BODY = regex(rf"res\.(?:write|end)\((?:new Buffer|Buffer\.from)\(({_STRING})(?:, ({_STRING}))?\)")
_BODY_AT = "/response/body"


class _Chunk(NamedTuple):
    """A piece of the body: its literal, where that begins, and how the bytes are written in it."""

    literal: str
    start: int
    encoding: str


def recognise(name: str, head: bytes) -> str:
    """Return the evidence that a file is a tape of yakbak: the comment with its request."""
    return "it is a module with a request in a comment" if _BEGINS.match(beginning(head)) else ""


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """
    Yield the exchange of a tape.

    Raises:
        CaptureError: it is larger than a record may be.
    """
    text = decode(everything(stream, limits.record, "the tape"))[0]
    head, _, code = text.partition("*/")
    asked = _REQUEST.search(head)
    if asked is None:
        return
    headers = {each[1]: each[2] for each in _HEADER.finditer(head, asked.end())}
    status = _STATUS.search(code)
    answered = {json.loads(each[1]): json.loads(each[2]) for each in _ANSWERED.finditer(code)}
    start = len(text) - len(code)
    chunks = [
        _Chunk(each[1], start + each.start(1), json.loads(each[2] or '"utf8"'))
        for each in _BODY.finditer(code)
    ]
    from receiptkit.text.json_locate import LineIndex

    place = LineIndex(text).place
    record = PlacedRecord(Position())
    if len(chunks) == 1 and chunks[0].encoding != "base64":
        literal, at, _ = chunks[0]
        inner = way(literal)
        cell = Cell(json.loads(literal), lambda offset: place(at + inner(offset)))
        record = PlacedRecord(Position(), cells={_BODY_AT: cell}.get)
    elif chunks:
        record = PlacedRecord(Position(), {_BODY_AT: place(chunks[0].start)})
    response: dict[str, Any] = {
        "status": int(status[1]) if status else 200,
        "headers": answered,
        "body": _body(chunks, answered, limits.record),
    }
    request = {"method": asked[1], "url": asked[2], "headers": headers}
    reading = Reading(limits.record, nothing_beside)
    exchange = {"request": request, "response": response}
    for entry, seen in enumerate(find_in(exchange, reading)):
        yield envelope.seen(entry, record, seen)


def _body(chunks: list[_Chunk], headers: dict[str, Any], limit: int) -> str:
    """Return the body as text, unpacked."""
    raw = b"".join(
        b64decode(json.loads(each.literal))
        if each.encoding == "base64"
        else json.loads(each.literal).encode("utf-8", "surrogatepass")
        for each in chunks
    )
    packed = next((headers[name] for name in headers if name.lower() == "content-encoding"), None)
    if packed is not None:
        unpacked = decoded(raw, str(packed), limit)
        raw = unpacked if isinstance(unpacked, bytes) else raw
        headers.pop(next(name for name in headers if name.lower() == "content-encoding"))
    return raw.decode("utf-8", "replace")


FORMAT = Format(
    name="yakbak",
    title="a tape of yakbak",
    description="a module of JavaScript with one exchange: the request in a comment, the response "
    "in code",
    recognise=recognise,
    read=read,
    order=36,
    begins=b"vc",
)
