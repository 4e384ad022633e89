"""Messages over REST, and their outcomes."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.model.errors import UsageError
from serving import Caller
from unit.server.test_conversations import code_of, create, post
from unit.server.test_participants import PROXY, Form, add, binding


@pytest.fixture
def caller() -> Caller:
    return Caller("none")


def conversation(caller: Caller, *addresses: str) -> str:
    """Return the SID of a conversation with a chat participant and addresses."""
    sid = str(create(caller)["sid"])
    add(caller, sid, [("Identity", "anna")])
    for address in addresses:
        prefix = f"{address.partition(':')[0]}:" if ":" in address else ""
        answer = add(caller, sid, binding(address, prefix + PROXY))
        assert answer.status_code == 201, answer.text
    return sid


def send(caller: Caller, sid: str, *form: tuple[str, str]) -> dict[str, Any]:
    answer = post(caller, f"/Conversations/{sid}/Messages", list(form) or [("Body", "Hi")])
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def receipts(caller: Caller, sid: str, message: str) -> list[tuple[str, int | None]]:
    url = f"/v1/Conversations/{sid}/Messages/{message}/Receipts"
    rows = caller.get(url).json()["delivery_receipts"]
    return [(row["status"], row["error_code"]) for row in rows]


def test_defaults(caller: Caller) -> None:
    body = send(caller, conversation(caller, "+15553000001"))
    expected = {
        "author": "system",
        "body": "Hi",
        "index": 0,
        "attributes": "{}",
        "delivery": None,
        "media": None,
        "participant_sid": None,
        "content_sid": None,
    }
    assert {name: body[name] for name in expected} == expected
    assert body["date_created"] == body["date_updated"]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ([("Body", "x" * 1601)], 50504),
        ([("Author", "x" * 257)], 50310),
        ([("Attributes", "x")], 50304),
        ([("Attributes", '"' + "x" * 4096 + '"')], 50303),
        ([("ContentSid", "x")], 50526),
        ([("ContentVariables", "{}")], 50528),
        ([("MediaSid", "x")], 50510),
        ([("DateCreated", "x")], 50308),
    ],
)
def test_refusals(caller: Caller, form: Form, code: int) -> None:
    sid = conversation(caller, "+15553000001")
    assert code_of(post(caller, f"/Conversations/{sid}/Messages", form)) == code
    assert send(caller, sid)["index"] == 0


def test_chat_messages_are_longer(caller: Caller) -> None:
    sid = conversation(caller)
    message = send(caller, sid, ("Body", "x" * 32_768))
    caller.do(caller.control.advance(to="end"))
    assert receipts(caller, sid, message["sid"]) == []
    assert caller.get(message["url"]).json()["delivery"] is None


def test_edits(caller: Caller) -> None:
    """An edit changes the message, not its receipts."""
    sid = conversation(caller, "+15553000001")
    message = send(caller, sid)
    caller.do(caller.control.advance(to="end"))
    path = f"/Conversations/{sid}/Messages/{message['sid']}"
    caller.do(caller.control.advance(by="1h"))
    before = caller.get(f"/v1{path}").json()
    after = post(caller, path, [("Body", "Hello"), ("Author", "anna")]).json()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"body", "author", "participant_sid", "date_updated"}
    assert receipts(caller, sid, message["sid"]) == [("delivered", None)]
    assert post(caller, path).json()["body"] == "Hello"


def test_a_message_that_is_dated_back(caller: Caller) -> None:
    """Its date is another, and its receipts are of now."""
    sid = conversation(caller, "+15553000001")
    message = send(caller, sid, ("DateCreated", "2001-02-03T04:05:06Z"))
    assert message["date_created"] == "2001-02-03T04:05:06Z"
    caller.do(caller.control.advance(to="end"))
    url = f"{message['url']}/Receipts"
    (row,) = caller.get(url).json()["delivery_receipts"]
    assert row["date_created"] > "2026"
    assert row["status"] == "delivered"


def test_the_author_gets_no_receipt(caller: Caller) -> None:
    sid = conversation(caller, "+15553000001", "+15553000002")
    message = send(caller, sid, ("Author", "+15553000001"), ("Body", "x"))
    caller.do(caller.control.advance(to="end"))
    assert len(receipts(caller, sid, message["sid"])) == 1
    add(caller, sid, binding("+15553000003", PROXY))
    assert len(receipts(caller, sid, message["sid"])) == 1


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("+15550100001", [("delivered", None)]),
        ("+15550103003", [("undelivered", 30003)]),
        ("+15550103450", [("undelivered", 30450)]),
        ("+15550101610", [("failed", 21610)]),
        ("whatsapp:+15550106016", [("failed", 63016)]),
        ("+15550104000", [("sent", None)]),
        ("+15550104001", [("delivered", None)]),
        ("whatsapp:+15550104001", [("read", None)]),
        ("+15550104002", [(None, None)]),
        ("+15550104003", [("undelivered", 30008)]),
        ("+15550104004", []),
    ],
)
def test_magic_numbers(
    caller: Caller, address: str, expected: list[tuple[str | None, int | None]]
) -> None:
    sid = conversation(caller, address)
    message = send(caller, sid)
    caller.do(caller.control.advance(to="end"))
    assert receipts(caller, sid, message["sid"]) == expected


def test_outcomes_are_used_up(caller: Caller) -> None:
    """A test chooses for the next message, for a participant, a conversation, some messages or all."""
    sid, other = conversation(caller, "+15553000001"), conversation(caller, "+15553000002")
    choose = caller.control.outcome
    caller.do(choose("failed", error_code=30005, conversation=other))
    caller.do(choose("undelivered", error_code=30003))
    caller.do(choose("sent", participant="+15553000001", times=None))
    expected = [("undelivered", 30003), ("sent", None), ("sent", None)]
    sent = [send(caller, sid)["sid"] for _ in expected]
    elsewhere = [send(caller, other)["sid"] for _ in range(2)]
    caller.do(caller.control.advance(to="end"))
    assert [receipts(caller, sid, each) for each in sent] == [[each] for each in expected]
    assert [receipts(caller, other, each) for each in elsewhere] == [
        [("failed", 30005)],
        [("delivered", None)],
    ]
    caller.do(caller.control.clear_outcomes())
    after = send(caller, sid)["sid"]
    caller.do(caller.control.advance(to="end"))
    assert receipts(caller, sid, after) == [("delivered", None)]


@pytest.mark.parametrize(
    "how",
    [
        {"status": "queued"},
        {"status": 5},
        {"status": ["sent"]},
        {"status": "sent", "error_code": 30003},
        {"status": "failed", "error_code": "30003"},
        {"status": "failed", "times": 0},
        {"status": "failed", "times": "x"},
        {"status": "sent", "participant": 5},
        {"status": "sent", "color": "red"},
    ],
)
def test_refuses_invalid_outcomes(caller: Caller, how: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as raised:
        caller.do(caller.control.outcome(**how))
    assert len(str(raised.value).splitlines()) == 1


def test_a_deleted_message_is_gone(caller: Caller) -> None:
    """A deleted message has no further receipts, and its index is not used again."""
    sid = conversation(caller, "+15553000001")
    message = send(caller, sid)
    url = f"/v1/Conversations/{sid}/Messages/{message['sid']}"
    assert caller.call("DELETE", url).status_code == 204
    assert caller.get(f"{url}/Receipts").status_code == 404
    caller.do(caller.control.advance(to="end"))
    assert send(caller, sid)["index"] == 1
