"""From a scenario to a world."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from receiptkit.generation.channels import FAILURES, LATE, Channel, channel, delay, statuses_up_to
from receiptkit.generation.drafts import Course, Draft, Fates, Stage, draw_receipts
from receiptkit.generation.overrides import Overrides
from receiptkit.generation.scenarios import ANY, STREAMS, Outcome, Scenario
from receiptkit.generation.vocabulary import Vocabulary
from receiptkit.generation.world import Message, World, milliseconds
from receiptkit.model.errors import UsageError

#: Worlds begin within half a year of this moment: 2026-03-02T08:00:00Z.
_EPOCH = 1_772_438_400_000
_SPAN = 180 * 86_400_000
_MOST_PLANS = 64
_BODIES = (
    "Your parcel is on its way.",
    "Your appointment is tomorrow at 10:30.",
    "Thank you for your order!",
    "Your table for two is booked: see you tonight.",
    "We could not reach you today. When may we try again?",
    "Grüße aus Zürich: Ihre Bestellung ist da.",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts that a caller gives of a world, for which see `Generator.world`."""

    receipts: int | None = None
    outcomes: Sequence[Outcome] | None = None
    page_size: int | None = None
    in_service: bool = False
    stream: str | None = None
    start: str | None = None
    no_error: int | None = None


class Builder:
    """
    Makes worlds of scenarios.

    Args:
        vocabulary: what the contract document allows.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._courses: dict[Outcome, Course] = {}
        self._plans: dict[tuple[str, int | None], Fates] = {}

    def world(
        self,
        scenario: Scenario,
        rng: random.Random,
        facts: Facts,
        overrides: dict[str, Any] | None = None,
    ) -> World:
        """Return a world; see `Generator.world`."""
        changes = Overrides(overrides) if overrides else None
        plan = self._fates(scenario, facts)
        if changes:
            plan = self._plan(changes.outcomes(plan.outcomes))
        world = next(self.drafts(scenario, [rng], facts, plan)).world
        return changes.applied(world) if changes else world

    def drafts(
        self,
        scenario: Scenario,
        rngs: Iterable[random.Random],
        facts: Facts,
        plan: Fates | None = None,
    ) -> Iterator[Draft]:
        """Yield a draft of a world for each generator of random numbers; see `Generator.world`."""
        if facts.stream is not None and facts.stream not in STREAMS:
            raise UsageError(f"unknown stream {facts.stream!r}; use {', '.join(STREAMS)}")
        plan = self._fates(scenario, facts) if plan is None else plan
        vocabulary, of = self._vocabulary, self._vocabulary.makers
        makers = of["sid"], of["participant_sid"]
        page_size = facts.page_size or scenario.page_size or vocabulary.page_sizes[1]
        no_error = vocabulary.no_error if facts.no_error is None else facts.no_error
        manner = facts.stream or scenario.stream
        given = None if facts.start is None else milliseconds(facts.start)
        for rng in rngs:
            draw = rng.random
            owners = (
                of["account_sid"](rng),
                of["chat_service_sid"](rng),
                of["conversation_sid"](rng),
            )
            begin = _EPOCH + int(draw() * _SPAN) if given is None else given
            agents = tuple([makers[1](rng) for _ in range(scenario.agents)])
            identity = *owners, of["message_sid"](rng)
            answered = begin + 40 + int(draw() * 100)
            author = f"agent-{int(draw() * 90) + 10}" if agents else "system"
            message = author, _BODIES[int(draw() * len(_BODIES))], int(draw() * 200)
            yield Draft(
                rng,
                makers,
                plan,
                scenario.name,
                identity,
                agents,
                begin,
                answered,
                message,
                (manner, rng.getrandbits(32)),
                page_size,
                no_error,
                facts.in_service,
            )

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
        Return the world of a message that an application posted.

        Args:
            message: the message.
            recipients: SID of each participant who gets a receipt, and what becomes of it.
            rng: decides what the outcomes leave open.
            begin: when it was posted; its own date can be another.
            identity: `account_sid`, `chat_service_sid`, `conversation_sid` and `agents`.
        """
        seed = rng.getrandbits(32)
        makers = self._vocabulary.makers
        made = draw_receipts(
            rng,
            begin,
            self._plan([outcome for _, outcome in recipients]).courses,
            (makers["sid"], makers["participant_sid"]),
        )
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

    def _fates(self, scenario: Scenario, facts: Facts) -> Fates:
        """Return what becomes of each recipient, as the facts or else the scenario say."""
        if facts.outcomes is not None:
            return self._plan(facts.outcomes)
        key = scenario.name, facts.receipts
        if len(self._plans) > _MOST_PLANS:
            self._plans.clear()
        if key not in self._plans:
            self._plans[key] = self._plan(_outcomes(scenario, facts.receipts))
        return self._plans[key]

    def _plan(self, outcomes: Sequence[Outcome]) -> Fates:
        for outcome in set(outcomes) - self._courses.keys():
            self._courses[outcome] = self._course(outcome)
        return Fates(outcomes, [self._courses[outcome] for outcome in outcomes])

    def _course(self, outcome: Outcome) -> Course:
        own = channel(outcome.channel)
        stages = []
        for status in statuses_up_to(outcome.status):
            low, high = LATE if outcome.late and status == outcome.status else delay(status)
            stages.append(
                Stage(
                    status, low, high - low, self._codes(outcome, own) if status in FAILURES else ()
                )
            )
        return Course(own.name, self._vocabulary.channel_maker(own.prefix), tuple(stages))

    def _codes(self, outcome: Outcome, own: Channel) -> tuple[int, ...]:
        """Return the error codes to draw from; half of all failures have a usual cause."""
        if outcome.error_code != ANY:
            return (outcome.error_code,)
        known = tuple(code for code in self._vocabulary.error_codes if code in own.codes)
        usual = tuple(code for code in own.usual if code in known or not known)
        return (*known, *usual * (len(known) // max(1, len(usual)))) or known or usual


def _outcomes(scenario: Scenario, receipts: int | None) -> list[Outcome]:
    count = scenario.receipts if receipts is None else receipts
    if count < 0:
        raise UsageError(f"a message has no {count} receipts")
    if count and not scenario.outcomes:
        raise UsageError(
            f"{scenario.name} has no receipts: choose another scenario, such as all-delivered"
        )
    return list(islice(cycle(scenario.outcomes), count)) if scenario.outcomes else []
