"""The state of a server: its store, its clock, what is due, and what goes wrong."""

from __future__ import annotations

import asyncio
import copy
import random
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from receiptkit.contract import Contract
from receiptkit.generation import Generator
from receiptkit.generation.stream import guid
from receiptkit.generation.world import milliseconds
from receiptkit.server.agenda import Agenda, Notice, Target
from receiptkit.server.clock import Clock, ManualClock, RealClock
from receiptkit.server.faults import Faults
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.outcomes import Outcomes
from receiptkit.server.resources import Conversation, Service
from receiptkit.server.settings import ServerSettings, bounded_seed
from receiptkit.server.store import Store
from receiptkit.server.subscription import EVENT, Subscription

#: How many origins are answered in at a time; callers have one or two.
_ORIGINS = 64
_ANY_SCENARIO = "agent-and-sms"


class Snapshot(NamedTuple):
    """A state to return to."""

    store: Store
    reading: int
    random_state: Any
    faults: Faults
    outcomes: Outcomes
    follows_worlds: bool
    notices: list[tuple[int, Notice]]


class State:
    """
    The state of a server. The same settings make the same one.

    Args:
        settings: the settings of the server.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.contract = Contract.load()
        self.generator = Generator(self.contract)
        self.faults = Faults()
        self.outcomes = Outcomes()
        self._end = 0
        self._unended: list[LiveWorld] = []
        self._fill: Callable[[], None] | None = None
        #: Set when something changed that decides about webhooks to come.
        self.changed = asyncio.Event()
        #: The generator whose URLs begin with an origin.
        self.speaking = lru_cache(maxsize=_ORIGINS)(lambda origin: Generator(self.contract, origin))
        self.begin_anew()

    def begin_anew(self, seed: int | None = None) -> None:
        """
        Begin anew, with clock and configurations, but without worlds: `worlds.load_some` makes
        them, with a seed or that of the settings.
        """
        settings = self.settings
        seed = bounded_seed(settings.seed if seed is None else seed)
        self.clock: Clock = self._clock(0)
        self.rng = random.Random(f"server/{seed}")  # noqa: S311 # SIDs and tokens of a fake
        first = settings.scenarios[0] if settings.scenarios else _ANY_SCENARIO
        chosen = {} if settings.account_sid is None else {"account_sid": settings.account_sid}
        #: The first world: what all worlds share.
        self.identity = self.generator.world(
            first, seed=seed, receipts=settings.receipts if settings.scenarios else None, set=chosen
        )
        self.epoch = self._epoch()
        default = Service(
            number=0,
            sid=self.identity.chat_service_sid,
            friendly_name="Default Conversations Service",
            created=self.epoch,
            updated=self.epoch,
        )
        self.store = Store(default=default)
        self.add_service(default)
        self.agenda = Agenda(self.holds)
        self._end, self._unended = 0, []
        self.faults.clear()
        self.outcomes.clear()
        if settings.webhook_url:
            self.subscribe(None, Subscription("POST", (EVENT,), None, settings.webhook_url))
        first_seed = seed
        self._to_load = (
            (name, first_seed + number)
            for name in settings.scenarios
            for number in range(settings.count)
        )
        self._is_filled = False
        self.has_changed()

    def worlds_to_load(self, count: int) -> list[tuple[str, int]]:
        """Return scenarios and seeds of the next worlds at the start, as many as there are left."""
        return list(islice(self._to_load, count))

    def end_loading(self) -> None:
        """Fill the state with its data, behind the last world of the start."""
        if self._fill is not None and not self._is_filled:
            self._is_filled = True
            self._fill()
        self.has_changed()

    def begin_with(self, fill: Callable[[], None]) -> None:
        """Fill the state with data, now and after every reset."""
        self._fill = fill
        fill()

    def _clock(self, reading: int) -> Clock:
        if self.settings.clock == "manual":
            return ManualClock(reading)
        return RealClock(self.settings.speed, reading)

    def _epoch(self) -> int:
        if self.settings.start == "now":
            return int(time.time() * 1000)
        if self.settings.start is not None:
            return milliseconds(self.settings.start)
        return self.identity.message.created

    def snapshot(self) -> Snapshot:
        """Return a copy of the state."""
        return copy.deepcopy(
            Snapshot(
                self.store,
                self.clock.reading,
                self.rng.getstate(),
                self.faults,
                self.outcomes,
                self.agenda.follows_worlds,
                self.agenda.notices,
            )
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Return to a state; it can be returned to again."""
        copied = copy.deepcopy(snapshot)
        self.store, self.faults, self.outcomes = copied.store, copied.faults, copied.outcomes
        self.clock = self._clock(copied.reading)
        self.rng.setstate(copied.random_state)
        self.agenda = Agenda(self.holds)
        self.agenda.follows_worlds = copied.follows_worlds
        for due, notice in copied.notices:
            self.agenda.add(due, notice)
        for conversation in self.store.conversations.values():
            self.agenda.set_timers(conversation)
        self._end, self._unended = 0, list(self.store.lives)
        for life in self._unended:
            self.agenda.add_world(life)
        self.has_changed()

    # -- messages

    def add_message(self, conversation: Conversation, life: LiveWorld) -> None:
        """Add a message to a conversation."""
        self.store.reserve(1 + len(life.world.receipts))
        conversation.messages.add(life)
        conversation.next_index = max(conversation.next_index, life.number + 1)
        self.agenda.add_world(life)
        self._unended.append(life)
        self.has_changed()

    def advance_end(self, count: int) -> bool:
        """Look for the end among some more worlds; return True if there are others left."""
        # Each world is looked at once: there can be very many.
        some, self._unended = self._unended[:count], self._unended[count:]
        self._end = max([self._end, *(life.end for life in some if self.holds(life))])
        return bool(self._unended)

    @property
    def end(self) -> int:
        """Return the reading from which on no message changes, and no webhook is due."""
        self.advance_end(len(self._unended))
        return self._end

    def holds(self, life: LiveWorld) -> bool:
        """Return True if a message is still there, and did not begin anew."""
        return self.store.holds(life)

    @property
    def lives(self) -> Iterator[LiveWorld]:
        """Yield every message with what becomes of it."""
        return self.store.lives

    # -- who and where

    @property
    def account_sid(self) -> str:
        """Return the SID of the account."""
        return self.identity.account_sid

    @property
    def chat_service_sid(self) -> str:
        """Return the SID of the default service."""
        return self.identity.chat_service_sid

    @property
    def messaging_service_sid(self) -> str:
        """Return the SID of the messaging service that conversations have by default."""
        configured = self.store.configuration.get("default_messaging_service_sid")
        return str(configured or f"MG{self.chat_service_sid[2:]}")

    def new_sid(self, prefix: str) -> str:
        """Return a new SID."""
        return f"{prefix}{self.rng.getrandbits(128):032x}"

    def new_token(self) -> str:
        """Return a new idempotency token."""
        return guid(self.rng)

    def service(self, sid: str | None) -> Service | None:
        """Return a service, the default one for None; None if the SID is unknown."""
        return self.store.default if sid is None else self.store.services.get(sid)

    def conversation(self, service: str | None, name: str) -> Conversation | None:
        """Return a conversation of a service by its SID or unique name; None without one."""
        found = self.service(service)
        return None if found is None else found.conversation(name)

    def add_service(self, service: Service) -> None:
        """Add a service, with its own roles."""
        roles = ("conversation_creator_role_sid", "conversation_role_sid", "chat_service_role_sid")
        service.settings = {f"default_{name}": self.new_sid("RL") for name in roles}
        service.settings["reachability_enabled"] = False
        self.store.services.add(service)

    # -- webhooks

    def has_changed(self) -> None:
        """Wake those who wait for what is due."""
        self.changed.set()

    def subscribe(self, service: str | None, subscription: Subscription) -> None:
        """Configure the webhooks of a service, or under None those of the account."""
        self.store.subscriptions[service] = subscription
        if subscription.wants(EVENT):
            self.follow_receipts()
        self.has_changed()

    def follow_receipts(self) -> None:
        """Look after the webhooks of receipts from now on."""
        self.agenda.follow_worlds(self.lives, self.clock.reading)
        self.has_changed()

    def targets(
        self, event: str, conversation: Conversation, body: str | None = None
    ) -> tuple[Target, ...]:
        """Return the targets of a webhook: the configuration's, and the conversation's own."""
        subscription = self.store.subscription(conversation.service)
        found = []
        if subscription.wants(event):
            found.append(Target(subscription.post_webhook_url or "", subscription.method or "POST"))
        for hook in conversation.webhooks:
            is_keyword = event == "onMessageAdded" and any(
                trigger in (body or "") for trigger in hook.triggers
            )
            if hook.url and (is_keyword or event in hook.filters):
                found.append(Target(hook.url, (hook.method or "post").upper()))
        return tuple(found)
