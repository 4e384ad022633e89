"""
States of receipts in a folder or behind a URL, so that one run is judged together with earlier
ones.

Every run adds its own files, and changes none: `receiptkit-state-N-RUN-*.kept` with what it
keeps, and at last `receiptkit-state-N-RUN.json`, without which the others mean nothing. N is the
version of this format. A run keeps all states of each receipt that it has seen. So the last run
that has seen a receipt knows it, and a run whose last event has expired is not read any more. A
state that is lost costs findings between runs, and causes none.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import IO, Any, NamedTuple

from receiptkit.history.earlier_runs import EarlierRun, Place, run_in
from receiptkit.history.kept import Kept, Past
from receiptkit.history.partitions import Key
from receiptkit.model.errors import UsageError
from receiptkit.model.problem import Problem
from receiptkit.storage import is_remote, local_path, shown

VERSION = 1
_NAME = "receiptkit-state-"
#: Files of a run are numbered from its second on, so that those of later runs have larger numbers.
#: Runs may begin in one second: their numbers differ by chance, and the names of their files do.
_SHIFT, _CHANCE, _TOKEN = 24, 7, 4
_DAY, _BLOCK = 86_400, 2**20
#: No piece that a run writes is longer, in bytes.
_LONGEST = 2**31


class WorkerState(NamedTuple):
    """
    The state as a worker needs it.

    Attributes:
        folder: the folder, or its URL.
        name: how names of files of this run begin.
        runs: the earlier runs, the last one first.
        base: the number of the first file of this run.
        first_day: receipts whose last event is before this day have expired.
        last_day: the day of the last event.
        expired_before: those before this day had expired in the last run.
    """

    folder: str
    name: str
    runs: list[EarlierRun]
    base: int
    first_day: int = 0
    last_day: int = 0
    expired_before: int = 0

    def past(self, key: Key) -> Past:
        """Return what earlier runs kept of a partition."""
        places = [place for run in self.runs for place in run.places_of(key)]
        pieces = [self._piece(place) for place in places]
        found = [piece for piece in pieces if piece is not None]
        lost = len(pieces) - len(found)
        return Past(found, self.first_day, self.expired_before, self.base, lost, self.last_day)

    def _piece(self, place: Place) -> bytes | None:
        """Return a piece; None if it is lost."""
        unpacking = zlib.decompressobj()
        try:
            piece = unpacking.decompress(self._stored(*place), _LONGEST)
        except (OSError, zlib.error, MemoryError):
            return None
        return piece if unpacking.eof else None

    def _stored(self, name: str, start: int, length: int) -> bytes:
        """Return some bytes of a file; small pieces that follow each other are read together."""
        if length > _BLOCK:
            return _read(self.folder, name, start, length)
        first, last = start // _BLOCK, (start + length - 1) // _BLOCK
        blocks = [_block(self.name, self.folder, name, each) for each in range(first, last + 1)]
        return b"".join(blocks)[start - first * _BLOCK :][:length]

    def since(self, days: int, last_day: int) -> WorkerState:
        """Return the state with days set: the last one that was seen, but none in the future."""
        today = int(time.time()) // _DAY
        last = max(min(last_day, today), *(run.last_day for run in self.runs), 0)
        first = last - days
        before = max((run.first_day for run in self.runs), default=0)
        # What expires now is counted once, and so is read once more.
        runs = [run for run in self.runs if run.last_day >= min(first, before)]
        return self._replace(runs=runs, first_day=first, last_day=last, expired_before=before)

    def concerns(self, problem: Problem) -> bool:
        """Return True if a problem is about something that this run has seen."""
        return any(at is not None and at.file >= self.base for at in (problem.at, problem.other))

    def writer(self, name: str = "all") -> Writer:
        """Return what writes a file of this run."""
        return Writer(self.folder, f"{self.name}-{name}.kept")


class Closing(NamedTuple):
    """
    A file of a run that was written.

    Attributes:
        places: where the pieces of each partition are in it.
        counts: the receipts that were kept, and those that have expired.
        units: the units of earlier runs that are named.
    """

    places: dict[str, list[Place]]
    counts: Counter[str]
    units: set[int]


NOTHING = Closing({}, Counter(), set())


class Writer:
    """A file of a run, which appears when it is complete."""

    def __init__(self, folder: str, name: str) -> None:
        from tempfile import TemporaryFile

        self._places: dict[str, list[Place]] = {}
        self._counts: Counter[str] = Counter()
        self._units: set[int] = set()
        self._folder = folder
        self._name = name
        self._size = 0
        self._file: IO[bytes] = TemporaryFile(prefix="receiptkit-")  # noqa: SIM115 # until `close`

    def keep(self, key: Key, kept: Kept) -> None:
        """Add what is kept of a partition."""
        self._counts.update(kept=kept.receipts, expired=kept.expired, lost=kept.lost)
        self._units.update(kept.units)
        if kept.rows:
            raw = zlib.compress(kept.rows, 1)
            place = (self._name, self._size, len(raw))
            self._places.setdefault(f"{key.round}.{key.number}", []).append(place)
            self._file.write(raw)
            self._size += len(raw)

    def close(self) -> Closing:
        """Write the file, if there is something in it; return what is. Raises `OSError`."""
        with self._file as file:
            if self._size:
                file.seek(0)
                _write(self._folder, self._name, file)
        return Closing(self._places, self._counts, self._units)


class Keeper:
    """
    Keeps the state of a run.

    Attributes:
        state: what workers need.
        problems: a line for each earlier run that cannot be read.
    """

    def __init__(self, folder: str, days: int) -> None:
        """
        Open a state. Raises `UsageError`.

        Args:
            folder: the folder, or its URL.
            days: for how many days after its last event a receipt is kept.
        """
        self.state, self._starts, self.problems = opened(folder)
        self._days = days
        self._writer: Writer | None = None
        self._closed: list[Closing] = []

    def begin(self, last_day: int) -> None:
        """Begin, with the last day that was seen."""
        self.state = self.state.since(self._days, last_day)

    def past(self, key: Key) -> Past:
        """Return what earlier runs kept of a partition."""
        return self.state.past(key)

    def keep(self, key: Key, kept: Kept) -> None:
        """Keep something for later runs."""
        self._writer = self._writer or self.state.writer()
        self._writer.keep(key, kept)

    def add(self, closing: Closing) -> None:
        """Add what a worker kept."""
        self._closed.append(closing)

    def start(self, unit: int) -> list[Any]:
        """Return where a unit of an earlier run begins: its file, entries and lines."""
        return self._starts.get(unit, ["a file of an earlier run", 0, 0])

    def close(self, starts: Mapping[int, Any], parts: int) -> Counter[str]:
        """
        Complete the state; return how many receipts were kept, have expired and were lost.

        Args:
            starts: where each unit of this run begins.
            parts: how many partitions a round has.

        Raises:
            UsageError: it cannot be written.
        """
        try:
            if self._writer is not None:
                self._closed.append(self._writer.close())
            return _finish(self.state, parts, self._closed, {**self._starts, **starts})
        except OSError as error:
            raise UsageError(f"--state {shown(self.state.folder)}: {error}") from None


def _finish(
    state: WorkerState, parts: int, closed: Iterable[Closing], starts: Mapping[int, Any]
) -> Counter[str]:
    places, counts, units = NOTHING.places.copy(), NOTHING.counts.copy(), NOTHING.units.copy()
    for each in closed:
        counts += each.counts
        units |= each.units
        for key, own in each.places.items():
            places.setdefault(key, []).extend(own)
    content = {
        "receiptkit_state": VERSION,
        "base": state.base,
        "last_day": state.last_day,
        "first_day": state.first_day,
        "parts": parts,
        "places": places,
        "starts": [
            [unit, *start] for unit, start in starts.items() if unit >= state.base or unit in units
        ],
    }
    raw = io.BytesIO(json.dumps(content).encode("utf-8", "backslashreplace"))
    _write(state.folder, f"{state.name}.json", raw)
    return counts


def opened(folder: str) -> tuple[WorkerState, dict[int, list[Any]], list[str]]:
    """
    Return the state in a folder or behind a URL, the starts of its units by their numbers, and a
    line for each run that cannot be read.

    Raises:
        UsageError: it cannot be read, or a newer receiptkit wrote it.
    """
    from receiptkit.storage.files import listing

    folder = local_path(folder)
    runs: list[EarlierRun] = []
    starts: dict[int, list[Any]] = {}
    problems: list[str] = []
    try:
        if not is_remote(folder):
            os.makedirs(folder, exist_ok=True)
        names = [address.replace(os.sep, "/").rpartition("/")[2] for address in listing(folder)]
    except OSError as error:
        raise UsageError(f"--state {shown(folder)}: {error.strerror or error}") from None
    for name in names:
        if name.startswith(_NAME) and name.endswith(".json"):
            if not name.startswith(f"{_NAME}{VERSION}-"):
                raise UsageError(
                    f"--state {shown(folder)}: another version of receiptkit wrote {name}"
                )
            try:
                run, own = run_in(_read(folder, name))
            except (OSError, ValueError, RecursionError):
                problems.append(
                    f"--state: {name} cannot be read; its receipts are judged without their past"
                )
            else:
                runs.append(run)
                starts |= own
    runs.sort(key=lambda run: run.base, reverse=True)
    last = runs[0].base >> _SHIFT if runs else 0
    moment = int(time.time()) << _CHANCE | secrets.randbits(_CHANCE)
    base = max(moment, last + 1) << _SHIFT
    name = f"{_NAME}{VERSION}-{base}-{secrets.token_hex(_TOKEN)}"
    return WorkerState(folder, name, runs, base), starts, problems


def _address(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}" if is_remote(folder) else os.path.join(folder, name)


def _read(folder: str, name: str, start: int | None = None, length: int | None = None) -> bytes:
    from receiptkit.storage.files import read_range

    end = None if start is None or length is None else start + length
    return read_range(_address(folder, name), start, end)


@lru_cache(maxsize=4)
def _block(_: str, folder: str, name: str, number: int) -> bytes:
    """Return a block of a file for the run of a name; an earlier one may have seen another."""
    return _read(folder, name, number * _BLOCK, _BLOCK)


def _write(folder: str, name: str, content: IO[bytes]) -> None:
    from receiptkit.storage.files import put

    path = _address(folder, name)
    if is_remote(folder):
        put(path, content)  # type: ignore[arg-type] # it reads bytes
        return
    import shutil

    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as out:
            shutil.copyfileobj(content, out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)
