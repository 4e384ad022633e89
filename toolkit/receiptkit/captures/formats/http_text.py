"""
HTTP messages as text: what `curl -i` prints, what a proxy or a socket dump holds.

A request may be followed by its response.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from receiptkit.captures.format import Format, beginning
from receiptkit.captures.http_messages import FIRST_LINE, HttpMessage, messages
from receiptkit.captures.observation import Layout, Observation
from receiptkit.captures.records import Cell, PlacedRecord, Spot
from receiptkit.captures.sources import Limits, everything
from receiptkit.model.errors import CaptureError
from receiptkit.model.exchange import Exchange, WebhookRequest
from receiptkit.model.location import Position
from receiptkit.text.json_text import decode

_PARTS: Layout = {
    part: Spot(part) for part in ("response", "request", "url", "status", "headers", "sent")
}


def recognise(name: str, head: bytes) -> str:
    """
    Return the evidence that a file is HTTP as text.

    It begins with the first line of a message.
    """
    line = FIRST_LINE.match(beginning(head))
    if line is None:
        return ""
    return f"it begins with the first line of a {'request' if line['method'] else 'response'}"


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """
    Yield the messages of a file. A request and the response after it are one observation; either
    can be alone.

    Raises:
        CaptureError: there is no message in the file, or it is larger than a record may be.
    """
    return observations(everything(stream, limits.record, "the file"), limits)


def observations(
    raw: bytes, limits: Limits, place: Callable[[int], Position] | None = None
) -> Iterator[Observation]:
    """
    Yield the observations in a text of HTTP. `place` leads from an offset in it to the file, if the
    text is a part of the file.

    Raises:
        CaptureError: there is no message in it.
    """
    entry = -1
    find = place or _Places(raw).position
    for entry, (request, answer) in enumerate(_pairs(messages(raw, limits.record))):
        yield Observation(
            entry, _record(request, answer, find), _seen(request, answer), layout=_PARTS
        )
    if entry < 0:
        raise CaptureError("not HTTP as text: no line begins a request or a response")


def _pairs(
    messages: Iterable[HttpMessage],
) -> Iterator[tuple[HttpMessage | None, HttpMessage | None]]:
    """
    Yield requests with the responses that follow them.

    One of the two is None for a lone message.
    """
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


class _Places:
    """Positions of growing offsets in a text."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._offset, self._position = 0, Position()

    def position(self, offset: int) -> Position:
        if offset < self._offset:
            self._offset, self._position = 0, Position()
        self._position = self._position.after(self._raw[self._offset : offset])
        self._offset = offset
        return self._position


def _record(
    request: HttpMessage | None, answer: HttpMessage | None, find: Callable[[int], Position]
) -> PlacedRecord:
    """Return the record of an observation, with the positions of its parts."""
    offsets: dict[str, int] = {}
    if request:
        offsets |= {"url": request.first_at, "request": request.body_at, "sent": request.headers_at}
    if answer:
        offsets |= {
            "status": answer.first_at,
            "headers": answer.headers_at,
            "response": answer.body_at,
        }
    present = [message for message in (request, answer) if message]
    start = find(min(message.at for message in present))
    in_order = sorted(offsets.items(), key=lambda item: item[1])
    places = {part: find(offset) for part, offset in in_order}
    cells: dict[str, tuple[bytes | None, int]] = {}
    if request:
        cells["url"] = (request.target.encode(), request.first_at)
        cells["request"] = (_literal(request), request.body_at)
    if answer:
        cells["response"] = (_literal(answer), answer.body_at)

    def cell(part: str) -> Cell | None:
        raw, at = cells.get(part, (None, 0))
        return _cell(raw, at, find) if raw is not None else None

    return PlacedRecord(start, places, cell)


def _literal(message: HttpMessage) -> bytes | None:
    """Return the body of a message if the text has it byte for byte."""
    return message.body if message.literal and isinstance(message.body, bytes) else None


def _cell(raw: bytes, start: int, find: Callable[[int], Position]) -> Cell:
    """Return the text of bytes that begin at an offset; `find` leads from there to the file."""
    text = decode(raw)[0]
    return Cell(text, lambda at: find(start + len(text[:at].encode("utf-8", "surrogatepass"))))


def _seen(request: HttpMessage | None, answer: HttpMessage | None) -> Exchange | WebhookRequest:
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


FORMAT = Format(
    name="http",
    title="HTTP requests and responses as text",
    description="HTTP as text: what `curl -i` or HTTPie prints, a request as a proxy dumps it, "
    "or requests with their responses",
    recognise=recognise,
    read=read,
    order=20,
    begins=b"GHPDO",
)
