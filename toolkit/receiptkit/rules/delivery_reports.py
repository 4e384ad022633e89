"""Rules between the summaries of a message and what was seen of its receipts, whenever that was."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules.delivery import COUNTED, ENDS, compared, levels_between, summaries
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
    begun: dict[int, Any] = {}
    for pagination in history.paginations:
        for page in pagination.pages:
            begun[page.at.file] = min(begun.get(page.at.file, page.at), page.at)
    for summary in history.summaries:
        at = summary.at
        before = [
            each for each in history.reports if each.first.file == at.file and each.first < at
        ]
        if not before or begun.get(at.file, at) < at:
            continue
        last = max(each.first for each in before)
        for problem in compared(summary, last, _rows(before)):
            yield problem if at.time else problem._replace(severity=Severity.INFO)


def _rows(reports: list[StatusReport]) -> list[Row]:
    """Return a row for each receipt: at its end if its reports agree on one, open otherwise."""
    by_sid: dict[str, list[StatusReport]] = {}
    for each in reports:
        by_sid.setdefault(each.sid, []).append(each)
    rows = []
    for sid, own in by_sid.items():
        ends = {each.status for each in own if each.status in ENDS}
        status = "read" if ends == {"delivered", "read"} else None
        if len(ends) == 1:
            (status,) = ends
        updated = [each.updated for each in own if status in (None, each.status)]
        rows.append(
            Row(
                sid,
                status,
                own[0].created,
                max((each for each in updated if each is not None), default=None),
            )
        )
    return rows


@also("delivery.disagrees-with-receipts", on="message history")
def impossible_at_any_time(history: MessageHistory) -> Iterator[Problem]:
    """
    Yield a problem for each level that the ends of the receipts rule out at any time.

    A receipt that has failed was never delivered, and will not be; so this holds for a summary
    that was seen before its receipts, or in another file, too.
    """
    ends = _ends(history)
    if not ends:
        return
    known: set[tuple[Arrival, str]] | None = None
    for summary in history.summaries:
        said = summary.delivery or {}
        total = said.get("total")
        if type(total) is not int or total < len(ends):
            continue
        for member, counted in COUNTED.items():
            # What is delivered may be read later on, and what was read had been delivered.
            may_count = counted | ({"delivered"} if member == "read" else frozenset())
            most = sum(status in may_count for status, _ in ends.values())
            levels = levels_between(0, most + total - len(ends), total)
            if said.get(member) not in LEVELS or said[member] in levels:
                continue
            if known is None:
                reported = (*summaries(history), *summaries_of_reports(history))
                known = {(each.at, each.pointer) for each in reported if each.at is not None}
            pointer = f"{summary.at.pointer}/delivery/{member}"
            if (summary.at, pointer) not in known:
                status, other = next(each for each in ends.values() if each[0] not in may_count)
                message = f"`{member}` cannot be `{said[member]}`: a receipt ended as {status}"
                yield Problem(pointer, message, at=summary.at, other=other)


def _ends(history: MessageHistory) -> dict[str, tuple[str, Arrival]]:
    """Return the end of each receipt and where it was seen, unless two ends exclude each other."""
    seen: dict[str, dict[str, Arrival]] = {}
    for pagination in history.paginations:
        for page in pagination.pages:
            for row in page.rows:
                if row is not None and row.status in ENDS and row.status is not None:
                    seen.setdefault(row.sid, {}).setdefault(row.status, page.at)
    for report in history.reports:
        if report.status in ENDS and report.status is not None:
            seen.setdefault(report.sid, {}).setdefault(report.status, report.first)
    found = {}
    for sid, statuses in seen.items():
        if len(statuses) == 1:
            found[sid] = next(iter(statuses.items()))
        elif set(statuses) == _DELIVERED_AND_READ:
            found[sid] = "read", statuses["read"]
    return found


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
    for summary in history.summaries:
        said = summary.delivery or {}
        total = said.get("total")
        later = [
            each
            for each in history.paginations
            if each.is_complete
            and each.pages[0].at.file == summary.at.file
            and each.pages[0].at > summary.at
        ]
        if type(total) is not int or not later:
            continue
        rows = min(later, key=lambda each: each.pages[0].at).rows
        open_rows = sum(row is None or row.status not in ENDS for row in rows)
        for member in _GROWING:
            counted = sum(row is not None and row.status in COUNTED[member] for row in rows)
            # Of a longer list than the total, some were created since.
            is_all = said.get(member) == "all" and open_rows > 0 and len(rows) <= total
            is_some = (
                said.get(member) in ("some", "all") and counted == 0 and open_rows == len(rows)
            )
            if is_all or is_some:
                message = f"`{member}` was `{said[member]}`, but a later list has no such receipt"
                if counted:
                    message = f"`{member}` was `all`, but a later list has receipts that are not"
                pointer = f"{summary.at.pointer}/delivery/{member}"
                other = min(page.at for each in later for page in each.pages)
                yield Problem(pointer, message, at=summary.at, other=other)
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
