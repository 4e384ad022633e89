"""Positions in a text, locations in a capture, and the order of arrival."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Location:
    """
    Where something was seen.

    Attributes:
        file: the path as it was given, `-` for standard input, empty where there was no file.
        entry: the number of the observation within the file, from 0.
        line, column: 1-based, columns in code points.
        body_line, body_column: the place within the body, where the body stands in the file as a string.
    """

    file: str = ""
    entry: int = 0
    line: int | None = None
    column: int | None = None
    body_line: int | None = None
    body_column: int | None = None


class Arrival(NamedTuple):
    """
    Where something was seen. In the order of these, things arrived.

    Attributes:
        file: the number of the file.
        unit: the number of the piece of it, where it is read in pieces.
        time: when, in milliseconds since 1970, where the file says so, which need not be in this order; 0 elsewhere.
        entry, line, column: within that piece, the line and column of where the observation begins.
        pointer: where within the observation.
    """

    file: int = 0
    unit: int = 0
    time: int = 0
    entry: int = 0
    line: int = 1
    column: int = 1
    pointer: str = ""


def _code_points(raw: bytes) -> int:
    return len(raw) if raw.isascii() else len(raw.translate(None, _CONTINUATION))
