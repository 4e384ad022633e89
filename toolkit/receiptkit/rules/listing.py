"""Rules about the pages of a list, fetched one after the other."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import CAPTURES, LIBRARIES, OPENAPI
from receiptkit.rules.listing_examples import (
    FIRST,
    LIST,
    LOOP,
    LOOP_FREE,
    OVERLAP,
    REUSED,
    two_pages,
)
from receiptkit.rules.registry import rule
from receiptkit.rules.states import Link, ListHistory, PageState, Pagination, Row, token_of


@rule(
    "listing.gap",
    on="list history",
    severity=Severity.WARNING,
    title="a page between two fetched pages is missing",
    why="The capture does not show every receipt, so checks against the whole list "
    "are not reliable.",
    grounding=f"{OPENAPI}, meta.page",
    action="Capture the whole pagination. In a mock: number the pages one by one.",
    good=two_pages({}),
    bad=two_pages(
        {
            "/meta/page": 2,
            "/meta/url": f"{LIST}?PageSize=1&Page=2&PageToken=PT2",
            "/meta/previous_page_url": f"{LIST}?PageSize=1&Page=1&PageToken=PT1",
        }
    ),
)
@rule(
    "listing.size-changed",
    on="list history",
    severity=Severity.WARNING,
    title="PageSize changes in the middle of a pagination",
    why="A page token belongs to one page size. With another size, receipts are "
    "skipped or repeated.",
    grounding=f"{OPENAPI}, PageSize",
    action="Follow next_page_url unchanged.",
    good=two_pages({}),
    bad=two_pages(
        {"/meta/page_size": 5, "/meta/url": f"{LIST}?PageSize=5&Page=1&PageToken=PT1"}
        | {
            "/meta/first_page_url": f"{LIST}?PageSize=5&Page=0",
            "/meta/previous_page_url": f"{LIST}?PageSize=5&Page=0",
        }
    ),
)
@rule(
    "listing.url-mismatch",
    on="list history",
    severity=Severity.WARNING,
    title="the fetched page is not the one that next_page_url named",
    why="The application builds its own links, or the mock's links lead nowhere.",
    grounding=f"{LIBRARIES}; {CAPTURES}",
    action="Follow next_page_url unchanged. In a mock: repeat the requested URL in meta.url.",
    good=two_pages({}),
    bad=two_pages({"/meta/url": f"{LIST}?PageSize=1&Page=1&PageToken=PT7"}),
)
def steps(history: ListHistory) -> Iterator[Problem]:
    """Yield a problem for each page that is not where the page before it links."""
    for own in history.by_list():
        numbers = sorted({page.number for pagination in own for page in pagination.pages})
        for pagination in own:
            for before, page in pairwise(_before_loop(pagination)):
                problem = (
                    _other_request(before, page)
                    if _leads_to(before, page)
                    else _apart(before, page, numbers)
                )
                if problem is not None:
                    yield problem


@rule(
    "listing.loop",
    on="list history",
    severity=Severity.ERROR,
    title="the next links lead back to an earlier page",
    why="Client libraries follow next_page_url until it is null, so this pagination "
    "never ends. A mock that ignores PageToken has this effect.",
    grounding=LIBRARIES,
    action="In a mock: use null for next_page_url on the last page.",
    good=two_pages({}),
    bad=LOOP,
)
def loop(history: ListHistory) -> Iterator[Problem]:
    """Yield a problem for each pagination whose next link leads back."""
    for pagination in history.paginations:
        found = _loop(pagination)
        if found is None:
            continue
        page, back = found
        where = "an earlier page" if back is not page else "this page"
        problem = _problem(page, "next_page_url", f"next_page_url leads back to {where}", back)
        yield problem._replace(severity=None)


def _loop(pagination: Pagination) -> tuple[PageState, PageState] | None:
    """Return the page whose next link leads back and the page it leads to, or None."""
    passed: dict[Link, PageState] = {}
    before: PageState | None = None
    for page in pagination.pages:
        if before is not None and not _leads_to(before, page):
            passed = {}
        passed.update(dict.fromkeys(page.links(), page))
        if page.next is not None and page.next != page.url:
            back = passed.get(Link.of(page.next))
            if back is not None:
                return page, back
        before = page
    return None


def _before_loop(pagination: Pagination) -> list[PageState]:
    """Return the pages up to the one whose next link leads back."""
    found = _loop(pagination)
    return (
        pagination.pages
        if found is None
        else pagination.pages[: pagination.pages.index(found[0]) + 1]
    )


def _leads_to(before: PageState, page: PageState) -> bool:
    """Return True if the next link of a page is that of the page fetched after it."""
    return before.next is not None and Link.of(before.next) in page.links()


def _other_request(before: PageState, page: PageState) -> Problem | None:
    """Return the problem with a page that was requested by another token than given."""
    token, requested = token_of(before.next), token_of(page.requested)
    if token is None or requested is None or token == requested:
        return None
    message = "PageToken differs from the next_page_url of the page before; follow it unchanged"
    return _problem(page, "url", message, before, "listing.url-mismatch")


def _apart(before: PageState, page: PageState, numbers: list[int]) -> Problem | None:
    """Return the problem with a page that is not where the page before it links."""
    if page.size != before.size:
        message = f"page_size changed (was {before.size}); follow next_page_url unchanged"
        return _problem(page, "page_size", message, before, "listing.size-changed")
    if page.number == before.number + 1:
        message = "this is not the page that next_page_url named; follow it unchanged"
        return _problem(page, "url", message, before, "listing.url-mismatch")
    between = bisect_left(numbers, page.number) - bisect_right(numbers, before.number)
    # Where all of them were fetched, it was in another order.
    if between < page.number - before.number - 1:
        first, last = before.number + 1, page.number - 1
        missing = f"page {first} is" if first == last else f"pages {first} to {last} are"
        message = f"{missing} missing: this page {page.number} follows page {before.number}"
        return _problem(page, "page", message, before, "listing.gap")
    return None


@rule(
    "listing.overlap",
    on="list history",
    severity=Severity.ERROR,
    title="a receipt is on two pages of one pagination",
    why="Client libraries return every row of every page, so a recipient is counted "
    "twice. It is only information if the pages are not linked.",
    grounding=f"{LIBRARIES}; {CAPTURES}",
    action="In a mock: give each page its own rows.",
    good=two_pages({}),
    bad=OVERLAP,
)
def overlap(history: ListHistory) -> Iterator[Problem]:
    """Yield a problem for each page with receipts of an earlier page, unless there is a loop."""
    for pagination in history.paginations:
        if _loop(pagination) is None:
            yield from _overlap(pagination)


def _overlap(pagination: Pagination) -> Iterator[Problem]:
    first: dict[str, PageState] = {}
    seen: dict[str, Row] = {}
    for page in pagination.pages:
        again = [
            (index, row.sid)
            for index, row in enumerate(page.rows)
            if row is not None and row.sid in first
        ]
        if again:
            index, sid = again[0]
            more = f" and {len(again) - 1} more" if len(again) > 1 else ""
            are = "are" if more else "is"
            pointer = f"{page.at.pointer}/{page.name}/{index}/sid"
            noun = "receipt" if page.is_of_receipts else "row"
            message = f"this {noun}{more} {are} also on an earlier page"
            is_certain = page.is_of_receipts and pagination.is_linked
            is_certain = is_certain and not _is_shifted(seen, page, len(again))
            severity = None if is_certain else Severity.INFO
            yield Problem(pointer, message, severity=severity, at=page.at, other=first[sid].at)
        for row in page.rows:
            if row is not None:
                first.setdefault(row.sid, page)
                seen.setdefault(row.sid, row)


def _is_shifted(seen: dict[str, Row], page: PageState, count: int) -> bool:
    """
    Return True if receipts that were created in between explain why a page repeats some.

    In a list with the newest first, each of them pushes all others one place further; in any other
    order but the oldest first, those behind it.
    """
    earlier = list(seen)
    changed = max(max(row.created or 0, row.updated or 0) for row in seen.values())
    rows = [
        row.sid if row is not None else ""
        for row in page.rows
        if row is None or row.sid in seen or row.created is None or row.created < changed
    ]
    at = earlier.index(rows[0]) if rows[0] in seen else -1
    is_run = at >= 0 and earlier[at : at + count] == rows[:count]
    return is_run and (count == len(rows) or at + count == len(earlier))


@rule(
    "listing.mixed-accounts",
    on="list history",
    severity=Severity.ERROR,
    title="the pages of one list name two accounts",
    why="The list belongs to one message, and a message to one account. Fixtures of two accounts "
    "make such lists.",
    grounding=f"{OPENAPI}; {CAPTURES}",
    action="In a mock: use the same account on every page.",
    good=two_pages({}),
    bad=two_pages({"/delivery_receipts/0/account_sid": "AC" + "0123456789abcdef" * 2}),
)
def mixed_accounts(history: ListHistory) -> Iterator[Problem]:
    """Yield a problem for each page whose rows name another account than earlier pages."""
    for pagination in history.paginations:
        named = [found for page in pagination.pages for found in _account(page)]
        for page, index, account in named[1:]:
            if account != named[0][2]:
                pointer = f"{page.at.pointer}/{page.name}/{index}/account_sid"
                message = "account_sid differs from an earlier page of the list"
                yield Problem(pointer, message, at=page.at, other=named[0][0].at)


def _account(page: PageState) -> Iterator[tuple[PageState, int, str]]:
    """Yield the page with its first row that names an account, if there is one."""
    for index, row in enumerate(page.rows):
        if row is not None and row.account:
            yield page, index, row.account
            return


@rule(
    "page.token-reused",
    on="list history",
    severity=Severity.WARNING,
    title="two pages have the same PageToken in next_page_url",
    why="A token leads to one place in a list. A mock that gives it twice sends its client "
    "back, or ignores tokens.",
    grounding="observed next_page_url of other Conversations lists",
    action="In a mock: give every page its own token.",
    good=LOOP_FREE,
    bad=REUSED,
)
def token_reused(history: ListHistory) -> Iterator[Problem]:
    """Yield a problem for each page with the next token of an earlier, distant page."""
    for pagination in history.paginations:
        given: dict[str, tuple[int, PageState]] = {}
        for index, page in enumerate(pagination.pages if _loop(pagination) is None else ()):
            token = token_of(page.next)
            # A page that gives its own token leads back to itself.
            if token is None or token == token_of(page.url):
                continue
            earlier, before = given.setdefault(token, (index, page))
            if index - earlier > 1 and page.next != before.next:
                message = (
                    "next_page_url repeats the PageToken of an earlier one; each page needs its own"
                )
                yield _problem(page, "next_page_url", message, before)


@rule(
    "listing.truncated",
    on="list history",
    severity=Severity.INFO,
    title="the capture ends before the list does",
    why="next_page_url was never fetched: the application reads one page only, or the"
    " capture was cut.",
    grounding=CAPTURES,
    action="Ignore it if not all receipts were needed. Otherwise follow next_page_url "
    "until it is null.",
    good=two_pages({}),
    bad=Example(
        "exchange",
        {f"/response/body{at}": value for at, value in FIRST.items()}
        | {"/request/url": FIRST["/meta/url"]},
    ),
)
def truncated(history: ListHistory) -> Iterator[Problem]:
    """Yield a problem for each list whose last pagination in a file ends too early."""
    fetched_in: dict[Link, set[int]] = {}
    for pagination in history.paginations:
        for page in pagination.pages:
            for link in page.links():
                fetched_in.setdefault(link, set()).add(page.at.file)
    for own in history.by_list():
        pages = max((each.pages for each in own), key=lambda pages: pages[-1].at)
        end = pages[-1]
        # A body by itself is no pagination, and of messages the newest are read on purpose.
        if (
            end.next is None
            or not end.is_of_receipts
            or (len(pages) == 1 and end.requested is None)
        ):
            continue
        following = Link.of(end.next)
        elsewhere = fetched_in.get(following, set()) - {end.at.file}
        seen_whole = any(at.file == end.at.file and at > end.at for at in history.whole)
        if (
            not elsewhere
            and not seen_whole
            and not any(following in page.links() for page in pages)
        ):
            yield _problem(
                end,
                "next_page_url",
                "next_page_url was never fetched, so some receipts are missing from this capture",
            )


def _problem(
    page: PageState, member: str, message: str, other: PageState | None = None, rule: str = ""
) -> Problem:
    """Return a problem at a member of meta; lists that change while they are read have less."""
    pointer = f"{page.at.pointer}/meta/{member}"
    severity = None if page.is_of_receipts else Severity.INFO
    other_at = other.at if other else None
    return Problem(pointer, message, rule=rule, severity=severity, at=page.at, other=other_at)
