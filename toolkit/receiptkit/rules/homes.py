"""Rules about the servers that the links of receipts and messages lead to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from receiptkit.model.problem import Problem
from receiptkit.rules.links import are_of_one_server, is_of_twilio
from receiptkit.rules.page_links import SET_BASE_URL, next_on_another_server, own_on_another_server
from receiptkit.rules.registry import also
from receiptkit.rules.views import ExchangeView, link_of, rows_of

#: How nearly all of them begin, which is quick to check.
_API = "https://conversations.twilio.com/"
_ELSEWHERE = "has another scheme or host than Twilio and the request"


@also("receipt.url-mismatch", on="exchange")
def receipts_elsewhere(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for each receipt whose url is on another server than the request."""
    if exchange.kind == "receipt":
        yield from _elsewhere(exchange, {"/url": exchange.body.get("url")})
    elif exchange.kind == "page":
        urls = {
            f"/delivery_receipts/{index}/url": row.get("url")
            for index, row in enumerate(rows_of(exchange.body))
            if isinstance(row, dict)
        }
        own = link_of(exchange.body, "url")
        # A page that is elsewhere itself is found by its links, several rows by the first one.
        if own is None or not any(_elsewhere(exchange, {"": own})):
            yield from islice(_elsewhere(exchange, urls), 1)


@also("page.url-mismatch", on="exchange")
def pages_elsewhere(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a page whose own link is on another server than the request."""
    if exchange.kind != "page" or any(next_on_another_server(exchange)):
        return
    # A link that its neighbours contradict is reported already.
    if not any(own_on_another_server(exchange.body)):
        yield from _elsewhere(exchange, {"/meta/url": link_of(exchange.body, "url")})


@also("message.url-mismatch", on="exchange")
def messages_elsewhere(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for the url and each link of a message on another server."""
    if exchange.kind == "message":
        links = exchange.body.get("links")
        named = links.items() if isinstance(links, dict) else ()
        urls = {f"/links/{name}": url for name, url in named}
        yield from _elsewhere(exchange, {**urls, "/url": exchange.body.get("url")})


def _elsewhere(exchange: ExchangeView, urls: dict[str, Any]) -> Iterator[Problem]:
    for pointer, url in urls.items():
        if not isinstance(url, str) or url.startswith(_API):
            continue
        if are_of_one_server(url, exchange.request.url):
            continue
        # A proxy or a mock may leave the links as they are.
        if not is_of_twilio(url):
            name = pointer.rpartition("/")[2]
            yield Problem(pointer, f"{name} {_ELSEWHERE}", SET_BASE_URL, value=url)
