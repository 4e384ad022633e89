"""Rules between a webhook and the REST responses about the same receipt."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import GUIDE
from receiptkit.rules.registry import rule
from receiptkit.rules.states import ReceiptHistory, disagreement

#: The most hours that local time is before or after UTC.
_MOST_HOURS = 14


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
    # A second is added, because responses have whole seconds.
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
            yield disagreement(
                each, member, "the error code differs from error_code of the receipt", answer
            )
        elif abs(each.created - answer.created) > 1:
            yield disagreement(
                each, "date_created", "DateCreated differs from date_created of the receipt", answer
            )
        else:
            yield disagreement(
                each,
                "channel_message_sid",
                "ChannelMessageSid differs from channel_message_sid of the receipt",
                answer,
            )


@rule(
    "webhook.clock",
    on="receipt history",
    severity=Severity.INFO,
    title="a date of a webhook differs from that of the receipt by whole hours",
    why="Both are in UTC. Dates that differ by whole hours are local time under the name of UTC.",
    grounding=f"{GUIDE}; live request of 2026-08",
    action="In a mock: write the dates of webhooks in UTC.",
    good=Example("webhook", {"/params/Status": "delivered"}, then=Example("receipt")),
    bad=Example(
        "webhook",
        {
            "/params/Status": "delivered",
            "/params/DateCreated": "2026-03-02T12:15:00.120Z",
            "/params/DateUpdated": "2026-03-02T12:15:04.350Z",
        },
        then=Example("receipt", {"/date_updated": "2026-03-02T09:15:04Z"}),
    ),
    beside=("webhook.disagrees-with-receipt",),
)
def clock(history: ReceiptHistory) -> Iterator[Problem]:
    """Yield a problem for each webhook that dates a status hours before or after all responses."""
    states = [] if history.is_mixed else history.states
    for each in states:
        if not each.by_webhook:
            continue
        answers = [
            other for other in states if not other.by_webhook and other.status == each.status
        ]
        for member in ("updated", "created"):
            if answers and all(
                _hours(getattr(each, member) - getattr(other, member)) for other in answers
            ):
                name = f"date_{member}"
                message = (
                    f"this date differs from the receipt's {name} by whole hours; "
                    "write webhook dates in UTC"
                )
                yield disagreement(each, name, message, answers[0])
                break


def _hours(difference: int) -> int:
    """Return by how many whole hours dates differ, within a day and a second; 0 if they do not."""
    hours = round(difference / 3600)
    return hours if abs(difference - hours * 3600) <= 1 and abs(hours) <= _MOST_HOURS else 0
