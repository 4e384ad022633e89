"""A stream of YAML as its parser reads it: bounded, and with the text of the last item."""

from __future__ import annotations

import codecs
from typing import Any, Protocol

from receiptkit.model.errors import CaptureError
from receiptkit.model.limits import larger


class Readable(Protocol):
    """Anything that bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; nothing at the end."""


class BoundedStream:
    """A stream that ends with an error when more than a limit is read for one item."""

    def __init__(self, stream: Readable, limit: int, before: bytes = b"") -> None:
        self._stream = stream
        self._limit = self._left = limit
        self._before = before
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._begun = 0
        self._pieces: list[str] = []
        self._is_first = True

    def read(self, size: int = -1) -> bytes:
        if self._before:
            data, self._before = self._before[:size], self._before[size:]
            return self._kept(data)
        data = self._stream.read(size if size >= 0 else 1 << 16)
        self._left -= len(data)
        if self._left < 0:
            raise CaptureError(f"an interaction is {larger(self._limit)}")
        return self._kept(data)

    def taken(self, start: Any, end: Any) -> str:
        """Return the text between two marks of the parser, and forget what is before its end."""
        text = "".join(self._pieces)
        first, last = start.index - self._begun, end.index - self._begun
        self._pieces, self._begun = [text[last:]], end.index
        return text[first:last]

    def _kept(self, data: bytes) -> bytes:
        # The parser counts no byte order mark.
        text = data.removeprefix(b"\xef\xbb\xbf") if self._is_first else data
        self._pieces.append(self._decoder.decode(text))
        self._is_first = self._is_first and not data
        return data

    def renew(self) -> None:
        self._left = self._limit
