"""Cassettes that cassetter keeps in TOML."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

from receiptkit.captures import envelope
from receiptkit.captures.bodies import Reading, nothing_beside
from receiptkit.captures.exchanges import interaction
from receiptkit.captures.format import Format, beginning
from receiptkit.captures.observation import Observation
from receiptkit.captures.records import Cell, PlacedRecord
from receiptkit.captures.sources import Limits, everything
from receiptkit.model import pointers
from receiptkit.model.errors import CaptureError
from receiptkit.model.location import Position
from receiptkit.model.regex import regex

_BEGINNING = regex(rb"^\[\[interactions\]\][ \t]*\r?$", re.MULTILINE)
_ENTRY = regex(r"\[\[\s*interactions\s*\]\]")
_SECTION = regex(r"\[\s*interactions\.([\w.]+)\s*\]")
#: White space in a string that its value does not have.
_FAR = 1 << 12
_MEMBER = regex(r"([\w-]+)\s*=\s*")


def recognise(name: str, head: bytes) -> str:
    """Return the evidence that a file is a cassette in TOML: its tables are `[[interactions]]`."""
    start = beginning(head)
    return (
        "its tables are [[interactions]]"
        if start[:1] not in b"{[<" and _BEGINNING.search(start)
        else ""
    )


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """
    Yield the interactions of a cassette.

    Raises:
        CaptureError: it is no TOML, or larger than a record may be.
    """
    text = everything(stream, limits.record, "the cassette").decode("utf-8", "replace")
    reading = Reading(limits.record, nothing_beside)
    interactions = _parsed(text).get("interactions")
    if not isinstance(interactions, list):
        raise CaptureError("not a cassette: the list interactions is missing")
    plain = text.removeprefix("\ufeff")
    places, cell = list(_places(plain)), _cells(plain)
    for entry, value in enumerate(interactions):
        own = places[entry] if entry < len(places) else {"": Position()}
        nested = _nested(value)
        record = PlacedRecord(own[""], own, partial(cell, nested, own))
        yield envelope.seen(entry, record, interaction(nested, reading))


def _cells(text: str) -> Callable[[Any, dict[str, Position], str], Cell | None]:
    """Return the function from a member of an interaction to the text that it is."""
    from receiptkit.text.json_locate import LineIndex
    from receiptkit.text.scalars import toml_offsets

    lines = LineIndex(text)

    def cell(value: Any, places: dict[str, Position], pointer: str) -> Cell | None:
        string = pointers.resolve(value, pointer)
        if not isinstance(string, str) or pointer not in places:
            return None
        start = lines.offset(*places[pointer])
        offsets = toml_offsets(text[start : start + 12 * len(string) + _FAR], string)
        if offsets is None:
            return None
        return Cell(string, lambda at: lines.place(start + offsets[at]))

    return cell


def _parsed(text: str) -> dict[str, Any]:
    # Python has it since 3.11; before, it is a package of ours.
    toml: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        found: dict[str, Any] = toml.loads(text.removeprefix("\ufeff"))
    except (toml.TOMLDecodeError, RecursionError) as error:
        raise CaptureError(f"not TOML: {error}") from None
    return found


def _nested(value: Any) -> Any:
    """Return an interaction with each body in an object, as cassetter has it in YAML."""
    if not isinstance(value, dict):
        return value
    nested = dict(value)
    for part in ("request", "response"):
        message = value.get(part)
        if isinstance(message, dict) and "body_type" in message:
            body = {"type": message["body_type"], "content": message.get("body_content")}
            nested[part] = {**message, "body": body}
    return nested


def _places(text: str) -> Iterator[dict[str, Position]]:
    """Yield the positions of the members of each interaction, by their JSON Pointers."""
    places: dict[str, Position] = {}
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if _ENTRY.match(line):
            if places:
                yield places
            places, section = {"": Position(number, 1)}, ""
        elif found := _SECTION.match(line):
            section = "/" + found[1].replace(".", "/")
            places.setdefault(section, Position(number, 1))
        elif (found := _MEMBER.match(line)) and places:
            name = "/body/content" if found[1] == "body_content" else f"/{found[1]}"
            places.setdefault(section + name, Position(number, found.end() + 1))
    if places:
        yield places


FORMAT = Format(
    name="toml",
    title="cassette in TOML",
    description="cassettes of cassetter in TOML",
    recognise=recognise,
    read=read,
    order=31,
)
