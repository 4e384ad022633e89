"""Evidence of Twilio Conversations in a file, wherever in it."""

from __future__ import annotations

from typing import BinaryIO

from receiptkit.model.regex import regex

#: Names, addresses and SIDs that only this API has; `delivery_receipts`, `status` and `meta` are
#: other people's, too. Each has a word that is quick to search for, or several.
_OURS = (
    ((b"conversations.twilio.com",), regex(rb"conversations\.twilio\.com")),
    ((b"Conversations",), regex(rb"Conversations[/\\\",\s]+CH")),
    ((b"Configuration",), regex(rb"Configuration[/\\\",\s]+Webhooks")),
    ((b"DY",), regex(rb"\bDY[0-9a-fX]{32}\b")),
    ((b"IM",), regex(rb"\bIM[0-9a-fX]{32}\b")),
    (
        (b"onDelivery", b"onMessage", b"onConversation", b"onParticipant"),
        regex(rb"on(?:Delivery|Message|Conversation|Participant)[A-Z][a-z]+"),
    ),
    ((b"_webhook_url",), regex(rb"(?:pre|post)_webhook_url")),
    ((b"com.twilio.", b"twilio.com/docs/errors"), regex(rb"com\.twilio\.|twilio\.com/docs/errors")),
    ((b"ilio-",), regex(rb"[xX]-[tT]wilio-[sS]ignature")),
    ((b"MessageS", b"SmsS"), regex(rb"\b(?:Message|Sms)(?:Status|Sid)\b")),
    (
        (b"RXZlbnRUeXBl", b"V2ZW50VHlwZ", b"FdmVudFR5cG"),
        regex(rb"RXZlbnRUeXBl|V2ZW50VHlwZ|FdmVudFR5cG"),
    ),
    (
        (b"Q29udmVyc2F0aW9u", b"NvbnZlcnNhdGlvb", b"Db252ZXJzYXRpb2"),
        regex(rb"Q29udmVyc2F0aW9u|NvbnZlcnNhdGlvb|Db252ZXJzYXRpb2"),
    ),
)
#: The same in any case.
_NAMES = (
    ((b"conversation",), regex(rb"conversation_?sid")),
    ((b"receipt",), regex(rb"delivery_?receipt_?sid")),
    ((b"channel",), regex(rb"channel_?message_?sid")),
)
_CHUNK = 1 << 20
#: What may be cut at the end of a chunk.
_OVERLAP = 100


def has_evidence_in(text: bytes) -> bool:
    """Return True if a text holds anything that only this API has."""
    if any(any(map(text.__contains__, words)) and it.search(text) for words, it in _OURS):
        return True
    lower = text.lower()
    return b"sid" in lower and any(
        any(map(lower.__contains__, words)) and it.search(lower) is not None for words, it in _NAMES
    )


def has_evidence(stream: BinaryIO) -> bool:
    """Return True if a stream holds anything that only this API has."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        if has_evidence_in(rest + chunk):
            return True
        rest = chunk[-_OVERLAP:]
    return False
