"""Examples in files of Bruno: a language of braces, with texts between three quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from receiptkit.captures import envelope
from receiptkit.captures.bodies import Reading, nothing_beside
from receiptkit.captures.exchanges import exchange
from receiptkit.captures.format import Format, beginning
from receiptkit.captures.nodes import Node
from receiptkit.captures.observation import Observation
from receiptkit.captures.records import PlacedRecord
from receiptkit.captures.sources import Limits, everything
from receiptkit.model import pointers
from receiptkit.model.location import Position

_BEGINNING = re.compile(rb"\Ameta \{\s")
_OPENING = re.compile(r"\s*([\w:-]+?):? \{\s*$")
_MEMBER = re.compile(r"\s*~?([\w-]+):\s*(.*?)\s*$")
_DEEPEST = 20


def recognise(name: str, head: bytes) -> str:
    """Return the evidence that a file is one of Bruno: it begins with its block `meta`."""
    return "it begins with the block `meta`" if _BEGINNING.match(beginning(head)) else ""


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """Yield the examples of a request, each of which has a response."""
    text = everything(stream, limits.record, "the file").decode("utf-8", "replace")
    reading = Reading(limits.record, nothing_beside)
    for entry, (value, places) in enumerate(_examples(text.splitlines())):
        record = PlacedRecord(places[""], places, literal=False)
        node = Node(value)
        yield envelope.seen(
            entry, record, exchange(node.member("request"), node.member("response"), node, reading)
        )


def _examples(lines: list[str]) -> Iterator[tuple[dict[str, Any], dict[str, Position]]]:
    """Yield the blocks `example`, with the positions of their members by JSON Pointers."""
    number = 0
    while number < len(lines):
        if lines[number].strip() == "example {":
            places = {"": Position(number + 1, 1)}
            value, number = _block(lines, number + 1, "", places)
            yield value, places
        number += 1


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
                end = next(
                    (at for at in range(number + 1, len(lines)) if lines[at].strip() == "'''"),
                    len(lines),
                )
                inner = lines[number + 1 : end]
                indent = min(
                    (len(each) - len(each.lstrip()) for each in inner if each.strip()), default=0
                )
                found[member[1]] = "\n".join(each[indent:] for each in inner)
                places[below] = Position(number + 2, indent + 1)
                number = end
        number += 1
    return found, number


FORMAT = Format(
    name="bruno",
    title="a request of Bruno with examples",
    description="`.bru` files of Bruno, of which the examples are read",
    recognise=recognise,
    read=read,
    order=34,
    begins=b"m",
)
