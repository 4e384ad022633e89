"""The response to a request that configures webhooks has what the request sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from receiptkit.model.problem import Problem
from receiptkit.rules.configuration import not_what_was_sent
from receiptkit.rules.examples import sample
from receiptkit.rules.views import ExchangeView, RequestView

BODY = {**sample("configuration"), "filters": ["onDeliveryUpdated", "onMessageAdded"]}


def told(form: str, kind: str = "configuration", *, is_wrong: bool = False, **body: Any) -> Any:
    def problems() -> Iterator[Problem]:
        yield from [Problem("", "no")] * is_wrong

    fields = parse_qs(form, keep_blank_values=True)
    request = RequestView("", "POST", {}, "", problems, form=fields, lists=("Filters",))
    found = not_what_was_sent(ExchangeView(kind, {**BODY, **body}, request))
    return [(each.pointer, each.message, each.value) for each in found]


@pytest.mark.parametrize(
    "form",
    [
        "",
        "Filters=onMessageAdded&Filters=onDeliveryUpdated",
        "Filters=onMessageAdded&Filters=onDeliveryUpdated&Filters=&Filters=onMessageAdded",
        "Filters=",
        "Method=post",
        "Method=&PostWebhookUrl=&Target=",
        "Method=GET&Method=POST",
        "PostWebhookUrl=https://example.com/conversations&Target=webhook",
        "Unknown=1",
        # A list in one value is a mistake by itself.
        "Filters=onMessageAdded,onUserAdded",
    ],
)
def test_accepts_what_was_sent(form: str) -> None:
    assert told(form) == []


@pytest.mark.parametrize(
    ("form", "member"),
    [
        ("Filters=onMessageAdded", "filters"),
        ("Filters=onMessageAdded&Filters=onDeliveryUpdated&Filters=onUserAdded", "filters"),
        ("Method=GET", "method"),
        ("Target=flex", "target"),
        ("PostWebhookUrl=https://example.com/x", "post_webhook_url"),
        ("PreWebhookUrl=https://example.com/x", "pre_webhook_url"),
    ],
)
def test_reports_what_was_not_sent(form: str, member: str) -> None:
    assert told(form) == [
        (f"/{member}", f"{member} differs from what the request sent", BODY[member])
    ]
    assert told(form, "receipt") == []
    assert told(form, is_wrong=True) == []


def test_odd_responses() -> None:
    assert [each[0] for each in told("Filters=onMessageAdded", filters=None)] == ["/filters"]
    assert [each[0] for each in told("Filters=onMessageAdded", filters=[5])] == ["/filters"]
    assert told("Filters=5", filters=[5]) == []
    assert [each[0] for each in told("Method=POST", method=None)] == ["/method"]
