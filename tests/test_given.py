"""What callers hand over and nobody can judge: one line says what is wanted instead."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from receiptkit import Contract, Delivery, Exchange, History, UsageError
from receiptkit.rules.examples import sample

EXCHANGE = Exchange("GET", sample("page")["meta"]["url"], 200, sample("page"))
DELIVERY = Delivery("https://example.com/hook", "POST", sample("webhook")["params"])
HEADERS = "is a mapping of names to values, all of them text"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "a receiptkit.Exchange is wanted here, not a dict"),
        (DELIVERY, "a receiptkit.Exchange is wanted here, not a Delivery"),
        (replace(EXCHANGE, status="200"), "Exchange.status is a number, not '200'"),  # type: ignore[arg-type]
        (replace(EXCHANGE, url=None), "Exchange.url is text, not None"),  # type: ignore[arg-type]
        (replace(EXCHANGE, method=b"GET"), "Exchange.method is text, not b'GET'"),  # type: ignore[arg-type]
        (replace(EXCHANGE, headers=None), f"Exchange.headers {HEADERS}"),  # type: ignore[arg-type]
        (replace(EXCHANGE, headers={"a": ["b"]}), f"Exchange.headers {HEADERS}"),  # type: ignore[dict-item]
        (replace(EXCHANGE, request_headers=[("a", "b")]), f"Exchange.request_headers {HEADERS}"),  # type: ignore[arg-type]
    ],
)
def test_no_exchange(given: Any, message: str) -> None:
    contract = Contract.load()
    for check in (contract.check_exchange, History(contract).check_exchange):
        with pytest.raises(UsageError) as caught:
            check(given)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "a receiptkit.Delivery is wanted here, not a NoneType"),
        (replace(DELIVERY, url=5), "Delivery.url is text, not 5"),  # type: ignore[arg-type]
        (replace(DELIVERY, method=None), "Delivery.method is text, not None"),  # type: ignore[arg-type]
        (replace(DELIVERY, headers={1: "a"}), f"Delivery.headers {HEADERS}"),  # type: ignore[dict-item]
    ],
)
def test_no_delivery(given: Any, message: str) -> None:
    contract = Contract.load()
    for check in (contract.check_delivery, History(contract).check_delivery):
        with pytest.raises(UsageError) as caught:
            check(given)
        assert str(caught.value) == message


@pytest.mark.parametrize("value", [datetime(2026, 3, 2, tzinfo=timezone.utc), object(), {1}, {5: 6}])
def test_what_json_does_not_know(value: Any) -> None:
    """A client library makes dates of texts; what it made is not what was answered."""
    contract = Contract.load()
    body = {**sample("receipt"), "date_created": value}
    checks: tuple[Callable[[], Any], ...] = (
        lambda: contract.check(body),
        lambda: contract.check_exchange(replace(EXCHANGE, body=value)),
        lambda: History(contract).check(body),
    )
    for check in checks:
        with pytest.raises(UsageError, match=r"^this is no JSON \(.+\): judge what was answered, not what a library made of it$"):
            check()


def test_an_unpaired_surrogate() -> None:
    """Python reads what no text can hold; in a text it is a finding."""
    contract = Contract.load()
    text = json.dumps({**sample("receipt"), "participant_sid": "\ud800"})
    with pytest.raises(
        UsageError, match=r"^an unpaired surrogate stands in this, which no JSON can carry: judge the text itself$"
    ):
        contract.check(json.loads(text))
    assert "json.lone-surrogate" in [finding.rule for finding in contract.check(text)]
