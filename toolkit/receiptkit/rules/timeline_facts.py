"""Rules about what stays the same in a receipt while its status changes, and in a message."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import CAPTURES, GUIDE, OPENAPI, RECEIPT_PAGE
from receiptkit.rules.registry import rule
from receiptkit.rules.sources import disagrees_with_receipt
from receiptkit.rules.states import FAILURES, FOLLOWING, ReceiptHistory, ReceiptState, disagreement

_FAILED = {"/status": "failed", "/error_code": 30003}
_SENT = {"/status": "sent", "/date_updated": "2026-03-02T09:15:02Z"}


@rule(
    "timeline.channel-message",
    on="receipt history",
    severity=Severity.INFO,
    title="a receipt names another channel_message_sid than before",
    why="It identifies the message that was delivered to the participant, and a receipt is about "
    "one message. No source says that it never changes, so this is only information.",
    grounding=f"{RECEIPT_PAGE}, channel_message_sid; {CAPTURES}",
    action="In a mock: keep the channel_message_sid of a receipt.",
    good=Example("receipt", then=Example("receipt")),
    bad=Example(
        "receipt",
        then=Example("receipt", {"/channel_message_sid": "SM" + "0123456789abcdef" * 2}),
    ),
)
def channel_message(history: ReceiptHistory) -> Iterator[Problem]:
    """Yield a problem for each state with another channel message than the first that has one."""
    states = [] if history.is_mixed else history.states
    named = [each for each in states if each.channel_message]
    for each in named[1:]:
        if each.channel_message != named[0].channel_message and not _is_known(history):
            message = "the same receipt has another channel_message_sid in an earlier observation"
            yield disagreement(each, "channel_message_sid", message, named[0])


def _is_known(history: ReceiptHistory) -> bool:
    """Return True if a webhook contradicts a response, which is a problem by itself."""
    contradictions = disagrees_with_receipt(history)
    return any(each.pointer.endswith("/ChannelMessageSid") for each in contradictions)


@rule(
    "timeline.date-kept",
    on="receipt history",
    severity=Severity.INFO,
    title="a response has a new status, but the date_updated of the one before",
    why="Every change of a receipt sets date_updated. Fixtures copied from one receipt often keep "
    "its date, and applications that order states by it keep the older one. Two changes in one "
    "second, with a response between them, look the same.",
    grounding=f"{RECEIPT_PAGE}, date_updated; {CAPTURES}",
    action="In a mock: let date_updated grow with the status.",
    good=Example("receipt", _SENT, then=Example("receipt")),
    bad=Example("receipt", {"/status": "sent"}, then=Example("receipt")),
)
def date_kept(history: ReceiptHistory) -> Iterator[Problem]:
    """Yield a problem for each response with a later status and the date of the one before it."""
    for states in history.by_file:
        responses = [each for each in states if not each.by_webhook]
        for before, after in pairwise(responses):
            moved = after.status in FOLLOWING.get(before.status, ())
            # Before anything happens, a receipt may have the date of its creation.
            if moved and before.status is not None and before.updated == after.updated:
                went = f"status went from `{before.status}` to `{after.status}`"
                message = f"{went}, but date_updated stayed"
                yield disagreement(after, "date_updated", message, before)


@rule(
    "timeline.code-changed",
    on="receipt history",
    severity=Severity.INFO,
    title="a failure changes its error code",
    why="The code says why the message failed, and a failure is final. No source says that the "
    "code never changes, so this is only information.",
    grounding=f"{GUIDE}; {CAPTURES}",
    action="In a mock: keep the code of a failure.",
    good=Example("receipt", _FAILED, then=Example("receipt", _FAILED)),
    bad=Example("receipt", _FAILED, then=Example("receipt", {**_FAILED, "/error_code": 30005})),
)
def code_changed(history: ReceiptHistory) -> Iterator[Problem]:
    """Yield a problem for each failure with another code than the first of its source."""
    first: dict[tuple[bool, str | None], ReceiptState] = {}
    for each in [] if history.is_mixed else history.states:
        if each.status in FAILURES and each.error_code:
            before = first.setdefault((each.by_webhook, each.status), each)
            if before.error_code != each.error_code:
                message = "the same failure has another error code in an earlier observation"
                yield disagreement(each, "error_code", message, before)


@rule(
    "message.identity",
    on="message receipts",
    severity=Severity.ERROR,
    title="one message SID is in two conversations or accounts",
    why="A message is read below its conversation, and belongs to that one, as its receipts do. "
    "Fixtures that share a SID by copying hide mix-ups.",
    grounding=f"{OPENAPI}, paths of messages; {CAPTURES}",
    action="In a mock: give each message its own SID.",
    good=Example("webhook", then=Example("webhook", {"/params/Status": "delivered"})),
    bad=Example(
        "webhook",
        then=Example(
            "webhook",
            {
                "/params/DeliveryReceiptSid": "DY" + "0123456789abcdef" * 2,
                "/params/ParticipantSid": "MB" + "0123456789abcdef" * 2,
                "/params/ChannelMessageSid": "SM" + "0123456789abcdef" * 2,
                "/params/ConversationSid": "CH" + "0123456789abcdef" * 2,
            },
        ),
    ),
)
def message_identity(receipts: list[tuple[str, ReceiptState]]) -> Iterator[Problem]:
    """
    Yield a problem for the first receipt of each further conversation of a message.

    A receipt that is in both conversations has its own finding. The receipts are pairs of SID and
    state.
    """
    in_order = sorted(receipts, key=lambda each: each[1].first)
    first = in_order[0][1]
    known = {first.conversation}
    own = {sid for sid, state in receipts if state.conversation == first.conversation}
    for sid, state in in_order:
        if state.conversation not in known and sid not in own:
            known.add(state.conversation)
            message = "this message has another conversation in an earlier observation"
            yield disagreement(state, "conversation_sid", message, first)
