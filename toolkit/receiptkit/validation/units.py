"""Units of work: a file, or a piece of a large NDJSON file, checked by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from receiptkit.captures import STDIN, Source, Span, is_regular
from receiptkit.model.errors import CaptureError
from receiptkit.validation.run import Validation
from receiptkit.validation.summary import Sink, Summary

_SPAN = 2 * 2**20


@dataclass(frozen=True, slots=True)
class Unit:
    """
    A file, or a piece of one.

    Attributes:
        file, number: the numbers of the file and of the unit, in the order of the run.
        source: the file.
        span: the piece; None for the whole file.
        first, last: whether it is the first and the last piece of its file.
    """

    file: int
    number: int
    source: Source
    span: Span | None = None
    first: bool = True
    last: bool = True


@dataclass(frozen=True, slots=True)
class UnitResult:
    """The counts of a unit, its number of lines, and what kept it from being read to its end."""

    summary: Summary = field(default_factory=Summary)
    lines: int = 0
    problem: CaptureError | None = None


#: A step of a run: a unit for any process; a source that only the first process can read; a path
#: that cannot be read.
Step = Unit | Source | CaptureError


def steps(validation: Validation, sources: Iterable[Source | CaptureError]) -> list[Step]:
    """Return the sources as steps, large NDJSON files in pieces; a unit's number is its index."""
    result: list[Step] = []
    for file, source in enumerate(sources):
        result += _steps(validation, source, file, len(result))
    return result


def _steps(
    validation: Validation, source: Source | CaptureError, file: int, number: int
) -> list[Step]:
    if (
        isinstance(source, CaptureError)
        or source.content is not None
        or source.name == STDIN
        or not is_regular(source)
    ):
        return [source]
    try:
        spans = validation.spans(source, _SPAN)
    except CaptureError:
        # Reported when the file is read.
        spans = []
    if not spans:
        return [Unit(file, number, source)]
    last = len(spans) - 1
    return [
        Unit(file, number + index, source, span, index == 0, index == last)
        for index, span in enumerate(spans)
    ]


def run_unit(validation: Validation, unit: Unit, sink: Sink) -> UnitResult:
    """Check a unit, and return its counts, which are not added to those of the run."""
    before, validation.summary = validation.summary, Summary()
    lines, problem = 0, None
    try:
        if unit.span is None:
            validation.start_unit(unit.file, unit.number, unit.source)
            validation.read_file(unit.source, sink)
        else:
            validation.continue_unit(unit.file, unit.number)
            lines = validation.read_span(unit.source, unit.span, sink)
    except CaptureError as error:
        problem = error
    if unit.span is None and not validation.join:
        if problem is None:
            validation.conclude(sink)
        validation.forget()
    counted, validation.summary = validation.summary, before
    return UnitResult(counted, lines, problem)
