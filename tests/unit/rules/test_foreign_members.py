"""Members that belong to another API are found, and what a webhook cannot count."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.model.problem import Problem
from receiptkit.rules.foreign_members import foreign_field, retry_count, unknown_level
from receiptkit.rules.views import ReceiptView


def test_fields_of_something_else() -> None:
    # The last one is a matter of upper and lower case.
    row = {"sid": "DY1", "error_message": None, "status": "sent", "to": "+1555", "Status": "sent"}
    message = "receipts do not have this field"
    assert list(foreign_field(ReceiptView(row, "/x"))) == [
        Problem("/x/error_message", message, value=None),
        Problem("/x/to", message, value="+1555"),
    ]
    assert list(foreign_field(ReceiptView({"Status": "sent"}))) == [
        Problem("/Status", message, value="sent")
    ]
    assert list(foreign_field(ReceiptView({"to": "+1555"}, is_webhook=True))) == []


def test_levels_of_something_else() -> None:
    summary = {"queued": "none", "total": 1, "sent": "all", "unread": 2}
    message = "a delivery summary does not have this field"
    assert list(unknown_level({"delivery": summary})) == [
        Problem("/delivery/queued", message, value="none"),
        Problem("/delivery/unread", message, value=2),
    ]
    others: list[Any] = [None, [], "queued", {"total": 1}]
    for other in others:
        assert list(unknown_level({"delivery": other})) == []


@pytest.mark.parametrize(
    ("count", "is_told"),
    [
        *(("0", False), ("5", False), ("6", True), ("9" * 5_000, True), ("one", False)),
        *(("", False), ("-6", False), (None, False), (6, False)),
        *((f"{'0' * 9}6", True), (f"{'0' * 9}5", False)),
    ],
)
def test_retries(count: Any, is_told: bool) -> None:
    webhook = ReceiptView({"RetryCount": count}, is_webhook=True)
    problem = Problem("/RetryCount", "RetryCount must be at most 5", value=count)
    assert list(retry_count(webhook)) == ([problem] if is_told else [])
