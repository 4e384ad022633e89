"""Rules about the states of one receipt over time, as answers and webhooks tell them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.rule import CAPTURES, CONVERSATIONS_WEBHOOKS, GUIDE, Rule
from receiptkit.rules.states import Arrival, Found, ReceiptState

_CONSUMERS = "bug reports of consumers"
_FOLLOWING: dict[str | None, frozenset[str]] = {
    None: frozenset({"sent", "delivered", "read", "failed", "undelivered"}),
    "sent": frozenset({"delivered", "read", "failed", "undelivered"}),
    "delivered": frozenset({"read"}),
}
_FAILURES = frozenset({"failed", "undelivered"})
_TERMINAL = _FAILURES | {"read"}
#: The statuses whose order is known; a receipt with another one is not compared.
STATUSES = frozenset(_FOLLOWING) | _TERMINAL

_DELIVERED = {"/params/Status": "delivered", "/params/DateUpdated": "2026-03-02T09:15:08.100Z"}
_UNDELIVERED = {
    "/params/Status": "undelivered",
    "/params/ErrorCode": "30003",
    "/params/DateUpdated": "2026-03-02T09:15:08.100Z",
}
_FAILED = {"/status": "failed", "/error_code": 30003}
_IN_ORDER = Example("webhook", then=Example("webhook", _DELIVERED))


def _then(changes: dict[str, Any], later: dict[str, Any], sample: str = "webhook") -> Example:
    """Two of a sample, one after the other, each with its changes."""
    return Example(sample, changes, then=Example(sample, later))


RULES = (
    Rule(
        id="timeline.regression",
        severity=Severity.WARNING,
        title="a receipt goes back to a status it had left, by its own dates",
        why="A receipt moves from sent to delivered to read, or to a failure. What goes back is a mock's, or two receipts with one SID.",
        grounding=f"{GUIDE}; {CAPTURES}",
        action="In a mock: let date_updated grow with the status.",
        good=_IN_ORDER,
        bad=_then(_DELIVERED, {"/params/DateUpdated": "2026-03-02T09:15:30.100Z"}),
        across=True,
    ),
    Rule(
        id="timeline.after-terminal",
        severity=Severity.WARNING,
        title="a receipt changes after read, failed or undelivered",
        why="These are the ends of a receipt's life. A consumer that stops watching there misses what comes after.",
        grounding=f"{GUIDE}; {CAPTURES}",
        action="In a mock: end the timeline there.",
        good=_then({}, _UNDELIVERED),
        bad=_then(_FAILED, {"/date_updated": "2026-03-02T09:20:00Z"}, "receipt"),
        across=True,
    ),
    Rule(
        id="timeline.arrived-late",
        severity=Severity.INFO,
        title="an older state arrived after a newer one",
        why="Nothing promises the order of webhooks, and answers may be stale. By its own dates it is in order: a consumer must ignore it.",
        grounding=f"{CONVERSATIONS_WEBHOOKS}; {_CONSUMERS}",
        action="Nothing in the capture. In a consumer: compare the dates, never the order of arrival.",
        good=_IN_ORDER,
        bad=_then(_DELIVERED, {}),
        across=True,
    ),
    Rule(
        id="timeline.duplicate",
        severity=Severity.INFO,
        title="a webhook that came before",
        why="A request that was not answered in time is sent again. A consumer must take it once.",
        grounding=f"{CONVERSATIONS_WEBHOOKS}; {_CONSUMERS}",
        action="Nothing in the capture. In a consumer: remember DeliveryReceiptSid and Status, or I-Twilio-Idempotency-Token.",
        good=_IN_ORDER,
        bad=_then({}, {}),
        across=True,
    ),
    Rule(
        id="timeline.clock-backwards",
        severity=Severity.WARNING,
        title="the status moves on and its date moves back, or the date of creation changes",
        why="Every change of a receipt sets date_updated; date_created stays. Consumers order events by these dates.",
        grounding=f"{CAPTURES}; schema of the receipt, date_updated",
        action="In a mock: give every receipt one date of creation, and let date_updated grow.",
        good=_IN_ORDER,
        bad=_then({}, {**_DELIVERED, "/params/DateUpdated": "2026-03-02T09:15:01.100Z"}),
        across=True,
    ),
    Rule(
        id="timeline.identity",
        severity=Severity.ERROR,
        title="one receipt SID with two participants, messages or conversations",
        why="A receipt is of one recipient of one message. Fixtures copied from each other with the SID left as it was hide mix-ups.",
        grounding=f"{GUIDE}; {CAPTURES}",
        action="In a mock: give each receipt a SID of its own.",
        good=_IN_ORDER,
        bad=_then({}, {**_DELIVERED, "/params/ParticipantSid": f"MB{'0123456789abcdef' * 2}"}),
        across=True,
    ),
    Rule(
        id="timeline.code-wiped",
        severity=Severity.WARNING,
        title="a failure that had an error code has none any more",
        why="A consumer that stores what comes last forgets why a message failed.",
        grounding=f"{GUIDE}; {_CONSUMERS}",
        action="In a mock: keep the code. In a consumer: never let nothing overwrite a code.",
        good=_then(_FAILED, _FAILED, "receipt"),
        bad=_then(_FAILED, {**_FAILED, "/error_code": None}, "receipt"),
        across=True,
    ),
)

#: Members of a receipt as answers and webhooks call them.
_PARAMETERS = {
    "participant_sid": "ParticipantSid",
    "message_sid": "MessageSid",
    "conversation_sid": "ConversationSid",
    "status": "Status",
    "error_code": "ErrorCode",
    "date_created": "DateCreated",
    "date_updated": "DateUpdated",
    "channel_message_sid": "ChannelMessageSid",
}


def of_receipt(sightings: list[ReceiptState]) -> Iterator[Found]:
    """
    What is wrong between the states of one receipt.

    Args:
        sightings: its distinct states, in any order.
    """
    sightings = sorted(sightings)
    mixed = list(_identity(sightings))
    if mixed:
        # What two receipts say need not agree.
        yield from mixed
        return
    for _, own in groupby(sightings, key=lambda sighting: sighting.first.file):
        arrived = list(own)
        yield from _in_order_of_arrival(arrived)
        yield from _again(arrived)
    yield from _between_files(sightings)
    yield from _between_sources(sightings)


def _identity(sightings: list[ReceiptState]) -> Iterator[Found]:
    first = sightings[0]
    for each in sightings[1:]:
        for member, here, there in (
            ("participant_sid", each.participant, first.participant),
            ("message_sid", each.message, first.message),
            ("conversation_sid", each.conversation, first.conversation),
        ):
            if here != there:
                yield _found(
                    "timeline.identity",
                    each,
                    member,
                    "is another one than this receipt had before",
                    first,
                )


def _in_order_of_arrival(arrived: list[ReceiptState]) -> Iterator[Found]:
    """Each state against the furthest one before it."""
    created: dict[bool, ReceiptState] = {}
    furthest: ReceiptState | None = None
    for each in arrived:
        before = created.setdefault(each.by_webhook, each)
        if before.created != each.created:
            yield _other_creation(before, each)
        if furthest is None:
            furthest = each
            continue
        rule, moves = _step(furthest, each)
        if rule is not None:
            yield _said(rule, furthest, each)
        furthest = each if moves else furthest


def _step(before: ReceiptState, after: ReceiptState) -> tuple[str | None, bool]:
    """What is wrong with a state that arrives after another, and whether it is the furthest now."""
    order = _order(before, after)
    if before.status == after.status:
        wiped = _is_wiped(before, after)
        return "timeline.code-wiped" if wiped else None, order > 0 and not wiped
    if after.status in _FOLLOWING.get(before.status, ()):
        return "timeline.clock-backwards" if order < 0 else None, True
    if before.status in _FOLLOWING.get(after.status, ()):
        return _backward(before) if order > 0 else "timeline.arrived-late", False
    # Two ends that exclude each other: which one came after is told by their dates alone.
    if order == 0:
        return None, False
    return _backward(before if order > 0 else after), order > 0


def _is_wiped(before: ReceiptState, after: ReceiptState) -> bool:
    """Whether a failure has lost its code. An answer does not take it from a webhook, nor a webhook from an answer."""
    had = before.status in _FAILURES and before.error_code
    return bool(had and not after.error_code and before.by_webhook == after.by_webhook)


def _other_creation(before: ReceiptState, each: ReceiptState) -> Found:
    return _found(
        "timeline.clock-backwards", each, "date_created", "is another one than before", before
    )


def _backward(earlier: ReceiptState) -> str:
    return "timeline.after-terminal" if earlier.status in _TERMINAL else "timeline.regression"


def _order(one: ReceiptState, other: ReceiptState) -> int:
    """Above 0 if the other one is later by its own date. Answers have whole seconds, so beside a webhook one second is a tie."""
    difference = other.updated - one.updated
    return 0 if one.by_webhook != other.by_webhook and abs(difference) <= 1 else difference


def _said(rule: str, before: ReceiptState, after: ReceiptState) -> Found:
    here, there = after.status or "null", before.status or "null"
    if rule == "timeline.code-wiped":
        member = "status" if after.by_webhook else "error_code"
        return _found(rule, after, member, f"`{here}` without the code that it had before", before)
    if rule == "timeline.clock-backwards":
        return _found(
            rule, after, "date_updated", f"`{here}` is older than the `{there}` before it", before
        )
    if rule == "timeline.arrived-late":
        return _found(
            rule,
            after,
            "status",
            f"`{here}` arrived after `{there}`, and is older: to be ignored",
            before,
        )
    when = "later than" if _order(before, after) > 0 else "earlier than"
    return _found(rule, after, "status", f"`{here}`, by its date {when} `{there}`", before)


def _again(arrived: list[ReceiptState]) -> Iterator[Found]:
    """Webhooks that came more than once, and answers that were newer before."""
    earliest = {each.status: each for each in reversed(arrived)}
    for each in arrived:
        if each.by_webhook and each.times > 1:
            times = f"came {each.times} times: to be taken once"
            yield _found("timeline.duplicate", each, "status", times, each, at=each.last)
        if each.by_webhook or each.first == each.last:
            continue
        for status in sorted(_FOLLOWING.get(each.status, ())):
            newer = earliest.get(status)
            if (
                newer is not None
                and each.first < newer.first < each.last
                and _order(each, newer) >= 0
            ):
                message = f"`{each.status or 'null'}` again after `{status}`: a stale answer"
                yield _found("timeline.arrived-late", each, "status", message, newer, at=each.last)
                break


def _between_files(sightings: list[ReceiptState]) -> Iterator[Found]:
    """What goes back between files, whose order of arrival nobody knows: told by the dates alone."""
    in_time = sorted(
        sightings, key=lambda each: (each.updated, each.status not in _FOLLOWING, each.first)
    )
    for before, after in pairwise(in_time):
        if before.first.file == after.first.file or _order(before, after) <= 0:
            continue
        if before.status == after.status:
            if _is_wiped(before, after):
                yield _said("timeline.code-wiped", before, after)
        elif after.status not in _FOLLOWING.get(before.status, ()):
            yield _said(_backward(before), before, after)
    created: dict[bool, ReceiptState] = {}
    for each in sightings:
        before = created.setdefault(each.by_webhook, each)
        if before.first.file != each.first.file and before.created != each.created:
            yield _other_creation(before, each)


def _between_sources(sightings: list[ReceiptState]) -> Iterator[Found]:
    """What webhooks say otherwise than answers with the same status."""
    answers = {each.status: each for each in reversed(sightings) if not each.by_webhook}
    #: What answers say of a status: with a second to spare, because they have whole seconds.
    said = {
        (each.status, each.error_code, each.created + spare, message)
        for each in sightings
        if not each.by_webhook
        for spare in (-1, 0, 1)
        for message in {each.channel_message, ""}
    }
    for each in sightings:
        answer = answers.get(each.status)
        if not each.by_webhook or answer is None:
            continue
        facts = (each.status, each.error_code, each.created)
        if (*facts, each.channel_message) in said or (
            (*facts, "") in said and not answer.channel_message
        ):
            continue
        rule = "webhook.disagrees-with-receipt"
        if each.error_code != answer.error_code:
            member = "error_code" if each.error_code else "status"
            yield _found(
                rule, each, member, "the error code is another one than that of the receipt", answer
            )
        elif abs(each.created - answer.created) > 1:
            yield _found(
                rule, each, "date_created", "is another one than that of the receipt", answer
            )
        else:
            yield _found(
                rule, each, "channel_message_sid", "is another one than that of the receipt", answer
            )


def _found(
    rule: str,
    sighting: ReceiptState,
    member: str,
    message: str,
    other: ReceiptState,
    at: Arrival | None = None,
) -> Found:
    at = at or sighting.first
    name = _PARAMETERS[member] if sighting.by_webhook else member
    return Found(at, Problem(f"{at.pointer}/{name}", message, rule=rule), other.first)
