"""
Divide what is remembered into partitions, each of which can be concluded by itself.

There are three rounds of them. Texts are partitioned by their messages (`MESSAGES`). Before that,
pairs of receipt and message are partitioned by the receipt (`RECEIPTS`): a receipt that was seen
under several messages is the only thing that concerns several partitions. Its states are set
aside, and partitioned by the receipt once more (`MIXED`). So concluding a partition gives problems,
and pieces of partitions of later rounds.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from io import BytesIO
from itertools import islice
from typing import IO, Any, NamedTuple, Protocol
from weakref import finalize

import orjson

from receiptkit.history.findings import Watch, problems, problems_of_receipts
from receiptkit.history.kept import Kept, Past, days_in, recall, rows_of
from receiptkit.history.log import Log, Row, dumped, loaded
from receiptkit.history.notes import CONFIGURATION, DELETION, LISTING, MESSAGE, PAGE, RESOURCE
from receiptkit.history.receipt_states import (
    OF_MESSAGE,
    OF_RECEIPT,
    SINGLE,
    Places,
    StateKey,
    States,
    add_state,
)
from receiptkit.history.subjects import digest, digests, owners, subjects
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem

#: How many partitions a round has, unless there is more than usual; always a power of two.
PARTS = 128
RECEIPTS, MESSAGES, MIXED = ROUNDS = (0, 1, 2)
#: Of a pair of receipt and message, the upper half is of the receipt.
_HALF = 32
_LOWER = (1 << _HALF) - 1
_PAIR = 8
#: A piece of receipts begins so; one of texts is JSON.
_SEVERAL = b"\0"
#: How many texts are divided at a time, and the kinds of those that are not of one receipt.
_AT_ONCE = 1 << 15
_OTHERS = PAGE + MESSAGE + RESOURCE + LISTING + DELETION + CONFIGURATION


class Key(NamedTuple):
    """A partition: its round, its number, and how many partitions a round has."""

    round: int
    number: int
    parts: int = PARTS


class Concluded(NamedTuple):
    """
    A partition that was concluded.

    Attributes:
        problems: what is wrong between the observations in it, in no particular order.
        pieces: pieces of partitions of later rounds.
        kept: what the next run needs; nothing if there was no past to compare with.
    """

    problems: list[Problem]
    pieces: dict[Key, bytes]
    kept: Kept = Kept()


def conclude(
    key: Key, pieces: Sequence[bytes], watch: Watch | None = None, past: Past | None = None
) -> Concluded:
    """
    Compare what is in a partition.

    Args:
        key: the partition.
        pieces: all pieces of it, those of earlier rounds included, in any order.
        watch: is shown the histories.
        past: what earlier runs kept of it; None to keep nothing.
    """
    if key.round == RECEIPTS:
        if past is None:
            return Concluded([], _mixed(pieces, key.parts))
        earlier = [piece for piece in past.pieces if len(piece) % _PAIR == 0]
        lost = past.lost + len(past.pieces) - len(earlier)
        mixed_now = _mixed([*earlier, *pieces], key.parts)
        return Concluded([], mixed_now, Kept(b"".join(pieces), lost=lost))
    if key.round == MIXED:
        return Concluded(list(problems_of_receipts(_states(pieces), watch)), {})
    log, several = Log(), array("Q")
    aside: States = {}
    for piece in pieces:
        if piece.startswith(_SEVERAL):
            several.frombytes(piece[1:])
        else:
            log.load(loaded(piece))
    mixed = set(several)

    def is_mine(message: str) -> bool:
        return digest(message) % key.parts == key.number

    is_mixed = (lambda sid: digest(sid) in mixed) if mixed else None
    kept = Kept()
    if past is not None:
        recalled = recall(log, past, is_mine, is_mixed)
        kept = Kept(*rows_of(log, recalled.seen, past, is_mine), recalled.expired, recalled.lost)
    found = list(problems(log, is_mine, is_mixed, aside, watch))
    return Concluded(found, _set_aside(aside, key.parts), kept)


def _mixed(pieces: Iterable[bytes], parts: int) -> dict[Key, bytes]:
    """Return the receipts that have several messages, for the partitions of these messages."""
    pairs = array("Q")
    for piece in pieces:
        pairs.frombytes(piece)
    messages: dict[int, set[int]] = {}
    last, before = -1, 0
    # Equal pairs, and those of one receipt, follow each other.
    for pair in sorted(pairs):
        receipt = pair >> _HALF
        if receipt == last and pair != before:
            messages.setdefault(receipt, {before & _LOWER}).add(pair & _LOWER)
        last, before = receipt, pair
    found: dict[Key, array[int]] = {}
    for receipt, of_receipt in messages.items():
        for number in {message % parts for message in of_receipt}:
            found.setdefault(Key(MESSAGES, number, parts), array("Q")).append(receipt)
    return {key: _SEVERAL + receipts.tobytes() for key, receipts in found.items()}


def _set_aside(states: States, parts: int) -> dict[Key, bytes]:
    """Return states by the partitions of their receipts."""
    found: dict[Key, list[Any]] = {}
    for sid, known in states.items():
        rows = found.setdefault(Key(MIXED, digest(sid) % parts, parts), [])
        rows += [
            [sid, list(key), [list(span.first), list(span.last), span.times, span.between]]
            for key, span in known.items()
        ]
    return {key: orjson.dumps(rows) for key, rows in found.items()}


def _states(pieces: Iterable[bytes]) -> States:
    states: States = {}
    for piece in pieces:
        for sid, key, (first, last, *seen) in orjson.loads(piece):
            add_state(states, sid, StateKey(*key), Places(Arrival(*first), Arrival(*last), *seen))
    return states


class Partitions:
    """
    Partitions of what was remembered, in a file.

    Attributes:
        size: the number of bytes in the file.
        in_memory: True if the file is not one of the system's.
    """

    def __init__(self, file: IO[bytes], parts: int = PARTS) -> None:
        self.size = 0
        self.in_memory = isinstance(file, BytesIO)
        self._file = file
        self._parts = parts
        finalize(self, file.close)
        #: By partition: where its pieces are in the file.
        self._places: dict[Key, list[tuple[int, int]]] = {}

    def take(self, log: Log) -> None:
        """Move what a log holds to the file."""
        for kinds, divide in ((SINGLE, self._take_singles), (_OTHERS, self._take_others)):
            rows = log.rows(kinds)
            while some := list(islice(rows, _AT_ONCE)):
                divide(some)
        log.clear()

    def _take_singles(self, rows: Sequence[Row]) -> None:
        """Write texts of one receipt and one message, as most are."""
        texts: list[list[Row]] = [[] for _ in range(self._parts)]
        pairs = [array("Q") for _ in range(self._parts)]
        receipts = digests([text[OF_RECEIPT] for text, _, _ in rows])
        messages = digests([text[OF_MESSAGE] for text, _, _ in rows])
        for row, own, other in zip(rows, receipts, messages, strict=True):
            texts[other % self._parts].append(row)
            pairs[own % self._parts].append(own << _HALF | other)
        self._write_all(texts, pairs)

    def _take_others(self, rows: Sequence[Row]) -> None:
        texts: list[list[Row]] = [[] for _ in range(self._parts)]
        pairs = [array("Q") for _ in range(self._parts)]
        for row in rows:
            for number in {digest(each) % self._parts for each in subjects(row[0])}:
                texts[number].append(row)
            for sid, message in owners(row[0]):
                own = digest(sid)
                pairs[own % self._parts].append(own << _HALF | digest(message))
        self._write_all(texts, pairs)

    def _write_all(self, texts: Sequence[list[Row]], pairs: Sequence[array[int]]) -> None:
        """Write pieces of partitions: the texts of each, and the pairs of receipt and message."""
        for number, (of_texts, of_pairs) in enumerate(zip(texts, pairs, strict=True)):
            if of_texts:
                self._write(Key(MESSAGES, number, self._parts), dumped(of_texts))
            if of_pairs:
                self._write(Key(RECEIPTS, number, self._parts), of_pairs.tobytes())

    def _write(self, key: Key, raw: bytes) -> None:
        self._places.setdefault(key, []).append((self.size, len(raw)))
        self.size += len(raw)
        self._file.write(raw)

    def pieces(self, key: Key) -> list[bytes]:
        """Return the pieces of a partition."""
        found = []
        for start, length in self._places.get(key, ()):
            self._file.seek(start)
            found.append(self._file.read(length))
        return found

    def all_pieces(self) -> dict[Key, list[bytes]]:
        """Return the pieces of every partition."""
        return {key: self.pieces(key) for key in self._places}

    # -- what each process is asked

    def pieces_of(self, keys: Sequence[Key]) -> list[list[bytes]]:
        """Return the pieces of some partitions."""
        return list(map(self.pieces, keys))

    def conclude(
        self,
        key: Key,
        pieces: Sequence[bytes],
        past: Past | None = None,
        watch: Watch | None = None,
    ) -> Concluded:
        """Return what `conclude` does."""
        return conclude(key, pieces, watch, past)

    def last_day(self) -> int:
        """Return the last day that was seen, in days since 1970."""
        keys = [key for key in self._places if key.round == MESSAGES]
        return days_in(piece for key in keys for piece in self.pieces(key))


class Keeping(Protocol):
    """Remembers receipts from run to run."""

    def begin(self, last_day: int) -> None:
        """Begin, with the last day that was seen."""

    def past(self, key: Key) -> Past:
        """Return what earlier runs kept of a partition."""

    def keep(self, key: Key, kept: Kept) -> None:
        """Keep something for later runs."""


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
        if method == "conclude" and self._watch is not None:
            self._begun = partial(self._begun, watch=self._watch)

    def result(self) -> Any:
        return self._begun()


def problems_of_shares(
    shares: Sequence[Share], keeping: Keeping | None = None
) -> Iterator[Problem]:
    """
    Yield the problems between all observations, in no particular order.

    Args:
        shares: the processes.
        keeping: what earlier runs kept; None for nothing.
    """
    if keeping is not None:
        keeping.begin(max(_asked(shares, "last_day")))
    later: dict[Key, list[bytes]] = {}
    for number in ROUNDS:
        keys = [Key(number, part) for part in range(PARTS)]
        if number == MIXED:
            keys = sorted(later)
        for first in range(0, len(keys), len(shares)):
            together = keys[first : first + len(shares)]
            of_shares = _asked(shares, "pieces_of", together)
            working = list(zip(shares, together))  # noqa: B905 # the last round may be short
            for index, (share, key) in enumerate(working):
                own = [each for pieces in of_shares for each in pieces[index]]
                past = keeping.past(key) if keeping is not None else None
                share.begin("conclude", key, own + later.pop(key, []), past)
            for share, concluded in working:
                found, pieces, kept = share.result()
                yield from found
                if keeping is not None:
                    keeping.keep(concluded, kept)
                for key, piece in pieces.items():
                    later.setdefault(key, []).append(piece)


def _asked(shares: Sequence[Share], method: str, *arguments: Any) -> list[Any]:
    for share in shares:
        share.begin(method, *arguments)
    return [share.result() for share in shares]
