"""Members of other APIs around the rows of a page, and parameters of its links."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.rules.page_envelope import (
    filter_lost,
    filter_of_the_request,
    link_parameter,
    one_channel_message,
    other_envelope,
)
from receiptkit.rules.views import ExchangeView, RequestView

LIST = "https://conversations.twilio.com/v1/Conversations/CH1/Messages"


def test_members_of_other_envelopes() -> None:
    page = {"meta": {"page": 0, "total": 3, "next_token": None, "region": "us1"}}
    assert [each.pointer for each in other_envelope(page)] == ["/meta/total", "/meta/next_token"]
    assert list(other_envelope({})) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("PageSize=1&Page=1&PageToken=PT1", 0),
        ("PageSize=1&Page=1&PageToken=undefinedPT1", 0),
        ("Filter=a&Filter=b", 0),
        ("PageSize=1&PageSize=1", 1),
        ("PageToken=None", 1),
    ],
)
def test_parameters_of_links(query: str, expected: int) -> None:
    for name in ("url", "next_page_url", "previous_page_url", "first_page_url"):
        page = {"meta": {name: f"{LIST}?{query}"}}
        assert [each.pointer for each in link_parameter(page)] == [f"/meta/{name}"] * expected


@pytest.mark.parametrize(
    ("own", "following", "expected"),
    [
        ("Order=desc&Page=0", "Order=desc&Page=1&PageToken=PT1", 0),
        ("Page=0", "Page=1&PageToken=PT1", 0),
        ("Order=desc&Page=0", "Page=1&PageToken=PT1", 1),
        ("Order=desc&Page=0", "Order=asc&Page=1&PageToken=PT1", 1),
    ],
)
def test_filters_of_the_next_link(own: str, following: str, expected: int) -> None:
    page = {"meta": {"url": f"{LIST}?{own}", "next_page_url": f"{LIST}?{following}"}}
    assert len(list(filter_lost(page))) == expected
    assert list(filter_lost({"meta": {"url": f"{LIST}?{own}", "next_page_url": None}})) == []


@pytest.mark.parametrize(
    ("query", "own", "kind", "expected"),
    [
        ({"Order": ["desc"]}, "Page=0", "list", 1),
        ({"Order": ["desc"]}, "Order=desc&Page=0", "list", 0),
        ({"Order": ["desc"]}, "Page=0", "page", 0),
        ({"Order": [""]}, "Page=0", "list", 0),
        ({"Shade": ["red"]}, "Page=0", "list", 0),
        ({"PageToken": ["PT1"]}, "Page=0", "list", 0),
    ],
)
def test_filters_of_the_request(
    query: dict[str, list[str]], own: str, kind: str, expected: int
) -> None:
    documented = ("Order", "PageSize", "Page", "PageToken")
    request = RequestView("", "GET", {}, LIST, lambda: iter(()), query=query, documented=documented)
    body = {"meta": {"url": f"{LIST}?{own}"}}
    assert len(list(filter_of_the_request(ExchangeView(kind, body, request)))) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("DY1", "MB1", "SM1"), ("DY2", "MB2", "SM2")], []),
        ([("DY1", "MB1", "SM1"), ("DY2", "MB2", "SM1")], [1]),
        ([("DY1", "MB1", "SM1"), ("DY2", "MB1", "SM1")], []),
        ([("DY1", "MB1", "SM1"), ("DY1", "MB2", "SM1")], []),
        ([("DY1", "MB1", None), ("DY2", "MB2", None)], []),
        ([("DY1", "MB1", "SM1"), ("DY2", "MB2", "SM1"), ("DY3", "MB3", "SM1")], [1]),
    ],
)
def test_one_channel_message(rows: list[Any], expected: list[int]) -> None:
    names = ("sid", "participant_sid", "channel_message_sid")
    page = {"delivery_receipts": [dict(zip(names, row, strict=True)) for row in rows]}
    found = [each.pointer for each in one_channel_message(page)]
    assert found == [f"/delivery_receipts/{row}/channel_message_sid" for row in expected]
    assert list(one_channel_message({"delivery_receipts": [1, None]})) == []
