"""Webhooks, one a line: the form that was posted, or the URL with the parameters in its query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from receiptkit.captures import envelope
from receiptkit.captures.bodies import Reading
from receiptkit.captures.format import Format, Records, beginning
from receiptkit.captures.lines import Lines
from receiptkit.captures.observation import Layout, Observation
from receiptkit.captures.records import Cell, PlacedRecord, Spot, text_record
from receiptkit.captures.sources import Limits
from receiptkit.captures.unwrap import find_in, hints
from receiptkit.model import pointers
from receiptkit.model.exchange import WebhookRequest
from receiptkit.model.limits import limit
from receiptkit.model.location import Position
from receiptkit.model.regex import regex
from receiptkit.text.forms import FormField, decode_form, encoded_offsets
from receiptkit.text.json_text import decode

_PAIR = rb"[A-Za-z][A-Za-z0-9_.%\[\]-]*=[^\s&]*"
_FORM = regex(rb"%s(?:&%s)+&?\s*(?:\r?\n|\Z)" % (_PAIR, _PAIR))
#: A form with a single field, in which another one is encoded, or JSON.
_AROUND_ANOTHER = regex(rb"(?i)[a-z][a-z0-9_.-]*=[^\s&]*event_?type[^\s&]*\s*(?:\r?\n|\Z)")
_URL = regex(rb"(?:https?://[^\s?]+|/[^\s?]*)\?%s" % _PAIR)
_AROUND = "\ufeff \t\r\n"
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PARTS: Layout = {"request": Spot("text"), "url": Spot("text")}


def recognise(name: str, head: bytes) -> str:
    """
    Return the evidence that a file is forms.

    It begins with two parameters or more, or a URL with some; by its name, with one.
    """
    start = beginning(head)
    if _URL.match(start):
        return "it begins with a URL with parameters"
    if _FORM.match(start) or _AROUND_ANOTHER.match(start):
        return "it begins with a form"
    by_name = name.lower().endswith((".form", ".form.gz")) and re.match(_PAIR, start)
    return "its name ends in .form, and it begins with a parameter" if by_name else ""


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Records]:
    """
    Yield the lines of a file, each of which is a webhook request.

    Raises:
        CaptureError: a line is larger than a record may be.
    """
    return in_batches(Lines(stream, limits.record))


def in_batches(lines: Lines) -> Iterator[Records]:
    """Yield lines, each of which is a webhook request."""
    return (Records(*batch, observations) for batch in lines.batches())


def observations(
    raw: bytes, start: Position, entry: int, reading: Reading
) -> Iterator[Observation]:
    """Yield the webhook request of a line that begins at `start`."""
    text, problem = decode(raw)
    line = text.strip(_AROUND)
    start = Position(start.line, 1 + len(text) - len(text.lstrip(_AROUND)))
    record = text_record(line, start)
    if problem is not None:
        yield Observation(entry, record, unusable="a line that is not UTF-8")
        return
    if "EventType=" not in line and hints(line.encode()):
        found = list(_within(entry, line, start, reading))
        if found:
            yield from found
            return
    request = (
        WebhookRequest(line, "GET") if _URL.match(line.encode()) else WebhookRequest(body=line)
    )
    yield Observation(entry, record, request, layout=_PARTS)


def _within(entry: int, line: str, start: Position, reading: Reading) -> Iterator[Observation]:
    """Yield what the values of a form hold, such as `Payload` of Twilio's debugger."""
    fields = {field.name: field for field in decode_form(line, most=limit("members"))}

    def cell(field: FormField) -> Cell:
        encoded = line[field.value_at :].partition("&")[0]
        offsets = [*encoded_offsets(encoded), len(encoded)]
        return Cell(
            field.value,
            lambda at: start.shifted(1, 1 + field.value_at + offsets[min(at, len(offsets) - 1)]),
        )

    cells = {pointers.join([name]): cell(field) for name, field in fields.items()}
    record = PlacedRecord(start, cells=cells.get)
    values = {name: field.value for name, field in fields.items()}
    for number, seen in enumerate(find_in(values, reading)):
        yield envelope.seen(entry + number, record, seen)


FORMAT = Format(
    name="form",
    title="webhooks as forms or URLs, one a line",
    description="webhooks, one a line: the form that was posted, "
    "or the URL with the parameters in its query",
    recognise=recognise,
    read=read,
    order=30,
    begins=_LETTERS + b"/",
)
