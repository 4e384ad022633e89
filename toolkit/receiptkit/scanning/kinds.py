"""Recognise receipts, pages, webhooks and configurations by their names."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from receiptkit.captures.nodes import plain

_RECEIPT = {
    "sid", "account_sid", "conversation_sid", "message_sid", "channel_message_sid",
    "participant_sid", "status", "error_code", "date_created", "date_updated", "url",
}  # fmt: skip
#: A receipt alone has one of these.
_OF_RECEIPTS = {"channel_message_sid", "participant_sid"}
_WEBHOOK = {
    "AccountSid", "ConversationSid", "MessageSid", "ParticipantSid", "ChannelMessageSid",
    "DeliveryReceiptSid", "Status", "ErrorCode", "DateCreated", "DateUpdated", "RetryCount",
}  # fmt: skip
_CONFIGURATION = {"pre_webhook_url", "post_webhook_url"}
#: The names of receipts and pages, and of webhooks, by the same without case and separators.
_SPELLINGS = [
    {plain(name): name for name in names}
    for names in ((*_RECEIPT, "delivery_receipts", "meta"), (*_WEBHOOK, "EventType"))
]
_FEWEST = 6
_FEWEST_PARAMETERS = 4


def is_ours(value: dict[str, Any]) -> bool:
    """Return True if an object is meant to be a body of Twilio's, and not a part of one."""
    if not is_seen(value.keys()):
        return False
    if "delivery_receipts" in value:
        return isinstance(value["delivery_receipts"], list) and "meta" in value
    if "EventType" in value:
        event = value["EventType"]
        event = event[0].value if isinstance(event, list) and len(event) == 1 else event
        return bool(event == "onDeliveryUpdated")
    if value.keys() >= _CONFIGURATION:
        return "account_sid" in value and "filters" in value
    return isinstance(value["sid"], str) and value["sid"].startswith("DY")


def is_seen(names: Collection[str]) -> bool:
    """Return True if names are those of such an object, also where its values are not known."""
    found = set(names)
    if found >= {"delivery_receipts", "meta"}:
        return True
    if "EventType" in found:
        return len(found & _WEBHOOK) >= _FEWEST_PARAMETERS
    if found >= _CONFIGURATION:
        return True
    return "sid" in found and len(found & _RECEIPT) >= _FEWEST and bool(found & _OF_RECEIPTS)


def resembles(names: Collection[str]) -> bool:
    """Return True if names are those of such an object in the spelling of another language."""
    return any(is_seen({each.get(plain(name), name) for name in names}) for each in _SPELLINGS)
