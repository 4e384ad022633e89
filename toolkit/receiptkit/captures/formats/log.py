"""Text logs: forms, JSON values and printed variables in lines of any kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from receiptkit.captures import envelope
from receiptkit.captures.bodies import Reading, nothing_beside
from receiptkit.captures.embedded import FoundValue, printed, texts_within
from receiptkit.captures.exchanges import ENDED, Seen
from receiptkit.captures.format import Format, beginning, command_for
from receiptkit.captures.nodes import Node
from receiptkit.captures.observation import Observation
from receiptkit.captures.receipts_within import receipts_in
from receiptkit.captures.records import Cell, PlacedRecord, Record, Spot, TextRecord
from receiptkit.captures.sources import Limits, everything
from receiptkit.captures.unwrap import find_in
from receiptkit.model import pointers
from receiptkit.model.errors import CaptureError
from receiptkit.model.exchange import WebhookRequest
from receiptkit.model.location import Position
from receiptkit.model.regex import regex

_SUFFIXES = (".log", ".log.gz")
_EVENT_STREAM = regex(rb"\A(?:(?:id|event|retry|data|):[^\n]*\n\s*)+")
_QUOTED_PRINTABLE = regex(rb"EventType=3Don[A-Z]")
_LITERAL = Spot("text")
#: A webhook in an access log, which has no bodies.
_ACCESS = regex(r"^.*\bTwilioProxy/", re.MULTILINE)
#: More than a JSON value in a line of a log has.
_LONGEST = 1 << 18


def recognise(name: str, head: bytes) -> str:
    """
    Return the evidence that a file is a text log.

    Its name, or that it is a stream of server-sent events.
    """
    if b"\0" in head:
        return ""
    if _EVENT_STREAM.match(beginning(head)) and b"data:" in head:
        return "it is a stream of server-sent events"
    return "its name is that of a log" if name.lower().endswith(_SUFFIXES) else ""


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """
    Yield the webhooks in a text, in the order in which they are there.

    Raises:
        CaptureError: it is larger than a record may be, or no text.
    """
    raw = everything(stream, limits.record, "the log")
    if b"\0" in raw:
        raise CaptureError("the file contains zero bytes, so it is not text")
    if _QUOTED_PRINTABLE.search(raw):
        raise CaptureError(
            "the text is quoted-printable, as mail is; decode it: "
            + command_for("python3 -m quopri -d FILE > FILE.log", name)
        )
    text = raw.decode("utf-8", "replace")
    from receiptkit.text.json_locate import LineIndex

    place, entry = LineIndex(text).place, 0
    reading = Reading(limits.record, nothing_beside)
    for record, seen in within(text, place, reading):
        yield envelope.seen(entry, record, seen)
        entry += 1
    if entry:
        return
    for entry, line in enumerate(_ACCESS.finditer(text)):
        request = WebhookRequest(headers={"User-Agent": "TwilioProxy"})
        record = PlacedRecord(place(line.start()))
        yield envelope.seen(entry, record, Seen(request, {}, "a line of an access log"))


def within(
    text: str, place: Callable[[int], Position], reading: Reading
) -> Iterator[tuple[Record, Seen]]:
    """Yield what is inside a text, each with its record; `place` leads from offsets to the file."""
    for found in texts_within(text, dumps=True):
        yield from _seen(found, text, place, reading)


def _seen(
    found: FoundValue, text: str, place: Callable[[int], Position], reading: Reading
) -> Iterator[tuple[Record, Seen]]:
    """Yield what was found at a place of a log, with its record."""
    start = place(found.start)
    if found.value is None:
        yield PlacedRecord(start), Seen(ENDED, {})
    elif isinstance(found.value, str):
        is_url = "?" in found.value.partition("=")[0]
        request = WebhookRequest(found.value, "GET") if is_url else WebhookRequest(body=found.value)
        rule = "a URL in a text" if is_url else "a form in a text"
        whole = Cell(found.value, lambda at: place(found.start + at))
        record = PlacedRecord(start, cells=lambda _: whole)
        yield record, Seen(request, {"request": _LITERAL, "url": _LITERAL}, rule)
    elif found.places is not None:
        places = {pointers.join([name]): place(at) for name, at in found.places.items()}
        names = {name: Spot(pointers.join([name])) for name in found.places}
        yield PlacedRecord(start, places), printed(found, Spot(), names)
    else:
        inner = text[found.start :][:_LONGEST]
        here = TextRecord(inner, start, lambda at: place(found.start + at))
        within = find_in(found.value, reading, dumps=True) or receipts_in(Node(found.value))
        for seen in within:
            yield here, seen._replace(rule=f"{seen.rule}, as JSON in a text")


FORMAT = Format(
    name="log",
    title="a text log",
    description="any text with webhooks or receipts in it: forms, JSON and printed variables; "
    "only a `.log` that is named, or with `--as log`",
    recognise=recognise,
    read=read,
    order=97,
    named_only=True,
)
