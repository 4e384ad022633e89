"""Rules about members that belong to other APIs or other representations of a receipt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.model import pointers
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.grounds import CAPTURES, CONVERSATIONS_WEBHOOKS, OPENAPI, RECEIPT_PAGE
from receiptkit.rules.registry import rule
from receiptkit.rules.views import WEBHOOK_NAMES, ReceiptView

#: What messages of Programmable Messaging, and webhooks, have where a receipt has other names.
_FOREIGN = frozenset(
    {
        *("error_message", "to", "from", "body", "direction", "num_media", "num_segments"),
        *("date_sent", "messaging_service_sid", "api_version", "uri"),
        *("message_status", "delivery_status", "identity", "channel", "timestamp"),
        *("raw_dlr_done_date", "MessageStatus", "EventType"),
        *WEBHOOK_NAMES.values(),
    }
)
#: Statuses that other products count, or that people expect.
_NO_LEVELS = frozenset(
    {
        *("queued", "sending", "pending", "accepted", "scheduled", "canceled", "cancelled"),
        *("receiving", "received", "unknown", "opened", "clicked", "unread", "error", "errors"),
    }
)
#: How often a webhook is tried at the most, after the first time.
_MOST_RETRIES = 5


@rule(
    "receipt.foreign-field",
    on="receipt",
    severity=Severity.INFO,
    title="a receipt has a field of another API, or of the webhook",
    why="Receipts have no error text, no telephone numbers, and no names of webhooks. Code that "
    "reads such a field works against the mock alone.",
    grounding=f"{OPENAPI}; {RECEIPT_PAGE}; {CAPTURES}",
    action="In a mock: leave it out.",
    good=Example("receipt"),
    bad=Example("receipt", {"/error_message": None}),
)
def foreign_field(receipt: ReceiptView) -> Iterator[Problem]:
    """Yield a problem for each member of a receipt that other bodies have."""
    if receipt.is_webhook or _FOREIGN.isdisjoint(receipt.body):
        return
    for name, value in receipt.body.items():
        # One that differs from its own in case only is a finding by itself.
        if name in _FOREIGN and name.lower() not in receipt.body.keys() - {name}:
            message = "receipts do not have this field"
            yield Problem(receipt.at + pointers.join((name,)), message, value=value)


@rule(
    "delivery.unknown-level",
    on="message",
    severity=Severity.INFO,
    title="a delivery summary counts a status that it does not have",
    why="A summary has total, sent, delivered, read, failed and undelivered. queued and its like "
    "are statuses of Programmable Messaging, or of the client SDK.",
    grounding=f"{OPENAPI}, examples; type definitions of the client SDK",
    action="In a mock: leave it out.",
    good=Example("message"),
    bad=Example("message", {"/delivery": {**sample("message")["delivery"], "queued": "none"}}),
)
def unknown_level(message: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each member of a summary that counts such a status."""
    summary = message.get("delivery")
    for name, value in summary.items() if isinstance(summary, dict) else ():
        if name in _NO_LEVELS:
            text = "a delivery summary does not have this field"
            yield Problem(pointers.join(("delivery", name)), text, value=value)


@rule(
    "webhook.retry-count",
    on="webhook",
    severity=Severity.INFO,
    title="a webhook was tried more often than Twilio tries",
    why="At most five retries can be configured. A higher count is of a mock.",
    grounding=f'{CONVERSATIONS_WEBHOOKS}; reference page "Connection overrides", rc',
    action="In a mock: count from 0 to 5.",
    good=Example("webhook", {"/params/RetryCount": "1"}),
    bad=Example("webhook", {"/params/RetryCount": "100"}),
)
def retry_count(webhook: ReceiptView) -> Iterator[Problem]:
    """Yield a problem for a RetryCount above the highest that can be configured."""
    count = webhook.body.get("RetryCount")
    if isinstance(count, str) and count.isdecimal() and float(count) > _MOST_RETRIES:
        message = f"RetryCount must be at most {_MOST_RETRIES}"
        yield Problem("/RetryCount", message, value=count)
