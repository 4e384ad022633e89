"""Requests that Twilio refuses are errors; unusual ones that it accepts are not."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from receiptkit.rules.request_refused import refused
from receiptkit.rules.request_words import body_of_get, unfilled
from receiptkit.rules.views import RequestView

ADDRESS, PROXY = "MessagingBinding.Address", "MessagingBinding.ProxyAddress"
CONVERSATION = ("State", "UniqueName", "Attributes", "Timers.Inactive", "Timers.Closed")
PARTICIPANT = ("Identity", ADDRESS, PROXY, "MessagingBinding.ProjectedAddress", "Attributes")
WEBHOOK = (
    "Target",
    *(f"Configuration.{name}" for name in ("Url", "Method", "Filters", "Triggers", "FlowSid")),
)
OF = {"Conversation": CONVERSATION, "Participant": PARTICIPANT, "Webhook": WEBHOOK}
SID = "CH" + "0123456789abcdef" * 2


def codes(operation: str, form: str) -> list[int]:
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
    return [int(each.message.rpartition(" ")[2]) for each in refused(request)]


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
        ("CreateConversation", "Attributes={", [50304]),
        ("CreateConversation", "Attributes=" + "[" * 9_999, []),
        ("UpdateConversation", "Attributes={}", []),
        ("CreateParticipant", "Attributes={}", [50204]),
        ("UpdateParticipant", "Attributes={}", []),
        # The name that is missing is spelt otherwise.
        ("CreateParticipant", "identity=anna", []),
        ("CreateParticipant", "", []),
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
