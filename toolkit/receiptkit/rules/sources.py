"""Rules between a webhook and the REST responses about the same receipt."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import GUIDE
from receiptkit.rules.registry import rule
from receiptkit.rules.states import ReceiptHistory, disagreement


@rule(
    "webhook.disagrees-with-receipt",
    on="receipt history",
    severity=Severity.WARNING,
    title="the webhook contradicts the receipt of the same status",
    why="Both state the same facts under other names. An application's state then "
    "depends on which one it believes.",
    grounding=f"{GUIDE}; live request of 2026-08",
    action="In a mock: make webhook and receipt of one world, as `receiptkit generate` does.",
    good=Example("webhook", {"/params/Status": "delivered"}, then=Example("receipt")),
    bad=Example(
        "webhook",
        {"/params/Status": "delivered", "/params/DateCreated": "2026-03-02T09:14:00.120Z"},
        then=Example("receipt"),
    ),
)
def disagrees_with_receipt(history: ReceiptHistory) -> Iterator[Problem]:
    """Yield a problem for each webhook that contradicts a response of the same status."""
    states = [] if history.is_mixed else history.states
    answers = {each.status: each for each in reversed(states) if not each.by_webhook}
    # With a second to spare, because responses have whole seconds.
    known = {
        (each.status, each.error_code, each.created + spare, message)
        for each in states
        if not each.by_webhook
        for spare in (-1, 0, 1)
        for message in {each.channel_message, ""}
    }
    for each in states:
        answer = answers.get(each.status)
        if not each.by_webhook or answer is None:
            continue
        facts = (each.status, each.error_code, each.created)
        if (*facts, each.channel_message) in known or (
            (*facts, "") in known and not answer.channel_message
        ):
            continue
        if each.error_code != answer.error_code:
            member = "error_code" if each.error_code else "status"
            yield disagreement(each, member, "the error code differs from the receipt's", answer)
        elif abs(each.created - answer.created) > 1:
            yield disagreement(
                each, "date_created", "DateCreated differs from the receipt's", answer
            )
        else:
            yield disagreement(
                each, "channel_message_sid", "ChannelMessageSid differs from the receipt's", answer
            )
