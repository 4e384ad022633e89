"""Rules about what a page has around its rows: members of other APIs, and parameters of links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.model import pointers
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.grounds import CAPTURES, LIBRARIES, OPENAPI
from receiptkit.rules.links import query_of
from receiptkit.rules.registry import also, rule
from receiptkit.rules.request_words import UNFILLED
from receiptkit.rules.views import ExchangeView, link_of, meta_of, rows_of
from receiptkit.text.forms import decode_query

_LIST = sample("page")["meta"]["url"].partition("?")[0]
_MESSAGES = _LIST.rpartition("/")[0].rpartition("/")[0]
_LINKS = ("first_page_url", "previous_page_url", "url", "next_page_url")
_PAGING = frozenset({"Page", "PageSize", "PageToken"})
#: What the envelopes of other APIs, Twilio's older and newer ones included, have in this place.
_FOREIGN = frozenset(
    {
        *("total", "total_count", "total_pages", "num_pages", "count", "start", "end"),
        *("has_more", "next_token", "previous_token", "next_page", "previous_page", "next"),
        *("first_page_uri", "next_page_uri", "previous_page_uri", "last_page_uri"),
        *("last_page_url", "uri", "per_page", "limit", "offset"),
    }
)
_OTHERS = {
    "sid": "DY" + "0123456789abcdef" * 2,
    "participant_sid": "MB" + "0123456789abcdef" * 2,
    "url": f"{_LIST}/DY" + "0123456789abcdef" * 2,
}


#: What other APIs, and errors, have beside the rows.
_FOREIGN_BESIDE = frozenset(
    {
        *("code", "message", "more_info", "status", "error", "errors", "success", "data"),
        *("total", "count", "page", "page_size", "num_pages", "start", "end", "has_more"),
        *("next_page_uri", "previous_page_uri", "first_page_uri", "next_page_url", "links"),
    }
)


@rule(
    "page.other-envelope",
    on="page",
    severity=Severity.INFO,
    title="a page has a field that belongs to other APIs, or to errors",
    why="Lists of Conversations have no total and no tokens in their meta. Code that reads them "
    "works against the mock alone.",
    grounding=f"{OPENAPI}; {CAPTURES}; {LIBRARIES}",
    action="In a mock: leave it out. The list ends where next_page_url is null.",
    good=Example("page"),
    bad=Example("page", {"/meta/total": 1}),
)
def other_envelope(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each member of a page or its meta that other APIs have."""
    message = "lists of Conversations do not have this field"
    for name, value in meta_of(page).items():
        if name in _FOREIGN:
            yield Problem(pointers.join(("meta", name)), message, value=value)
    # An error has them as well, where a page was asked for.
    for name, value in page.items() if "delivery_receipts" in page else ():
        if name in _FOREIGN_BESIDE:
            yield Problem(pointers.join((name,)), message, value=value)


@rule(
    "page.link-parameter",
    on="page",
    severity=Severity.WARNING,
    title="a link repeats a parameter, or has one that was not filled in",
    why="Servers take different ones of a repeated parameter. undefined or null in a link comes "
    "from an empty variable of a mock; a client follows it.",
    grounding=f"{CAPTURES}; {LIBRARIES}",
    action="In a mock: send each parameter once, and leave out a token that there is not.",
    good=Example("page"),
    bad=Example("page", {"/meta/url": f"{_LIST}?PageSize=50&Page=0&PageToken=undefined"}),
)
def link_parameter(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each link with such a parameter."""
    for name in _LINKS:
        url = link_of(page, name)
        query = decode_query(url) if url is not None else []
        names = [each.name for each in query if each.name in _PAGING]
        if len(set(names)) < len(names):
            message = f"{name} repeats a parameter; send each once"
        elif any(each.name in _PAGING and UNFILLED.fullmatch(each.value) for each in query):
            message = f"{name} has a parameter that was not filled in, such as null or undefined"
        else:
            continue
        yield Problem(f"/meta/{name}", message, value=url)


@rule(
    "page.link-form",
    on="page",
    severity=Severity.INFO,
    title="a link has a fragment",
    why="No link of Twilio has one, and no client sends it. A proxy or a test that builds links "
    "from its own URL leaves it there, and then cuts off the query that follows it.",
    grounding=f"{OPENAPI}, examples of lists; {LIBRARIES}",
    action="In a mock: build the link from scheme, host, path and query alone.",
    good=Example("page"),
    bad=Example("page", {"/meta/url": f"{_LIST}?PageSize=50&Page=0#rows"}),
)
def link_form(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each link with a fragment."""
    for name in _LINKS:
        url = link_of(page, name)
        if url is not None and "#" in url:
            message = f"{name} has a fragment, which links of Twilio do not"
            yield Problem(f"/meta/{name}", message, value=url)


def _ordered(link: str) -> Example:
    """Return the response with a page of messages in descending order, and its next link."""
    own = f"{_MESSAGES}?Order=desc&PageSize=1&Page=0"
    meta = {
        **sample("page")["meta"],
        "key": "messages",
        "page_size": 1,
        "url": own,
        "first_page_url": own,
        "next_page_url": f"{_MESSAGES}?{link}PageSize=1&Page=1&PageToken=PT1",
    }
    body = {"meta": meta, "messages": [sample("message")]}
    return Example("exchange", {"/request/url": own, "/response/body": body})


@rule(
    "page.filter-lost",
    on="list",
    severity=Severity.WARNING,
    title="next_page_url lacks a filter or an order that the page's own url has",
    why="Every link of a page repeats the filter. A client that follows this one goes on in "
    "another list.",
    grounding=f"{OPENAPI}, examples of lists with Order, State and Identity",
    action="In a mock: take the page's own url, and change only Page and PageToken.",
    good=_ordered("Order=desc&"),
    bad=_ordered(""),
)
def filter_lost(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for a next link with another filter than the page's own link."""
    own, following = link_of(page, "url"), link_of(page, "next_page_url")
    if own is None or following is None:
        return
    there = query_of(following)
    for name, value in query_of(own).items():
        if name not in _PAGING and there.get(name) != value:
            message = "next_page_url lacks a parameter of meta.url; it leads into another list"
            yield Problem("/meta/next_page_url", message, value=following)
            return


@also("page.filter-lost", on="exchange")
def filter_of_the_request(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a page whose own link lacks a filter that was asked for."""
    url = link_of(exchange.body, "url") if exchange.kind == "list" else None
    own = query_of(url) if url is not None else {}
    for name, values in exchange.request.query.items():
        is_filter = name in exchange.request.documented and name not in _PAGING and any(values)
        if url is not None and is_filter and name not in own:
            message = f"meta.url lacks {name} of the request"
            yield Problem("/meta/url", message, severity=Severity.INFO, value=url)
            return


@rule(
    "page.one-channel-message",
    on="page",
    severity=Severity.INFO,
    title="receipts of several participants have one channel_message_sid",
    why="It identifies the message that was sent to one participant. Fixtures copied from one "
    "receipt often keep it.",
    grounding=f"{OPENAPI}, channel_message_sid; {CAPTURES}",
    action="In a mock: give every receipt its own channel message.",
    good=Example("page"),
    bad=Example("page", {"/delivery_receipts/-": {**sample("receipt"), **_OTHERS}}),
)
def one_channel_message(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for the first row with the channel message of another participant's."""
    first: dict[str, tuple[Any, str]] = {}
    for index, row in enumerate(rows_of(page)):
        named = row.get("channel_message_sid") if isinstance(row, dict) else None
        whose = row.get("participant_sid") if isinstance(row, dict) else None
        if not isinstance(named, str) or not isinstance(whose, str):
            continue
        sid, participant = first.setdefault(named, (row.get("sid"), whose))
        if sid != row.get("sid") and participant != whose:
            message = "an earlier receipt of another participant has the same channel_message_sid"
            yield Problem(f"/delivery_receipts/{index}/channel_message_sid", message, value=named)
            return
