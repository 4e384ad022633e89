"""The control of a server, for `/_receiptkit/` and for tests in Python."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any

from receiptkit import __version__
from receiptkit.generation.world import duration, webhook_date
from receiptkit.model.errors import UsageError
from receiptkit.model.limits import limit, remedy
from receiptkit.model.odd_arguments import explained_methods
from receiptkit.server.dispatcher import Dispatcher
from receiptkit.server.errors import ApiError
from receiptkit.server.faults import Fault
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.outcomes import OutcomeRule
from receiptkit.server.request_log import RequestLog
from receiptkit.server.saved import dump
from receiptkit.server.sender import Sender, Sent
from receiptkit.server.state import Snapshot, State
from receiptkit.server.worlds import load_some, load_world

#: A reading that no clock reaches: from the latest start, dates still have four digits a year.
_END_OF_TIME = 6_900 * 365 * 86_400_000
#: How many worlds are shown.
_SHOWN = 10_000
#: How many worlds are looked at before others are answered.
_AT_A_TIME = 100
#: How many snapshots are kept, with how many records in all.
_SNAPSHOTS, _SNAPSHOT_RECORDS = 20, 1_000_000
_LONGEST_NAME = 100
#: What a world can be given besides scenario and seed.
_FACTS = ("receipts", "outcomes", "stream", "start", "no_error", "set")


@explained_methods
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
        #: The event loop of the server, while it runs.
        self.loop: asyncio.AbstractEventLoop | None = None
        #: The calls that the server answered; noted by its application.
        self.log: RequestLog | None = None
        self._snapshots: OrderedDict[str, Snapshot] = OrderedDict()
        self._resetting = asyncio.Lock()

    async def advance(self, by: str | None = None, to: str | None = None) -> dict[str, Any]:
        """
        Advance the manual clock; it returns when all webhooks on the way have been sent.

        Args:
            by: how long: `250ms`, `90s`, `5m`, `2h`, `1d`.
            to: `next`, when the next webhook is due; or `end`, when every message has its last
                status.

        Returns:
            The reading of the clock, and how many requests were sent.

        Raises:
            UsageError: it is not one of those, or the clock is real.
        """
        if (by is None) == (to is None) or not isinstance(by or to, str):
            raise UsageError("give either `by`, such as 90s, or `to`: next or end")
        is_searching = to is not None
        while is_searching:
            # Other requests are answered meanwhile.
            is_searching = self.state.advance_end(_AT_A_TIME)
            await asyncio.sleep(0)
        reading, sent = await self.dispatcher.advance(lambda now: self._reading(now, by, to))
        return {"reading": reading, "sent": sent}

    def _reading(self, now: int, by: str | None, to: str | None) -> int:
        if by is not None:
            try:
                length = duration(by)
            except OverflowError:
                length = _END_OF_TIME
            if length is None:
                raise UsageError(f"by={by[:40]} is not a duration; use 90s or 2h")
            if now + length >= _END_OF_TIME:
                raise UsageError("the clock cannot advance that far; it ends after 6,900 years")
            return now + length
        if to == "end":
            return max(now, self.state.end)
        if to == "next":
            due = self.dispatcher.next_due(now)
            return now if due is None else max(now, due)
        raise UsageError(f"the clock cannot be advanced to {str(to)[:40]!r}: use next or end")

    async def load(self, scenario: str, seed: int = 0, **facts: Any) -> dict[str, Any]:
        """
        Let a world begin; one that is there already begins anew.

        Args:
            scenario: its name.
            seed: of the world.
            facts: `receipts`, `outcomes`, `stream`, `start`, `no_error`, `set`, as
                `Generator.world` takes them.

        Returns:
            What `show` says of it.

        Raises:
            UsageError: the scenario or fact is unknown, or the contract forbids it.
        """
        return self._world(self.begin(scenario, seed, **facts))

    def begin(self, scenario: str, seed: int = 0, **facts: Any) -> LiveWorld:
        """Let a world begin, and return it; see `load`."""
        _check_names("world", facts, _FACTS)
        try:
            return load_world(self.state, scenario, seed, **facts)
        except ApiError as error:
            raise UsageError(str(error)) from None

    async def reset(self, seed: int | None = None) -> None:
        """
        Begin anew: worlds, clock, webhook configurations, outcomes; nothing was sent, nothing goes
        wrong. Others are answered while there are worlds to make, by those that there are.

        Args:
            seed: of the worlds; the one that the server began with by default.
        """
        async with self._resetting:
            self.state.begin_anew(seed)
            self._forget()
            while load_some(self.state, _AT_A_TIME):  # noqa: ASYNC110 # it does something
                await asyncio.sleep(0)

    def _forget(self) -> None:
        self.dispatcher.forget()
        self.sender.forget()
        if self.log is not None:
            self.log.forget()

    async def snapshot(self, name: str = "default") -> dict[str, Any]:
        """
        Keep the state under a name: conversations, clock, configurations, outcomes, faults.

        Args:
            name: what `restore` calls it.

        Raises:
            UsageError: it is no name, or there is too much to keep.
        """
        _snapshot_name(name)
        await self._prepare_snapshot()
        self._snapshots.pop(name, None)
        self._snapshots[name] = self.state.snapshot()
        while len(self._snapshots) > 1 and self._is_full():
            self._snapshots.popitem(last=False)
        return {"snapshots": list(self._snapshots)}

    async def _prepare_snapshot(self) -> None:
        records, most = self.state.store.records, limit("snapshot")
        if records > most:
            raise UsageError(
                f"there are {records:,} records, and a snapshot of more than {most:,} would stop "
                f"the server for seconds; {remedy('snapshot')}"
            )
        await self.dispatcher.follow()

    async def save(self) -> bytes:
        """
        Return the state as a document, which `serve --snapshot` and `running(snapshot=…)` read.

        Raises:
            UsageError: there is too much to keep.
        """
        await self._prepare_snapshot()
        return dump(self.state)

    def _is_full(self) -> bool:
        records = sum(snapshot.store.records for snapshot in self._snapshots.values())
        return len(self._snapshots) > _SNAPSHOTS or records > _SNAPSHOT_RECORDS

    async def restore(self, name: str = "default") -> None:
        """
        Return to a state that was kept; nothing was sent since.

        Args:
            name: its name.

        Raises:
            UsageError: the snapshot is unknown.
        """
        if _snapshot_name(name) not in self._snapshots:
            kept = ", ".join(self._snapshots) or "none"
            raise UsageError(f"unknown snapshot {name!r}; kept are: {kept}")
        self.state.restore(self._snapshots[name])
        self._forget()

    async def outcome(self, status: str | None, **how: Any) -> None:
        """
        Choose what becomes of messages to come.

        Args:
            status: the last status; None for receipts without one, `none` for no receipts.
            how: `error_code`, `participant`, `conversation`, `late` and `times` of an
                `OutcomeRule`.

        Raises:
            UsageError: the outcome is unknown.
        """
        _check_names("outcome", how, OutcomeRule.__dataclass_fields__)
        self.state.outcomes.add(OutcomeRule(status, **how))

    async def clear_outcomes(self) -> None:
        """Forget every outcome."""
        self.state.outcomes.clear()

    async def fault(self, kind: str, **how: Any) -> None:
        """
        Let something go wrong.

        Args:
            kind: a name of `faults.REQUESTS` or `faults.WEBHOOKS`.
            how: `after`, `times` and `seconds` of a `Fault`.

        Raises:
            UsageError: the fault is unknown.
        """
        _check_names("fault", how, Fault.__dataclass_fields__)
        self.state.faults.add(Fault(kind, **how))

    async def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self.state.faults.clear()

    async def show(self) -> dict[str, Any]:
        """Return the state, ready for JSON."""
        state = self.state
        store = state.store
        worlds = []
        for number, life in enumerate(list(islice(state.lives, _SHOWN))):
            if number % _AT_A_TIME == _AT_A_TIME - 1:
                await asyncio.sleep(0)
            worlds.append(self._world(life))
        return {
            "receiptkit": __version__,
            "account_sid": state.account_sid,
            "chat_service_sid": state.chat_service_sid,
            "clock": {
                "kind": state.settings.clock,
                "speed": state.settings.speed,
                "reading": state.clock.reading,
                "date": webhook_date(state.epoch + state.clock.reading),
            },
            "conversations": len(store.conversations),
            "records": store.records,
            "worlds": worlds,
            "webhooks": {
                str(service or state.account_sid): each.body
                for service, each in store.subscriptions.items()
            },
            "sent": self.sender.count,
            "faults": state.faults.shown(),
            "outcomes": state.outcomes.shown(),
            "snapshots": list(self._snapshots),
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

    def numbered(self, number: int) -> Sent:
        """
        Return a webhook request.

        Args:
            number: counts from 0.

        Raises:
            UsageError: it was never sent, or is no longer kept.
        """
        kept = self.sender.sent
        index = number - (self.sender.count - len(kept))
        if not 0 <= index < len(kept):
            raise UsageError(f"there is no webhook {number}, or it is no longer kept")
        return kept[index]

    async def resend(self, sent: Sent, changes: Mapping[str, str]) -> Sent:
        """
        Send a webhook again, with a new signature.

        Args:
            sent: what was sent.
            changes: parameters with other values.

        Returns:
            The last request that was made, with its outcome.

        Raises:
            UsageError: the server did not make the request.
        """
        if not isinstance(sent, Sent) or sent.outgoing is None or sent.target is None:
            raise UsageError("this request cannot be made again")
        if not isinstance(changes, Mapping) or not all(
            isinstance(each, str) for pair in changes.items() for each in pair
        ):
            raise UsageError("changes are parameters with their values, such as Status: failed")
        parameters = {**sent.outgoing.parameters, **changes}
        outgoing = sent.outgoing._replace(parameters=parameters)
        return (await self.sender.send(outgoing, *sent.target))[-1]

    async def sent(self) -> list[dict[str, Any]]:
        """Return every webhook request that was made, with its outcome, ready for JSON."""
        return [each.shown() for each in self.sender.sent]


def _check_names(what: str, values: Mapping[str, Any], known: Collection[str]) -> None:
    for name in values:
        if name not in known:
            raise UsageError(f"unknown argument {name!r} of a {what}; there are {', '.join(known)}")


def _snapshot_name(name: Any) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        raise UsageError(f"the name of a snapshot is a text of 1 to {_LONGEST_NAME} characters")
    return name
