"""Cut captures into pieces for workers, and put their results together."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from itertools import chain
from typing import NamedTuple

from receiptkit.captures import STDIN, Advance, Source, expand
from receiptkit.contract import Contract
from receiptkit.history import PARTS, in_order
from receiptkit.model.errors import CaptureError
from receiptkit.model.finding import Finding
from receiptkit.model.limits import chosen
from receiptkit.model.problem import Problem
from receiptkit.scale.functions import (
    Concluded,
    Job,
    Judged,
    Piece,
    findings_of,
    versions,
)
from receiptkit.validation.choices import Choices
from receiptkit.validation.gathering import Gathering
from receiptkit.validation.output_files import is_special
from receiptkit.validation.run import Validation
from receiptkit.validation.summary import Sink, Summary
from receiptkit.validation.units import Step, Unit, steps

#: How many bytes of files, as they are stored, are judged together.
PIECE = 16 * 2**20
#: For how many bytes of input a partition is meant.
_PER_PARTITION = 32 * 2**20
_UNREADABLE = "workers read only files, not standard input, pipes or devices"


class Plan(NamedTuple):
    """
    A run that is cut into pieces.

    Attributes:
        job: what every worker needs; the first argument of `judge_piece`.
        pieces: what is judged, in the order of the run; the second argument.
        steps: the files, blocks and problems of the run, in order.
        validation: the run, for the driver alone.
    """

    job: Job
    pieces: list[Piece]
    steps: list[Step]
    validation: Validation


def plan_for(
    paths: Sequence[str],
    *,
    contract: Contract | None = None,
    join: bool = True,
    piece: int = PIECE,
) -> Plan:
    """
    Return a plan for captures.

    Args:
        paths: files, folders and URLs, as `receiptkit validate` takes them.
        contract: the contract to check against.
        join: True to treat all files as one history.
        piece: about how many bytes of files are judged together.
    """
    validation = Validation(contract or Contract.load(), Choices(join=join))
    return plan_of(validation, expand(list(paths)), piece)


def plan_of(
    validation: Validation,
    sources: Iterable[Source | CaptureError],
    piece: int = PIECE,
    *,
    values: bool = False,
) -> Plan:
    """Return a plan for sources; `values` is True if findings keep the offending values."""
    absolute = map(_absolute, sources)
    plan = [_readable(step) for step in steps(validation, absolute, piece, shares_files=False)]
    size = sum(_size(step) for step in plan if isinstance(step, Unit))
    parts = PARTS
    while parts * _PER_PARTITION < size:
        parts *= 2
    validation.remembering.parts = parts
    validation.forget()
    sent = copy(validation)
    sent.keeper = None
    job = Job(versions(), pickle.dumps((sent, values, chosen())), parts)
    return Plan(job, list(_cut(plan, piece, join=validation.join)), plan, validation)


def _absolute(source: Source | CaptureError) -> Source | CaptureError:
    """Return a source that is found from any folder."""
    if isinstance(source, CaptureError) or source.is_remote or source.name == STDIN:
        return source
    return source._replace(address=os.path.abspath(source.path))


def _readable(step: Step) -> Step:
    """Return a step, or why no worker can read it; what is no file is left to the driver."""
    if isinstance(step, Source) and (
        step.content or step.name == STDIN or (step.named and is_special(step.path))
    ):
        return CaptureError(f"{step.name}: {_UNREADABLE}")
    return step


def _size(unit: Unit) -> int:
    return unit.span[1] - unit.span[0] if unit.span else unit.source.size


def _cut(plan: Sequence[Step], size: int, *, join: bool) -> Iterator[Piece]:
    """Yield pieces; without `join`, one of blocks has blocks of one file alone."""
    units: list[Unit] = []
    left = size
    for unit in (step for step in plan if isinstance(step, Unit)):
        is_apart = bool(units) and not join and not _are_alike(units[-1], unit)
        if units and (is_apart or left <= 0):
            yield Piece(tuple(units), join or units[0].is_divided)
            units, left = [], size
        units.append(unit)
        left -= _size(unit)
    if units:
        yield Piece(tuple(units), join or units[0].is_divided)


def _are_alike(one: Unit, other: Unit) -> bool:
    return one.file == other.file or not (one.is_divided or other.is_divided)


class _Calling:
    """A sink that calls a function with each finding."""

    def __init__(self, call: Callable[[Finding], object]) -> None:
        self._call = call

    def finding(self, finding: Finding) -> None:
        self._call(finding)

    def end_of_file(self) -> None:
        pass


def gather(
    plan: Plan,
    judged: Iterable[Judged],
    concluded: Iterable[Concluded],
    report: Callable[[Finding], object],
) -> Summary:
    """
    Report the findings of a run in the order in which one process would find them.

    Args:
        plan: the plan.
        judged: its pieces, in order.
        concluded: the partitions of all rounds, in any order; iterated when all pieces were.
        report: is called with each finding.

    Returns:
        The counts of the run.
    """

    def problems(_: Unit | None) -> Iterable[Problem]:
        return sorted(chain.from_iterable(each.problems for each in concluded), key=in_order)

    return put_together(plan, iter(judged), problems, _Calling(report))


def put_together(
    plan: Plan,
    judged: Iterator[Judged],
    conclude: Callable[[Unit | None], Iterable[Problem]],
    sink: Sink,
    progress: Advance | None = None,
) -> Summary:
    """
    Report findings as `gather` does.

    Args:
        plan: the plan.
        judged: its pieces, in order.
        conclude: returns the problems between observations, as `in_order` sorts them: of the file
            of a unit, or of the run.
        sink: receives the findings.
        progress: called with the number of bytes that were judged since the last call.
    """
    validation = plan.validation
    gathering = Gathering(validation, sink, progress)
    waiting = _units(judged)
    for index, step in enumerate(plan.steps):
        if isinstance(step, Unit):
            gathering.begin(step)
            piece, number = next(waiting)
            gathering.take(findings_of(piece, number))
            gathering.finish(step, piece.results[number])
            if step.last:
                if step.is_divided and not validation.join:
                    validation.report_across(conclude(step), sink, is_sorted=True)
                gathering.end(step)
        else:
            validation.read_step(index, step, sink, progress)
    if validation.join:
        validation.report_across(conclude(None), sink, is_sorted=True)
    validation.finish(sink, is_concluded=validation.join)
    return validation.summary


def _units(judged: Iterator[Judged]) -> Iterator[tuple[Judged, int]]:
    for piece in judged:
        for number in range(len(piece.results)):
            yield piece, number
