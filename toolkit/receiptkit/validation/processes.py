"""
A run over several processes, with the findings in the order in which one process would find them.

The work is cut into units, and each of n processes has every n-th of them. The first process checks
its own units as their turn comes. Each other one writes its findings into a pipe, which the first
one reads when it is the turn of that unit. A process that is ahead waits when its pipe is full, so
memory stays bounded however many findings there are.

At the end of a file (of the run, with `join`), what the processes remember is divided into parts.
Each process checks every n-th part of all that they remember.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from receiptkit.captures import Source
from receiptkit.history import OwnShare, problems_of_shares
from receiptkit.model.errors import CaptureError
from receiptkit.model.finding import NO_VALUE, Finding
from receiptkit.model.limits import chosen, use
from receiptkit.validation.run import Validation
from receiptkit.validation.shares import groups
from receiptkit.validation.summary import Sink, Summary, UnitStart
from receiptkit.validation.units import (
    Unit,
    UnitResult,
    assigned,
    dealt,
    results,
    run_group,
    run_unit,
    steps,
)

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: With less input than this, starting processes costs more than it gains.
WORTHWHILE = 32 * 2**20
#: How many findings travel in one message.
_TOGETHER = 200
_ENDED = CaptureError("the process that checked it ended early; use --jobs 1")
_LOST = UnitResult(problem=_ENDED)


def processors() -> int:
    """Return how many processes this machine can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def jobs_for(sources: Iterable[Source | CaptureError]) -> int:
    """Return how many processes are worthwhile: one for little input, all processors for much."""
    size = sum(source.size for source in sources if isinstance(source, Source))
    return processors() if size >= WORTHWHILE else 1


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
    Check every source, with several processes where there is work for them.

    Args:
        validation: the run, whose counts are added to.
        sources: the sources to check.
        sink: receives the findings.
        jobs: the highest number of processes.
        values: whether findings keep the offending values.
        progress: called with the number of bytes that have been read since the last call.
    """
    if jobs < 2:
        return validation.run(sources, sink, progress)
    plan = steps(validation, sources)
    units = [step for step in plan if isinstance(step, Unit)]
    is_shared = any(unit.is_shared for unit in units)
    if len(units) < 2 and not is_shared:
        return validation.run(
            (step.source if isinstance(step, Unit) else step for step in plan), sink, progress
        )
    count = jobs if is_shared else min(jobs, len(units))
    validation.memory_limit //= count
    validation.forget()
    with _workers(validation, units, count, values=values) as ends:
        gathering = _Gathering(validation, sink, progress, ends)
        for number, step in enumerate(plan):
            if isinstance(step, Unit) and step.is_shared:
                gathering.shared(step)
            elif isinstance(step, Unit):
                gathering.unit(step)
            elif isinstance(step, Source):
                validation.start_unit(number, number, step)
                validation.read_source(step, sink, progress)
            else:
                validation.note_problem(step)
        if validation.join:
            gathering.conclude()
    validation.finish(sink)
    return validation.summary


class _Gathering:
    """Puts the results of the units together, as if one process had read the file."""

    def __init__(
        self,
        validation: Validation,
        sink: Sink,
        progress: Callable[[int], None] | None,
        ends: Sequence[Connection],
    ) -> None:
        """Units go in turn to this process, and to those at the other ends."""
        self._validation = validation
        self._sink = sink
        self._progress = progress
        self._ends = ends
        self._dealt = 0
        self._holding: set[int] = set()
        self._entries, self._lines, self._failed = 0, 0, False
        self._secrets: set[str] = set()

    def unit(self, unit: Unit) -> None:
        """Take the findings of the next unit, or check it here if it belongs to this process."""
        if unit.first:
            self._begin()
        start = UnitStart(unit.source.name, self._entries, self._lines)
        self._validation.starts[unit.number] = start
        worker = self._dealt % (len(self._ends) + 1)
        self._dealt += 1
        self._holding.add(worker)
        if worker:
            self._take(unit, _messages(self._ends[worker - 1]))
        elif self._failed:
            self._finish_unit(unit, UnitResult())
        else:
            self._finish_unit(unit, run_unit(self._validation, unit, self))
        if unit.last:
            self._end(unit)

    def _begin(self) -> None:
        self._validation.begin_source()
        self._entries, self._lines, self._failed = 0, 0, False
        self._secrets.clear()

    def _end(self, unit: Unit) -> None:
        if unit.is_divided and not self._validation.join:
            self.conclude()
        self._holding.clear()
        self._validation.end_source(unit.source, self._sink)

    def shared(self, unit: Unit) -> None:
        """Check this process's share of a file, and take the findings of the others' in between."""
        self._begin()
        self._validation.starts[unit.number] = UnitStart(unit.source.name)
        self._validation.continue_unit(unit.file, unit.number)
        self._validation.summary.files += 1
        count = len(self._ends) + 1
        self._holding = set(range(count))
        try:
            for number, group in enumerate(groups(self._validation, unit.source)):
                worker = dealt(group, number, count)
                if worker:
                    self._take(unit, _messages(self._ends[worker - 1]))
                elif not self._failed:
                    self._finish_unit(unit, run_group(self._validation, group, unit, self))
        except CaptureError as error:
            self._finish_unit(unit, UnitResult(problem=error))
        if self._progress:
            self._progress(unit.source.size)
        self._end(unit)

    def _take(self, unit: Unit, messages: Iterator[list[Finding] | UnitResult]) -> None:
        for message in messages:
            if isinstance(message, UnitResult):
                self._finish_unit(unit, message)
            elif not self._failed:
                for finding in message:
                    self.finding(finding)

    def conclude(self) -> None:
        """Report findings between observations: of the file, or of the run."""
        count = len(self._ends) + 1
        holding = set(range(count)) if self._validation.join else self._holding
        ends = [self._ends[worker - 1] for worker in sorted(holding) if worker]
        try:
            own = OwnShare(self._validation.forget().partitions())
            found = problems_of_shares([own, *map(_Share, ends)])
            self._validation.report_across(found, self._sink)
        except CaptureError as error:
            # A process that ended before was reported with its units.
            if not any(str(error) in each for each in self._validation.summary.problems):
                self._validation.note_problem(error)
            for end in ends:
                end.close()
        for end in ends:
            _send(end, None)
            self._validation.summary.on_disk += _received(end, 0)

    def finding(self, finding: Finding) -> None:
        """Pass a finding on, moved to its place in the whole file."""
        if finding.rule == "capture.secret":
            # Reported once for each file, but every unit finds it.
            if finding.message in self._secrets:
                self._validation.summary.severities[finding.severity] -= 1
                return
            self._secrets.add(finding.message)
        location = finding.location
        if location is not None and self._entries + self._lines:
            line = location.line + self._lines if location.line is not None else None
            finding = replace(
                finding, location=replace(location, entry=location.entry + self._entries, line=line)
            )
        self._sink.finding(finding)

    def end_of_file(self) -> None:
        """Do nothing: a unit is not a file."""

    def _finish_unit(self, unit: Unit, result: UnitResult) -> None:
        if self._progress and not unit.is_shared:
            self._progress(unit.span[1] - unit.span[0] if unit.span else unit.source.size)
        if self._failed:
            return
        summary = self._validation.summary
        summary.add(result.summary, self._entries, self._lines)
        summary.files += unit.span is not None and unit.first
        if result.problem is not None:
            self._validation.continue_unit(unit.file, unit.number)
            self._validation.note_problem(result.problem.below(self._lines), unit.source)
            self._failed = True
        if not unit.is_shared:
            self._entries += result.summary.observations
            self._lines += result.lines


# -- processes


@contextmanager
def _workers(
    validation: Validation, units: list[Unit], count: int, *, values: bool
) -> Iterator[list[Connection]]:
    """Start processes, each for every n-th unit but the first; yield the ends of their pipes."""
    import multiprocessing

    # A forked process has everything at hand; elsewhere a new process compiles its own contract.
    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    ends, processes = [], []
    try:
        for number in range(1, count):
            end, other = context.Pipe()
            process = context.Process(
                target=_work,
                args=(validation, assigned(units, number, count), other, values, chosen()),
                daemon=True,
            )
            process.start()
            other.close()
            ends.append(end)
            processes.append(process)
        yield ends
    finally:
        for end in ends:
            end.close()
        for process in processes:
            process.terminate()
            process.join()


def _messages(end: Connection) -> Iterator[list[Finding] | UnitResult]:
    """Yield the messages about one unit; the last is its result."""
    while True:
        message = _received(end, _LOST)
        yield message
        if isinstance(message, UnitResult):
            return


def _received(end: Connection, instead: Any) -> Any:
    """Return the next message, or something instead if the process has ended."""
    try:
        return end.recv()
    except (EOFError, OSError):
        return instead


def _send(end: Connection, message: object) -> None:
    # A dead worker was reported earlier.
    with suppress(OSError):
        end.send(message)


class _Sending:
    """A sink that sends findings to the first process."""

    def __init__(self, end: Connection, *, values: bool) -> None:
        self._end = end
        self._values = values
        self._held: list[Finding] = []

    def finding(self, finding: Finding) -> None:
        self._held.append(
            finding
            if self._values or finding.value is NO_VALUE
            else replace(finding, value=NO_VALUE)
        )
        if len(self._held) >= _TOGETHER:
            self.send()

    def end_of_file(self) -> None:
        pass

    def send(self) -> None:
        if self._held:
            self._end.send(self._held)
            self._held = []


def _work(
    validation: Validation,
    units: list[Unit],
    end: Connection,
    values: bool,
    limits: dict[str, int],
) -> None:
    """Check units one after the other, and send their findings."""
    # Ctrl-C reaches every process; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    use(limits)
    gc.disable()
    try:
        for unit, following in zip(units, [*units[1:], None], strict=True):
            sink = _Sending(end, values=values)
            for result in results(validation, unit, sink):
                sink.send()
                end.send(result)
            ends_file = unit.is_divided and (following is None or following.file != unit.file)
            if following is None if validation.join else ends_file:
                _share(validation, end)
    except (BrokenPipeError, EOFError, CaptureError):
        pass


def _end_with_parent() -> None:
    """End this process when its parent has ended, also by `kill -9`."""
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


class _Share:
    """The memory of another process."""

    def __init__(self, end: Connection) -> None:
        self._end = end

    def begin(self, method: str, *arguments: Any) -> None:
        _send(self._end, (method, arguments))

    def result(self) -> Any:
        """Return what the method returned. Raises `CaptureError` if the process has ended."""
        found = _received(self._end, _ENDED)
        if isinstance(found, CaptureError):
            raise found
        return found


def _share(validation: Validation, end: Connection) -> None:
    """Answer the calls of the first process, which brings the parts of all memories together."""
    memory = validation.forget()
    try:
        partitions = memory.partitions()
    except CaptureError as error:
        end.send(error)
        raise
    while (call := end.recv()) is not None:
        method, arguments = call
        end.send(getattr(partitions, method)(*arguments))
    end.send(memory.on_disk)
