"""Arguments that cannot be checked are refused in one line, which says what to pass instead."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from receiptkit import Contract, Exchange, History, UsageError, WebhookRequest
from receiptkit.rules.examples import sample

EXCHANGE = Exchange("GET", sample("page")["meta"]["url"], 200, sample("page"))
DELIVERY = WebhookRequest("https://example.com/hook", "POST", sample("webhook")["params"])
HEADERS = "must map names to values, both text"


@pytest.mark.parametrize(
    ("check", "given", "message"),
    [
        ("check_exchange", {}, "expected a receiptkit.Exchange, not a dict"),
        ("check_exchange", DELIVERY, "expected a receiptkit.Exchange, not a WebhookRequest"),
        (
            "check_exchange",
            replace(EXCHANGE, status="200"),  # type: ignore[arg-type]
            "Exchange.status is a number, not '200'",
        ),
        ("check_exchange", replace(EXCHANGE, url=None), "Exchange.url is text, not None"),  # type: ignore[arg-type]
        ("check_exchange", replace(EXCHANGE, method=b"GET"), "Exchange.method is text, not b'GET'"),  # type: ignore[arg-type]
        ("check_exchange", replace(EXCHANGE, headers=None), f"Exchange.headers {HEADERS}"),  # type: ignore[arg-type]
        ("check_exchange", replace(EXCHANGE, headers={"a": ["b"]}), f"Exchange.headers {HEADERS}"),  # type: ignore[dict-item]
        (
            "check_exchange",
            replace(EXCHANGE, request_headers=[("a", "b")]),  # type: ignore[arg-type]
            f"Exchange.request_headers {HEADERS}",
        ),
        ("check_webhook", None, "expected a receiptkit.WebhookRequest, not a NoneType"),
        ("check_webhook", replace(DELIVERY, url=5), "WebhookRequest.url is text, not 5"),  # type: ignore[arg-type]
        (
            "check_webhook",
            replace(DELIVERY, method=None),  # type: ignore[arg-type]
            "WebhookRequest.method is text, not None",
        ),
        ("check_webhook", replace(DELIVERY, headers={1: "a"}), f"WebhookRequest.headers {HEADERS}"),  # type: ignore[dict-item]
    ],
)
def test_rejects_what_is_no_exchange_or_webhook(check: str, given: Any, message: str) -> None:
    """The contract and the history refuse other objects, and say what to pass."""
    contract = Contract.load()
    for judge in (contract, History(contract)):
        with pytest.raises(UsageError) as caught:
            getattr(judge, check)(given)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    "value", [datetime(2026, 3, 2, tzinfo=timezone.utc), object(), {1}, {5: 6}]
)
def test_rejects_objects_that_json_does_not_have(value: Any) -> None:
    """An object that a client library made from a body is refused."""
    contract = Contract.load()
    body = {**sample("receipt"), "date_created": value}
    checks: tuple[Callable[[], Any], ...] = (
        lambda: contract.check(body),
        lambda: contract.check_exchange(replace(EXCHANGE, body=value)),
        lambda: History(contract).check(body),
    )
    for check in checks:
        with pytest.raises(
            UsageError,
            match=r"^not a JSON value \(.+\): pass the response body, not an object that a client",
        ):
            check()


def test_an_unpaired_surrogate() -> None:
    """An unpaired surrogate, which Python reads, is a finding in a text."""
    contract = Contract.load()
    text = json.dumps({**sample("receipt"), "participant_sid": "\ud800"})
    with pytest.raises(
        UsageError,
        match=r"^the value has an unpaired surrogate, which JSON cannot encode",
    ):
        contract.check(json.loads(text))
    assert "json.lone-surrogate" in [finding.rule for finding in contract.check(text)]
