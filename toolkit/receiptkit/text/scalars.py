"""Strings as YAML and TOML write them, and the place of each of their characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from receiptkit.model.regex import regex

_SIMPLE = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_BREAK = regex(r"\r?\n")
_ESCAPE = regex(
    r"\\(?:x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})"
    r"|(?P<folded>[ \t]*\r?\n\s*)|(?P<char>.))",
    re.DOTALL,
)


class _Char(NamedTuple):
    """A character with its offset; `loose` if it is white space that may be folded away."""

    char: str
    at: int
    loose: bool = False


def yaml_offsets(raw: str, value: str) -> list[int] | None:
    """
    Return the offset of each character of a scalar's value in its text, and of its end.

    White space next to a folded line break gets the offset of white space there. None if the text
    is not that of the value.
    """
    if raw[:1] == '"':
        found = _escaped(raw, 1, folds=True)
    elif raw[:1] == "'":
        found = _literal(raw, 1, "'")
    elif raw[:1] in ("|", ">"):
        found = _literal(raw, raw.find("\n") + 1 or len(raw))
    else:
        found = _literal(raw, 0)
    return _aligned(found, value, len(raw))


def toml_offsets(raw: str, value: str) -> list[int] | None:
    """
    Return the offset of each character of a string's value in its text, and of its end.

    The text may go on behind the string. None if it is not that of the value.
    """
    mark = raw[:3] if raw[:3] in ('"""', "'''") else raw[:1]
    if mark[:1] not in ("'", '"'):
        return None
    start = len(mark)
    if start == 3 and (first := _BREAK.match(raw, 3)):
        start = first.end()
    is_escaped = mark[0] == '"'
    strict = _escaped(raw, start, folds=False) if is_escaped else _plain(raw, start)
    return _aligned(strict, value, len(raw))


def _plain(raw: str, start: int) -> Iterator[_Char]:
    return (_Char(raw[at], at) for at in range(start, len(raw)))


def _literal(raw: str, start: int, mark: str = "") -> Iterator[_Char]:
    """Yield characters of which white space may be folded; two marks are one."""
    at = start
    while at < len(raw):
        yield _Char(raw[at], at, raw[at].isspace())
        at += 2 if mark and raw.startswith(mark * 2, at) else 1


def _escaped(raw: str, start: int, *, folds: bool) -> Iterator[_Char]:
    """Yield characters with their escapes decoded."""
    at = start
    while at < len(raw):
        if raw[at] != "\\":
            yield _Char(raw[at], at, folds and raw[at].isspace())
            at += 1
            continue
        match = _ESCAPE.match(raw, at)
        if match is None:
            return
        char = _unescaped(match)
        if char:
            yield _Char(char, at)
        at = match.end()


def _unescaped(match: re.Match[str]) -> str:
    digits = match["x"] or match["u"] or match["U"]
    if digits:
        return chr(int(digits, 16)) if int(digits, 16) < 0x110000 else "\ufffd"
    return "" if match["folded"] else _SIMPLE.get(match["char"], match["char"])


def _aligned(chars: Iterator[_Char], value: str, end: int) -> list[int] | None:
    """Return the offset of each character of a value; None if the characters are others."""
    nothing = _Char("", end)
    found, rest = [], chain(chars, iter(lambda: nothing, None))
    here = next(rest)
    for char in value:
        if not char.isspace():
            while here.loose:
                here = next(rest)
        if char != here.char and not (char.isspace() and (here.loose or here is nothing)):
            return None
        found.append(here.at)
        if here is not nothing:
            here = next(rest)
    return [*found, here.at]
