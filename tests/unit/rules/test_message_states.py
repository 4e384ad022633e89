"""Observations of a message are compared with each other, and with its receipts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from receiptkit import Contract, Exchange, History
from receiptkit.captures import Limits, Source
from receiptkit.model.finding import Severity
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules import catalogue
from receiptkit.rules.examples import sample
from receiptkit.rules.states import MessageState, MessageStates, ReceiptState
from receiptkit.validation.choices import Choices
from receiptkit.validation.run import Validation

CONTRACT = Contract.load()
OTHER = "0123456789abcdef" * 2
LIST = (
    "https://conversations.twilio.com/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829/Messages"
)
URL = sample("message")["url"]


def message(**members: Any) -> dict[str, Any]:
    return {**sample("message"), "delivery": None, **members}


def receipt(**members: Any) -> dict[str, Any]:
    return {**sample("receipt"), **members}


def listed(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return the answer with a list of messages."""
    url = f"{LIST}?PageSize=50&Page=0"
    meta = {**sample("page")["meta"], "key": "messages", "url": url, "first_page_url": url}
    return answered({"meta": meta, "messages": [*rows]}, url)


def answered(body: Any, url: str = URL, status: int = 200, method: str = "GET") -> dict[str, Any]:
    return {
        "request": {"method": method, "url": url},
        "response": {"status": status, "body": body},
    }


class Collected(list[Any]):
    """A sink that keeps what it is given."""

    finding = list.append

    def end_of_file(self) -> None:
        pass


def told(*lines: Any, limit: int = 1 << 20) -> list[tuple[str, str, int]]:
    """Return rule, pointer and entry of the findings about messages."""
    found = Collected()
    content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    validation = Validation(CONTRACT, Choices(limits=Limits(memory=limit)))
    validation.run([Source("a.ndjson", content=content)], found)
    return [
        (each.rule, each.pointer, each.location.entry)
        for each in found
        if each.rule.startswith(("message.", "delivery."))
    ]


def test_owners_agree_whichever_came_first() -> None:
    """The later one of message and receipt is wrong, once for each owner."""
    for member, prefix in (("conversation_sid", "CH"), ("account_sid", "AC")):
        other = {member: prefix + OTHER}
        found = told(message(), receipt(**other), receipt(**other, status="read"))
        assert [each for each in found if each[2]] == [("message.identity", f"/{member}", 1)]
        assert told(receipt(**other), message())[0] == ("message.identity", f"/{member}", 1)


def test_owners_of_webhooks_and_rows() -> None:
    webhook = sample("webhook")
    moved = {**webhook, "params": {**webhook["params"], "AccountSid": "AC" + OTHER}}
    assert told(message(), moved) == [("message.identity", "/AccountSid", 1)]
    first = message(sid="IM" + OTHER, index=1, url=f"{LIST}/IM{OTHER}", links={})
    rows = listed(first, message(account_sid="AC" + OTHER, index=2, links={}))
    found = told(receipt(), rows)
    assert [each for each in found if each[0] == "message.identity"] == [
        ("message.identity", "/messages/1/account_sid", 1)
    ]


def test_a_receipt_in_two_conversations_is_reported_as_such() -> None:
    found = told(message(), receipt(), receipt(conversation_sid="CH" + OTHER))
    assert "message.identity" not in {rule for rule, _, _ in found}


def test_a_masked_owner_is_not_compared() -> None:
    masked = [message(account_sid="AC" + "X" * 32), message(account_sid=None)]
    assert all(
        rule != "message.identity" for rule, _, _ in told(*masked, receipt(account_sid=None))
    )


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"index": 7}, [("message.index-changed", "/index", 1)]),
        ({"index": None}, []),
        ({"date_created": "2026-03-02T09:14:58Z"}, [("message.changed", "/date_created", 1)]),
        ({"date_updated": "2026-03-02T10:14:58Z", "body": "Edited."}, []),
        # Two messages of one SID agree in nothing; that alone is reported.
        (
            {"conversation_sid": "CH" + OTHER, "index": 7},
            [("message.identity", "/conversation_sid", 1)],
        ),
    ],
)
def test_a_message_again(members: dict[str, Any], expected: list[Any]) -> None:
    found = told(message(), message(**members))
    assert [each for each in found if each[0] != "message.url-mismatch"] == expected


def test_another_author() -> None:
    one, other = ("MB" + text * 16 for text in ("0a", "1b"))
    again = told(message(participant_sid=one), message(participant_sid=other))
    assert again == [("message.changed", "/participant_sid", 1)]
    # Whoever has left may be null.
    assert told(message(participant_sid=one), message()) == []


def test_the_author_has_a_receipt() -> None:
    author = receipt()["participant_sid"]
    expected = [("message.receipt-of-author", "/participant_sid", 1)]
    assert told(message(participant_sid=author), receipt()) == expected
    # Of two authors one may have been a recipient.
    edited = message(participant_sid="MB" + OTHER)
    found = told(message(participant_sid=author), edited, receipt())
    assert found == [("message.changed", "/participant_sid", 1)]


@pytest.mark.parametrize(
    ("created", "severity"),
    [
        ("2026-03-02T09:15:02Z", None),
        ("2026-03-02T09:15:03Z", "info"),
        ("2026-03-02T09:16:00Z", "info"),
        ("2026-03-02T09:16:01Z", "warning"),
    ],
)
def test_a_receipt_before_its_message(created: str, severity: str | None) -> None:
    history = History(CONTRACT)
    history.check(message(date_created=created))
    history.check(receipt())
    found = [
        str(each.severity.value)
        for each in history.finish()
        if each.rule == "message.after-receipt"
    ]
    assert found == ([severity] if severity else [])


def test_the_earliest_date_of_a_message_counts() -> None:
    dated = message(date_created="2026-03-02T10:14:59Z")
    rules = {rule for rule, _, _ in told(dated, message(), receipt())}
    assert rules == {"message.changed"}


def test_summaries_of_lists_are_compared() -> None:
    failed = {**sample("message")["delivery"], "delivered": "none", "failed": "all"}
    row = message(delivery=failed, links={})
    found = told(sample("page"), listed(row))
    assert ("delivery.disagrees-with-receipts", "/messages/0/delivery/failed", 1) in found
    again = told(answered(sample("message")), listed(message(links={})))
    assert again == [("delivery.went-back", "/messages/0/delivery", 1)]


def test_a_new_message_has_no_summary_to_compare() -> None:
    created = answered(message(), LIST, 201, "POST")
    created["request"]["body"] = "Body=Hi"
    assert told(sample("page"), created) == []
    moved = answered(message(account_sid="AC" + OTHER), LIST, 201, "POST")
    assert ("message.identity", "/account_sid", 1) in told(receipt(), moved)


def test_deleted_messages() -> None:
    gone = answered("", URL, 204, "DELETE")
    assert told(answered(message()), gone) == []
    assert told(gone, answered(message())) == [("message.deleted", "/sid", 1)]
    assert told(gone, gone) == [("message.deleted", "", 1)]
    missing = answered(sample("failed exchange")["response"]["body"], URL, 404, "DELETE")
    assert told(gone, missing) == []


def test_findings_are_the_same_with_a_file_for_memory() -> None:
    lines = [
        message(participant_sid=receipt()["participant_sid"]),
        listed(message(index=9, links={})),
        receipt(sid="DY" + OTHER, account_sid="AC" + OTHER),
        answered("", URL, 204, "DELETE"),
        answered(message()),
        sample("page"),
    ]
    found = told(*lines)
    assert {rule for rule, _, _ in found} >= {
        "message.identity",
        "message.index-changed",
        "message.receipt-of-author",
        "message.deleted",
    }
    assert told(*lines, limit=1) == found


def test_odd_messages_are_remembered_as_far_as_they_go() -> None:
    odd: list[dict[str, Any]] = [
        {"index": 10**400},
        {"index": True, "date_created": ["x"]},
        {"account_sid": {"a": 1}, "participant_sid": "x" * 10_000},
        {"delivery": {"total": 10**30}},
        {"date_created": "9" * 100, "conversation_sid": 7},
    ]
    history = History(CONTRACT)
    for members in odd:
        history.check(message(**members))
    history.check_exchange(Exchange("GET", LIST, 200, {"messages": [None, 7, {}, {"sid": 7}]}))
    assert [each for each in history.finish() if each.rule.startswith("message.")] == []


def place(entry: int, pointer: str = "/m", file: int = 0) -> Arrival:
    return Arrival(file, entry=entry, pointer=pointer)


def state(entry: int, *, file: int = 0, **members: Any) -> MessageState:
    """Return what one observation says of the message."""
    at = place(entry, file=file)
    return MessageState(at, at, "CH1", "AC1", "", None, None)._replace(**members)


def received(
    entry: int, sid: str = "DY1", *, file: int = 0, by_webhook: bool = False, **members: Any
) -> tuple[str, ReceiptState]:
    """Return what one observation says of a receipt."""
    at = place(entry, "/r", file)
    seen = ReceiptState(at, at, 1, by_webhook, "CH1", "IM1", "MB1", "sent", 0, 100, 100, "", "AC1")
    return sid, seen._replace(**members)


def problems(
    *seen: MessageState | tuple[str, ReceiptState],
    deleted: tuple[tuple[Arrival, Arrival], ...] = (),
) -> list[Problem]:
    """Return what every check finds; receipts are given in no order."""
    states = [each for each in seen if isinstance(each, MessageState)]
    receipts = [each for each in seen if not isinstance(each, MessageState)]
    return list(catalogue.problems("message states", MessageStates(states, receipts, [*deleted])))


def of_message(rule: str, member: str, message: str, entry: int, other: Arrival) -> Problem:
    return Problem(f"/m/{member}", message, rule=rule, at=place(entry), other=other)


def of_receipt(rule: str, member: str, message: str, entry: int, other: Arrival) -> Problem:
    return Problem(f"/r/{member}", message, rule=rule, at=place(entry, "/r"), other=other)


IDENTITY, AGAIN = "message.identity", "this message has another {} in an earlier observation"


def test_each_further_owner_is_one_problem() -> None:
    """It is compared with the first that names one; a message may name only the other owner."""
    owners = ("", "AC1", "AC2", "AC2", "AC1", "AC3")
    found = problems(*(state(at, account=own) for at, own in enumerate(owners)))
    expected = [
        of_message(IDENTITY, "account_sid", AGAIN.format("account"), at, place(1)) for at in (2, 5)
    ]
    assert found == expected
    found = problems(
        *(state(at, conversation="", account=own) for at, own in enumerate(owners[1:], 1))
    )
    assert found == expected
    found = problems(state(0), state(1, conversation="CH2"))
    member, text = "conversation_sid", AGAIN.format("conversation")
    assert found == [of_message(IDENTITY, member, text, 1, place(0))]


def test_owners_of_receipts() -> None:
    """They are compared in the order of arrival, at the later observation."""
    of_row, of_all = (
        "this receipt has another {} than its message",
        "this message has another {} than its receipts",
    )
    found = problems(
        state(2),
        received(7, "DY1", account="AC4"),
        received(5, "DY4", account="AC2"),
        received(1, "DY5", account="AC3"),
        received(3, "DY2", account=""),
        received(4, "DY3", account="AC1"),
        # Another receipt of a known account; one that had the right account has its own problem.
        received(6, "DY6", account="AC2"),
        received(0, "DY3", account="AC5"),
    )
    member = "account_sid"
    assert found == [
        of_message(IDENTITY, member, of_all.format("account"), 2, place(1, "/r")),
        of_receipt(IDENTITY, member, of_row.format("account"), 5, place(2)),
        of_receipt(IDENTITY, member, of_row.format("account"), 7, place(2)),
    ]
    # One message is in one conversation, and so are its receipts.
    moved = [received(4, "DY1", conversation="CH3"), received(3, "DY2", conversation="CH2")]
    member, message = "conversation_sid", of_row.format("conversation")
    assert problems(state(0), *moved) == [of_receipt(IDENTITY, member, message, 3, place(0))]
    assert problems(state(0), *moved, received(5, "DY3")) == []


def test_another_index() -> None:
    rule, text = "message.index-changed", "an earlier observation has another index"
    numbers = (None, 1, 2, 2, 1, 3)
    found = problems(*(state(at, number=number) for at, number in enumerate(numbers)))
    assert found == [of_message(rule, "index", text, at, place(1)) for at in (2, 5)]
    moved = received(9, conversation="CH2")
    rules = {each.rule for each in problems(state(0, number=1), state(1, number=2), moved)}
    assert rules == {IDENTITY}


@pytest.mark.parametrize(
    ("name", "member", "values"),
    [
        ("participant", "participant_sid", ("", "MB7", "MB8", "MB8", "MB7", "MB9")),
        ("created", "date_created", (None, 7, 8, 8, 7, 9)),
    ],
)
def test_another_author_or_date(name: str, member: str, values: tuple[Any, ...]) -> None:
    found = problems(*(state(at, **{name: value}) for at, value in enumerate(values)))
    text = f"an earlier observation has another {member}"
    assert found == [of_message("message.changed", member, text, at, place(1)) for at in (2, 5)]


def test_the_first_receipt_before_its_message() -> None:
    """Of two dates of a message the earlier counts, from the first second of 1970 on."""
    rule, text = "message.after-receipt", "date_created is before that of the message"
    receipts = [
        received(5, "DY1", created=-9),
        received(4, "DY2", created=-3, by_webhook=True),
        received(3, "DY3", created=-2),
    ]
    states = [state(0, created=1), state(1, created=0), state(2)]
    found = [each for each in problems(*states, *receipts) if each.rule == rule]
    (own,) = found
    assert own == of_receipt(rule, "DateCreated", text, 4, place(1))._replace(
        severity=Severity.INFO
    )
    again = problems(state(0, created=0), received(5, created=-60), received(6, created=-61))
    assert [(each.at, each.severity) for each in again] == [(place(5, "/r"), Severity.INFO)]
    (own,) = problems(state(0, created=0), received(5, created=-61))
    assert own == of_receipt(rule, "date_created", text, 5, place(0))
    # Of two messages with one SID, or one without a date, nothing is known.
    assert problems(state(0), received(5, created=-61)) == []
    moved = problems(state(0, created=0), received(5, created=-61, conversation="CH2"))
    assert [each.rule for each in moved] == [IDENTITY]


def test_the_first_receipt_of_the_author() -> None:
    rule, member = "message.receipt-of-author", "participant_sid"
    own: dict[str, Any] = {"participant": "MB7"}
    other: dict[str, Any] = {"participant": "MB8"}
    receipts = [received(9, "DY1", **own), received(4, "DY3", **own), received(3, "DY2", **other)]
    text = "this participant wrote the message, and authors get no receipt"
    states = [state(0), state(1, **own)]
    assert problems(*states, *receipts) == [of_receipt(rule, member, text, 4, place(1))]
    text = "this participant has a receipt, but authors get none"
    expected = [of_message(rule, member, text, 5, place(4, "/r"))]
    assert problems(state(5, **own), *receipts) == expected
    two = problems(state(0, **own), state(1, **other), *receipts)
    assert [each.rule for each in two] == ["message.changed"]
    moved = problems(state(0, **own), received(4, conversation="CH2", **own))
    assert [each.rule for each in moved] == [IDENTITY]


def gone(pointer: str, message: str, at: Arrival, other: Arrival) -> Problem:
    return Problem(pointer, message, rule="message.deleted", at=at, other=other)


def test_deletions_in_several_files() -> None:
    """The first answer after the deletion in its own file is named, and a second deletion."""
    first, twice = place(1, ""), place(4, "", file=1)
    deleted = ((first, first), (place(2, "", file=1), twice))
    text, again = "the message was deleted by an earlier request", "the message was deleted before"
    states = [state(0), state(3), state(5), state(6, file=1), state(7, file=2)]
    of_first = gone("/m/sid", text, place(3), first)
    of_second = [
        gone("", again, twice, deleted[1][0]),
        gone("/m/sid", text, place(6, file=1), deleted[1][0]),
    ]
    assert problems(*states, deleted=deleted) == [of_first, *of_second]
    assert problems(states[0], *states[3:], deleted=deleted) == of_second


def test_a_receipt_of_a_deleted_message() -> None:
    """The last one in a response of the same file is named, if the message is not there itself."""
    first = place(1, "")
    receipts = [
        *(received(0, "DY1"), received(4, "DY2"), received(3, "DY3")),
        *(received(5, "DY4", by_webhook=True), received(6, "DY5", file=1)),
    ]
    text = "the message of this receipt was deleted by an earlier request"
    expected = [gone("/r/message_sid", text, place(4, "/r"), first)]
    assert problems(*receipts, deleted=((first, first),)) == expected
    found = problems(state(2), *receipts, deleted=((first, first),))
    assert [each.pointer for each in found] == ["/m/sid"]
    assert problems(receipts[0], *receipts[3:], deleted=((first, first),)) == []
