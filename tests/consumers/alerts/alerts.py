"""Alerts about messages that did not arrive. It reads single receipts with httpx, asynchronously."""

from __future__ import annotations

import enum

import httpx

API = "https://conversations.twilio.com/v1"


class Status(enum.Enum):
    """The statuses that a message can end with."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNDELIVERED = "undelivered"


#: Failures that trying again cannot mend, and what to tell the agent.
HOPELESS = {
    21610: "the recipient has opted out",
    30006: "a landline",
    63016: "WhatsApp's window is closed: send a template",
}


async def alert(
    client: httpx.AsyncClient, conversation: str, message: str, receipt: str
) -> str | None:
    """Return a text for the agent about a recipient; None without a failure."""
    response = await client.get(
        f"{API}/Conversations/{conversation}/Messages/{message}/Receipts/{receipt}"
    )
    body = response.raise_for_status().json()
    status = Status(body["status"]) if body["status"] else None
    if status not in (Status.FAILED, Status.UNDELIVERED):
        return None
    return HOPELESS.get(
        body["error_code"], f"not delivered ({body['error_code']}): it will be tried again"
    )
