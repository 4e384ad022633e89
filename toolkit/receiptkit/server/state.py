"""What a server holds: its worlds, where they stand, the webhook configurations, the faults."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from receiptkit.contract import Contract
from receiptkit.generation import Generator, Outcome, World
from receiptkit.model.errors import UsageError
from receiptkit.server.clock import Clock, ManualClock, RealClock
from receiptkit.server.faults import Faults
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.settings import ServerSettings
from receiptkit.server.subscription import EVENT, Subscription

#: How many origins are answered in at a time; callers have one or two.
_ORIGINS = 64
#: What every world of a server shares: it is one account with one service.
_SHARED = ("account_sid", "chat_service_sid")


class State:
    """
    The state of a server. The same settings make the same one.

    Args:
        settings: how the server is to be.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.contract = Contract.load()
        self.generator = Generator(self.contract)
        self.faults = Faults()
        #: Set when something changed that decides about webhooks to come, and how often that was.
        self.changed = asyncio.Event()
        self.version = 0
        #: The generator whose URLs begin with an origin.
        self.speaking = lru_cache(maxsize=_ORIGINS)(lambda origin: Generator(self.contract, origin))
        self.reset()

    def reset(self, seed: int | None = None) -> None:
        """
        Begin anew: the worlds, the clock, the configurations.

        Args:
            seed: of the worlds; that of the settings by default.
        """
        settings = self.settings
        seed = _bounded(settings.seed if seed is None else seed)
        self.clock: Clock = (
            ManualClock() if settings.clock == "manual" else RealClock(settings.speed)
        )
        self._conversations: dict[str, dict[str, LiveWorld]] = {}
        self._names: dict[str, str] = {}
        self._shared: dict[str, str] = {}
        #: The account's configuration under None, those of services under their SIDs.
        self.subscriptions: dict[str | None, Subscription] = {
            None: Subscription("POST", (EVENT,), None, settings.webhook_url)
            if settings.webhook_url
            else Subscription()
        }
        #: The reading of the clock since which somebody is subscribed for delivery receipts.
        self.subscribed_at = 0
        self.faults.clear()
        for name in settings.scenarios:
            for number in range(settings.count):
                self.load(name, seed + number, receipts=settings.receipts)

    def load(
        self,
        name: str,
        seed: int = 0,
        *,
        receipts: int | None = None,
        outcomes: Sequence[Outcome] | None = None,
        stream: str | None = None,
        start: str | None = None,
        no_error: int | None = None,
        set: dict[str, Any] | None = None,  # noqa: A002 # what the generator calls it
    ) -> LiveWorld:
        """
        Let a world begin. One that is there already begins anew.

        Args:
            name: its scenario.
            seed: of the world.
            receipts: how many recipients there are.
            outcomes: what becomes of each of them.
            stream: how its webhooks arrive.
            start: its date, which is not that of the server.
            no_error: what `error_code` is without an error, 0 or None.
            set: single facts by path.

        Raises:
            UsageError: there is no such scenario or fact, or the contract forbids it.
        """
        given = set or {}
        if any(fact in given for fact in _SHARED):
            raise UsageError(
                f"{' and '.join(_SHARED)} are those of the server: every world is of one account and one service"
            )
        if no_error not in (None, 0):
            raise UsageError(f"no_error {no_error}: without an error there is 0, or null")
        if start is not None and not "1970" <= start[:4] <= "2999":
            raise UsageError(
                f"start {start[:40]}: say a date from 1970 to 2999, such as 2026-03-02T09:15:00Z"
            )
        world = self.generator.world(
            name,
            seed=_bounded(seed),
            receipts=receipts,
            outcomes=outcomes,
            stream=stream,
            start=start,
            no_error=no_error,
            set={**self._shared, **given},
            check=bool(given or outcomes),
        )
        self._shared = self._shared or {fact: getattr(world, fact) for fact in _SHARED}
        life = LiveWorld(self.generator, world, seed, self.clock.reading)
        self._conversations.setdefault(world.conversation_sid, {})[world.message.sid] = life
        self._names.setdefault(name, world.conversation_sid)
        self._has_changed()
        return life

    def _has_changed(self) -> None:
        self.version += 1
        self.changed.set()

    @property
    def account_sid(self) -> str:
        """The one account."""
        return self._shared["account_sid"]

    @property
    def chat_service_sid(self) -> str:
        """The one service."""
        return self._shared["chat_service_sid"]

    @property
    def lives(self) -> Iterator[LiveWorld]:
        """Every world."""
        return (life for messages in self._conversations.values() for life in messages.values())

    def holds(self, life: LiveWorld) -> bool:
        """Whether a world is still there, and did not begin anew."""
        return (
            self._conversations.get(life.world.conversation_sid, {}).get(life.world.message.sid)
            is life
        )

    def conversation(self, service: str | None, name: str) -> dict[str, LiveWorld]:
        """The messages of a conversation by their SIDs; none if it does not exist there. Its unique name is that of its scenario."""
        if service not in (None, self.chat_service_sid):
            return {}
        return self._conversations.get(name) or self._conversations.get(
            self._names.get(name, ""), {}
        )

    def subscribe(self, service: str | None, subscription: Subscription) -> None:
        """Configure the webhooks of a service, or under None those of the account."""
        before = self.subscription().url
        self.subscriptions[service] = subscription
        if before is None:
            self.subscribed_at = self.clock.reading
        self._has_changed()

    def subscription(self) -> Subscription:
        """The configuration that counts: that of the service, if there is one, silences the account's."""
        own = self.subscriptions.get(self.chat_service_sid, Subscription())
        return own if own.is_configured else self.subscriptions[None]

    def any_world(self) -> World:
        """Some world: what is the same for all of them can be rendered of it."""
        return next(self.lives).world


def _bounded(seed: int) -> int:
    """A seed that JSON can tell, with room for as many as worlds are counted."""
    if abs(seed) >= 1 << 62:
        raise UsageError("a seed has at most 18 digits")
    return seed
