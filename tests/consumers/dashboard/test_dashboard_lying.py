"""The suite as it was: green, until the plugin looked at its mock."""

from __future__ import annotations

from typing import Any

import responses
from dashboard import API, Receipts

CONVERSATION, MESSAGE = "CH0123456789abcdef0123456789abcdef", "IM0123456789abcdef0123456789abcdef"
RECEIPTS = f"{API}/Conversations/{CONVERSATION}/Messages/{MESSAGE}/Receipts"


def receipt(number: int, status: str) -> dict[str, Any]:
    sid = f"DY0123456789abcdef0123456789abcd{number:02d}"
    return {
        "account_sid": "AC0123456789abcdef0123456789abcdef",
        "conversation_sid": CONVERSATION,
        "message_sid": MESSAGE,
        "sid": sid,
        "channel_message_sid": f"SM0123456789abcdef0123456789abcd{number:02d}",
        "participant_sid": f"MB0123456789abcdef0123456789abcd{number:02d}",
        "status": status,
        "error_code": None,
        "date_created": "2026-03-02T09:15:00Z",
        "date_updated": "2026-03-02T09:15:04Z",
        "url": f"{RECEIPTS}/{sid}",
    }


def page(number: int, rows: list[dict[str, Any]], *, more: bool) -> dict[str, Any]:
    urls = [f"{RECEIPTS}?PageSize=20&Page={each}" for each in range(number + 2)]
    meta = {
        "page": number,
        "page_size": 20,
        "key": "delivery_receipts",
        "url": urls[number],
        "first_page_url": urls[0],
    }
    neighbours = {
        "previous_page_url": urls[number - 1] if number else None,
        "next_page_url": urls[number + 1] if more else None,
    }
    return {"meta": {**meta, **neighbours}, "delivery_receipts": rows}


@responses.activate
def test_progress() -> None:
    first = [receipt(number, "delivered") for number in range(20)]
    responses.get(f"{RECEIPTS}?PageSize=20", json=page(0, first, more=True))
    responses.get(
        f"{RECEIPTS}?PageSize=20&Page=1", json=page(1, [receipt(20, "queued")], more=False)
    )
    assert Receipts("AC1", "secret").progress(CONVERSATION, MESSAGE) == {
        "delivered": 20,
        "queued": 1,
    }
