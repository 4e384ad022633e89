"""Lets time pass: webhooks are sent when they are due, to whom they are subscribed for, with the faults that were asked for."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterator

from receiptkit.model.errors import UsageError
from receiptkit.server.clock import ManualClock, RealClock
from receiptkit.server.live_world import DueWebhook
from receiptkit.server.sender import Sender
from receiptkit.server.state import State

#: A webhook that is to be sent now, and what goes wrong with it.
_Due = tuple[DueWebhook, "str | None"]


class Dispatcher:
    """
    Sends the webhooks of a server.

    Args:
        state: whose worlds.
        sender: what sends them.
    """

    def __init__(self, state: State, sender: Sender) -> None:
        self._state = state
        self._sender = sender
        self._advancing = asyncio.Lock()
        #: Reordered ones, which wait for the next.
        self._held: list[DueWebhook] = []

    def upcoming(self, after: int) -> Iterator[DueWebhook]:
        """The webhooks that are due after a reading of the clock, in order, whether anybody is subscribed or not."""
        return heapq.merge(
            *(life.calls(after) for life in self._state.lives), key=lambda call: call.due
        )

    def forget(self) -> None:
        """Begin anew: nothing is held back."""
        self._held.clear()

    def _wanted(self) -> Iterator[DueWebhook]:
        """Those that somebody is subscribed for. Without a subscription nobody asks what would be due."""
        return (
            self.upcoming(self._state.subscribed_at) if self._state.subscription().url else iter(())
        )

    def _coming(self) -> Iterator[DueWebhook]:
        """The same, looked for anew where something changed since the last one, which must have been taken by then."""
        while True:
            version = self._state.version
            for call in self._wanted():
                yield call
                if self._state.version != version:
                    break
            else:
                return

    # -- the manual clock

    async def advance(self, until: Callable[[int], int]) -> tuple[int, int]:
        """
        Let the clock go on, and send what is due on the way, one after another, each at its own time.

        Args:
            until: the reading to end at, of the one from which it goes on: that of before, where several advance it at once.

        Returns:
            The reading of the clock, and how many requests were sent.

        Raises:
            UsageError: the clock is real.
        """
        async with self._advancing:
            clock = self._state.clock
            if not isinstance(clock, ManualClock):
                raise UsageError(
                    "the clock is real and goes by itself: a manual one can be advanced"
                )
            to, before = until(clock.reading), self._sender.count
            for call in self._coming():
                if call.due > to or self._state.clock is not clock:
                    break
                clock.reading = max(clock.reading, call.due)
                await self._send(self._taken(call))
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
                for call in self._coming():
                    if await self._changed_within(clock.seconds_until(call.due)):
                        break
                    self._begin(self._taken(call), sending)
                else:
                    self._begin(self._released(), sending)
                    await state.changed.wait()
        finally:
            for task in sending:
                task.cancel()

    def _begin(self, due: list[_Due], sending: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(self._send(due))
        sending.add(task)
        task.add_done_callback(sending.discard)

    async def _changed_within(self, seconds: float) -> bool:
        """Whether something changed before a time is over."""
        if not seconds:
            await asyncio.sleep(0)
            return self._state.changed.is_set()
        try:
            await asyncio.wait_for(self._state.changed.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return True

    # -- one webhook

    def _taken(self, call: DueWebhook) -> list[_Due]:
        """What is to be sent when a webhook is due: it, and then those that were held back for it; nothing, if it is held back itself."""
        call.life.told = call.number + 1
        fault = self._state.faults.of_webhook() if self._state.subscription().url else None
        if fault == "reordered":
            self._held.append(call)
            return []
        return [(call, fault), *self._released()]

    def _released(self) -> list[_Due]:
        held, self._held = self._held, []
        return [(call, None) for call in held]

    async def _send(self, due: list[_Due]) -> None:
        for call, fault in due:
            for _ in range(2 if fault == "duplicate" else 1):
                await self._send_once(call, is_lost=fault == "lost")

    async def _send_once(self, call: DueWebhook, *, is_lost: bool) -> None:
        subscription = self._state.subscription()
        # Who begins anew while something is sent gets no more of what was before.
        if subscription.url is None or not self._state.holds(call.life):
            return
        to = (call.life.webhooks, call.event, subscription.url, subscription.method or "POST")
        if is_lost:
            self._sender.lose(*to)
        else:
            await self._sender.send(*to)
