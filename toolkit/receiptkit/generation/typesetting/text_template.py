"""Texts that differ in nothing but a few values: one of them, and others made after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import itemgetter


class TextTemplate:
    """
    Makes texts after one.

    Args:
        text: the first one.
        values: the values in it that differ in others, each at one place or several; empty ones
            do not count.
    """

    __slots__ = ("_chosen", "_format")

    def __init__(self, text: str, values: Sequence[str]) -> None:
        numbers = {value: number for number, value in reversed([*enumerate(values)]) if value}
        longest_first = sorted(numbers, key=len, reverse=True)
        pieces = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
        self._format = "".join(
            "%s" if number % 2 else piece.replace("%", "%%") for number, piece in enumerate(pieces)
        )
        order = [numbers[piece] for piece in pieces[1::2]]
        # `itemgetter` returns no tuple for a single number.
        self._chosen = itemgetter(*order) if len(order) > 1 else _Few(order)

    def fill(self, values: Sequence[str]) -> str:
        """Return the text that has these values in the place of those of the first."""
        return self._format % self._chosen(values)


class _Few:
    def __init__(self, order: Sequence[int]) -> None:
        self._order = order

    def __call__(self, values: Sequence[str]) -> tuple[str, ...]:
        return tuple([values[number] for number in self._order])
