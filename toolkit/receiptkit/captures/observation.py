"""Records of a file, the observations in them, and where in the file the parts of an observation stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from receiptkit.model import pointers
from receiptkit.model.exchange import Exchange, Part, WebhookRequest
from receiptkit.model.position import Position
from receiptkit.model.problem import Problem
from receiptkit.text.json_text import decode

if TYPE_CHECKING:
    from receiptkit.text.json_locate import LineIndex


class Place(NamedTuple):
    """A place in the file; for what does not stand there literally, the start of the text it is in and the place within that."""

    position: Position
    within: Position | None = None


class Record(Protocol):
    """What is held of a file while the observations in it are judged."""

    #: Whether a part that is text stands in the file character for character.
    literal: bool

    #: Where it begins.
    start: Position

    def position(self, offset: int) -> Position:
        """The position in the file of an offset in the record's text."""

    def positions(self, wanted: Iterable[str], element: int | None) -> dict[str, Position]:
        """Where in the file values begin, by their names in the record: JSON Pointers, from the element on if it is an array's."""


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
        """The position in the file of an offset in the text."""
        return self.start.shifted(*self._lines.place(offset))

    def positions(self, wanted: Iterable[str], element: int | None) -> dict[str, Position]:
        from receiptkit.text.json_locate import offsets

        start = int(self.text.startswith("\ufeff")) if element is None else self._elements[element]
        return {
            pointer: self.position(offset)
            for pointer, offset in offsets(self.text, wanted, start).items()
        }


class PlacedRecord:
    """A record whose parts' positions were noted while it was read: YAML, HTTP messages, lines of forms and URLs."""

    def __init__(self, start: Position, places: Mapping[str, Position], *, literal: bool) -> None:
        self.start = start
        self.literal = literal
        self._places = places

    def position(self, offset: int) -> Position:
        return self.start

    def positions(self, wanted: Iterable[str], element: int | None) -> dict[str, Position]:
        return {name: self._places.get(name, self.start) for name in wanted}


#: Under which name each part of an observation stands in its record.
Layout = Mapping[Part, str]
BARE: Layout = {"response": "", "request": "", "url": "", "status": "", "headers": "", "sent": ""}


class Observation:
    """
    One thing that was seen in a file.

    Attributes:
        entry: its number within the file, from 0.
        record: what it stands in.
        seen: the exchange or the delivery it is; None for a bare body.
        value: a bare body, parsed; None if it could not be read.
        layout: where its parts stand in the record.
        element: its index, where the record is an array of observations.
        defects: what is wrong with the text of the record.
        unusable: why it cannot be judged, if it cannot.
    """

    __slots__ = ("element", "entry", "layout", "problems", "record", "seen", "unusable", "value")

    def __init__(
        self,
        entry: int,
        record: Record,
        seen: Exchange | WebhookRequest | None = None,
        *,
        value: Any = None,
        layout: Layout = BARE,
        element: int | None = None,
        problems: tuple[Problem, ...] = (),
        unusable: str | None = None,
    ) -> None:
        self.entry = entry
        self.record = record
        self.seen = seen
        self.value = value
        self.layout = layout
        self.element = element
        self.problems = problems
        self.unusable = unusable

    def text(self, part: Part) -> str | None:
        """A part that is text within the record; None for one that is a JSON value there, or is not there."""
        value: Any = None
        if part == "url":
            value = self.seen.url if self.seen else None
        elif isinstance(self.seen, Exchange):
            value = self.seen.request_body if part == "request" else self.seen.body
        elif isinstance(self.seen, WebhookRequest) and part == "request":
            value = self.seen.body
        return (
            decode(value)[0]
            if isinstance(value, bytes)
            else value
            if isinstance(value, str)
            else None
        )

    @property
    def begins(self) -> Position:
        """Where it begins."""
        return (
            self.record.start
            if self.element is None
            else self.record.positions([""], self.element)[""]
        )

    def start(self, part: Part) -> Position:
        """Where a part begins; where the record begins, if the part is not there."""
        return self.record.positions([self.layout[part]], self.element)[self.layout[part]]

    def places(self, part: Part, wanted: Iterable[str]) -> dict[str, Place]:
        """Where the values of a part stand, by their JSON Pointers into it; the whole of it has the pointer ""."""
        text = self.text(part)
        if text is not None:
            within = _positions_within(part, text, [pointer for pointer in wanted if pointer])
            start = self.start(part)
            return {pointer: self._within(start, within.get(pointer)) for pointer in wanted}
        at = self.layout[part]
        names = {at + pointer: pointer for pointer in wanted}
        return {
            names[name]: Place(position)
            for name, position in self.record.positions(names, self.element).items()
        }

    def place_within(self, part: Part, position: Position | None) -> Place:
        """The place of a position in a part that is text."""
        return self._within(self.start(part), position)

    def _within(self, start: Position, position: Position | None) -> Place:
        if position is not None and self.record.literal:
            return Place(start.shifted(*position))
        return Place(start, position)


def _positions_within(part: Part, text: str, wanted: list[str]) -> dict[str, Position]:
    """Where in a text values begin: in the query of a URL, in JSON, in a form."""
    if not wanted:
        return {}
    from receiptkit.text.forms import decode_form, decode_query, form_offsets, is_json
    from receiptkit.text.json_locate import LineIndex
    from receiptkit.text.json_locate import offsets as json_offsets

    if part == "url":
        offsets = form_offsets(decode_query(text), wanted)
    elif part == "response" or is_json(text):
        offsets = json_offsets(text, wanted, int(text.startswith("\ufeff")))
    else:
        offsets = form_offsets(decode_form(text), wanted)
    lines = LineIndex(text)
    return {pointer: Position(*lines.place(offset)) for pointer, offset in offsets.items()}


def below(problems: Iterable[Problem], element: int) -> tuple[Problem, ...]:
    """The defects inside one element of an array, their pointers starting there."""
    prefix = pointers.join([element])
    return tuple(
        problem._replace(pointer=problem.pointer[len(prefix) :])
        for problem in problems
        if problem.pointer == prefix or problem.pointer.startswith(prefix + "/")
    )
