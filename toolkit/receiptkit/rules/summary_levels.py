"""The delivery summaries that are possible, worked out from the ends of each recipient."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

MEMBERS = ("sent", "delivered", "read", "failed", "undelivered")
LEVELS = ("none", "some", "all")
#: What a recipient can count for. Whether one that failed counts as sent is not documented.
_NOTHING: frozenset[str] = frozenset()
_RECIPIENTS: tuple[frozenset[str], ...] = (
    _NOTHING,
    frozenset({"sent"}),
    frozenset({"sent", "delivered"}),
    frozenset({"sent", "delivered", "read"}),
    frozenset({"failed"}),
    frozenset({"sent", "failed"}),
    frozenset({"undelivered"}),
    frozenset({"sent", "undelivered"}),
)
#: Members that count for others too, and why.
_CHAIN = (
    ("read", "delivered", "a read receipt is also delivered and sent"),
    ("delivered", "sent", "a delivered receipt is also sent"),
)
#: Members of which a recipient counts for one at most.
_ENDS = ("delivered", "failed", "undelivered")
#: More recipients than there are kinds of them make no other summaries possible.
_MOST = len(_RECIPIENTS)


def possible(total: int) -> frozenset[tuple[str, ...]]:
    """Return every possible level of each member, for a number of recipients."""
    return _possible(min(total, _MOST))


@cache
def _possible(count: int) -> frozenset[tuple[str, ...]]:
    #: What some recipients count for, and what all of them do.
    found = {(each, each) for each in _RECIPIENTS} if count else {(_NOTHING, _NOTHING)}
    for _ in range(count - 1):
        found = {(some | each, every & each) for some, every in found for each in _RECIPIENTS}
    return frozenset(
        tuple(_level(member in some, member in every) for member in MEMBERS)
        for some, every in found
    )


def _level(some: bool, every: bool) -> str:
    return "all" if every else "some" if some else "none"


def contradiction(summary: dict[str, Any]) -> str | None:
    """
    Return the member that is wrong if a summary is impossible; empty if no single one explains it.

    None if the summary is possible, or does not have the members and values that it should have.
    """
    total, levels = summary.get("total"), tuple(summary.get(member) for member in MEMBERS)
    if type(total) is not int or total < 0 or any(level not in LEVELS for level in levels):
        return None
    if levels in possible(total):
        return None
    return next(_repairs(total, levels), "")


def explanation(summary: dict[str, Any]) -> str:
    """Return how an impossible summary contradicts itself, of which `contradiction` is a part."""
    total = summary["total"]
    for member in MEMBERS:
        level = summary[member]
        if total == 0 and level != "none":
            return f"total is 0, but `{member}` is `{level}`"
        if total == 1 and level == "some":
            return f"`{member}` is `some`, but total is 1; with one receipt it is `none` or `all`"
    for more, less, why in _CHAIN:
        if LEVELS.index(summary[more]) > LEVELS.index(summary[less]):
            return f"`{more}` is `{summary[more]}`, but `{less}` is `{summary[less]}`; {why}"
    counted = [member for member in _ENDS if summary[member] != "none"]
    for member in counted:
        if summary[member] == "all":
            other = next(each for each in counted if each != member)
            return (
                f"`{member}` is `all`, but `{other}` is `{summary[other]}`; a receipt counts for "
                "one of delivered, failed and undelivered"
            )
    return f"the levels contradict each other; no {total} receipts have them together"


def _repairs(total: int, levels: tuple[Any, ...]) -> Iterator[str]:
    """Yield each member that makes the summary possible if it alone is changed."""
    for member in ("delivered", "read", "sent", "failed", "undelivered"):
        index = MEMBERS.index(member)
        if any(
            (*levels[:index], level, *levels[index + 1 :]) in possible(total) for level in LEVELS
        ):
            yield member
    if any(levels in possible(other) for other in range(_MOST)):
        yield "total"
