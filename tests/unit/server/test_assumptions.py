"""Settings that say what the server assumes about unknown facts of Twilio."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

import pytest

from receiptkit.model.errors import UsageError
from receiptkit.server.settings import ServerSettings, assumed
from serving import Caller

_PROXY = ("MessagingBinding.ProxyAddress", "+15550100000")


def test_assumptions_are_settings() -> None:
    texts = ["pre-webhooks=no", "initializing=1.5", "50418=409", "limit-code=50422"]
    settings = ServerSettings.of("none", **assumed([*texts, "empty_messages=false"]))
    assert (settings.pre_webhooks, settings.initializing) == (False, 1.5)
    assert (dict(settings.error_statuses), settings.limit_code) == ({50418: 409}, 50422)
    assert settings.empty_messages is False


@pytest.mark.parametrize(
    "text",
    ["x=1", "x", "", "50418=abc", "pre-webhooks=maybe", "50418=999", "limit-code=1", "1=400"],
)
def test_refuses_unknown_assumptions(text: str) -> None:
    with pytest.raises(UsageError):
        ServerSettings.of("none", **assumed([text]))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pre-webhooks=maybe", "--assume 'pre-webhooks=maybe': use yes or no"),
        ("x=1", "limit-code, pre-webhooks, empty-messages"),
    ],
)
def test_a_wrong_assumption_names_the_valid_ones(text: str, message: str) -> None:
    """Names are those of the documentation, with hyphens."""
    with pytest.raises(UsageError, match=re.escape(message)):
        assumed([text])


def test_an_empty_message_can_be_refused() -> None:
    for settings, status in (({}, 201), (assumed(["empty-messages=no"]), 400)):
        caller = Caller("none", **settings)
        caller.call("POST", "/v1/Conversations", [("UniqueName", "a")])
        answer = caller.call("POST", "/v1/Conversations/a/Messages", [("Author", "x")])
        assert answer.status_code == status
        assert answer.json().get("code") in (None, 50503)
    form = [("MediaSid", f"ME{0:032x}")]
    assert caller.call("POST", "/v1/Conversations/a/Messages", form).status_code == 201


def test_unknown_facts_can_be_chosen() -> None:
    """Each assumption changes one thing, and every response still conforms."""
    names = ("empty-bindings", "export-link", "zero-delivery", "newest-first")
    settings = assumed([*(f"{name}=yes" for name in names), "list-closed=no"])
    for chosen in ({}, settings):
        caller = Caller("none", **chosen)
        first, second = (
            caller.call("POST", "/v1/Conversations", [("UniqueName", name)]).json()
            for name in ("a", "b")
        )
        assert first["bindings"] == ({} if chosen else None)
        assert ("export" in first["links"]) is bool(chosen)
        form = [("MessagingBinding.Address", "+15550100001"), _PROXY]
        caller.call("POST", "/v1/Conversations/a/Participants", form)
        caller.call("POST", "/v1/Conversations/a/Participants", [("Identity", "anna")])
        posted = caller.call("POST", "/v1/Conversations/a/Messages", [("Body", "x")]).json()
        assert (posted["delivery"] or {}).get("total") == (0 if chosen else None)
        listed = [row["sid"] for row in caller.get("/v1/Conversations").json()["conversations"]]
        expected = [first["sid"], second["sid"]]
        assert listed == (expected[::-1] if chosen else expected)
        caller.call("POST", "/v1/Conversations/a", [("State", "closed")])
        for path in ("/v1/Conversations", "/v1/ParticipantConversations?Identity=anna"):
            rows = caller.get(path).json()["conversations"]
            sids = [row.get("conversation_sid", row.get("sid")) for row in rows]
            assert (first["sid"] in sids) is not bool(chosen)


def test_unset_parameters_can_be_empty() -> None:
    for chosen, expected in (({}, None), (assumed(["empty-parameters=yes"]), "")):
        sent: list[dict[str, str]] = []

        async def receive(scope: Any, receive: Any, send: Any, sent: Any = sent) -> None:
            sent.append(dict(parse_qsl((await receive())["body"].decode(), True)))
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})

        caller = Caller("none", webhook_transport=receive, **chosen)
        filters = [("Filters", name) for name in ("onConversationAdded", "onMessageAdded")]
        hook = [*filters, ("PostWebhookUrl", "http://127.0.0.1/hook")]
        caller.call("POST", "/v1/Configuration/Webhooks", hook)
        headers = {"X-Twilio-Webhook-Enabled": "true"}
        caller.call("POST", "/v1/Conversations", [("FriendlyName", "a b")], headers=headers)
        sid = caller.get("/v1/Conversations").json()["conversations"][0]["sid"]
        caller.call("POST", f"/v1/Conversations/{sid}/Messages", [("Body", "x")], headers=headers)
        caller.do(caller.control.advance(by="1s"))
        added, message = sent
        assert (added.get("UniqueName"), added["FriendlyName"]) == (expected, "a b")
        assert (message.get("Media"), message["Body"]) == (expected, "x")


@pytest.mark.parametrize("setting", [{"list_closed": "yes"}, {"export_link": 1}])
def test_a_flag_is_true_or_false(setting: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="use True or False"):
        ServerSettings.of("none", **setting)


def test_the_code_of_the_limit_can_be_chosen() -> None:
    caller = Caller("none", **assumed(["limit-code=50422", "50422=409"]))
    caller.call("POST", "/v1/Conversations", [("UniqueName", "a")])
    for number in range(51):
        form = [("MessagingBinding.Address", f"+1555200{number:04}"), _PROXY]
        answer = caller.call("POST", "/v1/Conversations/a/Participants", form)
    assert (answer.status_code, answer.json()["code"]) == (409, 50422)
