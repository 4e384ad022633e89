"""The suite as it was: a webhook with the field names of another product, and a summary that contradicts itself."""

from __future__ import annotations

import responses
from receiver import create_app
from twilio.rest import Client

CONVERSATION, MESSAGE = "CH0123456789abcdef0123456789abcdef", "IM0123456789abcdef0123456789abcdef"
WEBHOOK = {
    "EventType": "onDeliveryUpdated",
    "AccountSid": "AC0123456789abcdef0123456789abcdef",
    "ConversationSid": CONVERSATION,
    "MessageSid": MESSAGE,
    "ParticipantSid": "MB0123456789abcdef0123456789abcdef",
    "ChannelMessageSid": "SM0123456789abcdef0123456789abcdef",
    "DeliveryReceiptSid": "DY0123456789abcdef0123456789abcdef",
    "DeliveryStatus": "delivered",
    "DateCreated": "2026-03-02T09:15:00.000Z",
    "DateUpdated": "2026-03-02T09:15:04.123Z",
    "RetryCount": "0",
}


def test_the_webhook_we_test_with(receipt_contract: object) -> None:
    assert dict(WEBHOOK) == receipt_contract


@responses.activate
def test_summary() -> None:
    delivery = {
        "total": 2,
        "sent": "all",
        "delivered": "all",
        "read": "none",
        "failed": "no",
        "undelivered": 0,
    }
    url = f"https://conversations.twilio.com/v1/Conversations/{CONVERSATION}/Messages/{MESSAGE}"
    message = {
        "sid": MESSAGE,
        "conversation_sid": CONVERSATION,
        "date_created": "2026-03-02T09:15:00Z",
        "delivery": delivery,
    }
    responses.get(url, json=message)
    app = create_app(Client("AC1", "secret"), "secret")
    answer = app.test_client().get(f"/summary/{CONVERSATION}/{MESSAGE}")
    assert answer.json == {"all_delivered": True}
