"""Rules about the delivery summary of a message and the receipts that it sums up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from operator import itemgetter
from typing import Any, TypeVar

from receiptkit.model.finding import Severity
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import CAPTURES, GUIDE, OPENAPI
from receiptkit.rules.registry import rule
from receiptkit.rules.states import DeliverySummary, MessageHistory, Pagination

_Seen = TypeVar("_Seen", bound=tuple[Any, ...])
_at = itemgetter(0)
#: With more reports or lists in between than this, summaries are not compared.
_MOST_UNSURE = 1000
#: Statuses after which a summary changes in nothing but how many were read.
_ENDS = frozenset({"delivered", "read", "failed", "undelivered"})
#: The statuses that count for a member of the summary; whether a failed receipt counts as sent is
#: not documented.
_COUNTED = {
    "delivered": frozenset({"delivered", "read"}),
    "read": frozenset({"read"}),
    "failed": frozenset({"failed"}),
    "undelivered": frozenset({"undelivered"}),
}
_LEVELS = ("none", "some", "all")

rule(
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


@rule(
    "delivery.total",
    on="message history",
    severity=Severity.WARNING,
    title="the summary's total differs from the number of receipts",
    why="If a mocked message has five recipients and its list two, an application "
    "waits for ever. It is checked only against a complete list whose receipts "
    "have all ended, with no later news.",
    grounding=f"{GUIDE}; {OPENAPI}, examples",
    action="In a mock: make message and receipts of one world, as `receiptkit generate` does.",
    good=Example("page", then=Example("message")),
    bad=Example("page", then=Example("message", {"/delivery/total": 2})),
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
    bad=Example("page", then=Example("message", {"/delivery/delivered": "none"})),
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
        if any(
            each.first <= end < each.last and listed.get(each.sid, each) != each.status
            for each in unsure
        ) or any(
            each.first <= end < each.last and list(each.rows) != pagination.rows
            for each in history.repeated
        ):
            continue
        news = next(
            (
                at
                for at, sid, status in _between(moments, ends, number)
                if listed.get(sid, at) != status
            ),
            None,
        )
        levels = _levels(list(listed.values()))
        for summary in own:
            if summary.at.file == end.file and (news is None or summary.at < news):
                yield from _compared(summary, end, len(listed), levels)


def _is_settled(pagination: Pagination) -> bool:
    """Return True if it is the whole list, and every receipt on it is at its end."""
    # An empty list may be one whose receipts are yet to be created.
    rows = pagination.rows
    return (
        pagination.is_complete
        and bool(rows)
        and all(row is not None and row.status in _ENDS for row in rows)
    )


def _between(seen: list[_Seen], ends: list[Arrival], number: int) -> list[_Seen]:
    """Return what arrived after a list and before the next one."""
    until = bisect_left(seen, ends[number + 1], key=_at) if number + 1 < len(ends) else len(seen)
    return seen[bisect_right(seen, ends[number], key=_at) : until]


def _levels(statuses: list[str | None]) -> dict[str, str]:
    """Return the levels that a summary of these statuses must have, as far as known."""
    levels = {
        member: _level(sum(status in counted for status in statuses), len(statuses))
        for member, counted in _COUNTED.items()
    }
    if "delivered" in statuses:
        # These may have been read since.
        del levels["read"]
    return levels


def _level(count: int, total: int) -> str:
    return "none" if count == 0 else "all" if count == total else "some"


def _compared(
    summary: DeliverySummary, other: Arrival, count: int, levels: dict[str, str]
) -> Iterator[Problem]:
    at, said = f"{summary.at.pointer}/delivery", summary.delivery
    if said is None:
        message = f"delivery is null, but there are {count} receipts"
        yield Problem(
            at, message, rule="delivery.disagrees-with-receipts", at=summary.at, other=other
        )
    elif type(said.get("total")) is int and said["total"] != count:
        yield Problem(
            f"{at}/total",
            f"total differs from the number of receipts ({count})",
            rule="delivery.total",
            at=summary.at,
            other=other,
        )
    else:
        for member, level in levels.items():
            if said.get(member) in _LEVELS and said[member] != level:
                message = f"{member} should be `{level}`, by the receipts"
                yield Problem(
                    f"{at}/{member}",
                    message,
                    rule="delivery.disagrees-with-receipts",
                    at=summary.at,
                    other=other,
                )
