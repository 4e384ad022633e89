"""A snapshot as a document, from which another server goes on."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiptkit.model.errors import UsageError
from receiptkit.server import running
from receiptkit.server.saved import dump, load
from receiptkit.server.state import State
from serving import Caller

_HEADERS = {"X-Twilio-Webhook-Enabled": "true"}


def eventful(seed: int = 0) -> Caller:
    """A server with scenarios in the middle of their lives, and everything that can be written."""
    caller = Caller(seed=seed)
    hook = [("Filters", "onMessageAdded"), ("PostWebhookUrl", "http://127.0.0.1:9/#rc=0")]
    caller.call("POST", "/v1/Configuration/Webhooks", hook)
    caller.call("POST", "/v1/Services", [("FriendlyName", "other")])
    form = [("UniqueName", "order-7"), ("Timers.Closed", "PT10M")]
    caller.call("POST", "/v1/Conversations", form)
    path = "/v1/Conversations/order-7"
    for name, value in (("Identity", "anna"), ("MessagingBinding.Address", "+15550100001")):
        proxy = [("MessagingBinding.ProxyAddress", "+15550100000")] if name != "Identity" else []
        caller.call("POST", f"{path}/Participants", [(name, value), *proxy])
    caller.do(caller.control.outcome("undelivered", error_code=30003, times=None))
    caller.do(caller.control.fault("stale", after=100))
    caller.call("POST", f"{path}/Messages", [("Body", "Hello")], headers=_HEADERS)
    studio = [("Target", "studio"), ("Configuration.FlowSid", f"FW{1:032x}")]
    caller.call("POST", f"{path}/Webhooks", studio)
    caller.call("GET", "/v1/ParticipantConversations?Identity=anna")
    return caller


def responses(caller: Caller) -> list[Any]:
    """Return the responses of a server now, an hour later, and after a creation."""
    found: list[Any] = []
    for _ in range(2):
        listed = caller.get("/v1/Conversations?PageSize=100").json()
        found.append(listed)
        for row in listed["conversations"]:
            path = f"/v1/Conversations/{row['sid']}"
            messages = caller.get(f"{path}/Messages").json()
            found += [messages, caller.get(f"{path}/Participants").json()]
            found.append(caller.get(f"{path}/Webhooks").json())
            for message in messages["messages"]:
                found.append(caller.get(f"{path}/Messages/{message['sid']}/Receipts").json())
        shown = caller.do(caller.control.show())
        found.append({**shown, "sent": 0})
        caller.do(caller.control.advance(by="1h"))
    made = caller.call("POST", "/v1/Conversations", [("UniqueName", "next")]).json()
    return [*found, made]


def test_another_server_goes_on(tmp_path: Path) -> None:
    """A restored server has the same account, responses and future SIDs, whatever its seed."""
    first = eventful()
    path = tmp_path / "kept.snapshot"
    path.write_bytes(dump(first.control.state))
    second = Caller(snapshot=path, seed=7)
    assert second.account == first.account
    expected = responses(first)
    assert responses(second) == expected
    second.do(second.control.reset())
    assert responses(second) == expected


def test_a_process_saves_and_another_begins(tmp_path: Path) -> None:
    path = tmp_path / "kept.snapshot"
    with running(scenarios=["landline"], clock="manual") as twilio:
        twilio.advance(to="end")
        path.write_bytes(twilio.save())
        state = twilio.show()
    with running(snapshot=str(path), clock="manual") as twilio:
        assert {**twilio.show(), "sent": 0} == {**state, "sent": 0}
        assert twilio.worlds[0].scenario == "landline"


@pytest.mark.parametrize("others", [{"data": {}}, {"scenarios": "landline"}, {"start": "now"}])
def test_refuses_other_settings_beside_a_snapshot(others: dict[str, Any], tmp_path: Path) -> None:
    others = {"data": {"conversations": [{}]}} if "data" in others else others
    with pytest.raises(UsageError, match="leave them out"):
        Caller(snapshot=tmp_path / "x", **others)


def test_refuses_invalid_snapshots(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with pytest.raises(UsageError, match="no such file"):
        Caller(snapshot=path)
    for text in (b"", b"{", b"[]", b"{}", b'{"receiptkit-snapshot": 2}'):
        path.write_bytes(text)
        with pytest.raises(UsageError, match="not a snapshot"):
            Caller(snapshot=path)


_SAVED: dict[str, Any] = json.loads(dump(eventful().control.state))


@given(data=st.data())
def test_a_damaged_snapshot_is_one_line(data: Any) -> None:
    """A snapshot with a changed member is read, or refused with a message and no change of the server."""
    document = json.loads(json.dumps(_SAVED))
    node: Any = document
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(node[key], (dict, list)) and node[key] and data.draw(st.integers(0, 5)):
            node = node[key]
            continue
        wrong: list[Any] = [
            None,
            "x",
            -1,
            [],
            {},
            {"is": "same", "of": 0},
            {"is": "World", "of": {}},
        ]
        node[key] = data.draw(st.sampled_from(wrong))
        break
    state = _EMPTY.control.state
    before = state.account_sid, state.epoch
    with suppress(UsageError):
        load(state, json.dumps(document).encode())
        return
    assert (state.account_sid, state.epoch) == before


_EMPTY = Caller("none")
assert isinstance(_EMPTY.control.state, State)
