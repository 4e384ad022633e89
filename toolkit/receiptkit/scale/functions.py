"""The two functions that an engine runs: judge a piece, conclude a partition."""

from __future__ import annotations

import pickle
import platform
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import metadata
from typing import Any, NamedTuple

from receiptkit import __version__
from receiptkit.history.kept import Past
from receiptkit.history.partitions import ROUNDS, Concluded, Key, conclude
from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Finding
from receiptkit.model.limits import collector_off, holding
from receiptkit.validation.gathering import Batching
from receiptkit.validation.run import Validation
from receiptkit.validation.units import Unit, UnitResult, run_unit

__all__ = ["ROUNDS", "Concluded", "Judged", "Key", "Piece", "conclude_partition", "judge_piece"]

#: The packages on which results and pickles depend.
_PACKAGES = ("jsonschema-rs", "orjson")
#: Validations that this process has loaded, by their jobs. One thread judges at a time: they share
#: what they learn, and Python lets one thread run anyway.
_LOADED: dict[bytes, tuple[Validation, bool, dict[str, int]]] = {}
_LOCK = threading.Lock()


class Piece(NamedTuple):
    """
    Files, or blocks of lines of one, that are judged together.

    Attributes:
        units: the files and blocks.
        partitioned: True if what is remembered of them is concluded with other pieces; else each
            file is concluded with the piece.
    """

    units: tuple[Unit, ...]
    partitioned: bool


class Job(NamedTuple):
    """
    The part of a plan that every worker needs.

    Attributes:
        versions: the versions that workers must have.
        raw: the validation, whether findings keep values, and the limits that were chosen; pickled.
        parts: how many partitions a round has.
    """

    versions: dict[str, str]
    raw: bytes
    parts: int


class Judged(NamedTuple):
    """
    A piece that was judged.

    Attributes:
        results: the counts of each unit.
        findings: the findings of each unit, packed.
        pieces: pieces of partitions, by the partitions.
    """

    results: list[UnitResult]
    findings: list[list[bytes]]
    pieces: dict[Key, list[bytes]]


def versions() -> dict[str, str]:
    """Return the versions that a driver and its workers must share."""
    python = ".".join(platform.python_version_tuple()[:2])
    packages = {name: metadata.version(name) for name in _PACKAGES}
    return {"receiptkit": __version__, "Python": python, **packages}


def demand_versions(wanted: Mapping[str, str], found: Mapping[str, str], whose: str) -> None:
    """Raise `UsageError` if a worker has other versions than the driver."""
    other = [name for name in wanted if found.get(name) != wanted[name]]
    if other:
        differences = ", ".join(
            f"{name} {found.get(name, 'missing')}, here {wanted[name]}" for name in other
        )
        raise UsageError(f"{whose} has {differences}; install the same versions there")


def judge_piece(job: Job, piece: Piece) -> Judged:
    """
    Judge the files and blocks of a piece, wherever this runs.

    A file that cannot be read to its end is a problem in its result, and no exception.

    Args:
        job: what is to be done, as `Plan.job` has it.
        piece: one of `Plan.pieces`.

    Raises:
        UsageError: this process has other versions than the plan.
    """
    demand_versions(job.versions, versions(), "a worker")
    judged = Judged([], [], {})
    with _LOCK, collector_off(), holding(_loaded(job)[2]):
        validation, values, _ = _loaded(job)
        for unit in piece.units:
            packed: list[bytes] = []
            sink = Batching(partial(_keep, packed), values=values)
            judged.results.append(run_unit(validation, unit, sink))
            sink.send()
            judged.findings.append(packed)
        memory = validation.forget()
        if piece.partitioned:
            judged.pieces.update(memory.partitions().all_pieces())
    return judged


def conclude_partition(key: Key, pieces: Sequence[bytes], past: Past | None = None) -> Concluded:
    """
    Compare all that is remembered in a partition, wherever this runs.

    Args:
        key: the partition.
        pieces: all its pieces, in any order: of judged pieces, and of partitions of earlier rounds.
        past: what earlier runs kept of it; None to keep nothing for later ones.

    Returns:
        Problems between observations, and pieces of partitions of later rounds.
    """
    with collector_off():
        return conclude(key, pieces, past=past)


def _keep(packed: list[bytes], findings: list[Finding]) -> None:
    packed.append(pack(findings))


def _loaded(job: Job) -> tuple[Validation, bool, dict[str, int]]:
    """Return the validation of a job, loaded once in each process, `values`, and its limits."""
    if job.raw not in _LOADED:
        _LOADED.clear()
        _LOADED[job.raw] = pickle.loads(job.raw)
    return _LOADED[job.raw]


def pack(values: Any) -> bytes:
    """Return values as few bytes."""
    return zlib.compress(pickle.dumps(values), 1)


def unpacked(packed: Iterable[bytes]) -> Iterator[Any]:
    """Yield the elements of packed lists, one list in memory at a time."""
    for each in packed:
        yield from pickle.loads(zlib.decompress(each))


def findings_of(judged: Judged, number: int) -> Iterator[Finding]:
    """Yield the findings of a unit."""
    return unpacked(judged.findings[number])
