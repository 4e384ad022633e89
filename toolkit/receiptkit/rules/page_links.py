"""Rules about the links of a page beside its next one, held against the request and the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules import page as pages
from receiptkit.rules import receipt as receipts
from receiptkit.rules import request as requests
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.grounds import CAPTURES, LIBRARIES, OPENAPI
from receiptkit.rules.links import (
    address_of,
    adds_tls,
    are_of_one_server,
    is_conversation_sid,
    other_scope,
    query_of,
    receipts_path,
    without_query,
)
from receiptkit.rules.registry import also, rule
from receiptkit.rules.views import ExchangeView, ReceiptView, link_of, meta_of, rows_of

_LIST = sample("page")["meta"]["url"].partition("?")[0]
_OTHER = _LIST.replace("/Messages/IM3f71", "/Messages/IM0000")
_SECOND_PAGE = {
    "/meta/page": 1,
    "/meta/url": f"{_LIST}?PageSize=50&Page=1&PageToken=PT50",
    "/meta/previous_page_url": f"{_LIST}?PageSize=50&Page=0&PageToken=PT0",
}
#: The hint of a link to another host.
SET_BASE_URL = "if that host is a mock or a proxy of Twilio, set api-base-url"
#: One participant may have this many receipts on a page without a finding.
_FEW = 2


@also("page.first-url", on="page")
def first_elsewhere(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for a first link to another list, or to pages of another size."""
    url = link_of(page, "first_page_url")
    # A link to another page than 0 is a problem by itself.
    if url is not None and query_of(url).get("Page") == "0":
        message = _elsewhere(page, url, "first_page_url")
        if message is not None:
            yield Problem("/meta/first_page_url", message, value=url)


@rule(
    "page.previous-elsewhere",
    on="page",
    severity=Severity.WARNING,
    title="previous_page_url does not lead to the page before",
    why="A client that pages backwards reads another list, other rows, or goes on forwards.",
    grounding=f"{OPENAPI}, examples; {LIBRARIES}",
    action="In a mock: take the page's own url, and change only Page and PageToken.",
    good=Example("page", _SECOND_PAGE),
    bad=Example(
        "page",
        {
            **_SECOND_PAGE,
            "/meta/previous_page_url": f"{_OTHER}?PageSize=50&Page=0&PageToken=PT0",
        },
    ),
)
def previous_elsewhere(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for a previous link to another list, size or page than the one before."""
    url, number = link_of(page, "previous_page_url"), meta_of(page).get("page")
    if url is None or type(number) is not int or number < 1:
        return
    message = _elsewhere(page, url, "previous_page_url")
    if message is None and query_of(url).get("Page", str(number - 1)) != str(number - 1):
        message = f"previous_page_url must have Page={number - 1} (meta.page - 1)"
    if message is not None:
        yield Problem("/meta/previous_page_url", message, value=url)


def _elsewhere(page: dict[str, Any], url: str, name: str) -> str | None:
    """Return how a link differs from the page's own, its page aside; None if it does not."""
    own = link_of(page, "url")
    if own is None:
        return None
    address = address_of(url)
    if address != address_of(own) and address not in map(address_of, _lists_of_rows(page)):
        return f"scheme, host or path of {name} differs from meta.url"
    size = query_of(url).get("PageSize")
    # If the page's own link and its page_size disagree, that is a problem by itself.
    known = {query_of(own).get("PageSize"), str(meta_of(page).get("page_size"))}
    return None if size is None or size in known else f"PageSize in {name} differs from meta.url"


@also("page.next-is-self", on="exchange")
def next_with_requested_token(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a next link with the requested token, if the own link has none."""
    following = _next(exchange)
    if following is None or any(pages.next_is_self(exchange.body)):
        return
    token = query_of(exchange.request.url).get("PageToken")
    if token and query_of(following).get("PageToken") == token:
        message = "next_page_url leads back to this page; clients follow it for ever"
        yield Problem("/meta/next_page_url", message, value=following)


@also("page.next-elsewhere", on="exchange")
def next_on_another_server(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a next link to another scheme or host than was asked for."""
    following = _next(exchange)
    if following is None or any(pages.next_elsewhere(exchange.body)):
        return
    asked = exchange.request.url
    if not are_of_one_server(following, asked) and not adds_tls(following, asked):
        message = "scheme or host of next_page_url differs from the request"
        yield Problem("/meta/next_page_url", message, SET_BASE_URL, value=following)


@also("page.url-mismatch", on="exchange")
def list_of_another_request(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a page whose link is of another list or token than was asked for."""
    url = link_of(exchange.body, "url") if exchange.kind == "page" else None
    named = receipts_path(url) if url is not None else None
    asked = exchange.request.path
    # A user's own document may have other names for the parameters.
    if named is None or "MessageSid" not in asked:
        return
    # If the rows are of another list too, they say so.
    if any(requests.not_what_was_asked(exchange)):
        return
    message = None
    conversation, service = asked.get("ConversationSid"), asked.get("ChatServiceSid")
    if (named.service is None) != (service is None):
        is_scoped = named.service is not None
        message = other_scope("meta.url", is_scoped=is_scoped, other="the request")
    elif (
        named.message != asked["MessageSid"]
        or (named.conversation != conversation and is_conversation_sid(conversation))
        or named.service != service
    ):
        message = "meta.url names another list than the request"
    elif _tokens_differ(exchange.request.url, url):
        message = "PageToken in meta.url differs from the request"
    if message is not None:
        yield Problem("/meta/url", message, value=url)


def _tokens_differ(*urls: Any) -> bool:
    """Return True if URLs have different tokens; one without a token is like any other."""
    return len({query_of(url).get("PageToken") for url in urls} - {None, ""}) > 1


@also("page.url-mismatch", on="page")
def own_on_another_server(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for an own link to another server than the rows and the first link."""
    own, first = link_of(page, "url"), link_of(page, "first_page_url")
    if own is None or first is None or are_of_one_server(own, first):
        return
    lists = _lists_of_rows(page)
    if lists and not any(are_of_one_server(own, address_of(each)) for each in lists):
        message = "scheme or host of meta.url differs from first_page_url and the receipts"
        yield Problem("/meta/url", message, value=own)


@also("receipt.url-mismatch", on="exchange")
def url_in_another_scope(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a receipt whose url has another scope than the request."""
    url = exchange.body.get("url") if exchange.kind == "receipt" else None
    named = receipts_path(url) if isinstance(url, str) else None
    if named is None or any(receipts.url_mismatch(ReceiptView(exchange.body))):
        return
    if (named.service is None) != ("ChatServiceSid" not in exchange.request.path):
        is_scoped = named.service is not None
        message = other_scope("url", is_scoped=is_scoped, other="the request")
        yield Problem("/url", message, value=url)


@also("receipt.url-mismatch", on="page")
def rows_in_another_scope(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each row whose url has another scope than the page and the row."""
    own = link_of(page, "url")
    named = receipts_path(own) if own is not None else None
    if named is None:
        return
    lists = map(receipts_path, _lists_of_rows(page))
    if all(
        each is not None and (each.service is None) == (named.service is None) for each in lists
    ):
        return
    for index, row in enumerate(rows_of(page)):
        url = row.get("url") if isinstance(row, dict) else None
        of_row = receipts_path(url) if isinstance(url, str) else None
        if of_row is None or (of_row.service is None) == (named.service is None):
            continue
        if (of_row.service is None) == isinstance(row.get("chat_service_sid"), str):
            pointer = f"/delivery_receipts/{index}/url"
            is_scoped = of_row.service is not None
            message = other_scope("url", is_scoped=is_scoped, other="meta.url")
            yield Problem(pointer, message, value=url)


@rule(
    "page.one-participant",
    on="page",
    severity=Severity.INFO,
    title="all receipts of a page are those of one participant",
    why="There is one receipt for each recipient. Fixtures copied from one receipt often keep "
    "its participant.",
    grounding=CAPTURES,
    action="In a mock: give every receipt its own participant.",
    good=Example("page"),
    bad=Example(
        "page",
        {
            f"/delivery_receipts/{index}": {
                **sample("receipt"),
                "sid": sid,
                "url": f"{_LIST}/{sid}",
            }
            for index, sid in enumerate(f"DY{digit}0" + "123456789abcdef" * 2 for digit in "123")
        },
    ),
)
def one_participant(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for a page of several different receipts of one participant."""
    rows = [row for row in rows_of(page) if isinstance(row, dict)]
    if len(rows) <= _FEW:
        return
    participants = [row.get("participant_sid") for row in rows]
    if participants[0] != participants[-1]:
        return
    sids = [row.get("sid") for row in rows]
    if not all(isinstance(each, str) for each in (*participants, *sids)):
        return
    if len(set(participants)) == 1 and len(set(sids)) == len(rows):
        message = (
            f"all {len(rows)} receipts have the same participant_sid; each recipient has its own"
        )
        yield Problem("/delivery_receipts", message)


def _next(exchange: ExchangeView) -> str | None:
    is_page = exchange.kind in ("page", "list")
    return link_of(exchange.body, "next_page_url") if is_page else None


def _lists_of_rows(page: dict[str, Any]) -> set[str]:
    """Return the URLs of the lists of the rows; if one is right, the page's is not."""
    values = [row.get("url") for row in rows_of(page) if isinstance(row, dict)]
    urls = [url for url in values if isinstance(url, str)]
    lists = {url.rpartition("/")[0] for url in urls}
    if any("?" in each or "#" in each for each in lists):
        # There is a slash in a query.
        return {without_query(url).rpartition("/")[0] for url in urls}
    return lists
