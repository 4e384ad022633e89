"""JSON documents of tools that are too large to hold: the list in one, an element at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import BinaryIO

from receiptkit.captures import envelope
from receiptkit.captures.bodies import Reading
from receiptkit.captures.documents import observe
from receiptkit.captures.nodes import Node
from receiptkit.captures.observation import Observation
from receiptkit.captures.records import JsonRecord
from receiptkit.captures.unwrap import find_in, hints
from receiptkit.captures.webhook_requests import time_of
from receiptkit.model.location import Position
from receiptkit.text.json_split import Splitter
from receiptkit.text.json_text import read

#: A smaller document is read at once.
LARGE = 16 * 2**20
#: Where the lists of tools are.
_LISTS = (
    *(("data",), ("models",), ("requests",), ("mappings",), ("interactions",), ("journal",)),
    *(("resources",), ("events",), ("Records",), ("data", "pairs"), ("run", "executions")),
)


def holds_list(beginning: bytes) -> bool:
    """Return True if the list of a tool's document begins in its first bytes."""
    splitter = Splitter(_LISTS, len(beginning))
    for _ in splitter.elements(io.BytesIO(beginning)):
        break
    return splitter.found


def elements(
    beginning: bytes, stream: BinaryIO, line: int, reading: Reading
) -> Iterator[Observation]:
    """
    Yield what is in the list of a document; other members of it are not searched.

    Args:
        beginning: the first bytes, which have been read.
        stream: the rest.
        line: the line on which it begins.
        reading: what may be done to read bodies.
    """
    rest = io.BufferedReader(_Joined(beginning, stream))
    entry = 0
    missing = "the document has no list of observations"
    for piece in envelope.records(rest, _LISTS, missing, reading.limit, _none):
        if isinstance(piece, Observation):
            yield piece
            continue
        for raw, number, column in zip(piece.texts, piece.lines, piece.columns or (), strict=True):
            for each in _element(raw, Position(number + line - 1, column), entry, reading):
                yield each
                entry += 1


def _none(raw: bytes, start: Position, entry: int, reading: Reading) -> Iterator[Observation]:
    """Yield nothing: elements are read here."""
    yield from ()


def _element(raw: bytes, start: Position, entry: int, reading: Reading) -> Iterator[Observation]:
    """Yield what is in an element, with the time at which it was made."""
    record = JsonRecord(raw, start)
    value, problems, readable = read(raw)
    if not readable:
        yield Observation(entry, record, problems=problems, unusable="unreadable")
        return
    found = find_in(value, reading) if hints(raw) else []
    if found:
        made_at = _made_at(Node(value))
        for each in observe(entry, record, None, value, found, problems):
            each.made_at = made_at
            yield each


def _made_at(element: Node) -> str:
    """Return when an element was made, by which those of a list are put in order."""
    text, number = time_of(element) or ("", 0.0)
    while number > 1e11:
        # Milliseconds, microseconds or nanoseconds.
        number /= 1000
    if text or not number:
        return text
    return datetime.fromtimestamp(number, timezone.utc).isoformat(timespec="milliseconds")


class _Joined(io.RawIOBase):
    """A stream whose first bytes have been read."""

    def __init__(self, beginning: bytes, rest: BinaryIO) -> None:
        self._beginning = memoryview(beginning)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # a buffer of bytes
        piece = self._beginning[: len(buffer)]
        if piece:
            self._beginning = self._beginning[len(piece) :]
        else:
            piece = memoryview(self._rest.read(len(buffer)))
        buffer[: len(piece)] = piece
        return len(piece)
