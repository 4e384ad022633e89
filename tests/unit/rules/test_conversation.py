"""Conversations, their lists, and webhooks of them."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.model.problem import Problem
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


NAMES = "timers of a response are called date_inactive and date_closed"
TIMES = "a timer of a response is the time at which it runs out, not a duration"
LINK, OWN = f"{LIST}/{OTHER}/Messages", f"{LIST}/{SID}/Messages"


def problems(check: Any, body: dict[str, Any]) -> list[Problem]:
    return list(check(ResourceView(body, "/x")))


@pytest.mark.parametrize(
    ("check", "body"),
    [
        (timers, {"sid": SID, "timers": {}}),
        (timers, {"sid": SID, "timers": None}),
        (timers, {"sid": SID, "timers": {"date_closed": "2026-03-02T09:15:00Z"}}),
        (timers, {"sid": SID, "timers": {"date_inactive": None}}),
        (timers, {"sid": "MB1", "timers": {"closed": 1}}),
        (timers, {"timers": {"closed": 1}}),
        (unique_name, {"sid": SID, "unique_name": "CHristmas"}),
        (unique_name, {"sid": SID, "unique_name": None}),
        (unique_name, {"sid": "MB1", "unique_name": OTHER}),
        (links_elsewhere, {"sid": SID, "links": {"messages": OWN}}),
        (links_elsewhere, {"sid": SID, "links": {"messages": f"{LIST}/desk/Messages"}}),
        (links_elsewhere, {"sid": SID, "links": {"messages": None, "other": LIST}}),
        (links_elsewhere, {"sid": SID, "links": [LINK]}),
        (links_elsewhere, {"sid": "MB1", "links": {"messages": LINK}}),
        *((read_index, {"last_read_message_index": each}) for each in (0, 1, None, "-1", -1.5)),
        (incomplete, {"sid": "WH1", "target": "webhook", "configuration": {"url": URL}}),
        (incomplete, {"sid": "WH1", "target": "studio", "configuration": {"flow_sid": "FW"}}),
        (incomplete, {"sid": "AC1", "target": "webhook"}),
    ],
)
def test_resources_that_are_right(check: Any, body: dict[str, Any]) -> None:
    assert problems(check, body) == []


def test_timers_are_called_and_written_otherwise() -> None:
    own = {
        "date_inactive": None,
        "closed": "2026-03-02T09:15:00Z",
        "date_closed": "PT10M",
        "inactive": None,
    }
    assert problems(timers, {"sid": SID, "timers": own}) == [
        Problem("/x/timers/closed", NAMES, value=own["closed"]),
        Problem("/x/timers/date_closed", TIMES, value="PT10M"),
        Problem("/x/timers/inactive", NAMES, value=None),
    ]
    (found,) = problems(timers, {"sid": SID, "timers": {"date_closed": 600}})
    assert found == Problem("/x/timers/date_closed", TIMES, value=600)


def test_names_and_links_of_another_conversation() -> None:
    assert problems(unique_name, {"sid": SID, "unique_name": OTHER}) == [
        Problem("/x/unique_name", "unique_name must not look like a SID", value=OTHER)
    ]
    message = "the link names another conversation than sid"
    links = {"messages": LINK, "webhooks": OWN, "a/b": LINK}
    assert problems(links_elsewhere, {"sid": SID, "links": links}) == [
        Problem(f"/x/links/{name}", message, value=LINK, reads=("/x/sid",))
        for name in ("messages", "a~1b")
    ]


def test_an_index_below_zero() -> None:
    message = "use null for a participant who has read nothing"
    assert problems(read_index, {"last_read_message_index": -1}) == [
        Problem("/x/last_read_message_index", message, value=-1)
    ]


@pytest.mark.parametrize(
    ("target", "configuration", "pointer"),
    [
        ("studio", {"url": URL}, "/x/configuration"),
        ("trigger", None, "/x/configuration"),
        ("webhook", {"url": URL, "method": "PUT"}, "/x/configuration/method"),
    ],
)
def test_webhooks_that_are_incomplete(
    target: str, configuration: dict[str, Any] | None, pointer: str
) -> None:
    body = {"sid": "WH1", "target": target, "configuration": configuration}
    assert [each.pointer for each in problems(incomplete, body)] == [pointer]


def listed(name: str, *rows: Any) -> dict[str, Any]:
    return {"meta": {"key": name}, name: [*rows]}


def named(sid: Any, name: Any, **members: Any) -> dict[str, Any]:
    return {"sid": sid, "unique_name": name, **members}


def bound(sid: str, address: Any = "+1555", proxy: Any = "+1556") -> dict[str, Any]:
    return {"sid": sid, "messaging_binding": {"address": address, "proxy_address": proxy}}


@pytest.mark.parametrize(
    ("page", "pointer"),
    [
        (listed("conversations", {"sid": SID}, named(OTHER, None), named("CH3", None)), None),
        (
            listed(
                "conversations",
                named(SID, "desk", chat_service_sid="IS1"),
                named(OTHER, "desk", chat_service_sid="IS2"),
            ),
            None,
        ),
        (listed("conversations", named(SID, "desk"), named(SID, "desk")), None),
        (listed("conversations", named(SID, ["desk"]), named(OTHER, ["desk"])), None),
        (listed("conversations", named(SID, "desk"), named(None, "desk")), None),
        # Rows without a name or SID are passed over, and only the first one is reported.
        (
            listed(
                "conversations",
                *(7, named(None, "desk"), named("CH3", 8), named(SID, "desk")),
                *(named("CH4", "shop"), named(OTHER, "desk"), named("CH5", "desk")),
            ),
            "/conversations/5/unique_name",
        ),
        (listed("participants", bound("MB1"), bound("MB2")), "/participants/1/messaging_binding"),
        (listed("participants", bound("MB1"), bound("MB1")), None),
        (listed("participants", bound("MB1"), bound("MB2", proxy="+1557")), None),
        (listed("participants", bound("MB1"), bound("MB2", address="+1557")), None),
        (listed("participants", bound("MB1", proxy=None), bound("MB2", proxy=None)), None),
        (listed("participants", bound("MB1", address=None), bound("MB2", address=None)), None),
        (listed("participants", {"sid": "MB1"}, {"sid": "MB2"}, 7), None),
        (listed("messages", {"sid": "IM1"}), None),
    ],
)
def test_rows_that_share_a_name(page: dict[str, Any], pointer: str | None) -> None:
    messages = {
        "unique_name": "an earlier row has the same unique_name",
        "messaging_binding": "an earlier participant has the same address and proxy_address",
    }
    assert list(same_name(page)) == [
        Problem(each, messages[each.rpartition("/")[2]]) for each in ([pointer] if pointer else [])
    ]


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
