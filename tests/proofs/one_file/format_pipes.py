"""A format of captures: webhook parameters between pipes, one request a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from receiptkit.captures.format import Format
from receiptkit.captures.lines import Lines
from receiptkit.captures.observation import Observation
from receiptkit.captures.records import text_record
from receiptkit.captures.sources import Limits
from receiptkit.model.exchange import WebhookRequest
from receiptkit.model.location import Position


def recognise(name: str, head: bytes) -> str:
    """Return the evidence that a file is of this format."""
    return "its first line is pipes!" if head.startswith(b"pipes!\n") else ""


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """Yield a webhook request for each line but the first."""
    for entry, (number, raw) in enumerate(Lines(stream, limits.record)):
        if number > 1:
            body = raw.decode().strip().replace("|", "&")
            record = text_record(body, Position(number, 1))
            yield Observation(entry - 1, record, WebhookRequest(body=body))


FORMAT = Format("pipes", "pipes", "parameters between pipes", recognise, read, order=1)
