"""What `/_receiptkit/` does, and what a test does from Python: show, advance, load, reset, let things go wrong."""

from __future__ import annotations

import asyncio
from typing import Any

from receiptkit import __version__
from receiptkit.generation.world import webhook_date
from receiptkit.model.errors import UsageError
from receiptkit.server.dispatcher import Dispatcher
from receiptkit.server.faults import Fault
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.sender import Sender
from receiptkit.server.state import State

#: A reading that no clock reaches.
_END_OF_TIME = 30_000 * 365 * 86_400_000


class Control:
    """
    Steers a server.

    Args:
        state, sender, dispatcher: those of the server.
    """

    def __init__(self, state: State, sender: Sender, dispatcher: Dispatcher) -> None:
        self.state = state
        self.sender = sender
        self.dispatcher = dispatcher
        #: In which the server runs, while it runs.
        self.loop: asyncio.AbstractEventLoop | None = None

    async def advance(self, by: str | None = None, to: str | None = None) -> dict[str, Any]:
        """
        Let the manual clock go on; it returns when all webhooks on the way have been sent.

        Args:
            by: how long: `250ms`, `90s`, `5m`, `2h`, `1d`.
            to: `next`, when the next webhook is due; or `end`, when nothing happens any more.

        Returns:
            The reading of the clock, and how many requests were sent.

        Raises:
            UsageError: it is none of those, or the clock is real.
        """
        if (by is None) == (to is None) or not isinstance(by or to, str):
            raise UsageError("say either `by`, such as 90s, or `to`: next or end")
        reading, sent = await self.dispatcher.advance(lambda now: self._reading(now, by, to))
        return {"reading": reading, "sent": sent}

    def _reading(self, now: int, by: str | None, to: str | None) -> int:
        if by is not None:
            world = self.state.any_world()
            try:
                then = now + world.moment(f"+{by.removeprefix('+')}") - world.message.created
            except OverflowError:
                then = _END_OF_TIME
            if then >= _END_OF_TIME:
                raise UsageError(
                    "the clock cannot be advanced that far: it ends after 30,000 years"
                )
            return then
        if to == "end":
            return max([now, *(life.end for life in self.state.lives)])
        if to == "next":
            return next((call.due for call in self.dispatcher.upcoming(now)), now)
        raise UsageError(f"the clock cannot be advanced to {to!r}: say next or end")

    async def load(self, scenario: str, seed: int = 0, **facts: Any) -> dict[str, Any]:
        """
        Let a world begin; one that is there already begins anew.

        Args:
            scenario: its name.
            seed: of the world.
            facts: `receipts`, `outcomes`, `stream`, `start`, `no_error`, `set`, as `Generator.world` takes them.

        Returns:
            What `show` says of it.

        Raises:
            UsageError: there is no such scenario or fact, or the contract forbids it.
        """
        return self._world(self.state.load(scenario, seed, **facts))

    async def reset(self, seed: int | None = None) -> None:
        """
        Begin anew: worlds, clock, webhook configurations; nothing was sent, nothing goes wrong.

        Args:
            seed: of the worlds; the one that the server began with by default.
        """
        self.state.reset(seed)
        self.dispatcher.forget()
        self.sender.forget()

    async def fault(self, kind: str, **how: Any) -> None:
        """
        Let something go wrong.

        Args:
            kind: a name of `faults.REQUESTS` or `faults.WEBHOOKS`.
            how: `after`, `times` and `seconds` of a `Fault`.

        Raises:
            UsageError: there is no such fault.
        """
        self.state.faults.add(Fault(kind, **how))

    async def clear(self) -> None:
        """Let nothing go wrong any more."""
        self.state.faults.clear()

    async def show(self) -> dict[str, Any]:
        """The state, ready for JSON."""
        state = self.state
        return {
            "receiptkit": __version__,
            "account_sid": state.account_sid,
            "chat_service_sid": state.chat_service_sid,
            "clock": {
                "kind": state.settings.clock,
                "speed": state.settings.speed,
                "reading": state.clock.reading,
            },
            "worlds": [self._world(life) for life in state.lives],
            "webhooks": {
                str(service or state.account_sid): each.body
                for service, each in state.subscriptions.items()
            },
            "sent": self.sender.count,
            "faults": state.faults.shown(),
        }

    def _world(self, life: LiveWorld) -> dict[str, Any]:
        world, now = life.world, life.last_change(self.state.clock.reading)
        return {
            "scenario": world.scenario,
            "seed": life.seed,
            "conversation_sid": world.conversation_sid,
            "message_sid": world.message.sid,
            "changed": webhook_date(now),
            "receipts": sum(1 for _ in world.seen_by(now)),
            "of": len(world.receipts),
        }

    async def sent(self) -> list[dict[str, Any]]:
        """Every webhook request that was made, with its outcome, ready for JSON."""
        return [each.shown() for each in self.sender.sent]
