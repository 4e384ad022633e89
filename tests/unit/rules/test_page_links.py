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
    """Return the findings of a response to a request, or of a bare page; each has its value."""
    found = (
        contract.check_exchange(Exchange("GET", url, 200, body)) if url else contract.check(body)
    )
    for each in found:
        if each.pointer.endswith("url"):
            assert each.value == _at(body, each.pointer)
    return [(each.rule, each.pointer, each.message) for each in found]


def _at(body: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        body = body[int(token)] if isinstance(body, list) else body[token]
    return body


@pytest.mark.parametrize("number", [0, 1, 5])
@pytest.mark.parametrize("at", [LIST, IN_SERVICE])
def test_links_that_agree(contract: Contract, number: int, at: str) -> None:
    body = page(number, at=at)
    assert problems(contract, body) == []
    assert problems(contract, body, body["meta"]["url"]) == []
    in_capitals = body["meta"]["url"].replace(API, "https://CONVERSATIONS.twilio.com:443")
    assert problems(contract, body, in_capitals) == []


ELSEWHERE = "scheme, host or path of {} differs from meta.url"
SIZE = "PageSize in {} differs from meta.url"


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
    expected = [(rule, f"/meta/{name}", what.format(name))]
    assert problems(contract, body) == expected
    assert problems(contract, body, body["meta"]["url"]) == expected


@pytest.mark.parametrize(
    "link", [f"{LIST}?PageSize=1&Page=1", f"{LIST}?PageSize=1&Page=2&PageToken=PT2"]
)
def test_previous_page_is_the_one_before(contract: Contract, link: str) -> None:
    expected = (
        "page.previous-elsewhere",
        "/meta/previous_page_url",
        "previous_page_url must have Page=0 (meta.page - 1)",
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
    message = "scheme or host of next_page_url differs from the request"
    expected = ("page.next-elsewhere", "/meta/next_page_url", message)
    assert expected in problems(contract, body, f"{LIST}?PageSize=1")
    assert problems(contract, body, f"{LIST.replace(API, server)}?PageSize=1") == []


def test_another_server_has_a_hint(contract: Contract) -> None:
    found = contract.check_exchange(Exchange("GET", f"http://mock.test{_path()}", 200, page()))
    [hint] = [each.hint for each in found if each.rule == "page.next-elsewhere"]
    assert hint == "if that host is a mock or a proxy of Twilio, set api-base-url"


def _path() -> str:
    return f"{LIST.partition('.com')[2]}?PageSize=1"


@pytest.mark.parametrize(
    ("server", "is_wrong"),
    [
        ("http://conversations.twilio.com", True),
        ("https://mock.example.org", True),
        ("https://conversations.dublin.ie1.twilio.com", False),
        ("https://conversations.twilio.com:443", False),
    ],
)
def test_an_own_link_to_another_server_than_rows_and_first_page(
    contract: Contract, server: str, is_wrong: bool
) -> None:
    own = ("page.url-mismatch", "/meta/url")
    message = "scheme or host of meta.url differs from first_page_url and the receipts"
    body = page(url=page()["meta"]["url"].replace(API, server), next_page_url=None)
    expected = [(*own, message)] if is_wrong else []
    assert problems(contract, body) == expected
    # Without receipts, or without a first page, nobody knows which link is right.
    others = ({**body, "delivery_receipts": []}, copy.deepcopy(body))
    others[1]["meta"]["first_page_url"] = None
    for other in others:
        assert own not in [each[:2] for each in problems(contract, other)]
    # If the receipts have the same server, the first link alone is another one's.
    body["delivery_receipts"][0]["url"] = body["delivery_receipts"][0]["url"].replace(API, server)
    assert own not in [each[:2] for each in problems(contract, body)]


@pytest.mark.parametrize("value", [5.5, True, [], {}, [5], [{"url": 5}], [{"url": "x"}], None])
@pytest.mark.parametrize(
    "member",
    [
        *("delivery_receipts", "meta", "meta/url", "meta/first_page_url", "meta/page"),
        *("meta/previous_page_url", "meta/next_page_url", "meta/page_size"),
    ],
)
@pytest.mark.parametrize("number", [0, 1])
def test_values_of_other_types_are_left_to_the_schema(
    contract: Contract, member: str, value: Any, number: int
) -> None:
    body = page(number)
    url = body["meta"]["url"]
    *parents, name = member.split("/")
    _at(body, "".join(f"/{each}" for each in parents))[name] = value
    for requested in (None, url):
        rules = {each.rule for each in _found(contract, body, requested) if each.value is value}
        assert value is None or all(rule.startswith("schema.") for rule in rules)


def _found(contract: Contract, body: Any, url: str | None) -> Any:
    if url is None:
        return contract.check(body, operation="ListConversationMessageReceipt")
    return contract.check_exchange(Exchange("GET", url, 200, body))


def test_a_page_size_may_be_that_of_the_own_link_or_of_meta(contract: Contract) -> None:
    of_meta = page(first_page_url=f"{LIST}?PageSize=7&Page=0", page_size=7)
    of_link = page(page_size=7)
    for body in (of_meta, of_link):
        assert {rule for rule, _, _ in problems(contract, body)} == {
            "page.url-mismatch",
            "page.next-on-short-page",
        }


def test_checks_next_links_of_other_lists(contract: Contract) -> None:
    at = LIST.partition("/Messages")[0] + "/Messages"
    mocked = at.replace(API, "https://mock.example.org")
    meta = {
        **page()["meta"],
        "key": "messages",
        "url": f"{mocked}?PageSize=1&Page=0",
        "first_page_url": f"{mocked}?PageSize=1&Page=0",
        "next_page_url": f"{mocked}?PageSize=1&Page=1&PageToken=PT1",
    }
    found = problems(contract, {"messages": [], "meta": meta}, f"{at}?PageSize=1&PageToken=PT1")
    assert {(rule, pointer) for rule, pointer, _ in found} == {
        ("page.next-is-self", "/meta/next_page_url"),
        ("page.next-elsewhere", "/meta/next_page_url"),
    }


def test_does_not_check_the_meta_of_a_receipt(contract: Contract) -> None:
    receipt = {**sample("receipt"), "meta": {"url": OTHER_MESSAGE}}
    assert problems(contract, receipt, receipt["url"]) == []
    in_page = page(url=f"{LIST}?PageSize=1&Page=0", next_page_url=None)
    in_page["url"] = IN_SERVICE
    rules = [rule for rule, _, _ in problems(contract, in_page, f"{LIST}?PageSize=1")]
    assert rules == []


@pytest.mark.parametrize("name", ["CH" + "x" * 31, "x" * 34, "CHANNEL", "CH" + "x" * 33])
def test_a_unique_name_is_no_sid(contract: Contract, name: str) -> None:
    conversation = PAGE["delivery_receipts"][0]["conversation_sid"]
    asked = f"{LIST}?PageSize=1".replace(conversation, name)
    assert problems(contract, page(), asked) == []


def test_a_region_is_twilio(contract: Contract) -> None:
    url = f"{LIST}?PageSize=1".replace(API, "https://conversations.dublin.ie1.twilio.com")
    assert problems(contract, page(), url) == []


def test_treats_a_base_url_as_twilios() -> None:
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
        (f"{OTHER_MESSAGE}?PageSize=1", "meta.url names another list than the request"),
        (f"{OTHER_CONVERSATION}?PageSize=1", "meta.url names another list than the request"),
        (f"{IN_SERVICE}?PageSize=1", "meta.url is not under /Services, unlike the request"),
        (f"{LIST}?PageSize=1&PageToken=PT9", "PageToken in meta.url differs from the request"),
    ],
)
def test_an_empty_page_of_another_request(contract: Contract, asked: str, what: str) -> None:
    body = page(url=f"{LIST}?PageSize=1&Page=0&PageToken=PT0", next_page_url=None)
    body["delivery_receipts"] = []
    found = problems(contract, body, asked)
    assert ("page.url-mismatch", "/meta/url", what) in found


def test_a_page_of_another_service(contract: Contract) -> None:
    body = page(at=IN_SERVICE, next_page_url=None)
    body["delivery_receipts"] = []
    asked = f"{IN_SERVICE.replace(SERVICE, OTHER_SERVICE)}?PageSize=1"
    expected = ("page.url-mismatch", "/meta/url", "meta.url names another list than the request")
    assert expected in problems(contract, body, asked)


def test_a_conversation_may_be_asked_for_by_name(contract: Contract) -> None:
    conversation = PAGE["delivery_receipts"][0]["conversation_sid"]
    asked = f"{LIST}?PageSize=1".replace(conversation, "my-room")
    assert problems(contract, page(), asked) == []


def test_a_receipt_in_another_scope(contract: Contract) -> None:
    receipt = sample("receipt")
    in_service = {**receipt, "chat_service_sid": SERVICE}
    asked = receipt["url"].replace("/v1/", f"/v1/Services/{SERVICE}/")
    expected = ("receipt.url-mismatch", "/url", "url is not under /Services, unlike the request")
    assert expected in problems(contract, in_service, asked)
    assert problems(contract, {**in_service, "url": asked}, asked) == []


def test_rows_in_another_scope_than_their_page(contract: Contract) -> None:
    body = page(at=IN_SERVICE)
    row = body["delivery_receipts"][0]
    second = {**row, "url": f"{LIST}/{row['sid']}"}
    elsewhere = {**row, "url": "https://conversations.twilio.com/receipt"}
    body["delivery_receipts"] = [elsewhere, row, second]
    expected = (
        "receipt.url-mismatch",
        "/delivery_receipts/2/url",
        "url is not under /Services, unlike meta.url",
    )
    found = problems(contract, body, body["meta"]["url"])
    assert [each for each in found if each[0] == "receipt.url-mismatch"] == [expected]


@pytest.mark.parametrize(("count", "is_told"), [(2, False), (3, True), (4, True)])
def test_receipts_of_one_participant(contract: Contract, count: int, is_told: bool) -> None:
    body = page(size=50, next_page_url=None)
    row = body["delivery_receipts"][0]
    sids = [f"DY{digit}0" + "123456789abcdef" * 2 for digit in "1234"[:count]]
    body["delivery_receipts"] = [
        {**row, "sid": sid, "url": f"{LIST}/{sid}", "channel_message_sid": f"SM{sid[2:]}"}
        for sid in sids
    ]
    message = f"all {count} receipts have the same participant_sid; each recipient has its own"
    expected = [("page.one-participant", "/delivery_receipts", message)] if is_told else []
    assert problems(contract, body) == expected
    body["delivery_receipts"][0]["participant_sid"] = "MB" + "0123456789abcdef" * 2
    assert problems(contract, body) == []
