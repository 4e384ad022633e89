"""Webhooks sent by another method, as another media type, or under other spellings of their names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from receiptkit import Contract, Exchange, WebhookRequest
from receiptkit.model.finding import Finding
from receiptkit.rules.examples import sample

PARAMETERS: dict[str, str] = sample("webhook")["params"]
BODY = urlencode(PARAMETERS)
HOOK = "https://example.com/hook"
FORM = "application/x-www-form-urlencoded"
OTHERWISE = (
    "the parameters have other spellings; this webhook calls them EventType, "
    "DeliveryReceiptSid, Status …"
)


def told(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(each.rule, each.pointer, each.message) for each in findings]


def values(findings: list[Finding]) -> list[object]:
    return [each.value for each in findings]


def snake(name: str) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()


SPELLINGS: dict[str, Callable[[str], str]] = {
    "snake_case": snake,
    "kebab-case": lambda name: snake(name).replace("_", "-"),
    "camelCase": lambda name: name[0].lower() + name[1:],
    "lower case": str.lower,
    "SCREAMING_CASE": lambda name: snake(name).upper(),
}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "put"])
def test_methods_that_no_configuration_allows(contract: Contract, method: str) -> None:
    request = WebhookRequest(HOOK, method, BODY, {"Content-Type": FORM})
    found = contract.check_webhook(request)
    assert told(found) == [("webhook.method", "", "the method is neither POST nor GET")]
    assert values(found) == [method.upper()]


@pytest.mark.parametrize("method", ["GET", "get"])
def test_a_form_has_no_place_in_a_get(contract: Contract, method: str) -> None:
    (found,) = contract.check_webhook(WebhookRequest(HOOK, method, BODY))
    assert (found.rule, found.severity.value) == ("webhook.method", "warning")
    assert found.value == "GET"
    by_query = WebhookRequest(f"{HOOK}?{BODY}", method)
    assert contract.check_webhook(by_query) == []
    assert contract.check_webhook(WebhookRequest(f"{HOOK}?{BODY}", method, "{}")) == []


@pytest.mark.parametrize("method", ["POST", "post", ""])
def test_methods_that_are_allowed(contract: Contract, method: str) -> None:
    assert contract.check_webhook(WebhookRequest(HOOK, method, BODY)) == []


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", json.dumps(PARAMETERS)),
        ("text/plain", BODY),
        ("text/xml; charset=utf-8", BODY),
        ("", BODY),
    ],
)
def test_bodies_that_are_no_form(contract: Contract, content_type: str, body: str) -> None:
    request = WebhookRequest(HOOK, "POST", body, {"Content-Type": content_type})
    found = contract.check_webhook(request)
    assert told(found) == [("webhook.media-type", "", f"Content-Type is not {FORM}")]
    assert values(found) == [content_type]


@pytest.mark.parametrize(
    "request_",
    [
        WebhookRequest(
            HOOK, "POST", BODY, {"content-type": "Application/X-WWW-Form-Urlencoded;charset=UTF-8"}
        ),
        WebhookRequest(HOOK, "POST", BODY),
        WebhookRequest(f"{HOOK}?{BODY}", "GET", "", {"Content-Type": "text/plain"}),
        WebhookRequest(f"{HOOK}?{BODY}", "GET", " ", {"Content-Type": "application/json"}),
        WebhookRequest(f"{HOOK}?{BODY}", "GET", "x", {"Content-Type": "text/plain"}),
        WebhookRequest(f"{HOOK}?{BODY}", "get", "x", {"Content-Type": "text/plain"}),
        # A log of parsed parameters says nothing of their form.
        WebhookRequest(HOOK, "POST", PARAMETERS, {"Content-Type": "application/json"}),
    ],
)
def test_requests_whose_media_type_is_no_matter(
    contract: Contract, request_: WebhookRequest
) -> None:
    assert contract.check_webhook(request_) == []


@pytest.mark.parametrize("event", ["OnDeliveryUpdated", "ondeliveryupdated", "ONDELIVERYUPDATED"])
def test_event_in_another_case(contract: Contract, event: str) -> None:
    found = contract.check_webhook(WebhookRequest(body={**PARAMETERS, "EventType": event}))
    expected = (
        "webhook.event-case",
        "/EventType",
        "EventType must be exactly `onDeliveryUpdated`; case matters",
    )
    assert told(found) == [expected]
    assert values(found) == [event]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_names_in_other_spellings(contract: Contract, spelling: str) -> None:
    renamed = {SPELLINGS[spelling](name): value for name, value in PARAMETERS.items()}
    expected = [("webhook.field-name", "", OTHERWISE)]
    as_json, as_form = json.dumps(renamed), urlencode(renamed)
    assert told(contract.check_webhook(WebhookRequest(body=renamed))) == expected
    assert told(contract.check_webhook(WebhookRequest(HOOK, "POST", as_form))) == expected
    assert told(contract.check_webhook(WebhookRequest(HOOK, "POST", as_json))) == expected
    assert (
        told(contract.check_exchange(Exchange("POST", HOOK, 200, "", request_body=as_form)))
        == expected
    )


@pytest.mark.parametrize(
    "change",
    [
        # Another event, and none.
        {"event_type": "onMessageAdded"},
        {"event_type": None},
        # With the right name of the event or of the receipt, the schema says what else is missing.
        {"EventType": "onDeliveryUpdated"},
        {"DeliveryReceiptSid": PARAMETERS["DeliveryReceiptSid"]},
    ],
)
def test_other_objects_in_snake_case(contract: Contract, change: dict[str, Any]) -> None:
    renamed = {snake(name): value for name, value in PARAMETERS.items()} | change
    found = contract.check_webhook(WebhookRequest(body=renamed))
    assert "webhook.field-name" not in [each.rule for each in found]


@pytest.mark.parametrize(("count", "is_told"), [(4, False), (5, True)])
def test_few_names_are_not_enough(contract: Contract, count: int, is_told: bool) -> None:
    names = ["EventType", "AccountSid", "MessageSid", "Status", "ConversationSid"][:count]
    renamed = {snake(name): PARAMETERS[name] for name in names}
    found = contract.check_webhook(WebhookRequest(body={**renamed, "tenant": "7"}))
    assert ("webhook.field-name" in [each.rule for each in found]) is is_told


CLASSIC = {
    "MessageSid": "SM62a47fc091b3d4e5f60718293a4b5c6d",
    "MessageStatus": "delivered",
    "AccountSid": PARAMETERS["AccountSid"],
    "To": "+15550100",
}


@pytest.mark.parametrize(
    "more",
    [{}, {"EventType": "READ"}, {"EventType": "Delivered"}, {"SmsStatus": "sent", "SmsSid": "SM1"}],
)
def test_callbacks_of_the_other_product_in_exchanges(
    contract: Contract, more: dict[str, str]
) -> None:
    """A HAR of a gateway holds callbacks as exchanges; in them it is as wrong as in a log of requests."""
    exchange = Exchange("POST", HOOK, 200, "", request_body=urlencode(CLASSIC | more))
    assert [each.rule for each in contract.check_exchange(exchange)] == ["webhook.classic-callback"]


@pytest.mark.parametrize("status", ["received", "receiving"])
def test_incoming_messages_are_no_callbacks(contract: Contract, status: str) -> None:
    body = urlencode({**CLASSIC, "MessageStatus": status})
    found = contract.check_exchange(Exchange("POST", HOOK, 200, "", request_body=body))
    assert [each.rule for each in found] == ["http.unknown-operation"]


def test_event_streams_in_exchanges(contract: Contract) -> None:
    event = {"specversion": "1.0", "type": "com.twilio.conversations.delivery.updated", "data": {}}
    exchange = Exchange("POST", HOOK, 200, "", request_body=json.dumps([event]))
    assert [each.rule for each in contract.check_exchange(exchange)] == ["webhook.event-stream"]


@pytest.mark.parametrize(
    "body",
    [
        {snake(name): value for name, value in PARAMETERS.items()},
        {"EventType": "onDeliveryUpdated", "Status": "sent"},
        CLASSIC,
    ],
)
def test_applications_may_pass_webhooks_on_as_json(contract: Contract, body: object) -> None:
    """JSON that an application made from a webhook is not checked as a webhook."""
    exchange = Exchange(
        "POST", "https://events.example.com/", 200, "", request_body=json.dumps(body)
    )
    assert [each.rule for each in contract.check_exchange(exchange)] == ["http.unknown-operation"]


def test_a_webhook_with_few_parameters_in_an_exchange(contract: Contract) -> None:
    body = "EventType=onDeliveryUpdated&Status=sent"
    found = contract.check_exchange(Exchange("POST", HOOK, 200, "", request_body=body))
    assert {each.rule for each in found} == {"schema.required"}


def multipart(boundary: str = "b", end: str = "\r\n") -> str:
    parts = [
        f'--{boundary}{end}Content-Disposition: form-data; name="{name}"{end}{end}{value}{end}'
        for name, value in PARAMETERS.items()
    ]
    return "".join(parts) + f"--{boundary}--{end}"


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=b", 'Multipart/Form-Data;boundary="b"']
)
def test_a_multipart_body_is_read_and_reported(contract: Contract, kind: str, end: str) -> None:
    expected = [("webhook.media-type", "", f"Content-Type is not {FORM}")]
    headers = {"Content-Type": kind}
    request = WebhookRequest(HOOK, "POST", multipart(end=end), headers)
    assert told(contract.check_webhook(request)) == expected
    exchange = Exchange("POST", HOOK, 200, request_body=multipart(end=end), request_headers=headers)
    assert told(contract.check_exchange(exchange)) == expected


def test_checks_parameters_of_a_multipart_body(contract: Contract) -> None:
    body = multipart().replace("\r\nsent\r\n", "\r\nqueued\r\n")
    request = WebhookRequest(
        HOOK, "POST", body, {"Content-Type": "multipart/form-data; boundary=b"}
    )
    found = {(each.rule, each.pointer) for each in contract.check_webhook(request)}
    assert found == {("webhook.media-type", ""), ("schema.enum", "/Status")}


@pytest.mark.parametrize("profile", ["documented", "strict"])
def test_parameters_of_the_address_are_only_information(profile: str) -> None:
    """With GET, the receiver's own parameters are information; with POST they are recognised."""
    contract = Contract.load(profile)
    address = f"{HOOK}?tenant=7&flow=a"
    found = contract.check_webhook(WebhookRequest(f"{address}&{BODY}", "GET"))
    assert [(each.rule, each.severity.value, each.pointer, each.message) for each in found] == [
        ("webhook.unknown-parameter", "info", f"/{name}", "the parameter is not documented")
        for name in ("tenant", "flow")
    ]
    headers = {"Content-Type": FORM}
    assert contract.check_webhook(WebhookRequest(address, "POST", BODY, headers)) == []


def test_an_unknown_parameter_of_a_form_stays_an_error_under_strict() -> None:
    found = Contract.load("strict").check_webhook(
        WebhookRequest(HOOK, "POST", f"{BODY}&tenant=7", {"Content-Type": FORM})
    )
    assert [(each.rule, each.pointer) for each in found] == [
        ("schema.additional-properties", "/tenant")
    ]
