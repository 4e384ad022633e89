"""A world that is lived through: where it stands at a reading of the server's clock, and which webhooks are still to come."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from receiptkit.generation import Event, Generator, Webhooks, World


class DueWebhook(NamedTuple):
    """A webhook that is due at a reading of the clock."""

    due: int
    life: LiveWorld
    number: int
    event: Event


class LiveWorld:
    """
    A world, from the moment when it came into a server.

    Args:
        generator: what made it.
        world: the message and what becomes of it.
        seed: what it was made of.
        since: the reading of the clock at which its message is created.

    Attributes:
        told: how many of its webhooks have been dealt with.
    """

    def __init__(self, generator: Generator, world: World, seed: int, since: int) -> None:
        self._generator = generator
        self.world = world
        self.seed = seed
        self.since = since
        self.told = 0

    @cached_property
    def in_service(self) -> World:
        """The same world in the service-scoped API."""
        return replace(self.world, in_service=True)

    @cached_property
    def webhooks(self) -> Webhooks:
        """Every webhook of it, whenever it arrives."""
        return self._generator.webhooks(self.world)

    def reading(self, moment: int) -> int:
        """A moment of the world as a reading of the clock."""
        return self.since + moment - self.world.message.created

    def last_change(self, reading: int) -> int:
        """The moment of the world at which what is seen at a reading of the clock came to be so."""
        moment = self.world.message.created + reading - self.since
        index = bisect_right(self._changes, moment)
        return self._changes[index - 1] if index else self.world.message.created

    def calls(self, after: int) -> Iterator[DueWebhook]:
        """The webhooks that arrive after a reading of the clock and have not been dealt with."""
        for number, event in enumerate(self.webhooks.events[self.told :], self.told):
            due = self.reading(event.arrives)
            if due > after:
                yield DueWebhook(due, self, number, event)

    @property
    def end(self) -> int:
        """The reading of the clock from which on nothing happens any more."""
        return self.reading(
            max([self.world.end, *(event.arrives for event in self.webhooks.events)])
        )

    @cached_property
    def _changes(self) -> list[int]:
        receipts = self.world.receipts
        return sorted(
            {receipt.created for receipt in receipts}
            | {step.at for receipt in receipts for step in receipt.steps}
        )
