"""Units of work: a file, or a piece of a large NDJSON file, checked by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from receiptkit.captures import STDIN, Records, Source, is_regular
from receiptkit.captures.spans import Span, line_spans
from receiptkit.model.errors import CaptureError
from receiptkit.validation import shares
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
        is_shared: True if every process reads the file, and checks its share of it.
        share: the number of the process, and how many there are.
        first, last: whether it is the first and the last piece of its file.
    """

    file: int
    number: int
    source: Source
    span: Span | None = None
    is_shared: bool = False
    share: tuple[int, int] = (0, 1)
    first: bool = True
    last: bool = True

    @property
    def is_divided(self) -> bool:
        """Return True if several processes may check the file."""
        return self.span is not None or self.is_shared


@dataclass(frozen=True, slots=True)
class UnitResult:
    """The counts of a unit, its number of lines, and what kept it from being read to its end."""

    summary: Summary = field(default_factory=Summary)
    lines: int = 0
    problem: CaptureError | None = None


#: A step of a run: a unit for any process; a source that only the first process can read; a path
#: that cannot be read.
Step = Unit | Source | CaptureError


def steps(
    validation: Validation,
    sources: Iterable[Source | CaptureError],
    size: int | None = None,
    *,
    shares_files: bool = True,
) -> list[Step]:
    """
    Return the sources as steps; a unit's number is its index.

    Args:
        validation: the run.
        sources: the sources.
        size: about how many bytes a piece of a large NDJSON file has.
        shares_files: True if all processes may read a file together.
    """
    result: list[Step] = []
    for file, source in enumerate(sources):
        result += _steps(validation, source, file, len(result), size or _SPAN, shares_files)
    return result


def _steps(
    validation: Validation,
    source: Source | CaptureError,
    file: int,
    number: int,
    size: int,
    shares_files: bool,
) -> list[Step]:
    if (
        isinstance(source, CaptureError)
        or source.content is not None
        or source.name == STDIN
        or not is_regular(source)
    ):
        return [source]
    try:
        spans = line_spans(source, validation.limits, size, validation.format)
        if not spans and shares_files and shares.is_shared(validation, source, 2 * size):
            return [Unit(file, number, source, is_shared=True)]
    except CaptureError:
        # Reported when the file is read.
        spans = []
    if not spans:
        return [Unit(file, number, source)]
    last = len(spans) - 1
    return [
        Unit(file, number + index, source, span, first=index == 0, last=index == last)
        for index, span in enumerate(spans)
    ]


def assigned(units: Sequence[Unit], number: int, count: int) -> list[Unit]:
    """Return the units of a process: the shared ones, with its share, and every n-th other one."""
    own, dealt = [], 0
    for unit in units:
        if unit.is_shared:
            own.append(replace(unit, share=(number, count)))
        else:
            own += [unit] if dealt % count == number else []
            dealt += 1
    return own


def dealt(group: shares.Group, number: int, count: int) -> int:
    """Return the number of the process that checks a group."""
    return number % count if isinstance(group.piece, Records) else 0


def results(validation: Validation, unit: Unit, sink: Sink) -> Iterator[UnitResult]:
    """Check a unit, or another process's share of a file; yield the results one after the other."""
    if not unit.is_shared:
        yield run_unit(validation, unit, sink)
        return
    validation.continue_unit(unit.file, unit.number)
    own, count = unit.share
    result = UnitResult()
    # The first process comes to the same end.
    with suppress(CaptureError):
        for number, group in enumerate(shares.groups(validation, unit.source)):
            if dealt(group, number, count) == own:
                failed = result.problem is not None
                result = result if failed else run_group(validation, group, unit, sink)
                yield UnitResult() if failed else result


def run_group(validation: Validation, group: shares.Group, unit: Unit, sink: Sink) -> UnitResult:
    """Check a group of a shared file, and return its counts, not added to those of the run."""
    before, validation.summary = validation.summary, Summary()
    problem = None
    try:
        shares.check_group(validation, group, unit.source, sink)
    except CaptureError as error:
        problem = error
    counted, validation.summary = validation.summary, before
    return UnitResult(counted, 0, problem)


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
            lines = shares.check_span(validation, unit.source, unit.span, sink)
    except CaptureError as error:
        problem = error
    if unit.span is None and not validation.join:
        if problem is None:
            validation.conclude(sink)
        validation.forget()
    counted, validation.summary = validation.summary, before
    return UnitResult(counted, lines, problem)
