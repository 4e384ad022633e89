"""The url and the links of a message, held against its SIDs."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit import Contract, Exchange
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import sample
from receiptkit.rules.message import scopes_differ, url_in_another_scope, url_mismatch
from receiptkit.rules.views import ExchangeView, RequestView

MESSAGE = sample("message")
URL: str = MESSAGE["url"]
OTHER = "0123456789abcdef" * 2
GATEWAY = "https://gateway.test/twilio/v1"
METADATA = f"{URL}/ChannelMetadata"
SERVICE = "IS1d5f2a7b4c6e8f90a1b2c3d4e5f60718"
SCOPED = URL.replace("/v1/", f"/v1/Services/{SERVICE}/")


REQUEST = RequestView("FetchConversationMessage", "GET", {}, URL, lambda: iter(()))


def found(contract: Contract, **change: Any) -> list[tuple[str, str, str]]:
    """Return rule, pointer and message of the findings of a message."""
    return [
        (each.rule, each.pointer, each.message) for each in contract.check({**MESSAGE, **change})
    ]


def links(url: str, **more: Any) -> dict[str, Any]:
    return {"delivery_receipts": f"{url}/Receipts", **more}


@pytest.mark.parametrize("member", ["sid", "conversation_sid"])
def test_links_to_another_message_are_reported(contract: Contract, member: str) -> None:
    sid = MESSAGE[member]
    url = URL.replace(sid, sid[:2] + OTHER)
    assert found(contract, links=links(url)) == [
        (
            "message.url-mismatch",
            "/links/delivery_receipts",
            f"the SID in delivery_receipts differs from `{member}`",
        )
    ]
    assert found(contract, links=links(URL, channel_metadata=f"{url}/ChannelMetadata")) == [
        (
            "message.url-mismatch",
            "/links/channel_metadata",
            f"the SID in channel_metadata differs from `{member}`",
        )
    ]
    assert found(contract, url=url) == [
        ("message.url-mismatch", "/url", f"the SID in url differs from `{member}`")
    ]


def test_every_link_to_another_message_is_reported() -> None:
    """Each has its value; a slash at the end and masked digits change nothing."""
    for digits in (OTHER, "X" * 32):
        url = URL.replace(MESSAGE["sid"], f"IM{digits}")
        changes = {
            "url": f"{url}/",
            "links": links(url, channel_metadata=f"{url}/ChannelMetadata/"),
        }
        problems = list(url_mismatch({**MESSAGE, **changes}))
        assert [(each.pointer, each.value, each.reads) for each in problems] == [
            ("/links/delivery_receipts", f"{url}/Receipts", ("/sid",)),
            ("/links/channel_metadata", f"{url}/ChannelMetadata/", ("/sid",)),
            ("/url", f"{url}/", ("/sid",)),
        ]


def test_links_of_another_service_are_reported(contract: Contract) -> None:
    other = SCOPED.replace(SERVICE, f"IS{OTHER}")
    body = {"chat_service_sid": SERVICE, "url": SCOPED, "links": links(other)}
    assert found(contract, **body) == [
        (
            "message.url-mismatch",
            "/links/delivery_receipts",
            "the SID in delivery_receipts differs from `chat_service_sid`",
        )
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"links": links(URL, channel_metadata=METADATA)},
        {"links": links(URL.replace("https://conversations.twilio.com/v1", GATEWAY))},
        {"links": links(URL.replace(MESSAGE["conversation_sid"], "support"))},
        {"url": f"{URL}?x=1#y", "links": links(URL)},
        {"chat_service_sid": SERVICE, "url": SCOPED, "links": links(SCOPED)},
    ],
)
def test_links_to_the_message_itself_are_sound(contract: Contract, change: dict[str, Any]) -> None:
    assert [each for each in found(contract, **change) if each[0].startswith("message.")] == []


@pytest.mark.parametrize(
    ("change", "pointer", "name"),
    [
        ({"links": links(SCOPED)}, "/links/delivery_receipts", "delivery_receipts"),
        (
            {"links": links(URL, channel_metadata=f"{SCOPED}/ChannelMetadata")},
            "/links/channel_metadata",
            "channel_metadata",
        ),
        ({"url": SCOPED, "links": links(URL)}, "/links/delivery_receipts", "delivery_receipts"),
        (
            {"url": SCOPED, "chat_service_sid": SERVICE},
            "/links/delivery_receipts",
            "delivery_receipts",
        ),
        (
            {"chat_service_sid": SERVICE, "url": SCOPED, "links": links(URL)},
            "/links/delivery_receipts",
            "delivery_receipts",
        ),
    ],
)
def test_links_in_another_scope_are_reported(
    contract: Contract, change: dict[str, Any], pointer: str, name: str
) -> None:
    body = {**MESSAGE, **change}
    [problem] = scopes_differ(body)
    value = body
    for token in pointer.split("/")[1:]:
        value = value[token]
    scope = "is" if "/Services/" in value else "is not"
    message = f"{name} {scope} under /Services, unlike url"
    assert problem == Problem(pointer, message, value=value)
    assert [each[1] for each in found(contract, **change) if each[0] == "message.url-mismatch"] == [
        pointer
    ]


def test_a_url_in_another_scope_than_all_links(contract: Contract) -> None:
    """If two links contradict one url, the url is wrong; a different SID is the only finding."""
    both = links(SCOPED, channel_metadata=f"{SCOPED}/ChannelMetadata")
    message = "url is not under /Services, unlike its links"
    assert list(scopes_differ({**MESSAGE, "links": both})) == [Problem("/url", message, value=URL)]
    assert found(contract, links=both) == [("message.url-mismatch", "/url", message)]
    other = links(SCOPED.replace(MESSAGE["sid"], f"IM{OTHER}"))
    assert list(scopes_differ({**MESSAGE, "links": other})) == []
    assert [each[1] for each in found(contract, links=other)] == ["/links/delivery_receipts"]


def test_a_url_in_another_scope_than_the_request(contract: Contract) -> None:
    not_under = "url is not under /Services, unlike the request"
    under = "url is under /Services, unlike the request"
    for own, asked, message in ((URL, SCOPED, not_under), (SCOPED, URL, under)):
        expected = [("message.url-mismatch", "/url", message)]
        body = {**MESSAGE, "url": own, "links": links(own)}
        results = contract.check_exchange(Exchange("GET", asked, 200, body))
        assert [(each.rule, each.pointer, each.message) for each in results] == expected
        assert results[0].value == own
        assert contract.check_exchange(Exchange("GET", own, 200, body)) == []
    # If the links have another scope as well, one of them is reported.
    body = {**MESSAGE, "links": links(SCOPED)}
    pointers = [
        each.pointer for each in contract.check_exchange(Exchange("GET", SCOPED, 200, body))
    ]
    assert pointers == ["/links/delivery_receipts"]


@pytest.mark.parametrize("value", [None, 5, [], "x", "https://example.org/other"])
def test_links_that_name_no_message_are_left_to_the_schema(value: Any) -> None:
    for change in ({"url": value}, {"links": value}, {"links": links(URL, channel_metadata=value)}):
        assert list(url_mismatch({**MESSAGE, **change})) == []
        assert list(scopes_differ({**MESSAGE, **change})) == []
        view = ExchangeView("message", {**MESSAGE, **change, "url": value}, REQUEST)
        assert list(url_in_another_scope(view)) == []


def test_does_not_check_other_kinds_and_links() -> None:
    body = {**MESSAGE, "url": SCOPED, "links": {"participants": f"{URL}/x"}}
    assert list(url_mismatch(body)) == []
    assert list(url_in_another_scope(ExchangeView("receipt", body, REQUEST))) == []
    assert len(list(url_in_another_scope(ExchangeView("message", body, REQUEST)))) == 1


def test_checks_messages_in_lists_and_new_ones(contract: Contract) -> None:
    at = URL.rpartition("/")[0]
    meta: dict[str, Any] = {
        "page": 0,
        "page_size": 50,
        "key": "messages",
        "url": f"{at}?PageSize=50&Page=0",
        "first_page_url": f"{at}?PageSize=50&Page=0",
        "previous_page_url": None,
        "next_page_url": None,
    }
    sid = MESSAGE["sid"]
    wrong = {**MESSAGE, "url": URL.replace(sid, f"IM{OTHER}")}
    body = {"meta": meta, "messages": [MESSAGE, wrong]}
    results = contract.check_exchange(Exchange("GET", meta["url"], 200, body))
    assert [(each.rule, each.pointer) for each in results] == [
        ("page.duplicate-receipt", "/messages/1/sid"),
        ("message.url-mismatch", "/messages/1/url"),
    ]
    # An error of the SID itself silences what rests on it.
    masked = {**wrong, "sid": "IM" + "X" * 32}
    body = {"meta": meta, "messages": [MESSAGE, masked]}
    results = contract.check_exchange(Exchange("GET", meta["url"], 200, body))
    assert [(each.rule, each.pointer) for each in results] == [
        ("schema.pattern", "/messages/1/sid")
    ]
    created = Exchange("POST", at, 201, wrong, request_body="Body=Hello")
    assert [each.pointer for each in contract.check_exchange(created)] == ["/url"]
    for rows in (5, [5], None):
        contract.check_exchange(Exchange("GET", meta["url"], 200, {"meta": meta, "messages": rows}))


def test_a_masked_sid_is_one_mistake(contract: Contract) -> None:
    rules = [rule for rule, _, _ in found(contract, sid="IM" + "X" * 32)]
    assert rules == ["schema.pattern"]
