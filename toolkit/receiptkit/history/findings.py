"""Check what is remembered against each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from receiptkit.history.log import Entry, Log, is_linked
from receiptkit.history.notes import CONFIGURATION, MESSAGE, PAGE, RECEIPT, WEBHOOK
from receiptkit.history.paginations import paginations
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules import catalogue
from receiptkit.rules.registry import Subject
from receiptkit.rules.states import (
    STATUSES,
    Configured,
    DeliverySummary,
    ListHistory,
    MessageHistory,
    Page,
    Pagination,
    ReceiptHistory,
    ReceiptState,
    RepeatedList,
    Row,
    StatusReport,
)
from receiptkit.text.dates import seconds

_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
_SID_LENGTH = 34
#: Where the SID of the receipt is in its line, and that of the message in the line of one receipt.
_OF_RECEIPT, _OF_ROW, _OF_MESSAGE = slice(3, 37), slice(2, 36), slice(-36, -2)
_OF_OWNERS = slice(-2 * _SID_LENGTH - 6, None)
_SINGLE, _OF_SEVERAL = RECEIPT + WEBHOOK, PAGE + "[null,"


class Span(NamedTuple):
    """
    The places of a state.

    Attributes:
        first, last: the first and the last place.
        times: how often it was seen.
        between: True if it was also seen between the two.
    """

    first: Arrival
    last: Arrival
    times: int
    between: bool

    def joined(self, other: Span) -> Span:
        """Return the span of two equal states."""
        places = sorted({self.first, self.last, other.first, other.last})
        between = self.between or other.between or len(places) > 2
        return Span(places[0], places[-1], self.times + other.times, between)


class StateKey(NamedTuple):
    """The values that equal states share; `fields` is the line of a receipt with its owners."""

    file: int
    by_webhook: bool
    fields: str


#: Is called with a SID, its history, and what is wrong with it.
Watch = Callable[[str, Any, list[Problem]], None]
#: The states of receipts by their SIDs.
States = dict[str, dict[StateKey, Span]]


def problems(
    log: Log,
    is_mine: Callable[[str], bool] = lambda _: True,
    mixed: Callable[[str], bool] | None = None,
    aside: States | None = None,
    watch: Watch | None = None,
) -> Iterator[Problem]:
    """
    Yield the problems between observations, in no particular order.

    Args:
        log: what is remembered.
        is_mine: returns False for a message that another part checks.
        mixed: returns True for a receipt that is set aside; None if there is none.
        aside: receives the states of such receipts.
        watch: is shown every history, also of a receipt that was seen only once.
    """
    wanted = set(filter(real, _seen_again(log) if watch is None else _sids(log)))
    other: set[str] = set()
    if mixed is not None and aside is not None:
        other.update(sid for sid in _sids(log) if mixed(sid) and real(sid))
    states: States = {}
    if wanted or other:
        for entry in log.entries(_SINGLE + PAGE):
            for sid, key, span in _states(entry, wanted | other, is_mine):
                add_state(aside if aside is not None and sid in other else states, sid, key, span)
    yield from problems_of_receipts(states, watch)
    yield from _problems_of_messages(log, is_mine, watch)
    yield from _problems_of_configurations(log)


# -- receipts


def _sids(log: Log) -> list[str]:
    """Return the SIDs of all receipts, as often as they are in the log."""
    sids = [text[_OF_RECEIPT] for text in log.texts(_SINGLE)]
    for text in log.texts(PAGE):
        sids += _sids_of_page(text)
    return sids


def _sids_of_page(text: str) -> list[str]:
    """Return the first characters of each row of a page: its SID, if that is one."""
    return [line[:_SID_LENGTH] for line in text.split('\n["')[1:]]


def _seen_again(log: Log) -> set[str]:
    """Return the receipts that were seen more than once, and not only on equal pages."""
    sids, again = _sids(log), {text[_OF_RECEIPT] for text in log.repeated(_SINGLE)}
    if len(set(sids)) < len(sids):
        again.update(sid for sid, count in Counter(sids).items() if count > 1)
    return again


def _states(
    entry: Entry, wanted: Container[str] | None, is_mine: Callable[[str], bool]
) -> Iterator[tuple[str, StateKey, Span]]:
    """Yield the states of receipts in a text, each receipt once: of all, or of those wanted."""
    text, file = entry.text, entry.places[0][0]
    if text[0] != PAGE:
        sid = text[_OF_RECEIPT]
        if wanted is None or sid in wanted:
            yield sid, StateKey(file, text[0] == WEBHOOK, text[1:]), _span(entry)
        return
    if wanted is not None and not any(sid in wanted for sid in _sids_of_page(text)):
        return
    seen: set[tuple[str, str]] = set()
    for index, fields in enumerate(_lines_of_receipts(text)):
        sid, owners = fields[_OF_ROW], fields[_OF_OWNERS]
        if (wanted is None or sid in wanted) and (sid, owners) not in seen:
            seen.add((sid, owners))
            if is_mine(fields[_OF_MESSAGE]):
                yield sid, StateKey(file, False, fields), _span(entry, index)


def _lines_of_receipts(text: str) -> Iterator[str]:
    """Yield the lines of a page's rows, with their owners."""
    rows = text.split("\n")[1:]
    message, conversation, _ = _head(text)
    if message is None:
        yield from rows
        return
    owners = orjson.dumps((conversation, message)).decode()[1:]
    for row in rows:
        yield f"{row[:-1]},{owners}"


def _span(entry: Entry, index: int | None = None) -> Span:
    """Return where an entry was seen; the row of a page has an index."""
    places = sorted(entry.places)
    pointer = f"/delivery_receipts/{index}" if index is not None else ""
    first, last = Arrival(*places[0], pointer=pointer), Arrival(*places[-1], pointer=pointer)
    return Span(first, last, entry.times, len(places) > 2)


def add_state(states: States, sid: str, key: StateKey, span: Span) -> None:
    """Add a state to those of a receipt."""
    known = states.setdefault(sid, {})
    before = known.get(key)
    known[key] = span if before is None else before.joined(span)


def problems_of_receipts(states: States, watch: Watch | None = None) -> Iterator[Problem]:
    """Yield the problems between the states of each receipt."""
    for sid, known in states.items():
        seen = [state for key, span in known.items() for state in _state(key, span)]
        if seen:
            yield from _problems("receipt history", sid, ReceiptHistory(seen), watch)


def _problems(subject: Subject, sid: str, view: Any, watch: Watch | None) -> list[Problem]:
    """Return the problems of a history, and show it to whoever watches."""
    found = list(catalogue.problems(subject, view))
    if watch is not None:
        watch(sid, view, found)
    return found


def _state(key: StateKey, span: Span) -> Iterator[ReceiptState]:
    """Yield the state of a receipt if its fields are valid; the schema check reports others."""
    fields = orjson.loads(key.fields)
    _, participant, status, code, created, updated, channel, account, service, *owners = fields
    begun = seconds(created)
    changed = begun if updated is None else seconds(updated)
    known = (isinstance(status, str) or status is None) and status in STATUSES
    if (
        begun is not None
        and changed is not None
        and known
        and all(map(real, (participant, *owners)))
    ):
        yield ReceiptState(
            span.first,
            span.last,
            span.times,
            key.by_webhook,
            owners[0],
            owners[1],
            participant,
            status,
            _code(code),
            begun,
            changed,
            channel if isinstance(channel, str) else "",
            real(account),
            real(service),
        )


def _code(said: Any) -> int:
    if isinstance(said, str) and said.isascii() and said.isdigit():
        return int(said[:9])
    return said if type(said) is int else 0


# -- messages


def _problems_of_messages(
    log: Log, is_mine: Callable[[str], bool], watch: Watch | None
) -> Iterator[Problem]:
    """Yield the problems between the lists and summaries of messages."""
    summaries: dict[str, dict[tuple[int, str], DeliverySummary]] = {}
    for entry in log.entries(MESSAGE):
        message, delivery = orjson.loads(entry.text[1:])
        at = entry.arrivals[-1]
        summaries.setdefault(message, {})[at.file, entry.text] = DeliverySummary(at, delivery)
    lists = _lists(log, set(summaries), is_mine)
    reports = _reports(log, lists.keys() & summaries.keys(), is_mine)
    for message, listed in lists.items():
        own = list(summaries.get(message, {}).values())
        for subject, view in _histories(listed, own, reports.get(message, {})):
            yield from _problems(subject, message, view, watch)


def _lists(
    log: Log, summarized: set[str], is_mine: Callable[[str], bool]
) -> dict[str, list[tuple[Any, Entry]]]:
    """
    Return the pages of each message's list, with their place in it, if there is something to
    compare them with: a summary, or pages of a longer list.
    """
    linked = {_head(text)[2][0] for text in log.texts(PAGE) if is_linked(text)}
    wanted = {each for each in linked | summarized if real(each) and is_mine(each)}
    found: dict[str, list[tuple[Any, Entry]]] = {}
    for entry in log.entries(PAGE) if wanted else ():
        place = _head(entry.text)[2]
        message = place if isinstance(place, str) or place is None else place[0]
        if message in wanted:
            found.setdefault(message, []).append((place, entry))
    return found


def _head(text: str) -> Any:
    """Return the message and the conversation of a page, and its place in its list."""
    return orjson.loads(text[1:].partition("\n")[0])


def _reports(log: Log, messages: set[str], is_mine: Callable[[str], bool]) -> dict[str, States]:
    """Return the states of messages' receipts that were seen outside lists."""
    found: dict[str, States] = {}
    for entry in log.entries(_SINGLE + PAGE) if messages else ():
        if entry.text[0] == PAGE and not entry.text.startswith(_OF_SEVERAL):
            continue
        for sid, key, span in _states(entry, None, is_mine):
            if key.fields[_OF_MESSAGE] in messages:
                add_state(found.setdefault(key.fields[_OF_MESSAGE], {}), sid, key, span)
    return found


def _histories(
    listed: list[tuple[Any, Entry]], summaries: list[DeliverySummary], states: States
) -> Iterator[tuple[Subject, Any]]:
    """Yield the histories of a message, each with its subject."""
    pages = [
        Page(at, url, following, number, size, _rows(entry.text), requested, previous)
        for place, entry in listed
        if not isinstance(place, str)
        for _, url, following, number, size, requested, previous in [place]
        for at in entry.arrivals
    ]
    whole = [entry for place, entry in listed if isinstance(place, str)]
    found = paginations(pages)
    if found:
        seen_whole = [entry.arrivals[-1] for entry in whole]
        yield "list history", ListHistory(found, seen_whole)
    if not summaries:
        return
    repeated = []
    for entry in whole:
        rows, (first, last, _, between) = _rows(entry.text), _span(entry)
        found += [
            Pagination([Page(at, "", None, 0, 0, rows, requested=None)], is_linked=True)
            for at in {first, last}
        ]
        if between:
            repeated.append(RepeatedList(first, last, rows))
    reports = [
        StatusReport(span.first, span.last, span.between, sid, _status(key))
        for sid, known in states.items()
        for key, span in known.items()
    ]
    yield "message history", MessageHistory(found, summaries, reports, repeated)


def _status(key: StateKey) -> str | None:
    status = orjson.loads(key.fields)[2]
    return status if isinstance(status, str) else None


def _rows(text: str) -> tuple[Row | None, ...]:
    return tuple(_row(orjson.loads(line)) for line in text.split("\n")[1:])


def _row(fields: list[Any] | None) -> Row | None:
    if fields is None or not real(fields[0]):
        return None
    status = fields[2] if isinstance(fields[2], str) else None
    created = seconds(fields[4])
    return Row(fields[0], status, created, created if fields[5] is None else seconds(fields[5]))


# -- configurations


def _problems_of_configurations(log: Log) -> Iterator[Problem]:
    known: dict[str, dict[str | None, Configured]] = {}
    for entry in log.entries(CONFIGURATION):
        account, service, is_set, wants = orjson.loads(entry.text[1:])
        seen = Configured(entry.arrivals[-1], service is not None, is_set, wants)
        of_account = known.setdefault(account, {})
        of_account[service] = max(seen, of_account.get(service, seen))
    for account, configured in known.items():
        if len(configured) > 1 and real(account):
            yield from catalogue.problems("configuration history", list(configured.values()))


# -- SIDs


def real(sid: Any) -> str:
    """Return a SID; empty if the value is none, or is masked or a placeholder."""
    return sid if isinstance(sid, str) and len(sid) == _SID_LENGTH and _is_assigned(sid) else ""


@lru_cache(maxsize=1024)
def _is_assigned(sid: str) -> bool:
    return _SID.fullmatch(sid) is not None and len(set(sid[2:].lower())) > 1


# -- parts


def owners(text: str) -> Iterator[tuple[str, str]]:
    """Yield the receipts of a text, each with its message."""
    if text[0] in _SINGLE:
        yield text[_OF_RECEIPT], text[_OF_MESSAGE]
    elif text.startswith(_OF_SEVERAL):
        for line in text.split("\n")[1:]:
            yield line[_OF_ROW], line[_OF_MESSAGE]
    elif text[0] == PAGE:
        message = _head(text)[0]
        for sid in _sids_of_page(text):
            yield sid, message


def subjects(text: str) -> set[str]:
    """Return the messages that a text concerns, or the account."""
    if text[0] in _SINGLE:
        return {text[_OF_MESSAGE]}
    if text[0] != PAGE:
        return {text[_OF_RECEIPT]}
    message, _, place = _head(text)
    found = {each for _, each in owners(text)} if message is None else {message}
    if place is not None:
        found.add(place if isinstance(place, str) else place[0])
    return found
