"""Patterns turned round: from what an identifier must look like to one that does."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable
from typing import NamedTuple

from receiptkit.model.errors import UsageError

_PIECE = re.compile(
    r"(?:(?P<literal>[A-Za-z0-9_:-])|\[(?P<class>[A-Za-z0-9_:-]+)\]|(?P<digit>\\d))"
    r"(?:\{(?P<count>[0-9]{1,4})\})?"
)
#: What Twilio fills identifiers with, and what a class is narrowed to where it holds all of it.
_HEX = "0123456789abcdef"


class CharacterRun(NamedTuple):
    """So many characters, each one of these."""

    characters: str
    times: int


class Template:
    """
    Makes texts of a pattern: a prefix, character classes, counts, such as `^DY[0-9a-fA-F]{32}$`.

    Args:
        pattern: as the document has it.
        place: what has this pattern, for the message that refuses it.

    Raises:
        UsageError: the pattern is not one of those.
    """

    def __init__(self, pattern: str, place: str) -> None:
        self.pattern = pattern
        self.place = place
        self.pieces = _pieces(pattern, place)

    def fill(self, rng: random.Random) -> str:
        """Return a text of the pattern, drawn at random."""
        return "".join(_fill(piece, rng) for piece in self.pieces)

    def maker(self, prefix: str = "") -> Callable[[random.Random], str]:
        """
        Return a quick maker of texts of the pattern that begin with a prefix.

        Raises:
            UsageError: the pattern does not allow the prefix.
        """
        fixed, rest = self._beginning(prefix)
        if len(rest) == 1 and rest[0].characters == _HEX:
            times = rest[0].times
            bits, form = 4 * times, f"{fixed}%0{times}x"
            return lambda rng: form % rng.getrandbits(bits)
        return lambda rng: fixed + "".join(_fill(piece, rng) for piece in rest)

    def _beginning(self, prefix: str) -> tuple[str, list[CharacterRun]]:
        """Return the characters that are certain from the start, and the pieces left to draw."""
        pieces = list(self.pieces)
        fixed = ""
        while pieces and (len(fixed) < len(prefix) or len(pieces[0].characters) == 1):
            (characters, count), wanted = pieces[0], prefix[len(fixed) : len(fixed) + 1]
            if wanted and wanted not in characters:
                raise UsageError(
                    f"{self.place}: nothing of the pattern {self.pattern!r} begins with {prefix!r}"
                )
            fixed += wanted or characters
            pieces[:1] = [CharacterRun(characters, count - 1)] if count > 1 else []
        if len(fixed) < len(prefix):
            raise UsageError(
                f"{self.place}: the pattern {self.pattern!r} is shorter than {prefix!r}"
            )
        return fixed, pieces


def _pieces(pattern: str, place: str) -> tuple[CharacterRun, ...]:
    inner = pattern.removeprefix("^").removesuffix("$")
    pieces = []
    at = 0
    while at < len(inner):
        match = _PIECE.match(inner, at)
        if match is None:
            raise UsageError(
                f"{place}: the generator does not understand the pattern {pattern!r}; it knows "
                "characters, [classes] and {counts}"
            )
        at = match.end()
        characters = match["literal"] or (
            string.digits if match["digit"] else _characters(match["class"])
        )
        count = int(match["count"]) if match["count"] else 1
        if count:
            pieces.append(CharacterRun(characters, count))
    return tuple(pieces)


def _characters(inside: str) -> str:
    """Return the characters of a class in order; only hexadecimal digits if it has all of those."""
    found: set[str] = set()
    at = 0
    while at < len(inside):
        if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside):
            found.update(map(chr, range(ord(inside[at]), ord(inside[at + 2]) + 1)))
            at += 3
        else:
            found.add(inside[at])
            at += 1
    narrowed = found & set(_HEX)
    return _HEX if len(narrowed) == len(_HEX) else "".join(sorted(found))


def _fill(piece: CharacterRun, rng: random.Random) -> str:
    characters, count = piece
    if len(characters) == 1:
        return characters * count
    # random() is the one method that Python promises to keep the same for a seed.
    return "".join(characters[int(rng.random() * len(characters))] for _ in range(count))
