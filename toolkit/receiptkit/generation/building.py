"""From a scenario to a world."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle, islice
from typing import Any, NamedTuple

from receiptkit.generation.channels import FAILURES, LATE, Channel, channel, delay, statuses_up_to
from receiptkit.generation.overrides import Overrides
from receiptkit.generation.scenarios import ANY, STREAMS, Outcome, Scenario
from receiptkit.generation.vocabulary import Maker, Vocabulary
from receiptkit.generation.world import Message, Receipt, Step, World, milliseconds
from receiptkit.model.errors import UsageError

#: Worlds begin within half a year of this moment: 2026-03-02T08:00:00Z.
_EPOCH = 1_772_438_400_000
_SPAN = 180 * 86_400_000
_BODIES = (
    "Your parcel is on its way.",
    "Your appointment is tomorrow at 10:30.",
    "Thank you for your order!",
    "Your table for two is booked: see you tonight.",
    "We could not reach you today. When may we try again?",
    "Grüße aus Zürich: Ihre Bestellung ist da.",
)


class Builder:
    """
    Makes worlds of scenarios.

    Args:
        vocabulary: what the contract document allows.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._courses: dict[Outcome, _Course] = {}

    def world(
        self,
        scenario: Scenario,
        rng: random.Random,
        *,
        receipts: int | None = None,
        outcomes: Sequence[Outcome] | None = None,
        page_size: int | None = None,
        in_service: bool = False,
        stream: str | None = None,
        start: str | None = None,
        no_error: int | None = None,
        overrides: dict[str, Any] | None = None,
    ) -> World:
        """Return a world; see `Generator.world`."""
        changes = Overrides(overrides or {})
        planned = list(outcomes) if outcomes is not None else _planned(scenario, receipts)
        planned = changes.outcomes(planned)
        if stream is not None and stream not in STREAMS:
            raise UsageError(f"no stream is called {stream!r}: there are {', '.join(STREAMS)}")
        makers = self._vocabulary.makers
        identity = {
            name: makers[name](rng)
            for name in ("account_sid", "chat_service_sid", "conversation_sid")
        }
        begin = _EPOCH + int(rng.random() * _SPAN) if start is None else milliseconds(start)
        agents = tuple(makers["participant_sid"](rng) for _ in range(scenario.agents))
        message = self._message(rng, begin, agents)
        seed = rng.getrandbits(32)
        made = tuple(self._receipts(rng, begin, planned))
        stream = stream or scenario.stream
        if stream == "receipt-before-message" and made and made[0].steps:
            message = replace(message, answered=made[0].steps[0].at + 700)
        world = World(
            scenario=scenario.name,
            **identity,
            message=message,
            agents=agents,
            receipts=made,
            in_service=in_service,
            page_size=page_size or scenario.page_size or self._vocabulary.page_sizes[1],
            stream=(stream, seed),
            no_error=self._vocabulary.no_error if no_error is None else no_error,
        )
        return changes.applied(world)

    def delivery(
        self,
        message: Message,
        recipients: Sequence[tuple[str, Outcome]],
        rng: random.Random,
        *,
        begin: int,
        **identity: Any,
    ) -> World:
        """
        Return the world of a message that somebody posted.

        Args:
            message: the message.
            recipients: SID of each participant who gets a receipt, and what becomes of it.
            rng: decides what the outcomes leave open.
            begin: when it was posted; its own date can be another.
            identity: `account_sid`, `chat_service_sid`, `conversation_sid` and `agents`.
        """
        seed = rng.getrandbits(32)
        made = self._receipts(rng, begin, [outcome for _, outcome in recipients])
        return World(
            scenario="posted",
            message=message,
            receipts=tuple(
                receipt._replace(participant_sid=sid)
                for (sid, _), receipt in zip(recipients, made, strict=True)
            ),
            in_service=False,
            page_size=self._vocabulary.page_sizes[1],
            stream=("in-order", seed),
            no_error=self._vocabulary.no_error,
            **identity,
        )

    def _message(self, rng: random.Random, created: int, agents: tuple[str, ...]) -> Message:
        return Message(
            sid=self._vocabulary.makers["message_sid"](rng),
            created=created,
            answered=created + 40 + int(rng.random() * 100),
            author=f"agent-{int(rng.random() * 90) + 10}" if agents else "system",
            participant_sid=agents[0] if agents else None,
            body=_BODIES[int(rng.random() * len(_BODIES))],
            attributes="{}",
            index=int(rng.random() * 200),
        )

    def _receipts(
        self, rng: random.Random, begin: int, outcomes: Sequence[Outcome]
    ) -> Iterator[Receipt]:
        """
        Yield one receipt for each outcome.

        Each draws equally often, so that another outcome leaves the
        other receipts as they are.
        """
        sid_of, participant_of, draw = (
            self._vocabulary.makers["sid"],
            self._vocabulary.makers["participant_sid"],
            rng.random,
        )
        for outcome in set(outcomes) - self._courses.keys():
            self._courses[outcome] = self._course(outcome)
        created = begin + 140
        for outcome in outcomes:
            course = self._courses[outcome]
            created += 1 + int(draw() * 20)
            drawn = draw(), draw(), draw(), draw()
            at = created
            steps = []
            for (status, low, span, codes), part in zip(course.stages, drawn, strict=False):
                at += low + int(part * span)
                steps.append(
                    Step(status, at, codes[int(drawn[-1] * len(codes))] if codes else None)
                )
            yield Receipt(
                sid_of(rng),
                participant_of(rng),
                outcome.channel,
                course.sid_of(rng),
                created,
                tuple(steps),
            )

    def _course(self, outcome: Outcome) -> _Course:
        own = channel(outcome.channel)
        stages = []
        for status in statuses_up_to(outcome.status):
            low, high = LATE if outcome.late and status == outcome.status else delay(status)
            stages.append(
                _Stage(
                    status, low, high - low, self._codes(outcome, own) if status in FAILURES else ()
                )
            )
        return _Course(self._vocabulary.channel_maker(own.prefix), stages)

    def _codes(self, outcome: Outcome, own: Channel) -> tuple[int, ...]:
        """Return the error codes to draw from; half of all failures have a usual cause."""
        if outcome.error_code != ANY:
            return (outcome.error_code,)
        known = tuple(code for code in self._vocabulary.error_codes if code in own.codes)
        usual = tuple(code for code in own.usual if code in known or not known)
        return (*known, *usual * (len(known) // max(1, len(usual)))) or known or usual


class _Stage(NamedTuple):
    """
    A status on the way, how long it takes at the least and how much more, and the error codes it
    can have.
    """

    status: str
    low: int
    span: int
    codes: tuple[int, ...]


class _Course(NamedTuple):
    """
    The course of a recipient: what makes the SID of the message in the channel, and the statuses
    on the way.
    """

    sid_of: Maker
    stages: list[_Stage]


def _planned(scenario: Scenario, receipts: int | None) -> list[Outcome]:
    count = scenario.receipts if receipts is None else receipts
    if count < 0:
        raise UsageError(f"a message has no {count} receipts")
    if count and not scenario.outcomes:
        raise UsageError(
            f"{scenario.name} has no receipts: choose another scenario, such as all-delivered"
        )
    return list(islice(cycle(scenario.outcomes), count)) if scenario.outcomes else []
