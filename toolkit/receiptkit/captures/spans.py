"""A large file of lines in pieces, each of which can be read by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise, starmap
from typing import BinaryIO, NamedTuple

from receiptkit.captures.format import Format, Records
from receiptkit.captures.formats import form_lines, json_document, readable, recognise
from receiptkit.captures.formats.json_document import is_by_lines
from receiptkit.captures.lines import Lines
from receiptkit.captures.sources import Limits, Source, problem, seekable

_HEAD = 1 << 16
#: Names of files that cannot be cut, and need not be opened to know it.
_COMPRESSED = (".gz", ".zst")
_BY_LINES = "it has a value a line"


class Span(NamedTuple):
    """
    A piece of a file of lines.

    Attributes:
        start, end: its offsets.
        format: the name of the format.
        evidence: what that was recognised by.
    """

    start: int
    end: int
    format: str = "json"
    evidence: str = _BY_LINES


def line_spans(
    source: Source, limits: Limits, size: int, known: Format | None = None
) -> list[Span]:
    """
    Return NDJSON or forms, cut at line breaks into pieces of about `size` bytes; nothing for any
    other file.

    Raises:
        CaptureError: it cannot be read, or a line at its beginning is larger than a record may be.
    """
    if source.size < 2 * size or source.path.endswith(_COMPRESSED):
        return []
    try:
        with seekable(source) as stream:
            head = stream.read(_HEAD)
            found, evidence = (
                (known, "--as") if known else recognise(source.name, head, named=source.named)
            )
            if found is not None and found.name == "form":
                return [Span(*each, "form", evidence) for each in _cut(stream, size)]
            if found is None or found.name not in ("json", "ndjson"):
                return []
            stream.seek(0)
            if found is not readable()["ndjson"] and not is_by_lines(
                stream, source.name, limits.record
            ):
                return []
            return list(starmap(Span, _cut(stream, size)))
    except OSError as error:
        raise problem(source.name, error) from None


def _cut(stream: BinaryIO, size: int) -> list[tuple[int, int]]:
    end = stream.seek(0, os.SEEK_END)
    cuts = [0]
    while cuts[-1] + size < end:
        stream.seek(cuts[-1] + size)
        while (piece := stream.readline(_HEAD)) and not piece.endswith(b"\n"):
            pass
        cuts.append(stream.tell())
    return list(pairwise(cuts if cuts[-1] == end else [*cuts, end]))


def records_in(span: Span, lines: Lines) -> Iterator[Records]:
    """Return the records of a piece."""
    if span.format == "form":
        return form_lines.in_batches(lines)
    return json_document.in_batches(lines)


@contextmanager
def opened_span(source: Source, span: Span, limit: int) -> Iterator[Lines]:
    """
    Open a piece of a file; return its lines, numbered from its beginning.

    Raises:
        CaptureError: it cannot be opened or read; also out of the reading of the lines.
    """
    try:
        with seekable(source, span.end - span.start) as stream:
            stream.seek(span.start)
            yield Lines(stream, limit, span.end - span.start)
    except OSError as error:
        raise problem(source.name, error) from None
