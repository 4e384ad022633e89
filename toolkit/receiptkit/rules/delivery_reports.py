"""Rules between the delivery summaries of a message and webhooks, and between two summaries."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.delivery import ENDS, compared
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import GUIDE, OPENAPI
from receiptkit.rules.registry import also, rule
from receiptkit.rules.states import DeliverySummary, MessageHistory, Row, StatusReport
from receiptkit.rules.summary_levels import LEVELS

#: What never becomes less; whether a failed receipt still counts as sent is not documented.
_GROWING = ("delivered", "read", "failed", "undelivered")
_AFTER = Example("message", {"/delivery/read": "all"})


@also("delivery.total", on="message history")
@also("delivery.disagrees-with-receipts", on="message history")
def summaries_of_reports(history: MessageHistory) -> Iterator[Problem]:
    """
    Compare each summary with the receipts that webhooks and single answers told of before it.

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


@rule(
    "delivery.went-back",
    on="message history",
    severity=Severity.INFO,
    title="a later summary says less than an earlier one",
    why="Receipts are neither taken back nor deleted, so their counts only grow. The later answer "
    "may be stale.",
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
