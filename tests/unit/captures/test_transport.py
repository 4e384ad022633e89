"""Some values of a capture are read by nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from receiptkit.captures.observation import Layout
from receiptkit.captures.records import Spot
from receiptkit.captures.transport import unread

LAYOUT: Layout = {
    "response": Spot("/response/body"),
    "request": Spot("/request/body"),
    "url": Spot("/request/url"),
    "status": Spot("/response/status"),
    "headers": Spot("/response/headers"),
    "sent": Spot("/request/headers"),
}
READ = frozenset(("content-type", "authorization"))


def found(value: Any) -> list[str]:
    text = json.dumps(value)
    return [text[start:end] for start, end, *_ in unread(text, LAYOUT, READ)]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/x", "Date": "now", "AUTHORIZATION": "Basic eA=="},
        [{"name": "Content-Type", "value": "text/x"}, {"name": "Date", "value": "now"}],
        [["Content-Type", "text/x"], ["Date", "now"]],
        {"Date": ["now"]},
        ["Content-Type", "text/x", "Date", "now"],
        [{"key": "Content-Type", "value": "text/x"}, {"key": "Date", "value": "now"}],
    ],
)
def test_headers_that_nothing_reads(headers: Any) -> None:
    assert found({"response": {"headers": headers}}) == ["now"]


def test_headers_as_a_text_are_read() -> None:
    assert found({"response": {"headers": "Content-Type: text/x\nDate: now"}}) == []


def test_transport_of_a_har_and_never_of_a_body() -> None:
    value = {
        "startedDateTime": "x",
        "time": 5,
        "timings": {"wait": 7},
        "request": {"url": "u", "queryString": [{"name": "a", "value": "b"}]},
        "response": {"status": 200, "body": {"time": 1, "id": "y"}, "bodySize": 12},
        "_initiator": {"type": "z"},
        "more": "kept",
    }
    assert found(value) == ["x", "5", "7", "a", "b", "12", "z"]


def test_words_of_json_stay_as_they_are() -> None:
    """A text or a number cannot replace `null` or `true`, so these stay."""
    assert found({"id": None, "ts": True, "answer": {"status": None, "milliseconds": 2}}) == ["2"]


def test_plain_values_of_yaml_are_found_too() -> None:
    text = """- request:
    headers:
      Date: flow
      Via:
      - 1.1 proxy
      Content-Type: text/x
  response:
    headers:
      Age: '12'
      Date: Mon, 02 Mar 2026 09:15:00 GMT
    body: Date
  recorded_at: 2026-03-02
"""
    values = [text[start:end] for start, end, *_ in unread(text, LAYOUT, READ)]
    assert values == ["flow", "1.1 proxy", "Mon, 02 Mar 2026 09:15:00 GMT", "2026-03-02"]
