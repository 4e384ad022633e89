"""Compare the SIDs and opaque tokens of a record: which are equal, in its frame and in its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, count, repeat
from typing import Any

from receiptkit.bulk.law import NotAlike
from receiptkit.bulk.parts import Parts
from receiptkit.bulk.tokens import Kind, Token


def references(parts: Parts) -> tuple[Any, ...]:
    """
    Return which SIDs and opaque tokens are equal in the frame and in each row; of each SID of a
    row, whose it is.

    That is the number of a SID in the frame, -1 if all rows have the same, None if each has another
    one. Raises `NotAlike`.
    """
    in_frame, frame = _equal(parts.frame)
    of_rows = [_equal(row) for row in parts.rows]
    alike = {equal for _, equal in of_rows}
    if len(alike) > 1:
        raise NotAlike
    owners = tuple(
        _owner(column, in_frame) for column in zip(*(sids for sids, _ in of_rows), strict=True)
    )
    return frame, alike, owners


def _owner(column: Sequence[str], in_frame: Sequence[str]) -> int | None:
    different = set(column)
    if len(different) == 1 and column[0] in in_frame:
        return in_frame.index(column[0])
    if len(different) == len(column) and different.isdisjoint(in_frame):
        return None
    if len(different) == 1:
        return -1
    raise NotAlike


def _equal(tokens: Sequence[Token]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """
    Return the different SIDs, and of every SID and opaque token the number of the first that is
    equal.
    """
    seen: dict[tuple[Kind, str], int] = {}
    order = [
        seen.setdefault((token.kind, token.text), len(seen))
        for token in tokens
        if token.kind in (Kind.SID, Kind.OPAQUE)
    ]
    return tuple(text for kind, text in seen if kind is Kind.SID), tuple(order)


def repeated(column: Iterable[str], counts: Iterable[int]) -> Iterator[str]:
    """Yield the values of records, once for each of their rows."""
    return chain.from_iterable(map(repeat, column, counts))


def numbered(column: Sequence[str], counts: list[int]) -> set[tuple[int, str]]:
    """Return the values of rows with the number of their record."""
    return set(zip(chain.from_iterable(map(repeat, count(), counts)), column))  # noqa: B905


def firsts(column: Sequence[str], counts: Iterable[int]) -> list[str]:
    """Return the value of the first row of each record."""
    starts = accumulate(counts, initial=0)
    return [column[start] for start, _ in zip(starts, counts)]  # noqa: B905
