"""
A run over several processes, with the findings in the order in which one would have found them.

The work is cut into units: a file, or a piece of a large NDJSON. Each of n processes has every n-th of them. The first one judges
its own as their turn comes; the others write what they find into a pipe each, which the first one reads when it is their units' turn.
Whoever is ahead waits when its pipe is full, so that memory stays bounded however much is found.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from receiptkit.captures import STDIN, Source, Span, is_regular
from receiptkit.errors import CaptureError
from receiptkit.findings import NO_VALUE, Finding
from receiptkit.validation import Sink, Summary, Validation

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: Below this much to read, starting processes costs more than it gains.
WORTHWHILE = 32 * 2**20
_SPAN = 2 * 2**20
#: How many findings travel in one message.
_TOGETHER = 200


@dataclass(frozen=True, slots=True)
class _Unit:
    """A file, or a piece of one: whether it is the first and the last of them."""

    source: Source
    span: Span | None = None
    first: bool = True
    last: bool = True


@dataclass(frozen=True, slots=True)
class _Done:
    """The end of a unit: its counts, how many lines it had, and what kept it from being read to its end."""

    summary: Summary = field(default_factory=Summary)
    lines: int = 0
    problem: CaptureError | None = None


def processors() -> int:
    """How many processes this machine can run at once, as far as it tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(
    validation: Validation,
    sources: Iterable[Source | CaptureError],
    sink: Sink,
    *,
    jobs: int,
    values: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Summary:
    """
    Judge every source, with several processes where there is work for them.

    Args:
        validation: the run; its counts go on.
        sources: what to judge.
        sink: what takes the findings.
        jobs: how many processes at the most.
        values: whether the findings are to keep the offending values.
        progress: called with how many more bytes have been read.
    """
    steps = [step for source in sources for step in _steps(validation, source)] if jobs > 1 else list(sources)
    units = [step for step in steps if isinstance(step, _Unit)]
    if len(units) < 2:
        return validation.run((step.source if isinstance(step, _Unit) else step for step in steps), sink, progress)
    with _workers(validation, units, min(jobs, len(units)), values=values) as answers:
        gathering = _Gathering(validation, sink, progress)
        for step in steps:
            if isinstance(step, _Unit):
                gathering.unit(step, next(answers))
            else:
                validation.run([step], sink, progress)
    return validation.summary


def _steps(validation: Validation, source: Source | CaptureError) -> list[_Unit | Source | CaptureError]:
    """A source as units for other processes; or itself, if only this one can read it."""
    if isinstance(source, CaptureError) or source.name == STDIN or not is_regular(source):
        return [source]
    try:
        spans = validation.spans(source, _SPAN)
    except CaptureError:
        # Whoever judges it will say so.
        spans = []
    if not spans:
        return [_Unit(source)]
    return [_Unit(source, span, span is spans[0], span is spans[-1]) for span in spans]


class _Gathering:
    """Puts together what the units came to, as if the file had been read in one go."""

    def __init__(self, validation: Validation, sink: Sink, progress: Callable[[int], None] | None) -> None:
        self._validation = validation
        self._sink = sink
        self._progress = progress
        self._entries = self._lines = 0
        self._failed = False
        self._secrets: set[str] = set()

    def unit(self, unit: _Unit, messages: Iterator[list[Finding] | _Done] | None) -> None:
        """Take what another process found in a unit; without messages, judge it here."""
        if unit.first:
            self._entries = self._lines = 0
            self._failed = False
            self._secrets.clear()
        if messages is None:
            self._done(unit, _judged(copy(self._validation), unit, self) if not self._failed else _Done())
        for message in messages or ():
            if isinstance(message, _Done):
                self._done(unit, message)
            elif not self._failed:
                for finding in message:
                    self.finding(finding)
        if unit.last:
            self._sink.end_of_file()

    def finding(self, finding: Finding) -> None:
        """Hand a finding on, moved to where it is in the whole file."""
        if finding.rule == "capture.secret":
            # Of one file, and each unit says it.
            if finding.message in self._secrets:
                self._validation.summary.severities[finding.severity] -= 1
                return
            self._secrets.add(finding.message)
        origin = finding.origin
        if origin is not None and self._entries + self._lines:
            line = origin.line + self._lines if origin.line is not None else None
            finding = replace(finding, origin=replace(origin, entry=origin.entry + self._entries, line=line))
        self._sink.finding(finding)

    def end_of_file(self) -> None:
        """A unit is not a file."""

    def _done(self, unit: _Unit, done: _Done) -> None:
        if self._progress:
            self._progress(unit.span[1] - unit.span[0] if unit.span else unit.source.size)
        if self._failed:
            return
        summary = self._validation.summary
        summary.add(done.summary)
        summary.files += unit.span is not None and unit.first
        if done.problem is not None:
            self._validation.note(done.problem.below(self._lines), unit.source)
            self._failed = True
        self._entries += done.summary.observations
        self._lines += done.lines


# -- processes


@contextmanager
def _workers(
    validation: Validation, units: list[_Unit], count: int, *, values: bool
) -> Iterator[Iterator[Iterator[list[Finding] | _Done] | None]]:
    """Processes at work on the units; gives, for each unit in turn, the messages about it, or None for those left to this process."""
    import multiprocessing

    # Forking hands everything over as it is; where that is not safe, a process starts anew and compiles its own contract.
    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    ends, processes = [], []
    try:
        for number in range(1, count):
            end, other = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(validation, units[number::count], other, values), daemon=True)
            process.start()
            other.close()
            ends.append(end)
            processes.append(process)
        yield (_messages(ends[number % count - 1]) if number % count else None for number in range(len(units)))
    finally:
        for end in ends:
            end.close()
        for process in processes:
            process.terminate()
            process.join()


def _messages(end: Connection) -> Iterator[list[Finding] | _Done]:
    """The messages about one unit; the last is that it is done."""
    while True:
        try:
            message = end.recv()
        except (EOFError, OSError):
            message = _Done(problem=CaptureError("a process that judged it ended before it was done; --jobs 1 does without"))
        yield message
        if isinstance(message, _Done):
            return


class _Sending:
    """A sink that sends findings on."""

    def __init__(self, end: Connection, *, values: bool) -> None:
        self._end = end
        self._values = values
        self._held: list[Finding] = []

    def finding(self, finding: Finding) -> None:
        self._held.append(finding if self._values or finding.value is NO_VALUE else replace(finding, value=NO_VALUE))
        if len(self._held) >= _TOGETHER:
            self.send()

    def end_of_file(self) -> None:
        pass

    def send(self) -> None:
        if self._held:
            self._end.send(self._held)
            self._held = []


def _work(validation: Validation, units: list[_Unit], end: Connection, values: bool) -> None:
    """Judge units, one after the other, and send what is found."""
    # Ctrl-C reaches every process; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    try:
        for unit in units:
            sink = _Sending(end, values=values)
            done = _judged(validation, unit, sink)
            sink.send()
            end.send(done)
    except BrokenPipeError:
        pass


def _judged(validation: Validation, unit: _Unit, sink: Sink) -> _Done:
    validation.summary = Summary()
    lines, problem = 0, None
    try:
        if unit.span is None:
            validation.file(unit.source, sink)
        else:
            lines = validation.span(unit.source, unit.span, sink)
    except CaptureError as error:
        problem = error
    return _Done(validation.summary, lines, problem)
