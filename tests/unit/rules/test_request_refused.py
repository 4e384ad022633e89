"""Requests that Twilio refuses are errors; unusual ones that it accepts are not."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from receiptkit.model.problem import Problem
from receiptkit.rules.request_refused import refused
from receiptkit.rules.request_words import body_of_get, unfilled
from receiptkit.rules.views import RequestView

ADDRESS, PROXY, PROJECTED = (
    f"MessagingBinding.{name}" for name in ("Address", "ProxyAddress", "ProjectedAddress")
)
CONVERSATION = ("State", "UniqueName", "Attributes", "Timers.Inactive", "Timers.Closed")
PARTICIPANT = ("Identity", ADDRESS, PROXY, PROJECTED, "Attributes")
WEBHOOK = (
    "Target",
    *(f"Configuration.{name}" for name in ("Url", "Method", "Filters", "Triggers", "FlowSid")),
)
MESSAGE = ("Body", "ContentSid", "ContentVariables", "Attributes")
OF = {
    "ConversationWithParticipants": (*CONVERSATION, "Participant"),
    "Conversation": CONVERSATION,
    "Participant": PARTICIPANT,
    "Webhook": WEBHOOK,
    "Message": MESSAGE,
}
SID = "CH" + "0123456789abcdef" * 2


def problems(operation: str, form: str) -> list[Problem]:
    kind = next(each for each in OF if each in operation)
    request = RequestView(
        operation,
        "POST",
        {},
        "",
        lambda: iter(()),
        form=parse_qs(form, keep_blank_values=True),
        documented=OF[kind],
    )
    return list(refused(request))


def codes(operation: str, form: str) -> list[int]:
    return [int(each.message.rpartition(" ")[2]) for each in problems(operation, form)]


@pytest.mark.parametrize(
    ("operation", "form", "expected"),
    [
        ("CreateConversation", "State=closed", [50384]),
        ("UpdateConversation", "State=closed", []),
        ("CreateConversation", f"UniqueName={SID}", [50390]),
        ("CreateConversation", "UniqueName=CHristmas", []),
        ("CreateConversation", "Timers.Closed=PT9M59S", [50376]),
        ("CreateConversation", "Timers.Closed=PT10M", []),
        ("CreateConversation", "Timers.Closed=P1Y", []),
        ("CreateConversation", "Timers.Closed=p2w", []),
        ("CreateConversation", "Timers.Inactive=PT59S&Timers.Closed=P1D", [50375]),
        ("CreateConversation", "Timers.Inactive=P", [50379]),
        ("CreateConversation", "Timers.Inactive=", []),
        ("CreateConversation", "Timers.Inactive=PT1M", []),
        ("CreateConversation", "Timers.Inactive=PT60S", []),
        ("CreateConversation", f"Timers.Closed=PT{'0' * 9}600S", []),
        ("CreateConversation", f"Timers.Closed=PT{'9' * 5_000}S", []),
        ("CreateConversation", "Timers.Closed=P1M", []),
        ("CreateConversation", "Timers.Closed=PT1H", []),
        # The last value counts, and a form may use every parameter.
        ("CreateConversation", "State=active&State=closed", [50384]),
        ("CreateConversation", "State=closed&State=active", []),
        ("CreateWebhook", "&".join(f"{name}=a" for name in WEBHOOK), []),
        (
            "CreateWebhook",
            "Target=studio&Configuration.FlowSid=&"
            + "&".join(f"{name}=a" for name in WEBHOOK[1:-1]),
            [50367],
        ),
        ("CreateConversation", "Attributes={", [50304]),
        ("CreateConversation", "Attributes=" + "[" * 9_999, []),
        ("UpdateConversation", "Attributes={}", []),
        ("CreateParticipant", "Attributes={}", [50204]),
        ("UpdateParticipant", "Attributes={}", []),
        # The name that is missing is spelt otherwise.
        ("CreateParticipant", "identity=anna", []),
        ("CreateParticipant", "", []),
        ("CreateParticipant", "Identity=", []),
        ("CreateParticipant", "Identity=anna", []),
        ("CreateParticipant", f"{PROJECTED}=%2B15550100001", []),
        ("CreateParticipant", f"{ADDRESS}=whatsapp:%2B15550100001", []),
        ("CreateParticipant", f"{ADDRESS}=%2B15550100001", []),
        ("CreateParticipant", f"{ADDRESS}=%2B15550100001&{PROXY}=%2B15550100001", [50409]),
        ("CreateParticipant", f"{ADDRESS}=rcs:shop&{PROXY}=%2B15550100001", [50414]),
        ("CreateParticipant", f"{ADDRESS}=%2B1 555&{PROXY}=12345", []),
        ("CreateParticipant", f"{ADDRESS}=(555) 010-0001", [50407]),
        ("CreateParticipant", f"{ADDRESS}=a@example.com&{PROXY}=b@example.com", []),
        ("CreateWebhook", "Target=webhook", [50369, 50370]),
        ("CreateWebhook", "Target=studio", [50367]),
        ("CreateWebhook", "Target=trigger&Configuration.Url=https://a.test", [50371]),
        ("CreateWebhook", "Target=studio&Configuration.FlowSid=FW1", []),
        ("UpdateWebhook", "Target=webhook", []),
        ("CreateWebhook", "Configuration.Method=GET", []),
        ("CreateWebhook", "Target=webhook&Target=studio", [50367]),
        ("CreateWebhook", "Target=trigger&Configuration.Triggers=a&Configuration.Url=", [50369]),
        ("CreateWebhook", "Target=nothing&Configuration.Url=https://a.test", []),
        (
            "CreateWebhook",
            f"Target=trigger&Configuration.Url=https://a.test/{'a' * 497}"
            + "&Configuration.Triggers=a" * 4
            + f"&Configuration.Triggers={'b' * 248}",
            [],
        ),
        (
            "CreateWebhook",
            f"Target=trigger&Configuration.Url=https://a.test/{'a' * 498}"
            + "&Configuration.Triggers=a" * 5
            + f"&Configuration.Triggers={'b' * 248}",
            [50362, 50372],
        ),
        ("CreateMessage", "ContentVariables={}", [50528]),
        ("CreateMessage", "ContentVariables={}&ContentSid=HX1", []),
        (
            "CreateWebhook",
            "Target=trigger&Configuration.Url=https://a.test/"
            + "a" * 500
            + "&Configuration.Triggers=a" * 6
            + "b" * 249,
            [50362, 50366, 50372],
        ),
    ],
)
def test_form(operation: str, form: str, expected: list[int]) -> None:
    assert codes(operation, form) == expected


@pytest.mark.parametrize(
    ("operation", "form", "message"),
    [
        ("Conversation", "State=closed", "State must not be closed in a new conversation"),
        (
            "Conversation",
            f"UniqueName={SID}",
            "UniqueName must not look like the SID of a conversation",
        ),
        (
            "Conversation",
            "Timers.Inactive=1",
            "Timers.Inactive must be a duration of ISO 8601, such as PT1M",
        ),
        ("Conversation", "Timers.Closed=PT1S", "Timers.Closed must be at least PT10M"),
        ("Conversation", "Attributes={", "Attributes must be JSON"),
        ("Message", "ContentVariables={}", "ContentVariables needs ContentSid"),
        (
            "ConversationWithParticipants",
            "&".join(["Participant=a"] * 11),
            "there are more than 10 values of Participant",
        ),
        ("Participant", "Attributes={}", f"Identity, {ADDRESS} or {PROJECTED} is needed"),
        ("Participant", f"{ADDRESS}=1555&{PROXY}=1555", f"{ADDRESS} must differ from {PROXY}"),
        (
            "Participant",
            f"{ADDRESS}=rcs:a&{PROXY}=1555",
            f"{ADDRESS} and {PROXY} must be of one channel",
        ),
        (
            "Participant",
            f"{ADDRESS}=555-01",
            f"{ADDRESS} must be a number in E.164 form or have the prefix of a channel",
        ),
        ("Webhook", "Target=studio", "Configuration.FlowSid is needed with this Target"),
        (
            "Webhook",
            "&".join(["Configuration.Triggers=a"] * 6),
            "there are more than 5 values of Configuration.Triggers",
        ),
        (
            "Webhook",
            f"Configuration.Triggers={'a' * 249}",
            "a value of Configuration.Triggers has more than 248 characters",
        ),
        (
            "Webhook",
            f"Configuration.Url={'a' * 513}",
            "Configuration.Url has more than 512 characters",
        ),
    ],
)
def test_messages_name_the_parameter_and_the_code(operation: str, form: str, message: str) -> None:
    operation = f"Create{operation}"
    (code,) = codes(operation, form)
    expected = Problem("", f"{message}; Twilio refuses it with {code}")
    assert problems(operation, form) == [expected]


def test_the_most_participants() -> None:
    form = "&".join(["Participant=a"] * 10)
    assert codes("CreateConversationWithParticipants", form) == []
    assert codes("CreateConversationWithParticipants", f"{form}&Participant=b") == [50426]


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ({"ConversationSid": "support-desk"}, {}, 0),
        ({"ConversationSid": SID}, {"PageToken": ["PT50"]}, 0),
        ({"ConversationSid": "undefined"}, {}, 1),
        ({"ConversationSid": "{ConversationSid}"}, {}, 1),
        ({"ConversationSid": ":sid"}, {}, 1),
        ({"ConversationSid": "undefined behaviour"}, {}, 0),
        ({"ConversationSid": SID.replace("CH", "IS")}, {}, 1),
        ({"ConversationSid": SID}, {"PageToken": ["null"], "PageSize": ["NaN"]}, 2),
    ],
)
def test_words_for_a_missing_value(
    path: dict[str, str], query: dict[str, list[str]], expected: int
) -> None:
    request = RequestView("", "GET", path, "", lambda: iter(()), query=query)
    assert len(list(unfilled(request))) == expected


@pytest.mark.parametrize(
    ("method", "has_body", "expected"), [("GET", True, 1), ("GET", False, 0), ("POST", True, 0)]
)
def test_body_of_a_get(method: str, has_body: bool, expected: int) -> None:
    request = RequestView("", method, {}, "", lambda: iter(()), has_body=has_body)
    assert len(list(body_of_get(request))) == expected
