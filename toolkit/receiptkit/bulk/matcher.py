"""Read with the patterns of a shape what is in the places where records differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from receiptkit.bulk.law import NotAlike
from receiptkit.bulk.parts import CUT
from receiptkit.bulk.slots import Slot, literal
from receiptkit.bulk.unit import UnitPattern

#: How much of the text before the rows is looked for to find them.
_OPENING = 40

Groups = tuple[str, ...]


class Captured(NamedTuple):
    """
    Hold what patterns captured of records, with a value for each record that matched.

    Attributes:
        frames: the groups of its frame.
        rows: the groups of each of its rows.
        rooms: how much room its rows have.
        is_match: for each record, True if it matched.
    """

    frames: Sequence[Groups]
    rows: Sequence[Sequence[Groups]]
    rooms: Sequence[int]
    is_match: Sequence[bool]


class Matcher:
    """
    The patterns of a shape: one for frames, and one for rows.

    Attributes:
        frame, row: the patterns, with their groups.
    """

    def __init__(
        self,
        slots: Sequence[Slot],
        row_slots: Sequence[Slot],
        separator: str,
        owners: Sequence[int | None],
    ) -> None:
        """
        Compile the slots of a frame and of a row, if there are rows, with the `owners` of its SIDs.

        Raises `NotAlike`.
        """
        self.frame, self.row = UnitPattern(slots), UnitPattern(row_slots, owners)
        self._frame_pattern = re.compile(self.frame.pattern, re.DOTALL)
        between = rf"(?:{re.escape(separator)}|\Z)"
        self._row_pattern = re.compile(self.row.pattern + between, re.DOTALL)
        self._opening, self._closing = _rims(slots, self.row, row_slots) if row_slots else ("", "")

    def captured(self, texts: Sequence[str]) -> Captured:
        """Return what is captured of each text that matches."""
        if not self._opening:
            matches = list(map(self._frame_pattern.fullmatch, texts))
            groups = [match.groups("") for match in matches if match is not None]
            is_match = list(map(bool, matches))
            return Captured(groups, ((),) * len(groups), (0,) * len(groups), is_match)
        every = list(map(self._captured, texts))
        found = [each for each in every if each is not None]
        frames, rows, rooms = zip(*found, strict=True) if found else ((), (), ())
        return Captured(frames, rows, rooms, list(map(bool, every)))

    def _captured(self, text: str) -> tuple[Groups, list[Groups], int] | None:
        """Return the groups of a frame and of its rows, and how much room these have."""
        start, end = self.bounds(text)
        if start >= end:
            return None
        match = self._frame_pattern.fullmatch(f"{text[:start]}{CUT.text}{text[end:]}")
        rows = self._row_pattern.findall(text, start, end) if match is not None else []
        return (match.groups(""), rows, end - start) if match is not None and rows else None

    def bounds(self, text: str) -> tuple[int, int]:
        """Return where the rows begin and end, as far as the text around them shows."""
        start = text.find(self._opening)
        if start < 0:
            return 0, 0
        start += len(self._opening)
        return start, text.find(self._closing, start)


def _rims(slots: Sequence[Slot], row: UnitPattern, row_slots: Sequence[Slot]) -> tuple[str, str]:
    """Return by which texts the beginning and the end of rows are found. Raises `NotAlike`."""
    cut = next(index for index, slot in enumerate(slots) if slot.token == CUT)
    before, behind = literal(slots[:cut][::-1]), literal(slots[cut + 1 :])
    opening, closing = "".join(before[:_OPENING][::-1]), "".join(behind)
    closing = closing[: closing.find("]") + 1]
    text_of_row = "".join(slot.token.text for slot in row_slots)
    if not opening or not closing or "]" in text_of_row or row.fixed is None:
        raise NotAlike
    return opening, closing
