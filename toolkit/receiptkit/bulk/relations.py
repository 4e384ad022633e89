"""Check how the captured values of records relate: which are equal, and which are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from operator import ne

from receiptkit.bulk.references import firsts, numbered, repeated
from receiptkit.bulk.unit import Columns, UnitPattern, are_sids


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
        of_frame = list(frame.sids)
        #: The runs, with the groups of the frame that they follow from; the one SID of all rows of
        #: a record; and those of which each row has another one.
        self._runs = {
            group: (run.template, [of_frame[owner] for owner in run.owners])
            for group, run in row.runs.items()
        }
        of_rows = [owner for owner in owners if owner is None or owner < 0]
        pairs = list(zip(row.sids, of_rows, strict=True))
        self._of_all_rows = [group for group, owner in pairs if owner is not None]
        self._of_each_row = [group for group, owner in pairs if owner is None]
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
            and all(all(map(ne, frames[one], frames[other])) for one, other in self._differing)
            and (not columns or self._rows_relate(counts, frames, columns))
        )

    def _rows_relate(self, counts: list[int], frames: Columns, columns: Columns) -> bool:
        """Return True if the values of rows relate to each other and to their frame."""
        if not self._row.dates_exist(columns):
            return False
        shared = {group: firsts(columns[group], counts) for group in self._of_all_rows}
        equal = {
            group: map(template.__mod__, zip(*[frames[owner] for owner in owners]))  # noqa: B905
            for group, (template, owners) in self._runs.items()
        }
        for group, values in (equal | shared).items():
            if columns[group] != tuple(repeated(values, counts)):
                return False
        own = shared | {group: columns[group] for group in self._of_each_row}
        different = {group: set(column) for group, column in own.items()}
        return (
            are_sids(list(own.values()))
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
