"""Rules between the summaries of a message and what was seen of its receipts, whenever that was."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from receiptkit.model.finding import Severity
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules.delivery import COUNTED, ENDS, compared, is_known, levels_between, summaries
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import GUIDE, OPENAPI
from receiptkit.rules.registry import also, rule
from receiptkit.rules.states import DeliverySummary, MessageHistory, Row, StatusReport
from receiptkit.rules.summary_levels import LEVELS

#: What never becomes less; whether a failed receipt still counts as sent is not documented.
_GROWING = ("delivered", "read", "failed", "undelivered")
_DELIVERED_AND_READ = {"delivered", "read"}
_AFTER = Example("message", {"/delivery/read": "all"})


@also("delivery.total", on="message history")
@also("delivery.disagrees-with-receipts", on="message history")
def summaries_of_reports(history: MessageHistory) -> Iterator[Problem]:
    """
    Compare each summary with earlier receipts from webhooks and single responses.

    Where a list was seen before it, that one is compared. Without times, the summary may be older
    than a log shows, as where two logs were joined; then it is only information.
    """
    begun: dict[int, Arrival] = {}
    for pagination in history.paginations:
        for page in pagination.pages:
            begun[page.at.file] = min(begun.get(page.at.file, page.at), page.at)
    reports = sorted(history.reports, key=lambda each: each.first)
    count = 0
    seen: defaultdict[int, dict[str, _Receipt]] = defaultdict(dict)
    for summary in sorted(history.summaries, key=lambda each: each.at):
        at = summary.at
        while count < len(reports) and reports[count].first < at:
            report = reports[count]
            receipts = seen[report.first.file]
            receipts.setdefault(report.sid, _Receipt(report.created)).add(report)
            count += 1
        receipts = seen[at.file]
        if not receipts or begun.get(at.file, at) < at:
            continue
        rows = [each.row(sid) for sid, each in receipts.items()]
        for problem in compared(summary, reports[count - 1].first, rows):
            yield problem if at.time else problem._replace(severity=Severity.INFO)


class _Receipt:
    """Sums up the reports of a receipt: its creation, and its last update in each status."""

    def __init__(self, created: int | None) -> None:
        self._created = created
        self._updated: dict[str | None, int | None] = {}

    def add(self, report: StatusReport) -> None:
        """Add a later report."""
        dates = (report.updated, self._updated.get(report.status))
        self._updated[report.status] = max(
            (each for each in dates if each is not None), default=None
        )

    def row(self, sid: str) -> Row:
        """Return the receipt at its end, if its reports agree on one; open otherwise."""
        ends = self._updated.keys() & ENDS
        status = "read" if ends == _DELIVERED_AND_READ else None
        if len(ends) == 1:
            (status,) = ends
        dates = self._updated.values() if status is None else (self._updated[status],)
        updated = max((each for each in dates if each is not None), default=None)
        return Row(sid, status, self._created, updated)


@also("delivery.disagrees-with-receipts", on="message history")
def impossible_at_any_time(history: MessageHistory) -> Iterator[Problem]:
    """
    Yield a problem for each level that the ends of the receipts rule out at any time.

    A receipt that has failed was never delivered, and will not be; so this holds for a summary
    that was seen before its receipts, or in another file, too.
    """
    ends = _ends(history)
    known: set[tuple[Arrival, str]] | None = None
    for summary in history.summaries:
        said = summary.delivery or {}
        total = said.get("total")
        counts = {status: _count_before(summary, own) for status, own in ends.items()}
        # If more were seen, some of them were created later.
        if type(total) is not int or total < sum(counts.values()):
            continue
        ended = [status for status, count in counts.items() if count and status]
        for member, counted in COUNTED.items():
            # What is delivered may be read later on, and what was read had been delivered.
            may_count = counted | ({"delivered"} if member == "read" else frozenset())
            not_counted = [status for status in ended if status not in may_count]
            most = total - sum(counts[status] for status in not_counted)
            levels = levels_between(0, most, total)
            if said.get(member) not in LEVELS or said[member] in levels:
                continue
            if known is None:
                reported = (*summaries(history), *summaries_of_reports(history))
                known = {(each.at, each.pointer) for each in reported if each.at is not None}
            pointer = f"{summary.at.pointer}/delivery/{member}"
            if (summary.at, pointer) not in known:
                status = not_counted[0]
                message = f"`{member}` cannot be `{said[member]}`: a receipt ended as {status}"
                yield Problem(pointer, message, at=summary.at, other=ends[status][0].at)


class _Created(NamedTuple):
    """When a receipt was created, in seconds since 1970 (0 for always), and where it ended."""

    date: int
    at: Arrival | None


def _ends(history: MessageHistory) -> dict[str | None, list[_Created]]:
    """
    Return the receipts that ended in each status, the earliest first; under None those that have
    not ended, or have two ends that exclude each other.
    """
    rows = [
        (row, page.at)
        for pagination in history.paginations
        for page in pagination.pages
        for row in page.rows
        if row is not None
    ]
    rows += [(Row(each.sid, each.status, each.created), each.first) for each in history.reports]
    seen: dict[str, dict[str | None, Arrival]] = {}
    created: dict[str, int] = {}
    for row, at in rows:
        seen.setdefault(row.sid, {}).setdefault(row.status, at)
        created[row.sid] = row.created or 0
    found: dict[str | None, list[_Created]] = {}
    for sid, places in seen.items():
        statuses = places.keys() & ENDS
        end = "read" if statuses == _DELIVERED_AND_READ else None
        if len(statuses) == 1:
            (end,) = statuses
        found.setdefault(end, []).append(_Created(created[sid], places.get(end)))
    return {status: sorted(own, key=lambda each: each.date) for status, own in found.items()}


def _count_before(summary: DeliverySummary, receipts: list[_Created]) -> int:
    """Return how many receipts are not known to have been created after a summary was seen."""
    if not summary.at.time:
        return len(receipts)
    return bisect_left(receipts, True, key=lambda each: not is_known(each.date, summary.at.time))


@rule(
    "delivery.went-back",
    on="message history",
    severity=Severity.INFO,
    title="a later summary says less than an earlier one",
    why="Receipts are neither taken back nor deleted, so their counts only grow. The later "
    "response may be stale.",
    grounding=f"{GUIDE}; {OPENAPI}, examples",
    action="In a mock: let the summary follow its receipts. In an application: keep what is known.",
    good=Example("message", then=_AFTER),
    bad=Example("message", {"/delivery/read": "all"}, then=Example("message")),
)
def went_back(history: MessageHistory) -> Iterator[Problem]:
    """Yield a problem for each member of a summary that is less than in the one before it."""
    in_order = sorted(history.summaries, key=lambda each: each.at)
    for before, after in pairwise(in_order):
        if before.at.file != after.at.file:
            continue
        for member in _less(before, after):
            pointer = f"{after.at.pointer}/delivery" + (f"/{member}" if member else "")
            message = f"{member or 'delivery'} says less than the earlier summary"
            yield Problem(pointer, message, at=after.at, other=before.at)


@also("delivery.went-back", on="message history")
def list_went_back(history: MessageHistory) -> Iterator[Problem]:
    """
    Yield a problem for a summary whose receipts had got further than a later list says.

    The list may be stale, so that it is only information.
    """
    lists = sorted(
        (each for each in history.paginations if each.is_complete),
        key=lambda each: each.pages[0].at,
    )
    begun = [each.pages[0].at for each in lists]
    for summary in history.summaries:
        said = summary.delivery or {}
        total = said.get("total")
        number = bisect_right(begun, summary.at)
        if type(total) is not int or number == len(lists) or begun[number].file != summary.at.file:
            continue
        rows = lists[number].rows
        open_rows = sum(row is None or row.status not in ENDS for row in rows)
        for member in _GROWING:
            counted = sum(row is not None and row.status in COUNTED[member] for row in rows)
            # If the list is longer than the total, some receipts were created since.
            is_all = said.get(member) == "all" and open_rows > 0 and len(rows) <= total
            is_some = (
                said.get(member) in ("some", "all") and counted == 0 and open_rows == len(rows)
            )
            if is_all or is_some:
                message = f"`{member}` was `{said[member]}`, but a later list has no such receipt"
                if counted:
                    message = f"`{member}` was `all`, but a later list has receipts that are not"
                pointer = f"{summary.at.pointer}/delivery/{member}"
                yield Problem(pointer, message, at=summary.at, other=begun[number])
                break


def _less(before: DeliverySummary, after: DeliverySummary) -> list[str]:
    """Return the members that say less than before; an empty one if the whole summary is gone."""
    had, has = before.delivery, after.delivery
    if had is None or has is None:
        return [""] if had and type(had.get("total")) is int and had["total"] else []
    totals = had.get("total"), has.get("total")
    if type(totals[0]) is not int or type(totals[1]) is not int:
        return []
    less = ["total"] if totals[1] < totals[0] else []
    for member in _GROWING:
        levels = [each[member] for each in (had, has) if each.get(member) in LEVELS]
        if len(levels) == 2 and _falls(*levels, grows=totals[1] > totals[0], less=bool(less)):
            less.append(member)
    return less


def _falls(one: Any, other: Any, *, grows: bool, less: bool) -> bool:
    """Return True if a level falls; from all to some it may where recipients were added."""
    if less:
        return bool(one != "none" and other == "none")
    return LEVELS.index(other) < LEVELS.index(one) and not (grows and other == "some")
