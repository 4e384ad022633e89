"""Rules about one page of the list."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.receipt import PARENTS, in_lists, of_receipt
from receiptkit.rules.rule import CAPTURES, GUIDE, LIBRARIES, OPENAPI, Rule
from receiptkit.text.forms import decode_query

_NEXT = "https://conversations.twilio.com/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829/Messages/IM3f714c9d6e80a1b2c3d4e5f60718293a/Receipts"

_DY = "DY" + "0123456789abcdef" * 2
_SECOND = {**sample("receipt"), "sid": _DY, "url": f"{_NEXT}/{_DY}"}
_STRANGER = {**_SECOND, "account_sid": "ACd1b2a3948576675849302010fedcba98"}
_SIZE_ONE = {
    "/meta/page_size": 1,
    "/meta/url": f"{_NEXT}?PageSize=1&Page=0",
    "/meta/first_page_url": f"{_NEXT}?PageSize=1&Page=0",
}
_SECOND_PAGE = {"/meta/page": 1, "/meta/url": f"{_NEXT}?PageSize=50&Page=1&PageToken=PT50"}
_SID = itemgetter("sid")


def _linked(query: str) -> Example:
    """A page of one row, which is full, and the query of its next page."""
    return Example("page", {**_SIZE_ONE, "/meta/next_page_url": f"{_NEXT}?{query}"})


RULES = (
    Rule(
        id="page.key",
        severity=Severity.ERROR,
        title="meta.key is not `delivery_receipts`",
        why="The Python and Node libraries look the rows up by this name: with another one they raise or find nothing.",
        grounding=f"{CAPTURES}; {LIBRARIES}",
        action="In a mock: delivery_receipts.",
        good=Example("page"),
        bad=Example("page", {"/meta/key": "receipts"}),
    ),
    Rule(
        id="page.too-many-rows",
        severity=Severity.ERROR,
        title="more rows than meta.page_size",
        why="A mock that ignores PageSize never shows its consumer a second page.",
        grounding=OPENAPI,
        action="In a mock: cut the rows at page_size and link the rest with next_page_url.",
        good=Example("page", _SIZE_ONE),
        bad=Example("page", {**_SIZE_ONE, "/delivery_receipts/-": _SECOND}),
    ),
    Rule(
        id="page.duplicate-receipt",
        severity=Severity.WARNING,
        title="the same receipt twice on one page",
        why="There is one receipt for each recipient. Twilio's own samples repeat one three times, so it is no error.",
        grounding=CAPTURES,
        action="In a mock: give every receipt a SID of its own.",
        good=Example("page"),
        bad=Example("page", {"/delivery_receipts/-": sample("receipt")}),
    ),
    Rule(
        id="page.first-url",
        severity=Severity.WARNING,
        title="first_page_url does not ask for page 0",
        why="It ends in Page=0 in every page seen.",
        grounding=CAPTURES,
        action="In a mock: …/Receipts?PageSize=50&Page=0.",
        good=Example("page"),
        bad=Example("page", {"/meta/first_page_url": f"{_NEXT}?PageSize=50&Page=1"}),
    ),
    Rule(
        id="page.previous-on-first",
        severity=Severity.WARNING,
        title="the first page has a previous page",
        why="Only an old sample of the guide has it; a client paging backwards would not stop.",
        grounding=f"{CAPTURES}; {OPENAPI}, examples",
        action="In a mock: null on page 0.",
        good=Example("page"),
        bad=Example("page", {"/meta/previous_page_url": f"{_NEXT}?PageSize=50&Page=0"}),
    ),
    Rule(
        id="page.previous-missing",
        severity=Severity.WARNING,
        title="a later page has no previous page",
        why="Every page but the first links back.",
        grounding=OPENAPI,
        action="In a mock: link the page before.",
        good=Example(
            "page",
            {
                **_SECOND_PAGE,
                "/meta/previous_page_url": f"{_NEXT}?PageSize=50&Page=0&PageToken=PT0",
            },
        ),
        bad=Example("page", _SECOND_PAGE),
    ),
    Rule(
        id="page.next-without-token",
        severity=Severity.WARNING,
        title="next_page_url has no PageToken",
        why="Page alone is refused with 400 / 20001, so such a link leads nowhere.",
        grounding="twilio-python issue 395; observed next_page_url of other Conversations lists",
        action="In a mock: …&Page=1&PageToken=PT…",
        good=_linked("PageSize=1&Page=1&PageToken=PT1"),
        bad=_linked("PageSize=1&Page=1"),
    ),
    Rule(
        id="page.next-is-self",
        severity=Severity.ERROR,
        title="next_page_url is the page itself",
        why="A client follows it for ever: the libraries stop only where next_page_url is null.",
        grounding=LIBRARIES,
        action="In a mock: null on the last page, the next page's URL on others.",
        good=_linked("PageSize=1&Page=1&PageToken=PT1"),
        bad=_linked("PageSize=1&Page=0"),
        supersedes=("page.next-without-token", "page.next-index", "page.next-on-short-page"),
    ),
    Rule(
        id="page.next-elsewhere",
        severity=Severity.ERROR,
        title="next_page_url is of another list",
        why="The next page has the same host, path and PageSize. Ruby's library ignores the host, the others follow it with the credentials.",
        grounding=f"{LIBRARIES}; observed next_page_url of other Conversations lists",
        action="In a mock: take the page's own url, and change Page and PageToken.",
        good=_linked("PageSize=1&Page=1&PageToken=PT1"),
        bad=_linked("PageSize=2&Page=1&PageToken=PT1"),
        supersedes=("page.next-without-token", "page.next-index", "page.next-on-short-page"),
    ),
    Rule(
        id="page.next-index",
        severity=Severity.WARNING,
        title="next_page_url does not lead to the next page",
        why="Page counts up by one. It is kept for the client, the token decides; so it is no error.",
        grounding=f"{OPENAPI}; observed next_page_url of other Conversations lists",
        action="In a mock: Page is meta.page + 1.",
        good=_linked("PageSize=1&Page=1&PageToken=PT1"),
        bad=_linked("PageSize=1&Page=2&PageToken=PT2"),
    ),
    Rule(
        id="page.next-on-short-page",
        severity=Severity.WARNING,
        title="a page that is not full has a next page",
        why="A list goes on where a page is full. A sample of the guide shows 3 of 50 rows and a next page.",
        grounding=f"{CAPTURES}; {GUIDE}",
        action="In a mock: null where there are fewer rows than meta.page_size.",
        good=_linked("PageSize=1&Page=1&PageToken=PT1"),
        bad=Example("page", {"/meta/next_page_url": f"{_NEXT}?PageSize=50&Page=1&PageToken=PT50"}),
    ),
    Rule(
        id="page.url-mismatch",
        severity=Severity.WARNING,
        title="the page's url disagrees with its page or page_size",
        why="meta says the same twice. Which of the two a consumer reads must not matter.",
        grounding=f"{OPENAPI}; {CAPTURES}",
        action="In a mock: build url from page and page_size.",
        good=Example("page"),
        bad=Example("page", {"/meta/page_size": 20}),
    ),
    Rule(
        id="page.mixed-parents",
        severity=Severity.ERROR,
        title="rows of different accounts, services, conversations or messages",
        why="The list is that of one message. Generators that fill each row by itself make such pages.",
        grounding=f"{OPENAPI}; {CAPTURES}",
        action="In a mock: the same account, conversation and message in every row.",
        good=Example("page"),
        bad=Example("page", {"/delivery_receipts/-": _STRANGER}),
    ),
)


def too_many_rows(page: dict[str, Any]) -> Iterator[Problem]:
    """More rows than the page says it holds at the most."""
    meta, rows = page.get("meta"), page.get("delivery_receipts")
    if not isinstance(meta, dict) or not isinstance(rows, list):
        return
    size = meta.get("page_size")
    if isinstance(size, int) and not isinstance(size, bool) and 0 < size < len(rows):
        message = f"{len(rows)} rows, but meta.page_size is {size}"
        yield Problem(
            "/delivery_receipts", message, rule="page.too-many-rows", reads=("/meta/page_size",)
        )


def duplicate_receipt(page: dict[str, Any]) -> Iterator[Problem]:
    """A receipt that stands on the page twice, by its SID; each repetition is one breach."""
    rows = page.get("delivery_receipts")
    if not isinstance(rows, list):
        return
    try:
        if len(set(map(_SID, rows))) == len(rows):
            return
    except (TypeError, KeyError):
        # Rows that are no receipts: the schema says so, the others are still compared.
        pass
    first: dict[str, int] = {}
    for index, row in enumerate(rows):
        sid = row.get("sid") if isinstance(row, dict) else None
        if isinstance(sid, str) and first.setdefault(sid, index) != index:
            message = "a receipt that is already on this page"
            yield Problem(
                f"/delivery_receipts/{index}/sid", message, rule="page.duplicate-receipt", value=sid
            )


def links(page: dict[str, Any]) -> Iterator[Problem]:
    """What is wrong between the links of a page and what its meta says."""
    meta, rows = page.get("meta"), page.get("delivery_receipts")
    if not isinstance(meta, dict):
        return
    url, next_url = meta.get("url"), meta.get("next_page_url")
    if (
        next_url is None
        and isinstance(url, str)
        and url.endswith(f"?PageSize={meta.get('page_size')}&Page={meta.get('page')}")
    ):
        # Almost every page: the only one of its list.
        return
    asked = _asked(url) if isinstance(url, str) else {}
    for name, member in (("Page", "page"), ("PageSize", "page_size")):
        if _number(meta.get(member)) and asked.get(name, str(meta[member])) != str(meta[member]):
            message = f"{name} is not meta.{member}, {meta[member]}"
            yield Problem(
                "/meta/url",
                message,
                rule="page.url-mismatch",
                value=url,
                reads=(f"/meta/{member}",),
            )
    if isinstance(next_url, str):
        yield from _next(
            meta,
            next_url,
            url if isinstance(url, str) else None,
            len(rows) if isinstance(rows, list) else None,
        )


def _next(
    meta: dict[str, Any], next_url: str, url: str | None, count: int | None
) -> Iterator[Problem]:
    at = "/meta/next_page_url"
    asked = _asked(next_url)
    if next_url == url:
        yield Problem(
            at,
            "is the page itself: a client follows it for ever",
            rule="page.next-is-self",
            value=next_url,
        )
    elif url is not None and _place(next_url) != _place(url):
        yield Problem(
            at,
            "has another host or path than the page itself",
            rule="page.next-elsewhere",
            value=next_url,
        )
    elif url is not None and _asked(url).get("PageSize", asked.get("PageSize")) != asked.get(
        "PageSize"
    ):
        yield Problem(
            at,
            "has another PageSize than the page itself",
            rule="page.next-elsewhere",
            value=next_url,
        )
    number, size = meta.get("page"), meta.get("page_size")
    if isinstance(number, int) and asked.get("Page", str(number + 1)) != str(number + 1):
        yield Problem(
            at,
            f"does not lead to page {number + 1}",
            rule="page.next-index",
            value=next_url,
            reads=("/meta/page",),
        )
    if isinstance(size, int) and count is not None and count < size:
        yield Problem(
            at,
            f"although there are {count} rows of {size}",
            rule="page.next-on-short-page",
            value=next_url,
            reads=("/meta/page_size",),
        )


def rows(page: dict[str, Any]) -> Iterator[Problem]:
    """What is wrong with single rows, and between them."""
    rows = page.get("delivery_receipts")
    if not isinstance(rows, list) or are_one_list(rows):
        return
    first = rows[0] if isinstance(rows[0], dict) else {}
    mixed: set[str] = set()
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            continue
        at = f"/delivery_receipts/{index}"
        yield from of_receipt(row, at)
        for member in PARENTS:
            here, there = row.get(member), first.get(member)
            if (
                member not in mixed
                and isinstance(here, str)
                and isinstance(there, str)
                and here != there
            ):
                mixed.add(member)
                rests_on = (f"/delivery_receipts/0/{member}",)
                yield Problem(
                    f"{at}/{member}",
                    "is not that of the first row",
                    rule="page.mixed-parents",
                    value=here,
                    reads=rests_on,
                )


def are_one_list(rows: list[Any]) -> bool:
    """Whether rows are surely such a list as `receipt.in_lists` makes, or none at all."""
    return not rows or len(in_lists(rows) or ()) == 1


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _asked(url: str) -> dict[str, str]:
    return {item.name: item.value for item in decode_query(url)}


def _place(url: str) -> str:
    return url.partition("#")[0].partition("?")[0]
