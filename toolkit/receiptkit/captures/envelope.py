"""One array of exchanges in a JSON document of any size, as in HAR files and JSON cassettes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, BinaryIO

from receiptkit.captures.exchanges import Seen
from receiptkit.captures.format import Observe, Records
from receiptkit.captures.observation import Observation, below
from receiptkit.captures.records import JsonRecord, PlacedRecord, Record
from receiptkit.model.errors import CaptureError
from receiptkit.model.exchange import Part
from receiptkit.model.location import Position
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.text.json_split import Element, Splitter
from receiptkit.text.json_text import read_envelope

_GROUP = 1 << 19
#: The first members of an object that are no containers.
_SCALARS = r'(?:"[^"\\]*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[\w.+-]+)\s*,\s*)*'


def beginning(*names: str) -> re.Pattern[bytes]:
    """Return a pattern for an object of which the first container has one of these names."""
    return regex(
        rf'\A(?:\xef\xbb\xbf)?\s*\{{\s*{_SCALARS}"(?:{"|".join(names)})"\s*:\s*[\[{{]'.encode(
            "latin-1"
        )
    )


def records(
    stream: BinaryIO,
    paths: Collection[tuple[str, ...]],
    missing: str,
    limit: int,
    observe: Observe,
) -> Iterator[Records | Observation]:
    """
    Yield the elements of such a document, many at a time.

    Args:
        stream: the document.
        paths: where its array may be.
        missing: the message without an array.
        limit: the most bytes of one element.
        observe: reads the observation in an element.

    Raises:
        CaptureError: there is no array there, or an element is larger than the limit.
    """
    splitter = Splitter(paths, limit)
    count, elements = 0, _groups(splitter.elements(stream))
    for group in elements:
        count += len(group)
        texts, starts = zip(*group, strict=True)
        lines, columns = zip(*starts, strict=True)
        yield Records(lines, list(texts), observe, columns)
    if not splitter.found:
        raise CaptureError(missing)
    if splitter.depth > 0:
        problem = Problem(
            "",
            "the file ends before the capture does: it was cut off",
            "capture it again",
            rule="json.syntax",
            offset=0,
        )
        yield Observation(
            count,
            PlacedRecord(splitter.position),
            problems=(problem,),
            unusable="unreadable",
        )


def _groups(elements: Iterator[Element]) -> Iterator[list[Element]]:
    """Yield elements in groups of about 512 KB; those before an error of reading come first."""
    group: list[Element] = []
    size = 0
    try:
        for element in elements:
            group.append(element)
            size += len(element.raw)
            if size >= _GROUP:
                yield group
                group, size = [], 0
    except Exception:
        if group:
            yield group
        raise
    if group:
        yield group


def observation(entry: int, raw: bytes, start: Position, see: Callable[[Any], Seen]) -> Observation:
    """Return the observation in an element; `see` returns what the parsed element is."""
    record = JsonRecord(raw, start)
    value, problems, readable = read_envelope(raw)
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
    """Return the observation of what was seen in a record, or of why nothing can be."""
    if isinstance(what.what, str):
        return Observation(
            entry,
            record,
            element=element,
            problems=problems,
            unusable=what.what,
            layout=what.layout,
        )
    return Observation(
        entry,
        record,
        what.what,
        layout=what.layout,
        element=element,
        problems=problems,
        rule=what.rule,
        names=what.names,
        partial=what.partial,
    )


def within(problems: Iterable[Problem], what: Seen) -> tuple[Problem, ...]:
    """
    Return the problems of a text that are in the bodies of what was seen in it.

    The rest is a tool's.
    """
    if not problems:
        return ()
    kept = []
    bodies: tuple[Part, ...] = ("request", "response")
    for part in bodies:
        spot = what.layout.get(part)
        if spot is not None and not spot.legs and spot.pointer:
            kept += [each for each in problems if below([each], spot.pointer)]
    return tuple(dict.fromkeys(kept))
