"""Conversations over REST: defaults, parameters, refusals, timers, states."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from receiptkit.generation.api_errors import REFUSALS
from serving import Caller, paths

Form = list[tuple[str, str]]
PHONE = [
    ("MessagingBinding.Address", "+15553000001"),
    ("MessagingBinding.ProxyAddress", "+15550100000"),
]


@pytest.fixture
def caller() -> Caller:
    return Caller("none")


def post(caller: Caller, path: str, form: Form | None = None, **headers: str) -> httpx.Response:
    return caller.call("POST", f"/v1{path}", form or [], headers=headers)


def create(caller: Caller, form: Form | None = None, root: str = "") -> dict[str, Any]:
    answer = post(caller, f"{root}/Conversations", form)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def code_of(answer: httpx.Response) -> int:
    """Return the code of an error, whose status is that of the table."""
    body = answer.json()
    assert answer.status_code == body["status"] == REFUSALS[body["code"]].status
    return int(body["code"])


def test_an_empty_form_is_enough(caller: Caller) -> None:
    body = create(caller)
    assert body["date_created"] == body["date_updated"]
    expected: dict[str, Any] = {
        "account_sid": caller.account,
        "chat_service_sid": caller.control.state.chat_service_sid,
        "friendly_name": None,
        "unique_name": None,
        "attributes": "{}",
        "state": "active",
        "timers": {},
        "bindings": None,
    }
    assert {name: body[name] for name in expected} == expected
    assert body["messaging_service_sid"].startswith("MG")
    assert sorted(body["links"]) == ["messages", "participants", "webhooks"]


def test_both_scopes_are_one_service(caller: Caller) -> None:
    """The same conversation is reached by both paths, each with its own links."""
    root = f"/Services/{caller.control.state.chat_service_sid}"
    body = create(caller, [("UniqueName", "order-1")])
    scoped = caller.get(f"/v1{root}/Conversations/order-1").json()
    assert scoped["sid"] == body["sid"]
    assert scoped["url"] == body["url"].replace("/v1/", f"/v1{root}/")
    other = post(caller, "/Services", [("FriendlyName", "other")]).json()["sid"]
    assert caller.get(f"/v1/Services/{other}/Conversations/order-1").status_code == 404
    assert create(caller, [("UniqueName", "order-1")], f"/Services/{other}")["sid"] != body["sid"]
    assert caller.call("DELETE", f"/v1/Services/{other}").status_code == 204
    assert caller.get(f"/v1/Services/{other}/Conversations").status_code == 404


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ([("FriendlyName", "x" * 257)], 50003),
        ([("UniqueName", "x" * 257)], 50004),
        ([("UniqueName", f"CH{1:032x}")], 50390),
        ([("Attributes", "{")], 50304),
        ([("Attributes", json.dumps("x" * 16_384))], 50303),
        ([("State", "closed")], 50384),
        ([("State", "")], 50374),
        ([("State", "initializing")], 50378),
        ([("Timers.Inactive", "PT59S")], 50375),
        ([("Timers.Closed", "PT9M")], 50376),
        ([("Timers.Closed", "ten minutes")], 50379),
        ([("MessagingServiceSid", "MG1")], 50341),
        ([("DateCreated", "yesterday")], 50308),
        ([("DateUpdated", "1900-01-01T00:00:00Z")], 50309),
        ([("UniqueName", "taken")], 50353),
    ],
)
def test_refusals(caller: Caller, form: Form, code: int) -> None:
    """Invalid parameters are refused, at creation and by an update, and change nothing."""
    create(caller, [("UniqueName", "taken")])
    assert code_of(post(caller, "/Conversations", form)) == code
    sid = create(caller, [("UniqueName", "other")])["sid"]
    before = caller.get(f"/v1/Conversations/{sid}").json()
    if form != [("State", "closed")]:
        assert code_of(post(caller, f"/Conversations/{sid}", form)) == code
    assert caller.get(f"/v1/Conversations/{sid}").json() == before
    assert len(caller.get("/v1/Conversations").json()["conversations"]) == 2


def test_an_update_without_parameters(caller: Caller) -> None:
    body = create(caller, [("FriendlyName", "A"), ("Attributes", '{ "a":1 }')])
    caller.do(caller.control.advance(by="90s"))
    after = post(caller, f"/Conversations/{body['sid']}").json()
    assert after.pop("date_updated") > body.pop("date_updated")
    assert after == body
    assert body["attributes"] == '{ "a":1 }'


def test_names_a_missing_resource_by_its_path(caller: Caller) -> None:
    for path in ("/Conversations/abc6", "/Conversations/abc6/Participants", "/Conversations/a%20b"):
        answer = caller.get(f"/v1{path}")
        assert code_or_404(answer) == 20404
        shown = path.replace("%20", " ")
        assert answer.json()["message"] == f"The requested resource {shown} was not found"


def code_or_404(answer: httpx.Response) -> int:
    assert answer.status_code == 404
    return int(answer.json()["code"])


def test_timers(caller: Caller) -> None:
    """A conversation becomes inactive, active again by a message, and is closed in the end."""
    body = create(caller, [("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")])
    path = f"/Conversations/{body['sid']}"
    assert sorted(body["timers"]) == ["date_closed", "date_inactive"]
    caller.do(caller.control.advance(by="61s"))
    after = caller.get(f"/v1{path}").json()
    assert (after["state"], sorted(after["timers"])) == ("inactive", ["date_closed"])
    assert post(caller, f"{path}/Messages", [("Body", "x")]).status_code == 201
    assert caller.get(f"/v1{path}").json()["state"] == "active"
    caller.do(caller.control.advance(by="599s"))
    assert caller.get(f"/v1{path}").json()["state"] == "inactive"
    caller.do(caller.control.advance(by="1s"))
    assert caller.get(f"/v1{path}").json()["state"] == "closed"
    assert code_of(post(caller, f"{path}/Messages", [("Body", "x")])) == 50377
    assert caller.get(f"/v1{path}/Messages").json()["messages"][0]["body"] == "x"


def test_closed_frees_addresses_and_keeps_the_name(caller: Caller) -> None:
    sid = create(caller, [("UniqueName", "order-1")])["sid"]
    assert post(caller, f"/Conversations/{sid}/Participants", PHONE).status_code == 201
    other = create(caller)["sid"]
    answer = post(caller, f"/Conversations/{other}/Participants", PHONE)
    assert (code_of(answer), sid in answer.json()["message"]) == (50416, True)
    assert post(caller, f"/Conversations/{sid}", [("State", "closed")]).status_code == 200
    assert post(caller, f"/Conversations/{other}/Participants", PHONE).status_code == 201
    assert code_of(post(caller, "/Conversations", [("UniqueName", "order-1")])) == 50353
    assert caller.call("DELETE", f"/v1/Conversations/{sid}").status_code == 204
    create(caller, [("UniqueName", "order-1")])


def test_lists_by_date_and_state(caller: Caller) -> None:
    """With dates the newest come first; filters stay in the links."""
    sids = []
    for state in ("active", "inactive", "active"):
        sids.append(create(caller, [("State", state)])["sid"])
        caller.do(caller.control.advance(by="1d"))
    url = "/v1/Conversations?StartDate=2020-01-01T00:00:00Z&State=active&PageSize=1"
    first = caller.get(url).json()
    assert [row["sid"] for row in first["conversations"]] == [sids[2]]
    following = first["meta"]["next_page_url"]
    assert "?StartDate=2020-01-01T00:00:00Z&State=active&PageSize=1&Page=1&PageToken=" in following
    assert [row["sid"] for row in caller.get(following).json()["conversations"]] == [sids[0]]
    assert caller.get("/v1/Conversations?EndDate=1999-01-01").json()["conversations"] == []
    assert caller.get("/v1/Conversations?StartDate=x").status_code == 400


# -- with participants


def members(*values: Any) -> Form:
    return [("Participant", json.dumps(value)) for value in values]


ANNA = {"identity": "anna"}
BEN = {"messaging_binding": {"address": "+15553000001", "proxy_address": "+15550100000"}}


def test_with_participants(caller: Caller) -> None:
    answer = post(caller, "/ConversationWithParticipants", members(ANNA, BEN))
    assert (answer.status_code, answer.json()["state"]) == (202, "active")
    rows = caller.get(f"/v1/Conversations/{answer.json()['sid']}/Participants").json()
    assert [row["identity"] for row in rows["participants"]] == ["anna", None]
    assert post(caller, "/ConversationWithParticipants").status_code == 201


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (members(ANNA, {"messaging_binding": {"address": "12"}}), 50407),
        (members(ANNA, ANNA), 50433),
        (members(*[{"identity": str(number)} for number in range(11)]), 50426),
        ([("Participant", "{")], 20001),
        (members({"identity": 5}), 20001),
        (members({"name": "x"}), 20001),
        (members({"messaging_binding": {"type": "sms"}}), 20001),
        ([("UniqueName", f"CH{1:032x}"), *members(ANNA)], 50390),
    ],
)
def test_one_bad_participant_refuses_all(caller: Caller, form: Form, code: int) -> None:
    assert code_of(post(caller, "/ConversationWithParticipants", form)) == code
    assert caller.get("/v1/Conversations").json()["conversations"] == []
    assert caller.get("/v1/ParticipantConversations?Identity=anna").json()["conversations"] == []


def test_initializing() -> None:
    """As an option, nothing can be written for a while."""
    caller = Caller("none", initializing=2)
    body = post(caller, "/ConversationWithParticipants", members(ANNA)).json()
    path = f"/Conversations/{body['sid']}"
    assert body["state"] == "initializing"
    assert code_of(post(caller, f"{path}/Messages", [("Body", "x")])) == 50386
    caller.do(caller.control.snapshot())
    for _ in range(2):
        caller.do(caller.control.advance(by="2s"))
        assert post(caller, f"{path}/Messages", [("Body", "x")]).status_code == 201
        caller.do(caller.control.restore())


def test_statuses_of_errors_can_be_chosen() -> None:
    caller = Caller("none", error_statuses={50384: 422})
    answer = post(caller, "/Conversations", [("State", "closed")])
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (422, 422, 50384)


def test_scenarios_have_participants_and_go_on(caller: Caller) -> None:
    """The conversation of a scenario can be written to; order, indexes and dates agree."""
    caller = Caller("group-sms", seed=4)
    conversation = f"/Conversations/{caller.world.conversation_sid}"
    rows = caller.get(f"/v1{conversation}/Participants").json()["participants"]
    assert [row["sid"] for row in rows] == [
        *caller.world.agents,
        *(receipt.participant_sid for receipt in caller.world.receipts),
    ]
    caller.do(caller.control.advance(by="1h"))
    chosen = {"conversation_sid": caller.world.conversation_sid}
    loaded = caller.do(caller.control.load("landline", 2, set=chosen))
    posted = post(caller, f"{conversation}/Messages", [("Body", "more")]).json()
    messages = caller.get(f"/v1{conversation}/Messages").json()["messages"]
    sids = [caller.world.message.sid, loaded["message_sid"], posted["sid"]]
    assert [row["sid"] for row in messages] == sids
    assert [row["index"] - messages[0]["index"] for row in messages] == [0, 1, 2]
    dates = [row["date_created"] for row in messages]
    assert dates == sorted(dates)
    caller.do(caller.control.advance(to="end"))
    receipts = caller.get(f"/v1{conversation}/Messages/{posted['sid']}/Receipts").json()
    assert len(receipts["delivery_receipts"]) == 5
    assert caller.get(paths(caller.world)["message"]).json()["delivery"]["total"] == 4


def test_the_clock_can_begin_at_a_date() -> None:
    caller = Caller("landline", start="2027-01-02T03:04:05Z")
    assert caller.world.message.created == 1_798_859_045_000
    assert create(caller)["date_created"] == "2027-01-02T03:04:05Z"
    now = Caller("none", start="now")
    assert create(now)["date_created"] > "2026-01-01"
