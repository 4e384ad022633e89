"""Replacements in a text, and the way from a decoded text to the text around it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import quote_plus

_JSON_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})+|\+")


class Edit(NamedTuple):
    """The replacement of a part of a text."""

    start: int
    end: int
    new: str


class Decoded(NamedTuple):
    """
    A text that another text holds in an encoding.

    Attributes:
        text: the decoded text.
        offsets: the offset of each of its characters in the text around it, and of its end.
        encode: encodes a replacement.
    """

    text: str
    offsets: Sequence[int]
    encode: Callable[[str], str]

    def outward(self, edits: Sequence[Edit]) -> list[Edit]:
        """Return edits of the decoded text as edits of the text around it."""
        offsets, encode = self.offsets, self.encode
        return [Edit(offsets[each.start], offsets[each.end], encode(each.new)) for each in edits]


def applied(text: str, edits: Sequence[Edit]) -> str:
    """Return a text with its edits, which are in order and do not overlap."""
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.start], edit.new]
        at = edit.end
    return "".join([*parts, text[at:]])


def plain(text: str, start: int) -> Decoded:
    """Return a part of a text that is in no encoding and begins at `start`."""
    return Decoded(text, range(start, start + len(text) + 1), str)


def quoted(literal: str, start: int) -> Decoded:
    """Return a string of JSON, TOML or a language like them, whose literal begins at `start`."""
    mark = literal[0]

    def encode(new: str) -> str:
        inner = json.dumps(new)[1:-1]
        return inner if mark == '"' else inner.replace('\\"', '"').replace("'", "\\'")

    inner = literal[1:-1]
    if "\\" not in inner:
        return Decoded(inner, range(start + 1, start + 2 + len(inner)), encode)
    text, offsets = _spliced(inner, start + 1, _JSON_ESCAPE, _unescaped)
    return Decoded(text, offsets, encode)


def percent(text: str, start: int, *, plus: bool = True) -> Decoded:
    """Return a value of a form or a URL that begins at `start`."""

    def decode(found: str) -> str:
        if found == "+":
            return " " if plus else "+"
        return bytes.fromhex(found.replace("%", "")).decode("utf-8", "surrogateescape")

    decoded, offsets = _spliced(text, start, _PERCENT, decode, step=3)
    return Decoded(decoded, offsets, lambda new: quote_plus(new, safe="-._~"))


def doubled(cell: str, start: int, mark: str = '"') -> Decoded:
    """Return a string whose literal doubles the mark that ends it, as CSV and YAML have them."""
    text, offsets = _spliced(
        cell[1:-1], start + 1, re.compile(re.escape(mark * 2)), lambda _: mark, step=2
    )
    return Decoded(text, offsets, lambda new: new.replace(mark, mark * 2))


def _spliced(
    text: str,
    start: int,
    form: re.Pattern[str],
    decode: Callable[[str], str],
    step: int = 0,
) -> tuple[str, list[int]]:
    """
    Return a text with its escapes decoded, and the offset of every character.

    A run of percent escapes has `step` characters for each byte.
    """
    parts: list[str] = []
    offsets: list[int] = []
    at = 0
    for match in form.finditer(text):
        parts.append(text[at : match.start()])
        offsets.extend(range(start + at, start + match.start()))
        decoded = decode(match[0])
        parts.append(decoded)
        place = start + match.start()
        for char in decoded:
            offsets.append(place)
            width = len(char.encode("utf-8", "surrogateescape")) if step == 3 else 1
            place += width * step
        at = match.end()
    parts.append(text[at:])
    offsets.extend(range(start + at, start + len(text) + 1))
    return "".join(parts), offsets


def _unescaped(escape: str) -> str:
    try:
        return str(json.loads(f'"{escape}"'))
    except ValueError:
        return escape[1:]
