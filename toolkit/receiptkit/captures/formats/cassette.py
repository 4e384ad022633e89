"""VCR cassettes in YAML and JSON, an interaction at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from receiptkit.captures import envelope
from receiptkit.captures.bodies import Reading, read_beside
from receiptkit.captures.exchanges import interaction
from receiptkit.captures.format import Format, Records, beginning
from receiptkit.captures.observation import Observation
from receiptkit.captures.records import PlacedRecord
from receiptkit.captures.sources import Limits
from receiptkit.model.location import Position
from receiptkit.model.regex import regex

if TYPE_CHECKING:
    from receiptkit.captures.yaml_items import Item

#: The name of the list of interactions: of vcrpy, go-vcr and cassetter; of Ruby's and R's VCR and
#: Betamax.
_NAMES = ("interactions", "http_interactions")
_JSON = envelope.beginning(*_NAMES)
_YAML = regex(rb"(?:^|\A\xef\xbb\xbf)[\"']?(?:http_)?interactions[\"']?:", re.MULTILINE)
#: php-vcr writes a list without a name.
_YAML_LIST = regex(
    rb"\A(?:---[^\n]*\n)?-\s+[\w-]+:(?=[\s\S]*?^[ -] +request: *\n)"
    rb"(?=[\s\S]*?^[ -] +response: *\n)",
    re.MULTILINE,
)
#: Messages have interactions of another kind in Pact.
_PACT = regex(rb'"(?:consumer|provider|pactSpecification|providerStates?)"')


def recognise(name: str, head: bytes) -> str:
    """Return the evidence that a file is a cassette: it has a list of interactions."""
    if _is_json(head):
        return "its list is `interactions`" if _JSON.match(head) and not _PACT.search(head) else ""
    if b"\0" in head:
        return ""
    if _YAML.search(head):
        return "its list is `interactions`"
    return "it is a list of requests with responses" if _YAML_LIST.match(beginning(head)) else ""


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Records | Observation]:
    """
    Yield the interactions of a cassette.

    Raises:
        CaptureError: it is YAML that cannot be read, or is made to fill the memory; what is before
            has been handed out.
    """
    reading = Reading(limits.record, read_beside(name, limits.record))
    head = stream.peek(256)  # type: ignore[attr-defined] # sources hand out buffered readers
    if _is_json(head):
        paths = [(name,) for name in _NAMES]
        yield from envelope.records(
            stream,
            paths,
            "not a cassette: the list interactions or http_interactions is missing",
            limits.record,
            observations,
        )
        return
    from receiptkit.captures.yaml_cut import Cut, unfolded
    from receiptkit.captures.yaml_items import ROOT, items

    names = (*_NAMES, ROOT) if _YAML_LIST.match(beginning(head)) else _NAMES
    cut, count = Cut(stream, names), 0
    for group in cut.groups():
        count += len(group)
        texts, lines = zip(*group, strict=True)
        columns = [cut.indent + 3] * len(group)
        yield Records(lines, list(texts), yaml_observations, columns, unfolded)
    for entry, item in enumerate(items(cut, names, limits.record, cut.before), count):
        yield _of_item(entry, item, reading)


def observations(
    raw: bytes, start: Position, entry: int, reading: Reading
) -> Iterator[Observation]:
    """Yield the exchange of an interaction in JSON."""
    yield envelope.observation(entry, raw, start, lambda value: interaction(value, reading))


def yaml_observations(
    raw: bytes, start: Position, entry: int, reading: Reading
) -> Iterator[Observation]:
    """
    Yield the exchange of an interaction in YAML.

    Raises:
        CaptureError: it is not YAML.
    """
    from receiptkit.captures.yaml_items import item

    yield _of_item(entry, item(raw, start.line), reading)


def _of_item(entry: int, item: Item, reading: Reading) -> Observation:
    from receiptkit.captures.yaml_cells import cell

    record = PlacedRecord(item.start, item.places, partial(cell, item))
    return envelope.seen(entry, record, interaction(item.value, reading))


def _is_json(head: bytes) -> bool:
    return beginning(head)[:1] == b"{"


FORMAT = Format(
    name="cassette",
    title="VCR cassette, YAML or JSON",
    description="VCR cassettes in YAML or JSON, as vcrpy, Ruby's and R's VCR, "
    "Betamax, go-vcr, php-vcr and cassetter write them",
    recognise=recognise,
    read=read,
    order=15,
)
