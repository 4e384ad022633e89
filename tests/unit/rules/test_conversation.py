"""Conversations, their lists, and webhooks of them."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.rules.configuration_targets import incomplete, no_pre_url
from receiptkit.rules.conversation import (
    links_elsewhere,
    read_index,
    same_name,
    timers,
    unique_name,
)
from receiptkit.rules.views import ResourceView

SID, OTHER = "CH" + "0123456789abcdef" * 2, "CH" + "fedcba9876543210" * 2
LIST = "https://conversations.twilio.com/v1/Conversations"
URL = "https://example.com/hook"


def of_resource(check: Any, body: dict[str, Any]) -> list[str]:
    return [each.pointer for each in check(ResourceView(body, "/x"))]


@pytest.mark.parametrize(
    ("check", "body", "pointer"),
    [
        (timers, {"sid": SID, "timers": {}}, None),
        (timers, {"sid": SID, "timers": None}, None),
        (timers, {"sid": SID, "timers": {"date_closed": "2026-03-02T09:15:00Z"}}, None),
        (timers, {"sid": SID, "timers": {"date_inactive": None}}, None),
        (timers, {"sid": SID, "timers": {"date_closed": "PT10M"}}, "/x/timers/date_closed"),
        (timers, {"sid": SID, "timers": {"closed": "2026-03-02T09:15:00Z"}}, "/x/timers/closed"),
        (timers, {"sid": "MB1", "timers": {"closed": 1}}, None),
        (unique_name, {"sid": SID, "unique_name": "CHristmas"}, None),
        (unique_name, {"sid": SID, "unique_name": OTHER}, "/x/unique_name"),
        (links_elsewhere, {"sid": SID, "links": {"messages": f"{LIST}/{SID}/Messages"}}, None),
        (links_elsewhere, {"sid": SID, "links": {"messages": f"{LIST}/desk/Messages"}}, None),
        (
            links_elsewhere,
            {"sid": SID, "links": {"messages": f"{LIST}/{OTHER}/Messages"}},
            "/x/links/messages",
        ),
        (read_index, {"last_read_message_index": 0}, None),
        (read_index, {"last_read_message_index": -1}, "/x/last_read_message_index"),
        (incomplete, {"sid": "WH1", "target": "webhook", "configuration": {"url": URL}}, None),
        (incomplete, {"sid": "WH1", "target": "studio", "configuration": {"flow_sid": "FW"}}, None),
        (
            incomplete,
            {"sid": "WH1", "target": "studio", "configuration": {"url": URL}},
            "/x/configuration",
        ),
        (
            incomplete,
            {"sid": "WH1", "target": "trigger", "configuration": None},
            "/x/configuration",
        ),
        (
            incomplete,
            {"sid": "WH1", "target": "webhook", "configuration": {"url": URL, "method": "PUT"}},
            "/x/configuration/method",
        ),
        (incomplete, {"sid": "AC1", "target": "webhook"}, None),
    ],
)
def test_resource(check: Any, body: dict[str, Any], pointer: str | None) -> None:
    assert of_resource(check, body) == ([pointer] if pointer else [])


def listed(name: str, *rows: Any) -> dict[str, Any]:
    return {"meta": {"key": name}, name: [*rows]}


BOUND = {"messaging_binding": {"address": "+1555", "proxy_address": "+1556"}}


@pytest.mark.parametrize(
    ("page", "pointer"),
    [
        (listed("conversations", {"sid": SID}, {"sid": OTHER, "unique_name": None}), None),
        (
            listed(
                "conversations",
                {"sid": SID, "unique_name": "desk"},
                {"sid": OTHER, "unique_name": "desk"},
            ),
            "/conversations/1/unique_name",
        ),
        (
            listed(
                "conversations",
                {"sid": SID, "unique_name": "desk", "chat_service_sid": "IS1"},
                {"sid": OTHER, "unique_name": "desk", "chat_service_sid": "IS2"},
            ),
            None,
        ),
        (
            listed("participants", {"sid": "MB1", **BOUND}, {"sid": "MB2", **BOUND}),
            "/participants/1/messaging_binding",
        ),
        (listed("participants", {"sid": "MB1", **BOUND}, {"sid": "MB1", **BOUND}), None),
        (listed("participants", {"sid": "MB1"}, {"sid": "MB2"}, 7), None),
        (listed("messages", {"sid": "IM1"}), None),
    ],
)
def test_rows_that_share_a_name(page: dict[str, Any], pointer: str | None) -> None:
    assert [each.pointer for each in same_name(page)] == ([pointer] if pointer else [])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"filters": ["onMessageAdded"]}, []),
        ({"filters": ["onDeliveryUpdated", "onMessageAdd", "onUserUpdate"]}, ["/filters/1"]),
        ({"filters": ["onMessageAdd"], "pre_webhook_url": URL}, []),
        ({"filters": ["onMessageAdd"], "post_webhook_url": None}, []),
        ({"filters": None}, []),
    ],
)
def test_events_before_a_change(changes: dict[str, Any], expected: list[str]) -> None:
    body = {"post_webhook_url": URL, "pre_webhook_url": None, **changes}
    assert [each.pointer for each in no_pre_url(body)] == expected
