"""Observations: what was seen in a file, and where in the file its parts are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from receiptkit.captures.records import Record, Spot
from receiptkit.model import pointers
from receiptkit.model.exchange import Exchange, Part, WebhookRequest
from receiptkit.model.location import Location, Position
from receiptkit.model.problem import Problem
from receiptkit.text.json_text import decode

if TYPE_CHECKING:
    from receiptkit.text.json_locate import LineIndex

#: Where each part of an observation is in its record.
Layout = Mapping[Part, Spot]

#: The rule for a request and a response, each with what belongs to it.
EXCHANGE = "a request with its response"
#: The rule for a webhook request that is whole, with what a log notes beside it.
REQUEST = "a request with its form"
_RECORD = Spot()
#: A value by its JSON Pointer, or a place in a text.
Wanted = str | Position


class Observation:
    """
    One thing that was seen in a file.

    Attributes:
        entry: its number within the file, from 0.
        record: the part of the file that holds it.
        seen: the exchange or the webhook request it is; None for a bare body.
        value: a bare body, parsed; None if it could not be read.
        layout: where its parts are in the record; a part that is missing there is the whole record.
        element: its index, where the record is an array of observations.
        problems: what is wrong with the text of the record.
        unusable: why it cannot be judged, if it cannot.
        rule: the rule by which it was found in what a tool wrote around it; empty if there was
            nothing around it.
        names: the way to each parameter, where a tool renamed, listed or printed the parameters.
        partial: True if parameters may be missing since they were not kept, as in a table with some
            of the columns.
        made_at: when it was made, where only the element of a list around it says so (ISO 8601).
    """

    __slots__ = (
        "element",
        "entry",
        "layout",
        "made_at",
        "names",
        "partial",
        "problems",
        "record",
        "rule",
        "seen",
        "unusable",
        "value",
    )

    def __init__(
        self,
        entry: int,
        record: Record,
        seen: Exchange | WebhookRequest | None = None,
        *,
        value: Any = None,
        layout: Layout | None = None,
        element: int | None = None,
        problems: tuple[Problem, ...] = (),
        unusable: str | None = None,
        rule: str = "",
        names: Mapping[str, Spot] | None = None,
        partial: bool = False,
    ) -> None:
        self.entry = entry
        self.record = record
        self.seen = seen
        self.value = value
        self.layout: Layout = layout or {}
        self.element = element
        self.problems = problems
        self.unusable = unusable
        self.rule = rule
        self.names = names
        self.partial = partial
        self.made_at = ""

    @property
    def begins(self) -> Position:
        """Return where it begins."""
        if self.element is None:
            return self.record.start
        return self.record.positions([_RECORD], self.element)[_RECORD]

    @property
    def carried(self) -> Collection[str] | None:
        """Return the names of the members that its source carries; None for all."""
        return tuple(self.names or ()) if self.partial else None

    def spot(self, part: Part) -> Spot:
        """Return where a part is in the record."""
        return self.layout.get(part, _RECORD)

    def text(self, part: Part) -> str | None:
        """
        Return a part that is text within the record.

        None for one that is a JSON value there, or is not there.
        """
        value: Any = None
        if part == "url":
            value = self.seen.url if self.seen else None
        elif isinstance(self.seen, Exchange):
            value = self.seen.request_body if part == "request" else self.seen.body
        elif isinstance(self.seen, WebhookRequest) and part == "request":
            value = self.seen.body
        if isinstance(value, bytes):
            return decode(value)[0]
        return value if isinstance(value, str) else None

    def locate(self, part: Part, wanted: Collection[Wanted]) -> dict[Wanted, Location]:
        """
        Return the locations of values of a part, by their JSON Pointers into it; "" is the whole of
        it.

        A position asks for a place in a part that is text. What is text in the file, but encoded
        as a whole, gets the place at which it begins and the place within it.
        """
        spot, text = self.spot(part), self.text(part)
        if text is None:
            spots = {
                one: self._below(spot, one) if isinstance(one, str) else spot for one in wanted
            }
            places = self.record.positions(set(spots.values()), self.element)
            return {one: Location("", self.entry, *places[at]) for one, at in spots.items()}
        from receiptkit.text.json_locate import LineIndex

        start = self.record.positions([spot], self.element)[spot]
        cell = self.record.cell(spot, self.element)
        shift = None if cell is None else _shift(text, cell.text)
        lines = LineIndex(text)
        found = {}
        for one, offset in _offsets_within(part, text, wanted, lines).items():
            place: tuple[int, ...] = start if one == "" else (*start, *lines.place(offset))
            if cell is not None and shift is not None and offset + shift >= 0:
                place = cell.position(offset + shift)
            found[one] = Location("", self.entry, *place)
        return found

    def _below(self, spot: Spot, pointer: str) -> Spot:
        """Return the way to a value of a part."""
        if self.names and pointer:
            name, *deeper = pointers.split(pointer)
            if name in self.names:
                spot, pointer = self.names[name], pointers.join(deeper)
        return spot._replace(pointer=spot.pointer + pointer)


def _shift(text: str, written: str) -> int | None:
    """
    Return by how much the offsets in a part grow to be those in the text that a file has of it.

    None if the file has another one. Of a URL, a file may have the end alone, or more.
    """
    at = written.find(text)
    if at >= 0:
        return at
    return len(written) - len(text) if written and text.endswith(written) else None


def _offsets_within(
    part: Part, text: str, wanted: Collection[Wanted], lines: LineIndex
) -> dict[Wanted, int]:
    """Return the offsets at which values begin: in the query of a URL, in JSON, in a form."""
    from receiptkit.model.limits import limit
    from receiptkit.text.forms import decode_form, decode_query, form_offsets, is_json
    from receiptkit.text.json_locate import offsets as json_offsets

    below = [one for one in wanted if isinstance(one, str) and one]
    within: dict[str, int] = {}
    if not below:
        pass
    elif part == "url":
        within = form_offsets(decode_query(text, limit("members")), below)
    elif part == "response" or is_json(text):
        within = json_offsets(text, below, int(text.startswith("\ufeff")))
    else:
        within = form_offsets(decode_form(text, most=limit("members")), below)
    first = len(text) - len(text.lstrip("\ufeff \t\r\n"))
    return {
        one: within.get(one, first) if isinstance(one, str) else lines.offset(*one)
        for one in wanted
    }


def below(problems: Iterable[Problem], pointer: str) -> tuple[Problem, ...]:
    """Return the problems inside the value at a pointer, their pointers starting there."""
    return tuple(
        problem._replace(pointer=problem.pointer[len(pointer) :])
        for problem in problems
        if problem.pointer == pointer or problem.pointer.startswith(pointer + "/")
    )
