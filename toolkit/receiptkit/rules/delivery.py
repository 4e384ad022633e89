"""Rules about the delivery summary of a message: by itself, which the document carries, and against the receipts that it sums up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from receiptkit.findings import Severity
from receiptkit.rules.examples import Example
from receiptkit.rules.listing import Walk
from receiptkit.rules.rule import CAPTURES, GUIDE, OPENAPI, Breach, Rule
from receiptkit.rules.sightings import Found, Row, Summary

RULES = (
    Rule(
        id="delivery.cumulative",
        severity=Severity.WARNING,
        title="the delivery summary contradicts itself",
        why=(
            "Statuses are counted cumulatively: what was read was delivered, what was delivered was sent. With total 0 nothing is"
            " some or all, and all delivered leaves none failed."
        ),
        grounding=f"{OPENAPI}, examples; type definitions of the client SDK",
        action="In a mock: count a read receipt as sent and delivered too.",
        good=Example("message"),
        bad=Example("message", {"/delivery/delivered": "none", "/delivery/read": "some"}),
    ),
    Rule(
        id="delivery.total",
        severity=Severity.WARNING,
        title="the total of a summary is not the number of receipts",
        why="A mocked message with five recipients and a list with two makes a consumer wait for ever. Told only where the whole list was "
        "seen, every receipt at its end, before the message.",
        grounding=f"{GUIDE}; {OPENAPI}, examples",
        action="In a mock: make the message and its receipts of one world, as `receiptkit generate` does.",
        good=Example("page", then=Example("message")),
        bad=Example("page", then=Example("message", {"/delivery/total": 2})),
        across=True,
    ),
    Rule(
        id="delivery.disagrees-with-receipts",
        severity=Severity.WARNING,
        title="a summary says other than the receipts do",
        why="Consumers show the one and act on the other. Told only where the whole list was seen, every receipt at its end, before the "
        "message.",
        grounding=f"{GUIDE}; {CAPTURES}",
        action="In a mock: count the receipts, a read one as delivered and sent, too.",
        good=Example("page", then=Example("message")),
        bad=Example("page", then=Example("message", {"/delivery/delivered": "none"})),
        across=True,
    ),
)

_ENDS = frozenset({"read", "failed", "undelivered"})
#: Channels in which nothing comes after delivered.
_UNREAD = frozenset({"SM", "MM"})
#: The statuses that a receipt has when it counts for a member of the summary. Whether one that failed was sent is not documented.
_COUNTED = {
    "delivered": frozenset({"delivered", "read"}),
    "read": frozenset({"read"}),
    "failed": frozenset({"failed"}),
    "undelivered": frozenset({"undelivered"}),
}


def of_message(walked: list[Walk], summaries: list[Summary]) -> Iterator[Found]:
    """What is wrong with the summaries of a message, as far as complete lists of its receipts tell."""
    # Of an empty list nobody can tell whether its receipts are yet to be created.
    lists = sorted(
        (walk.pages[-1].at, number)
        for number, walk in enumerate(walked)
        if walk.is_complete and walk.rows and all(map(_is_over, walk.rows))
    )
    for summary in summaries:
        before = bisect_left(lists, (summary.at, 0)) - 1
        if before >= 0 and lists[before][0].file == summary.at.file:
            yield from _compared(summary, walked[lists[before][1]])


def _is_over(row: Row | None) -> bool:
    return row is not None and (row.status in _ENDS or (row.status == "delivered" and row.channel in _UNREAD))


def _compared(summary: Summary, walk: Walk) -> Iterator[Found]:
    at, other = f"{summary.at.pointer}/delivery", walk.pages[-1].at
    statuses = [row.status for row in walk.rows if row is not None]
    said = summary.delivery
    if said is None:
        if statuses:
            message = f"is null, although there are {len(statuses)} receipts"
            yield Found(summary.at, Breach("delivery.disagrees-with-receipts", at, message), other)
    elif isinstance(said.get("total"), int) and said["total"] != len(statuses):
        yield Found(summary.at, Breach("delivery.total", f"{at}/total", f"is not {len(statuses)}, the number of receipts"), other)
    else:
        for member, counted in _COUNTED.items():
            level = _level(sum(status in counted for status in statuses), len(statuses))
            if said.get(member, level) in _LEVELS - {level}:
                message = f"is not {level}, as the receipts have it"
                yield Found(summary.at, Breach("delivery.disagrees-with-receipts", f"{at}/{member}", message), other)


_LEVELS = frozenset({"none", "some", "all"})


def _level(count: int, total: int) -> str:
    return "none" if count == 0 else "all" if count == total else "some"
