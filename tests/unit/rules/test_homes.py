"""Links of receipts, pages and messages lead to Twilio, or to the server that was asked."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.rules.examples import sample
from receiptkit.rules.homes import messages_elsewhere, pages_elsewhere, receipts_elsewhere
from receiptkit.rules.views import ExchangeView, RequestView

API = "https://conversations.twilio.com"
HERE, THERE = "http://127.0.0.1:4010", "https://other.example.org"
HINT = "if that host is a mock or a proxy of Twilio, set api-base-url"


def exchange(kind: str, body: dict[str, Any], asked: str = API) -> ExchangeView:
    return ExchangeView(kind, body, RequestView("", "GET", {}, f"{asked}/v1/x", lambda: iter(())))


def moved(url: str, server: str) -> str:
    return url.replace(API, server)


@pytest.mark.parametrize(
    ("asked", "server", "is_told"),
    [
        (API, API, False),
        (API, "https://conversations.dublin.ie1.twilio.com", False),
        (API, API.replace("https", "http"), True),
        (API, THERE, True),
        (API, HERE, True),
        (HERE, API, False),
        (HERE, "https://conversations.sydney.au1.twilio.com", False),
        (HERE, HERE, False),
        (HERE, THERE, True),
        (HERE, "", False),
        ("", THERE, False),
        (API.replace("https", "http"), API, False),
    ],
)
def test_servers(asked: str, server: str, is_told: bool) -> None:
    receipt = sample("receipt")
    url = moved(receipt["url"], server)
    found = list(receipts_elsewhere(exchange("receipt", {**receipt, "url": url}, asked)))
    assert [each.pointer for each in found] == ["/url"] * is_told
    for each in found:
        assert each.message == "url has another scheme or host than Twilio and the request"
        assert (each.hint, each.value) == (HINT, url)
    message = sample("message")
    link = moved(message["links"]["delivery_receipts"], server)
    body = {**message, "links": {"delivery_receipts": link}}
    found = list(messages_elsewhere(exchange("message", body, asked)))
    assert [each.pointer for each in found] == ["/links/delivery_receipts"] * is_told
    words = "delivery_receipts has another scheme or host than Twilio and the request"
    assert [each.message for each in found] == [words] * is_told
    body = {**message, "url": moved(message["url"], server)}
    assert [each.pointer for each in messages_elsewhere(exchange("message", body, asked))] == [
        "/url"
    ] * is_told
    page = sample("page")
    own = moved(page["meta"]["url"], server)
    body = {"meta": {"url": own, "first_page_url": None}, "delivery_receipts": []}
    found = list(pages_elsewhere(exchange("page", body, asked)))
    assert [each.pointer for each in found] == ["/meta/url"] * is_told


def test_the_first_row_tells_for_all() -> None:
    page, row = sample("page"), sample("receipt")
    away = {**row, "url": moved(row["url"], THERE)}
    for rows, expected in (
        ([row, away, away], ["/delivery_receipts/1/url"]),
        ([5, away], ["/delivery_receipts/1/url"]),
        ([row, {}, {"url": None}], []),
        (None, []),
    ):
        body = {**page, "delivery_receipts": rows}
        found = receipts_elsewhere(exchange("page", body))
        assert [each.pointer for each in found] == expected
        # A page that is elsewhere itself is reported by its links.
        body["meta"] = {"url": moved(page["meta"]["url"], THERE)}
        assert list(receipts_elsewhere(exchange("page", body))) == []
        for meta in (None, {"url": 5}):
            found = receipts_elsewhere(exchange("page", {**body, "meta": meta}))
            assert [each.pointer for each in found] == expected


def test_rows_of_the_server_that_was_asked() -> None:
    page, row = sample("page"), sample("receipt")
    here, away = ({**row, "url": moved(row["url"], server)} for server in (HERE, THERE))
    body = {**page, "delivery_receipts": [here, away]}
    found = receipts_elsewhere(exchange("page", body, HERE))
    assert [each.pointer for each in found] == ["/delivery_receipts/1/url"]


def test_reports_a_page_elsewhere_once() -> None:
    page = sample("page")
    own = moved(page["meta"]["url"], THERE)
    following = f"{own}&PageToken=PT1"
    for meta, count in (
        ({"url": own}, 1),
        ({"url": own, "next_page_url": following}, 0),
        # Its neighbours contradict it.
        ({"url": own, "first_page_url": page["meta"]["url"]}, 0),
        ({}, 0),
        (None, 0),
    ):
        body = {"meta": meta, "delivery_receipts": page["delivery_receipts"]}
        assert len(list(pages_elsewhere(exchange("page", body)))) == count


def test_other_kinds_have_no_such_links() -> None:
    body = {**sample("receipt"), "url": THERE, "links": {"x": THERE}, "meta": {"url": THERE}}
    for kind in ("configuration", "x"):
        for check in (receipts_elsewhere, messages_elsewhere, pages_elsewhere):
            assert list(check(exchange(kind, body))) == []
    assert list(messages_elsewhere(exchange("message", {"links": 5, "url": None}))) == []
