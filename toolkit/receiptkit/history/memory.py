"""
Remember receipts, lists, summaries and configurations, to check them together at the end.

A page is kept as one text, however often it is seen. It is split into rows at the end, and only if
one of its receipts was also seen elsewhere. The order of entering makes no difference: parts of a
capture can be entered into separate memories and merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from receiptkit.history.notes import PAGE, Link, Note, Unsorted, link, note, receipt_fields
from receiptkit.history.paginations import paginations
from receiptkit.history.state_groups import (
    FetchedPage,
    GroupKey,
    StateGroup,
    as_page,
    encode_fields,
    group_rows,
    is_real_sid,
    rows_of,
    to_states,
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
    Page,
    Pagination,
    ReceiptHistory,
    RepeatedList,
    StatusReport,
)

#: Is called with a SID, its history, and what is wrong with it.
Watch = Callable[[str, Any, list[Problem]], None]

_EVENT = "onDeliveryUpdated"
#: Number of the latest groups of a receipt that a new group is compared with; usually one is equal.
_COMPARED = 8
#: Number of receipts whose groups are split into rows at a time.
_BATCH = 10_000


class Memory:
    """Remember observations by the SIDs of receipts, messages and accounts."""

    def __init__(self) -> None:
        #: Every receipt, and the groups that hold them, until one receipt is seen twice.
        #: Most captures never get that far.
        self._seen_once: set[str] = set()
        self._groups: list[StateGroup] = []
        #: From then on: the group that holds a receipt, or all such groups.
        self._receipts: dict[str, StateGroup | list[StateGroup]] = {}
        #: By message: groups that are the whole list, and pages of longer lists.
        self._lists: dict[str, list[StateGroup | FetchedPage]] = {}
        #: By message: the last arrival of each summary in each file.
        self._summaries: dict[str, dict[tuple[int, bytes], Arrival]] = {}
        #: By account: the last configuration of each service.
        self._configurations: dict[str, dict[str | None, Configured]] = {}

    # -- entering

    def enter(self, kind: str, body: Any, at: Arrival, *, requested: str | None = None) -> None:
        """Remember the note of a body; the arguments are those of `note`."""
        noted = note(kind, body, requested)
        if noted is not None:
            self.add(noted, at)

    def add(self, said: Note | Unsorted, at: Arrival) -> None:
        """Remember the note of a body that arrived at `at`."""
        if isinstance(said, Note):
            kind, conversation, message, rows, of_list = said
            text = encode_fields(conversation, message, rows)
            if text is not None:
                group = self._add_group(StateGroup(kind, text, at, at), [row[0] for row in rows])
                if of_list is not None:
                    self._add_to_list(of_list, group)
        elif said.kind == PAGE:
            self._add_page(said.body, at, said.requested)
        elif said.kind == "message":
            self._add_message(said.body, at)
        elif said.kind == "configuration":
            self._add_configuration(said.body, at)

    def _add_page(self, page: dict[str, Any], at: Arrival, requested: str | None) -> None:
        """Remember a page with rows of several messages, or with rows that are not receipts."""
        rows = page["delivery_receipts"]
        all_fields = [receipt_fields(row) for row in rows]
        text = encode_fields(None, None, all_fields)
        groups = list(group_rows(rows, all_fields, at))
        for group, sids in groups:
            entered = self._add_group(group, sids)
        of_list = link(page["meta"], requested)
        if text is not None and of_list is not None:
            is_whole = [group.kind for group, _ in groups] == [PAGE]
            self._add_to_list(of_list, entered if is_whole else StateGroup(PAGE, text, at, at))

    def _add_to_list(self, of_list: Link, group: StateGroup) -> None:
        listed = self._lists.setdefault(of_list.message, [])
        last = listed[-1] if listed else None
        if of_list.number != 0 or of_list.next is not None:
            listed.append(FetchedPage(group.last, of_list, group.fields))
        elif (
            isinstance(last, StateGroup)
            and last.fields == group.fields
            and last.first.file == group.first.file
        ):
            if last is not group:
                last.add_arrivals(group)
        else:
            listed.append(group)

    def _add_group(self, group: StateGroup, sids: list[str]) -> StateGroup:
        """Add a group and its receipts; return it, or an equal group that was added before."""
        known = self._receipts
        if not known:
            size = len(self._seen_once)
            self._seen_once.update(sids)
            if len(self._seen_once) == size + len(sids):
                self._groups.append(group)
                return group
            self._index_receipts()
        if known.keys().isdisjoint(sids):
            known.update(dict.fromkeys(sids, group))
            return group
        for before in _groups(known.get(sids[0], []))[-_COMPARED:]:
            if before.kind == group.kind and before.key == group.key:
                before.add_arrivals(group)
                return before
        for sid in sids:
            self._add_to_receipt(sid, group)
        return group

    def _add_to_receipt(self, sid: str, group: StateGroup) -> None:
        """Add a group to the groups of a receipt."""
        before = self._receipts.setdefault(sid, group)
        if isinstance(before, list):
            if before[-1] is not group:
                before.append(group)
        elif before is not group:
            self._receipts[sid] = [before, group]

    def _index_receipts(self) -> None:
        """Index the groups by receipt, from now on."""
        for group in self._groups:
            self._receipts.update(dict.fromkeys(group.sids(), group))
        self._seen_once.clear()
        self._groups.clear()

    def _add_message(self, message: dict[str, Any], at: Arrival) -> None:
        sid, summary = message.get("sid"), message.get("delivery")
        if (
            isinstance(sid, str)
            and "delivery" in message
            and (summary is None or isinstance(summary, dict))
        ):
            seen = self._summaries.setdefault(sid, {})
            said = at.file, _text(summary)
            seen[said] = max(at, seen.get(said, at))

    def _add_configuration(self, body: dict[str, Any], at: Arrival) -> None:
        account, service, filters = (
            body.get("account_sid"),
            body.get("chat_service_sid"),
            body.get("filters"),
        )
        if not isinstance(account, str) or not (service is None or isinstance(service, str)):
            return
        is_set = bool(body.get("post_webhook_url") or body.get("pre_webhook_url"))
        wants = (
            bool(body.get("post_webhook_url")) and isinstance(filters, list) and _EVENT in filters
        )
        known = self._configurations.setdefault(account, {})
        seen = Configured(at, service is not None, is_set, wants)
        known[service] = max(seen, known.get(service, seen))

    # -- merging

    def merge(self, other: Memory) -> None:
        """Add the content of another memory, in any order; do not use the other one afterwards."""
        for group, sids in other._groups_with_receipts():
            self._add_group(group, sids)
        for message, listed in other._lists.items():
            self._lists.setdefault(message, []).extend(listed)
        for message, seen in other._summaries.items():
            known = self._summaries.setdefault(message, {})
            known.update({text: max(at, known.get(text, at)) for text, at in seen.items()})
        for account, configured in other._configurations.items():
            of_account = self._configurations.setdefault(account, {})
            of_account.update(
                {
                    service: max(each, of_account.get(service, each))
                    for service, each in configured.items()
                }
            )

    def _groups_with_receipts(self) -> Iterator[tuple[StateGroup, list[str]]]:
        """Yield every group with its receipts."""
        yield from ((group, group.sids()) for group in self._groups)
        held: dict[int, tuple[StateGroup, list[str]]] = {}
        for sid, known in self._receipts.items():
            for group in _groups(known):
                held.setdefault(id(group), (group, []))[1].append(sid)
        yield from held.values()

    def sids(self) -> set[str]:
        """Return the SIDs of all receipts, messages and accounts in this memory."""
        return self._seen_once.union(*self._tables())

    def summarized_messages(self) -> set[str]:
        """Return the messages with a summary; it is checked against all their receipts."""
        return set(self._summaries)

    def split_off(self, sids: set[str]) -> Memory:
        """Move these SIDs, and the receipts of these messages, to a new memory, and return it."""
        part = Memory()
        if not sids:
            return part
        self._index_receipts()
        sids = sids | {
            sid
            for sid, known in self._receipts.items()
            if any(group.message in sids for group in _groups(known))
        }
        part._receipts = {sid: self._receipts.pop(sid) for sid in sids & self._receipts.keys()}
        for mine, its in zip(self._tables()[1:], part._tables()[1:], strict=True):
            its.update({sid: mine.pop(sid) for sid in sids & mine.keys()})
        return part

    def _tables(self) -> tuple[dict[str, Any], ...]:
        return self._receipts, self._lists, self._summaries, self._configurations

    # -- checking

    def findings(self, watch: Watch | None = None) -> Iterator[Problem]:
        """
        Yield the problems between observations, in no particular order.

        Args:
            watch: is called with the SID, the history and the problems of every receipt and
                message; without it, those are passed over that were seen only once.
        """
        for sid, rows in self._seen_again(everything=watch is not None):
            seen = [state for row in rows for state in to_states(row)]
            if seen:
                yield from _problems("receipt history", sid, ReceiptHistory(seen), watch)
        reports = self._status_reports(self._lists.keys() & self._summaries.keys())
        for message, listed in self._lists.items():
            # Most lists were seen once, on one page, and there is nothing to compare them with.
            if (
                len(listed) > 1 or isinstance(listed[0], FetchedPage) or message in self._summaries
            ) and is_real_sid(message):
                yield from self._message_problems(message, reports.get(message, []), watch)
        for account, configured in self._configurations.items():
            if len(configured) > 1 and is_real_sid(account):
                seen_last = list(configured.values())
                yield from catalogue.problems("configuration history", seen_last)

    def _seen_again(self, *, everything: bool) -> Iterator[tuple[str, Iterable[StateGroup]]]:
        """
        Yield the distinct groups of each receipt that was seen again, or of every receipt.

        Receipts are read in batches, so that a page is rarely parsed twice.
        """
        if everything or any(map(_is_repeated, self._groups)):
            self._index_receipts()
        again = (
            sid
            for sid, known in list(self._receipts.items())
            if (everything or _is_repeated(known)) and is_real_sid(sid)
        )
        while some := list(islice(again, _BATCH)):
            rows: dict[str, dict[GroupKey, StateGroup]] = {sid: {} for sid in some}
            for group in _unique(self._receipts[sid] for sid in some):
                for sid, row in group.rows(rows):
                    known = rows[sid].setdefault(row.key, row)
                    if known is not row:
                        known.add_arrivals(row)
            yield from ((sid, each.values()) for sid, each in rows.items())

    def _status_reports(self, messages: set[str]) -> dict[str, list[StatusReport]]:
        """Return the statuses of messages' receipts that were seen outside lists."""
        found: dict[str, dict[tuple[str, GroupKey], StateGroup]] = {}
        for group in (*self._groups, *_unique(self._receipts.values())) if messages else ():
            if group.kind != PAGE and (message := group.message) in messages:
                known = found.setdefault(message, {})
                for sid, row in group.rows():
                    same = known.setdefault((sid, row.key), row)
                    if same is not row:
                        same.add_arrivals(row)
        return {
            message: [
                StatusReport(row.first, row.last, row.between, sid, row.status)
                for (sid, _), row in known.items()
            ]
            for message, known in found.items()
        }

    def _message_problems(
        self, message: str, reports: list[StatusReport], watch: Watch | None
    ) -> Iterator[Problem]:
        found = paginations(
            [as_page(each) for each in self._lists[message] if isinstance(each, FetchedPage)]
        )
        whole: dict[tuple[int, bytes], StateGroup] = {}
        for each in self._lists[message]:
            if (
                isinstance(each, StateGroup)
                and (same := whole.setdefault((each.first.file, each.fields), each)) is not each
            ):
                same.add_arrivals(each)
        if found:
            seen_whole = [group.last for group in whole.values()]
            yield from _problems("list history", message, ListHistory(found, seen_whole), watch)
        summaries = self._summaries.get(message)
        if summaries:
            found += [
                Pagination(
                    [Page(at, "", None, 0, 0, rows_of(group.fields), requested=None)],
                    is_linked=True,
                )
                for group in whole.values()
                for at in {group.first, group.last}
            ]
            said = [DeliverySummary(at, orjson.loads(text)) for (_, text), at in summaries.items()]
            repeated = [
                RepeatedList(group.first, group.last, rows_of(group.fields))
                for group in whole.values()
                if group.between
            ]
            history = MessageHistory(found, said, reports, repeated)
            yield from _problems("message history", message, history, watch)


def _problems(subject: Subject, sid: str, view: Any, watch: Watch | None) -> list[Problem]:
    """Return the problems of a history, and show it to whoever watches."""
    found = list(catalogue.problems(subject, view))
    if watch is not None:
        watch(sid, view, found)
    return found


def _groups(known: StateGroup | list[StateGroup]) -> list[StateGroup]:
    """Return the groups of a receipt as a list."""
    return known if isinstance(known, list) else [known]


def _is_repeated(known: StateGroup | list[StateGroup]) -> bool:
    """Return True if a receipt was seen more than once, and not only on equal pages."""
    return isinstance(known, list) or (known.count > 1 and not known.is_page)


def _unique(held: Iterable[StateGroup | list[StateGroup]]) -> list[StateGroup]:
    """Return the groups of receipts, each once."""
    return list({id(group): group for known in held for group in _groups(known)}.values())


def _text(summary: dict[str, Any] | None) -> bytes:
    try:
        return orjson.dumps(summary)
    except (orjson.JSONEncodeError, RecursionError):
        # Numbers too large for any count of receipts; the schema check reports them.
        return b"{}"
