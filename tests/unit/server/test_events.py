"""Webhooks of changes over REST: their time, their content, and the power of pre-webhooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from twilio.request_validator import RequestValidator

from receiptkit.server import AUTH_TOKEN
from serving import Caller
from unit.server.test_conversations import code_of, create, post
from unit.server.test_participants import PROXY, add, binding

ENABLED = {"X-Twilio-Webhook-Enabled": "true"}
POST_URL, PRE_URL, OWN_URL = (f"http://consumer.test/{name}" for name in ("post", "pre", "own"))
AFTER = [
    "onConversationAdded",
    "onConversationUpdated",
    "onConversationStateUpdated",
    "onConversationRemoved",
    "onParticipantAdded",
    "onParticipantUpdated",
    "onParticipantRemoved",
    "onMessageAdded",
    "onMessageUpdated",
    "onMessageRemoved",
    "onDeliveryUpdated",
]
BEFORE = [
    "onConversationAdd",
    "onConversationUpdate",
    "onConversationRemove",
    "onParticipantAdd",
    "onParticipantUpdate",
    "onParticipantRemove",
    "onMessageAdd",
    "onMessageUpdate",
    "onMessageRemove",
]


class Consumer:
    """Receives webhooks, whose signatures Twilio's validator accepts."""

    def __init__(self, answer: Callable[[dict[str, str]], httpx.Response] | None = None) -> None:
        self.received: list[tuple[str, dict[str, str]]] = []
        self.answer = answer
        self.transport = httpx.MockTransport(self.receive)

    async def receive(self, request: httpx.Request) -> httpx.Response:
        form = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
        signature = request.headers["X-Twilio-Signature"]
        assert RequestValidator(AUTH_TOKEN).validate(str(request.url), form, signature)
        self.received.append((str(request.url), form))
        return self.answer(form) if self.answer else httpx.Response(200)

    def events(self, url: str | None = None) -> list[str]:
        return [form["EventType"] for at, form in self.received if url in (None, at)]


def serving(
    consumer: Consumer, *, before: bool = False, after: bool = True, **settings: Any
) -> Caller:
    caller = Caller("none", webhook_transport=consumer.transport, **settings)
    form = [("Filters", name) for name in [*BEFORE, *AFTER]]
    form += [("PostWebhookUrl", POST_URL)] if after else []
    form += [("PreWebhookUrl", PRE_URL)] if before else []
    assert post(caller, "/Configuration/Webhooks", form).status_code == 200
    return caller


def live(caller: Caller, **headers: str) -> None:
    """Do everything once that has webhooks."""
    sid = post(caller, "/Conversations", [("UniqueName", "a")], **headers).json()["sid"]
    path = f"/Conversations/{sid}"
    post(caller, path, [("FriendlyName", "b")], **headers)
    form = binding("+15553000001", PROXY)
    member = post(caller, f"{path}/Participants", form, **headers).json()["sid"]
    post(caller, f"{path}/Participants/{member}", [("Attributes", "{}")], **headers)
    message = post(caller, f"{path}/Messages", [("Body", "x")], **headers).json()["sid"]
    post(caller, f"{path}/Messages/{message}", [("Body", "y")], **headers)
    caller.do(caller.control.advance(to="end"))
    for name in (f"Messages/{message}", f"Participants/{member}"):
        caller.call("DELETE", f"/v1{path}/{name}", headers=headers)
    post(caller, path, [("State", "closed")], **headers)
    caller.call("DELETE", f"/v1{path}", headers=headers)
    caller.do(caller.control.advance(by="1s"))


def test_only_with_the_header() -> None:
    """Receipts always send webhooks; a request sends its own only with the header."""
    consumer = Consumer()
    live(serving(consumer, before=True))
    assert consumer.events() == ["onDeliveryUpdated"] * 2


def test_every_event() -> None:
    consumer = Consumer()
    live(serving(consumer, before=True), **ENABLED)
    assert set(consumer.events(POST_URL)) == set(AFTER)
    assert set(consumer.events(PRE_URL)) == set(BEFORE)
    for _, form in consumer.received:
        assert form["RetryCount"] == "0"
        assert form["AccountSid"].startswith("AC")
        assert "" not in form.values()
    told = {form["EventType"]: form for _, form in consumer.received}
    assert "ConversationSid" not in told["onConversationAdd"]
    assert "MessageSid" not in told["onMessageAdd"]
    assert told["onMessageAdded"]["Index"] == "0"
    assert told["onMessageAdded"]["Source"] == "API"
    assert told["onParticipantAdded"]["MessagingBinding.Type"] == "sms"
    assert "DateRemoved" in told["onConversationRemoved"]
    changed = told["onConversationStateUpdated"]
    assert (changed["StateFrom"], changed["StateTo"], changed["Reason"]) == (
        "active",
        "closed",
        "API",
    )
    assert "Source" not in changed


def test_a_timer_tells_of_itself() -> None:
    consumer = Consumer()
    caller = serving(consumer)
    create(caller, [("Timers.Closed", "PT10M")])
    caller.do(caller.control.advance(by="1h"))
    ((_, form),) = consumer.received
    assert (form["EventType"], form["Reason"]) == ("onConversationStateUpdated", "TIMER")
    assert form["StateUpdated"].endswith("Z")


def test_scoped_webhooks_come_in_addition() -> None:
    """They filter for themselves, and keywords have their own."""
    consumer = Consumer()
    caller = serving(consumer)
    sid = create(caller)["sid"]
    own = [("Target", "webhook"), ("Configuration.Url", OWN_URL)]
    hooks = f"/Conversations/{sid}/Webhooks"
    post(caller, hooks, [*own, ("Configuration.Filters", "onParticipantAdded")])
    keyword = [("Target", "trigger"), ("Configuration.Url", OWN_URL)]
    post(caller, hooks, [*keyword, ("Configuration.Triggers", "help")])
    form = [("Identity", "anna")]
    post(caller, f"/Conversations/{sid}/Participants", form, **ENABLED)
    for body in ("nothing", "please help me"):
        post(caller, f"/Conversations/{sid}/Messages", [("Body", body)], **ENABLED)
    caller.do(caller.control.advance(by="1s"))
    assert consumer.events(OWN_URL) == ["onParticipantAdded", "onMessageAdded"]
    assert consumer.events(POST_URL) == ["onParticipantAdded", "onMessageAdded", "onMessageAdded"]


def test_scoped_webhooks_of_receipts() -> None:
    """They follow the messages of their conversation, without any other configuration."""
    consumer = Consumer()
    caller = Caller("none", webhook_transport=consumer.transport)
    sid = create(caller)["sid"]
    add(caller, sid, binding("+15553000001", PROXY))
    form = [("Target", "webhook"), ("Configuration.Url", OWN_URL), ("Configuration.Method", "POST")]
    post(
        caller,
        f"/Conversations/{sid}/Webhooks",
        [*form, ("Configuration.Filters", "onDeliveryUpdated")],
    )
    post(caller, f"/Conversations/{sid}/Messages", [("Body", "x")])
    caller.do(caller.control.advance(to="end"))
    assert [form["Status"] for _, form in consumer.received] == ["sent", "delivered"]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ([], 50368),
        ([("Target", "phone")], 50364),
        ([("Target", "webhook")], 50369),
        ([("Target", "webhook"), ("Configuration.Url", "x")], 50372),
        ([("Target", "webhook"), ("Configuration.Url", OWN_URL + "x" * 512)], 50372),
        ([("Target", "webhook"), ("Configuration.Url", OWN_URL)], 50370),
        (
            [
                ("Target", "webhook"),
                ("Configuration.Url", OWN_URL),
                ("Configuration.Filters", "onConversationAdded"),
            ],
            50365,
        ),
        ([("Target", "trigger"), ("Configuration.Url", OWN_URL)], 50371),
        (
            [
                ("Target", "trigger"),
                ("Configuration.Url", OWN_URL),
                ("Configuration.Triggers", "x" * 249),
            ],
            50366,
        ),
        (
            [
                ("Target", "trigger"),
                ("Configuration.Url", OWN_URL),
                *(("Configuration.Triggers", str(number)) for number in range(6)),
            ],
            50362,
        ),
        ([("Target", "studio")], 50367),
        (
            [
                ("Target", "studio"),
                ("Configuration.FlowSid", f"FW{1:032x}"),
                ("Configuration.Method", "PUT"),
            ],
            50055,
        ),
        (
            [
                ("Target", "webhook"),
                ("Configuration.Url", OWN_URL),
                ("Configuration.Method", "PUT"),
            ],
            50055,
        ),
    ],
)
def test_refuses_invalid_scoped_webhooks(form: list[tuple[str, str]], code: int) -> None:
    caller = Caller("none")
    sid = create(caller)["sid"]
    assert code_of(post(caller, f"/Conversations/{sid}/Webhooks", form)) == code


def test_five_scoped_webhooks() -> None:
    caller = Caller("none")
    path = f"/Conversations/{create(caller)['sid']}/Webhooks"
    form = [("Target", "studio"), ("Configuration.FlowSid", f"FW{1:032x}")]
    for _ in range(5):
        assert post(caller, path, form).status_code == 201
    assert code_of(post(caller, path, form)) == 50361
    page = caller.get(f"/v1{path}").json()
    assert (len(page["webhooks"]), page["meta"]["page_size"]) == (5, 5)


# -- before the fact


def test_a_pre_webhook_changes() -> None:
    def answer(form: dict[str, str]) -> httpx.Response:
        changes = {"onConversationAdd": {"friendly_name": "changed"}, "onMessageAdd": {"body": "y"}}
        return httpx.Response(200, json=changes.get(form["EventType"], {}))

    caller = serving(Consumer(answer), before=True, after=False)
    body = post(caller, "/Conversations", [("FriendlyName", "x")], **ENABLED).json()
    assert body["friendly_name"] == "changed"
    path = f"/Conversations/{body['sid']}/Messages"
    assert post(caller, path, [("Body", "x")], **ENABLED).json()["body"] == "y"
    assert post(caller, path, [("Body", "x")]).json()["body"] == "x"


@pytest.mark.parametrize("status", [400, 403, 500, 503])
def test_a_pre_webhook_refuses(status: int) -> None:
    """A refused request changes nothing and sends no webhook."""
    consumer = Consumer(lambda form: httpx.Response(status))
    caller = serving(consumer, before=True)
    assert code_of(post(caller, "/Conversations", [], **ENABLED)) == 50056
    assert caller.get("/v1/Conversations").json()["conversations"] == []
    caller.do(caller.control.advance(by="1s"))
    assert consumer.events() == ["onConversationAdd"]


@pytest.mark.parametrize(
    "answer", [b"{", b"[1]", b'{"friendly_name": "' + b"x" * 300 + b'"}', b"<Response/>"]
)
def test_a_pre_webhook_answers_with_rubbish(answer: bytes) -> None:
    caller = serving(Consumer(lambda form: httpx.Response(200, content=answer)), before=True)
    assert code_of(post(caller, "/Conversations", [], **ENABLED)) == 50057


@pytest.mark.parametrize("answer", [b"", b"{}", b" ", b'{"unknown": 1}'])
def test_a_pre_webhook_agrees(answer: bytes) -> None:
    caller = serving(Consumer(lambda form: httpx.Response(200, content=answer)), before=True)
    assert post(caller, "/Conversations", [], **ENABLED).status_code == 201


def test_a_pre_webhook_without_a_response() -> None:
    def fail(form: dict[str, str]) -> httpx.Response:
        raise httpx.ReadError("gone")

    caller = serving(Consumer(fail), before=True)
    assert post(caller, "/Conversations", [], **ENABLED).status_code == 201


def test_pre_webhooks_can_be_turned_off() -> None:
    consumer = Consumer(lambda form: httpx.Response(500))
    caller = serving(consumer, before=True, pre_webhooks=False)
    assert post(caller, "/Conversations", [], **ENABLED).status_code == 201
    assert consumer.received == []
