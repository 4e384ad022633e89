"""The memory of a run: what its observations leave, each with its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from receiptkit.history import PARTS, Memory, PlaceColumns
from receiptkit.text.dates import milliseconds


class Notes(NamedTuple):
    """Hold what is remembered of observations that follow each other, in columns."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    made_at: Sequence[str]

    def texts(self) -> Sequence[str]:
        """Return the text of each observation, with its rows."""
        if not any(self.rows):
            return self.heads
        pairs = zip(self.heads, self.rows, strict=True)
        return ["\n".join((head, *rows)) if rows else head for head, rows in pairs]


class Remembering:
    """
    The memory of a run, and the place that the next observation has in it.

    Attributes:
        limit: how many bytes of memory are used before more goes to a temporary file.
        parts: how many partitions there are.
    """

    def __init__(self, limit: int) -> None:
        self.limit, self.parts = limit, PARTS
        self.file = self._unit = 0
        #: When the last observation was made, in files that have times.
        self._time = 0
        self._memory = Memory(limit)

    def begin(self, file: int, unit: int) -> None:
        """Set the numbers of the file and the unit of the observations that follow."""
        self.file, self._unit, self._time = file, unit, 0

    def add(self, notes: Notes, entry: int, lines: Sequence[int], columns: Sequence[int]) -> None:
        """Remember observations; the first has the number `entry`, each its line and column."""
        texts, made = notes.texts(), notes.made_at
        times = list(map(self.moment, made)) if any(made) else [self._time] * len(texts)
        entries = range(entry, entry + len(texts))
        places = PlaceColumns(self.file, self._unit, times, entries, lines, columns)
        if not all(texts):
            kept = [number for number, text in enumerate(texts) if text]
            texts, places = [texts[number] for number in kept], places.chosen(kept)
        if texts:
            self._memory.extend(texts, places)

    def moment(self, made_at: str) -> int:
        """Return the time of an observation; one without came after the one before it."""
        if made_at:
            self._time = milliseconds(made_at) or self._time
        return self._time

    def forget(self) -> Memory:
        """Return what is remembered, and begin anew."""
        memory, self._memory = self._memory, Memory(self.limit, self.parts)
        return memory
