"""Rules between what was seen of a message, at different times, and its receipts."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.grounds import ERROR_PAGES, GUIDE, OPENAPI
from receiptkit.rules.registry import also, rule
from receiptkit.rules.states import MessageState, MessageStates, ReceiptState, disagreement

#: What two sources say of one message, by the attributes of states.
_OWNERS = {"conversation": "conversation_sid", "account": "account_sid"}
#: Responses have whole seconds, some of them rounded. The sender of a message may date it, by a
#: clock that is wrong by less than a minute.
_TIE, _CLOCK = 2, 60

_MB = "MB" + "0123456789abcdef" * 2
_URL = sample("message")["url"]
_DELETED = Example(
    "exchange",
    {
        "/request": {"method": "DELETE", "url": _URL},
        "/response": {"status": 204, "body": ""},
    },
)
_READ = Example("message", then=Example("receipt"))


@also("message.identity", on="message states")
def owners_of_message(history: MessageStates) -> Iterator[Problem]:
    """Yield a problem for the first observation of each further conversation or account."""
    for owner, member in _OWNERS.items():
        states = [each for each in history.states if getattr(each, owner)]
        if not states:
            continue
        known = {getattr(states[0], owner)}
        for each in states:
            if getattr(each, owner) not in known:
                known.add(getattr(each, owner))
                text = f"this message has another {owner} in an earlier observation"
                yield _changed(each, member, text, states[0])
        yield from _other_owner(history, states[0], owner, known)


def _other_owner(
    history: MessageStates, state: MessageState, owner: str, known: set[str]
) -> Iterator[Problem]:
    """Yield a problem for the first receipt of each owner that the message does not have."""
    receipts = sorted(history.receipts, key=lambda each: each[1].first)
    own = {sid for sid, each in receipts if getattr(each, owner) in known}
    # If receipts are in two conversations, that is reported already.
    if own and owner == "conversation":
        return
    for sid, each in receipts:
        value = getattr(each, owner)
        if not value or value in known or sid in own:
            continue
        known.add(value)
        texts = (
            f"this receipt has another {owner} than its message",
            f"this message has another {owner} than its receipts",
        )
        yield _at_the_later(state, each, _OWNERS[owner], *texts)
        if owner == "conversation":
            return


def _changed(
    state: MessageState, member: str, text: str, other: MessageState | ReceiptState
) -> Problem:
    at = state.first
    return Problem(f"{at.pointer}/{member}", text, at=at, other=other.first)


def _at_the_later(
    state: MessageState, receipt: ReceiptState, member: str, of_receipt: str, of_message: str
) -> Problem:
    """Return the problem between a message and a receipt, at the later observation."""
    if state.first < receipt.first:
        return disagreement(receipt, member, of_receipt, state)
    return _changed(state, member, of_message, receipt)


def _is_one(history: MessageStates) -> bool:
    """Return True if nothing says that two messages share the SID."""
    found = {each.conversation for each in history.states}
    found.update(each.conversation for _, each in history.receipts)
    return len(found - {""}) == 1


@rule(
    "message.index-changed",
    on="message states",
    severity=Severity.WARNING,
    title="a message has another index than before",
    why="The index is the place of the message in its conversation. Nothing changes it: no request "
    "has such a parameter. Applications sort by it, and say by it what was read.",
    grounding=f"{OPENAPI}, index of messages",
    action="In a mock: keep the index of a message.",
    good=Example("message", then=Example("message")),
    bad=Example("message", then=Example("message", {"/index": 7})),
)
def index_changed(history: MessageStates) -> Iterator[Problem]:
    """Yield a problem for each state with another index than the first that has one."""
    states = [each for each in history.states if each.number is not None]
    known = {states[0].number} if _is_one(history) and states else set()
    for each in states:
        if known and each.number not in known:
            known.add(each.number)
            yield _changed(each, "index", "an earlier observation has another index", states[0])


@rule(
    "message.changed",
    on="message states",
    severity=Severity.INFO,
    title="a message has another author or date_created than before",
    why="Both stay, unless a request sets Author or DateCreated. Fixtures that share a SID by "
    "copying hide mix-ups.",
    grounding=f"{OPENAPI}, parameters of messages",
    action="In a mock: keep participant_sid and date_created of a message.",
    good=Example("message", then=Example("message", {"/date_updated": "2026-03-02T09:20:00Z"})),
    bad=Example("message", then=Example("message", {"/date_created": "2026-03-01T08:00:00Z"})),
)
def changed(history: MessageStates) -> Iterator[Problem]:
    """Yield a problem for each further author and date of creation."""
    if not _is_one(history):
        return
    for name, member in (("participant", "participant_sid"), ("created", "date_created")):
        # The participant of an author who has left the conversation may be null.
        states = [each for each in history.states if getattr(each, name) not in ("", None)]
        known = {getattr(each, name) for each in states[:1]}
        for each in states:
            if getattr(each, name) not in known:
                known.add(getattr(each, name))
                text = f"an earlier observation has another {member}"
                yield _changed(each, member, text, states[0])


@rule(
    "message.after-receipt",
    on="message states",
    severity=Severity.WARNING,
    title="a receipt was created before its message",
    why="A receipt comes into being when its message is sent. Fixtures whose dates are written by "
    "hand often have them in another order. Senders may set DateCreated, so within "
    "a minute this is only information.",
    grounding=f"{GUIDE}; {OPENAPI}, parameters of messages",
    action="In a mock: create the message first.",
    good=_READ,
    bad=Example(
        "message",
        {"/date_created": "2026-03-02T10:14:59Z", "/date_updated": None},
        then=Example("receipt"),
    ),
)
def after_receipt(history: MessageStates) -> Iterator[Problem]:
    """Yield a problem for the first receipt that is older than every date of its message."""
    dated = [each for each in history.states if each.created is not None]
    if not dated or not _is_one(history):
        return
    first = min(dated, key=lambda each: (each.created or 0, each.first))
    for _, each in sorted(history.receipts, key=lambda pair: pair[1].first):
        before = (first.created or 0) - each.created
        if before > _TIE:
            problem = disagreement(
                each, "date_created", "date_created is before that of the message", first
            )
            yield problem if before > _CLOCK else problem._replace(severity=Severity.INFO)
            return


@rule(
    "message.receipt-of-author",
    on="message states",
    severity=Severity.WARNING,
    title="the author of a message has a receipt of it",
    why="The author of a message gets no copy of it, so there is nothing to deliver. A "
    "mock that copies the participant of the message counts one recipient too many.",
    grounding=f'{GUIDE}; guide "Using WhatsApp with Conversations"',
    action="In a mock: let the receipts be those of the other participants.",
    good=Example("message", {"/participant_sid": _MB}, then=Example("receipt")),
    bad=Example(
        "message",
        {"/participant_sid": _MB},
        then=Example("receipt", {"/participant_sid": _MB}),
    ),
)
def receipt_of_author(history: MessageStates) -> Iterator[Problem]:
    """Yield a problem for the first receipt of the only author that a message had."""
    authors = {each.participant for each in history.states} - {""}
    if len(authors) != 1 or not _is_one(history):
        return
    author = next(each for each in history.states if each.participant)
    for _, each in sorted(history.receipts, key=lambda pair: pair[1].first):
        if each.participant == author.participant:
            texts = (
                "this participant wrote the message, and authors get no receipt",
                "this participant has a receipt, but authors get none",
            )
            yield _at_the_later(author, each, "participant_sid", *texts)
            return


@rule(
    "message.deleted",
    on="message states",
    severity=Severity.INFO,
    title="a message is there after it was deleted",
    why="A message that was deleted is answered with 404 from then on. A mock without memory hides "
    "that an application deletes or reads in the wrong order. A response may be stale, or a log "
    "may have one request twice.",
    grounding=f"{OPENAPI}, DELETE of messages; {ERROR_PAGES}, 20404",
    action="In a mock: answer with 404 and 20404 after the DELETE.",
    good=Example("message", then=_DELETED),
    bad=Example(_DELETED.sample, _DELETED.changes, then=Example("message")),
)
def deleted(history: MessageStates) -> Iterator[Problem]:
    """
    Yield a problem for the last answer after a deletion in each file, and for a second one.

    Where the message itself is not there again, a receipt of it may be.
    """
    for first, last in history.deletions:
        if last > first:
            yield Problem("", "the message was deleted before", at=last, other=first)
        for each in history.states:
            if each.last.file == first.file and each.last > first:
                text = "the message was deleted by an earlier request"
                yield Problem(f"{each.last.pointer}/sid", text, at=each.last, other=first)
                break
        else:
            yield from _receipt_of_deleted(history, first)


def _receipt_of_deleted(history: MessageStates, deletion: Arrival) -> Iterator[Problem]:
    """Yield a problem for the last receipt that a response has after a deletion in its file."""
    after = [
        each
        for _, each in history.receipts
        if not each.by_webhook and each.last.file == deletion.file and each.last > deletion
    ]
    if after:
        at = max(each.last for each in after)
        text = "the message of this receipt was deleted by an earlier request"
        yield Problem(f"{at.pointer}/message_sid", text, at=at, other=deletion)
