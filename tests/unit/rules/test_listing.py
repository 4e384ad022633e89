"""Walks along lists, put before the rules as pages: which pages make a walk, and what is told of it."""

from __future__ import annotations

import pytest

from receiptkit.history.paginations import paginations
from receiptkit.model.finding import Severity
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules import catalogue
from receiptkit.rules.states import (
    DeliverySummary,
    ListHistory,
    MessageHistory,
    Page,
    Pagination,
    RepeatedList,
    Row,
    StatusReport,
)


def place(problem: Problem) -> Arrival:
    assert problem.at is not None
    return problem.at


def of_paginations(found: list[Pagination], whole: list[Arrival]) -> list[Problem]:
    """Return what every check of lists finds."""
    return list(catalogue.problems("list history", ListHistory(found, whole)))


def of_message(
    found: list[Pagination],
    summaries: list[DeliverySummary],
    reports: list[StatusReport],
    repeated: list[RepeatedList] | None = None,
) -> list[Problem]:
    """Return what every check of a message finds."""
    history = MessageHistory(found, summaries, reports, repeated or [])
    return list(catalogue.problems("message history", history))


def page(
    entry: int, url: str, following: str | None = None, *, asked: str | None = None, file: int = 0
) -> Page:
    """A page without rows, by links such as `A?Page=1`; the number of the page is the first of its query."""
    number = int(url.partition("=")[2].partition("&")[0] or 0)
    return Page(Arrival(file, entry=entry), url, following, number, 1, (), asked)


def exchange(entry: int, url: str, following: str | None = None, *, file: int = 0) -> Page:
    """A page that was asked for by its own link."""
    return page(entry, url, following, asked=url, file=file)


ONE = page(0, "A?Page=0", "A?Page=1")


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        # Two lists, and two files, are apart, in whatever order their pages come.
        (
            [page(2, "A?Page=1"), ONE, page(1, "B?Page=0", "B?Page=1"), page(3, "B?Page=1")],
            [([0, 2], True), ([1, 3], True)],
        ),
        ([ONE, page(1, "A?Page=1", file=1)], [([0], True), ([1], False)]),
        # Page 0 by its own link begins another walk, wherever a link led.
        (
            [
                ONE,
                page(1, "A?Page=1", "A?Page=0"),
                page(2, "A?Page=0", "A?Page=1"),
                page(3, "A?Page=1"),
            ],
            [([0, 1], True), ([2, 3], True)],
        ),
        # What may be a later page of the last walk is one, but no next one.
        ([ONE, page(1, "A?Page=2")], [([0, 1], False)]),
        ([page(0, "A?Page=0"), page(1, "A?Page=2")], [([0], True), ([1], False)]),
        (
            [page(0, "A?Page=1&x", "A?Page=2"), page(1, "A?Page=1&y", "A?Page=2")],
            [([0], False), ([1], False)],
        ),
        # Where another walk has gone on instead of it, it has broken off all the same.
        (
            [
                ONE,
                page(1, "A?Page=0&x", "A?Page=2"),
                page(2, "A?Page=1", "A?Page=2"),
                page(3, "A?Page=2", "A?Page=3"),
                page(4, "A?Page=5"),
            ],
            [([0, 2, 3], True), ([1, 4], False)],
        ),
    ],
)
def test_walks(pages: list[Page], expected: list[tuple[list[int], bool]]) -> None:
    """Pages make walks by their links: their places, and whether each of them is where the one before it said."""
    assert [
        ([each.at.entry for each in walk.pages], walk.is_linked) for walk in paginations(pages)
    ] == expected


BODY, ASKED = ONE, exchange(0, "A?Page=0", "A?Page=1")


@pytest.mark.parametrize(
    ("pages", "whole", "expected"),
    [
        # A list ends apart from others, and from those of other files.
        (
            [ASKED, exchange(1, "B?Page=0", "B?Page=1")],
            [],
            [("truncated", 0, 0), ("truncated", 0, 1)],
        ),
        ([BODY, exchange(1, "B?Page=0", "B?Page=1")], [], [("truncated", 0, 1)]),
        ([exchange(0, "A?Page=0"), exchange(1, "B?Page=0", "B?Page=1")], [], [("truncated", 0, 1)]),
        # The whole list, seen after the end of a walk in its file, tells the rest.
        ([ASKED], [Arrival(entry=1)], []),
        ([exchange(1, "A?Page=0", "A?Page=1")], [Arrival(entry=0)], [("truncated", 0, 1)]),
        ([ASKED], [Arrival(file=1, entry=1)], [("truncated", 0, 0)]),
        (
            [ASKED, exchange(2, "A?Page=0", "A?Page=1", file=1)],
            [Arrival(entry=1)],
            [("truncated", 1, 2)],
        ),
        # The last walk is the one that came to its end last.
        ([ASKED, exchange(1, "A?Page=0&x", "A?Page=1&x"), exchange(2, "A?Page=1")], [], []),
        # Pages between two of a walk that were fetched in another order are not missing.
        (
            [page(0, "A?Page=1", "A?Page=2"), page(1, "A?Page=3"), page(2, "A?Page=2", "A?Page=3")],
            [],
            [],
        ),
        (
            [page(0, "A?Page=1", "A?Page=2"), page(1, "A?Page=4"), page(2, "A?Page=2", "A?Page=3")],
            [],
            [("gap", 0, 1)],
        ),
        # A place is a path without its fragment, with a query or without.
        ([page(0, "A", "B")], [], []),
        ([page(0, "A", "A#x")], [], [("loop", 0, 0)]),
    ],
)
def test_what_is_told_of_walks(
    pages: list[Page], whole: list[Arrival], expected: list[tuple[str, int, int]]
) -> None:
    """The rule of each finding, the file and the place."""
    found = sorted(of_paginations(paginations(pages), whole), key=place)
    assert [
        (each.rule.removeprefix("listing."), place(each).file, place(each).entry) for each in found
    ] == expected


def test_a_summary_is_held_against_one_list() -> None:
    """Of several lists, the last one before a summary is what it is held against, and no other."""
    lists = [
        Pagination([page(entry, "A")._replace(rows=(Row("DY1", "read"),))], is_linked=True)
        for entry in (0, 2, 4)
    ]
    for entry, other in ((1, 0), (3, 2), (5, 4)):
        found = of_message(lists, [DeliverySummary(Arrival(entry=entry), {"total": 0})], [])
        assert [(each.rule, each.other) for each in found] == [
            ("delivery.total", Arrival(entry=other))
        ]


def between(first: int, last: int, sid: str = "DY1", status: str | None = "sent") -> StatusReport:
    """What was told at two places, and in between."""
    return StatusReport(Arrival(entry=first), Arrival(entry=last), True, sid, status)


def again(first: int, last: int, status: str = "sent") -> RepeatedList:
    return RepeatedList(Arrival(entry=first), Arrival(entry=last), (Row("DY1", status),))


@pytest.mark.parametrize(
    ("told", "repeated", "is_told"),
    [
        ([], [], True),
        ([between(1, 10)], [], False),
        ([between(1, 10)._replace(between=False)], [], True),
        ([between(1, 10, status="read")], [], True),
        ([between(1, 4), between(9, 12)], [], True),
        ([between(6, 12)], [], False),
        ([between(1, 10, "DY2", None)], [], False),
        ([between(1, 10, "DY2", "read")], [], False),
        ([], [again(1, 10)], False),
        ([], [again(1, 10, "read")], True),
        ([], [again(1, 4), again(9, 12)], True),
        ([between(1, 4)] * 600, [again(1, 4)] * 400, True),
        ([between(1, 4)] * 600, [again(1, 4)] * 401, False),
    ],
)
def test_what_may_have_been_told_between(
    told: list[StatusReport], repeated: list[RepeatedList], is_told: bool
) -> None:
    """Nothing is held against a list if anything else may have been told, or listed, between that and the summary."""
    lists = [Pagination([page(5, "A")._replace(rows=(Row("DY1", "read"),))], is_linked=True)]
    found = list(
        of_message(lists, [DeliverySummary(Arrival(entry=8), {"total": 0})], told, repeated)
    )
    assert [each.rule for each in found] == ["delivery.total"] * is_told


def test_a_doubt_is_about_one_list() -> None:
    """What may have been told after one list says nothing of a later one."""
    lists = [
        Pagination([page(entry, "A")._replace(rows=(Row("DY1", "read"),))], is_linked=True)
        for entry in (2, 6)
    ]
    wrong = [DeliverySummary(Arrival(entry=entry), {"total": 0}) for entry in (3, 7)]
    found = of_message(lists, wrong, [between(1, 5)], [again(0, 4)])
    assert [place(each).entry for each in found] == [7]


def listed(entry: int, rows: str, token: str | None, following: str | None) -> Page:
    """A page of a growing list, whose rows are `A1 B2`: the receipt A, created and updated at 1."""
    url = f"A?Page={entry}" + (f"&PageToken={token}" if token else "")
    after = f"A?Page={entry + 1}&PageToken={following}" if following else None
    parts = [(each[:1], int(each[1:])) for each in rows.split()]
    receipts = tuple(Row(sid, "sent", at, at) for sid, at in parts)
    return Page(Arrival(entry=entry), url, after, entry, 2, receipts, url)


@pytest.mark.parametrize(
    ("first", "second", "is_certain"),
    [
        # Newest first: receipts created since have pushed A, or A and B, to the next page.
        ("A3 B2", "B2 C1", False),
        ("A3 B2", "A3 B2", False),
        ("A3 B2", "D4 A3", False),
        ("A3 B2", "D3 A3", False),
        ("A3 B2", "D2 A3", True),
        # In another order, those behind a new receipt.
        ("A3 B1", "D4 B1", False),
        ("A3 B1", "B1 D4", False),
        ("A3 B1 C1", "A3 D4 B1", False),
        ("A3 B1 C1", "A3 C1 B1", True),
        ("A3 B1 C1", "A3 C1", True),
        # An older receipt has not pushed anything.
        ("A3 B2", "C1 B2", True),
        ("A3 B2", "C1 A3", True),
        ("A3 B2", "A3 C1", True),
    ],
)
def test_receipts_created_in_between_may_repeat_others(
    first: str, second: str, *, is_certain: bool
) -> None:
    pages = [listed(0, first, None, "x"), listed(1, second, "x", None)]
    found = [
        each.severity
        for each in of_paginations(paginations(pages), [])
        if each.rule == "listing.overlap"
    ]
    assert found == [None if is_certain else Severity.INFO]


@pytest.mark.parametrize(
    ("second", "token", "expected"),
    [
        # The list has grown, so that it gives other tokens, and its next page repeats a receipt.
        ("B2 C1", "y", []),
        ("A3 B2", "y", []),
        ("C1 D1", "y", ["listing.url-mismatch"]),
        ("B2 C1", None, ["listing.url-mismatch"]),
    ],
)
def test_a_page_of_a_pagination_without_its_first_page(
    second: str, token: str | None, expected: list[str]
) -> None:
    pages = [listed(0, "A3 B2", None, "x"), listed(1, second, token, None)]
    found = [each.rule for each in of_paginations(paginations(pages), [])]
    assert [rule for rule in found if rule == "listing.url-mismatch"] == expected
