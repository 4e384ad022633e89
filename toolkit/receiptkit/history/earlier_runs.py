"""Read what earlier runs kept in a state: which pieces there are, and where each begins."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeGuard

from receiptkit.history.partitions import Key

#: No run has more partitions, or numbers and files of this size; others were not written by one.
_MOST_PARTS, _MOST_NUMBER = 1 << 20, 1 << 62

#: Where a piece is: the file, the offset and the length.
Place = tuple[str, int, int]


class EarlierRun(NamedTuple):
    """
    An earlier run, and the places of what it kept.

    Attributes:
        base: the number of its first file.
        last_day: the day of its last event, in days since 1970.
        first_day: receipts whose last event was before this day had expired.
        parts: how many partitions a round has.
        places: where the pieces of each partition are.
    """

    base: int
    last_day: int
    first_day: int
    parts: int
    places: dict[str, list[Place]]

    def places_of(self, key: Key) -> Iterator[Place]:
        """Yield the places of a partition, however many partitions that run had."""
        numbers = range(key.number % self.parts, self.parts, min(key.parts, self.parts))
        for number in numbers:
            yield from self.places.get(f"{key.round}.{number}", ())


def run_in(raw: bytes) -> tuple[EarlierRun, dict[int, list[Any]]]:
    """
    Return the run that a file describes, and the starts of its units by their numbers.

    Raises:
        ValueError: no run wrote it.
    """
    content = json.loads(raw)
    match content:
        case {
            "base": int() as base,
            "last_day": int() as last,
            "first_day": int() as first,
            "parts": int() as parts,
            "places": dict() as places,
            "starts": list() as starts,
        } if 0 < parts <= _MOST_PARTS and all(map(_is_number, (base, abs(last), abs(first)))):
            if all(map(_are_places, places.values())) and all(map(_is_start, starts)):
                run = EarlierRun(base, last, first, parts, places)
                return run, {unit: start for unit, *start in starts}
    raise ValueError("not a run of a state")


def _is_number(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value < _MOST_NUMBER


def _are_places(places: object) -> bool:
    return type(places) is list and all(map(_is_place, places))


def _is_place(place: object) -> bool:
    """Return True if something is the place of a piece, in a file beside the run's own."""
    match place:
        case [str(name), start, length]:
            is_beside = not {"/", "\\"} & set(name) and name.endswith(".kept")
            return is_beside and _is_number(start) and _is_number(length)
    return False


def _is_start(start: object) -> bool:
    match start:
        case [unit, str(), entries, lines]:
            return all(map(_is_number, (unit, entries, lines)))
    return False
