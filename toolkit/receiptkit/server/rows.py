"""The rows of a list, in order, which stays quick and right while rows come and go."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, Protocol, TypeVar


class NumberedRow(Protocol):
    """
    A row of a list.

    Attributes:
        sid: its SID.
        number: its place: later rows have higher numbers, and no number is used twice.
    """

    @property
    def sid(self) -> str: ...
    @property
    def number(self) -> int: ...


T = TypeVar("T", bound=NumberedRow)


class PageOfRows(NamedTuple, Generic[T]):
    """
    The rows of one page.

    Attributes:
        start: number of the first row.
        previous: number of the first row of the page before; None on the first page.
        following: number of the first row of the page after; None on the last page.
    """

    rows: list[T]
    start: int
    previous: int | None
    following: int | None


class Rows(Generic[T]):
    """Rows by SID and in the order of their numbers."""

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._by_number: dict[int, T] = {}
        self._by_sid: dict[str, T] = {}

    def add(self, row: T) -> None:
        """Add a row."""
        insort(self._numbers, row.number)
        self._by_number[row.number] = self._by_sid[row.sid] = row

    def remove(self, row: T) -> None:
        """Remove a row."""
        del self._numbers[bisect_left(self._numbers, row.number)]
        del self._by_number[row.number], self._by_sid[row.sid]

    def get(self, sid: str) -> T | None:
        """Return a row by its SID; None if it does not exist."""
        return self._by_sid.get(sid)

    def __iter__(self) -> Iterator[T]:
        return map(self._by_number.__getitem__, self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def cut(
        self,
        start: int | None,
        size: int,
        *,
        descending: bool = False,
        keep: Callable[[T], bool] | None = None,
    ) -> PageOfRows[T]:
        """
        Return the rows of one page.

        Args:
            start: number of the first row, or of one that was removed; None for the first page.
            size: how many rows a page holds.
            descending: True for the last row first.
            keep: a filter of rows.
        """
        if start is None:
            begin = len(self._numbers) if descending else 0
        else:
            find = bisect_right if descending else bisect_left
            begin = find(self._numbers, start)
        after, before = range(begin, len(self._numbers)), range(begin - 1, -1, -1)
        if descending:
            after, before = before, after
        rows = self._taken(after, size + 1, keep)
        earlier = [] if start is None else self._taken(before, size, keep)
        return PageOfRows(
            rows[:size],
            rows[0].number if rows else start or 0,
            earlier[-1].number if earlier else None,
            rows[size].number if len(rows) > size else None,
        )

    def _taken(self, indexes: range, count: int, keep: Callable[[T], bool] | None) -> list[T]:
        found: list[T] = []
        for index in indexes:
            row = self._by_number[self._numbers[index]]
            if keep is None or keep(row):
                found.append(row)
                if len(found) == count:
                    break
        return found
