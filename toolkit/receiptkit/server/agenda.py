"""Events to come, in the order in which they are due."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from receiptkit.server.live_world import LiveWorld
from receiptkit.server.resources import Conversation


class Target(NamedTuple):
    """The destination of a webhook."""

    url: str
    method: str


class Notice(NamedTuple):
    """
    A webhook of an action, with the state of that moment.

    Attributes:
        token: the idempotency token.
        targets: who was subscribed for it.
    """

    parameters: dict[str, str]
    token: str
    targets: tuple[Target, ...]


class Timer(NamedTuple):
    """The end of a timer of a conversation: the state that it then has."""

    conversation: Conversation
    version: int
    state: str


class Agenda:
    """
    Timers, webhook events and worlds by the reading of the clock at which they are due.

    Args:
        is_held: returns True if a world is still there.

    Attributes:
        follows_worlds: True while a webhook is subscribed to delivery receipts.
    """

    def __init__(self, is_held: Callable[[LiveWorld], bool]) -> None:
        self._is_held = is_held
        self._webhooks: list[tuple[int, int, Notice | LiveWorld]] = []
        self._timers: list[tuple[int, int, Timer]] = []
        self._count = 0
        self.follows_worlds = False
        #: Worlds that are still to be added, and the reading from which on they are followed.
        self._unfollowed: deque[LiveWorld] = deque()
        self._since = 0

    def _next_count(self) -> int:
        self._count += 1
        return self._count

    def add(self, due: int, notice: Notice) -> None:
        """Add a webhook event."""
        heapq.heappush(self._webhooks, (due, self._next_count(), notice))

    def add_world(self, life: LiveWorld) -> None:
        """Add the next webhook of a world."""
        due = life.next_due if self.follows_worlds else None
        if due is not None:
            heapq.heappush(self._webhooks, (due, self._next_count(), life))

    def follow_worlds(self, lives: Iterable[LiveWorld], reading: int) -> None:
        """
        Follow every world that had no subscriber for its webhooks until now. `follow_some` adds
        them: there can be very many.
        """
        if not self.follows_worlds:
            self.follows_worlds = True
            self._unfollowed, self._since = deque(lives), reading

    def follow_some(self, count: int) -> bool:
        """Add some more of the worlds that are followed; return True if there are others left."""
        for _ in range(min(count, len(self._unfollowed))):
            life = self._unfollowed.popleft()
            life.skip(self._since)
            self.add_world(life)
        return bool(self._unfollowed)

    def set_timers(self, conversation: Conversation) -> None:
        """Let the timers of a conversation begin anew."""
        if conversation.state == "initializing":
            self.set_initializing(conversation, conversation.active_at)
            return
        conversation.timed += 1
        for state, due in conversation.timers().items():
            timer = Timer(conversation, conversation.timed, state)
            heapq.heappush(self._timers, (due, self._next_count(), timer))

    def set_initializing(self, conversation: Conversation, due: int) -> None:
        """Let a conversation be `active` at a reading of the clock, and its timers begin then."""
        conversation.timed += 1
        conversation.active_at = due
        timer = Timer(conversation, conversation.timed, "active")
        heapq.heappush(self._timers, (due, self._next_count(), timer))

    def next_timer(self, reading: int | None = None) -> tuple[int, Timer] | None:
        """Return the next timer that is due by a reading, and remove it; without one only look."""
        while self._timers:
            due, _, timer = self._timers[0]
            if timer.version != timer.conversation.timed:
                heapq.heappop(self._timers)
                continue
            if reading is None or due <= reading:
                if reading is not None:
                    heapq.heappop(self._timers)
                return due, timer
            return None
        return None

    @property
    def notices(self) -> list[tuple[int, Notice]]:
        """Return the webhooks of actions that are still to be sent."""
        return [(due, item) for due, _, item in self._webhooks if isinstance(item, Notice)]

    @property
    def next_webhook(self) -> int | None:
        """Return when the next webhook is due; None if none is left."""
        while self._webhooks:
            due, _, item = self._webhooks[0]
            if isinstance(item, Notice) or self._is_held(item):
                return due
            heapq.heappop(self._webhooks)
        return None

    @property
    def next_due(self) -> int | None:
        """Return when the next thing is due; None if nothing is left."""
        timer = self.next_timer()
        readings = [self.next_webhook, timer[0] if timer else None]
        return min((reading for reading in readings if reading is not None), default=None)

    def take_webhook(self, reading: int) -> Notice | LiveWorld | None:
        """Remove and return the next webhook, if it is due by a reading."""
        due = self.next_webhook
        if due is None or due > reading:
            return None
        return heapq.heappop(self._webhooks)[2]
