"""Rules about the pages of a list, one after the other: a walk along its next links."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.rule import CAPTURES, LIBRARIES, OPENAPI, Rule
from receiptkit.rules.states import Arrival, Found, Page, Row
from receiptkit.text.forms import decode_query

_LIST = sample("page")["meta"]["url"].partition("?")[0]
_OTHER = "DY" + "0123456789abcdef" * 2
_FIRST: dict[str, Any] = {
    "/meta/page_size": 1,
    "/meta/url": f"{_LIST}?PageSize=1&Page=0",
    "/meta/first_page_url": f"{_LIST}?PageSize=1&Page=0",
    "/meta/next_page_url": f"{_LIST}?PageSize=1&Page=1&PageToken=PT1",
}
_SECOND: dict[str, Any] = {
    **_FIRST,
    "/meta/page": 1,
    "/meta/url": _FIRST["/meta/next_page_url"],
    "/meta/previous_page_url": f"{_LIST}?PageSize=1&Page=0&PageToken=PT0",
    "/meta/next_page_url": None,
    "/delivery_receipts/0/sid": _OTHER,
    "/delivery_receipts/0/url": f"{_LIST}/{_OTHER}",
}


def _walked(later: dict[str, Any]) -> Example:
    """Two pages of a list, with changes to the second one."""
    return Example("page", _FIRST, then=Example("page", {**_SECOND, **later}))


RULES = (
    Rule(
        id="listing.loop",
        severity=Severity.ERROR,
        title="the next links lead back to a page of the same walk",
        why="Client libraries follow next_page_url until it is null: this walk has no end. A mock that ignores the token does so, too.",
        grounding=LIBRARIES,
        action="In a mock: let the last page have next_page_url null.",
        good=_walked({}),
        bad=_walked({"/meta/next_page_url": _FIRST["/meta/url"]}),
        across=True,
    ),
    Rule(
        id="listing.overlap",
        severity=Severity.ERROR,
        title="a receipt stands on two pages of one walk",
        why="Client libraries hand out every row of every page: its consumer counts a recipient twice. Where the pages are not linked, it "
        "may be another walk, and this is information.",
        grounding=f"{LIBRARIES}; {CAPTURES}",
        action="In a mock: give each page rows of its own.",
        good=_walked({}),
        bad=_walked(
            {f"/delivery_receipts/0/{name}": sample("receipt")[name] for name in ("sid", "url")}
        ),
        across=True,
    ),
    Rule(
        id="listing.gap",
        severity=Severity.WARNING,
        title="a page between two pages of a walk is missing",
        why="The capture does not show every receipt; what is told of all of them may be wrong.",
        grounding=f"{OPENAPI}, meta.page",
        action="Capture the whole walk. In a mock: number the pages one by one.",
        good=_walked({}),
        bad=_walked({"/meta/page": 2, "/meta/url": f"{_LIST}?PageSize=1&Page=2&PageToken=PT2"}),
        across=True,
    ),
    Rule(
        id="listing.size-changed",
        severity=Severity.WARNING,
        title="PageSize changes in the middle of a walk",
        why="A page token counts in pages of its own walk; with another size receipts are skipped or come twice.",
        grounding=f"{OPENAPI}, PageSize",
        action="Follow next_page_url as it is.",
        good=_walked({}),
        bad=_walked(
            {"/meta/page_size": 5, "/meta/url": f"{_LIST}?PageSize=5&Page=1&PageToken=PT1"}
            | {
                "/meta/first_page_url": f"{_LIST}?PageSize=5&Page=0",
                "/meta/previous_page_url": f"{_LIST}?PageSize=5&Page=0",
            }
        ),
        across=True,
    ),
    Rule(
        id="listing.url-mismatch",
        severity=Severity.WARNING,
        title="next_page_url is not the link of the page after it",
        why="Consumers that make links of their own, or mocks whose links lead nowhere. Following them would have led elsewhere.",
        grounding=f"{LIBRARIES}; {CAPTURES}",
        action="Follow next_page_url as it is. In a mock: let meta.url repeat what was asked for.",
        good=_walked({}),
        bad=_walked({"/meta/url": f"{_LIST}?PageSize=1&Page=1&PageToken=PT7"}),
        across=True,
    ),
    Rule(
        id="listing.truncated",
        severity=Severity.INFO,
        title="the capture ends before the list does",
        why="There is a next_page_url, and nobody followed it: a consumer that reads one page only, or a capture that was cut.",
        grounding=CAPTURES,
        action="Nothing, if not all receipts were wanted. Otherwise follow next_page_url until it is null.",
        good=_walked({}),
        bad=Example(
            "exchange",
            {f"/response/body{at}": value for at, value in _FIRST.items()}
            | {"/request/url": _FIRST["/meta/url"]},
        ),
        across=True,
    ),
)

#: Path, query parameters in any order.
Link = tuple[str, tuple[tuple[str, str], ...]]


class Pagination(NamedTuple):
    """
    Pages of a list in the order in which they were fetched.

    Attributes:
        pages: the pages.
        is_linked: whether it began with page 0, and each page is where the one before it said.
    """

    pages: list[Page]
    is_linked: bool

    @property
    def is_complete(self) -> bool:
        """Whether it holds the whole list."""
        return self.is_linked and self.pages[-1].next is None

    @property
    def rows(self) -> list[Row | None]:
        return [row for page in self.pages for row in page.rows]


def paginations(pages: list[Page]) -> list[Pagination]:
    """The walks that pages of one message make, those of each file and each list apart; fetching an earlier page again begins a new one."""
    found: list[Pagination] = []
    in_files = sorted(pages, key=lambda page: (page.at.file, _link(page.url)[0], page.at))
    for _, fetched in groupby(in_files, key=lambda page: (page.at.file, _link(page.url)[0])):
        found += _of_one_list(fetched)
    return found


def _of_one_list(pages: Iterator[Page]) -> list[Pagination]:
    found: list[list[Page]] = []
    broken: set[int] = set()
    #: The walk that goes on at a link.
    waiting: dict[Link, int] = {}
    seen: set[Link] = set()
    for page in pages:
        at = _goes_on(page, waiting)
        if at is None and _is_further(page, found, seen):
            at = len(found) - 1
            broken.add(at)
            # Whoever comes back to where it broke off begins another walk.
            waiting.pop(_link(found[at][-1].next or ""), None)
        if at is None:
            at = len(found)
            found.append([])
        found[at].append(page)
        seen.update(_links(page))
        if page.next is not None:
            waiting[_link(page.next)] = at
    return [
        Pagination(walk, walk[0].number == 0 and number not in broken)
        for number, walk in enumerate(found)
    ]


def _goes_on(page: Page, waiting: dict[Link, int]) -> int | None:
    """The walk that a page goes on with: by what was asked for, or by its own link. Page 0 by its own link begins another one."""
    asked = waiting.pop(_link(page.asked), None) if page.asked is not None else None
    own = waiting.pop(_link(page.url), None) if page.number > 0 else None
    return asked if asked is not None else own


def _is_further(page: Page, found: list[list[Page]], seen: set[Link]) -> bool:
    """Whether a page may be one of the last walk, though not the next."""
    if not found or _link(page.url) in seen:
        return False
    last = found[-1][-1]
    return last.next is not None and last.number < page.number


def of_paginations(walked: list[Pagination], whole: list[Arrival]) -> Iterator[Found]:
    """
    What is wrong within walks along the lists of one message, and whether the last one of each file comes to its end.

    Args:
        walked: the walks.
        whole: where the whole list was seen on one page.
    """
    fetched_in: dict[Link, set[int]] = {}
    for page in (page for walk in walked for page in walk.pages):
        for link in _links(page):
            fetched_in.setdefault(link, set()).add(page.at.file)
    for _, each in groupby(
        walked, key=lambda walk: (walk.pages[0].at.file, _link(walk.pages[0].url)[0])
    ):
        own = list(each)
        numbers = sorted({page.number for walk in own for page in walk.pages})
        for walk in own:
            wrong = list(_steps(walk, numbers))
            yield from wrong
            if not any(each.problem.rule == "listing.loop" for each in wrong):
                yield from _overlap(walk)
        last = max((walk.pages for walk in own), key=lambda pages: pages[-1].at)
        end = last[-1]
        if len(last) == 1 and end.asked is None:
            # A body is no walk.
            continue
        if any(at.file == end.at.file and at > end.at for at in whole):
            continue
        if end.next is None or fetched_in.get(_link(end.next), set()) - {end.at.file}:
            continue
        if not any(_link(end.next) in _links(page) for page in last):
            yield _found(
                "listing.truncated",
                end,
                "next_page_url",
                "nobody followed it: there are more receipts",
            )


def _steps(walk: Pagination, numbers: list[int]) -> Iterator[Found]:
    """What is wrong between pages; `numbers` are those of all pages that were fetched of this list."""
    passed: dict[Link, Page] = {}
    before: Page | None = None
    for page in walk.pages:
        if before is not None and (before.next is None or _link(before.next) not in _links(page)):
            yield from _apart(before, page, numbers)
            passed = {}
        passed.update(dict.fromkeys(_links(page), page))
        back = (
            passed.get(_link(page.next))
            if page.next is not None and page.next != page.url
            else None
        )
        if back is not None:
            where = (
                "a page of the same walk"
                if back is not page
                else "this page, which was the answer to it"
            )
            yield _found("listing.loop", page, "next_page_url", f"leads back to {where}", back)
            return
        before = page


def _apart(before: Page, page: Page, numbers: list[int]) -> Iterator[Found]:
    """What is wrong with a page that is not where the one before it said."""
    if page.size != before.size:
        yield _found(
            "listing.size-changed",
            page,
            "page_size",
            f"is not {before.size}, as on the page before",
            before,
        )
    elif page.number == before.number + 1:
        yield _found(
            "listing.url-mismatch",
            page,
            "url",
            "is not the next_page_url of the page before",
            before,
        )
    elif (
        bisect_left(numbers, page.number) - bisect_right(numbers, before.number)
        < page.number - before.number - 1
    ):
        # Where all of them were fetched, it was in another order.
        yield _found(
            "listing.gap",
            page,
            "page",
            f"follows page {before.number}: what is between them is missing",
            before,
        )


def _overlap(walk: Pagination) -> Iterator[Found]:
    first: dict[str, Page] = {}
    for page in walk.pages:
        twice = [
            (index, row.sid)
            for index, row in enumerate(page.rows)
            if row is not None and row.sid in first
        ]
        if twice:
            index, sid = twice[0]
            more = f", and {len(twice) - 1} more" if len(twice) > 1 else ""
            severity = None if walk.is_linked else Severity.INFO
            pointer = f"{page.at.pointer}/delivery_receipts/{index}/sid"
            message = f"this receipt{more} stands on an earlier page of the walk, too"
            yield Found(
                page.at,
                Problem(pointer, message, rule="listing.overlap", severity=severity),
                first[sid].at,
            )
        for row in page.rows:
            if row is not None:
                first.setdefault(row.sid, page)


def _links(page: Page) -> set[Link]:
    """Where a page is: by its own link, and by what was asked for."""
    return (
        {_link(page.url)}
        if page.asked is None or page.asked == page.url
        else {_link(page.url), _link(page.asked)}
    )


def _link(url: str) -> Link:
    place = url.partition("#")[0].partition("?")[0]
    return place, tuple(sorted((item.name, item.value) for item in decode_query(url)))


def _found(rule: str, page: Page, member: str, message: str, other: Page | None = None) -> Found:
    return Found(
        page.at,
        Problem(f"{page.at.pointer}/meta/{member}", message, rule=rule),
        other.at if other else None,
    )
