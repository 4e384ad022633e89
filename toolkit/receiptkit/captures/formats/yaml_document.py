"""YAML: the same as JSON, as fixtures and collections of API clients are written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from receiptkit.captures.bodies import Reading, read_beside
from receiptkit.captures.documents import observe, see
from receiptkit.captures.format import Format, beginning
from receiptkit.captures.observation import Observation
from receiptkit.captures.records import PlacedRecord
from receiptkit.captures.sources import Limits, everything
from receiptkit.captures.unwrap import hints
from receiptkit.model.regex import regex

_SUFFIXES = (".yaml", ".yml", ".yaml.gz", ".yml.gz")
_BEGINNING = regex(
    rb"\A(?:#[^\n]*\n\s*)*(?:---(?:\s|\Z)|%YAML |[\"']?[\w-]+[\"']?:[ \t]*\r?\n(?:[ \t]+\S|- ))"
)


def recognise(name: str, head: bytes) -> str:
    """Return the evidence that a file is YAML: its first lines, or its name."""
    start = beginning(head)
    if b"\0" in head or not start or start[:1] in (b"{", b"[", b"<"):
        return ""
    if _BEGINNING.match(start):
        return "it begins like YAML"
    return "its name is that of a YAML file" if name.lower().endswith(_SUFFIXES) else ""


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """
    Yield the observations in the documents of a file.

    Raises:
        CaptureError: it is no YAML, or larger than a record may be.
    """
    from receiptkit.captures.yaml_cells import cell
    from receiptkit.captures.yaml_items import documents

    raw = everything(stream, limits.record, "the YAML document")
    reading = Reading(limits.record, read_beside(name, limits.record))
    wrapped, entry = hints(raw), 0
    for document in documents(io.BytesIO(raw), limits.record):
        record = PlacedRecord(document.start, document.places, partial(cell, document))
        seen = see(document.value, wrapped, reading)
        for observation in observe(entry, record, None, document.value, seen, ()):
            yield observation
            entry += 1


FORMAT = Format(
    name="yaml",
    title="YAML",
    description="YAML: a body, an exchange, or a document of a tool that holds some, "
    "such as a collection of Bruno",
    recognise=recognise,
    read=read,
    order=70,
    vague=True,
)
