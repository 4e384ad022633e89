"""Webhook requests: recognition, and findings about parameters and encoding."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from proofs.verdicts import answers, become, left, own, title, told
from receiptkit import Contract, Exchange, WebhookRequest
from receiptkit.rules.examples import form, sample

LIST = sample("page")["meta"]["url"].partition("?")[0]
HOOK = "https://example.com/hook"
PARAMETERS: dict[str, str] = sample("webhook")["params"]
CLASSIC = {"MessageSid": PARAMETERS["ChannelMessageSid"], "SmsStatus": "sent"}
EVENT_STREAM = {
    "specversion": "1.0",
    "type": "com.twilio.conversations.delivery.updated",
    "id": "1",
    "data": {},
}


NOT_ONE = "body.unknown-kind"


@pytest.mark.parametrize(
    ("delivery", "operation", "expected"),
    [
        (
            WebhookRequest(HOOK, body=CLASSIC),
            None,
            ([left("webhook.classic-callback")], None, None, "request", None),
        ),
        (
            WebhookRequest(f"{HOOK}?MessageSid={CLASSIC['MessageSid']}&SmsStatus=sent", "GET"),
            None,
            ([left("webhook.classic-callback")], None, None, "url", None),
        ),
        (
            WebhookRequest(HOOK, body=json.dumps(EVENT_STREAM)),
            None,
            ([left("webhook.event-stream")], None, None, "request", None),
        ),
        (
            WebhookRequest(HOOK, body=""),
            None,
            ([left(NOT_ONE, " (a request without parameters)")], None, "unknown body", "url", None),
        ),
        (
            WebhookRequest(HOOK, body=sample("receipt")),
            None,
            (
                [
                    left(
                        NOT_ONE,
                        " (the body of this request looks like a receipt, which a response has)",
                    )
                ],
                None,
                "unknown body",
                "request",
                None,
            ),
        ),
        (
            WebhookRequest(HOOK, body=form()),
            "page",
            (
                [
                    left(
                        NOT_ONE,
                        " (the body of this request looks like a page, which a response has)",
                    )
                ],
                None,
                "unknown body",
                "request",
                None,
            ),
        ),
        (
            WebhookRequest(f"{HOOK}?{form()}", "GET"),
            None,
            ([], "onDeliveryUpdated", None, "url", "webhook"),
        ),
        (
            WebhookRequest(HOOK, body=form()),
            "webhook",
            ([], "onDeliveryUpdated", None, "request", "webhook"),
        ),
        (
            WebhookRequest(HOOK, body=form()),
            "onDeliveryUpdated",
            ([], "onDeliveryUpdated", None, "request", "webhook"),
        ),
        (
            WebhookRequest(HOOK, body=form().replace("onDeliveryUpdated", "onMessageUpdated")),
            None,
            (
                [("webhook.other-event", "", title("webhook.other-event"), "onDeliveryUpdated")],
                "onDeliveryUpdated",
                "a webhook of another event",
                "request",
                None,
            ),
        ),
        (
            WebhookRequest(HOOK, body="[1]"),
            "webhook",
            (
                [("schema.type", "", "the value is an array, not an object", "onDeliveryUpdated")],
                "onDeliveryUpdated",
                None,
                "request",
                "webhook",
            ),
        ),
    ],
)
def test_webhooks(
    contract: Contract, delivery: WebhookRequest, operation: str | None, expected: Any
) -> None:
    """A request is a webhook, a webhook of another event, or neither, with the reason."""
    verdict = contract.validator.validate_webhook(delivery, operation)
    assert become(verdict) == expected
    assert (verdict.body is not None) == (verdict.kind is not None)


def test_an_event_that_is_misspelt(contract: Contract) -> None:
    """A name much like an event's is reported as misspelt; without any, the event is missing."""
    verdict = contract.validator.validate_webhook(
        WebhookRequest(HOOK, body={**PARAMETERS, "EventType": "onDeliveryUpdate"})
    )
    assert [(finding.rule, finding.pointer) for finding in verdict.findings] == [
        ("schema.enum", "/EventType")
    ]
    without = {name: value for name, value in PARAMETERS.items() if name != "EventType"}
    verdict = contract.validator.validate_webhook(WebhookRequest(HOOK, body=without))
    assert told(verdict.findings) == [
        ("schema.required", "", "required field `EventType` is missing", "onDeliveryUpdated")
    ]


def test_a_parameter_that_is_called_otherwise(contract: Contract) -> None:
    """A misnamed parameter is not also reported as missing; another missing parameter is."""
    body = {**PARAMETERS, "DeliveryStatus": "sent"}
    del body["Status"]
    verdict = contract.validator.validate_webhook(WebhookRequest(HOOK, body=body))
    called = (
        "webhook.field-name",
        "/DeliveryStatus",
        "unknown parameter DeliveryStatus; this webhook calls it `Status`",
        "onDeliveryUpdated",
    )
    assert told(verdict.findings) == [called]
    del body["MessageSid"]
    verdict = contract.validator.validate_webhook(
        WebhookRequest(HOOK, body={**body, "AccountSid": "x"})
    )
    assert sorted(told(verdict.findings)) == [
        (
            "schema.pattern",
            "/AccountSid",
            "`AccountSid` must be an account SID: AC and 32 hexadecimal digits",
            "onDeliveryUpdated",
        ),
        ("schema.required", "", "required field `MessageSid` is missing", "onDeliveryUpdated"),
        called,
    ]


def test_orders_the_findings_of_a_webhook(contract: Contract) -> None:
    """Findings come in this order: text, parameters, encoding, signature."""
    signed = Contract.load(auth_token="0123456789abcdef0123456789abcdef")
    text = form().replace("Status=sent", "Status=odd") + "&RetryCount=1&ClientIdentity=100%"
    delivery = WebhookRequest(HOOK, body=text, headers={"Host": "example.com"})
    expected = [
        ("schema.enum", "/Status"),
        ("webhook.repeated-parameter", "/RetryCount"),
        ("webhook.encoding", "/ClientIdentity"),
    ]
    for judge, more in (
        (contract.validator, []),
        (signed.validator, [("webhook.signature-missing", "")]),
    ):
        findings = judge.validate_webhook(delivery).findings
        assert [(finding.rule, finding.pointer) for finding in findings] == [*expected, *more]
        assert {finding.operation for finding in findings} == {"onDeliveryUpdated"}
    defective = json.dumps(PARAMETERS)[:-1] + ', "RetryCount": NaN, "Status": ["sent", "read"]}'
    findings = signed.validator.validate_webhook(replace(delivery, body=defective)).findings
    assert [(finding.rule, finding.pointer) for finding in findings] == [
        ("json.duplicate-key", "/RetryCount"),
        ("json.not-finite", "/RetryCount"),
        ("json.duplicate-key", "/Status"),
        ("webhook.repeated-parameter", "/Status"),
        ("webhook.signature-missing", ""),
    ]


def test_webhooks_of_other_documents(tmp_path: Path) -> None:
    """A webhook that is not described as a form is unchecked; one without an event list has no other event."""
    paths = {"/orders": answers("application/json", total=True)}
    hook = {
        "hook": {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"properties": {"A": True, "B": True}}}
                    }
                }
            }
        }
    }
    contract = own(tmp_path, paths, webhooks=hook)
    described: tuple[Any, ...] = (
        [],
        "hook",
        "the document has no schema for this body",
        "request",
        None,
    )
    assert (
        become(contract.validator.validate_webhook(WebhookRequest(HOOK, body="A=1&B=2")))
        == described
    )
    for event in ({"EventType": True}, {"EventType": {"type": "string"}}, {}):
        content = {
            "application/x-www-form-urlencoded": {
                "schema": {"properties": {"Room": True, "To": True, **event}}
            }
        }
        contract = own(
            tmp_path, paths, webhooks={"hook": {"post": {"requestBody": {"content": content}}}}
        )
        verdict = contract.validator.validate_webhook(
            WebhookRequest(HOOK, body="Room=1&To=2&EventType=onAny")
        )
        assert become(verdict) == ([], "hook", None, "request", "webhook")
    verdict = contract.validator.validate_webhook(WebhookRequest(HOOK, body="Room=1&To=2"), "Get")
    reason = " (the body of this request looks like a resource of another operation, which a response has)"
    assert told(verdict.findings) == [left(NOT_ONE, reason)]


def test_credentials(contract: Contract) -> None:
    """Credentials in requests and webhook requests are found; headers of responses are not searched."""
    headers = {"Authorization": "Bearer 4f9d1c7ab23e"}
    message = (
        "the request's Authorization header holds credentials; remove them with `receiptkit scrub`"
    )
    found = [("capture.secret", "", message, None)]
    assert (
        told(contract.validator.secrets(Exchange("GET", LIST, 200, request_headers=headers)))
        == found
    )
    assert told(contract.validator.secrets(Exchange("GET", LIST, 200, headers=headers))) == []
    assert told(contract.validator.secrets(WebhookRequest(HOOK, headers=headers))) == found
    assert told(contract.validator.secrets(WebhookRequest(HOOK))) == []
