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
        """Return the position behind these bytes, which begin here and are nearly UTF-8."""
        newline = raw.rfind(b"\n")
        if newline < 0:
            return Position(self.line, self.column + _code_points(raw))
        return Position(self.line + raw.count(b"\n"), 1 + _code_points(raw[newline + 1 :]))

    def shifted(self, line: int, column: int) -> Position:
        """Return the position of a line and column that are counted from here."""
        return Position(self.line + line - 1, column + (self.column - 1 if line == 1 else 0))


@dataclass(frozen=True, slots=True)
class Location:
    """
    The place of something in a capture.

    Attributes:
        file: the path as the user wrote it, `-` for standard input, empty without a file.
        entry: the number of the observation within the file, from 0.
        line, column: 1-based, columns in code points.
        body_line, body_column: the position within the body, if the file has the body as a string.
    """

    file: str = ""
    entry: int = 0
    line: int | None = None
    column: int | None = None
    body_line: int | None = None
    body_column: int | None = None


class Arrival(NamedTuple):
    """
    The place of something in a run; these sort in the order of arrival.

    Attributes:
        file: the number of the file.
        unit: the number of the piece, if the file is read in pieces.
        time: the time in milliseconds since 1970, if the file has one, in any order; else 0.
        entry, line, column: the number and the start of the observation within the piece.
        pointer: the JSON Pointer within the observation.
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
