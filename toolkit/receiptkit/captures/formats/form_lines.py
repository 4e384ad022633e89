"""Webhooks, one a line: the form that was posted, or the URL with the parameters in its query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from receiptkit.captures.format import Format, beginning
from receiptkit.captures.lines import Lines
from receiptkit.captures.observation import Layout, Observation
from receiptkit.captures.records import PlacedRecord, Spot
from receiptkit.captures.sources import Limits
from receiptkit.model.exchange import WebhookRequest
from receiptkit.model.location import Position
from receiptkit.text.json_text import decode

_PAIR = rb"[A-Za-z][A-Za-z0-9_.%\[\]-]*=[^\s&]*"
_FORM = re.compile(rb"%s(?:&%s)+&?\s*(?:\r?\n|\Z)" % (_PAIR, _PAIR))
_URL = re.compile(rb"(?:https?://[^\s?]+|/[^\s?]*)\?%s" % _PAIR)
_AROUND = "\ufeff \t\r\n"
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PARTS: Layout = {"request": Spot("text"), "url": Spot("text")}


def recognise(name: str, head: bytes) -> str:
    """Return the evidence that a file is forms: it begins with two parameters or more, or a URL with some; by its name, with one."""
    start = beginning(head)
    if _URL.match(start):
        return "it begins with a URL with parameters"
    if _FORM.match(start):
        return "it begins with a form"
    by_name = name.lower().endswith((".form", ".form.gz")) and re.match(_PAIR, start)
    return "its name ends in .form, and it begins with a parameter" if by_name else ""


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """
    Yield the webhook requests of a file, one a line.

    Raises:
        CaptureError: a line is larger than a record may be.
    """
    for entry, (number, raw) in enumerate(Lines(stream, limits.record)):
        text, problem = decode(raw)
        line = text.strip(_AROUND)
        start = Position(number, 1 + len(text) - len(text.lstrip(_AROUND)))
        record = PlacedRecord(start, {}, literal=True)
        if problem is not None:
            yield Observation(entry, record, unusable="a line that is not UTF-8")
            continue
        delivery = (
            WebhookRequest(line, "GET") if _URL.match(line.encode()) else WebhookRequest(body=line)
        )
        yield Observation(entry, record, delivery, layout=_PARTS)


FORMAT = Format(
    name="form",
    title="webhooks as forms or URLs, one a line",
    description="webhooks, one a line: the form that was posted, or the URL with the parameters in its query",
    recognise=recognise,
    read=read,
    order=30,
    begins=_LETTERS + b"/",
)
