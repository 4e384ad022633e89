"""A state machine drives the server against a model of the receipts that knows nothing of renderings, pages or clocks of the server."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from receiptkit.generation import SCENARIOS, Receipt, World
from serving import Caller, paths

HOOK = "http://consumer.test/hook"
SUBSCRIBED = [("Filters", "onDeliveryUpdated"), ("PostWebhookUrl", HOOK)]
#: What a status says of those before it.
REACHED = {
    "sent": ["sent"],
    "delivered": ["sent", "delivered"],
    "read": ["sent", "delivered", "read"],
}
REACHED |= {"undelivered": ["sent", "undelivered"], "failed": ["failed"]}


class ServerMachine(RuleBasedStateMachine):
    """Polled states and webhooks must be those that are due by now."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, str]] = []
        self.expected: list[tuple[str, str]] = []
        self.caller = Caller(
            "group-sms", seed=1, webhook_transport=httpx.MockTransport(self.receive)
        )
        self.now = 0
        self.is_subscribed = False
        #: The worlds by message, and when each began.
        self.begun: dict[str, tuple[World, int]] = {
            self.caller.world.message.sid: (self.caller.world, 0)
        }

    async def receive(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.told.append((form["DeliveryReceiptSid"], form["Status"]))
        return httpx.Response(204)

    # -- the model

    def existing(self, world: World, since: int) -> dict[str, tuple[Receipt, str | None]]:
        """The receipts that exist by now, with the status of each."""
        found: dict[str, tuple[Receipt, str | None]] = {}
        for receipt in world.receipts:
            if receipt.created - world.message.created + since <= self.now:
                past = [
                    step.status
                    for step in receipt.steps
                    if step.at - world.message.created + since <= self.now
                ]
                found[receipt.sid] = receipt, past[-1] if past else None
        return found

    def due(self, until: int) -> list[tuple[str, str]]:
        """Return what webhooks have to report between now and then, in any order."""
        found: list[tuple[str, str]] = []
        for world, since in self.begun.values():
            began = since - world.message.created
            events = self.caller.control.state.generator.webhooks(world).events
            found += [
                (each.receipt.sid, each.step.status)
                for each in events
                if self.now < each.arrives + began <= until
            ]
        return found

    # -- what can happen

    @rule(milliseconds=st.sampled_from([0, 1, 150, 400, 1500, 5000, 60_000, 3_600_000, 86_400_000]))
    def advance(self, milliseconds: int) -> None:
        if self.is_subscribed:
            self.expected += self.due(self.now + milliseconds)
        self.caller.do(self.caller.control.advance(by=f"{milliseconds}ms"))
        self.now += milliseconds

    @rule(scenario=st.sampled_from(sorted(SCENARIOS)), seed=st.integers(0, 3))
    def load(self, scenario: str, seed: int) -> None:
        self.caller.do(self.caller.control.load(scenario, seed))
        world = self.caller.control.state.generator.world(
            scenario,
            seed=seed,
            set={
                "account_sid": self.caller.account,
                "chat_service_sid": self.caller.control.state.chat_service_sid,
            },
        )
        self.begun[world.message.sid] = world, self.now

    @rule(in_service=st.booleans(), wanted=st.booleans())
    def subscribe(self, in_service: bool, wanted: bool) -> None:
        path = paths(self.caller.world, in_service=in_service)["configuration"]
        self.caller.call(
            "POST", path, SUBSCRIBED if wanted else [("Filters", ""), ("PostWebhookUrl", "")]
        )
        own = self.caller.get(paths(self.caller.world, in_service=True)["configuration"]).json()
        account = self.caller.get("/v1/Configuration/Webhooks").json()
        decisive = own if own["post_webhook_url"] else account
        self.is_subscribed = decisive["post_webhook_url"] is not None and "onDeliveryUpdated" in (
            decisive["filters"] or []
        )

    @rule()
    def reset(self) -> None:
        self.caller.do(self.caller.control.reset())
        first, _ = next(iter(self.begun.values()))
        self.begun = {first.message.sid: (first, 0)}
        self.now, self.is_subscribed = 0, False

    @rule(size=st.integers(1, 60), in_service=st.booleans(), data=st.data())
    def poll(self, size: int, in_service: bool, data: Any) -> None:
        world, since = data.draw(st.sampled_from(list(self.begun.values())))
        existing = self.existing(world, since)
        url = f"{paths(world, in_service=in_service)['receipts']}?PageSize={min(size, 50)}"
        seen: dict[str, Any] = {}
        pages = 0
        while url:
            page = self.caller.get(url).json()
            seen |= {row["sid"]: row for row in page["delivery_receipts"]}
            url = page["meta"]["next_page_url"]
            pages += 1
        assert pages == max(1, -(-len(existing) // min(size, 50)))
        assert {sid: row["status"] for sid, row in seen.items()} == {
            sid: status for sid, (_, status) in existing.items()
        }
        for sid, row in seen.items():
            assert row["participant_sid"] == existing[sid][0].participant_sid
            assert (row["error_code"] is not None) is (row["status"] in ("failed", "undelivered"))

    @rule(data=st.data())
    def fetch(self, data: Any) -> None:
        world, since = data.draw(st.sampled_from(list(self.begun.values())))
        existing = self.existing(world, since)
        for receipt in world.receipts[:3]:
            answer = self.caller.get(f"{paths(world)['receipts']}/{receipt.sid}")
            assert answer.status_code == (200 if receipt.sid in existing else 404)
            assert (
                receipt.sid not in existing or answer.json()["status"] == existing[receipt.sid][1]
            )

    @rule(data=st.data())
    def summary(self, data: Any) -> None:
        world, since = data.draw(st.sampled_from(list(self.begun.values())))
        delivery = self.caller.get(paths(world)["message"]).json()["delivery"]
        statuses = [
            REACHED.get(status or "", []) for _, status in self.existing(world, since).values()
        ]
        assert (delivery is None) is (not statuses)
        for name in ("sent", "delivered", "read", "failed", "undelivered") if delivery else ():
            count = sum(name in reached for reached in statuses)
            assert delivery[name] == (
                "none" if not count else "all" if count == len(statuses) else "some"
            )

    @invariant()
    def what_was_told(self) -> None:
        assert sorted(self.told) == sorted(self.expected)


TestServerMachine = ServerMachine.TestCase
TestServerMachine.settings = settings(max_examples=25, stateful_step_count=25)
