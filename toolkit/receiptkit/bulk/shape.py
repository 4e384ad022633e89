"""
A shape: how records look that are alike, and which of them are proven clean.

A record with rows (a page) is a frame, matched without its rows, and the rows, read by a second
scan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, combinations
from operator import eq, ne
from typing import Any, NamedTuple

from receiptkit.bulk import probe
from receiptkit.bulk.fact_makers import Filler, RowFacts, fillers
from receiptkit.bulk.law import Exact, Facts, NotAlike
from receiptkit.bulk.parts import CUT, Parts
from receiptkit.bulk.references import (
    are_different,
    firsts,
    numbered,
    references,
    repeated,
)
from receiptkit.bulk.slots import Slot, lined_up, literal
from receiptkit.bulk.unit import Columns, Key, UnitPattern, placeholders

#: Bounds of a shape: different words, combinations of them, and records that are kept to compile
#: the pattern anew.
_MOST_WORDS, _MOST_KEYS, _MOST_PROOFS = 12, 2000, 8
#: How much of the text before the rows is looked for to find them.
_OPENING = 40

#: What the patterns captured of a record: of its frame, of each row; and how much room the rows
#: have.
Captured = tuple[tuple[str, ...], Sequence[tuple[str, ...]], int]


class _Proof(NamedTuple):
    """A record that the exact path found clean, its copy with markers, and the facts of that."""

    text: str
    marked: str
    facts: Facts


class Shape:
    """
    The common form of alike records. `facts` reads proven clean ones; `learn` takes one as proof.

    Attributes:
        count: how many have been found.
        marks: how many ampersands the first one has.
        compiled: how often it was compiled; what older proofs showed is unknown then.
    """

    def __init__(self, parts: Parts) -> None:
        """Make the shape of a record, of which nothing is proven yet. Raises `NotAlike`."""
        self._slots = [Slot(token) for token in parts.frame]
        self._row_slots = [Slot(token) for token in parts.rows[0]] if parts.rows else []
        self.count, self.marks, self.compiled = 0, parts.text.count("&"), 0
        self._separator = parts.separator
        self._alike = references(parts)
        self._proofs: list[_Proof] = []
        self._fillers: dict[Key, Filler] = {}
        self._row_fillers: dict[Key, Filler] = {}
        self._compile()
        if not self._widen(parts):
            raise NotAlike

    # -- reading

    def facts(self, texts: Sequence[str]) -> list[Facts | None]:
        """Return the facts of records; None for each that is not proven clean."""
        groups: Any = ()
        of_rows: Any = ()
        rooms: Any = ()
        if self._row_slots:
            captured: list[Any] = list(map(self._captured, texts))
            if any(captured):
                groups, of_rows, rooms = zip(*filter(None, captured))  # noqa: B905 # triples
        else:
            captured = list(map(self._frame_pattern.fullmatch, texts))
            groups = tuple([match.groups("") for match in captured if match is not None])
            of_rows, rooms = ((),) * len(groups), (0,) * len(groups)
        proven = self._proven(groups, of_rows, rooms)
        if len(proven) == len(captured):
            return proven
        following = iter(proven)
        return [None if each is None else next(following) for each in captured]

    def _captured(self, text: str) -> Captured | None:
        """Return what the frame and the rows capture; None if they do not match."""
        if not self._row_slots:
            match = self._frame_pattern.fullmatch(text)
            return (match.groups(""), (), 0) if match is not None else None
        start, end = self._bounds(text)
        if start >= end:
            return None
        match = self._frame_pattern.fullmatch(f"{text[:start]}{CUT.text}{text[end:]}")
        if match is None:
            return None
        rows = self._row_pattern.findall(text, start, end)
        return (match.groups(""), rows, end - start) if rows else None

    def _bounds(self, text: str) -> tuple[int, int]:
        """Return where the rows begin and end, as far as the text around them shows."""
        start = text.find(self._opening)
        if start < 0:
            return 0, 0
        start += len(self._opening)
        return start, text.find(self._closing, start)

    def _proven(
        self,
        groups: Sequence[tuple[str, ...]],
        of_rows: Sequence[Sequence[tuple[str, ...]]],
        rooms: Sequence[int],
    ) -> list[Facts | None]:
        """
        Return the facts of records, all checked at once; by halves if anything is wrong with any
        of them. What is captured of each is given as in `Captured`.
        """
        if not groups:
            return []
        frames, counts = list(zip(*groups)), list(map(len, of_rows))  # noqa: B905 # of one pattern
        rows = list(chain.from_iterable(of_rows))
        columns = list(zip(*rows))  # noqa: B905
        # The rows that were found never take more room than there is, so the sums are enough.
        is_tiled = not rows or sum(rooms) == self._length(columns, len(rows), len(groups))
        if not is_tiled or not self._relate(counts, frames, columns):
            half = len(groups) // 2
            if not half:
                return [None]
            halves = (slice(half), slice(half, None))
            return [
                facts
                for own in halves
                for facts in self._proven(groups[own], of_rows[own], rooms[own])
            ]
        keys = zip(self._frame.keys(frames, len(groups)), counts)  # noqa: B905
        makers = list(map(self._fillers.get, keys))
        values: Any = groups if not self._frame.encoded else list(map(self._frame.values, groups))
        if rows:
            row_makers = map(self._row_fillers.get, self._row.keys(columns, len(rows)))
            filled = [make and make(row) for make, row in zip(row_makers, rows)]  # noqa: B905
            ends = list(accumulate(counts))
            parts = [filled[end - count : end] for end, count in zip(ends, counts)]  # noqa: B905
            if None in filled:
                pairs = zip(makers, parts)  # noqa: B905
                makers = [None if None in part else make for make, part in pairs]
            triples = zip(values, of_rows, parts)  # noqa: B905
            values = [(*own, *each[0], part) for own, each, part in triples]
        return [make and make(own) for make, own in zip(makers, values)]  # noqa: B905

    # -- checks

    def _length(self, columns: Columns, rows: int, records: int) -> int:
        return self._row.length(columns, rows) + (rows - records) * len(self._separator)

    def _relate(self, counts: list[int], frames: Columns, columns: Columns) -> bool:
        """
        Return True if dates are dates and SIDs are SIDs, equal and different as they must be, and
        none is a placeholder.
        """
        frame, row = self._frame, self._row
        if not frame.dates_exist(frames) or (columns and not row.dates_exist(columns)):
            return False
        for group in frame.sids:
            if not frame.has_hex(group, frames[group]) or not self._are_real(frames[group]):
                return False
        if not all(all(map(ne, frames[one], frames[other])) for one, other in self._differing):
            return False
        own: dict[int, set[str]] = {}
        of_frame = list(frame.sids)
        for group, owner in zip(row.sids, self._owners, strict=True) if columns else ():
            column: Sequence[str] = columns[group]
            if owner is not None:
                shared = frames[of_frame[owner]] if owner >= 0 else firsts(column, counts)
                if not all(map(eq, column, repeated(shared, counts))):
                    return False
                if owner >= 0:
                    continue
                column = shared
            own[group] = set(column)
            if not row.has_hex(group, column) or not self._are_real(own[group]):
                return False
            if owner is None and not are_different(column, counts):
                return False
        for one, other in self._differing_rows:
            if not own[one].isdisjoint(own[other]) and not numbered(
                columns[one], counts
            ).isdisjoint(numbered(columns[other], counts)):
                return False
        return not columns or all(
            own[one].isdisjoint(frames[other])
            or numbered(columns[one], counts).isdisjoint(enumerate(frames[other]))
            for one, other in self._differing_from_frame
        )

    def _are_real(self, sids: Iterable[str]) -> bool:
        return self._placeholders.isdisjoint(sids)

    # -- learning

    def learn(self, parts: Parts, exact: Exact) -> bool:
        """
        Take a record that the exact path found clean as proof; return True if it is of this shape.

        Args:
            parts: the tokens of the record.
            exact: what the exact path says of a text.

        Raises:
            NotAlike: the exact path looks at more than a shape allows.
        """
        if len(self._fillers) + len(self._row_fillers) > _MOST_KEYS or not self._widen(parts):
            return False
        try:
            self._prove_law(parts, exact)
        except NotAlike:
            self._forget()
            raise
        return True

    def _prove_law(self, parts: Parts, exact: Exact) -> None:
        """
        Have the exact path read two copies: one for the facts, and one that is as clean if it keeps
        the law.
        """
        marked, moved = parts.rewritten(probe.marked).text, parts.rewritten(probe.moved).text
        found, other = exact(marked), exact(moved)
        if found is None or other is None or not other[0]:
            raise NotAlike
        proof = _Proof(parts.text, marked, found[1])
        self._prove(proof)
        if self.facts([moved]) != [other[1]] or self.facts([proof.text]) == [None]:
            raise NotAlike
        self._proofs = [*self._proofs[1 - _MOST_PROOFS :], proof]

    def _forget(self) -> None:
        self._proofs = []
        self._fillers.clear()
        self._row_fillers.clear()

    def _widen(self, parts: Parts) -> bool:
        """Let the slots take the tokens of one more record, if they can."""
        if bool(self._row_slots) != bool(parts.rows) or (
            len(parts.rows) > 1 and parts.separator != self._separator
        ):
            return False
        slots = lined_up(self._slots, parts.frame, whole_values=False)
        rows: list[Slot] | None = self._row_slots
        for row in parts.rows:
            rows = lined_up(rows, row, whole_values=True) if rows is not None else None
        if slots is None or rows is None or references(parts) != self._alike:
            return False
        if sum(slot.differs for slot in (*slots, *rows)) > _MOST_WORDS:
            return False
        before = self._slots, self._row_slots
        if (slots, rows) != before:
            self._slots, self._row_slots = slots, rows
            try:
                self._compile()
            except NotAlike:
                self._slots, self._row_slots = before
                self._compile()
                return False
        text = parts.text
        start, end = self._bounds(text) if parts.rows else (0, 0)
        return text[start:end] == parts.text_of_rows

    def _compile(self) -> None:
        """Compile the patterns, and prove anew what was proven."""
        self.compiled += 1
        self._frame, self._row = UnitPattern(self._slots), UnitPattern(self._row_slots)
        self._frame_pattern = re.compile(self._frame.pattern, re.DOTALL)
        between = rf"(?:{re.escape(self._separator)}|\Z)"
        self._row_pattern = re.compile(self._row.pattern + between, re.DOTALL)
        self._owners = self._alike[-1]
        if self._row_slots:
            self._find_rims()
        self._fillers.clear()
        self._row_fillers.clear()
        for proof in self._proofs:
            self._prove(proof)
        self._relations()

    def _relations(self) -> None:
        """
        Note which SIDs and opaque tokens must differ:
        those that can be equal by their prefixes.
        """
        frame, row = self._frame.sids, self._row.sids
        own = {
            group: prefixes
            for (group, prefixes), owner in zip(row.items(), self._owners, strict=True)
            if owner is None or owner < 0
        }
        self._placeholders = placeholders(set().union(*frame.values(), *row.values()))
        self._differing = [
            *((one, other) for one, other in combinations(frame, 2) if frame[one] & frame[other]),
            *combinations(self._frame.opaque, 2),
        ]
        self._differing_rows = [
            (one, other) for one, other in combinations(own, 2) if own[one] & own[other]
        ]
        self._differing_from_frame = [
            (one, other) for one in own for other in frame if own[one] & frame[other]
        ]

    def _find_rims(self) -> None:
        """Note by which text the beginning and the end of the rows are found. Raises `NotAlike`."""
        cut = next(index for index, slot in enumerate(self._slots) if slot.token == CUT)
        before, behind = literal(self._slots[:cut][::-1]), literal(self._slots[cut + 1 :])
        self._opening = "".join(before[:_OPENING][::-1])
        closing = "".join(behind)
        self._closing = closing[: closing.find("]") + 1]
        row = "".join(slot.token.text for slot in self._row_slots)
        if not self._opening or not self._closing or "]" in row or self._row.fixed is None:
            raise NotAlike

    def _prove(self, proof: _Proof) -> None:
        """
        Accept the keys of a record that was found clean; its facts come from those of its marked
        copy.
        """
        record, marked = self._captured(proof.text), self._captured(proof.marked)
        if record is None or marked is None or len(record[1]) != len(marked[1]):
            raise NotAlike
        (groups, rows, _), (others, other_rows, _) = record, marked
        values = self._frame.values(others)
        markers, listed = self._frame.marked(values), None
        if rows:
            own = [self._row.marked(row) for row in other_rows]
            listed = RowFacts(own, len(values) + len(rows[0]))
            markers = {text: len(values) + number for text, number in own[0].items()} | markers
        make, of_rows = fillers(proof.facts, markers, listed)
        for unit, captured in ((self._frame, [groups]), (self._row, rows)):
            for group, prefixes in unit.sids.items():
                prefixes.update(each[group][:2] for each in captured)
        self._relations()
        (key,) = self._frame.keys([(text,) for text in groups], 1)
        self._fillers[key, len(rows)] = make
        if rows:
            keys = self._row.keys(list(zip(*rows, strict=True)), len(rows))
            self._row_fillers.update(zip(keys, of_rows, strict=True))
