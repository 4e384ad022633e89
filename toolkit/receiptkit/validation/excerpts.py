"""Lines of captures around findings, with their values masked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable
from contextlib import suppress
from typing import NamedTuple

from receiptkit.captures import STDIN, Limits, Source, opened
from receiptkit.model.display import printable
from receiptkit.model.errors import CaptureError
from receiptkit.model.location import Location

#: How many lines before and after a finding are shown, and how many characters of a line.
_AROUND = 2
_WIDTH = 96
#: A longer line is read in pieces, so that no line fills the memory.
_LONGEST = 1 << 22
#: Lines further down are not looked for.
_FURTHEST = 2_000_000
_WORD = re.compile(r"[^\s\"'{}\[\]():,;&=?/<>|]+")
#: Words of JSON and YAML that reveal nothing.
_PLAIN = frozenset({"null", "true", "false", "-"})


class Line(NamedTuple):
    """A line of a capture: its number, its text as it may be shown, and if it is the one meant."""

    number: int
    text: str
    is_meant: bool


Excerpt = tuple[Line, ...]


def excerpts(
    locations: Iterable[Location], names: Container[str] | None
) -> dict[tuple[str, int | None, int | None], Excerpt]:
    """
    Return the lines around locations, by file, line and column.

    Files that cannot be read again, such as standard input, have none.

    Args:
        locations: where the findings are.
        names: the words that may be shown; None for all.
    """
    by_file: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for each in locations:
        if each.file not in ("", STDIN) and each.line is not None and each.line <= _FURTHEST:
            by_file[each.file].add((each.line, each.column or 1))
    found: dict[tuple[str, int | None, int | None], Excerpt] = {}
    for file, places in by_file.items():
        wanted = {
            number
            for line, _ in places
            for number in range(line - _AROUND, line + _AROUND + 1)
            if number > 0
        }
        lines = _lines(file, wanted, names)
        for line, column in places:
            found[file, line, column] = _excerpt(lines, line, column)
    return found


def _lines(file: str, wanted: set[int], names: Container[str] | None) -> dict[int, str]:
    """Return the wanted lines of a file, masked, as far as the file can be read."""
    found: dict[int, str] = {}
    last = max(wanted)
    with suppress(CaptureError), opened(Source(file), Limits()) as (stream, _):
        number, begins = 1, True
        while number <= last and (raw := stream.readline(_LONGEST)):
            if begins and number in wanted:
                text = raw.decode("utf-8", "replace").rstrip("\r\n")
                found[number] = text if names is None else _masked(text, names)
            begins = raw.endswith(b"\n")
            number += begins
    return found


def _masked(text: str, names: Container[str]) -> str:
    """Return a line with a dot for each character of a word that may not be shown."""

    def shown(match: re.Match[str]) -> str:
        word = match[0]
        return word if word in _PLAIN or word in names else "•" * len(word)

    return _WORD.sub(shown, text)


def _excerpt(lines: dict[int, str], line: int, column: int) -> Excerpt:
    """Return the lines around a place; of long lines, what is around the column."""
    shown = []
    for number in range(line - _AROUND, line + _AROUND + 1):
        if number in lines:
            text = lines[number]
            start = max(0, column - 1 - _WIDTH // 3) if number == line else 0
            start = min(start, max(0, len(text) - _WIDTH))
            before, after = "…" if start else "", "…" if start + _WIDTH < len(text) else ""
            piece = printable(text[start : start + _WIDTH])
            shown.append(Line(number, before + piece + after, number == line))
    return tuple(shown)
