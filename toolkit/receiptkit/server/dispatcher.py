"""
Sends webhooks when they are due, to those who are subscribed, with the faults that a test asked
for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import NamedTuple

from receiptkit.model.errors import UsageError
from receiptkit.server.agenda import Notice, Target
from receiptkit.server.clock import ManualClock, RealClock
from receiptkit.server.events import Events
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.sender import Outgoing, Sender
from receiptkit.server.state import State
from receiptkit.server.store import Store
from receiptkit.server.subscription import EVENT

#: How many worlds are looked at before others are answered.
_AT_A_TIME = 100


class DueWebhook(NamedTuple):
    """
    A webhook that is to be sent now.

    Attributes:
        store: the store that it is about: after a reset it is not sent any more.
        fault: what goes wrong with it.
    """

    outgoing: Outgoing
    target: Target
    store: Store
    life: LiveWorld | None
    fault: str | None


class Dispatcher:
    """
    Sends the webhooks of a server.

    Args:
        state: the state of the server.
        sender: sends them.
        events: sends events of timers that end.
    """

    def __init__(self, state: State, sender: Sender, events: Events) -> None:
        self._state = state
        self._sender = sender
        self._events = events
        self._advancing = asyncio.Lock()
        #: Webhooks that are reordered, which wait for the next one.
        self._held: list[DueWebhook] = []

    def forget(self) -> None:
        """Begin anew: nothing is held back."""
        self._held.clear()

    def next_due(self, reading: int) -> int | None:
        """Return when the next webhook or timer is due, with or without a subscriber."""
        agenda = self._state.agenda
        if agenda.follows_worlds:
            return agenda.next_due
        readings = [agenda.next_due, *(_next_after(life, reading) for life in self._state.lives)]
        return min((each for each in readings if each is not None), default=None)

    async def follow(self) -> None:
        """Follow the worlds that have a subscriber; other requests are answered meanwhile."""
        while self._state.agenda.follow_some(_AT_A_TIME):  # noqa: ASYNC110 # it does something
            await asyncio.sleep(0)

    # -- the manual clock

    async def advance(self, until: Callable[[int], int]) -> tuple[int, int]:
        """
        Advance the clock, and send what is due on the way, one after another, each at its own time.

        Args:
            until: the reading to end at, of the one from which the clock advances.

        Returns:
            The reading of the clock, and how many requests were sent.

        Raises:
            UsageError: the clock is real.
        """
        async with self._advancing:
            clock = self._state.clock
            if not isinstance(clock, ManualClock):
                raise UsageError("the clock is real and runs by itself; only a manual one advances")
            await self.follow()
            to, before = until(clock.reading), self._sender.count
            while (due := self._state.agenda.next_due) is not None and due <= to:
                clock.reading = max(clock.reading, due)
                await self._send(self._take(due))
                if self._state.clock is not clock:
                    return self._state.clock.reading, 0
            await self._send(self._released())
            clock.reading = to
            return to, self._sender.count - before

    # -- the real clock

    async def run(self) -> None:
        """Send what is due when it is due, until cancelled; a manual clock is only advanced."""
        state = self._state
        state.changed = asyncio.Event()
        sending: set[asyncio.Task[None]] = set()
        try:
            while isinstance(clock := state.clock, RealClock):
                state.changed.clear()
                await self.follow()
                due = state.agenda.next_due
                if due is None:
                    self._begin(self._released(), sending)
                    await state.changed.wait()
                elif not await self._changed_within(clock.seconds_until(due)):
                    self._begin(self._take(due), sending)
        finally:
            for task in sending:
                task.cancel()

    def _begin(self, due: list[DueWebhook], sending: set[asyncio.Task[None]]) -> None:
        if due:
            task = asyncio.create_task(self._send(due))
            sending.add(task)
            task.add_done_callback(sending.discard)

    async def _changed_within(self, seconds: float) -> bool:
        """Return True if something changed before a time is over."""
        if not seconds:
            await asyncio.sleep(0)
            return self._state.changed.is_set()
        try:
            await asyncio.wait_for(self._state.changed.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return True

    # -- what is due

    def _take(self, reading: int) -> list[DueWebhook]:
        """
        Take what is due at a reading: webhooks, and those that were held back for them; or a timer,
        which ends.
        """
        agenda = self._state.agenda
        timer = agenda.next_timer()
        if timer is not None and timer[0] <= reading:
            agenda.next_timer(reading)
            self._events.fire(*timer)
            return []
        item = agenda.take_webhook(reading)
        if item is None:
            return []
        due: list[DueWebhook] = []
        for webhook in self._webhooks(item):
            if webhook.fault == "reordered":
                self._held.append(webhook)
            else:
                due += [webhook, *self._released()]
        return due

    def _webhooks(self, item: Notice | LiveWorld) -> Iterator[DueWebhook]:
        """Yield one webhook for each target."""
        state = self._state
        life = item if isinstance(item, LiveWorld) else None
        if isinstance(item, Notice):
            outgoing, targets = Outgoing(item.parameters, item.token), item.targets
        else:
            event = item.take()
            state.agenda.add_world(item)
            targets = state.targets(EVENT, state.store.conversations[item.world.conversation_sid])
            if not targets:
                return
            outgoing = Outgoing(item.webhooks.parameters(event), event.token)
        for target in targets:
            yield DueWebhook(outgoing, target, state.store, life, state.faults.of_webhook())

    def _released(self) -> list[DueWebhook]:
        held, self._held = self._held, []
        return [webhook._replace(fault=None) for webhook in held]

    async def _send(self, due: list[DueWebhook]) -> None:
        for webhook in due:
            for _ in range(2 if webhook.fault == "duplicate" else 1):
                # If a reset came while something was sent, nothing that is older follows.
                if webhook.store is not self._state.store or not self._is_held(webhook):
                    break
                if webhook.fault == "lost":
                    self._sender.lose(webhook.outgoing, *webhook.target)
                else:
                    await self._sender.send(webhook.outgoing, *webhook.target)

    def _is_held(self, webhook: DueWebhook) -> bool:
        return webhook.life is None or self._state.holds(webhook.life)


def _next_after(life: LiveWorld, reading: int) -> int | None:
    """Return when the next webhook of a world is due after a reading."""
    events = life.webhooks.events
    dues = (life.reading(event.arrives) for event in events[life.handled :])
    return next((due for due in dues if due > reading), None)
