"""A delivery summary is impossible if and only if no set of recipients has it, worked out here by counting."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import pytest

from receiptkit.rules import summary_levels
from receiptkit.rules.summary_levels import LEVELS, MEMBERS, contradiction, explanation, possible


def summary(total: Any, **levels: Any) -> dict[str, Any]:
    return {"total": total, **dict.fromkeys(MEMBERS, "none"), **levels}


def numbers(level: str, total: int) -> range:
    """Return the counts that a level allows."""
    if level == "none":
        return range(1)
    return range(total, total + 1) if level == "all" else range(1, total)


def is_possible(total: int, levels: tuple[str, ...]) -> bool:
    """
    Return True if counts of recipients explain the levels.

    Read ones are delivered, delivered ones sent. Each recipient ends once: delivered, failed or
    undelivered. One that failed, or was not delivered, may have been sent before, or not.
    """
    if total == 0:
        return levels == ("none",) * len(MEMBERS)
    return any(
        read <= delivered <= sent and delivered + failed + undelivered <= total
        for sent, delivered, read, failed, undelivered in product(
            *(numbers(level, total) for level in levels)
        )
    )


@pytest.fixture(autouse=True)
def without_earlier_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work every set out anew, and once in a test."""
    summary_levels._possible.cache_clear()
    monkeypatch.setattr(summary_levels, "_possible", cache(summary_levels._possible))


@pytest.mark.parametrize("total", range(7))
def test_every_combination(total: int) -> None:
    every = list(product(LEVELS, repeat=len(MEMBERS)))
    expected = {levels for levels in every if is_possible(total, levels)}
    assert possible(total) == expected
    for levels in every:
        said = summary(total, **dict(zip(MEMBERS, levels, strict=True)))
        assert (contradiction(said) is None) == (levels in expected)
        assert levels in expected or explanation(said)


def test_many_recipients_have_the_summaries_of_a_few() -> None:
    assert possible(1000) == possible(8) == possible(6)


@pytest.mark.parametrize(
    ("total", "levels", "member"),
    [
        (1, {"sent": "some"}, "sent"),
        (2, {"sent": "all", "read": "some"}, "delivered"),
        (3, {"sent": "all", "delivered": "some", "read": "all"}, "delivered"),
        (3, {"delivered": "some"}, "delivered"),
        (3, {"sent": "all", "delivered": "all", "failed": "some"}, "delivered"),
        (3, {"failed": "all", "undelivered": "all"}, "failed"),
        (3, {"sent": "all", "delivered": "all", "read": "all", "failed": "all"}, "failed"),
        (0, {"sent": "all"}, "sent"),
        (0, {"sent": "all", "delivered": "all"}, "total"),
        (
            2,
            {"sent": "some", "delivered": "some", "failed": "some", "undelivered": "some"},
            "delivered",
        ),
        (1, {"sent": "some", "delivered": "some", "read": "some"}, "total"),
    ],
)
def test_names_the_member_that_explains_it(total: int, levels: dict[str, str], member: str) -> None:
    assert contradiction(summary(total, **levels)) == member


def test_no_single_member_explains_it() -> None:
    assert contradiction(summary(0, sent="some", failed="all", undelivered="all")) == ""


@pytest.mark.parametrize(
    "found",
    [
        summary(-1),
        summary(1.0, sent="some"),
        summary(True, sent="some"),
        summary("1", sent="some"),
        summary(None, sent="some"),
        summary(1, sent="some", read="most"),
        summary(1, sent="some", read=None),
        {"total": 1, "sent": "some"},
        {},
    ],
)
def test_leaves_invalid_summaries_to_the_schema(found: dict[str, Any]) -> None:
    assert contradiction(found) is None


@pytest.mark.parametrize(
    ("impossible", "expected"),
    [
        (summary(0, sent="all"), "total is 0, but `sent` is `all`"),
        (summary(0, read="some", failed="all"), "total is 0, but `read` is `some`"),
        (
            summary(1, sent="some"),
            "`sent` is `some`, but total is 1; with one receipt it is `none` or `all`",
        ),
        (
            summary(2, sent="all", read="some"),
            "`read` is `some`, but `delivered` is `none`; a read receipt is also delivered and sent",
        ),
        (
            summary(2, sent="some", delivered="all"),
            "`delivered` is `all`, but `sent` is `some`; a delivered receipt is also sent",
        ),
        (
            summary(2, failed="some", undelivered="all"),
            (
                "`undelivered` is `all`, but `failed` is `some`; a receipt counts for one of "
                "delivered, failed and undelivered"
            ),
        ),
        (
            summary(3, sent="all", delivered="some", failed="all", undelivered="some"),
            (
                "`failed` is `all`, but `delivered` is `some`; a receipt counts for one of "
                "delivered, failed and undelivered"
            ),
        ),
        *(
            (
                summary(2, failed="some", undelivered="some", **levels),
                "the levels contradict each other; no 2 receipts have them together",
            )
            for levels in (
                {"sent": "all", "delivered": "some"},
                {"sent": "some", "delivered": "some", "read": "some"},
            )
        ),
    ],
)
def test_explains_a_contradiction(impossible: dict[str, Any], expected: str) -> None:
    assert contradiction(impossible) is not None
    assert explanation(impossible) == expected
