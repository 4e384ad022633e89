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
from receiptkit.rules.links import address_of, are_of_one_server, query_of, receipts_path
from receiptkit.rules.registry import also, rule
from receiptkit.rules.views import ExchangeView, ReceiptView

_LIST = sample("page")["meta"]["url"].partition("?")[0]
_OTHER = _LIST.replace("/Messages/IM3f71", "/Messages/IM0000")
_SECOND_PAGE = {
    "/meta/page": 1,
    "/meta/url": f"{_LIST}?PageSize=50&Page=1&PageToken=PT50",
    "/meta/previous_page_url": f"{_LIST}?PageSize=50&Page=0&PageToken=PT0",
}
#: One participant can have so many receipts on a page, and nobody wonders.
_FEW = 2


@also("page.first-url", on="page")
def first_elsewhere(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for a first link to another list, or to pages of another size."""
    url = _link(page, "first_page_url")
    # A link to another page than 0 is a problem by itself.
    if url is not None and query_of(url).get("Page") == "0":
        what = _elsewhere(page, url)
        if what is not None:
            yield Problem("/meta/first_page_url", f"first_page_url {what}", value=url)


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
    url, number = _link(page, "previous_page_url"), _meta(page).get("page")
    if url is None or type(number) is not int or number < 1:
        return
    what = _elsewhere(page, url)
    if what is None and query_of(url).get("Page", str(number - 1)) != str(number - 1):
        what = f"does not lead to page {number - 1}"
    if what is not None:
        yield Problem("/meta/previous_page_url", f"previous_page_url {what}", value=url)


def _elsewhere(page: dict[str, Any], url: str) -> str | None:
    """Return the difference of a link from the page's own, its page aside; None without one."""
    own = _link(page, "url")
    if own is None:
        return None
    if address_of(url) not in {address_of(own), *_addresses_of_rows(page)}:
        return "has another host or path than this page"
    size = query_of(url).get("PageSize")
    # If the page's own link and its page_size disagree, that is a problem by itself.
    known = {query_of(own).get("PageSize"), str(_meta(page).get("page_size"))}
    return None if size is None or size in known else "has another PageSize than this page"


@also("page.next-is-self", on="exchange")
def next_with_requested_token(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a next link with the requested token, if the own link has none."""
    following = _link(exchange.body, "next_page_url") if exchange.kind == "page" else None
    token = exchange.request.query.get("PageToken", [""])[-1]
    if following is None or not token or any(pages.next_is_self(exchange.body)):
        return
    if query_of(following).get("PageToken") == token:
        message = "next_page_url leads back to this page; clients follow it for ever"
        yield Problem("/meta/next_page_url", message, value=following)


@also("page.next-elsewhere", on="exchange")
def next_on_another_server(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a next link to another scheme or host than was asked for."""
    following = _link(exchange.body, "next_page_url") if exchange.kind == "page" else None
    if following is None or any(pages.next_elsewhere(exchange.body)):
        return
    if not are_of_one_server(following, exchange.request.url):
        message = "next_page_url has another scheme or host than the request"
        hint = "if that host stands for Twilio, as a mock or a proxy does, set api-base-url"
        yield Problem("/meta/next_page_url", message, hint, value=following)


@also("page.url-mismatch", on="exchange")
def list_of_another_request(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a page whose link is of another list or token than was asked for."""
    url = _link(exchange.body, "url") if exchange.kind == "page" else None
    named = receipts_path(url) if url is not None else None
    asked = exchange.request.path
    # A document of the user's own may call the parameters otherwise.
    if named is None or "MessageSid" not in asked:
        return
    # If the rows are of another list too, they say so.
    if any(requests.not_what_was_asked(exchange)):
        return
    conversation = asked.get("ConversationSid", "")
    is_sid = len(conversation) == 34 and conversation.startswith("CH")
    what = None
    if (named.service is None) != ("ChatServiceSid" not in asked):
        what = "has another scope than the request"
    elif (
        named.message != asked["MessageSid"]
        or (is_sid and named.conversation != conversation)
        or named.service != asked.get("ChatServiceSid")
    ):
        what = "is another list than the request's"
    elif _tokens_differ(exchange, url or ""):
        what = "has another PageToken than the request"
    if what is not None:
        yield Problem("/meta/url", f"url {what}", value=url)


def _tokens_differ(exchange: ExchangeView, url: str) -> bool:
    asked, own = exchange.request.query.get("PageToken", [""])[-1], query_of(url).get("PageToken")
    return bool(asked and own and asked != own)


@also("receipt.url-mismatch", on="exchange")
def url_in_another_scope(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a receipt whose url has another scope than the request."""
    url = exchange.body.get("url") if exchange.kind == "receipt" else None
    named = receipts_path(url) if isinstance(url, str) else None
    if named is None or any(receipts.url_mismatch(ReceiptView(exchange.body))):
        return
    if (named.service is None) != ("ChatServiceSid" not in exchange.request.path):
        yield Problem("/url", "url has another scope than the request", value=url)


@also("receipt.url-mismatch", on="page")
def rows_in_another_scope(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each row whose url has another scope than the page and the row."""
    own = _link(page, "url")
    named = receipts_path(own) if own is not None else None
    if named is None:
        return
    for index, row in enumerate(_rows(page)):
        url = row.get("url") if isinstance(row, dict) else None
        of_row = receipts_path(url) if isinstance(url, str) else None
        if of_row is None or (of_row.service is None) == (named.service is None):
            continue
        if (of_row.service is None) == isinstance(row.get("chat_service_sid"), str):
            pointer = f"/delivery_receipts/{index}/url"
            yield Problem(pointer, "url has another scope than the page", value=url)


@rule(
    "page.one-participant",
    on="page",
    severity=Severity.INFO,
    title="all receipts of a page are those of one participant",
    why="There is one receipt for each recipient. Fixtures copied from one receipt often keep "
    "its participant.",
    grounding=CAPTURES,
    action="In a mock: give every receipt a participant of its own.",
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
    rows = [row for row in _rows(page) if isinstance(row, dict)]
    if len(rows) <= _FEW:
        return
    participants = [row.get("participant_sid") for row in rows]
    sids = [row.get("sid") for row in rows]
    if not all(isinstance(each, str) for each in (*participants, *sids)):
        return
    if len(set(participants)) == 1 and len(set(sids)) == len(rows):
        message = f"all {len(rows)} receipts are those of one participant"
        yield Problem("/delivery_receipts", message)


def _meta(page: dict[str, Any]) -> dict[str, Any]:
    meta = page.get("meta")
    return meta if isinstance(meta, dict) else {}


def _link(page: dict[str, Any], name: str) -> str | None:
    url = _meta(page).get(name)
    return url if isinstance(url, str) else None


def _addresses_of_rows(page: dict[str, Any]) -> set[str]:
    """Return the addresses of the lists of the rows; if one is right, the page's is not."""
    urls = [row.get("url") for row in _rows(page) if isinstance(row, dict)]
    return {address_of(url).rpartition("/")[0] for url in urls if isinstance(url, str)}


def _rows(page: dict[str, Any]) -> list[Any]:
    rows = page.get("delivery_receipts")
    return rows if isinstance(rows, list) else []
