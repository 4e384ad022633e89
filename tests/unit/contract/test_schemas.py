"""Schemas of a document, found by the kind that they describe."""

from __future__ import annotations

from receiptkit import Contract


def test_advice_for_responses_is_not_asked_of_webhooks() -> None:
    """A webhook has fractions of seconds and no URL of the receipt; advice on its status counts."""
    schema = Contract.load().validator.schemas.of_webhook_receipt
    assert schema is not None
    receipt = {
        "sid": "DY" + "0f" * 16,
        "account_sid": "AC" + "1f" * 16,
        "chat_service_sid": "IS" + "2f" * 16,
        "conversation_sid": "CH" + "3f" * 16,
        "message_sid": "IM" + "4f" * 16,
        "channel_message_sid": "SM" + "5f" * 16,
        "participant_sid": "MB" + "6f" * 16,
        "status": "failed",
        "error_code": 30003,
        "date_created": "2026-03-02T09:15:02.100Z",
        "date_updated": "2026-03-02T09:15:04.100Z",
    }
    assert schema.is_clean(receipt)
    found = schema.problems({**receipt, "error_code": None})
    assert [each.rule for each in found] == ["receipt.failure-without-code"]
