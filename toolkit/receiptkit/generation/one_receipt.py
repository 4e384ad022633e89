"""Worlds with one receipt: some facts are chosen, the rest is random and fits."""

from __future__ import annotations

import random
from typing import Any, TypeVar

from receiptkit.generation.channels import CHANNELS, FAILURES, channel
from receiptkit.generation.generator import Generator
from receiptkit.generation.scenarios import ANY, Outcome
from receiptkit.generation.world import World
from receiptkit.model.errors import UsageError

#: The status that means: draw one that the channel can have. None is a status, too.
ANY_STATUS: Any = object()
_Choice = TypeVar("_Choice")


def make_single_world(
    generator: Generator,
    rng: random.Random,
    status: str | None = ANY_STATUS,
    channel_name: str | None = None,
    error_code: int | None = ANY,
    *,
    in_service: bool = False,
    has_webhook: bool = False,
) -> World:
    """
    Return a world with one receipt.

    Args:
        generator: what makes it.
        rng: decides what the caller left open.
        status: its last status, None for null.
        channel_name: sms, mms or whatsapp; one that can have the status by default.
        error_code: of a failure, which the status then is; 0 or None for no code.
        in_service: whether its renderings are those of the service-scoped API.
        has_webhook: True to make a webhook that reports it.

    Raises:
        UsageError: the channel is unknown, status and error code contradict each other, or a
            receipt without a status would need a webhook.
        RefusedError: the contract forbids what was asked for.
    """
    if has_webhook and status is None:
        raise UsageError("a receipt without a status has no webhook")
    given = status is not ANY_STATUS or error_code != ANY
    _agree(status, error_code)
    if channel_name is None:
        channel_name = _channel_name(rng, status, error_code)
    if status is ANY_STATUS:
        possible = _statuses(generator, channel(channel_name).statuses, has_webhook=has_webhook)
        if error_code != ANY:
            fitting = [each for each in possible if (each in FAILURES) is bool(error_code)]
            possible = fitting or possible
        status = draw(rng, possible)
    outcome = Outcome(channel_name, status, error_code or ANY)
    how: dict[str, Any] = {
        "in_service": in_service,
        "no_error": 0 if error_code == 0 else None,
        "check": given,
    }
    return generator.world("agent-and-sms", seed=rng, receipts=1, outcomes=[outcome], **how)


def _agree(status: str | None, error_code: int | None) -> None:
    if error_code == ANY:
        return
    if error_code is not None and (not isinstance(error_code, int) or isinstance(error_code, bool)):
        raise UsageError(f"error_code must be a number such as 30003, not {error_code!r}")
    if status is not ANY_STATUS and (status in FAILURES) is not bool(error_code):
        what = (
            "a failure has an error code"
            if status in FAILURES
            else f"an error code is that of {' or '.join(FAILURES)}"
        )
        raise UsageError(
            f"status {status!r} and error_code {error_code!r} contradict each other: {what}"
        )


def draw(rng: random.Random, choices: list[_Choice]) -> _Choice:
    """Return one of the choices."""
    return choices[int(rng.random() * len(choices))]


def _channel_name(rng: random.Random, status: str | None, error_code: int | None) -> str:
    """Return a channel that can have a status and an error code, as far as one can."""
    able = [name for name, each in CHANNELS.items() if status in (ANY_STATUS, None, *each.statuses)]
    return draw(
        rng, [name for name in able if error_code in CHANNELS[name].codes] or able or ["sms"]
    )


def _statuses(
    generator: Generator, of_channel: tuple[str, ...], *, has_webhook: bool
) -> list[str | None]:
    """Return the statuses that a receipt of a channel can have, and that a webhook reports."""
    return [
        status
        for status in generator.vocabulary.statuses
        if status in of_channel or (status is None and not has_webhook)
    ]
