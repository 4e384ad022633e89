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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from receiptkit.captures import Advance, Source
from receiptkit.history import Memory, OwnShare, problems_of_shares
from receiptkit.history.remains import compared
from receiptkit.model.errors import CaptureError
from receiptkit.model.finding import Finding
from receiptkit.model.limits import chosen, use
from receiptkit.model.signals import signals_held
from receiptkit.validation.gathering import Batching, Gathering
from receiptkit.validation.run import Validation
from receiptkit.validation.shares import groups, learn
from receiptkit.validation.summary import Sink, Summary
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

_ENDED = CaptureError("the process that checked it ended early; use --jobs 1")
_LOST = UnitResult(problem=_ENDED)
_FORKS = sys.platform == "linux"
#: Of so many bytes, learning from the first ones takes a small part of the time.
_MUCH = 1 << 24


def run(
    validation: Validation,
    sources: Iterable[Source | CaptureError],
    sink: Sink,
    progress: Advance | None = None,
    *,
    jobs: int,
    values: bool = False,
) -> Summary:
    """
    Check every source, with several processes where there is work for them.

    Args:
        validation: the run, whose counts are added to.
        sources: the sources to check.
        sink: receives the findings.
        progress: called as files are read.
        jobs: the highest number of processes, at least two.
        values: whether findings keep the offending values.
    """
    plan = steps(validation, sources)
    units = [step for step in plan if isinstance(step, Unit)]
    is_shared = any(unit.is_shared for unit in units)
    if len(units) < 2 and not is_shared:
        return validation.run(
            (step.source if isinstance(step, Unit) else step for step in plan), sink, progress
        )
    count = jobs if is_shared else min(jobs, len(units))
    validation.remembering.limit //= count
    validation.forget()
    if _FORKS and sum(unit.source.size for unit in units if unit.first) >= _MUCH:
        learn(validation, units[0].source, units[0].span)
    with _workers(validation, units, count, values=values) as ends:
        gathering = _Shared(validation, sink, progress, ends)
        for number, step in enumerate(plan):
            if isinstance(step, Unit) and step.is_shared:
                gathering.shared(step)
            elif isinstance(step, Unit):
                gathering.unit(step)
            else:
                validation.read_step(number, step, sink, progress)
        if validation.join:
            gathering.conclude()
    validation.finish(sink, is_concluded=validation.join)
    return validation.summary


class _Shared(Gathering):
    """Gathers from this process, and from those at the other ends of pipes."""

    def __init__(
        self,
        validation: Validation,
        sink: Sink,
        progress: Advance | None,
        ends: Sequence[Connection],
    ) -> None:
        """Units go in turn to this process, and to those at the other ends."""
        super().__init__(validation, sink, progress)
        self._ends = ends
        self._dealt = 0
        self._holding: set[int] = set()

    def unit(self, unit: Unit) -> None:
        """Take the findings of the next unit, or check it here if it belongs to this process."""
        self.begin(unit)
        worker = self._dealt % (len(self._ends) + 1)
        self._dealt += 1
        self._holding.add(worker)
        if worker:
            self._take(unit, _messages(self._ends[worker - 1]))
        elif self.failed:
            self.finish(unit, UnitResult())
        else:
            self.finish(unit, run_unit(self.validation, unit, self))
        if unit.last:
            self._end(unit)

    def _end(self, unit: Unit) -> None:
        if unit.is_divided and not self.validation.join:
            self.conclude()
        self._holding.clear()
        self.end(unit)

    def shared(self, unit: Unit) -> None:
        """Check this process's share of a file, and take the findings of the others' in between."""
        self.begin(unit)
        self.validation.continue_unit(unit.file, unit.number)
        self.validation.summary.files += 1
        count = len(self._ends) + 1
        self._holding = set(range(count))
        try:
            for number, group in enumerate(groups(self.validation, unit.source)):
                worker = dealt(group, number, count)
                if worker:
                    self._take(unit, _messages(self._ends[worker - 1]))
                elif not self.failed:
                    self.finish(unit, run_group(self.validation, group, unit, self))
        except CaptureError as error:
            self.finish(unit, UnitResult(problem=error))
        self.advance(unit.source.size)
        self._end(unit)

    def _take(self, unit: Unit, messages: Iterator[list[Finding] | UnitResult]) -> None:
        for message in messages:
            if isinstance(message, UnitResult):
                self.finish(unit, message)
            else:
                self.take(message)

    def conclude(self) -> None:
        """Report findings between observations: of the file, or of the run."""
        count = len(self._ends) + 1
        holding = set(range(count)) if self.validation.join else self._holding
        ends = [self._ends[worker - 1] for worker in sorted(holding) if worker]
        try:
            memory, others = self.validation.forget(), list(map(_Share, ends))
            if self.validation.keeper is None:
                _leave_out(memory, others)
            own = OwnShare(memory.partitions())
            found = problems_of_shares([own, *others], self.validation.keeper)
            self.validation.report_across(found, self.sink)
        except CaptureError as error:
            # A process that ended before was reported with its units.
            if not any(str(error) in each for each in self.validation.summary.problems):
                self.validation.note_problem(error)
            for end in ends:
                end.close()
        for end in ends:
            _send(end, None)
            self.validation.summary.on_disk += _received(end, 0)


# -- processes


@contextmanager
def _workers(
    validation: Validation, units: list[Unit], count: int, *, values: bool
) -> Iterator[list[Connection]]:
    """Start processes, each for every n-th unit but the first; yield the ends of their pipes."""
    import multiprocessing

    # A forked process has everything at hand; elsewhere a new process compiles its own contract.
    context: Any = multiprocessing.get_context("fork" if _FORKS else "spawn")
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
            # It has no signal handlers yet.
            with signals_held():
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
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    use(limits)
    gc.disable()
    try:
        for unit, following in zip(units, [*units[1:], None], strict=True):
            sink = Batching(end.send, values=values)
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


def _leave_out(memory: Memory, others: Sequence[_Share]) -> None:
    """Let all processes forget what cannot be contradicted, unless it is in files already."""
    for other in others:
        other.begin("prints")
    found = [memory.prints(), *(other.result() for other in others)]
    known = [each for each in found if each is not None]
    if len(known) < len(found):
        return
    named = compared(known)
    for other in others:
        other.begin("keep", *named)
    memory.keep(*named)
    for other in others:
        other.result()


def _share(validation: Validation, end: Connection) -> None:
    """Answer the calls of the first process, which brings the parts of all memories together."""
    owner: Any = validation.forget()
    memory = owner
    try:
        while (call := end.recv()) is not None:
            method, arguments = call
            if owner is memory and not hasattr(memory, method):
                owner = memory.partitions()
            end.send(getattr(owner, method)(*arguments))
    except CaptureError as error:
        end.send(error)
        raise
    end.send(memory.on_disk)
