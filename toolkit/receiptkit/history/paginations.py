"""Group the pages of lists into paginations."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from receiptkit.rules.states import Link, PageState, Pagination, token_of


def paginations(pages: list[PageState]) -> list[Pagination]:
    """
    Return the paginations that pages of one message make, those of each file and list apart.

    Fetching an earlier page again begins a new pagination.
    """
    found: list[Pagination] = []
    in_files = sorted(pages, key=lambda page: (page.at.file, Link.of(page.url).address, page.at))
    for _, fetched in groupby(in_files, key=lambda page: (page.at.file, Link.of(page.url).address)):
        found += _of_one_list(fetched)
    return found


def _of_one_list(pages: Iterator[PageState]) -> list[Pagination]:
    found: list[list[PageState]] = []
    broken: set[int] = set()
    #: The pagination that goes on at a link.
    waiting: dict[Link, int] = {}
    seen: set[Link] = set()
    #: The links by which clients go back.
    back: set[Link] = set()
    for page in pages:
        at = _continued(page, waiting)
        if at is None and page.links().isdisjoint(back) and _is_further(page, found, seen):
            at = len(found) - 1
            broken.add(at)
            # A client that comes back to where it broke off begins another pagination.
            waiting.pop(Link.of(found[at][-1].next or ""), None)
        if at is None:
            at = len(found)
            found.append([])
        found[at].append(page)
        seen.update(page.links())
        if page.previous is not None:
            back.add(Link.of(page.previous))
        if page.next is not None:
            waiting[Link.of(page.next)] = at
    return [
        Pagination(pages, pages[0].number == 0 and number not in broken)
        for number, pages in enumerate(found)
    ]


def _continued(page: PageState, waiting: dict[Link, int]) -> int | None:
    """
    Return the pagination that a page continues, by the requested URL or by its own link.

    Page 0 by its own link begins another one.
    """
    requested = waiting.pop(Link.of(page.requested), None) if page.requested is not None else None
    own = waiting.pop(Link.of(page.url), None) if page.number > 0 else None
    return requested if requested is not None else own


def _is_further(page: PageState, found: list[list[PageState]], seen: set[Link]) -> bool:
    """Return True if a page may be of the last pagination, though not its next page."""
    if not found or Link.of(page.url) in seen:
        return False
    last = found[-1][-1]
    if last.next is None or last.number >= page.number:
        return False
    token, given = token_of(page.url), token_of(last.next)
    if token == given:
        # A client that changes the size sends the same token; another pagination has another token.
        return True
    # A list that has grown gives other tokens. On the page after it, it repeats a receipt, or has
    # later ones. This page is of a pagination whose first page was not seen.
    is_given = token is not None and given is not None
    has_grown = (
        is_given
        and page.number == last.number + 1
        and (_repeats(page, last) or _is_newer(page, last))
    )
    return page.size == last.size and not has_grown


def _repeats(page: PageState, before: PageState) -> bool:
    """Return True if a page has a receipt of the page before it."""
    own = {row.sid for row in page.rows if row is not None}
    return any(row is not None and row.sid in own for row in before.rows)


def _is_newer(page: PageState, before: PageState) -> bool:
    """
    Return True if the receipts of a page were created after those of the page before it, in a list
    with the newest first.
    """
    own, others = (
        [row.created for row in each.rows if row is not None and row.created is not None]
        for each in (page, before)
    )
    is_newest_first = all(each == sorted(each, reverse=True) for each in (own, others))
    return is_newest_first and bool(own and others) and min(own) > max(others)
