"""Observations of a message are compared with each other, and with its receipts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from receiptkit import Contract, Exchange, History
from receiptkit.captures import Limits, Source
from receiptkit.rules.examples import sample
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
