"""
A run over several processes, with the findings in the order in which one would have found them.

The work is cut into units: a file, or a piece of a large NDJSON. Each of n processes has every n-th of them. The first one judges
its own as their turn comes; the others write what they find into a pipe each, which the first one reads when it is their units' turn.
Whoever is ahead waits when its pipe is full, so that memory stays bounded however much is found.

What takes more than one observation to see is judged where the observations were, unless they were in several processes: at the end of a
file (of the run, with `join`) each process says of which SIDs it knows something, and hands over only what others know something of, too.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from receiptkit.captures import STDIN, Source, Span, is_regular
from receiptkit.history import Memory
from receiptkit.model.errors import CaptureError
from receiptkit.model.finding import NO_VALUE, Finding
from receiptkit.rules.states import Found
from receiptkit.validation.run import Base, Sink, Summary, Validation

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: Below this much to read, starting processes costs more than it gains.
WORTHWHILE = 32 * 2**20
_SPAN = 2 * 2**20
#: How many findings travel in one message.
_TOGETHER = 200


@dataclass(frozen=True, slots=True)
class _Unit:
    """A file, or a piece of one: their numbers in the order of the run, and whether it is the first and the last piece."""

    file: int
    number: int
    source: Source
    span: Span | None = None
    first: bool = True
    last: bool = True


@dataclass(frozen=True, slots=True)
class _Shared:
    """What a process found between observations that it alone has seen; and what it has seen of things that others have, too."""

    found: list[Found]
    ledger: Memory


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
    if jobs < 2:
        return validation.run(sources, sink, progress)
    steps: list[_Unit | Source | CaptureError] = []
    for file, source in enumerate(sources):
        steps += _steps(validation, source, file, len(steps))
    units = [step for step in steps if isinstance(step, _Unit)]
    if len(units) < 2:
        return validation.run(
            (step.source if isinstance(step, _Unit) else step for step in steps), sink, progress
        )
    count = min(jobs, len(units))
    with _workers(validation, units, count, values=values) as ends:
        gathering = _Gathering(validation, sink, progress, ends)
        for number, step in enumerate(steps):
            if isinstance(step, _Unit):
                gathering.unit(step)
            elif isinstance(step, Source):
                validation.begin(number, number, step)
                validation.source(step, sink, progress)
            else:
                validation.note(step)
        if validation.join:
            gathering.conclude()
    validation.finish(sink)
    return validation.summary


def _steps(
    validation: Validation, source: Source | CaptureError, file: int, number: int
) -> list[_Unit | Source | CaptureError]:
    """A source as units for other processes, numbered from `number` on; or itself, if only this one can read it."""
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
        # Whoever judges it will say so.
        spans = []
    if not spans:
        return [_Unit(file, number, source)]
    last = len(spans) - 1
    return [
        _Unit(file, number + index, source, span, index == 0, index == last)
        for index, span in enumerate(spans)
    ]


class _Gathering:
    """Puts together what the units came to, as if the file had been read in one go."""

    def __init__(
        self,
        validation: Validation,
        sink: Sink,
        progress: Callable[[int], None] | None,
        ends: Sequence[Connection],
    ) -> None:
        """The units are dealt out in turn: to this process, and to those at the other ends."""
        self._validation = validation
        self._sink = sink
        self._progress = progress
        self._ends = ends
        self._dealt = 0
        self._holding: set[int] = set()
        self._entries = self._lines = 0
        self._failed = False
        self._secrets: set[str] = set()

    def unit(self, unit: _Unit) -> None:
        """Take what was found in the next unit, or judge it here if it is this process's turn."""
        if unit.first:
            self._entries = self._lines = 0
            self._failed = False
            self._secrets.clear()
        self._validation.bases[unit.number] = Base(unit.source.name, self._entries, self._lines)
        who = self._dealt % (len(self._ends) + 1)
        self._dealt += 1
        self._holding.add(who)
        if who:
            self._take(unit, _messages(self._ends[who - 1]))
        else:
            self._done(unit, _judged(self._validation, unit, self) if not self._failed else _Done())
        if unit.last:
            if unit.span is not None and not self._validation.join:
                self.conclude()
            self._holding.clear()
            self._sink.end_of_file()

    def _take(self, unit: _Unit, messages: Iterator[list[Finding] | _Done]) -> None:
        for message in messages:
            if isinstance(message, _Done):
                self._done(unit, message)
            elif not self._failed:
                for finding in message:
                    self.finding(finding)

    def conclude(self) -> None:
        """Judge what takes more than one observation to see: of the file, or of the run."""
        count = len(self._ends) + 1
        holding = set(range(count)) if self._validation.join else self._holding
        ends = [self._ends[who - 1] for who in sorted(holding) if who]
        ledger, self._validation.ledger = self._validation.ledger, Memory()
        heard = [
            (ledger.sids(), ledger.summarised()),
            *(_received(end, (set(), set())) for end in ends),
        ]
        known = [sids for sids, _ in heard]
        shared: set[str] = set().union(
            *(one & other for one, other in combinations(known, 2)), *(each for _, each in heard)
        )
        for end in ends:
            _send(end, shared)
        joint = ledger.taken(shared)
        found = list(ledger.findings())
        for end in ends:
            part = _received(end, _Shared([], Memory()))
            found += part.found
            joint.merge(part.ledger)
        self._validation.across([*found, *joint.findings()], self._sink)

    def finding(self, finding: Finding) -> None:
        """Hand a finding on, moved to where it is in the whole file."""
        if finding.rule == "capture.secret":
            # Of one file, and each unit says it.
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
            self._validation.go_on(unit.file, unit.number)
            self._validation.note(done.problem.below(self._lines), unit.source)
            self._failed = True
        self._entries += done.summary.observations
        self._lines += done.lines


# -- processes


@contextmanager
def _workers(
    validation: Validation, units: list[_Unit], count: int, *, values: bool
) -> Iterator[list[Connection]]:
    """Processes at work, each on every n-th of the units but the first; gives the ends at which they speak."""
    import multiprocessing

    # Forking hands everything over as it is; where that is not safe, a process starts anew and compiles its own contract.
    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    ends, processes = [], []
    try:
        for number in range(1, count):
            end, other = context.Pipe()
            process = context.Process(
                target=_work, args=(validation, units[number::count], other, values), daemon=True
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


def _messages(end: Connection) -> Iterator[list[Finding] | _Done]:
    """The messages about one unit; the last is that it is done."""
    while True:
        message = _received(
            end,
            _Done(
                problem=CaptureError(
                    "a process that judged it ended before it was done; --jobs 1 does without"
                )
            ),
        )
        yield message
        if isinstance(message, _Done):
            return


def _received(end: Connection, instead: Any) -> Any:
    """What comes next; or something instead, if nobody speaks there any more."""
    try:
        return end.recv()
    except (EOFError, OSError):
        return instead


def _send(end: Connection, message: object) -> None:
    # Whoever is gone has been missed at its units.
    with suppress(OSError):
        end.send(message)


class _Sending:
    """A sink that sends findings on."""

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


def _work(validation: Validation, units: list[_Unit], end: Connection, values: bool) -> None:
    """Judge units, one after the other, and send what is found."""
    # Ctrl-C reaches every process; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    try:
        for unit, following in zip(units, [*units[1:], None], strict=True):
            sink = _Sending(end, values=values)
            done = _judged(validation, unit, sink)
            sink.send()
            end.send(done)
            ends_file = unit.span is not None and (following is None or following.file != unit.file)
            if following is None if validation.join else ends_file:
                _share(validation, end)
    except (BrokenPipeError, EOFError):
        pass


def _share(validation: Validation, end: Connection) -> None:
    """Say what is known of, judge what only this process knows of, and hand over the rest."""
    ledger, validation.ledger = validation.ledger, Memory()
    end.send((ledger.sids(), ledger.summarised()))
    shared = ledger.taken(end.recv())
    end.send(_Shared(list(ledger.findings()), shared))


def _judged(validation: Validation, unit: _Unit, sink: Sink) -> _Done:
    before, validation.summary = validation.summary, Summary()
    lines, problem = 0, None
    try:
        if unit.span is None:
            validation.begin(unit.file, unit.number, unit.source)
            validation.file(unit.source, sink)
        else:
            validation.go_on(unit.file, unit.number)
            lines = validation.span(unit.source, unit.span, sink)
    except CaptureError as error:
        problem = error
    if unit.span is None and not validation.join:
        if problem is None:
            validation.conclude(sink)
        validation.ledger = Memory()
    done, validation.summary = validation.summary, before
    return _Done(done, lines, problem)
