"""Rules about one page of the list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from operator import itemgetter
from typing import Any, TypeGuard

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.grounds import CAPTURES, GUIDE, LIBRARIES, OPENAPI
from receiptkit.rules.links import address_of, query_of
from receiptkit.rules.registry import rule
from receiptkit.rules.states import Link
from receiptkit.rules.views import link_of, meta_of, rows_of

_NEXT = sample("page")["meta"]["url"].partition("?")[0]

_DY = "DY" + "0123456789abcdef" * 2
_SECOND = {**sample("receipt"), "sid": _DY, "url": f"{_NEXT}/{_DY}"}
_STRANGER = {**_SECOND, "account_sid": "ACd1b2a3948576675849302010fedcba98"}
_SIZE_ONE = {
    "/meta/page_size": 1,
    "/meta/url": f"{_NEXT}?PageSize=1&Page=0",
    "/meta/first_page_url": f"{_NEXT}?PageSize=1&Page=0",
}
_SECOND_PAGE = {"/meta/page": 1, "/meta/url": f"{_NEXT}?PageSize=50&Page=1&PageToken=PT50"}
_NEXT_POINTER = "/meta/next_page_url"
_SID = itemgetter("sid")
#: What all receipts of a message have in common.
_PARENTS = ("account_sid", "chat_service_sid", "conversation_sid", "message_sid")


def _linked(query: str) -> Example:
    """Return a page of one row, which is full, with the query of its next page."""
    return Example("page", {**_SIZE_ONE, "/meta/next_page_url": f"{_NEXT}?{query}"})


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


rule(
    "page.key",
    on="page",
    severity=Severity.ERROR,
    title="meta.key is not `delivery_receipts`",
    why="The Python and Node.js libraries look up the rows by this name. With another"
    " one they raise, or find nothing.",
    grounding=f"{CAPTURES}; {LIBRARIES}",
    action="In a mock: use delivery_receipts.",
    good=Example("page"),
    bad=Example("page", {"/meta/key": "receipts"}),
)


@rule(
    "page.too-many-rows",
    on="page",
    severity=Severity.ERROR,
    title="the page has more rows than meta.page_size",
    why="A mock that ignores PageSize never makes its application read a second page.",
    grounding=OPENAPI,
    action="In a mock: return at most page_size rows, and link the rest with next_page_url.",
    good=Example("page", _SIZE_ONE),
    bad=Example("page", {**_SIZE_ONE, "/delivery_receipts/-": _SECOND}),
)
def too_many_rows(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for a page with more rows than its page_size."""
    rows, size = rows_of(page), meta_of(page).get("page_size")
    if _is_number(size) and 0 < size < len(rows):
        message = f"the page has {len(rows)} rows, more than meta.page_size ({size})"
        yield Problem("/delivery_receipts", message, reads=("/meta/page_size",))


@rule(
    "page.duplicate-receipt",
    on="page",
    severity=Severity.WARNING,
    title="the page lists the same receipt twice",
    why="There is one receipt for each recipient. Twilio's own samples repeat one "
    "three times, so this is a warning.",
    grounding=CAPTURES,
    action="In a mock: give every receipt its own SID.",
    good=Example("page"),
    bad=Example("page", {"/delivery_receipts/-": sample("receipt")}),
)
def duplicate_receipt(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each row whose SID an earlier row of the page has."""
    rows = rows_of(page)
    # Most rows are objects that have one; this is quick, and the rest decides.
    with suppress(KeyError, TypeError):
        if len(set(map(_SID, rows))) == len(rows):
            return
    first: dict[str, int] = {}
    for index, row in enumerate(rows):
        sid = row.get("sid") if isinstance(row, dict) else None
        if isinstance(sid, str) and first.setdefault(sid, index) != index:
            message = f"the row has the same sid as row {first[sid]} of this page"
            yield Problem(f"/delivery_receipts/{index}/sid", message, value=sid)


rule(
    "page.uri",
    on="page",
    severity=Severity.WARNING,
    title="the page has a field uri, which only older Twilio APIs have",
    why="The Java library takes a body with uri for a page of the API of 2010, and fails on it.",
    grounding=LIBRARIES,
    action="In a mock: leave it out. The page's own link is meta.url.",
    good=Example("page"),
    bad=Example("page", {"/uri": "/v1/Conversations"}),
    supersedes=("schema.additional-properties",),
)

rule(
    "page.first-url",
    on="page",
    severity=Severity.WARNING,
    title="first_page_url does not lead to page 0",
    message="first_page_url must have Page=0",
    why="It ends in Page=0 on every captured page.",
    grounding=CAPTURES,
    action="In a mock: use …/Receipts?PageSize=50&Page=0.",
    good=Example("page"),
    bad=Example("page", {"/meta/first_page_url": f"{_NEXT}?PageSize=50&Page=1"}),
)

rule(
    "page.previous-on-first",
    on="page",
    severity=Severity.WARNING,
    title="previous_page_url is set on the first page",
    why="Only an old sample of the guide has this. A client that pages backwards would not stop.",
    grounding=f"{CAPTURES}; {OPENAPI}, examples",
    action="In a mock: use null on page 0.",
    good=Example("page"),
    bad=Example("page", {"/meta/previous_page_url": f"{_NEXT}?PageSize=50&Page=0"}),
)

rule(
    "page.previous-missing",
    on="page",
    severity=Severity.WARNING,
    title="previous_page_url is null on a later page",
    message="previous_page_url is null, but this is not page 0",
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
)

rule(
    "page.next-without-token",
    on="page",
    severity=Severity.WARNING,
    title="next_page_url has no PageToken",
    why="The API refuses Page alone with 400 and code 20001, so such a link fails.",
    grounding="twilio-python issue 395; observed next_page_url of other Conversations lists",
    action="In a mock: use …&Page=1&PageToken=PT…",
    good=_linked("PageSize=1&Page=1&PageToken=PT1"),
    bad=_linked("PageSize=1&Page=1"),
)


@rule(
    "page.next-is-self",
    on="page",
    severity=Severity.ERROR,
    title="next_page_url leads back to this page",
    why="Client libraries follow next_page_url until it is null, so this never ends.",
    grounding=LIBRARIES,
    action="In a mock: use null on the last page, and the URL of the next page on others.",
    good=_linked("PageSize=1&Page=1&PageToken=PT1"),
    bad=_linked("PageSize=1&Page=0"),
    supersedes=("page.next-without-token", "page.next-index", "page.next-on-short-page"),
)
def next_is_self(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for a page whose next link is its own."""
    own, following = link_of(page, "url"), link_of(page, "next_page_url")
    if own is None or following is None:
        return
    token = query_of(own).get("PageToken")
    if Link.of(following) == Link.of(own) or (
        token and query_of(following).get("PageToken") == token
    ):
        message = "next_page_url leads back to this page; clients follow it for ever"
        yield Problem(_NEXT_POINTER, message, value=following)


@rule(
    "page.next-elsewhere",
    on="page",
    severity=Severity.ERROR,
    title="next_page_url leads to another list or server",
    why="The next page has the same host, path and PageSize. Most client libraries "
    "follow the link with their credentials.",
    grounding=f"{LIBRARIES}; observed next_page_url of other Conversations lists",
    action="In a mock: take the page's own url, and change only Page and PageToken.",
    good=_linked("PageSize=1&Page=1&PageToken=PT1"),
    bad=_linked("PageSize=2&Page=1&PageToken=PT1"),
    supersedes=("page.next-without-token", "page.next-index", "page.next-on-short-page"),
)
def next_elsewhere(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for a next link to another host, path or PageSize."""
    own, following = link_of(page, "url"), link_of(page, "next_page_url")
    if own is None or following is None or own == following:
        return
    if address_of(following) != address_of(own):
        message = "scheme, host or path of next_page_url differs from meta.url"
        yield Problem(_NEXT_POINTER, message, value=following)
        return
    size = query_of(following).get("PageSize")
    if query_of(own).get("PageSize", size) != size:
        message = "PageSize in next_page_url differs from meta.url"
        yield Problem(_NEXT_POINTER, message, value=following)


@rule(
    "page.next-index",
    on="page",
    severity=Severity.WARNING,
    title="next_page_url does not lead to the next page",
    why="Page counts up by one. The token decides which page is returned, so this is a warning.",
    grounding=f"{OPENAPI}; observed next_page_url of other Conversations lists",
    action="In a mock: use meta.page + 1 for Page.",
    good=_linked("PageSize=1&Page=1&PageToken=PT1"),
    bad=_linked("PageSize=1&Page=2&PageToken=PT2"),
)
def next_index(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for a next link that skips a page."""
    number, following = meta_of(page).get("page"), link_of(page, "next_page_url")
    if following is None or not isinstance(number, int):
        return
    if query_of(following).get("Page", str(number + 1)) != str(number + 1):
        message = f"next_page_url must have Page={number + 1} (meta.page + 1)"
        yield Problem(_NEXT_POINTER, message, value=following, reads=("/meta/page",))


@rule(
    "page.next-on-short-page",
    on="page",
    severity=Severity.WARNING,
    title="next_page_url is set, but the page is not full",
    why="A list continues only after a full page. One sample of the guide has 3 of 50"
    " rows and a next page.",
    grounding=f"{CAPTURES}; {GUIDE}",
    action="In a mock: use null if there are fewer rows than meta.page_size.",
    good=_linked("PageSize=1&Page=1&PageToken=PT1"),
    bad=Example("page", {"/meta/next_page_url": f"{_NEXT}?PageSize=50&Page=1&PageToken=PT50"}),
)
def next_on_short_page(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for a page that is not full and still has a next link."""
    rows, size = page.get("delivery_receipts"), meta_of(page).get("page_size")
    following = link_of(page, "next_page_url")
    if following is None or not isinstance(rows, list) or not isinstance(size, int):
        return
    if len(rows) < size:
        message = f"next_page_url is set, but the page holds {len(rows)} of {size} rows"
        yield Problem(_NEXT_POINTER, message, value=following, reads=("/meta/page_size",))


@rule(
    "page.url-mismatch",
    on="page",
    severity=Severity.WARNING,
    title="the page's url contradicts its page, its page_size or the request",
    why="meta states page and page_size twice. Applications may read either.",
    grounding=f"{OPENAPI}; {CAPTURES}",
    action="In a mock: build url from the request, page and page_size.",
    good=Example("page"),
    bad=Example("page", {"/meta/page_size": 20}),
)
def url_mismatch(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each parameter of the page's own link that its meta contradicts."""
    meta, own = meta_of(page), link_of(page, "url")
    query = query_of(own) if own is not None else {}
    for name, member in (("Page", "page"), ("PageSize", "page_size")):
        value = meta.get(member)
        if _is_number(value) and query.get(name, str(value)) != str(value):
            message = f"{name} in meta.url differs from meta.{member} ({value})"
            yield Problem("/meta/url", message, value=own, reads=(f"/meta/{member}",))


@rule(
    "page.mixed-parents",
    on="page",
    severity=Severity.ERROR,
    title="rows belong to different accounts, services, conversations or messages",
    why="The list belongs to one message. Generators that fill each row by itself make such pages.",
    grounding=f"{OPENAPI}; {CAPTURES}",
    action="In a mock: use the same account, conversation and message in every row.",
    good=Example("page"),
    bad=Example("page", {"/delivery_receipts/-": _STRANGER}),
)
def mixed_parents(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each parent in which a row differs from the first row."""
    rows = rows_of(page)
    first = rows[0] if rows and isinstance(rows[0], dict) else {}
    parents = [member for member in _PARENTS if isinstance(first.get(member), str)]
    with suppress(KeyError, TypeError):
        if not parents or len(set(map(itemgetter(*parents), rows))) == 1:
            return
    for member in parents:
        yield from _other_parent(rows, member, first[member])


def _other_parent(rows: list[Any], member: str, parent: str) -> Iterator[Problem]:
    for index, row in enumerate(rows):
        value = row.get(member) if isinstance(row, dict) else None
        if isinstance(value, str) and value != parent:
            reads = (f"/delivery_receipts/0/{member}",)
            pointer = f"/delivery_receipts/{index}/{member}"
            message = f"{member} differs from row 0; a page belongs to one message"
            yield Problem(pointer, message, value=value, reads=reads)
            return
