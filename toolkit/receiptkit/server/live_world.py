"""A message in the course of time: its state at a reading, and the webhooks to come."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from functools import cached_property
from typing import Any

from receiptkit.generation import Event, Generator, Webhooks, World


class LiveWorld:
    """
    A world, from the moment when it came into a server.

    Args:
        generator: what made it.
        world: the message and what becomes of it.
        seed: the seed it was made of.
        since: the reading of the clock at which its message is created.

    Attributes:
        handled: how many of its webhooks have been dealt with.
    """

    def __init__(self, generator: Generator, world: World, seed: int, since: int) -> None:
        self._generator = generator
        self.world = world
        self.seed = seed
        self.since = since
        self.handled = 0

    def __deepcopy__(self, _: Any) -> LiveWorld:
        copied = LiveWorld(self._generator, self.world, self.seed, self.since)
        copied.handled = self.handled
        return copied

    @property
    def sid(self) -> str:
        """Return the SID of its message."""
        return self.world.message.sid

    @property
    def number(self) -> int:
        """Return the index of its message."""
        return self.world.message.index

    def edit(self, **changes: Any) -> None:
        """Change its message."""
        self.world = replace(self.world, message=replace(self.world.message, **changes))
        self.__dict__.pop("in_service", None)

    @cached_property
    def in_service(self) -> World:
        """Return the same world in the service-scoped API."""
        return replace(self.world, in_service=True)

    @cached_property
    def webhooks(self) -> Webhooks:
        """Return every webhook of it, whenever it arrives."""
        return self._generator.webhooks(self.world)

    def reading(self, moment: int) -> int:
        """Return a moment of the world as a reading of the clock."""
        return self.since + moment - self.world.message.created

    def last_change(self, reading: int) -> int:
        """Return the moment of the last change that is visible at a reading of the clock."""
        moment = self.world.message.created + reading - self.since
        index = bisect_right(self._changes, moment)
        return self._changes[index - 1] if index else self.world.message.created

    @property
    def next_due(self) -> int | None:
        """Return the reading at which the next webhook is due; None if none is left."""
        events = self.webhooks.events
        return self.reading(events[self.handled].arrives) if self.handled < len(events) else None

    def take(self) -> Event:
        """Return the next webhook, which counts as dealt with from now on."""
        self.handled += 1
        return self.webhooks.events[self.handled - 1]

    def skip(self, reading: int) -> None:
        """Leave out the webhooks that are due by a reading of the clock."""
        while (due := self.next_due) is not None and due <= reading:
            self.handled += 1

    @property
    def end(self) -> int:
        """Return the reading of the clock from which on nothing happens any more."""
        arrivals = [event.arrives for event in self.webhooks.events]
        return self.reading(max([self.world.end, *arrivals]))

    @cached_property
    def _changes(self) -> list[int]:
        receipts = self.world.receipts
        return sorted(
            {receipt.created for receipt in receipts}
            | {step.at for receipt in receipts for step in receipt.steps}
        )
