"""Rules about the states of one receipt over time, in REST responses and webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import CAPTURES, CONVERSATIONS_WEBHOOKS, GUIDE
from receiptkit.rules.registry import also, rule
from receiptkit.rules.states import FAILURES, FOLLOWING, ReceiptHistory, ReceiptState, disagreement

_CONSUMERS = "bug reports of consumers"
_TERMINAL = FAILURES | {"read"}

_DELIVERED = {"/params/Status": "delivered", "/params/DateUpdated": "2026-03-02T09:15:08.100Z"}
_UNDELIVERED = {
    "/params/Status": "undelivered",
    "/params/ErrorCode": "30003",
    "/params/DateUpdated": "2026-03-02T09:15:08.100Z",
}
_LATER = {"/params/DateUpdated": "2026-03-02T09:15:30.100Z"}
_FAILED = {"/status": "failed", "/error_code": 30003}
_IN_ORDER = Example("webhook", then=Example("webhook", _DELIVERED))


def _then(changes: dict[str, Any], later: dict[str, Any], sample: str = "webhook") -> Example:
    """Two of a sample, one after the other, each with its changes."""
    return Example(sample, changes, then=Example(sample, later))


@rule(
    "timeline.identity",
    on="receipt history",
    severity=Severity.ERROR,
    title="one receipt SID has two participants, messages, conversations or accounts",
    why="A receipt belongs to one recipient of one message. Fixtures that share a SID"
    " by copying hide mix-ups.",
    grounding=f"{GUIDE}; {CAPTURES}",
    action="In a mock: give each receipt its own SID.",
    good=_IN_ORDER,
    bad=_then({}, {**_DELIVERED, "/params/ParticipantSid": f"MB{'0123456789abcdef' * 2}"}),
)
def identity(history: ReceiptHistory) -> Iterator[Problem]:
    """Yield a problem for each state whose participant, message or conversation differs."""
    first = history.states[0]
    for each in history.states[1:]:
        members = ("participant_sid", "message_sid", "conversation_sid")
        for member, here, there in zip(members, each.parents, first.parents, strict=True):
            if here != there:
                message = f"the same receipt has another {member} in an earlier observation"
                yield disagreement(each, member, message, first)
    for member in ("account", "service"):
        yield from _other_owner(history.states, member)


def _other_owner(states: list[ReceiptState], member: str) -> Iterator[Problem]:
    """Yield a problem for each state of another account or service, where both are named."""
    known = [each for each in states if getattr(each, member)]
    name = {"account": "account_sid", "service": "chat_service_sid"}[member]
    for each in known[1:]:
        if getattr(each, member) != getattr(known[0], member):
            message = f"the same receipt has another {name} in an earlier observation"
            yield disagreement(each, name, message, known[0])


@rule(
    "timeline.regression",
    on="receipt history",
    severity=Severity.WARNING,
    title="a receipt goes back to an earlier status, by its own dates",
    why="A receipt moves from sent to delivered to read, or to a failure. A step back"
    " comes from a mock, or from two receipts with one SID.",
    grounding=f"{GUIDE}; {CAPTURES}",
    action="In a mock: let date_updated grow with the status.",
    good=_IN_ORDER,
    bad=_then(_DELIVERED, _LATER),
)
@rule(
    "timeline.after-terminal",
    on="receipt history",
    severity=Severity.WARNING,
    title="a receipt changes after read, failed or undelivered",
    why="These statuses are final. An application that stops watching there misses what follows.",
    grounding=f"{GUIDE}; {CAPTURES}",
    action="In a mock: end the timeline there.",
    good=_then({}, _UNDELIVERED),
    bad=_then(_UNDELIVERED, {"/params/Status": "delivered", **_LATER}),
)
@rule(
    "timeline.arrived-late",
    on="receipt history",
    severity=Severity.INFO,
    title="an older state arrived after a newer one",
    why="The order of webhooks is not guaranteed, and responses may be stale. The "
    "dates are in order, so an application must ignore the older state.",
    grounding=f"{CONVERSATIONS_WEBHOOKS}; {_CONSUMERS}",
    action="Ignore it in a capture. In an application: compare the dates, never the "
    "order of arrival.",
    good=_IN_ORDER,
    bad=_then(_DELIVERED, {}),
)
@rule(
    "timeline.clock-backwards",
    on="receipt history",
    severity=Severity.WARNING,
    title="the status moves forward while date_updated moves back, or date_created changes",
    why="Every change of a receipt sets date_updated; date_created stays. "
    "Applications order events by these dates.",
    grounding=f"{CAPTURES}; schema of the receipt, date_updated",
    action="In a mock: keep date_created, and let date_updated grow.",
    good=_IN_ORDER,
    bad=_then(_LATER, _DELIVERED),
)
@rule(
    "timeline.code-wiped",
    on="receipt history",
    severity=Severity.WARNING,
    title="a failure loses its error code",
    why="An application that stores the latest state forgets why the message failed.",
    grounding=f"{GUIDE}; {_CONSUMERS}",
    action="In a mock: keep the code. In an application: never overwrite a code with nothing.",
    good=_then(_FAILED, _FAILED, "receipt"),
    bad=_then(_UNDELIVERED, {"/params/Status": "undelivered", **_LATER}),
    # The second failure has no code either.
    beside=("receipt.failure-without-code",),
)
def order_of_arrival(history: ReceiptHistory) -> Iterator[Problem]:
    """Compare each state with the furthest one before it, in each file."""
    for states in history.by_file:
        furthest: ReceiptState | None = None
        for each in states:
            if furthest is None:
                furthest = each
                continue
            rule_id, moves = _step(furthest, each)
            if rule_id is not None:
                yield _described(rule_id, furthest, each)
            furthest = each if moves else furthest


@also("timeline.clock-backwards", on="receipt history")
def date_of_creation(history: ReceiptHistory) -> Iterator[Problem]:
    """Yield a problem for each state with another date of creation than the first of its source."""
    for states in history.by_file:
        created: dict[bool, ReceiptState] = {}
        for each in states:
            before = created.setdefault(each.by_webhook, each)
            if before.created != each.created:
                yield _other_creation(before, each)


def _step(before: ReceiptState, after: ReceiptState) -> tuple[str | None, bool]:
    """Return the rule that a later arrival breaks, and True if it is the furthest state now."""
    order = _order(before, after)
    if before.status == after.status:
        if _is_wiped(before, after):
            return "timeline.code-wiped", False
        is_older = order < 0 and before.by_webhook == after.by_webhook
        return "timeline.arrived-late" if is_older else None, order > 0
    if after.status in FOLLOWING.get(before.status, ()):
        return "timeline.clock-backwards" if order < 0 else None, True
    if before.status in FOLLOWING.get(after.status, ()):
        return _backward(before) if order > 0 else "timeline.arrived-late", False
    # Only the dates tell which of two final states that exclude each other is later.
    if order == 0:
        # Whichever came first, the other cannot follow it.
        return "timeline.after-terminal", False
    return _backward(before if order > 0 else after), order > 0


def _is_wiped(before: ReceiptState, after: ReceiptState) -> bool:
    """Return True if a failure has lost its code; webhooks and responses are not mixed."""
    had = before.status in FAILURES and before.error_code
    return bool(had and not after.error_code and before.by_webhook == after.by_webhook)


def _other_creation(before: ReceiptState, each: ReceiptState) -> Problem:
    return disagreement(
        each,
        "date_created",
        "the same receipt has another date_created in an earlier observation",
        before,
        rule="timeline.clock-backwards",
    )


def _backward(earlier: ReceiptState) -> str:
    return "timeline.after-terminal" if earlier.status in _TERMINAL else "timeline.regression"


def _order(one: ReceiptState, other: ReceiptState) -> int:
    """
    Return a number above 0 if the other state has a later date, below 0 for an earlier one.

    Responses have whole seconds, so beside a webhook a difference of one second is a tie.
    """
    difference = other.updated - one.updated
    return 0 if one.by_webhook != other.by_webhook and abs(difference) <= 1 else difference


def _described(rule_id: str, before: ReceiptState, after: ReceiptState) -> Problem:
    here, there = after.status or "null", before.status or "null"
    if rule_id == "timeline.code-wiped":
        member = "status" if after.by_webhook else "error_code"
        return disagreement(
            after,
            member,
            f"`{here}` has lost the error code that it had before",
            before,
            rule=rule_id,
        )
    if rule_id == "timeline.clock-backwards":
        return disagreement(
            after,
            "date_updated",
            f"status went from `{there}` to `{here}`, but date_updated went back",
            before,
            rule=rule_id,
        )
    if rule_id == "timeline.arrived-late":
        member, late = "status", f"`{here}` arrived after `{there}`"
        if here == there:
            member, late = "date_updated", f"an older `{here}` arrived after a newer one"
        message = f"{late}; compare dates and ignore it"
        return disagreement(after, member, message, before, rule=rule_id)
    is_later = _order(before, after) > 0
    earlier, later = (before.status, after.status) if is_later else (after.status, before.status)
    if rule_id == "timeline.after-terminal":
        message = f"`{later or 'null'}` follows the final status `{earlier}`"
    elif earlier in FOLLOWING.get(later, ()):
        message = f"status goes back: `{later or 'null'}` is dated after `{earlier}`"
    else:
        message = f"`{later}` is dated after `{earlier}`, which it cannot follow"
    return disagreement(after, "status", message, before, rule=rule_id)


@rule(
    "timeline.duplicate",
    on="receipt history",
    severity=Severity.INFO,
    title="the same webhook arrived again",
    why="Twilio repeats a webhook that was not answered in time. An application must "
    "process it once.",
    grounding=f"{CONVERSATIONS_WEBHOOKS}; {_CONSUMERS}",
    action="Ignore it in a capture; a log may also have one webhook in several lines. "
    "In an application: remember DeliveryReceiptSid and "
    "Status, or I-Twilio-Idempotency-Token.",
    good=_IN_ORDER,
    bad=_then({}, {}),
)
def duplicate(history: ReceiptHistory) -> Iterator[Problem]:
    """Yield a problem for each webhook that came more than once, or again with a later date."""
    for states in history.by_file:
        first: dict[tuple[Any, ...], ReceiptState] = {}
        for each in states if any(state.by_webhook for state in states) else ():
            if not each.by_webhook:
                continue
            if each.times > 1:
                times = "twice" if each.times == 2 else f"{each.times} times"
                message = f"the same webhook arrived {times}; process it once"
                yield disagreement(each, "status", message, each, at=each.last)
            facts = (each.status, each.error_code, each.created, each.channel_message)
            before = first.setdefault(facts, each)
            if each.times == 1 and before.updated < each.updated:
                message = f"`{each.status}` arrived before, with an earlier date; process it once"
                yield disagreement(each, "status", message, before)


@also("timeline.arrived-late", on="receipt history")
def stale_response(history: ReceiptHistory) -> Iterator[Problem]:
    """Yield a problem for each response that repeats a state after a newer one had arrived."""
    for states in history.by_file:
        earliest = {each.status: each for each in reversed(states)}
        for each in states:
            if each.by_webhook or each.first == each.last:
                continue
            newer = _newer(each, earliest)
            if newer is not None:
                message = (
                    f"`{each.status or 'null'}` again after `{newer.status}`; the response is stale"
                )
                yield disagreement(each, "status", message, newer, at=each.last)


def _newer(state: ReceiptState, earliest: dict[str | None, ReceiptState]) -> ReceiptState | None:
    """Return a newer state that arrived between the first and the last time of a state."""
    for status in sorted(FOLLOWING.get(state.status, ())):
        newer = earliest.get(status)
        if newer is None or not state.first < newer.first < state.last:
            continue
        if _order(state, newer) >= 0:
            return newer
    return None


@also("timeline.regression", on="receipt history")
@also("timeline.after-terminal", on="receipt history")
@also("timeline.code-wiped", on="receipt history")
def order_between_files(history: ReceiptHistory) -> Iterator[Problem]:
    """Compare states of different files by their dates; their order of arrival is unknown."""
    states = [] if history.is_mixed else history.states
    in_time = sorted(
        states, key=lambda each: (each.updated, each.status not in FOLLOWING, each.first)
    )
    for before, after in pairwise(in_time):
        if before.first.file == after.first.file or _order(before, after) <= 0:
            continue
        if before.status == after.status:
            if _is_wiped(before, after):
                yield _described("timeline.code-wiped", before, after)
        elif after.status not in FOLLOWING.get(before.status, ()):
            yield _described(_backward(before), before, after)


@also("timeline.clock-backwards", on="receipt history")
def date_of_creation_between_files(history: ReceiptHistory) -> Iterator[Problem]:
    """Yield a problem for each state with another date of creation than the first file has."""
    created: dict[bool, ReceiptState] = {}
    for each in [] if history.is_mixed else history.states:
        before = created.setdefault(each.by_webhook, each)
        if before.first.file != each.first.file and before.created != each.created:
            yield _other_creation(before, each)
