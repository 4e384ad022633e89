"""Pages of other lists are checked as pages of receipts are."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.rules import catalogue
from receiptkit.rules.links import kind_of, list_in
from receiptkit.rules.lists import order
from receiptkit.rules.views import ExchangeView, RequestView

LIST = "https://conversations.twilio.com/v1/Conversations/CH1/Participants"


def page(*rows: Any, name: str = "participants", **meta: Any) -> dict[str, Any]:
    usual = {"page": 0, "page_size": 2, "url": f"{LIST}?PageSize=2&Page=0", "next_page_url": None}
    return {"meta": {**usual, "key": name, **meta}, name: [*rows]}


def found(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each.rule, each.pointer) for each in catalogue.problems("list", body)]


def link(query: str, at: str = LIST) -> str:
    return f"{at}?{query}"


def test_a_page_of_another_list_that_conforms() -> None:
    following = link("PageSize=2&Page=1&PageToken=PT2")
    assert found(page({"sid": "MB1"}, {"sid": "MB2"}, next_page_url=following)) == []
    # Filters may make a page short.
    assert found(page({"sid": "MB1"}, next_page_url=following)) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (page({}, {}, {}), ("page.too-many-rows", "/participants")),
        (page({}, {}, {}, name="messages"), ("page.too-many-rows", "/messages")),
        (
            page({"sid": "MB1"}, {"sid": "MB1"}),
            ("page.duplicate-receipt", "/participants/1/sid"),
        ),
        (
            page(next_page_url=link("PageSize=2&Page=0")),
            ("page.next-is-self", "/meta/next_page_url"),
        ),
        (
            page(next_page_url=link("PageSize=2&Page=1&PageToken=PT1", f"{LIST}s")),
            ("page.next-elsewhere", "/meta/next_page_url"),
        ),
        (
            page(next_page_url=link("PageSize=2&Page=2&PageToken=PT1")),
            ("page.next-index", "/meta/next_page_url"),
        ),
        (page(page=1), ("page.url-mismatch", "/meta/url")),
    ],
)
def test_checks_pages_of_any_list(body: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in found(body)


def test_a_body_without_rows_is_no_list() -> None:
    assert list_in(page()) == "participants"
    assert list_in({"meta": {"key": "messages"}, "messages": [], "media": []}) == "messages"
    assert list_in({"meta": {"key": "messages"}, "media": []}) == "media"
    assert list_in({"meta": {"key": 7}, "a": 1, "media": []}) == "media"
    assert list_in({"meta": {"key": "messages"}, "messages": None}) is None
    bodies: list[Any] = [{"meta": None, "rows": []}, {"rows": []}, [], None, {"meta": {}}]
    for body in bodies:
        assert list_in(body) is None
        assert kind_of(body) == "resource"
    assert kind_of(page()) == "list"
    assert found({"meta": {"page_size": 1}}) == []


def ordered(*indexes: Any, order_of: list[str] | None = None, kind: str = "list") -> list[Any]:
    rows = [{"index": each} if each != "row" else each for each in indexes]
    query = {"Order": order_of} if order_of is not None else {}
    request = RequestView("", "GET", {}, LIST, lambda: iter(()), query)
    return [
        (each.pointer, each.message, each.value)
        for each in order(ExchangeView(kind, {"messages": rows}, request))
    ]


def test_messages_are_in_the_order_that_was_asked_for() -> None:
    message = "index is not in the order that was asked for"
    assert ordered(0, 2, 1, 0) == [("/messages/2/index", message, 1)]
    assert ordered(1, 0, order_of=["asc"]) == [("/messages/1/index", message, 0)]
    assert ordered(0, 1, order_of=["desc"]) == [("/messages/1/index", message, 1)]
    assert ordered(0, 1, order_of=["DESC"]) == [("/messages/1/index", message, 1)]


@pytest.mark.parametrize(
    ("indexes", "order_of", "kind"),
    [
        ((0, 2, 7), None, "list"),
        ((7, 2, 0), ["desc"], "list"),
        # Equal ones are the same message, which is a problem by itself.
        ((1, 1), None, "list"),
        ((1,), None, "list"),
        ((), None, "list"),
        ((2, None, 1), None, "list"),
        ((2, "row", 1), None, "list"),
        ((2, True), None, "list"),
        ((True, 0), None, "list"),
        ((1, 0), ["asc", "desc"], "list"),
        ((1, 0), None, "page"),
    ],
)
def test_messages_whose_order_is_not_wrong(
    indexes: tuple[Any, ...], order_of: list[str] | None, kind: str
) -> None:
    assert ordered(*indexes, order_of=order_of, kind=kind) == []


def test_an_answer_without_messages_has_no_order() -> None:
    request = RequestView("", "GET", {}, LIST, lambda: iter(()))
    for body in ({}, {"messages": None}, {"messages": {"0": 1}}):
        assert list(order(ExchangeView("list", body, request))) == []
