"""Check how the captured values of records relate: which are equal, and which are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, combinations
from operator import eq, ne

from receiptkit.bulk.references import firsts, numbered, repeated
from receiptkit.bulk.unit import Columns, UnitPattern, are_sids, placeholders


class Relations:
    """The relations between the values of a record, its frame and its rows."""

    def __init__(self, frame: UnitPattern, row: UnitPattern, owners: Sequence[int | None]) -> None:
        """
        Note which SIDs and opaque tokens must differ: those that can be equal by their prefixes.

        Args:
            frame: the pattern of frames, with the prefixes that are known of its SIDs.
            row: that of rows.
            owners: of each SID of a row, whose it is, as `references` returns it.
        """
        self._frame, self._row = frame, row
        self._placeholders = placeholders(set().union(*frame.sids.values(), *row.sids.values()))
        of_frame = list(frame.sids)
        #: The SIDs of rows that are one of the frame, with that; the one SID of all rows of a
        #: record; and those of which each row has another one.
        self._of_frame: list[tuple[int, int]] = []
        self._of_all_rows: list[int] = []
        self._of_each_row: list[int] = []
        for group, owner in zip(row.sids, owners, strict=True):
            if owner is None:
                self._of_each_row.append(group)
            elif owner < 0:
                self._of_all_rows.append(group)
            else:
                self._of_frame.append((group, of_frame[owner]))
        own = [*self._of_all_rows, *self._of_each_row]
        self._differing = [
            *_alike(frame, frame, combinations(frame.sids, 2)),
            *combinations(frame.opaque, 2),
        ]
        self._differing_rows = _alike(row, row, combinations(own, 2))
        self._differing_from_frame = _alike(
            row, frame, ((one, other) for one in own for other in frame.sids)
        )

    def hold(self, counts: list[int], frames: Columns, columns: Columns) -> bool:
        """
        Return True if dates are dates and SIDs are SIDs, equal and different as they must be, and
        none is a placeholder.

        Args:
            counts: how many rows each record has.
            frames: what was captured of frames.
            columns: what was captured of rows.
        """
        sids = [frames[group] for group in self._frame.sids]
        return (
            self._frame.dates_exist(frames)
            and are_sids(sids)
            and self._placeholders.isdisjoint(chain.from_iterable(sids))
            and all(all(map(ne, frames[one], frames[other])) for one, other in self._differing)
            and (not columns or self._rows_relate(counts, frames, columns))
        )

    def _rows_relate(self, counts: list[int], frames: Columns, columns: Columns) -> bool:
        """Return True if the values of rows relate to each other and to their frame."""
        if not self._row.dates_exist(columns):
            return False
        shared = {group: firsts(columns[group], counts) for group in self._of_all_rows}
        equal = [(group, frames[other]) for group, other in self._of_frame]
        for group, values in (*equal, *shared.items()):
            if not all(map(eq, columns[group], repeated(values, counts))):
                return False
        own = shared | {group: columns[group] for group in self._of_each_row}
        different = {group: set(column) for group, column in own.items()}
        return (
            are_sids(own.values())
            and all(map(self._placeholders.isdisjoint, different.values()))
            and all(
                len(different[group]) == len(own[group])
                or len(numbered(own[group], counts)) == len(own[group])
                for group in self._of_each_row
            )
            and all(
                different[one].isdisjoint(different[other])
                or numbered(columns[one], counts).isdisjoint(numbered(columns[other], counts))
                for one, other in self._differing_rows
            )
            and all(
                different[one].isdisjoint(frames[other])
                or numbered(columns[one], counts).isdisjoint(enumerate(frames[other]))
                for one, other in self._differing_from_frame
            )
        )


def _alike(
    one: UnitPattern, other: UnitPattern, pairs: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return the pairs of groups of SIDs that can have the same prefix."""
    return [(first, second) for first, second in pairs if one.sids[first] & other.sids[second]]
