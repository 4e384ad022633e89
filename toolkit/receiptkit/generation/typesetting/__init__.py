"""Text of drafts, written after templates that were proven once."""

from receiptkit.generation.typesetting.bodies import Bodies
from receiptkit.generation.typesetting.captures import Captures
from receiptkit.generation.typesetting.webhooks import WebhookTexts, Writer, Written

__all__ = ["Bodies", "Captures", "WebhookTexts", "Writer", "Written"]
