"""
Divide what is remembered by messages, so that each part can be checked by itself.

A receipt that was seen under several messages is the only thing that concerns several parts. Its
states are set aside, and checked at the end.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO
from typing import IO, Any, Protocol
from weakref import finalize
from zlib import crc32

from receiptkit.history.findings import (
    States,
    Watch,
    add_state,
    owners,
    problems,
    problems_of_receipts,
    subjects,
)
from receiptkit.history.log import Entry, Log, dumped, loaded
from receiptkit.model.problem import Problem

#: How many parts there are.
PARTS = 128
#: Of a pair of receipt and message, the upper half is of the receipt.
_HALF = 32


class Partitions:
    """
    Parts of what was remembered, in a file.

    Attributes:
        size: the number of bytes in the file.
        in_memory: True if the file is none of the system's.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.size = 0
        self.in_memory = isinstance(file, BytesIO)
        self._file = file
        finalize(self, file.close)
        #: By part: where its pieces are in the file, those of pairs apart.
        self._texts: list[list[tuple[int, int]]] = [[] for _ in range(PARTS)]
        self._pairs: list[list[tuple[int, int]]] = [[] for _ in range(PARTS)]
        self._aside: States = {}

    def take(self, log: Log) -> None:
        """Move what a log holds to the file."""
        texts: list[list[Entry]] = [[] for _ in range(PARTS)]
        pairs = [array("Q") for _ in range(PARTS)]
        for entry in log.entries("PRWMC"):
            for subject in {_digest(subject) % PARTS for subject in subjects(entry.text)}:
                texts[subject].append(entry)
            for sid, message in owners(entry.text):
                digest = _digest(sid)
                pairs[digest % PARTS].append(digest << _HALF | _digest(message))
        for number in range(PARTS):
            self._texts[number].append(self._write(dumped(texts[number])))
            self._pairs[number].append(self._write(pairs[number].tobytes()))
            texts[number].clear()
        log.clear()

    def _write(self, raw: bytes) -> tuple[int, int]:
        start = self.size
        self.size += len(raw)
        self._file.write(raw)
        return start, len(raw)

    def _read(self, pieces: list[tuple[int, int]]) -> Iterator[bytes]:
        for start, length in pieces:
            self._file.seek(start)
            yield self._file.read(length)

    # -- what each process is asked

    def pairs(self, number: int) -> bytes:
        """Return the receipts of a part, each with its message."""
        return b"".join(self._read(self._pairs[number]))

    def texts(self, numbers: Sequence[int]) -> list[list[bytes]]:
        """Return the texts of some parts."""
        return [list(self._read(self._texts[number])) for number in numbers]

    def problems(
        self, number: int, pieces: Sequence[bytes], mixed: set[int], watch: Watch | None = None
    ) -> list[Problem]:
        """Return the problems between the observations of a part, and set mixed receipts aside."""
        log = Log()
        for piece in pieces:
            for entry in loaded(piece):
                log.add(entry)
        return list(
            problems(
                log,
                lambda message: _digest(message) % PARTS == number,
                lambda sid: _digest(sid) in mixed,
                self._aside,
                watch,
            )
        )

    def aside(self) -> States:
        """Return the states of receipts that were set aside."""
        return self._aside


class Share(Protocol):
    """The partitions of one process; methods begin first, so that all processes work at once."""

    def begin(self, method: str, *arguments: Any) -> None: ...

    def result(self) -> Any: ...


class OwnShare:
    """The partitions of this process, and who watches the histories."""

    def __init__(self, partitions: Partitions, watch: Watch | None = None) -> None:
        self._partitions = partitions
        self._watch = watch
        self._begun: Callable[[], Any] = list

    def begin(self, method: str, *arguments: Any) -> None:
        self._begun = partial(getattr(self._partitions, method), *arguments)
        if method == "problems" and self._watch is not None:
            self._begun = partial(self._begun, watch=self._watch)

    def result(self) -> Any:
        return self._begun()


def problems_of_shares(shares: Sequence[Share], watch: Watch | None = None) -> Iterator[Problem]:
    """Yield the problems between all observations, in no particular order."""
    mixed: set[int] = set()
    for number in range(PARTS):
        mixed |= _mixed(b"".join(_asked(shares, "pairs", number)))
    for first in range(0, PARTS, len(shares)):
        numbers = range(first, min(first + len(shares), PARTS))
        of_shares = _asked(shares, "texts", numbers)
        working = list(zip(shares, numbers))  # noqa: B905 # the last round may be short
        for index, (share, number) in enumerate(working):
            share.begin(
                "problems", number, [each for own in of_shares for each in own[index]], mixed
            )
        for share, _ in working:
            yield from share.result()
    states: States = {}
    for aside in _asked(shares, "aside"):
        for sid, known in aside.items():
            for key, span in known.items():
                add_state(states, sid, key, span)
    yield from problems_of_receipts(states, watch)


def _asked(shares: Sequence[Share], method: str, *arguments: Any) -> list[Any]:
    for share in shares:
        share.begin(method, *arguments)
    return [share.result() for share in shares]


def _mixed(raw: bytes) -> set[int]:
    """Return the receipts that have several messages."""
    pairs = array("Q")
    pairs.frombytes(raw)
    counts = Counter(pair >> _HALF for pair in set(pairs))
    return {receipt for receipt, count in counts.items() if count > 1}


def _digest(sid: str) -> int:
    return crc32(sid.encode("utf-8", "surrogatepass"))
