"""
A shape: how records look that are alike, and which of them are proven clean.

A record with rows (a page) is a frame, matched without its rows, and the rows, read by a second
scan.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any, NamedTuple

from receiptkit.bulk import probe
from receiptkit.bulk.fact_makers import Filler, RowFacts, fillers
from receiptkit.bulk.law import Exact, Facts, NotAlike
from receiptkit.bulk.matcher import Matcher
from receiptkit.bulk.parts import Parts
from receiptkit.bulk.references import (
    references,
)
from receiptkit.bulk.relations import Relations
from receiptkit.bulk.slots import Slot, lined_up
from receiptkit.bulk.unit import Columns, Key

#: Bounds of a shape: different words, combinations of them, and records that are kept to compile
#: the pattern anew.
_MOST_WORDS, _MOST_KEYS, _MOST_PROOFS = 12, 2000, 8


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
        frames, rows, rooms, is_match = self._matcher.captured(texts)
        proven = self._proven(frames, rows, rooms)
        if len(proven) == len(texts):
            return proven
        following = iter(proven)
        return [next(following) if each else None for each in is_match]

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
        if not is_tiled or not self._relations.hold(counts, frames, columns):
            half = len(groups) // 2
            if not half:
                return [None]
            halves = (slice(half), slice(half, None))
            return [
                facts
                for own in halves
                for facts in self._proven(groups[own], of_rows[own], rooms[own])
            ]
        makers = list(map(self._fillers.get, self._frame.keys(frames, len(groups), counts)))
        values: Any = groups if not self._frame.encoded else list(map(self._frame.values, groups))
        if rows:
            row_makers = map(self._row_fillers.get, self._row.keys(columns, len(rows)))
            filled = [make and make(row) for make, row in zip(row_makers, rows)]  # noqa: B905
            ends = list(accumulate(counts))
            parts = [filled[end - count : end] for end, count in zip(ends, counts)]  # noqa: B905
            # Facts are hardly ever empty, and that is seen sooner.
            if not all(filled) and None in filled:
                pairs = zip(makers, parts)  # noqa: B905
                makers = [None if None in part else make for make, part in pairs]
            triples = zip(values, of_rows, parts)  # noqa: B905
            values = [(*own, each[0], part) for own, each, part in triples]
        return [make and make(own) for make, own in zip(makers, values)]  # noqa: B905

    # -- checks

    def _length(self, columns: Columns, rows: int, records: int) -> int:
        return self._row.length(columns, rows) + (rows - records) * len(self._separator)

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
        start, end = self._matcher.bounds(text) if parts.rows else (0, 0)
        return text[start:end] == parts.text_of_rows

    def _compile(self) -> None:
        """Compile the patterns, and prove anew what was proven."""
        self.compiled += 1
        owners = self._alike[-1]
        self._matcher = Matcher(self._slots, self._row_slots, self._separator, owners)
        self._frame, self._row = self._matcher.frame, self._matcher.row
        self._fillers.clear()
        self._row_fillers.clear()
        for proof in self._proofs:
            self._prove(proof)
        self._relations = Relations(self._frame, self._row, owners)

    def _prove(self, proof: _Proof) -> None:
        """
        Accept the keys of a record that was found clean; its facts come from those of its marked
        copy.
        """
        captured = self._matcher.captured([proof.text, proof.marked])
        if not all(captured.is_match) or len({*map(len, captured.rows)}) > 1:
            raise NotAlike
        (groups, others), (rows, other_rows) = captured.frames, captured.rows
        values = self._frame.values(others)
        markers, listed = self._frame.marked(values), None
        if rows:
            own = [self._row.marked(row) for row in other_rows]
            listed = RowFacts(own, len(values) + 1)
            first = {text: f"[{len(values)}]{place}" for text, place in own[0].items()}
            markers = first | markers
        make, of_rows = fillers(proof.facts, markers, listed)
        for unit, seen in ((self._frame, [groups]), (self._row, rows)):
            for group, prefixes in unit.sids.items():
                prefixes.update(each[group][:2] for each in seen)
        self._relations = Relations(self._frame, self._row, self._alike[-1])
        (key,) = self._frame.keys([(text,) for text in groups], 1, [len(rows)])
        self._fillers[key] = make
        if rows:
            keys = self._row.keys(list(zip(*rows, strict=True)), len(rows))
            self._row_fillers.update(zip(keys, of_rows, strict=True))
