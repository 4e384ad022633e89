"""Texts of a file, and the way from a value in them to its position in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

from receiptkit.model.location import Position
from receiptkit.text.json_text import decode

if TYPE_CHECKING:
    from receiptkit.text.json_locate import LineIndex

_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
)


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


class Record(Protocol):
    """A part of a file that holds one observation or several."""

    #: True if a part that is text stands in the file character for character.
    literal: bool

    #: The position at which it begins.
    start: Position

    def position(self, offset: int) -> Position:
        """Return the position in the file of an offset in the record's text."""

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

    literal = False

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

    def positions(self, spots: Iterable[Spot], element: int | None) -> dict[Spot, Position]:
        start = int(self.text.startswith("\ufeff")) if element is None else self._elements[element]
        return positions_in(self.text, spots, self.position, start)


class PlacedRecord:
    """
    A record whose positions were noted while it was read.

    YAML, HTTP messages, lines of forms and URLs.
    """

    def __init__(self, start: Position, places: Mapping[str, Position], *, literal: bool) -> None:
        """Hold the positions of values by their JSON Pointers, or of parts by their names."""
        self.start = start
        self.literal = literal
        self._places = places

    def position(self, offset: int) -> Position:
        return self.start

    def positions(self, spots: Iterable[Spot], element: int | None) -> dict[Spot, Position]:
        return {spot: self._nearest(_first_pointer(spot)) for spot in spots}

    def _nearest(self, pointer: str) -> Position:
        while pointer and pointer not in self._places:
            pointer = pointer.rpartition("/")[0]
        return self._places.get(pointer, self.start)


class TextRecord:
    """
    A text of its own within a file, such as a cell of a table: the value is JSON or plain text.

    Attributes:
        text: the text, decoded.
    """

    literal = False

    def __init__(self, text: str, start: Position, position: Callable[[int], Position]) -> None:
        """Hold a text that begins at `start`; `position` leads from an offset in it to the file."""
        self.text = text
        self.start = start
        self._position = position

    def position(self, offset: int) -> Position:
        return self._position(offset)

    def positions(self, spots: Iterable[Spot], element: int | None) -> dict[Spot, Position]:
        return positions_in(self.text, spots, self._position)


class Cell(NamedTuple):
    """
    One of several texts.

    Attributes:
        text: the text, decoded.
        position: leads from an offset in it to the file.
    """

    text: str
    position: Callable[[int], Position]


class CellsRecord:
    """Texts side by side, such as the cells of a row or the values of a form."""

    literal = False

    def __init__(self, start: Position, cells: Mapping[str, Cell]) -> None:
        """Hold the texts by their JSON Pointers."""
        self.start = start
        self._cells = cells

    def position(self, offset: int) -> Position:
        return self.start

    def positions(self, spots: Iterable[Spot], element: int | None) -> dict[Spot, Position]:
        return {spot: self._position(spot) for spot in spots}

    def _position(self, spot: Spot) -> Position:
        leg = spot.legs[0] if spot.legs else Leg(spot.pointer, encoded=True)
        cell = self._cells.get(leg.pointer)
        if cell is None:
            return self.start
        if leg.encoded:
            return cell.position(0)
        rest = Spot(spot.pointer, spot.legs[1:])
        return positions_in(
            cell.text[leg.start :], [rest], lambda at: cell.position(leg.start + at)
        )[rest]


def positions_in(
    text: str, spots: Iterable[Spot], position: Callable[[int], Position], start: int = 0
) -> dict[Spot, Position]:
    """Return the positions of values in a text and in the texts that strings in it hold."""
    from receiptkit.text.json_locate import offsets
    from receiptkit.text.json_scan import SPACE

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
        found |= _through(text, leg, deeper, places[leg.pointer], position)
    return found


def _through(
    text: str, leg: Leg, spots: list[Spot], at: int, position: Callable[[int], Position]
) -> dict[Spot, Position]:
    """Return the positions of values behind a string that holds their text."""
    from receiptkit.text.json_locate import skip

    if leg.encoded or (leg.pointer and text[at : at + 1] != '"'):
        return dict.fromkeys(spots, position(at))
    if text[at : at + 1] == '"' and leg.pointer:
        literal = text[at : skip(text, at)]
        string, way = json.loads(literal), _way(literal)
    else:
        string, way, at = text, _straight, 0

    def outward(offset: int) -> Position:
        return position(at + way(leg.start + offset))

    rests = {Spot(spot.pointer, spot.legs[1:]): spot for spot in spots}
    inner = positions_in(string[leg.start :], rests, outward)
    return {rests[rest]: place for rest, place in inner.items()}


def _straight(offset: int) -> int:
    return offset


def _way(literal: str) -> Callable[[int], int]:
    """Return the function from an offset in a string to the offset in its JSON literal."""
    escapes = [(match.start(), len(match[0])) for match in _ESCAPE.finditer(literal)]

    def way(offset: int) -> int:
        place = offset + 1
        for start, length in escapes:
            if start >= place:
                break
            place += length - 1
        return place

    return way


def _first_pointer(spot: Spot) -> str:
    return spot.legs[0].pointer if spot.legs else spot.pointer
