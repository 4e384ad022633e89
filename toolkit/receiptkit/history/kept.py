"""
Rows that one run keeps for the next, one for each receipt, message and other resource.

Of receipts every state is kept. Of everything else, only its owners and dates: no summary, and
each writing once, at the place where it was seen first.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Any, NamedTuple

import orjson

from receiptkit.history.log import Entry, Log
from receiptkit.history.notes import (
    FIELDS,
    IDENTITY,
    MESSAGE,
    PAGE,
    RECEIPT,
    RESOURCE,
    WEBHOOK,
    identity_in,
)
from receiptkit.history.places import Place
from receiptkit.history.receipt_states import (
    OF_MESSAGE,
    OF_RECEIPT,
    SINGLE,
    StateKey,
    real,
    sids_of,
    states_of,
)
from receiptkit.history.subjects import subjects
from receiptkit.model.location import Arrival
from receiptkit.text.dates import seconds

_DAY = 86_400
_CREATED, _UPDATED = 4, 5
_PLACE = len(Arrival._fields) - 1
_STATES = (RECEIPT, WEBHOOK)
_OWNED = MESSAGE + RESOURCE
#: Numbers that a run writes are smaller.
_MOST_TIMES, _MOST_NUMBER = 1 << 53, 1 << 62


class Past(NamedTuple):
    """
    Rows of a partition that earlier runs kept.

    Attributes:
        pieces: the rows, or pairs, of each run, the last run first.
        first_day: receipts whose last event is before this day have expired; days since 1970.
        expired_before: those before this day had expired in the last run.
        base: numbers of files below it are of earlier runs.
        lost: how many pieces could not be read.
        last_day: the last day that was seen.
    """

    pieces: list[bytes]
    first_day: int
    expired_before: int
    base: int
    lost: int = 0
    last_day: int = 0


class Kept(NamedTuple):
    """
    Rows of a partition that a run keeps.

    Attributes:
        rows: the rows, or pairs.
        receipts: how many receipts they are of.
        units: the units of earlier runs that they name.
        expired: how many receipts have expired since the last run.
        lost: how many pieces of earlier runs could not be read.
    """

    rows: bytes = b""
    receipts: int = 0
    units: frozenset[int] = frozenset()
    expired: int = 0
    lost: int = 0


class Recalled(NamedTuple):
    """
    The outcome of `recall`.

    Attributes:
        seen: the receipts that this run has seen.
        expired: how many others have expired since the last run.
        lost: how many pieces could not be read.
    """

    seen: set[str]
    expired: int
    lost: int


def day_of(text: object) -> int | None:
    """Return the day of a date, in days since 1970; None if it is not a date."""
    found = seconds(text)
    return None if found is None else found // _DAY


def recall(
    log: Log, past: Past, is_mine: Callable[[str], bool], also: Callable[[str], bool] | None
) -> Recalled:
    """
    Add to a log what is kept of the receipts, messages and resources in it.

    Args:
        log: what this run remembers.
        past: what earlier runs kept.
        is_mine: returns False for a message that another partition checks.
        also: returns True for further receipts to add.
    """
    seen = {sid for sid in sids_of(log) if real(sid)}
    owned = {text[OF_RECEIPT] for text in log.texts(_OWNED)}
    concerned = _Concerned(log)
    known: set[str] = set()
    expired, lost = 0, past.lost
    for piece in past.pieces:
        rows = _rows_in(piece)
        lost += rows is None
        for sid, day, states in rows or ():
            # A later run that saw a receipt kept all that was known of it.
            if sid in known or not is_mine(subject := _subject(states)):
                continue
            known.add(sid)
            is_receipt = subject != sid
            if day < past.first_day:
                expired += is_receipt and sid not in seen and day >= past.expired_before
            elif (
                (sid in seen or subject in owned or (also is not None and also(sid)))
                if is_receipt
                else (sid in owned or sid in concerned)
            ):
                for text, times, places in states:
                    log.add(Entry(text, times, [tuple(each) for each in places]))
    return Recalled(seen | owned, expired, lost)


class _Concerned:
    """The messages of the receipts and lists in a log, which are read when they are needed."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._found: set[str] | None = None

    def __contains__(self, sid: str) -> bool:
        if self._found is None:
            texts = self._log.texts(SINGLE + PAGE)
            self._found = {each for text in texts for each in subjects(text)}
        return sid in self._found


def _rows_in(piece: bytes) -> list[Any] | None:
    """Return the rows of a piece; None if it is not what a run writes."""
    try:
        rows = orjson.loads(piece)
        return rows if type(rows) is list and all(map(_is_row, rows)) else None
    except ValueError:
        return None


def _is_row(row: object) -> bool:
    match row:
        case [str(), int(), [_, *_] as states]:
            return all(map(_is_state, states))
    return False


def _is_state(state: object) -> bool:
    match state:
        case [str(text), int(times), [_, *_] as places] if 0 < times < _MOST_TIMES:
            return _is_line(text) and all(map(_is_place, places))
    return False


def _is_line(text: str) -> bool:
    """Return True for a line of a receipt, or of the identity of something else."""
    is_receipt = text[:1] in _STATES
    if not (is_receipt or (text and text[0] in _OWNED)):
        return False
    fields = orjson.loads(text[1:])
    if type(fields) is not list or len(fields) != (FIELDS if is_receipt else IDENTITY[text[0]]):
        return False
    return is_receipt or fields[0] == text[OF_RECEIPT]


def _is_place(place: object) -> bool:
    if type(place) is not list or len(place) != _PLACE:
        return False
    return all(type(number) is int and 0 <= number < _MOST_NUMBER for number in place)


def _subject(states: list[Any]) -> str:
    """Return the message of a receipt's states, or what other states are of."""
    text: str = states[0][0]
    return text[OF_MESSAGE] if text[0] in SINGLE else text[OF_RECEIPT]


def rows_of(
    log: Log, seen: Container[str], past: Past, is_mine: Callable[[str], bool]
) -> tuple[bytes, int, frozenset[int]]:
    """Return the rows, how many are of receipts, and the units of earlier runs in them."""
    units: set[int] = set()
    rows = []
    for sid, known in states_of(log, seen, is_mine).items():
        days = [day for key in known if (day := _last_day(key)) is not None]
        states = []
        for key, span in known.items():
            units.update(at.unit for at in (span.first, span.last) if at.file < past.base)
            ends = dict.fromkeys([span.first[:_PLACE], span.last[:_PLACE]])
            text = (WEBHOOK if key.by_webhook else RECEIPT) + key.fields
            states.append([text, span.times, list(ends)])
        if days:
            rows.append([sid, max(days), states])
    count = len(rows)
    for sid, firsts in _identities(log, seen, is_mine).items():
        units.update(place[1] for place in firsts.values() if place[0] < past.base)
        states = [[text, 1, [place]] for text, place in firsts.items()]
        rows.append([sid, past.last_day, states])
    return orjson.dumps(rows), count, frozenset(units)


def _identities(
    log: Log, seen: Container[str], is_mine: Callable[[str], bool]
) -> dict[str, dict[str, Place]]:
    """Return what was seen of messages and resources, with the first place of each writing."""
    found: dict[str, dict[str, Place]] = {}
    for entry in log.entries(_OWNED):
        sid = entry.text[OF_RECEIPT]
        if sid in seen and real(sid) and is_mine(sid):
            first, text = min(entry.places), identity_in(entry.text)
            known = found.setdefault(sid, {})
            known[text] = min(first, known.get(text, first))
    return found


def _last_day(key: StateKey) -> int | None:
    fields = orjson.loads(key.fields)
    return day_of(fields[_UPDATED]) or day_of(fields[_CREATED])


def days_in(pieces: Iterator[bytes]) -> int:
    """Return the last day among the dates in pieces of texts, in days since 1970; 0 for none."""
    import re

    dates = re.compile(rb'"(\d{4}-\d\d-\d\d)T')
    found = {day for piece in pieces for day in dates.findall(piece)}
    days = (day_of(f"{day.decode()}T00:00:00Z") for day in found)
    return max((day for day in days if day is not None), default=0)
