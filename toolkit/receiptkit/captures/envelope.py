"""What is common to HAR files and JSON cassettes: one array of exchanges somewhere in a JSON document, as large as it likes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any, BinaryIO

from receiptkit.captures.exchanges import Seen
from receiptkit.captures.observation import JsonRecord, Observation, PlacedRecord, Record
from receiptkit.model.errors import CaptureError
from receiptkit.model.problem import Problem
from receiptkit.text.json_split import Element, Splitter
from receiptkit.text.json_text import read_envelope

#: The first members of an object that are no containers.
_SCALARS = r'(?:"[^"\\]*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[\w.+-]+)\s*,\s*)*'


def beginning(*names: str) -> re.Pattern[bytes]:
    """A pattern for the beginning of an object, the first container in which is a member of one of these names."""
    return re.compile(
        rf'\A(?:\xef\xbb\xbf)?\s*\{{\s*{_SCALARS}"(?:{"|".join(names)})"\s*:\s*[\[{{]'.encode(
            "latin-1"
        )
    )


def observations(
    stream: BinaryIO,
    paths: Collection[tuple[str, ...]],
    what: str,
    limit: int,
    see: Callable[[Any], Seen],
) -> Iterator[Observation]:
    """
    The observations of such a document, one at a time.

    Args:
        stream: the document.
        paths: where its array may stand.
        what: what to call that.
        limit: the most bytes of one element.
        see: what the parsed element is.

    Raises:
        CaptureError: there is no such array, or an element is larger than the limit.
    """
    splitter = Splitter(paths, limit)
    entry = 0
    for element in splitter.elements(stream):
        yield _observation(entry, element, see)
        entry += 1
    if not splitter.found:
        raise CaptureError(f"there is no {what}")
    if splitter.depth > 0:
        problem = Problem(
            "",
            "the file ends before the capture does: it was cut off",
            "capture it again",
            rule="json.syntax",
            offset=0,
        )
        yield Observation(
            entry,
            PlacedRecord(splitter.position, {}, literal=False),
            problems=(problem,),
            unusable="unreadable",
        )


def _observation(entry: int, element: Element, see: Callable[[Any], Seen]) -> Observation:
    record = JsonRecord(*element)
    value, problems, readable = read_envelope(element.raw)
    if not readable:
        return Observation(entry, record, problems=problems, unusable="unreadable")
    return seen(entry, record, see(value))


def seen(
    entry: int,
    record: Record,
    what: Seen,
    element: int | None = None,
    problems: tuple[Problem, ...] = (),
) -> Observation:
    """The observation of what was seen in a record, or of why nothing can be."""
    if isinstance(what, str):
        return Observation(entry, record, element=element, problems=problems, unusable=what)
    return Observation(entry, record, what[0], layout=what[1], element=element, problems=problems)
