"""Places in a text, as people count them."""

from __future__ import annotations

from typing import NamedTuple

_CONTINUATION = bytes(range(0x80, 0xC0))


class Position(NamedTuple):
    """A line and a column, both from 1; columns in code points."""

    line: int = 1
    column: int = 1

    def after(self, raw: bytes) -> Position:
        """The position behind these bytes, which begin here and are UTF-8, or nearly."""
        newline = raw.rfind(b"\n")
        if newline < 0:
            return Position(self.line, self.column + _code_points(raw))
        return Position(self.line + raw.count(b"\n"), 1 + _code_points(raw[newline + 1 :]))

    def shifted(self, line: int, column: int) -> Position:
        """The position of a line and column that are counted from here."""
        return Position(self.line + line - 1, column + (self.column - 1 if line == 1 else 0))


def _code_points(raw: bytes) -> int:
    return len(raw) if raw.isascii() else len(raw.translate(None, _CONTINUATION))
