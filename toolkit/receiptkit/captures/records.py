"""Texts of a file, and the way from a value in them to its position in the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

from receiptkit.model.location import Position
from receiptkit.model.regex import regex
from receiptkit.text.json_text import decode

if TYPE_CHECKING:
    from receiptkit.text.json_locate import LineIndex

_ESCAPE = regex(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")


class Leg(NamedTuple):
    """
    A string that holds another text.

    Attributes:
        pointer: the string, as a JSON Pointer into the text around it.
        start: the offset in the string at which the inner text begins.
        encoded: if the inner text is base64 or compressed there, so that offsets in it lead
            nowhere.
    """

    pointer: str
    start: int = 0
    encoded: bool = False


class Spot(NamedTuple):
    """
    The way to a value: through strings that hold texts, then a JSON Pointer in the innermost.

    Attributes:
        pointer: the value, as a JSON Pointer into the innermost text.
        legs: the strings on the way, from the outermost.
    """

    pointer: str = ""
    legs: tuple[Leg, ...] = ()


class Cell(NamedTuple):
    """
    A text that is in a file character for character, perhaps with escapes.

    Attributes:
        text: the text, decoded.
        position: leads from an offset in it to the file.
    """

    text: str
    position: Callable[[int], Position]

    def behind(self, start: int) -> Cell:
        """Return the rest of the text, from an offset on."""
        return Cell(self.text[start:], lambda at: self.position(start + at)) if start else self


class Record(Protocol):
    """A part of a file that holds one observation or several."""

    #: The position at which it begins.
    start: Position

    def position(self, offset: int) -> Position:
        """Return the position in the file of an offset in the record's text."""

    def cell(self, spot: Spot, element: int | None) -> Cell | None:
        """Return the text that a string is; None where the file has it in another form."""

    def positions(self, spots: Iterable[Spot], element: int | None) -> dict[Spot, Position]:
        """
        Return the positions at which values begin.

        Pointers start at the element of an array, if one is given.
        """


class JsonRecord:
    """
    A JSON text of a file: a document, a line of NDJSON, an entry of a HAR.

    Attributes:
        raw: the bytes of the text.
    """

    def __init__(self, raw: bytes, start: Position) -> None:
        """Hold the bytes of a text that begins at `start` in the file."""
        self.raw = raw
        self.start = start

    @cached_property
    def text(self) -> str:
        return decode(self.raw)[0]

    @cached_property
    def _lines(self) -> LineIndex:
        from receiptkit.text.json_locate import LineIndex

        return LineIndex(self.text)

    @cached_property
    def _elements(self) -> list[int]:
        from receiptkit.text.json_locate import elements

        return elements(self.text)

    def position(self, offset: int) -> Position:
        return self.start.shifted(*self._lines.place(offset))

    def cell(self, spot: Spot, element: int | None) -> Cell | None:
        return cell_in(Cell(self.text, self.position), spot, self._start(element))

    def positions(self, spots: Iterable[Spot], element: int | None) -> dict[Spot, Position]:
        return positions_in(Cell(self.text, self.position), spots, self._start(element))

    def _start(self, element: int | None) -> int:
        return int(self.text.startswith("\ufeff")) if element is None else self._elements[element]


class TextRecord:
    """A JSON text within another, such as a value in a line of a log."""

    def __init__(self, text: str, start: Position, position: Callable[[int], Position]) -> None:
        """Hold a text that begins at `start`; `position` leads from an offset in it to the file."""
        self.start = start
        self._cell = Cell(text, position)

    def position(self, offset: int) -> Position:
        return self._cell.position(offset)

    def cell(self, spot: Spot, element: int | None) -> Cell | None:
        return cell_in(self._cell, spot)

    def positions(self, spots: Iterable[Spot], element: int | None) -> dict[Spot, Position]:
        return positions_in(self._cell, spots)


class PlacedRecord:
    """A record whose values were noted while it was read: YAML, HTTP messages, tables, forms."""

    def __init__(
        self,
        start: Position,
        places: Mapping[str, Position] | None = None,
        cells: Callable[[str], Cell | None] | None = None,
    ) -> None:
        """
        Args:
            start: where the record begins.
            places: the positions of values by their JSON Pointers, or of parts by their names.
            cells: returns the text that one of them is.
        """
        self.start = start
        self._places = places or {}
        self._cells = cells or (lambda _: None)

    def position(self, offset: int) -> Position:
        return self.start

    def cell(self, spot: Spot, element: int | None) -> Cell | None:
        if not spot.legs:
            return self._cells(spot.pointer)
        leg, *legs = spot.legs
        cell = None if leg.encoded else self._cells(leg.pointer)
        return cell and cell_in(cell.behind(leg.start), Spot(spot.pointer, tuple(legs)))

    def positions(self, spots: Iterable[Spot], element: int | None) -> dict[Spot, Position]:
        return {spot: self._position(spot) for spot in spots}

    def _position(self, spot: Spot) -> Position:
        leg = spot.legs[0] if spot.legs else Leg(spot.pointer, encoded=True)
        cell = None if leg.pointer in self._places and leg.encoded else self._cells(leg.pointer)
        if cell is None:
            return self._nearest(leg.pointer)
        if leg.encoded:
            return cell.position(0)
        rest = Spot(spot.pointer, spot.legs[1:])
        return positions_in(cell.behind(leg.start), [rest])[rest]

    def _nearest(self, pointer: str) -> Position:
        while pointer and pointer not in self._places:
            pointer = pointer.rpartition("/")[0]
        return self._places.get(pointer, self.start)


def text_record(text: str, start: Position) -> PlacedRecord:
    """Return the record of a text that is in the file unchanged, on one line."""
    whole = Cell(text, lambda at: start.shifted(1, 1 + at))
    return PlacedRecord(start, cells=lambda _: whole)


def cell_in(cell: Cell, spot: Spot, start: int = 0) -> Cell | None:
    """Return the text that a string in a JSON text is; None where it is in another form there."""
    for leg in spot.legs:
        inner = None if leg.encoded else _string_at(cell, leg.pointer, start)
        if inner is None:
            return None
        cell, start = inner.behind(leg.start), 0
    return _string_at(cell, spot.pointer, start)


def _string_at(cell: Cell, pointer: str, start: int) -> Cell | None:
    """Return the string at a pointer of a JSON text; the whole text has no pointer."""
    from receiptkit.text.json_locate import offsets

    if not pointer:
        return cell.behind(start)
    return _string(cell, offsets(cell.text, [pointer], start)[pointer])


def _string(cell: Cell, at: int) -> Cell | None:
    """Return the string whose literal begins at an offset of a text; None if none does."""
    from receiptkit.text.json_locate import skip

    if cell.text[at : at + 1] != '"':
        return None
    literal = cell.text[at : skip(cell.text, at)]
    way_in = way(literal)
    return Cell(
        json.loads(literal, strict=False), lambda offset: cell.position(at + way_in(offset))
    )


def positions_in(cell: Cell, spots: Iterable[Spot], start: int = 0) -> dict[Spot, Position]:
    """Return the positions of values in a text and in the texts that strings in it hold."""
    from receiptkit.text.json_locate import offsets
    from receiptkit.text.json_scan import SPACE

    text, position = cell
    found: dict[Spot, Position] = {}
    inner: dict[Leg, list[Spot]] = {}
    here = {}
    for spot in spots:
        if spot.legs:
            inner.setdefault(spot.legs[0], []).append(spot)
        else:
            here[spot.pointer] = spot
    whole = SPACE.match(text, start)
    places = {"": whole.end() if whole else start}
    pointers = {*here, *(leg.pointer for leg in inner)} - {""}
    if pointers:
        places |= offsets(text, pointers, start)
    found |= {spot: position(places[pointer]) for pointer, spot in here.items()}
    for leg, deeper in inner.items():
        found |= _through(cell, leg, deeper, places[leg.pointer])
    return found


def _through(cell: Cell, leg: Leg, spots: list[Spot], at: int) -> dict[Spot, Position]:
    """Return the positions of values behind the string at an offset that holds their text."""
    string = None if leg.encoded else _string(cell, at) if leg.pointer else cell
    if string is None:
        return dict.fromkeys(spots, cell.position(at))
    rests = {Spot(spot.pointer, spot.legs[1:]): spot for spot in spots}
    inner = positions_in(string.behind(leg.start), rests)
    return {rests[rest]: place for rest, place in inner.items()}


def way(literal: str) -> Callable[[int], int]:
    """Return the function from an offset in a string to the offset in its JSON literal."""
    escapes = [(match.start(), len(match[0])) for match in _ESCAPE.finditer(literal)]

    def into(offset: int) -> int:
        place = offset + 1
        for start, length in escapes:
            if start >= place:
                break
            place += length - 1
        return place

    return into
