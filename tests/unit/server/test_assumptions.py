"""Unknown facts about Twilio, and what the server is told to take them for."""

from __future__ import annotations

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
def test_what_cannot_be_assumed(text: str) -> None:
    with pytest.raises(UsageError):
        ServerSettings.of("none", **assumed([text]))


def test_an_empty_message_can_be_refused() -> None:
    for settings, status in (({}, 201), (assumed(["empty-messages=no"]), 400)):
        caller = Caller("none", **settings)
        caller.call("POST", "/v1/Conversations", [("UniqueName", "a")])
        answer = caller.call("POST", "/v1/Conversations/a/Messages", [("Author", "x")])
        assert answer.status_code == status
        assert answer.json().get("code") in (None, 50503)
    form = [("MediaSid", f"ME{0:032x}")]
    assert caller.call("POST", "/v1/Conversations/a/Messages", form).status_code == 201


def test_the_code_of_the_limit_can_be_chosen() -> None:
    caller = Caller("none", **assumed(["limit-code=50422", "50422=409"]))
    caller.call("POST", "/v1/Conversations", [("UniqueName", "a")])
    for number in range(51):
        form = [("MessagingBinding.Address", f"+1555200{number:04}"), _PROXY]
        answer = caller.call("POST", "/v1/Conversations/a/Participants", form)
    assert (answer.status_code, answer.json()["code"]) == (409, 50422)
