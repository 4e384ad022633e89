"""
Requests in files of Bruno, and their examples: a language of braces, with texts between three
quotation marks.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

from receiptkit.captures import envelope
from receiptkit.captures.bodies import Reading, nothing_beside
from receiptkit.captures.documents import see
from receiptkit.captures.exchanges import exchange
from receiptkit.captures.format import Format, beginning
from receiptkit.captures.nodes import Node
from receiptkit.captures.observation import Observation
from receiptkit.captures.records import Cell, PlacedRecord
from receiptkit.captures.sources import Limits, everything
from receiptkit.model import pointers
from receiptkit.model.location import Position
from receiptkit.model.regex import regex

_BEGINNING = regex(rb"\Ameta \{\s")
_OPENING = regex(r"\s*([\w:-]+?):? \{\s*$")
_MEMBER = regex(r"\s*([\w-]+):\s*(.*?)\s*$")
_DEEPEST = 20
#: The blocks of a request, by what they hold; those of bodies have any text.
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_FORMS = ("body:form-urlencoded", "body:multipart-form")
_TEXTS = ("body:json", "body:text")
_VARIABLE = "{{"


def recognise(name: str, head: bytes) -> str:
    """Return the evidence that a file is one of Bruno: it begins with its block `meta`."""
    return "it begins with the block `meta`" if _BEGINNING.match(beginning(head)) else ""


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """Yield the webhook that a request is, and its examples, each of which has a response."""
    text = everything(stream, limits.record, "the file").decode("utf-8", "replace")
    reading = Reading(limits.record, nothing_beside)
    lines, entry = text.replace("\r\n", "\n").split("\n"), 0
    value, places = _request(lines)
    if _has_event(value):
        for seen in see(value, False, reading):
            record = PlacedRecord(places[""], places, partial(_cell, value, places))
            yield envelope.seen(entry, record, seen._replace(rule="a request of Bruno"))
            entry += 1
    for number, (value, places) in enumerate(_examples(lines), entry):
        record = PlacedRecord(places[""], places, partial(_cell, value, places))
        node = Node(value)
        yield envelope.seen(
            number, record, exchange(node.member("request"), node.member("response"), node, reading)
        )


def _has_event(value: dict[str, Any]) -> bool:
    """Return True if a request is a webhook; others are judged with their responses."""
    return "EventType" in value.get("params", ()) or '"EventType"' in value.get("body", "")


def _request(lines: list[str]) -> tuple[dict[str, Any], dict[str, Position]]:
    """Return the request of a file, with the positions of its parts by JSON Pointers."""
    found: dict[str, Any] = {"headers": {}}
    places, number = {"": Position(1, 1)}, 0
    while number < len(lines):
        name = lines[number].rstrip().removesuffix(" {") if lines[number].endswith("{") else ""
        at = Position(number + 1, 1)
        number += 1
        if name in _METHODS:
            own, number = _block(lines, number, "", places)
            url = str(own.get("url", ""))
            found |= {"method": name.upper(), "url": "" if _VARIABLE in url else url}
        elif name in _FORMS or name == "headers":
            part = "headers" if name == "headers" else "params"
            places[f"/{part}"] = at
            members, number = _block(lines, number, f"/{part}", places)
            found[part] = {key: each for key, each in members.items() if _VARIABLE not in each}
        elif name in _TEXTS:
            found["body"], number = _text(lines, number, "/body", places, "}")
    return found, places


def _examples(lines: list[str]) -> Iterator[tuple[dict[str, Any], dict[str, Position]]]:
    """Yield the blocks `example`, with the positions of their members by JSON Pointers."""
    number = 0
    while number < len(lines):
        if lines[number].strip() == "example {":
            places = {"": Position(number + 1, 1)}
            value, number = _block(lines, number + 1, "", places)
            yield value, places
        number += 1


def _cell(value: Any, places: dict[str, Position], pointer: str) -> Cell | None:
    """Return the text that a member of a block is; all its lines are indented alike."""
    from receiptkit.text.json_locate import LineIndex

    text = pointers.resolve(value, pointer)
    if not isinstance(text, str) or pointer not in places:
        return None
    (first, column), lines = places[pointer], LineIndex(text)

    def position(offset: int) -> Position:
        line, within = lines.place(offset)
        return Position(first + line - 1, column + within - 1)

    return Cell(text, position)


def _block(
    lines: list[str], number: int, pointer: str, places: dict[str, Position]
) -> tuple[dict[str, Any], int]:
    """Return the members of a block that begins at a line, and the line of its closing brace."""
    found: dict[str, Any] = {}
    while number < len(lines) and lines[number].strip() != "}":
        line = lines[number]
        opening, member = _OPENING.fullmatch(line), _MEMBER.fullmatch(line)
        if opening and pointer.count("/") < _DEEPEST:
            below = pointer + pointers.join([opening[1]])
            places[below] = Position(number + 1, opening.start(1) + 1)
            found[opening[1]], number = _block(lines, number + 1, below, places)
        elif member:
            below = pointer + pointers.join([member[1]])
            places[below] = Position(number + 1, member.start(2) + 1)
            found[member[1]] = member[2]
            if member[2] == "'''":
                found[member[1]], number = _text(lines, number + 1, below, places, "'''")
        number += 1
    return found, number


def _text(
    lines: list[str], first: int, pointer: str, places: dict[str, Position], end: str
) -> tuple[str, int]:
    """
    Return the text from a line on, without its indentation, and the line of its end.

    A brace ends a text where it is not indented.
    """
    last = next(
        (
            at
            for at in range(first, len(lines))
            if (lines[at].rstrip() if end == "}" else lines[at].strip()) == end
        ),
        len(lines),
    )
    inner = lines[first:last]
    indent = min((len(each) - len(each.lstrip()) for each in inner if each.strip()), default=0)
    places[pointer] = Position(first + 1, indent + 1)
    return "\n".join(each[indent:] for each in inner), last


FORMAT = Format(
    name="bruno",
    title="a request of Bruno with examples",
    description="`.bru` files of Bruno: a webhook that is sent, and the examples",
    recognise=recognise,
    read=read,
    order=34,
    begins=b"m",
)
