"""Evidence of Twilio Conversations in a file, wherever in it."""

from __future__ import annotations

import re
from typing import BinaryIO

#: Names, addresses and SIDs that only this API has; `delivery_receipts`, `status` and `meta` are
#: other people's, too.
_OURS = re.compile(
    rb"conversations\.twilio\.com|Conversations[/\\\",\s]+CH|Configuration[/\\\",\s]+Webhooks|"
    rb"\b(?:DY|IM)[0-9a-fX]{32}\b|on(?:Delivery|Message|Conversation|Participant)[A-Z][a-z]+|"
    rb"(?:pre|post)_webhook_url|twilio\.com/docs/errors|[xX]-[tT]wilio-[sS]ignature|"
    rb"com\.twilio\.|\b(?:Message|Sms)(?:Status|Sid)\b|"
    rb"(?i:(?:conversation|delivery_?receipt|channel_?message)_?sid)|"
    rb"RXZlbnRUeXBl|V2ZW50VHlwZ|FdmVudFR5cG|Q29udmVyc2F0aW9u|NvbnZlcnNhdGlvb|Db252ZXJzYXRpb2"
)
_CHUNK = 1 << 20
#: What may be cut at the end of a chunk.
_OVERLAP = 100


def has_evidence_in(text: bytes) -> bool:
    """Return True if a text holds anything that only this API has."""
    return _OURS.search(text) is not None


def has_evidence(stream: BinaryIO) -> bool:
    """Return True if a stream holds anything that only this API has."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        if _OURS.search(rest + chunk):
            return True
        rest = chunk[-_OVERLAP:]
    return False
