"""Worlds with one receipt, of which a few things are said and the rest is drawn so that it fits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, TypeVar

from receiptkit.errors import UsageError
from receiptkit.generation.channels import CHANNELS, channel
from receiptkit.generation.generator import Generator
from receiptkit.generation.scenarios import ANY, Outcome
from receiptkit.generation.world import World

#: As a status: one that the channel can have, drawn at random. None is a status, too.
DRAWN: Any = object()
_Choice = TypeVar("_Choice")


def single(
    generator: Generator,
    rng: random.Random,
    status: str | None = DRAWN,
    channel_name: str | None = None,
    error_code: int = ANY,
    *,
    in_service: bool = False,
    told: bool = False,
) -> World:
    """
    A world with one receipt.

    Args:
        generator: what makes it.
        rng: decides about what is not said.
        status: its last status, None for null.
        channel_name: sms, mms or whatsapp; one that can have the status by default.
        error_code: of a failure.
        in_service: whether its renderings are those of the service-scoped API.
        told: whether there is to be a webhook that tells of it.

    Raises:
        UsageError: there is no such channel, or a receipt without a status is to have a webhook.
        RefusedError: the contract forbids what was asked for.
    """
    if told and status is None:
        raise UsageError("a receipt without a status has no webhook")
    given = status is not DRAWN or error_code != ANY
    if channel_name is None:
        channel_name = drawn(rng, [name for name, each in CHANNELS.items() if status in (DRAWN, None, *each.statuses)] or ["sms"])
    if status is DRAWN:
        status = drawn(rng, list(_statuses(generator, channel(channel_name).statuses, told=told)))
    outcome = Outcome(channel_name, status, error_code)
    return generator.world("agent-and-sms", seed=rng, receipts=1, outcomes=[outcome], in_service=in_service, check=given)


def drawn(rng: random.Random, choices: list[_Choice]) -> _Choice:
    """One of the choices."""
    return choices[int(rng.random() * len(choices))]


def _statuses(generator: Generator, of_channel: tuple[str, ...], *, told: bool) -> Iterator[str | None]:
    for status in generator.vocabulary.statuses:
        if status in of_channel or (status is None and not told):
            yield status
