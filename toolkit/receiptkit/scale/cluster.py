"""Run on Dask: judge pieces and conclude partitions on its workers."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple, TypeVar

from receiptkit.captures import Advance, Source
from receiptkit.history import in_order
from receiptkit.history.kept import days_in
from receiptkit.history.partitions import MESSAGES, MIXED, RECEIPTS
from receiptkit.history.state import NOTHING, Closing, WorkerState
from receiptkit.model.errors import CaptureError, UsageError
from receiptkit.model.problem import Problem
from receiptkit.scale.client import client_of, demand_same_versions, killed, line_of
from receiptkit.scale.functions import (
    Concluded,
    Job,
    Judged,
    Key,
    Piece,
    conclude_partition,
    judge_piece,
    pack,
    unpacked,
)
from receiptkit.scale.plan import PIECE, Plan, plan_of, put_together
from receiptkit.validation.run import Validation
from receiptkit.validation.summary import Sink, Summary
from receiptkit.validation.units import Unit, UnitResult

_T = TypeVar("_T")
#: How many groups of partitions each thread of a worker gets.
_GROUPS = 4
#: How many problems travel together.
_TOGETHER = 1000
#: How often a piece is tried again where it fails.
_RETRIES = 2
_LOST = CaptureError("its workers died; give them more memory, or judge it alone")


def run(
    validation: Validation,
    sources: Iterable[Source | CaptureError],
    sink: Sink,
    progress: Advance | None = None,
    *,
    address: str,
    workers: int = 1,
    values: bool = False,
    piece: int = PIECE,
) -> Summary:
    """
    Check every source on a cluster.

    Args:
        validation: the run, whose counts are added to.
        sources: the sources to check.
        sink: receives the findings, in the order in which one process would find them.
        progress: called with the number of bytes that were judged since the last call.
        address: `local` to start workers here, or the address of a scheduler.
        workers: how many workers to start here.
        values: whether findings keep the offending values.
        piece: about how many bytes of files are judged together.

    Raises:
        UsageError: Dask is missing, no scheduler answers, or a worker has other versions.
    """
    with client_of(address, workers) as client:
        demand_same_versions(client)
        plan = plan_of(validation, sources, piece, values=values)
        run = _Run(client, plan, progress or _nothing)
        try:
            return put_together(plan, run.judged(), run.conclude, sink, progress)
        finally:
            run.cancel()


def _nothing(_: int) -> None:
    """Show no progress."""


class _Run:
    """The tasks of a run; the driver receives findings and counts, one piece at a time."""

    def __init__(self, client: Any, plan: Plan, progress: Advance) -> None:
        self._client = client
        self._plan = plan
        self._progress = progress
        threads = max(sum(client.nthreads().values()), 1)
        count = min(plan.job.parts, _GROUPS * threads)
        size = -(-plan.job.parts // count)
        #: Each group has neighbours, whose pieces of a state are neighbours, too.
        self._groups = [
            range(first, min(first + size, plan.job.parts))
            for first in range(0, plan.job.parts, size)
        ]
        self._job = self._submit(_same, plan.job)
        self._tasks = [self._submit(judge_piece, self._job, piece) for piece in plan.pieces]
        self._reports = [self._submit(_without_pieces, task) for task in self._tasks]

    def _submit(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return self._client.submit(function, *arguments, pure=False, retries=_RETRIES)

    def judged(self) -> Iterator[Judged]:
        """Yield the judged pieces without what is to be concluded."""
        for number, piece in enumerate(self._plan.pieces):
            report = self._reports[number]
            self._reports[number] = None
            try:
                yield _result(report)
            except killed():
                self._tasks[number] = None
                yield _lost(piece)
            if not piece.partitioned:
                self._tasks[number] = None

    def conclude(self, unit: Unit | None) -> Iterator[Problem]:
        """Yield the problems between observations, of a file or of the run, in their order."""
        numbers = [
            number
            for number, piece in enumerate(self._plan.pieces)
            if unit is None or piece.units[0].file == unit.file
        ]
        tasks = [self._tasks[each] for each in numbers if self._tasks[each] is not None]
        groups = [
            [self._submit(_pieces_of, each, group) for each in tasks] for group in self._groups
        ]
        state = None
        if self._plan.validation.keeper is not None:
            days = [self._submit(_last_day, each) for each in tasks]
            self._plan.validation.keeper.begin(max(map(_result, days), default=0))
            state = self._submit(_same, self._plan.validation.keeper.state)
        concluded: list[Any] = []
        for round_ in (RECEIPTS, MESSAGES, MIXED):
            earlier = [self._submit(_later, each) for each in concluded]
            concluded += [
                self._submit(_conclude, self._job, state, round_, group, pieces, earlier)
                for group, pieces in zip(self._groups, groups, strict=True)
            ]
        for number in numbers:
            self._tasks[number] = None
        with TemporaryFile(prefix="receiptkit-") as spool:
            try:
                streams = [self._stream(spool, concluded.pop(0)) for _ in list(concluded)]
            except killed():
                raise UsageError(f"--cluster: a partition was not compared: {_LOST}") from None
            yield from heapq.merge(*streams, key=in_order)

    def _stream(self, spool: IO[bytes], task: Any) -> _Stream:
        found: _Group = _result(task)
        self._progress(0)
        if self._plan.validation.keeper is not None:
            self._plan.validation.keeper.add(found.closing)
        return _Stream(spool, found.problems)

    def cancel(self) -> None:
        """Forget what is not done."""
        rest = [each for each in (*self._tasks, *self._reports) if each is not None]
        if self._client.status == "running":
            self._client.cancel(rest, force=True)


def _result(task: Any) -> Any:
    """
    Return the result of a task.

    Raises:
        UsageError: the scheduler is gone, or a worker cannot read or write one of its files.
    """
    try:
        return task.result()
    except CancelledError:
        raise UsageError("--cluster: the connection to the scheduler was lost") from None
    except OSError as error:
        raise UsageError(f"--cluster: {line_of(error)}") from None


class _Stream:
    """Problems in order, which wait in a file."""

    def __init__(self, spool: IO[bytes], packed: Sequence[bytes]) -> None:
        self._spool = spool
        self._places = []
        for each in packed:
            self._places.append((spool.tell(), len(each)))
            spool.write(each)

    def __iter__(self) -> Iterator[Problem]:
        return unpacked(map(self._read, self._places))

    def _read(self, place: tuple[int, int]) -> bytes:
        self._spool.seek(place[0])
        return self._spool.read(place[1])


# -- what workers run


class _Group(NamedTuple):
    """
    A group of partitions that was concluded.

    Attributes:
        problems: what is wrong, in order, packed.
        pieces: pieces of later rounds.
        closing: what was kept for later runs.
    """

    problems: list[bytes]
    pieces: dict[Key, bytes]
    closing: Closing


def _same(value: _T) -> _T:
    """Return a value: a task that is done again wherever the value is lost."""
    return value


def _last_day(judged: Judged) -> int:
    """Return the last day that was seen in a piece."""
    of_texts = (pieces for key, pieces in judged.pieces.items() if key.round == MESSAGES)
    return days_in(chain.from_iterable(of_texts))


def _without_pieces(judged: Judged) -> Judged:
    return judged._replace(pieces={})


def _pieces_of(judged: Judged, group: range) -> dict[Key, list[bytes]]:
    """Return the pieces of some partitions."""
    return {key: pieces for key, pieces in judged.pieces.items() if key.number in group}


def _conclude(
    job: Job,
    state: WorkerState | None,
    round_: int,
    group: range,
    judged: list[dict[Key, list[bytes]]],
    earlier: list[dict[Key, bytes]],
) -> _Group:
    """Conclude a group of partitions of a round."""
    found: list[Problem] = []
    writer = state.writer(f"{round_}-{group.start}") if state is not None else None
    later: dict[Key, list[bytes]] = {}
    for number in group:
        key = Key(round_, number, job.parts)
        pieces = [piece for each in judged for piece in each.get(key, ())]
        pieces += [each[key] for each in earlier if key in each]
        past = state.past(key) if state is not None else None
        if pieces or past is not None:
            concluded: Concluded = conclude_partition(key, pieces, past)
            if writer is not None:
                writer.keep(key, concluded.kept)
            found += concluded.problems
            for other, piece in concluded.pieces.items():
                later.setdefault(other, []).append(piece)
    found.sort(key=in_order)
    packed = [pack(found[at : at + _TOGETHER]) for at in range(0, len(found), _TOGETHER)]
    joined = {key: _joined(pieces) for key, pieces in later.items()}
    return _Group(packed, joined, writer.close() if writer is not None else NOTHING)


def _joined(pieces: list[bytes]) -> bytes:
    """Return pieces of one partition of a later round as one."""
    first, *others = pieces
    if first[:1] == b"[":
        return b"[" + b",".join(each[1:-1] for each in pieces) + b"]"
    return first + b"".join(each[1:] for each in others)


def _later(concluded: _Group) -> dict[Key, bytes]:
    return concluded.pieces


def _lost(piece: Piece) -> Judged:
    count = len(piece.units)
    return Judged([UnitResult(problem=_LOST) for _ in range(count)], [[] for _ in range(count)], {})
