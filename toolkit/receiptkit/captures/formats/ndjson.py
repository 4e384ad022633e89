"""
NDJSON: JSON, a value a line.

A file is found to be NDJSON by the reader of JSON; here is what `--as ndjson` means.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from receiptkit.captures.format import Format, Records, never
from receiptkit.captures.formats.json_document import in_batches
from receiptkit.captures.lines import Lines
from receiptkit.captures.sources import Limits


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Records]:
    """Yield the lines of a stream, each of which is a text."""
    return in_batches(Lines(stream, limits.record))


FORMAT = Format(
    name="ndjson",
    title="NDJSON",
    description="the same, one a line; lines that begin with `#` are comments",
    recognise=never,
    read=read,
    order=95,
    vague=True,
)
