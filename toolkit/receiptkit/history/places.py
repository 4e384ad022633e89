"""The places where observations arrived that follow each other, without an object for each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

#: The fields of an `Arrival` but the pointer.
Place = tuple[int, int, int, int, int, int]


class PlaceColumns:
    """The places of some observations of a file, in columns; each has the fields of `Arrival`."""

    __slots__ = ("_columns", "_entries", "_lines", "_times", "_unit", "file")

    def __init__(
        self,
        file: int,
        unit: int,
        times: Sequence[int],
        entries: Sequence[int],
        lines: Sequence[int],
        columns: Sequence[int],
    ) -> None:
        self.file, self._unit = file, unit
        self._times, self._entries = times, entries
        self._lines, self._columns = lines, columns

    def at(self, number: int) -> Place:
        """Return the place of one of the observations, counted from 0."""
        return (
            self.file,
            self._unit,
            self._times[number],
            self._entries[number],
            self._lines[number],
            self._columns[number],
        )

    def all(self) -> list[Place]:
        """Return the place of each of the observations."""
        columns = (self._times, self._entries, self._lines, self._columns)
        return list(zip(repeat(self.file), repeat(self._unit), *columns))  # endless

    def chosen(self, numbers: Sequence[int]) -> PlaceColumns:
        """Return the places of some of the observations, in this order."""
        columns = (self._times, self._entries, self._lines, self._columns)
        return PlaceColumns(
            self.file, self._unit, *([column[number] for number in numbers] for column in columns)
        )
