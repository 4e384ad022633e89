"""Values of a tool's document that nothing reads, beside the webhook or exchange in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from receiptkit.captures import Limits, Reading, nothing_beside
from receiptkit.captures.beside import unread_in
from receiptkit.captures.formats.json_document import observations
from receiptkit.model.exchange import READ_HEADERS
from receiptkit.model.location import Position

FORM = (
    "EventType=onDeliveryUpdated&ConversationSid=CH" + "1" * 32 + "&Status=sent"
    "&DateCreated=2026-07-30T02%3A14%3A37.879Z"
)
UUID = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
READING = Reading(Limits().record, nothing_beside)


def found(value: Any) -> list[str]:
    text = json.dumps(value)
    (observation,) = observations(text.encode(), Position(1, 1), 0, READING)
    return [text[start:end] for start, end, *_ in unread_in(text, observation, READ_HEADERS)]


def test_members_of_a_log_are_unread_and_the_form_is_not() -> None:
    value = {"time": 5, "trace_id": UUID, "user": "Ada", "body": FORM, "ok": True}
    assert found(value) == ["5", UUID]


def test_of_headers_only_those_that_nothing_reads() -> None:
    headers = {"host": "a.example", "x-request-id": UUID, "content-type": "text/x"}
    assert found({"req": {"headers": headers}, "id": 7, "body": FORM}) == [UUID, "7"]


def test_a_text_that_could_hold_something_gives_its_digits_only() -> None:
    value = {"trace_id": f"Root=1-0a1b2c3d-{'0a' * 12};Sampled=1", "body": FORM}
    assert found(value) == ["0a1b2c3d", "0a" * 12]


def test_reads_dates_and_digits_before_a_form() -> None:
    message = f"2026-07-30T02:14:38.001Z\t{UUID}\tINFO\t{FORM}"
    assert found({"log": message}) == ["2026-07-30T02:14:38.001Z", UUID]


def test_values_within_a_text_are_found_where_they_are_in_the_outer_one() -> None:
    inner = {"requestId": UUID, "body": {"EventType": "onDeliveryUpdated", "MessageSid": "x"}}
    assert found({"message": f"got\t{json.dumps(inner)}"}) == [UUID]


@pytest.mark.parametrize("count", [1, 2])
def test_times_with_which_others_are_compared_are_read(count: int) -> None:
    value = {"events": [{"time": 5, "message": FORM}, *[{"time": 6}] * (count - 1)]}
    assert found(value) == (["5"] if count == 1 else [])
