"""The data that a server begins with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from receiptkit.model.errors import UsageError
from receiptkit.server import app
from receiptkit.server.data import read_data
from serving import Caller
from unit.server.test_conversations import code_of, create, post

YAML = """
conversations:
  - unique_name: order-7
    attributes: {priority: 1}
    state: closed
    participants:
      - identity: anna
      - {address: "+15553000001", proxy_address: "+15550100000"}
    messages:
      - {author: anna, body: Hello}
"""


def test_data_is_there_from_the_start_and_after_a_reset(tmp_path: Path) -> None:
    file = tmp_path / "data.yaml"
    file.write_text(YAML)
    caller = Caller(data=read_data(str(file)))
    for _ in range(2):
        body = caller.get("/v1/Conversations/order-7").json()
        assert (body["attributes"], body["state"]) == ('{"priority": 1}', "closed")
        rows = caller.get("/v1/Conversations/order-7/Participants").json()["participants"]
        assert [row["identity"] for row in rows] == ["anna", None]
        (message,) = caller.get("/v1/Conversations/order-7/Messages").json()["messages"]
        assert (message["body"], message["participant_sid"]) == ("Hello", rows[0]["sid"])
        assert len(caller.get("/v1/Conversations").json()["conversations"]) == 1
        assert code_of(post(caller, "/Conversations/order-7/Messages")) == 50377
        create(caller)
        caller.do(caller.control.reset())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected an object"),
        ("[]", "expected an object"),
        ("{", "not JSON or YAML"),
        ("a: &a [*a]", "aliases are not supported"),
        ("a: !!python/object:os.system {}", "not JSON or YAML"),
        ("conversation: []", "unknown field 'conversation'"),
        ("conversations: {}", "data: conversations: expected a list"),
        ("conversations: [1]", "data: conversations: expected a list"),
        ("conversations: [{name: x}]", r"conversations\[0\]: unknown field 'name'"),
        ("conversations: [{unique_name: [x]}]", "unique_name: expected a text"),
        ("conversations: [{participants: [{address: x}]}]", r"participants\[0\]: .* \(50407\)"),
        ("conversations: [{unique_name: x}, {unique_name: x}]", r"conversations\[1\]: .*50353"),
        ("conversations: [{messages: [{body: {}}]}]", r"messages\[0\].body: expected a text"),
    ],
)
def test_reports_invalid_data_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "data.yaml"
    file.write_text(text)
    with pytest.raises(UsageError, match=said) as raised:
        app(data=read_data(str(file)))
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize("path", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read(tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageError, match=r"^--data "):
        read_data(str(tmp_path / path))


@pytest.mark.parametrize(
    "settings",
    [
        {"data": {"conversations": None}},
        {"data": {5: []}},
        {"api_keys": [1]},
        {"api_keys": {"SK" + "0" * 32: ""}},
        {"account_sid": "x"},
        {"account_sid": 5},
        {"start": 5},
        {"start": "2026-13-01"},
        {"initializing": -1},
        {"error_statuses": {"50353": 409}},
        {"error_statuses": {50353: "409"}},
        {"public_origin": b"x"},
        {"seed": 1.5},
        {"receipts": -1},
        {"receipts": "x"},
        {"scenarios": object()},
        {"scenarios": ["landline", 5]},
        {"speed": float("nan")},
    ],
)
def test_odd_settings_are_one_line(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as raised:
        app(**settings)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    "how",
    [
        {"scenario": 5},
        {"scenario": "landline", "seed": "x"},
        {"scenario": "landline", "receipts": "x"},
        {"scenario": "landline", "receipts": 10**8},
        {"scenario": "landline", "start": 5},
        {"scenario": "landline", "set": 5},
        {"scenario": "landline", "stream": 5},
        {"scenario": "landline", "no_error": "x"},
        {"scenario": "landline", "color": 1},
        {"scenario": "landline", "set": {"message.body": 5}},
    ],
)
def test_odd_worlds_are_one_line(how: dict[str, Any]) -> None:
    caller = Caller("none")
    with pytest.raises(UsageError) as raised:
        caller.do(caller.control.load(**how))
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("user", "secret", "status"),
    [("key", "right", 200), ("key", "wrong", 401), ("other", "right", 401), ("account", "t", 200)],
)
def test_api_keys_of_the_server(user: str, secret: str, status: int) -> None:
    """With keys of its own, no other key opens it."""
    from serving import basic

    key, account = f"SK{1:032x}", f"AC{2:032x}"
    caller = Caller("none", account_sid=account, auth_token="t", api_keys={key: "right"})
    assert caller.account == account
    users = {"key": key, "other": f"SK{3:032x}", "account": account}
    answer = caller.get("/v1/Conversations", authorization=basic(users[user], secret))
    assert answer.status_code == status


def test_a_control_token() -> None:
    caller = Caller("none", control_token="s3cret")
    for header, status in (
        (None, 401),
        ("Bearer x", 401),
        ("Basic s3cret", 401),
        ("Bearer s3cret", 200),
    ):
        assert caller.get("/_receiptkit/", authorization=header).status_code == status


def test_a_body_that_is_too_long() -> None:
    caller = Caller("none")
    answer = post(caller, "/Conversations", [("FriendlyName", "x" * (1 << 20))])
    assert (answer.status_code, answer.json()["code"]) == (413, 20413)
    panel = caller.call("POST", "/_receiptkit/worlds", content=b"x" * (1 << 21), authorization=None)
    assert panel.status_code == 400
    assert caller.get("/v1/Conversations").json()["conversations"] == []


def test_a_server_that_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full server says so, and keeps running."""
    monkeypatch.setenv("RECEIPTKIT_LIMITS", "records=3")
    caller = Caller("none")
    for _ in range(3):
        create(caller)
    answer = post(caller, "/Conversations")
    assert (answer.status_code, "3 records at most" in answer.json()["message"]) == (503, True)
    with pytest.raises(UsageError, match="records at most"):
        caller.do(caller.control.load("landline"))
    sid = caller.get("/v1/Conversations").json()["conversations"][0]["sid"]
    assert caller.call("DELETE", f"/v1/Conversations/{sid}").status_code == 204
    create(caller)
