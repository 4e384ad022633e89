"""Rules about the delivery summary of a message and the receipts that it sums up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from operator import itemgetter
from typing import Any, TypeVar

from receiptkit.model.finding import Severity
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.grounds import CAPTURES, GUIDE, OPENAPI
from receiptkit.rules.registry import rule
from receiptkit.rules.states import (
    DeliverySummary,
    MessageHistory,
    Pagination,
    RepeatedList,
    Row,
    StatusReport,
)
from receiptkit.rules.summary_levels import LEVELS, contradiction, explanation

_Seen = TypeVar("_Seen", bound=tuple[Any, ...])
_at = itemgetter(0)
#: With more reports or lists in between than this, summaries are not compared.
_MOST_UNSURE = 1000
#: Statuses after which a summary changes in nothing but how many were read.
ENDS = frozenset({"delivered", "read", "failed", "undelivered"})
#: The statuses that count for a member of the summary; whether a failed receipt counts as sent is
#: not documented.
COUNTED = {
    "delivered": frozenset({"delivered", "read"}),
    "read": frozenset({"read"}),
    "failed": frozenset({"failed"}),
    "undelivered": frozenset({"undelivered"}),
}
_VERBS = {
    "delivered": "is delivered",
    "read": "is read",
    "failed": "has failed",
    "undelivered": "is undelivered",
}
#: The most milliseconds that a response may be behind another one.
_STALE = 2_500

_RECEIPT = sample("receipt")
_DY = "DY" + "0123456789abcdef" * 2
_SECOND = {
    **_RECEIPT,
    "sid": _DY,
    "participant_sid": "MB" + "0123456789abcdef" * 2,
    "channel_message_sid": "SM" + "0123456789abcdef" * 2,
    "url": _RECEIPT["url"].rpartition("/")[0] + f"/{_DY}",
    # Long after the first receipt was created, so that no summary since can be without it.
    "date_updated": "2026-03-02T09:25:04Z",
}


@rule(
    "delivery.cumulative",
    on="message",
    severity=Severity.WARNING,
    title="the delivery summary contradicts itself",
    why="Statuses are counted cumulatively: a read receipt was also delivered, a "
    "delivered one also sent. With total 0 nothing can be some or all.",
    grounding=f"{OPENAPI}, examples; type definitions of the client SDK",
    action="In a mock: count a read receipt as sent and delivered too.",
    good=Example("message"),
    bad=Example("message", {"/delivery/delivered": "none", "/delivery/read": "some"}),
)
def cumulative(message: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for a summary that no set of recipients can have."""
    summary = message.get("delivery")
    if not isinstance(summary, dict):
        return
    member = contradiction(summary)
    if member is not None:
        pointer = f"/delivery/{member}" if member else "/delivery"
        yield Problem(pointer, explanation(summary))


@rule(
    "delivery.total",
    on="message history",
    severity=Severity.WARNING,
    title="the summary's total is lower than the number of receipts",
    why="If a mocked message has five recipients and its list two, an application "
    "waits for ever. It is checked only against a complete list whose receipts "
    "have all ended, with no later news.",
    grounding=f"{GUIDE}; {OPENAPI}, examples",
    action="In a mock: make message and receipts of one world, as `receiptkit generate` does.",
    good=Example("page", then=Example("message")),
    bad=Example("page", {"/delivery_receipts/-": _SECOND}, then=Example("message")),
)
@rule(
    "delivery.disagrees-with-receipts",
    on="message history",
    severity=Severity.WARNING,
    title="the summary contradicts the receipts",
    why="Applications show the one and act on the other. It is checked only against a"
    " complete list whose receipts have all ended, with no later news.",
    grounding=f"{GUIDE}; {CAPTURES}",
    action="In a mock: count the receipts; a read one counts as delivered and sent too.",
    good=Example("page", then=Example("message")),
    bad=Example(
        "page",
        then=Example("message", {"/delivery/delivered": "none", "/delivery/failed": "all"}),
    ),
)
def summaries(history: MessageHistory) -> Iterator[Problem]:
    """
    Compare each summary of a message with the last complete list before it.

    That is done only if every receipt of the list is at its end, and nothing else was reported of
    any since, nor can have been.
    """
    paginations = sorted(history.paginations, key=lambda each: each.pages[-1].at)
    ends = [each.pages[-1].at for each in paginations]
    in_order = sorted(history.summaries, key=_at)
    moments = sorted(
        {(at, each.sid, each.status) for each in history.reports for at in (each.first, each.last)},
        key=_at,
    )
    unsure = [each for each in history.reports if each.between]
    if len(unsure) + len(history.repeated) > _MOST_UNSURE:
        return
    for number, pagination in enumerate(paginations):
        own = _between(in_order, ends, number)
        if not own or not _is_settled(pagination):
            continue
        listed = {row.sid: row.status for row in pagination.rows if row is not None}
        end = ends[number]
        if _has_other_news(pagination, unsure, history.repeated):
            continue
        later = _between(moments, ends, number)
        news = next((at for at, sid, status in later if listed.get(sid, at) != status), None)
        rows = {row.sid: row for row in pagination.rows if row is not None}
        for summary in own:
            if summary.at.file == end.file and (news is None or summary.at < news):
                yield from compared(summary, end, list(rows.values()))


def _is_settled(pagination: Pagination) -> bool:
    """Return True if it is the whole list, and every receipt on it is at its end."""
    # An empty list may be one whose receipts are yet to be created.
    rows = pagination.rows
    return (
        pagination.is_complete
        and bool(rows)
        and all(row is not None and row.status in ENDS for row in rows)
    )


def _has_other_news(
    pagination: Pagination, unsure: list[StatusReport], repeated: list[RepeatedList]
) -> bool:
    """Return True if a report or list that was seen before and after a list differs from it."""
    end = pagination.pages[-1].at
    statuses = {row.sid: row.status for row in pagination.rows if row is not None}
    return any(
        each.first <= end < each.last and statuses.get(each.sid, each) != each.status
        for each in unsure
    ) or any(
        each.first <= end < each.last and list(each.rows) != pagination.rows for each in repeated
    )


def _between(seen: list[_Seen], ends: list[Arrival], number: int) -> list[_Seen]:
    """Return what arrived after a list and before the next one."""
    until = bisect_left(seen, ends[number + 1], key=_at) if number + 1 < len(ends) else len(seen)
    return seen[bisect_right(seen, ends[number], key=_at) : until]


def compared(summary: DeliverySummary, other: Arrival, rows: list[Row]) -> Iterator[Problem]:
    """Compare a summary with the receipts of a list before it, which may nevertheless be newer."""
    at, said = f"{summary.at.pointer}/delivery", summary.delivery
    since = _true_since(summary, rows)
    certain = sum(is_known(row.created, since) for row in rows)
    rule, member, message = "delivery.disagrees-with-receipts", "", ""
    if said is None:
        message = f"delivery is null, but the list has {len(rows)} receipts" if certain else ""
        yield from _problem(summary, at, message, rule, other)
        return
    total = said.get("total")
    if type(total) is not int:
        return
    if total < len(rows):
        # More receipts than were seen may come; fewer cannot be.
        if total < certain:
            message = f"total is lower than the number of receipts in the list ({len(rows)})"
            yield from _problem(summary, f"{at}/total", message, "delivery.total", other)
        return
    for member, counted in COUNTED.items():
        least, most = _bounds(member, counted, rows, since)
        # Receipts that are yet to be seen may count for anything.
        levels = levels_between(least, most + total - len(rows), total)
        if said.get(member) in LEVELS and said[member] not in levels:
            expected = " or ".join(f"`{level}`" for level in LEVELS if level in levels)
            message = f"`{member}` should be {expected}: {_reason(member, levels)}"
            yield from _problem(summary, f"{at}/{member}", message, rule, other)


def _reason(member: str, levels: set[str]) -> str:
    """Return what the receipts say, that allows a member only these levels."""
    count = {
        frozenset({"none"}): "no receipt",
        frozenset({"all"}): "every receipt",
        frozenset({"some"}): "at least one receipt, but not every one,",
        frozenset({"some", "all"}): "at least one receipt",
        frozenset({"none", "some"}): "not every receipt",
    }.get(frozenset(levels))
    # One receipt that may count or not leaves none and all.
    return f"{count} {_VERBS[member]}" if count else "total is 1"


def _problem(
    summary: DeliverySummary, pointer: str, message: str, rule: str, other: Arrival
) -> Iterator[Problem]:
    if message:
        yield Problem(pointer, message, rule=rule, at=summary.at, other=other)


def _true_since(summary: DeliverySummary, rows: list[Row]) -> int:
    """Return the time from which a summary must be right, in milliseconds since 1970."""
    dates = [date for row in rows for date in (row.created, row.updated) if date is not None]
    # The list was seen before the summary, so none of its dates is later than that.
    return max([summary.at.time, *(date * 1000 for date in dates)]) - _STALE


def is_known(date: int | None, since: int) -> bool:
    """Return True if a summary must have what happened at a date, which lacks its milliseconds."""
    return date is None or (date + 1) * 1000 <= since


def _bounds(member: str, counted: frozenset[str], rows: list[Row], since: int) -> tuple[int, int]:
    """Return how many of the receipts count for a member at least, and at the most."""
    least = most = 0
    for row in rows:
        counts = row.status in counted
        # A receipt that has not ended may count for anything by now.
        most += row.status not in ENDS
        # A late change may not be in the summary yet; a delivered receipt may be read by now.
        least += counts and is_known(row.updated, since)
        most += counts or (member == "read" and row.status == "delivered")
    return least, most


def levels_between(least: int, most: int, total: int) -> set[str]:
    """Return the levels that a count between two numbers can have, both included."""
    levels = {"none"} if least == 0 else set()
    if most >= total > 0:
        levels.add("all")
    if max(least, 1) <= min(most, total - 1):
        levels.add("some")
    return levels
