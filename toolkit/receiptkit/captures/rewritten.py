"""A text of HTTP made from one in which a tool wrote around it, with the way back to the file."""

from __future__ import annotations

from bisect import bisect_right

from receiptkit.model.location import Position


class Rewritten:
    """
    A text put together from pieces of another.

    Attributes:
        raw: the bytes so far.
    """

    def __init__(self, source: bytes) -> None:
        """Begin an empty text; `source` is the text that pieces are of."""
        self._source = source
        self._pieces: list[bytes] = []
        self._size = 0
        self._starts: list[int] = []
        self._origins: list[int] = []
        self._counted = (0, Position())

    @property
    def raw(self) -> bytes:
        return b"".join(self._pieces)

    def keep(self, start: int, end: int) -> None:
        """Add a piece of the source."""
        self._add(self._source[start:end], start)

    def insert(self, piece: bytes, at: int) -> None:
        """Add bytes that are not in the source, as if they were at an offset of it."""
        self._add(piece, at)

    def position(self, offset: int) -> Position:
        """Return the position in the file of an offset in the new text."""
        index = max(bisect_right(self._starts, offset) - 1, 0)
        origin = self._origins[index] + offset - self._starts[index] if self._starts else 0
        begin, position = self._counted if self._counted[0] <= origin else (0, Position())
        self._counted = origin, position.after(self._source[begin:origin])
        return self._counted[1]

    def _add(self, piece: bytes, origin: int) -> None:
        if piece:
            self._starts.append(self._size)
            self._origins.append(origin)
            self._pieces.append(piece)
            self._size += len(piece)
