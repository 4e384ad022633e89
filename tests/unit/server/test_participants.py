"""Participants over REST: channels, bindings, limits, updates."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from serving import Caller
from unit.server.test_conversations import code_of, create, post

Form = list[tuple[str, str]]
PROXY = "+15550100000"


def binding(address: str | None = None, proxy: str | None = None, **more: str) -> Form:
    given = {"Address": address, "ProxyAddress": proxy, **more}
    return [
        (f"MessagingBinding.{name}", value) for name, value in given.items() if value is not None
    ]


def add(caller: Caller, sid: str, form: Form) -> httpx.Response:
    return post(caller, f"/Conversations/{sid}/Participants", form)


@pytest.fixture
def caller() -> Caller:
    return Caller("none")


@pytest.mark.parametrize(
    ("form", "expected", "has_role"),
    [
        ([("Identity", "anna")], None, True),
        (
            binding("+15553000001", PROXY),
            {"type": "sms", "address": "+15553000001", "proxy_address": PROXY},
            True,
        ),
        (
            binding("whatsapp:+15553000001", f"whatsapp:{PROXY}"),
            {
                "type": "whatsapp",
                "address": "whatsapp:+15553000001",
                "proxy_address": f"whatsapp:{PROXY}",
            },
            True,
        ),
        (
            binding("messenger:123", "messenger:456"),
            {"type": "messenger", "address": "messenger:123", "proxy_address": "messenger:456"},
            True,
        ),
        (binding("+12025550123"), {"type": "sms", "address": "+12025550123"}, False),
        (
            [("Identity", "shop"), *binding(ProjectedAddress=PROXY)],
            {"type": "sms", "projected_address": PROXY},
            True,
        ),
    ],
)
def test_channels(
    caller: Caller, form: Form, expected: dict[str, str] | None, has_role: bool
) -> None:
    sid = create(caller)["sid"]
    answer = add(caller, sid, form)
    body = answer.json()
    assert (answer.status_code, body["messaging_binding"]) == (201, expected)
    assert (body["role_sid"] is not None) is has_role
    assert (body["last_read_message_index"], body["last_read_timestamp"]) == (None, None)
    assert caller.get(f"/v1/Conversations/{sid}/Participants/{body['sid']}").json() == body


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ([], 50204),
        (binding(None, PROXY), 50204),
        (binding("", PROXY), 50411),
        ([("Identity", "a"), *binding("+15553000001", PROXY)], 50211),
        ([("Identity", "x" * 257)], 50207),
        (binding("12", PROXY), 50407),
        (binding("+4915112345678"), 50407),
        (binding("+12025550123", None, ProjectedAddress=PROXY), 50407),
        (binding("+15553000001", "12"), 50408),
        (binding("+15553000001", "+15553000001"), 50409),
        (binding("+15553000001", ""), 50412),
        (binding("+15553000001", f"whatsapp:{PROXY}"), 50414),
        (binding("+15550105418", PROXY), 50418),
        ([("Identity", "a"), ("RoleSid", "RL1")], 50109),
        ([("Identity", "a"), ("Attributes", "x")], 50304),
    ],
)
def test_refusals(caller: Caller, form: Form, code: int) -> None:
    sid = create(caller)["sid"]
    assert code_of(add(caller, sid, form)) == code
    assert caller.get(f"/v1/Conversations/{sid}/Participants").json()["participants"] == []


def test_limits(caller: Caller) -> None:
    """A conversation has 50 participants with an address, and more with an identity."""
    sid = create(caller)["sid"]
    for number in range(50):
        assert add(caller, sid, binding(f"+155530000{number:02}", PROXY)).status_code == 201
    assert code_of(add(caller, sid, binding("+15553000099", PROXY))) == 50418
    assert add(caller, sid, [("Identity", "anna")]).status_code == 201


def test_updates(caller: Caller) -> None:
    sid = create(caller)["sid"]
    anna = add(caller, sid, [("Identity", "anna")]).json()["sid"]
    phone = add(caller, sid, binding("+15553000001", PROXY)).json()["sid"]
    post(caller, f"/Conversations/{sid}/Messages", [("Body", "x")])

    def update(who: str, form: Form) -> httpx.Response:
        return post(caller, f"/Conversations/{sid}/Participants/{who}", form)

    body = update("anna", [("LastReadMessageIndex", "0")]).json()
    assert (body["sid"], body["last_read_message_index"]) == (anna, 0)
    assert code_of(update(anna, [("LastReadMessageIndex", "1")])) == 50421
    assert update(anna, [("Identity", "ben")]).json()["identity"] == "ben"
    assert caller.get(f"/v1/Conversations/{sid}/Participants/anna").status_code == 404
    changed = update(phone, binding(None, "+15550100009")).json()["messaging_binding"]
    assert changed["proxy_address"] == "+15550100009"
    other = create(caller)["sid"]
    assert add(caller, other, binding("+15553000001", PROXY)).status_code == 201
    assert code_of(update(phone, binding(None, PROXY))) == 50416
    assert code_of(update(anna, binding(None, PROXY))) == 50441
    assert update(phone, binding(None, "null")).json()["messaging_binding"] == {
        "type": "sms",
        "address": "+15553000001",
    }
    assert code_of(update(phone, binding(None, "null"))) == 50440


def test_a_group(caller: Caller) -> None:
    """The same members are one group MMS, whose messages need one of them as author."""
    numbers = ["+12025550101", "+12025550102"]

    def group(numbers: list[str]) -> tuple[str, httpx.Response]:
        sid = create(caller)["sid"]
        answers = [add(caller, sid, binding(number)) for number in numbers]
        answers.append(add(caller, sid, [("Identity", "shop"), *binding(ProjectedAddress=PROXY)]))
        return sid, answers[-1]

    first, answer = group(numbers)
    assert answer.status_code == 201
    _, refused = group(numbers[::-1])
    assert (code_of(refused), first in refused.json()["message"]) == (50438, True)
    messages = f"/Conversations/{first}/Messages"
    assert code_of(post(caller, messages, [("Body", "x")])) == 50513
    sent: dict[str, Any] = post(caller, messages, [("Body", "x"), ("Author", "shop")]).json()
    caller.do(caller.control.advance(to="end"))
    rows = caller.get(f"/v1{messages}/{sent['sid']}/Receipts").json()["delivery_receipts"]
    assert len(rows) == 2


def test_conversations_of_somebody(caller: Caller) -> None:
    sids = [create(caller)["sid"] for _ in range(3)]
    for sid in sids[:2]:
        add(caller, sid, [("Identity", "anna")])
    add(caller, sids[2], binding("+15553000001", PROXY))
    url = "/v1/ParticipantConversations"
    rows = caller.get(f"{url}?Identity=anna&PageSize=1").json()
    assert [row["conversation_sid"] for row in rows["conversations"]] == sids[:1]
    assert "?Identity=anna&PageSize=1&Page=1" in rows["meta"]["next_page_url"]
    (row,) = caller.get(f"{url}?Address=%2B15553000001").json()["conversations"]
    assert (row["conversation_sid"], row["participant_user_sid"]) == (sids[2], None)
    assert row["participant_messaging_binding"]["level"] is None
    assert code_of(caller.get(f"{url}?Identity=a&Address=b")) == 50451
    assert caller.get(f"{url}?Identity=nobody").json()["conversations"] == []


def test_a_proxy_address_that_is_not_owned() -> None:
    """The digits of a proxy address choose the error."""
    caller = Caller("none")
    caller.call("POST", "/v1/Conversations", [("UniqueName", "a")])
    for prefix, code in (("", 50413), ("whatsapp:", 50415)):
        form = [("MessagingBinding.Address", f"{prefix}+15550101111")]
        form += [("MessagingBinding.ProxyAddress", f"{prefix}+15550105{code % 1000}")]
        answer = caller.call("POST", "/v1/Conversations/a/Participants", form)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
