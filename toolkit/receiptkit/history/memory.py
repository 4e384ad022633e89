"""
What was seen of every receipt, list, summary and configuration, kept small, to be judged together at the end.

A page is kept as one text, however often it is seen. Those on which receipts stand that were seen elsewhere, too, are taken apart at the end.
Nothing depends on the order in which things are entered: parts of a capture can be entered into ledgers of their own and merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from receiptkit.history.notes import PAGE, Link, Note, Unsorted, facts_of, link, note
from receiptkit.history.paginations import paginations
from receiptkit.history.states import (
    Fetched,
    Saying,
    Sheet,
    as_page,
    is_real,
    parted,
    rows_of,
    sightings,
    text_of_facts,
)
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules import catalogue
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

_EVENT = "onDeliveryUpdated"
#: How many of the last sheets of a receipt a new one is compared with: more often than not it says what one of them does.
_LOOKED_AT = 8
#: Of how many receipts all rows are taken apart at a time.
_AT_ONCE = 10_000


class Memory:
    """What was seen, by the SIDs of receipts, messages and accounts."""

    def __init__(self) -> None:
        #: Every receipt, and the sheets they stand on, as long as none of them was seen twice: most captures never come further.
        self._once: set[str] = set()
        self._sheets: list[Sheet] = []
        #: From then on: the sheet that a receipt stands on, or all of them.
        self._receipts: dict[str, Sheet | list[Sheet]] = {}
        #: By message: sheets that are the whole list, and pages of longer ones.
        self._lists: dict[str, list[Sheet | Fetched]] = {}
        #: By message: where each summary was seen last in each file.
        self._summaries: dict[str, dict[tuple[int, bytes], Arrival]] = {}
        #: By account: the last of each configuration, by its service.
        self._configurations: dict[str, dict[str | None, Configured]] = {}

    # -- entering

    def enter(self, kind: str, body: Any, at: Arrival, *, requested: str | None = None) -> None:
        """Remember what a body says, as `note` takes it."""
        said = note(kind, body, requested)
        if said is not None:
            self.add(said, at)

    def add(self, said: Note | Unsorted, at: Arrival) -> None:
        """Remember what a body at `at` says."""
        if isinstance(said, Note):
            kind, conversation, message, rows, of_list = said
            text = text_of_facts(conversation, message, rows)
            if text is not None:
                sheet = self._sheet(Sheet(kind, text, at, at), [row[0] for row in rows])
                if of_list is not None:
                    self._listed(of_list, sheet)
        elif said.kind == PAGE:
            self._page(said.body, at, said.requested)
        elif said.kind == "message":
            self._message(said.body, at)
        elif said.kind == "configuration":
            self._configuration(said.body, at)

    def _page(self, page: dict[str, Any], at: Arrival, requested: str | None) -> None:
        """Remember a page with rows of several messages, or with what is no receipt."""
        rows = page["delivery_receipts"]
        all_rows = [facts_of(row) for row in rows]
        text = text_of_facts(None, None, all_rows)
        sheets = list(parted(rows, all_rows, at))
        for sheet, sids in sheets:
            entered = self._sheet(sheet, sids)
        of_list = link(page["meta"], requested)
        if text is not None and of_list is not None:
            is_whole = [sheet.kind for sheet, _ in sheets] == [PAGE]
            self._listed(of_list, entered if is_whole else Sheet(PAGE, text, at, at))

    def _listed(self, of_list: Link, sheet: Sheet) -> None:
        listed = self._lists.setdefault(of_list.message, [])
        last = listed[-1] if listed else None
        if of_list.number != 0 or of_list.next is not None:
            listed.append(Fetched(sheet.last, of_list, sheet.facts))
        elif (
            isinstance(last, Sheet)
            and last.facts == sheet.facts
            and last.first.file == sheet.first.file
        ):
            if last is not sheet:
                last.again(sheet)
        else:
            listed.append(sheet)

    def _sheet(self, sheet: Sheet, sids: list[str]) -> Sheet:
        """Enter the receipts of a sheet; return it, or the one that said just the same before."""
        known = self._receipts
        if not known:
            size = len(self._once)
            self._once.update(sids)
            if len(self._once) == size + len(sids):
                self._sheets.append(sheet)
                return sheet
            self._look_up()
        if known.keys().isdisjoint(sids):
            known.update(dict.fromkeys(sids, sheet))
            return sheet
        for before in _sheets(known.get(sids[0], []))[-_LOOKED_AT:]:
            if before.kind == sheet.kind and before.saying == sheet.saying:
                before.again(sheet)
                return before
        for sid in sids:
            self._stands(sid, sheet)
        return sheet

    def _stands(self, sid: str, sheet: Sheet) -> None:
        """Note that a receipt stands on one more sheet."""
        before = self._receipts.setdefault(sid, sheet)
        if isinstance(before, list):
            if before[-1] is not sheet:
                before.append(sheet)
        elif before is not sheet:
            self._receipts[sid] = [before, sheet]

    def _look_up(self) -> None:
        """From now on, know of every receipt where it stands."""
        for sheet in self._sheets:
            self._receipts.update(dict.fromkeys(sheet.sids(), sheet))
        self._once.clear()
        self._sheets.clear()

    def _message(self, message: dict[str, Any], at: Arrival) -> None:
        sid, summary = message.get("sid"), message.get("delivery")
        if (
            isinstance(sid, str)
            and "delivery" in message
            and (summary is None or isinstance(summary, dict))
        ):
            seen = self._summaries.setdefault(sid, {})
            said = at.file, _text(summary)
            seen[said] = max(at, seen.get(said, at))

    def _configuration(self, body: dict[str, Any], at: Arrival) -> None:
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
        """Take over what another ledger holds; in whichever order, the same comes of it. The other one is not to be used any more."""
        for sheet, sids in other._standing():
            self._sheet(sheet, sids)
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

    def _standing(self) -> Iterator[tuple[Sheet, list[str]]]:
        """Every sheet, with the receipts that stand on it."""
        yield from ((sheet, sheet.sids()) for sheet in self._sheets)
        held: dict[int, tuple[Sheet, list[str]]] = {}
        for sid, known in self._receipts.items():
            for sheet in _sheets(known):
                held.setdefault(id(sheet), (sheet, []))[1].append(sid)
        yield from held.values()

    def sids(self) -> set[str]:
        """The SIDs of all it holds something of: receipts, messages, accounts."""
        return self._once.union(*self._held())

    def summarised(self) -> set[str]:
        """The messages of which it holds a summary: all that is known of their receipts counts for that."""
        return set(self._summaries)

    def taken(self, sids: set[str]) -> Memory:
        """What it holds of these, and of the receipts of these messages, as a ledger of its own; it is not here any more."""
        part = Memory()
        if not sids:
            return part
        self._look_up()
        sids = sids | {
            sid
            for sid, known in self._receipts.items()
            if any(sheet.message in sids for sheet in _sheets(known))
        }
        part._receipts = {sid: self._receipts.pop(sid) for sid in sids & self._receipts.keys()}
        for mine, its in zip(self._held()[1:], part._held()[1:], strict=True):
            its.update({sid: mine.pop(sid) for sid in sids & mine.keys()})
        return part

    def _held(self) -> tuple[dict[str, Any], ...]:
        return self._receipts, self._lists, self._summaries, self._configurations

    # -- judging

    def findings(self) -> Iterator[Problem]:
        """What is wrong between the things that were entered, in no order."""
        for rows in self._rows_again():
            seen = [sighting for row in rows for sighting in sightings(row)]
            if seen:
                yield from catalogue.problems("receipt history", ReceiptHistory(seen))
        told = self._told(self._lists.keys() & self._summaries.keys())
        for message, listed in self._lists.items():
            # Most lists were seen once, on one page, and nothing is to be compared with them.
            if (
                len(listed) > 1 or isinstance(listed[0], Fetched) or message in self._summaries
            ) and is_real(message):
                yield from self._of_message(message, told.get(message, []))
        for account, configured in self._configurations.items():
            if len(configured) > 1 and is_real(account):
                seen_last = list(configured.values())
                yield from catalogue.problems("configuration history", seen_last)

    def _rows_again(self) -> Iterator[Iterable[Sheet]]:
        """All that is known of each receipt that was seen again. They are taken a number at a time, so that a page is rarely opened twice."""
        if any(map(_is_again, self._sheets)):
            self._look_up()
        again = (
            sid for sid, known in list(self._receipts.items()) if _is_again(known) and is_real(sid)
        )
        while some := list(islice(again, _AT_ONCE)):
            rows: dict[str, dict[Saying, Sheet]] = {sid: {} for sid in some}
            for sheet in _different(self._receipts[sid] for sid in some):
                for sid, row in sheet.rows(rows):
                    known = rows[sid].setdefault(row.saying, row)
                    if known is not row:
                        known.again(row)
            yield from (each.values() for each in rows.values())

    def _told(self, messages: set[str]) -> dict[str, list[StatusReport]]:
        """What was told of the receipts of messages apart from lists."""
        found: dict[str, dict[tuple[str, Saying], Sheet]] = {}
        for sheet in (*self._sheets, *_different(self._receipts.values())) if messages else ():
            if sheet.kind != PAGE and (message := sheet.message) in messages:
                known = found.setdefault(message, {})
                for sid, row in sheet.rows():
                    same = known.setdefault((sid, row.saying), row)
                    if same is not row:
                        same.again(row)
        return {
            message: [
                StatusReport(row.first, row.last, row.between, sid, row.status)
                for (sid, _), row in known.items()
            ]
            for message, known in found.items()
        }

    def _of_message(self, message: str, told: list[StatusReport]) -> Iterator[Problem]:
        walked = paginations(
            [as_page(each) for each in self._lists[message] if isinstance(each, Fetched)]
        )
        whole: dict[tuple[int, bytes], Sheet] = {}
        for each in self._lists[message]:
            if (
                isinstance(each, Sheet)
                and (same := whole.setdefault((each.first.file, each.facts), each)) is not each
            ):
                same.again(each)
        if walked:
            seen_whole = [sheet.last for sheet in whole.values()]
            yield from catalogue.problems("list history", ListHistory(walked, seen_whole))
        summaries = self._summaries.get(message)
        if summaries:
            walked += [
                Pagination(
                    [Page(at, "", None, 0, 0, rows_of(sheet.facts), requested=None)], is_linked=True
                )
                for sheet in whole.values()
                for at in {sheet.first, sheet.last}
            ]
            said = [DeliverySummary(at, orjson.loads(text)) for (_, text), at in summaries.items()]
            repeated = [
                RepeatedList(sheet.first, sheet.last, rows_of(sheet.facts))
                for sheet in whole.values()
                if sheet.between
            ]
            history = MessageHistory(walked, said, told, repeated)
            yield from catalogue.problems("message history", history)


def _sheets(known: Sheet | list[Sheet]) -> list[Sheet]:
    """The sheets that a receipt stands on, as it is held."""
    return known if isinstance(known, list) else [known]


def _is_again(known: Sheet | list[Sheet]) -> bool:
    """Whether a receipt was seen more than once, though not only on pages that said just the same."""
    return isinstance(known, list) or (known.count > 1 and not known.is_of_many)


def _different(held: Iterable[Sheet | list[Sheet]]) -> list[Sheet]:
    """The sheets that receipts stand on, each once."""
    return list({id(sheet): sheet for known in held for sheet in _sheets(known)}.values())


def _text(summary: dict[str, Any] | None) -> bytes:
    try:
        return orjson.dumps(summary)
    except (orjson.JSONEncodeError, RecursionError):
        # Numbers that no count of receipts comes to; its schema says so.
        return b"{}"
