"""Pages form paginations, which have the right findings."""

from __future__ import annotations

import pytest

from receiptkit.history.paginations import paginations
from receiptkit.model.finding import Severity
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules import catalogue
from receiptkit.rules.listing import token_reused
from receiptkit.rules.states import (
    DeliverySummary,
    ListHistory,
    MessageHistory,
    PageState,
    Pagination,
    RepeatedList,
    Row,
    StatusReport,
)


def place(problem: Problem) -> Arrival:
    assert problem.at is not None
    return problem.at


def of_paginations(found: list[Pagination], whole: list[Arrival]) -> list[Problem]:
    """Return the problems that every check of lists finds."""
    return list(catalogue.problems("list history", ListHistory(found, whole)))


def of_message(
    found: list[Pagination],
    summaries: list[DeliverySummary],
    reports: list[StatusReport],
    repeated: list[RepeatedList] | None = None,
) -> list[Problem]:
    """Return the problems that every check of a message finds."""
    history = MessageHistory(found, summaries, reports, repeated or [])
    return list(catalogue.problems("message history", history))


def page(
    entry: int, url: str, following: str | None = None, *, asked: str | None = None, file: int = 0
) -> PageState:
    """A page without rows, by links such as `A?Page=1`; its number is the first of the query."""
    number = int(url.partition("=")[2].partition("&")[0] or 0)
    return PageState(Arrival(file, entry=entry), url, following, number, 1, (), asked)


def exchange(entry: int, url: str, following: str | None = None, *, file: int = 0) -> PageState:
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
        # Page 0 by its own link begins another pagination, wherever a link led.
        (
            [
                ONE,
                page(1, "A?Page=1", "A?Page=0"),
                page(2, "A?Page=0", "A?Page=1"),
                page(3, "A?Page=1"),
            ],
            [([0, 1], True), ([2, 3], True)],
        ),
        # A possible later page of the last pagination is one, but not its next one.
        ([ONE, page(1, "A?Page=2")], [([0, 1], False)]),
        ([page(0, "A?Page=0"), page(1, "A?Page=2")], [([0], True), ([1], False)]),
        (
            [page(0, "A?Page=1&x", "A?Page=2"), page(1, "A?Page=1&y", "A?Page=2")],
            [([0], False), ([1], False)],
        ),
        # A pagination breaks off even if another one continues instead.
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
def test_paginations(pages: list[PageState], expected: list[tuple[list[int], bool]]) -> None:
    """Pages form a pagination by their links, each where the one before said."""
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
        # The whole list, seen after the end of a pagination in its file, has the rest.
        ([ASKED], [Arrival(entry=1)], []),
        ([exchange(1, "A?Page=0", "A?Page=1")], [Arrival(entry=0)], [("truncated", 0, 1)]),
        ([ASKED], [Arrival(file=1, entry=1)], [("truncated", 0, 0)]),
        (
            [ASKED, exchange(2, "A?Page=0", "A?Page=1", file=1)],
            [Arrival(entry=1)],
            [("truncated", 1, 2)],
        ),
        # The last pagination is the one that came to its end last.
        ([ASKED, exchange(1, "A?Page=0&x", "A?Page=1&x"), exchange(2, "A?Page=1")], [], []),
        # Pages of a pagination that were fetched in another order are not missing.
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
def test_findings_of_paginations(
    pages: list[PageState], whole: list[Arrival], expected: list[tuple[str, int, int]]
) -> None:
    """Each finding of a pagination has its rule, file and place."""
    found = sorted(of_paginations(paginations(pages), whole), key=place)
    assert [
        (each.rule.removeprefix("listing."), place(each).file, place(each).entry) for each in found
    ] == expected


def test_a_summary_is_held_against_one_list() -> None:
    """A summary is compared with the last list before it, and no other."""
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
    """Return an update that arrived at two places, and in between."""
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
def test_doubts_a_list_with_updates_in_between(
    told: list[StatusReport], repeated: list[RepeatedList], is_told: bool
) -> None:
    """A list has no finding if another update may have come between it and the summary."""
    lists = [Pagination([page(5, "A")._replace(rows=(Row("DY1", "read"),))], is_linked=True)]
    found = list(
        of_message(lists, [DeliverySummary(Arrival(entry=8), {"total": 0})], told, repeated)
    )
    assert [each.rule for each in found] == ["delivery.total"] * is_told


def test_a_doubt_is_about_one_list() -> None:
    """An update after one list does not excuse a later list."""
    lists = [
        Pagination([page(entry, "A")._replace(rows=(Row("DY1", "read"),))], is_linked=True)
        for entry in (2, 6)
    ]
    wrong = [DeliverySummary(Arrival(entry=entry), {"total": 0}) for entry in (3, 7)]
    found = of_message(lists, wrong, [between(1, 5)], [again(0, 4)])
    assert [place(each).entry for each in found] == [7]


def listed(entry: int, rows: str, token: str | None, following: str | None) -> PageState:
    """A page of a growing list, whose rows are `A1 B2`: the receipt A, created and updated at 1."""
    url = f"A?Page={entry}" + (f"&PageToken={token}" if token else "")
    after = f"A?Page={entry + 1}&PageToken={following}" if following else None
    parts = [(each[:1], int(each[1:])) for each in rows.split()]
    receipts = tuple(Row(sid, "sent", at, at) for sid, at in parts)
    return PageState(Arrival(entry=entry), url, after, entry, 2, receipts, url)


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
        # The list has grown, so that it gives other tokens, and its next page repeats a receipt
        # or has later ones, the newest first.
        ("B2 C1", "y", []),
        ("A3 B2", "y", []),
        ("D5 C4", "y", []),
        ("C4 D5", "y", ["listing.url-mismatch"]),
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


def test_two_accounts_in_one_list() -> None:
    """Pages are compared with the first that names an account; each list by itself."""

    def of(entry: int, number: int, *accounts: str, at: str = "A") -> PageState:
        rows = tuple(
            Row(f"DY{entry}{index}", "sent", account=each) for index, each in enumerate(accounts)
        )
        following = f"{at}?Page={number + 1}"
        return page(entry, f"{at}?Page={number}", following)._replace(rows=(None, *rows))

    pages = [
        *(of(0, 0), of(1, 1, "", "AC1"), of(2, 2, "AC1", "AC2"), of(3, 3, "", "AC2", "AC3")),
        *(of(4, 4, ""), of(5, 5, "AC1")),
        *(of(6, 0, "AC3", at="B"), of(7, 1, "AC4", at="B")),
    ]
    found = [
        each
        for each in of_paginations(paginations(pages), [])
        if each.rule == "listing.mixed-accounts"
    ]
    message = "account_sid differs from an earlier page of the list"
    assert [(each.pointer, each.message, place(each).entry) for each in found] == [
        ("/delivery_receipts/2/account_sid", message, 3),
        ("/delivery_receipts/1/account_sid", message, 7),
    ]
    assert [each.other for each in found] == [pages[1].at, pages[6].at]


def by_token(entry: int, number: int, own: str | None, following: str | None) -> PageState:
    """A page by the tokens of its own link and of the next one."""
    url = f"A?Page={number}" + (f"&PageToken={own}" if own else "")
    return page(entry, url, following and f"A?Page={number + 1}&PageToken={following}")


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        # The token of page 0 again, on a page that is not beside it.
        ([(None, "a"), ("a", "b"), ("b", "a"), ("a", None)], [(2, 0)]),
        ([(None, "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("a", None)], [(3, 0)]),
        ([(None, "a"), ("a", "b"), ("b", "c"), ("c", "b"), ("b", "a")], [(3, 1), (4, 0)]),
        # Of neighbours the second leads back to itself; that is another rule's.
        ([(None, "a"), ("a", "a"), ("a", None)], []),
        ([(None, "a"), ("a", "b"), ("b", "b"), ("b", "c")], []),
        ([(None, "a"), ("a", "b"), ("b", "c"), ("c", None)], []),
        ([(None, None), (None, None), (None, None)], []),
        ([(None, "b"), ("x", "c"), ("b", "b"), ("b", None)], []),
        ([(None, "a"), ("a", "b"), ("x", "b"), ("b", None)], []),
        ([(None, "a"), ("a", "b"), ("b", "b"), ("b", "c"), ("c", "a")], [(4, 0)]),
    ],
)
def test_a_token_for_two_pages(
    tokens: list[tuple[str | None, str | None]], expected: list[tuple[int, int]]
) -> None:
    pages = [by_token(number, number, *each) for number, each in enumerate(tokens)]
    found = list(token_reused(ListHistory([Pagination(pages, is_linked=True)], [])))
    message = "next_page_url repeats the PageToken of an earlier one; each page needs its own"
    assert [(each.pointer, each.message) for each in found] == [
        ("/meta/next_page_url", message)
    ] * len(expected)
    assert [(place(each).entry, each.other and each.other.entry) for each in found] == expected


def test_links_without_tokens_and_loops_are_of_other_rules() -> None:
    plain = [page(number, f"A?Page={number}", f"A?Page={number + 1}") for number in range(4)]
    looped = [
        *(by_token(number, number, *each) for number, each in enumerate(((None, "a"), ("a", "b")))),
        by_token(2, 2, "b", "a"),
        page(3, "A?Page=3&PageToken=a", "A?Page=1&PageToken=a"),
    ]
    for pages in (plain, looped):
        assert list(token_reused(ListHistory([Pagination(pages, is_linked=True)], []))) == []


def test_a_token_for_one_page_twice_or_in_a_loop() -> None:
    """A page that was fetched again gives the same link; a loop is another rule's."""
    pages = [
        by_token(entry, *each)
        for entry, each in enumerate(((0, None, "a"), (1, "a", "b"), (0, "c", "a")))
    ]
    assert list(token_reused(ListHistory([Pagination(pages, is_linked=True)], []))) == []
    back = [
        page(0, "A?Page=0", "A?Page=1&PageToken=a"),
        page(1, "A?Page=1&PageToken=a", "A?Page=2&PageToken=b"),
        page(2, "A?Page=2&PageToken=b", "A?Page=1&PageToken=a"),
    ]
    looped, other = (
        Pagination(back, is_linked=True),
        Pagination(
            [
                by_token(number, number, *each)
                for number, each in enumerate(((None, "a"), ("a", "b"), ("b", "a")))
            ],
            is_linked=True,
        ),
    )
    found = list(token_reused(ListHistory([looped, other], [])))
    assert [place(each).entry for each in found] == [2]


@pytest.mark.parametrize(
    ("following", "asked", "is_wrong"),
    [
        ("A?Page=1&PageToken=a", "A?Page=1&PageToken=b", True),
        ("A?Page=1&PageToken=a", "A?Page=1&PageToken=a", False),
        ("A?Page=1&PageToken=a", "A?PageToken=a", False),
        ("A?Page=1&PageToken=a", "A?Page=1", False),
        ("A?Page=1&PageToken=a", None, False),
        ("A?Page=1", "A?Page=1&PageToken=b", False),
    ],
)
def test_a_request_by_another_token_than_was_given(
    following: str, asked: str | None, is_wrong: bool
) -> None:
    """The page that was given answered, although another one was asked for."""
    pages = [page(0, "A?Page=0", following), page(1, following, asked=asked)]
    found = of_paginations([Pagination(pages, is_linked=True)], [])
    message = "PageToken differs from the next_page_url of the page before; follow it unchanged"
    expected = [("listing.url-mismatch", "/meta/url", message, 1, pages[0].at)] if is_wrong else []
    assert [
        (each.rule, each.pointer, each.message, place(each).entry, each.other) for each in found
    ] == expected
