"""Requests with parameters of no operation, with a body that is no form, and for pages without a token."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from receiptkit import Contract, Exchange
from receiptkit.rules.examples import sample
from receiptkit.rules.request_names import repeated_parameter
from receiptkit.rules.views import RequestView

LIST = sample("page")["meta"]["url"].partition("?")[0]
SETTINGS = "https://conversations.twilio.com/v1/Configuration/Webhooks"
FORM = "application/x-www-form-urlencoded"
REPEAT = "send Filters=onMessageAdded&Filters=onDeliveryUpdated, in a form"
NOT_A_FORM = "the body is not a form, so none of its parameters is read"
JOINED = "Filters has several names in one value, which is taken for a single name"

Found = list[tuple[str, str, str | None]]


def problems(contract: Contract, exchange: Exchange) -> Found:
    """Return rule, message and hint of each finding of a request; none has a pointer."""
    found = [each for each in contract.check_exchange(exchange) if each.rule.startswith("request.")]
    assert {each.pointer for each in found} <= {""}
    return [(each.rule, each.message, each.hint) for each in found]


def posted(
    contract: Contract, body: object, content_type: str | None = FORM, query: str = ""
) -> Found:
    headers = {"Content-Type": content_type} if content_type else {}
    exchange = Exchange(
        "POST",
        SETTINGS + query,
        200,
        sample("configuration"),
        request_headers=headers,
        request_body=body,
    )
    return problems(contract, exchange)


@pytest.mark.parametrize(
    ("query", "message", "hint"),
    [
        ("pageSize=5", "unknown parameter pageSize", "did you mean PageSize?"),
        ("page_size=5", "unknown parameter page_size", "did you mean PageSize?"),
        ("PageSizes=5", "unknown parameter <name, 9 characters>", "did you mean PageSize?"),
        ("Limit=5", "unknown parameter Limit", "did you mean PageSize?"),
        ("per_page=5", "unknown parameter per_page", "did you mean PageSize?"),
        ("page_token=PT1", "unknown parameter page_token", "did you mean PageToken?"),
        ("Order=desc", "unknown parameter Order", None),
        ("Token=PT1", "unknown parameter <name, 5 characters>", "did you mean PageToken?"),
        ("PageSize[a][b]=1&tenant=7", "unknown parameter <name, 6 characters>", None),
        ("tenant=7", "unknown parameter <name, 6 characters>", None),
        ("=7", "unknown parameter <name, 0 characters>", None),
    ],
)
def test_names_of_no_parameter_are_reported_with_the_one_meant(
    contract: Contract, query: str, message: str, hint: str | None
) -> None:
    exchange = Exchange("GET", f"{LIST}?{query}", 200, sample("page"))
    assert problems(contract, exchange) == [("request.unknown-parameter", message, hint)]


def test_one_receipt_has_no_pages(contract: Contract) -> None:
    receipt = sample("receipt")
    exchange = Exchange("GET", f"{receipt['url']}?PageSize=5&limit=5", 200, receipt)
    assert problems(contract, exchange) == [
        ("request.unknown-parameter", "unknown parameter PageSize", None),
        ("request.unknown-parameter", "unknown parameter limit", None),
    ]


def test_a_document_may_leave_out_the_paging_of_a_list(contract: Contract) -> None:
    exchange = Exchange(
        "GET", f"{SETTINGS}?PageSize=5&Page=1&limit=5", 200, sample("configuration")
    )
    expected = [("request.unknown-parameter", "unknown parameter limit", None)]
    assert problems(contract, exchange) == expected


def test_fields_of_a_form_do_not_belong_in_the_url(contract: Contract) -> None:
    message = "Method is a field of the form, not a parameter of the URL"
    expected = [("request.unknown-parameter", message, None)]
    assert posted(contract, "Filters=onDeliveryUpdated", query="?Method=POST") == expected
    assert posted(contract, "", query="?Method=POST") == expected


@pytest.mark.parametrize(
    "body",
    [
        "Filters=onMessageAdded&Filters=onDeliveryUpdated&Method=POST",
        "Filters=onDeliveryUpdated&PostWebhookUrl=" + "https%3A%2F%2Fexample.com%2Fa%2Cb",
        {"Filters": ["onMessageAdded", "onDeliveryUpdated"], "Method": "GET"},
        "",
        None,
    ],
)
def test_forms_with_repeated_filters_are_sound(contract: Contract, body: object) -> None:
    assert posted(contract, body) == []
    assert posted(contract, body, f"{FORM}; charset=UTF-8") == []
    assert posted(contract, body, None) == []


@pytest.mark.parametrize("name", ["Filters[]", "Filters[0]", "Filters[a][b]"])
def test_brackets_make_another_name(contract: Contract, name: str) -> None:
    message = f"unknown parameter {name}; a list is sent as repeated Filters"
    expected = [("request.parameter", message, f"repeat the name: {REPEAT}")]
    assert posted(contract, urlencode({name: "onDeliveryUpdated"})) == expected


@pytest.mark.parametrize(
    "value",
    [
        "onMessageAdded,onDeliveryUpdated",
        "onMessageAdded, onDeliveryUpdated",
        "onMessageAdded;onDeliveryUpdated",
        "onMessageAdded onDeliveryUpdated",
        "onMessageAdded\nonDeliveryUpdated",
        '["onDeliveryUpdated"]',
        "['onMessageAdded', 'onDeliveryUpdated']",
    ],
)
def test_several_names_in_one_value_are_one_name(contract: Contract, value: str) -> None:
    expected = [("request.parameter", JOINED, f"repeat the name: {REPEAT}")]
    assert posted(contract, urlencode({"Filters": value})) == expected
    assert posted(contract, f"Filters=onMessageAdd&{urlencode({'Filters': value})}") == expected


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps({"Filters": ["onDeliveryUpdated"]}), "application/json"),
        (json.dumps({"Filters": ["onDeliveryUpdated"]}), None),
        ("Filters=onDeliveryUpdated", "text/plain"),
        ("Filters=onDeliveryUpdated", "application/json"),
        (
            "--b\r\nContent-Disposition: form-data; name=Filters\r\n\r\nx\r\n--b--",
            "multipart/form-data; boundary=b",
        ),
    ],
)
def test_bodies_that_are_no_form(contract: Contract, body: str, content_type: str | None) -> None:
    hint = f"repeat the name of a list: {REPEAT}"
    assert posted(contract, body, content_type) == [("request.parameter", NOT_A_FORM, hint)]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("Method=PUT", "form parameter Method is not GET or POST"),
        ("Method=post", "form parameter Method is not GET or POST"),
        ("PostWebhookUrl=%2Fhook", "form parameter PostWebhookUrl is not an absolute URI"),
        ("PreWebhookUrl=hook", "form parameter PreWebhookUrl is not an absolute URI"),
    ],
)
def test_fields_break_their_schema(contract: Contract, field: str, message: str) -> None:
    assert [(rule, text) for rule, text, _ in posted(contract, field)] == [
        ("request.parameter", message)
    ]


def test_shows_the_first_value_if_asked(contract: Contract) -> None:
    value = "onMessageAdded,onDeliveryUpdated"
    exchange = Exchange(
        "POST", SETTINGS, 200, sample("configuration"), request_body=f"Filters={value}"
    )
    (finding,) = contract.check_exchange(exchange)
    assert finding.value == value


def test_a_blank_field_takes_its_value_away(contract: Contract) -> None:
    assert posted(contract, "PostWebhookUrl=&Method=") == []


@pytest.mark.parametrize(
    "query", ["Page=1", "PageSize=50&Page=2", "Page=1&PageToken=", "Page=0&Page=3"]
)
def test_later_pages_need_a_token(contract: Contract, query: str) -> None:
    exchange = Exchange("GET", f"{LIST}?{query}", 200, sample("page"))
    message = "Page is above 0, but there is no PageToken; Twilio answers 400 / 20001"
    found = [each for each in problems(contract, exchange) if "repeated" not in each[0]]
    assert found == [("request.page-without-token", message, None)]


@pytest.mark.parametrize(
    "query", ["Page=0", "Page=3&Page=0", "Page=1&PageToken=PT1", "PageToken=PT1", "", "Page="]
)
def test_other_pages_need_none(contract: Contract, query: str) -> None:
    found = problems(contract, Exchange("GET", f"{LIST}?{query}", 200, sample("page")))
    assert "request.page-without-token" not in [rule for rule, _, _ in found]


def test_a_refused_request_is_not_reported_again(contract: Contract) -> None:
    refusal = {
        "code": 20001,
        "message": "PageToken is required for paging.",
        "more_info": "https://www.twilio.com/docs/errors/20001",
        "status": 400,
    }
    assert contract.check_exchange(Exchange("GET", f"{LIST}?Page=1&limit=5", 400, refusal)) == []


OF_SERVICE = SETTINGS.replace("/v1/", "/v1/Services/IS1d5f2a7b4c6e8f90a1b2c3d4e5f60718/")
UNKNOWN_FILTER = "the filter is not an event that webhooks can subscribe to"


@pytest.mark.parametrize(
    ("url", "names", "is_known"),
    [
        (SETTINGS, ["onDeliveryUpdate"], False),
        (SETTINGS, ["onMessageAdded", "ondeliveryupdated"], False),
        (SETTINGS, ["onMessageSent", "onDeliveryUpdated"], False),
        (SETTINGS, ["onUserAdded", "onDeliveryUpdated"], True),
        (OF_SERVICE, ["onDeliveryUpdated", "onConversationStateUpdated"], True),
        (OF_SERVICE, ["onUserAdded"], False),
    ],
)
@pytest.mark.parametrize(
    ("profile", "severity"), [("vendor", None), ("documented", "warning"), ("strict", "error")]
)
def test_names_of_unknown_events_are_reported(
    profile: str, severity: str | None, url: str, names: list[str], *, is_known: bool
) -> None:
    body = urlencode([("Filters", name) for name in names])
    exchange = Exchange("POST", url, 200, request_body=body, request_headers={"Content-Type": FORM})
    found = [
        (each.rule, each.severity.value, each.message)
        for each in Contract.load(profile).check_exchange(exchange)
        if each.rule.startswith("configuration.unknown")
    ]
    expected = [("configuration.unknown-filter", severity, UNKNOWN_FILTER)]
    assert found == ([] if is_known or severity is None else expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("PageSize=50&PageSize=50", [("PageSize", 2)]),
        ("Page=0&Page=0&PageSize=50&Page=0&PageSize=50", [("Page", 3), ("PageSize", 2)]),
        ("PageSize=50&Page=0", []),
        # An unknown name is reported as such.
        ("x=1&x=2", []),
    ],
)
def test_parameters_are_sent_once(
    contract: Contract, query: str, expected: list[tuple[str, int]]
) -> None:
    exchange = Exchange("GET", f"{LIST}?{query}", 200, sample("page"))
    found = [
        each for each in problems(contract, exchange) if each[0].endswith("repeated-parameter")
    ]
    said = [
        ("request.repeated-parameter", f"{name} is sent {count} times; send it once", None)
        for name, count in expected
    ]
    assert found == said


def test_lists_of_a_users_own_document_are_repeated() -> None:
    asked = RequestView(
        "", "GET", {}, "", lambda: iter(()), {"a": ["1", "2"]}, documented=("a",), lists=("a",)
    )
    assert list(repeated_parameter(asked)) == []
