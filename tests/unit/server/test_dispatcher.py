"""Webhooks of the server: which are sent, when, where and how often; its clock, and its faults."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from receiptkit import Contract, WebhookRequest
from receiptkit.generation import SCENARIOS
from receiptkit.model.errors import UsageError
from receiptkit.server import AUTH_TOKEN
from receiptkit.server.faults import WEBHOOKS, Fault
from receiptkit.server.subscription import Subscription
from serving import Caller, paths

HOOK = "http://consumer.test/hook?tenant=7&empty="
SUBSCRIBED = [
    ("Filters", "onDeliveryUpdated"),
    ("Filters", "onMessageAdded"),
    ("PostWebhookUrl", HOOK),
]
CONTRACT = Contract.load(auth_token=AUTH_TOKEN)


class Consumer:
    """Receives webhooks and checks each of them, with its signature.

    Attributes:
        found: the rules of all findings. The test fails at its end, because the sender takes a
            failing consumer for an outcome.
    """

    found: ClassVar[set[str]] = set()

    def __init__(self, answer: Callable[[httpx.Request], Any] | None = None) -> None:
        self.requests: list[httpx.Request] = []
        self.answer = answer
        self.called = asyncio.Event()
        self.transport = httpx.MockTransport(self.receive)

    async def receive(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.called.set()
        delivery = WebhookRequest(
            str(request.url), request.method, request.content.decode(), dict(request.headers)
        )
        Consumer.found |= {finding.rule for finding in CONTRACT.check_webhook(delivery)}
        result = self.answer(request) if self.answer else 204
        return httpx.Response(await result if asyncio.iscoroutine(result) else result)

    @property
    def told(self) -> list[dict[str, str]]:
        return [
            dict(parse_qsl(each.content.decode() or urlsplit(str(each.url)).query))
            for each in self.requests
        ]

    @property
    def statuses(self) -> list[str]:
        return [each["Status"] for each in self.told]


@pytest.fixture(autouse=True)
def nothing_is_found() -> Iterator[None]:
    """Assert at the end that nothing but the consumer's own query parameters was found."""
    Consumer.found.clear()
    yield
    assert Consumer.found <= {"webhook.unknown-parameter"}


def subscribed(scenario: str, consumer: Consumer, **settings: Any) -> Caller:
    return Caller(scenario, webhook_transport=consumer.transport, webhook_url=HOOK, **settings)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_webhook_of_every_scenario(scenario: str) -> None:
    """The webhooks sent are those of the world: every request, in order, at its time, with its token."""
    consumer = Consumer()
    caller = subscribed(scenario, consumer, seed=5)
    webhooks = caller.control.state.generator.webhooks(caller.world)
    caller.do(caller.control.advance(to="end"))
    expected = [webhooks.request(event, HOOK, auth_token=AUTH_TOKEN) for event in webhooks.events]
    assert [(each.method, str(each.url), each.content.decode()) for each in consumer.requests] == [
        (each.method, each.url, each.body) for each in expected
    ]
    for request, delivery in zip(consumer.requests, expected, strict=True):
        assert {name.title(): value for name, value in request.headers.items()} == {
            name.title(): value for name, value in delivery.headers.items()
        }
    assert [each.outcome for each in caller.control.sender.sent] == [204] * len(expected)


def test_each_at_its_time() -> None:
    """A consumer that polls during a webhook gets the state of that moment."""
    seen: list[str] = []

    def poll(request: httpx.Request) -> int:
        reading = caller.control.state.clock.reading
        life = next(caller.control.state.lives)
        seen.append(caller.at(life.last_change(reading)).receipt()["status"])
        return 200

    consumer = Consumer(poll)
    caller = subscribed("agent-and-whatsapp-read", consumer)
    caller.do(caller.control.advance(to="end"))
    assert seen == consumer.statuses == ["sent", "delivered", "read"]


def test_advancing_step_by_step() -> None:
    """`next` goes to the next webhook, a time goes on by that much, and nothing is sent twice."""
    consumer = Consumer()
    caller = subscribed("agent-and-whatsapp-read", consumer)
    counts = []
    for how in (
        {"to": "next"},
        {"by": "0ms"},
        {"to": "next"},
        {"by": "1h"},
        {"by": "30d"},
        {"to": "end"},
    ):
        caller.do(caller.control.advance(**how))
        counts.append(len(consumer.requests))
    assert counts[:3] == [1, 1, 2]
    assert counts[-1] == 3
    assert caller.control.state.clock.reading > 30 * 86_400_000


def test_get() -> None:
    """With GET, the parameters are in the query, which is signed."""
    consumer = Consumer()
    caller = Caller("group-sms", webhook_transport=consumer.transport)
    caller.call("POST", "/v1/Configuration/Webhooks", [*SUBSCRIBED, ("Method", "GET")])
    caller.do(caller.control.advance(to="end"))
    assert {(each.method, each.content) for each in consumer.requests} == {("GET", b"")}
    assert consumer.statuses.count("delivered") == 4
    assert all(each["tenant"] == "7" for each in consumer.told)


@pytest.mark.parametrize(
    ("account", "service", "count"),
    [
        ([], [], 0),
        (SUBSCRIBED, [], 2),
        ([], SUBSCRIBED, 2),
        (SUBSCRIBED, [("Filters", "onMessageAdded"), ("PostWebhookUrl", HOOK)], 0),
        (SUBSCRIBED, [("PreWebhookUrl", HOOK)], 0),
        (SUBSCRIBED, [("Filters", "onDeliveryUpdated")], 2),
        (SUBSCRIBED, [("Target", "flex"), ("Filters", "onMessageAdded")], 2),
        ([("PostWebhookUrl", HOOK)], [], 0),
        ([("Filters", "onMessageAdded"), ("PostWebhookUrl", HOOK)], SUBSCRIBED, 2),
    ],
)
def test_filters_and_scopes(
    account: list[tuple[str, str]], service: list[tuple[str, str]], count: int
) -> None:
    """Only events of the filters are sent; a service's configuration with a URL silences the account's."""
    consumer = Consumer()
    caller = Caller("agent-and-sms", webhook_transport=consumer.transport)
    for form, in_service in ((account, False), (service, True)):
        if form:
            assert (
                caller.call(
                    "POST", paths(caller.world, in_service=in_service)["configuration"], form
                ).status_code
                == 200
            )
    caller.do(caller.control.advance(to="end"))
    assert len(consumer.requests) == count


def refuse(request: httpx.Request) -> int:
    raise httpx.ConnectError("refused")


@pytest.mark.parametrize(
    ("fragment", "tries"), [("", 2), ("#rc=0", 1), ("#ct=100&rc=4", 5), ("#rc=9", 2)]
)
def test_retries(fragment: str, tries: int) -> None:
    """An unreachable consumer is tried again, as often as the URL says: same token, signed anew, RetryCount counted."""
    consumer = Consumer(refuse)
    caller = Caller(
        "agent-and-sms", webhook_transport=consumer.transport, webhook_url=HOOK + fragment
    )
    caller.do(caller.control.advance(to="next"))
    assert [each["RetryCount"] for each in consumer.told] == [
        str(number) for number in range(tries)
    ]
    assert len({each.headers["I-Twilio-Idempotency-Token"] for each in consumer.requests}) == 1
    assert {str(each.url) for each in consumer.requests} == {HOOK}
    assert [each.outcome for each in caller.control.sender.sent] == [
        "no connection: refused"
    ] * tries


@pytest.mark.parametrize("status", [301, 404, 500, 503])
def test_any_response_ends_the_attempts(status: int) -> None:
    """Any response ends the attempts, and redirects are not followed."""
    consumer = Consumer(lambda request: status)
    caller = subscribed("agent-and-sms", consumer)
    caller.do(caller.control.advance(to="next"))
    assert [each.outcome for each in caller.control.sender.sent] == [status]


def test_reset_by_a_consumer() -> None:
    """A reset while time passes drops the webhooks that were due before."""

    async def reset(request: httpx.Request) -> int:
        if len(consumer.requests) == 1:
            await caller.control.reset()
        return 204

    consumer = Consumer(reset)
    caller = subscribed("group-sms", consumer)
    caller.do(caller.control.advance(to="end"))
    assert (len(consumer.requests), caller.control.state.clock.reading) == (1, 0)
    caller.do(caller.control.advance(to="end"))
    assert len(consumer.requests) == 1 + 8


def test_advanced_by_several_at_once() -> None:
    """Simultaneous calls advance the clock one after the other, and each counts its own webhooks."""
    caller = subscribed("group-sms", Consumer(lambda request: asyncio.sleep(0.01, 204)))

    async def advance() -> list[Any]:
        return list(
            await asyncio.gather(
                *(caller.control.advance(by=by) for by in ("300ms", "1h", "1h", "1d"))
            )
        )

    made = caller.do(advance())
    assert [each["reading"] for each in made] == [300, 3_600_300, 7_200_300, 93_600_300]
    assert [each["sent"] for each in made] == [0, 8, 0, 0]


def test_a_world_that_begins_while_time_passes() -> None:
    """A consumer lets another world begin: its webhooks come in their order on the same way, and the clock never goes back."""
    readings: list[int] = []

    async def load(request: httpx.Request) -> int:
        readings.append(caller.control.state.clock.reading)
        if len(readings) == 1:
            await caller.control.load("landline", 9)
        return 204

    consumer = Consumer(load)
    caller = subscribed("landline", consumer)
    caller.do(caller.control.advance(by="1h"))
    assert (
        len(consumer.requests)
        == sum(len(life.webhooks.events) for life in caller.control.state.lives)
        == 4
    )
    assert readings == sorted(readings)
    assert len({each["MessageSid"] for each in consumer.told}) == 2
    caller.do(caller.control.advance(by="1s"))
    assert (len(consumer.requests), caller.control.state.clock.reading) == (4, 3_601_000)


async def everything_under_way() -> None:
    """Let all pending tasks continue; a consumer is at most a few turns of the loop away."""
    for _ in range(100):
        await asyncio.sleep(0)


@pytest.mark.parametrize("settings", [{"clock": "manual"}, {"clock": "real", "speed": 1_000_000}])
@pytest.mark.parametrize("answer", [204, None])
def test_reset_while_something_is_sent(settings: dict[str, Any], answer: int | None) -> None:
    """A reset drops the webhook under way: it is not kept or tried again, and nothing follows it."""
    arrived, goes_on = asyncio.Event(), asyncio.Event()

    async def wait(request: httpx.Request) -> int:
        arrived.set()
        await goes_on.wait()
        return answer or refuse(request)

    consumer = Consumer(wait)
    caller = subscribed("group-sms", consumer, **settings)
    before = caller.account

    async def live() -> None:
        async with caller.app.router.lifespan_context(caller.app):
            going = (
                asyncio.create_task(caller.control.advance(to="end"))
                if settings["clock"] == "manual"
                else None
            )
            await arrived.wait()
            await everything_under_way()
            caller.control.state.settings = replace(caller.control.state.settings, webhook_url=None)
            await caller.control.reset(seed=7)
            reached = len(consumer.requests)
            goes_on.set()
            await everything_under_way()
            if going is not None:
                assert await going == {"reading": 0, "sent": 0}
            assert len(consumer.requests) == reached
            caller.control.state.subscribe(
                None, Subscription("POST", ("onDeliveryUpdated",), None, HOOK)
            )
            await caller.control.load("landline")
            if going is not None:
                await caller.control.advance(to="end")
            while len(consumer.requests) < reached + 2:
                consumer.called.clear()
                await consumer.called.wait()
            await everything_under_way()

    caller.do(live())
    assert caller.account != before
    assert {
        dict(parse_qsl(each.delivery.body))["AccountSid"] for each in caller.control.sender.sent
    } == {caller.account}


# -- the real clock


def test_the_last_one_reordered_by_the_real_clock() -> None:
    """With the real clock, too, a reordered last webhook arrives."""
    consumer = Consumer()
    caller = subscribed("agent-and-sms", consumer, clock="real", speed=1_000_000)

    async def live() -> None:
        await caller.control.fault("reordered", times=None)
        async with caller.app.router.lifespan_context(caller.app):
            while "delivered" not in consumer.statuses:
                await consumer.called.wait()
                consumer.called.clear()

    caller.do(live())
    assert consumer.statuses == ["sent", "delivered"]


def test_the_real_clock() -> None:
    """Webhooks come by themselves while the application runs, those of a world that is loaded later, too; then nothing is left running."""
    consumer = Consumer()
    caller = Caller(
        "agent-and-whatsapp-read",
        clock="real",
        speed=1_000_000,
        webhook_transport=consumer.transport,
    )

    async def live() -> None:
        async with caller.app.router.lifespan_context(caller.app):
            await asyncio.sleep(0.05)
            caller.control.state.subscribe(
                None, Subscription("POST", ("onDeliveryUpdated",), None, HOOK)
            )
            await caller.control.load("agent-and-whatsapp-read", 4)
            while "read" not in consumer.statuses:
                await consumer.called.wait()
                consumer.called.clear()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(live())
    assert sorted(consumer.statuses) == ["delivered", "read", "sent"]


def test_the_real_clock_is_not_advanced() -> None:
    """The real clock cannot be advanced, and runs at its speed."""
    caller = Caller("landline", clock="real", speed=1000)
    with pytest.raises(UsageError, match="runs by itself"):
        caller.do(caller.control.advance(by="1s"))
    before = caller.control.state.clock.reading
    time.sleep(0.02)
    assert caller.control.state.clock.reading >= before + 20_000


# -- the panel


def panel(
    caller: Caller, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, Any]:
    answer = caller.call(
        method, f"/_receiptkit{path}", content=body, authorization=None, headers=headers
    )
    return answer.status_code, answer.json()


def test_the_panel() -> None:
    """The panel shows the state and the sent webhooks, advances, loads and resets."""
    consumer = Consumer()
    caller = subscribed("group-sms", consumer)
    status, shown = panel(caller, "GET", "/")
    assert (status, shown["clock"]["reading"], shown["worlds"][0]["receipts"]) == (200, 0, 0)
    assert shown["webhooks"][caller.account]["post_webhook_url"] == HOOK
    assert panel(caller, "POST", "/clock/advance?by=1d") == (
        200,
        {"reading": 86_400_000, "sent": 8},
    )
    assert panel(caller, "POST", "/clock/advance", b'{"to": "next"}') == (
        200,
        {"reading": 86_400_000, "sent": 0},
    )
    sent = panel(caller, "GET", "/sent")[1]
    assert [each["outcome"] for each in sent] == [204] * 8
    assert (
        CONTRACT.check_webhook(
            WebhookRequest(*(sent[0][name] for name in ("url", "method", "body", "headers")))
        )
        == []
    )
    status, loaded = panel(
        caller,
        "POST",
        "/worlds",
        b'{"scenario": "landline", "seed": 3, "set": {"message.body": "Hi"}}',
    )
    assert (status, loaded["scenario"], loaded["receipts"], loaded["of"]) == (200, "landline", 0, 1)
    assert len(panel(caller, "GET", "/")[1]["worlds"]) == 2
    first = caller.world
    assert panel(caller, "POST", "/reset") == (200, None)
    shown = panel(caller, "GET", "/")[1]
    assert (shown["clock"]["reading"], shown["sent"], len(shown["worlds"]), shown["faults"]) == (
        0,
        0,
        1,
        [],
    )
    assert caller.world == first
    panel(caller, "POST", "/reset?seed=2")
    assert caller.world == caller.control.state.generator.world("group-sms", seed=2)


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/clock/advance", b"", "either `by`"),
        ("/clock/advance", b'{"by": "soon"}', "not a duration"),
        ("/clock/advance", b'{"by": "1s", "to": "end"}', "either `by`"),
        ("/clock/advance", b'{"to": "yesterday"}', "next or end"),
        ("/clock/advance", b'{"by": 90}', "by: must be text"),
        ("/clock/advance", b"[1]", "JSON object"),
        ("/clock/advance", b"{", "JSON object"),
        ("/worlds", b"{}", "scenario is missing"),
        ("/worlds", b'{"scenario": "nothing"}', "unknown scenario"),
        ("/worlds", b'{"scenario": "landline", "seed": true}', "a whole number"),
        ("/worlds", b'{"scenario": "landline", "color": 1}', "unknown argument 'color'"),
        (
            "/worlds",
            b'{"scenario": "landline", "set": {"account_sid": "x"}}',
            "are those of the server",
        ),
        (
            "/worlds",
            b'{"scenario": "landline", "set": {"receipts.0.status": "queued"}}',
            "the contract forbids it",
        ),
        ("/faults", b'{"kind": "flood"}', "unknown fault"),
        ("/faults", b'{"kind": "lost", "times": 0}', "times from 1"),
        ("/faults", b'{"kind": "stale", "seconds": 1e308}', "to a billion"),
        ("/faults", b'{"kind": "lost", "after": 18446744073709551615}', "to a billion"),
        ("/faults?kind=slow&seconds=soon", b"", "must be a whole number or a number"),
        ("/clock/advance", b'{"by": "%bs"}' % (b"9" * 400), "ends after 6,900 years"),
        ("/clock/advance", b'{"by": "%bs"}' % (b"9" * 30), "ends after 6,900 years"),
        (
            "/worlds",
            b'{"scenario": "landline", "start": "9999-12-31T23:59:59Z"}',
            "from 1970 to 2999",
        ),
        (
            "/worlds",
            b'{"scenario": "landline", "start": "0001-01-01T00:00:00+14:00"}',
            "from 1970 to 2999",
        ),
        ("/worlds", b'{"scenario": "landline", "no_error": 7}', "there is 0, or null"),
        ("/worlds", b'{"scenario": "landline", "receipts": 100000000}', "from 0 to 10,000"),
        ("/worlds?scenario=landline&receipts=-1", b"", "from 0 to 10,000"),
        ("/outcomes", b"{}", "status is missing"),
        ("/outcomes", b'{"status": "queued"}', "unknown status"),
        ("/outcomes", b'{"status": "sent", "error_code": 30003}', "needs the status failed"),
        ("/outcomes", b'{"status": "failed", "error_code": 3}', "five digits"),
        ("/outcomes", b'{"status": "failed", "times": 0}', "times must be from 1"),
        ("/restore", b'{"name": "monday"}', "unknown snapshot"),
        ("/snapshot", b'{"name": ""}', "1 to 100 characters"),
        ("/worlds", b'{"scenario": "landline", "page_size": 20}', "unknown argument 'page_size'"),
        ("/worlds", b'{"scenario": "landline", "seed": 18446744073709551615}', "18 digits"),
        ("/reset", b'{"seed": 18446744073709551615}', "18 digits"),
        ("/reset?seed=" + "9" * 5000, b"", "must be a whole number"),
        ("/reset?seed=true", b"", "must be a whole number"),
    ],
)
def test_the_panel_refuses_invalid_input(path: str, body: bytes, said: str) -> None:
    """Invalid input is refused with 400 and a line that names the allowed values."""
    caller = Caller("group-sms")
    before = panel(caller, "GET", "/")
    status, answer = panel(caller, "POST", path, body)
    assert (status, said in answer["error"]) == (400, True), answer
    assert panel(caller, "GET", "/") == before


def test_the_query_can_hold_json_values() -> None:
    """The query can hold whatever JSON can: signed numbers, fractions, null, objects."""
    caller = Caller("group-sms")
    assert panel(caller, "POST", "/reset?seed=-1")[0] == 200
    assert panel(caller, "POST", "/faults?kind=slow&seconds=0.5&times=null")[0] == 200
    assert panel(caller, "POST", "/faults?kind=stale&seconds=0")[0] == 200
    shown = panel(caller, "GET", "/")[1]
    assert shown["worlds"][0]["seed"] == -1
    assert [(each["seconds"], each["times"]) for each in shown["faults"]] == [(0.5, None), (0, 1)]
    status, loaded = panel(
        caller,
        "POST",
        "/worlds?scenario=landline&no_error=0&set=%7B%22message.body%22:%20%22Hi%22%7D",
    )
    assert (status, loaded["scenario"]) == (200, "landline")
    assert [life.world.message.body for life in caller.control.state.lives][-1] == "Hi"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:80", 200),
        ("LocalHost", 200),
        ("[::1]:80", 200),
        ("evil.test", 403),
        ("", 403),
        ("[", 403),
        ("[::1", 403),
    ],
)
def test_the_panel_is_local(host: str, status: int) -> None:
    """With local_only, a request by another host name is refused, as of a tunnel."""
    caller = Caller("group-sms", local_only=True)
    assert panel(caller, "GET", "/", Host=host)[0] == status


@pytest.mark.parametrize(
    ("header", "value", "is_led"),
    [
        ("Origin", "https://evil.example", True),
        ("Origin", "http://localhost.evil.example:8099", True),
        ("Origin", "null", True),
        ("Origin", "http://localhost:3000", False),
        ("Sec-Fetch-Site", "cross-site", True),
        ("Sec-Fetch-Site", "same-origin", False),
        ("Sec-Fetch-Site", "none", False),
    ],
)
def test_pages_of_others(header: str, value: str, is_led: bool) -> None:
    """With local_only, a page of another origin can change neither the panel nor the webhook URL."""
    for local_only in (True, False):
        caller = Caller("group-sms", local_only=local_only)
        refused = is_led and local_only
        before = panel(caller, "GET", "/", Host="localhost")[1]
        headers = {"Host": "localhost", header: value}
        assert panel(caller, "POST", "/worlds", b'{"scenario": "landline"}', **headers)[0] == (
            403 if refused else 200
        )
        path = paths(caller.world)["configuration"]
        answer = caller.call("POST", path, SUBSCRIBED, headers=headers)
        assert (answer.status_code, answer.json().get("code")) == (
            (403, 20403) if refused else (200, None)
        )
        assert (panel(caller, "GET", "/", Host="localhost")[1] == before) is refused
        assert caller.get(path, headers=headers).status_code == 200


# -- faults


@pytest.mark.parametrize(
    ("kind", "status", "code"), [("too-many-requests", 429, 20429), ("server-error", 500, None)]
)
def test_errors_on_purpose(kind: str, status: int, code: int | None) -> None:
    """After so many requests, so many fail; then it is over."""
    caller = Caller("group-sms")
    assert panel(caller, "POST", f"/faults?kind={kind}&after=2&times=3")[0] == 200
    path = paths(caller.world)["receipts"]
    answers = [caller.get(path) for _ in range(7)]
    assert [each.status_code for each in answers] == [200, 200, status, status, status, 200, 200]
    assert answers[2].json().get("code") == code
    assert panel(caller, "GET", "/")[1]["faults"] == []


def test_faults_until_they_are_taken_away() -> None:
    """Without a number of times it goes on."""
    caller = Caller("group-sms")
    panel(caller, "POST", "/faults", b'{"kind": "server-error", "times": null}')
    path = paths(caller.world)["receipts"]
    assert {caller.get(path).status_code for _ in range(5)} == {500}
    assert panel(caller, "DELETE", "/faults") == (200, None)
    assert caller.get(path).status_code == 200


def test_slow_and_stale() -> None:
    """A slow response takes its time; a stale one has an earlier state."""
    caller = Caller("agent-and-sms")
    caller.do(caller.control.advance(to="end"))
    path = paths(caller.world)["receipt"]
    caller.do(caller.control.fault("slow", seconds=0.05))
    before = time.monotonic()
    assert caller.get(path).json()["status"] == "delivered"
    assert time.monotonic() - before >= 0.05
    caller.do(caller.control.fault("stale"))
    assert caller.get(path).status_code == 404
    assert caller.get(path).json()["status"] == "delivered"


@pytest.mark.parametrize("kind", WEBHOOKS)
def test_webhook_faults(kind: str) -> None:
    """One is sent twice with its token, lost, or sent after the one that follows it."""
    consumer = Consumer()
    caller = subscribed("agent-and-whatsapp-read", consumer)
    caller.do(caller.control.fault(kind, after=1))
    caller.do(caller.control.advance(to="end"))
    expected = {
        "duplicate": ["sent", "delivered", "delivered", "read"],
        "lost": ["sent", "read"],
        "reordered": ["sent", "read", "delivered"],
    }
    assert consumer.statuses == expected[kind]
    tokens = {each.headers["I-Twilio-Idempotency-Token"] for each in consumer.requests}
    assert len(tokens) == len(set(consumer.statuses))
    outcomes = [each.outcome for each in caller.control.sender.sent]
    assert outcomes.count("lost") == (kind == "lost")


def test_the_last_one_reordered() -> None:
    """A reordered last webhook arrives, too."""
    consumer = Consumer()
    caller = subscribed("agent-and-sms", consumer)
    caller.do(caller.control.fault("reordered", after=1))
    caller.do(caller.control.advance(to="end"))
    assert consumer.statuses == ["sent", "delivered"]


def test_refuses_an_unknown_fault() -> None:
    """An unknown fault is refused when it is made."""
    with pytest.raises(UsageError, match="unknown fault"):
        Fault("flood")
