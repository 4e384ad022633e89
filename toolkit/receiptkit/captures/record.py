"""Records of a file, and the observations in them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from receiptkit import pointers
from receiptkit.jsontext import Defect, decode
from receiptkit.observations import Exchange

if TYPE_CHECKING:
    from receiptkit.jsontext.locate import LineIndex


class Record:
    """
    A JSON text of a file: a whole JSON document, or one line of NDJSON. Held only as long as its observations are judged.

    Attributes:
        raw: the bytes of the text.
        line: the line of the file it begins on, from 1.
    """

    def __init__(self, raw: bytes, line: int) -> None:
        self.raw = raw
        self.line = line

    @cached_property
    def text(self) -> str:
        return decode(self.raw)[0]

    @cached_property
    def _lines(self) -> LineIndex:
        from receiptkit.jsontext.locate import LineIndex

        return LineIndex(self.text)

    @cached_property
    def _elements(self) -> list[int]:
        from receiptkit.jsontext.locate import elements

        return elements(self.text)

    def place(self, offset: int) -> tuple[int, int]:
        """The line of the file and the column of an offset in the text."""
        line, column = self._lines.place(offset)
        return self.line + line - 1, column

    def places(self, wanted: Iterable[str], element: int | None) -> dict[str, tuple[int, int]]:
        """Line and column of values; pointers start at the element of the array that the text is, or at its root."""
        from receiptkit.jsontext.locate import offsets

        start = int(self.text.startswith("\ufeff")) if element is None else self._elements[element]
        return {pointer: self.place(offset) for pointer, offset in offsets(self.text, wanted, start).items()}


class Observation:
    """
    One thing that was seen in a file.

    Attributes:
        entry: its number within the file, from 0.
        record: the text it stands in.
        element: its index, where the text is an array of observations.
        value: the parsed value of its text; None if that could not be read.
        exchange: the request and response it is; None for a bare body.
        defects: what is wrong with its text.
        unusable: why it cannot be judged, if it cannot.
    """

    __slots__ = ("defects", "element", "entry", "exchange", "record", "unusable", "value")

    def __init__(
        self,
        entry: int,
        record: Record,
        element: int | None,
        value: Any,
        exchange: Exchange | None = None,
        defects: tuple[Defect, ...] = (),
        unusable: str | None = None,
    ) -> None:
        self.entry = entry
        self.record = record
        self.element = element
        self.value = value
        self.exchange = exchange
        self.defects = defects
        self.unusable = unusable

    def body_places(self, wanted: Iterable[str], at: str) -> dict[str, tuple[int, int]]:
        """Line and column of values by their pointer into the body, which itself stands at `at` within the observation."""
        prefixed = {at + pointer: pointer for pointer in wanted}
        return {prefixed[pointer]: place for pointer, place in self.record.places(prefixed, self.element).items()}


def below(defects: Iterable[Defect], element: int) -> tuple[Defect, ...]:
    """The defects inside one element of an array, their pointers starting there."""
    prefix = pointers.join([element])
    return tuple(
        Defect(defect.rule, defect.pointer[len(prefix) :], defect.offset, defect.message, defect.hint, defect.severity)
        for defect in defects
        if defect.pointer == prefix or defect.pointer.startswith(prefix + "/")
    )
