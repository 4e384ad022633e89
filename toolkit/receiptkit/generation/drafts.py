"""A world that is drawn step by step: its message first, its receipts when they are needed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from receiptkit.generation.scenarios import Outcome
from receiptkit.generation.vocabulary import Maker
from receiptkit.generation.world import Message, Receipt, Step, World, last_moment

#: How long after the first webhook the call returns, if the webhook is first; in milliseconds.
_LATE_ANSWER = 700


class Stage(NamedTuple):
    """
    A status on the way, how long it takes at the least and how much more, and the error codes it
    can have.
    """

    status: str
    low: int
    span: int
    codes: tuple[int, ...]


class Course(NamedTuple):
    """
    The course of a recipient.

    Attributes:
        channel: sms, mms or whatsapp.
        sid_of: makes the SID of the message in the channel.
        stages: the statuses on the way.
    """

    channel: str
    sid_of: Maker
    stages: tuple[Stage, ...]


class Fates:
    """
    The fate of the recipients of a world.

    Attributes:
        outcomes: what becomes of each.
        courses: how.
    """

    __slots__ = ("courses", "outcomes")

    def __init__(self, outcomes: Sequence[Outcome], courses: Sequence[Course]) -> None:
        self.outcomes = outcomes
        self.courses = courses


class Draft:
    """
    A world without its receipts. `receipts` draws them, as `world` does.

    Attributes:
        plan: what becomes of its recipients.
        identity: the SIDs of account, Conversation Service, conversation and message.
        begin: when the message is created, in milliseconds since 1970.
        message: author, text and index of the message.
        stream: in which manner its webhooks arrive, and with which seed.
    """

    __slots__ = (
        "_answered",
        "_makers",
        "_receipts",
        "_rng",
        "_scenario",
        "_world",
        "agents",
        "begin",
        "identity",
        "in_service",
        "message",
        "no_error",
        "page_size",
        "plan",
        "stream",
    )

    def __init__(
        self,
        rng: random.Random,
        makers: tuple[Maker, Maker],
        plan: Fates,
        scenario: str,
        identity: tuple[str, str, str, str],
        agents: tuple[str, ...],
        begin: int,
        answered: int,
        message: tuple[str, str, int],
        stream: tuple[str, int],
        page_size: int,
        no_error: int | None,
        in_service: bool,
    ) -> None:
        self._rng = rng
        self._makers = makers
        self.plan = plan
        self._scenario = scenario
        self.identity = identity
        self.agents = agents
        self.begin = begin
        self._answered = answered
        self.message = message
        self.stream = stream
        self.page_size = page_size
        self.no_error = no_error
        self.in_service = in_service
        self._receipts: tuple[Receipt, ...] | None = None
        self._world: World | None = None

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """Return the receipts."""
        if self._receipts is None:
            self._receipts = draw_receipts(self._rng, self.begin, self.plan.courses, self._makers)
        return self._receipts

    @property
    def answered(self) -> int:
        """Return when the call that created the message returned."""
        receipts = self.receipts if self.stream[0] == "receipt-before-message" else ()
        if receipts and receipts[0].steps:
            return receipts[0].steps[0].at + _LATE_ANSWER
        return self._answered

    @property
    def end(self) -> int:
        """Return the moment after which nothing happens."""
        return last_moment(self.answered, self.receipts)

    @property
    def world(self) -> World:
        """Return the world."""
        if self._world is None:
            self._world = self._whole()
        return self._world

    def _whole(self) -> World:
        receipts, agents = self.receipts, self.agents
        account_sid, chat_service_sid, conversation_sid, sid = self.identity
        author, body, index = self.message
        author_sid = agents[0] if agents else None
        return World(
            self._scenario,
            account_sid,
            chat_service_sid,
            conversation_sid,
            Message(sid, self.begin, self.answered, author, author_sid, body, "{}", index),
            agents,
            receipts,
            self.in_service,
            self.page_size,
            self.stream,
            self.no_error,
        )


def whole(drawn: World | Draft) -> World:
    """Return the world of a draft; a world itself."""
    return drawn.world if isinstance(drawn, Draft) else drawn


def draw_receipts(
    rng: random.Random, begin: int, courses: Sequence[Course], makers: tuple[Maker, Maker]
) -> tuple[Receipt, ...]:
    """
    Return one receipt for each course.

    Each draws equally often, so that another outcome leaves the other receipts as they are.
    """
    sid_of, participant_of = makers
    # This is as quick as tuples; the constructors of the classes take twice as long.
    draw, new = rng.random, tuple.__new__
    made = []
    created = begin + 140
    for channel, channel_sid_of, stages in courses:
        created += 1 + int(draw() * 20)
        drawn = draw(), draw(), draw(), draw()
        at = created
        steps = []
        for (status, low, span, codes), part in zip(stages, drawn):  # noqa: B905 # some are left
            at += low + int(part * span)
            code = codes[int(drawn[3] * len(codes))] if codes else None
            steps.append(new(Step, (status, at, code)))
        sid, participant_sid, channel_sid = sid_of(rng), participant_of(rng), channel_sid_of(rng)
        values = sid, participant_sid, channel, channel_sid, created, tuple(steps)
        made.append(new(Receipt, values))
    return tuple(made)
