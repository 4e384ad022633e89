"""Check what is remembered against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import orjson

from receiptkit.history.conversations import in_several, states_of_messages
from receiptkit.history.log import Entry, Log, is_linked
from receiptkit.history.messages import Messages
from receiptkit.history.notes import CONFIGURATION, LISTING, PAGE, RESOURCE
from receiptkit.history.paginations import paginations
from receiptkit.history.receipt_states import (
    OF_MESSAGE,
    OF_SEVERAL,
    SINGLE,
    StateKey,
    States,
    add_state,
    head_of,
    real,
    seen_again,
    sids_of,
    span_of,
    state_of,
    states_in,
)
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules import catalogue
from receiptkit.rules.registry import Subject
from receiptkit.rules.states import (
    Configured,
    DeliverySummary,
    ListHistory,
    MessageHistory,
    PageState,
    Pagination,
    ReceiptHistory,
    RepeatedList,
    Row,
    StatusReport,
)
from receiptkit.text.dates import seconds


class Watch(Protocol):
    """Is shown histories."""

    def wants(self, at: Arrival) -> bool:
        """Return True to be shown a receipt that was seen only once, there."""

    def show(self, sid: str, view: Any, problems: Sequence[Problem]) -> None:
        """Take the history of a receipt or a message, with what is wrong with it."""


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
        mixed: returns True for a receipt that is set aside; None to set none aside.
        aside: receives the states of such receipts.
        watch: is shown every history of what was seen again, and others that it wants.
    """
    wanted = set(filter(real, seen_again(log)))
    other: set[str] = set()
    if mixed is not None and aside is not None:
        other.update(sid for sid in sids_of(log) if mixed(sid) and real(sid))
    states: States = {}
    either = wanted | other
    for entry in log.entries(SINGLE + PAGE) if either or watch is not None else ():
        for sid, key, span in states_in(entry, either if watch is None else None, is_mine):
            if aside is not None and sid in other:
                add_state(aside, sid, key, span)
            elif sid in wanted or (watch is not None and real(sid) and watch.wants(span.first)):
                add_state(states, sid, key, span)
    yield from problems_of_receipts(states, watch)
    yield from _problems_of_messages(log, is_mine, watch)
    owned = states_of_messages(log, in_several(log, is_mine), is_mine)
    for states_of_one in owned.values():
        yield from catalogue.problems("message receipts", states_of_one)
    yield from _problems_of_resources(log, is_mine)
    yield from _problems_of_listings(log, is_mine)
    yield from _problems_of_configurations(log)


# -- receipts


def problems_of_receipts(states: States, watch: Watch | None = None) -> Iterator[Problem]:
    """Yield the problems between the states of each receipt."""
    for sid, known in states.items():
        seen = [state for key, span in known.items() for state in state_of(key, span)]
        if seen:
            yield from _problems("receipt history", sid, ReceiptHistory(seen), watch)


def _problems(subject: Subject, sid: str, view: Any, watch: Watch | None) -> list[Problem]:
    """Return the problems of a history, and show it to those who watch."""
    found = list(catalogue.problems(subject, view))
    if watch is not None:
        watch.show(sid, view, found)
    return found


# -- messages


def _problems_of_messages(
    log: Log, is_mine: Callable[[str], bool], watch: Watch | None
) -> Iterator[Problem]:
    """Yield the problems between messages, their receipts, lists and summaries."""
    messages = Messages(log, every=watch is not None)
    summaries = messages.summaries
    for history in messages.histories(is_mine):
        yield from catalogue.problems("message states", history)
    lists = _lists(log, set(summaries), is_mine)
    summarized = [each for each in summaries if real(each) and is_mine(each)]
    reports = _reports(log, set(summarized), is_mine)
    for message in dict.fromkeys((*lists, *summarized)):
        own = summaries.get(message, [])
        for subject, view in _histories(lists.get(message, []), own, reports.get(message, {})):
            yield from _problems(subject, message, view, watch)


def _lists(
    log: Log, summarized: set[str], is_mine: Callable[[str], bool]
) -> dict[str, list[tuple[Any, Entry]]]:
    """
    Return the pages of each message's list, with their place in it, if there is something to
    compare them with: a summary, or pages of a longer list.
    """
    linked = {head_of(text)[2][0] for text in log.texts(PAGE) if is_linked(text)}
    wanted = {each for each in linked | summarized if real(each) and is_mine(each)}
    found: dict[str, list[tuple[Any, Entry]]] = {}
    for entry in log.entries(PAGE) if wanted else ():
        place = head_of(entry.text)[2]
        message = place if isinstance(place, str) or place is None else place[0]
        if message in wanted:
            found.setdefault(message, []).append((place, entry))
    return found


def _reports(log: Log, messages: set[str], is_mine: Callable[[str], bool]) -> dict[str, States]:
    """Return the states of messages' receipts that were seen outside lists."""
    found: dict[str, States] = {}
    for entry in log.entries(SINGLE + PAGE) if messages else ():
        of_one = entry.text[0] != PAGE
        if (
            entry.text[OF_MESSAGE] not in messages
            if of_one
            else not entry.text.startswith(OF_SEVERAL)
        ):
            continue
        for sid, key, span in states_in(entry, None, is_mine):
            if key.fields[OF_MESSAGE] in messages:
                add_state(found.setdefault(key.fields[OF_MESSAGE], {}), sid, key, span)
    return found


def _histories(
    listed: list[tuple[Any, Entry]], summaries: list[DeliverySummary], states: States
) -> Iterator[tuple[Subject, Any]]:
    """Yield the histories of a message, each with its subject."""
    pages = [
        PageState(at, url, following, number, size, _rows(entry.text), requested, previous)
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
        rows, (first, last, _, between) = _rows(entry.text), span_of(entry)
        found += [
            Pagination([PageState(at, "", None, 0, 0, rows, requested=None)], is_linked=True)
            for at in {first, last}
        ]
        if between:
            repeated.append(RepeatedList(first, last, rows))
    reports = [
        StatusReport(span.first, span.last, span.between, sid, *_told(key))
        for sid, known in states.items()
        for key, span in known.items()
    ]
    yield "message history", MessageHistory(found, summaries, reports, repeated)


def _told(key: StateKey) -> tuple[str | None, int | None, int | None]:
    """Return the status of a state, and when it was created and updated."""
    fields = orjson.loads(key.fields)
    row = _row(fields)
    return (row.status, row.created, row.updated) if row is not None else (None, None, None)


def _rows(text: str) -> tuple[Row | None, ...]:
    return tuple(_row(orjson.loads(line)) for line in text.split("\n")[1:])


def _row(fields: list[Any] | None) -> Row | None:
    if fields is None or not real(fields[0]):
        return None
    status = fields[2] if isinstance(fields[2], str) else None
    created = seconds(fields[4])
    updated = created if fields[5] is None else seconds(fields[5])
    return Row(fields[0], status, created, updated, real(fields[7]))


# -- resources


def _problems_of_resources(log: Log, is_mine: Callable[[str], bool]) -> Iterator[Problem]:
    if next(log.texts(RESOURCE), None) is None:
        return
    # Most captures have none.
    from receiptkit.history.resources import resources

    for resource in resources(log, is_mine):
        yield from catalogue.problems("resource states", resource)


def _problems_of_listings(log: Log, is_mine: Callable[[str], bool]) -> Iterator[Problem]:
    if next(log.texts(LISTING), None) is None:
        return
    # Nor do most have such pages.
    from receiptkit.history.listings import listings

    for history in listings(log, is_mine):
        yield from catalogue.problems("list history", history)


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
