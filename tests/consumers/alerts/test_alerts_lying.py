"""The suite as it was: the mock has error codes as the webhooks have them, and keeps the code of an attempt that succeeded."""

from __future__ import annotations

import asyncio

import httpx
import pytest
import respx
from alerts import API, alert

CONVERSATION, MESSAGE = "CH0123456789abcdef0123456789abcdef", "IM0123456789abcdef0123456789abcdef"
RECEIPT = "DY0123456789abcdef0123456789abcdef"
URL = f"{API}/Conversations/{CONVERSATION}/Messages/{MESSAGE}/Receipts/{RECEIPT}"
BODY = {
    "account_sid": "AC0123456789abcdef0123456789abcdef",
    "conversation_sid": CONVERSATION,
    "message_sid": MESSAGE,
    "sid": RECEIPT,
    "channel_message_sid": "SM0123456789abcdef0123456789abcdef",
    "participant_sid": "MB0123456789abcdef0123456789abcdef",
    "date_created": "2026-03-02T09:15:00Z",
    "date_updated": "2026-03-02T09:15:04Z",
    "url": URL,
}


async def told() -> str | None:
    async with httpx.AsyncClient() as client:
        return await alert(client, CONVERSATION, MESSAGE, RECEIPT)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        ("undelivered", "30006", "not delivered (30006): it will be tried again"),
        ("delivered", 30008, None),
    ],
)
@respx.mock
def test_alert(status: str, code: object, expected: str | None) -> None:
    respx.get(URL).respond(json={**BODY, "status": status, "error_code": code})
    assert asyncio.run(told()) == expected
