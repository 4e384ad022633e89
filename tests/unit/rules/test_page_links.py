"""The links of a page are held against the request, the page's own link and its rows."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from receiptkit import Contract, Exchange
from receiptkit.rules.examples import sample

PAGE = sample("page")
LIST = PAGE["meta"]["url"].partition("?")[0]
API = "https://conversations.twilio.com"
SERVICE = "IS1d5f2a7b4c6e8f90a1b2c3d4e5f60718"
OTHER_SERVICE = "IS" + "0123456789abcdef" * 2
IN_SERVICE = LIST.replace("/v1/", f"/v1/Services/{SERVICE}/")
OTHER_MESSAGE = LIST.replace(
    PAGE["delivery_receipts"][0]["message_sid"], "IM" + "0123456789abcdef" * 2
)
OTHER_CONVERSATION = LIST.replace(
    PAGE["delivery_receipts"][0]["conversation_sid"], "CH" + "0123456789abcdef" * 2
)
SELF = "next_page_url leads back to this page; clients follow it for ever"


def page(number: int = 0, size: int = 1, at: str = LIST, **meta: Any) -> dict[str, Any]:
    """Return a page of one receipt, with links that agree; `meta` replaces some."""
    body: dict[str, Any] = copy.deepcopy(PAGE)
    if at == IN_SERVICE:
        for row in body["delivery_receipts"]:
            row["chat_service_sid"] = SERVICE
            row["url"] = f"{at}/{row['sid']}"
    token = f"&PageToken=PT{number}" if number else ""
    before = f"{at}?PageSize={size}&Page={number - 1}&PageToken=PTb" if number else None
    links = {
        "url": f"{at}?PageSize={size}&Page={number}{token}",
        "first_page_url": f"{at}?PageSize={size}&Page=0",
        "previous_page_url": before,
        "next_page_url": f"{at}?PageSize={size}&Page={number + 1}&PageToken=PT{number + 1}",
    }
    body["meta"] = {"key": "delivery_receipts", "page": number, "page_size": size, **links, **meta}
    return body


def problems(contract: Contract, body: Any, url: str | None = None) -> list[tuple[str, str, str]]:
    """Return what is found of an answer to a request, or of a bare page."""
    found = (
        contract.check_exchange(Exchange("GET", url, 200, body)) if url else contract.check(body)
    )
    return [(each.rule, each.pointer, each.message) for each in found]


@pytest.mark.parametrize("number", [0, 1, 5])
@pytest.mark.parametrize("at", [LIST, IN_SERVICE])
def test_links_that_agree(contract: Contract, number: int, at: str) -> None:
    body = page(number, at=at)
    assert problems(contract, body) == []
    assert problems(contract, body, body["meta"]["url"]) == []
    in_capitals = body["meta"]["url"].replace(API, "https://CONVERSATIONS.twilio.com:443")
    assert problems(contract, body, in_capitals) == []


ELSEWHERE = "has another host or path than this page"
SIZE = "has another PageSize than this page"


@pytest.mark.parametrize(
    ("link", "what"),
    [
        (f"{OTHER_MESSAGE}?PageSize=1&Page=0", ELSEWHERE),
        (f"{OTHER_CONVERSATION}?PageSize=1&Page=0", ELSEWHERE),
        (f"{IN_SERVICE}?PageSize=1&Page=0", ELSEWHERE),
        (f"{LIST}/?PageSize=1&Page=0", ELSEWHERE),
        (f"{LIST.replace('https', 'http')}?PageSize=1&Page=0", ELSEWHERE),
        (f"{LIST.replace('twilio.com', 'twilio.com.example.org')}?PageSize=1&Page=0", ELSEWHERE),
        (f"{LIST.replace('.com', '.com:8443')}?PageSize=1&Page=0", ELSEWHERE),
        (f"{LIST}?PageSize=2&Page=0", SIZE),
    ],
)
@pytest.mark.parametrize(
    ("name", "rule"),
    [("first_page_url", "page.first-url"), ("previous_page_url", "page.previous-elsewhere")],
)
def test_side_links_to_another_list(
    contract: Contract, link: str, what: str, name: str, rule: str
) -> None:
    body = page(1)
    body["meta"][name] = link
    expected = [(rule, f"/meta/{name}", f"{name} {what}")]
    assert problems(contract, body) == expected
    assert problems(contract, body, body["meta"]["url"]) == expected


@pytest.mark.parametrize(
    "link", [f"{LIST}?PageSize=1&Page=1", f"{LIST}?PageSize=1&Page=2&PageToken=PT2"]
)
def test_previous_page_is_the_one_before(contract: Contract, link: str) -> None:
    expected = (
        "page.previous-elsewhere",
        "/meta/previous_page_url",
        "previous_page_url does not lead to page 0",
    )
    assert problems(contract, page(1, previous_page_url=link)) == [expected]


@pytest.mark.parametrize(
    "link",
    [
        # A link may leave out what the token says.
        f"{LIST}?PageToken=PTb",
        f"{LIST}?PageSize=1&PageToken=PTb",
        f"{LIST}?Page=0&PageSize=1",
        f"{LIST.replace(API, API + ':443')}?PageSize=1&Page=0",
    ],
)
def test_previous_links_in_other_forms(contract: Contract, link: str) -> None:
    assert problems(contract, page(1, previous_page_url=link)) == []


def test_a_wrong_own_link_is_one_problem(contract: Contract) -> None:
    """If the rows and the other links agree, only the page's own link is wrong."""
    body = page(1, url=f"{OTHER_MESSAGE}?PageSize=1&Page=1&PageToken=PT1")
    rules = [rule for rule, _, _ in problems(contract, body)]
    assert "page.first-url" not in rules
    assert "page.previous-elsewhere" not in rules


@pytest.mark.parametrize(
    ("number", "url", "following"),
    [
        (1, f"{LIST}?PageSize=1&Page=1&PageToken=PT1", f"{LIST}?PageSize=1&Page=2&PageToken=PT1"),
        # The page's own link has no token, but the request had.
        (1, f"{LIST}?PageSize=1&Page=1", f"{LIST}?PageSize=1&Page=2&PageToken=PT1"),
    ],
)
def test_a_next_link_with_the_token_of_the_page_is_itself(
    contract: Contract, number: int, url: str, following: str
) -> None:
    body = page(number, url=url, next_page_url=following)
    asked = f"{LIST}?PageSize=1&Page=1&PageToken=PT1"
    assert problems(contract, body, asked) == [("page.next-is-self", "/meta/next_page_url", SELF)]


@pytest.mark.parametrize(
    "server",
    [
        "http://conversations.twilio.com",
        "https://conversations.twilio.com:8443",
        "https://mock.example.org",
        "https://conversations.twilio.com.example.org",
    ],
)
def test_links_to_another_server_than_was_asked(contract: Contract, server: str) -> None:
    body = page()
    body["meta"] = {
        name: value.replace(API, server) if isinstance(value, str) else value
        for name, value in body["meta"].items()
    }
    body["delivery_receipts"][0]["url"] = body["delivery_receipts"][0]["url"].replace(API, server)
    message = "next_page_url has another scheme or host than the request"
    expected = ("page.next-elsewhere", "/meta/next_page_url", message)
    assert expected in problems(contract, body, f"{LIST}?PageSize=1")
    assert problems(contract, body, f"{LIST.replace(API, server)}?PageSize=1") == []


def test_a_region_is_twilio(contract: Contract) -> None:
    url = f"{LIST}?PageSize=1".replace(API, "https://conversations.dublin.ie1.twilio.com")
    assert problems(contract, page(), url) == []


def test_a_base_url_stands_for_twilio() -> None:
    contract = Contract.load(api_base_url="http://localhost:8080/twilio")
    url = f"{LIST}?PageSize=1".replace(API, "http://localhost:8080/twilio")
    assert problems(contract, page(), url) == []
    elsewhere = page(
        next_page_url=page()["meta"]["next_page_url"].replace(API, "http://localhost:9090")
    )
    assert [rule for rule, _, _ in problems(contract, elsewhere, url)] == ["page.next-elsewhere"]


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        (f"{OTHER_MESSAGE}?PageSize=1", "is another list than the request's"),
        (f"{OTHER_CONVERSATION}?PageSize=1", "is another list than the request's"),
        (f"{IN_SERVICE}?PageSize=1", "has another scope than the request"),
        (f"{LIST}?PageSize=1&PageToken=PT9", "has another PageToken than the request"),
    ],
)
def test_an_empty_page_of_another_request(contract: Contract, asked: str, what: str) -> None:
    body = page(url=f"{LIST}?PageSize=1&Page=0&PageToken=PT0", next_page_url=None)
    body["delivery_receipts"] = []
    found = problems(contract, body, asked)
    assert ("page.url-mismatch", "/meta/url", f"url {what}") in found


def test_a_page_of_another_service(contract: Contract) -> None:
    body = page(at=IN_SERVICE, next_page_url=None)
    body["delivery_receipts"] = []
    asked = f"{IN_SERVICE.replace(SERVICE, OTHER_SERVICE)}?PageSize=1"
    expected = ("page.url-mismatch", "/meta/url", "url is another list than the request's")
    assert expected in problems(contract, body, asked)


def test_a_conversation_may_be_asked_for_by_name(contract: Contract) -> None:
    conversation = PAGE["delivery_receipts"][0]["conversation_sid"]
    asked = f"{LIST}?PageSize=1".replace(conversation, "my-room")
    assert problems(contract, page(), asked) == []


def test_a_receipt_in_another_scope(contract: Contract) -> None:
    receipt = sample("receipt")
    in_service = {**receipt, "chat_service_sid": SERVICE}
    asked = receipt["url"].replace("/v1/", f"/v1/Services/{SERVICE}/")
    expected = ("receipt.url-mismatch", "/url", "url has another scope than the request")
    assert expected in problems(contract, in_service, asked)
    assert problems(contract, {**in_service, "url": asked}, asked) == []


def test_rows_in_another_scope_than_their_page(contract: Contract) -> None:
    body = page(at=IN_SERVICE)
    row = body["delivery_receipts"][0]
    row["url"] = f"{LIST}/{row['sid']}"
    expected = (
        "receipt.url-mismatch",
        "/delivery_receipts/0/url",
        "url has another scope than the page",
    )
    assert expected in problems(contract, body, body["meta"]["url"])


@pytest.mark.parametrize(("count", "is_told"), [(2, False), (3, True), (4, True)])
def test_receipts_of_one_participant(contract: Contract, count: int, is_told: bool) -> None:
    body = page(size=50, next_page_url=None)
    row = body["delivery_receipts"][0]
    sids = [f"DY{digit}0" + "123456789abcdef" * 2 for digit in "1234"[:count]]
    body["delivery_receipts"] = [{**row, "sid": sid, "url": f"{LIST}/{sid}"} for sid in sids]
    message = f"all {count} receipts are those of one participant"
    expected = [("page.one-participant", "/delivery_receipts", message)] if is_told else []
    assert problems(contract, body) == expected
    body["delivery_receipts"][0]["participant_sid"] = "MB" + "0123456789abcdef" * 2
    assert problems(contract, body) == []
