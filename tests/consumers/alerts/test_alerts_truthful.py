"""The corrected suite: receipts as Twilio sends them, with any outcome.

Bad receipts must not pass for good ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx
from alerts import alert

from receiptkit.testing.breakages import BreakageCase


async def told(receipt: dict[str, Any]) -> str | None:
    respx.get(receipt["url"]).respond(json=receipt)
    _, _, _, _, _, conversation, _, message, _, sid = receipt["url"].split("/")
    async with httpx.AsyncClient() as client:
        return await alert(client, conversation, message, sid)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        ("undelivered", 30006, "a landline"),
        ("undelivered", 30003, "not delivered (30003): it will be tried again"),
        ("failed", 21610, "the recipient has opted out"),
        ("delivered", -1, None),
        (None, -1, None),
    ],
)
@respx.mock
def test_alert(
    make_receipt: Callable[..., dict[str, Any]], status: str | None, code: int, expected: str | None
) -> None:
    assert (
        asyncio.run(told(make_receipt(status=status, channel_name="sms", error_code=code)))
        == expected
    )


@pytest.mark.receipt_breakages("schema.enum", kind="receipt", in_service=False)
@respx.mock
def test_a_status_that_nobody_knows(receipt_breakage: BreakageCase) -> None:
    with pytest.raises(ValueError, match="no-such-thing"):
        asyncio.run(told(receipt_breakage.body))


@pytest.mark.receipt_breakages("schema.required", kind="receipt", in_service=False)
@respx.mock
def test_does_not_need_a_missing_member(receipt_breakage: BreakageCase) -> None:
    assert asyncio.run(told({"status": "delivered", **receipt_breakage.body})) is None
