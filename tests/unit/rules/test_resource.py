"""Messages, configurations and other resources by themselves: their url, dates and attributes."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit import Contract
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import sample
from receiptkit.rules.resource import (
    attributes,
    list_of_another_request,
    scoped_insecure_url,
    scoped_unknown_filter,
    sids_in,
    updated_before_created,
    url_mismatch,
    without_address,
)
from receiptkit.rules.views import ExchangeView, RequestView, ResourceView

API = "https://conversations.twilio.com/v1"
CH, MB, IS = "CH" + "1a" * 16, "MB" + "2b" * 16, "IS" + "3c" * 16
OTHER = "4d" * 16
CONVERSATION = f"{API}/Conversations/{CH}"


def problems(check: Any, **body: Any) -> list[Problem]:
    """Return the problems that a check finds in the third row of a list."""
    return list(check(ResourceView(body, "/rows/2")))


def of_list(url: Any, path: dict[str, str], kind: str = "list") -> list[Problem]:
    request = RequestView("", "GET", path, CONVERSATION, lambda: iter(()))
    meta = {"url": url} if url is not None else None
    return list(list_of_another_request(ExchangeView(kind, {"meta": meta, "rows": []}, request)))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("Conversations", {}),
        ("Conversations/CH1", {"sid": "CH1"}),
        ("/Conversations/Messages", {}),
        (
            "https://h/v1/Services/IS1/Conversations/deskX//?x=/Messages/IM1",
            {"chat_service_sid": "IS1", "sid": "deskX"},
        ),
        ("/Conversations/CH1/Participants/", {"conversation_sid": "CH1"}),
        (
            "/Conversations/CH1/Messages/IM1/Receipts/DY1",
            {"conversation_sid": "CH1", "message_sid": "IM1"},
        ),
        (None, {}),
    ],
)
def test_names_in_a_path(url: str | None, expected: dict[str, str]) -> None:
    assert sids_in(url) == expected


@pytest.mark.parametrize(
    ("url", "body", "member"),
    [
        (f"{API}/Conversations/CH{OTHER}", {"sid": CH}, "sid"),
        (f"{API}/Conversations/CH{OTHER}/?x=1", {"sid": CH}, "sid"),
        (f"{CONVERSATION}/Participants/MB{OTHER}", {"sid": MB}, "sid"),
        (f"{CONVERSATION}/Webhooks/WH{OTHER}", {"sid": f"WH{'5e' * 16}"}, "sid"),
        (
            f"{API}/Conversations/CH{OTHER}/Participants/{MB}",
            {"sid": MB, "conversation_sid": CH},
            "conversation_sid",
        ),
        (
            f"{API}/Services/IS{OTHER}/Conversations/{CH}",
            {"sid": CH, "chat_service_sid": IS},
            "chat_service_sid",
        ),
        (f"{API}/Services/IS{OTHER}", {"sid": IS}, "sid"),
    ],
)
def test_a_url_repeats_the_sids_of_the_body(url: str, body: dict[str, Any], member: str) -> None:
    (found,) = problems(url_mismatch, url=url, **body)
    assert found.pointer == "/rows/2/url"
    assert found.message == f"the SID in url differs from `{member}`"
    assert (found.value, found.reads) == (url, (f"/rows/2/{member}",))


@pytest.mark.parametrize(
    ("url", "body"),
    [
        (CONVERSATION, {"sid": CH}),
        (CONVERSATION + "/", {"sid": CH}),
        (f"{CONVERSATION}/Participants/{MB}?x=/Conversations/CH{OTHER}", {"sid": MB}),
        # A value that is no SID is a unique name or a mock's; a missing one cannot differ.
        (f"{API}/Conversations/dinner", {"sid": CH}),
        (CONVERSATION, {"sid": "dinner"}),
        (CONVERSATION, {}),
        (CONVERSATION, {"sid": None}),
        (f"{CONVERSATION}/Participants", {"sid": MB, "conversation_sid": CH}),
        (None, {"sid": CH}),
        (7, {"sid": CH}),
        # Messages have a rule of their own.
        (f"{CONVERSATION}/Messages/IM{OTHER}", {"sid": f"IM{'6f' * 16}"}),
        # The default service has conversations of both scopes.
        (CONVERSATION, {"sid": CH, "chat_service_sid": IS}),
    ],
)
def test_a_url_that_does_not_contradict_its_body(url: Any, body: dict[str, Any]) -> None:
    assert problems(url_mismatch, url=url, **body) == []


@pytest.mark.parametrize(
    ("scope", "service", "message"),
    [
        ("", IS, "url is not under /Services, unlike the configuration"),
        (f"/Services/{IS}", None, "url is under /Services, unlike the configuration"),
        (f"/Services/{IS}", IS, None),
        ("", None, None),
    ],
)
def test_the_scope_of_a_configuration(scope: str, service: Any, message: str | None) -> None:
    url = f"{API}{scope}/Configuration/Webhooks"
    found = problems(url_mismatch, url=url, chat_service_sid=service)
    assert [each.message for each in found] == [each for each in (message,) if each]
    for each in found:
        assert (each.pointer, each.value) == ("/rows/2/url", url)
        assert each.reads == ("/rows/2/chat_service_sid",)


def test_a_list_is_the_one_that_was_asked_for() -> None:
    other = f"{API}/Conversations/CH{OTHER}/Participants?PageSize=50"
    (found,) = of_list(other, {"ConversationSid": CH})
    assert (found.pointer, found.value) == ("/meta/url", other)
    assert found.message == "meta.url names another list than the request"
    in_service = f"{API}/Services/IS{OTHER}/Conversations?PageSize=50"
    (found,) = of_list(in_service, {"ChatServiceSid": IS})
    assert found.pointer == "/meta/url"


@pytest.mark.parametrize(
    ("url", "path", "kind"),
    [
        (f"{CONVERSATION}/Participants", {"ConversationSid": CH}, "list"),
        (f"{CONVERSATION}/Participants", {"ConversationSid": "dinner"}, "list"),
        (f"{CONVERSATION}/Participants", {}, "list"),
        (f"{API}/Conversations/dinner/Participants", {"ConversationSid": CH}, "list"),
        (None, {"ConversationSid": CH}, "list"),
        (7, {"ConversationSid": CH}, "list"),
        (f"{API}/Conversations/CH{OTHER}/Messages", {"ConversationSid": CH}, "page"),
    ],
)
def test_a_list_that_does_not_contradict_its_request(
    url: Any, path: dict[str, str], kind: str
) -> None:
    assert of_list(url, path, kind) == []


def test_dates_of_a_resource() -> None:
    first, second = "2026-05-04T08:00:00Z", "2026-05-04T08:00:01Z"
    (found,) = problems(updated_before_created, date_created=second, date_updated=first)
    assert (found.pointer, found.value) == ("/rows/2/date_updated", first)
    assert found.message == "date_updated is before date_created"
    assert found.reads == ("/rows/2/date_created",)
    for body in (
        {"date_created": first, "date_updated": second},
        {"date_created": first, "date_updated": first},
        {"date_created": first, "date_updated": None},
        {"date_updated": first},
    ):
        assert problems(updated_before_created, **body) == []


@pytest.mark.parametrize("text", ["{", "seat=4", "{'seat': 4}", '{"seat": 4} ,'])
def test_attributes_that_are_not_json(text: str) -> None:
    (found,) = problems(attributes, attributes=text)
    assert (found.pointer, found.value) == ("/rows/2/attributes", text)
    assert found.message == "attributes must be JSON in a string"


@pytest.mark.parametrize(
    "text", ["{}", '{"seat": 4}', "[]", "null", '"a"', " {} ", "", None, 7, {}, "[" * 100_000]
)
def test_attributes_that_are_json_or_no_text(text: Any) -> None:
    assert problems(attributes, attributes=text) == []


def test_a_participant_has_an_identity_or_a_binding() -> None:
    (found,) = problems(without_address, sid=MB, identity=None, messaging_binding=None)
    assert found.pointer == "/rows/2/messaging_binding"
    assert found.message == "a participant needs an identity or a messaging_binding"
    assert problems(without_address, sid=MB, identity="", messaging_binding={}) != []
    for body in (
        {"sid": MB, "identity": "anna", "messaging_binding": None},
        {"sid": MB, "identity": None, "messaging_binding": {"type": "sms"}},
        {"sid": MB, "identity": None},
        {"sid": MB, "messaging_binding": None},
        {"sid": CH, "identity": None, "messaging_binding": None},
        {"sid": None, "identity": None, "messaging_binding": None},
        {"identity": None, "messaging_binding": None},
    ):
        assert problems(without_address, **body) == []


def scoped(target: Any = "webhook", **configuration: Any) -> dict[str, Any]:
    return {"target": target, "configuration": configuration}


def test_webhooks_of_a_conversation_use_tls() -> None:
    for url in (
        "http://example.com/s",
        "HTTP://example.com",
        "http://a\nb",
        "http://localhost.a.io",
    ):
        (found,) = problems(scoped_insecure_url, **scoped(url=url))
        assert (found.pointer, found.value) == ("/rows/2/configuration/url", url)
        assert found.message == "the webhook URL uses plain http"
    for body in (
        scoped(url="https://example.com/s"),
        scoped(url="xhttp://example.com"),
        scoped(url=None),
        scoped(),
        {"target": "webhook", "configuration": None},
        {"target": "webhook"},
        scoped("studio", url="http://example.com/s"),
        scoped(url="http://127.0.0.1:5000/s"),
        scoped(url="http://localhost"),
        scoped(url="http://[::1]:5000/s"),
        {"url": "http://example.com/s"},
    ):
        assert problems(scoped_insecure_url, **body) == []


@pytest.mark.parametrize("member", ["pre_webhook_url", "post_webhook_url"])
@pytest.mark.parametrize(
    ("url", "is_reported"),
    [
        ("http://example.com/hook", True),
        ("http://localhost.example.com/hook", True),
        ("http://127.0.0.1.example.com/hook", True),
        ("http://localhost:5000/hook", False),
        ("http://127.0.0.1:5000", False),
        ("http://[::1]/hook", False),
    ],
)
def test_webhooks_of_the_same_machine_need_no_tls(member: str, url: str, is_reported: bool) -> None:
    """A test that configures a local Twilio has nothing to correct."""
    found = Contract.load().check({**sample("configuration"), member: url})
    assert ("configuration.insecure-url" in [each.rule for each in found]) is is_reported


def test_filters_of_webhooks_of_a_conversation() -> None:
    names = ["onDeliveryUpdated", "onMessageAdd", "help", "onDeliveryUpdate", 7, "XonMessageAdded"]
    found = problems(scoped_unknown_filter, **scoped(filters=names))
    beside = "the filter is not an event that webhooks of one conversation are sent for"
    assert [(each.pointer, each.message, each.value) for each in found] == [
        ("/rows/2/configuration/filters/1", beside, "onMessageAdd"),
        ("/rows/2/configuration/filters/2", "the filter is not an event", "help"),
        ("/rows/2/configuration/filters/3", beside, "onDeliveryUpdate"),
        ("/rows/2/configuration/filters/5", "the filter is not an event", "XonMessageAdded"),
    ]
    known = [
        *("onMessageAdded", "onMessageUpdated", "onMessageRemoved", "onConversationUpdated"),
        *("onConversationStateUpdated", "onConversationRemoved", "onParticipantAdded"),
        *("onParticipantUpdated", "onParticipantRemoved", "onDeliveryUpdated"),
    ]
    for body in (
        scoped(filters=known),
        scoped(filters=None),
        scoped(filters="help"),
        # The keywords of a trigger are among its filters.
        scoped("trigger", filters=["help"]),
        {"filters": ["help"]},
    ):
        assert problems(scoped_unknown_filter, **body) == []


def test_messages_and_configurations_are_resources(contract: Any) -> None:
    bodies = (
        ({**sample("message"), "attributes": "{"}, "resource.attributes", "/attributes"),
        (
            {**sample("configuration"), "chat_service_sid": IS},
            "resource.url-mismatch",
            "/url",
        ),
    )
    for body, rule, pointer in bodies:
        (found,) = [each for each in contract.check(body) if each.rule.startswith("resource.")]
        assert (found.rule, found.pointer) == (rule, pointer)
        assert found.severity is Severity.WARNING
