"""Lets time pass: webhooks are sent when they are due, to whom they are subscribed for, with the faults that were asked for."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Iterator

from receiptkit.errors import UsageError
from receiptkit.server.clock import ManualClock, RealClock
from receiptkit.server.life import Call
from receiptkit.server.sender import Sender
from receiptkit.server.state import State


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
        self._held: list[Call] = []

    def upcoming(self, after: int) -> Iterator[Call]:
        """The webhooks that are due after a reading of the clock, in order, whether anybody is subscribed or not."""
        return heapq.merge(*(life.calls(after) for life in self._state.lives), key=lambda call: call.due)

    def forget(self) -> None:
        """Begin anew: nothing is held back."""
        self._held.clear()

    def _wanted(self) -> Iterator[Call]:
        """Those that somebody is subscribed for. Without a subscription nobody asks what would be due."""
        return self.upcoming(self._state.subscribed_at) if self._state.subscription().url else iter(())

    # -- the manual clock

    async def advance(self, to: int) -> None:
        """
        Let the clock go on, and send what is due on the way, one after another, each at its own time.

        Args:
            to: the reading to end at.

        Raises:
            UsageError: the clock is real, or has passed that already.
        """
        clock = self._state.clock
        async with self._advancing:
            if not isinstance(clock, ManualClock):
                raise UsageError("the clock is real and goes by itself: a manual one can be advanced")
            if to < clock.reading:
                raise UsageError(f"the clock does not go back: it stands at {clock.reading} ms")
            for call in self._wanted():
                if call.due > to or self._state.clock is not clock:
                    break
                clock.reading = call.due
                call.life.told = call.number + 1
                await self._deliver(call)
            await self._release()
            clock.reading = to

    # -- the real clock

    async def run(self) -> None:
        """Send what is due when it is due, until cancelled."""
        state = self._state
        state.changed = asyncio.Event()
        sending: set[asyncio.Task[None]] = set()
        try:
            while True:
                state.changed.clear()
                clock = state.clock
                for call in self._wanted() if isinstance(clock, RealClock) else ():
                    assert isinstance(clock, RealClock)  # noqa: S101 # there are calls for no other
                    if await self._changed_within(clock.seconds_until(call.due)):
                        break
                    call.life.told = call.number + 1
                    task = asyncio.create_task(self._deliver(call))
                    sending.add(task)
                    task.add_done_callback(sending.discard)
                else:
                    await self._release()
                    await state.changed.wait()
        finally:
            for task in sending:
                task.cancel()

    async def _changed_within(self, seconds: float) -> bool:
        """Whether something changed before a time is over."""
        if not seconds:
            await asyncio.sleep(0)
            return False
        try:
            await asyncio.wait_for(self._state.changed.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return True

    # -- one webhook

    async def _deliver(self, call: Call) -> None:
        fault = self._state.faults.of_webhook() if self._state.subscription().url else None
        if fault == "reordered":
            self._held.append(call)
            return
        await self._send(call, fault)
        await self._release()

    async def _release(self) -> None:
        held, self._held = self._held, []
        for call in held:
            await self._send(call)

    async def _send(self, call: Call, fault: str | None = None) -> None:
        subscription = self._state.subscription()
        if subscription.url is None:
            return
        to = (call.life.webhooks, call.event, subscription.url, subscription.method or "POST")
        if fault == "lost":
            self._sender.lose(*to)
            return
        for _ in range(2 if fault == "duplicate" else 1):
            await self._sender.send(*to)
