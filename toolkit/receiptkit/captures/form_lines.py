"""Webhooks logged a line each: the form that was posted, or the URL with the parameters in its query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from receiptkit.captures.lines import Lines
from receiptkit.captures.observation import Layout, Observation, PlacedRecord
from receiptkit.captures.sources import Limits
from receiptkit.model.exchange import WebhookRequest
from receiptkit.model.position import Position
from receiptkit.text.json_text import decode

_PAIR = rb"[A-Za-z][A-Za-z0-9_.%\[\]-]*=[^\s&]*"
_FORM = re.compile(rb"%s(?:&%s)+&?\s*(?:\r?\n|\Z)" % (_PAIR, _PAIR))
_URL = re.compile(rb"(?:https?://[^\s?]+|/[^\s?]*)\?%s" % _PAIR)
_AROUND = "\ufeff \t\r\n"
_PARTS: Layout = {
    "response": "",
    "request": "text",
    "url": "text",
    "status": "",
    "headers": "",
    "sent": "",
}


def accepts(name: str, head: bytes) -> bool:
    """Whether a file begins with a form of two parameters or more, or with a URL that has some; by its name, with one."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    by_name = name.lower().endswith((".form", ".form.gz")) and re.match(_PAIR, start) is not None
    return by_name or _URL.match(start) is not None or _FORM.match(start) is not None


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """
    The deliveries of a file, one a line.

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
