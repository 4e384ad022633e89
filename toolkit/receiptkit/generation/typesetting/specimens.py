"""Worlds that templates are made of, and the values in which their texts differ."""

from __future__ import annotations

from dataclasses import replace

from receiptkit.generation.stream import Event
from receiptkit.generation.world import Receipt, World, rest_date, webhook_date

#: By how much the dates of a world differ from those of another that is like it, in milliseconds.
LATER = 3 * 86_400_000
_TURNED = str.maketrans("0123456789abcdef", "fedcba9876543210")

#: The SIDs of account, Conversation Service, conversation and message.
Identity = tuple[str, str, str, str]


def identity_of(world: World) -> Identity:
    """Return the SIDs that every text of a world has."""
    return world.account_sid, world.chat_service_sid, world.conversation_sid, world.message.sid


def row_values(identity: Identity, receipt: Receipt) -> tuple[str, ...]:
    """Return the values of a receipt; the last two are its dates, of which one may be empty."""
    sid, participant_sid, _, channel_message_sid, created, steps = receipt
    updated = rest_date(steps[-1].at) if steps else ""
    return *identity, sid, participant_sid, channel_message_sid, rest_date(created), updated


def webhook_values(identity: Identity, event: Event, *, dated: bool = False) -> tuple[str, ...]:
    """Return the values of a webhook; with the date of its arrival, if the form has it."""
    sid, participant_sid, _, channel_message_sid, created, _ = event.receipt
    one, other = webhook_date(created), webhook_date(event.step.at)
    escaped = one.replace(":", "%3A"), other.replace(":", "%3A")
    values = *identity, sid, participant_sid, channel_message_sid, one, other, *escaped, event.token
    return (*values, webhook_date(event.arrives)) if dated else values


def like(world: World) -> World:
    """Return a world with other SIDs and dates, in which the same is equal and later."""
    message = world.message
    return replace(
        world,
        account_sid=_turned(world.account_sid),
        chat_service_sid=_turned(world.chat_service_sid),
        conversation_sid=_turned(world.conversation_sid),
        message=replace(
            message,
            sid=_turned(message.sid),
            participant_sid=message.participant_sid and _turned(message.participant_sid),
            created=message.created + LATER,
            answered=message.answered + LATER,
        ),
        agents=tuple(map(_turned, world.agents)),
        receipts=tuple(map(_later, world.receipts)),
    )


def _later(receipt: Receipt) -> Receipt:
    return receipt._replace(
        sid=_turned(receipt.sid),
        participant_sid=_turned(receipt.participant_sid),
        channel_message_sid=_turned(receipt.channel_message_sid),
        created=receipt.created + LATER,
        steps=tuple([step._replace(at=step.at + LATER) for step in receipt.steps]),
    )


def _turned(sid: str) -> str:
    return sid[:2] + sid[2:].translate(_TURNED)


def like_event(event: Event, receipt: Receipt) -> Event:
    """Return the webhook of a receipt of the other world."""
    step = event.step._replace(at=event.step.at + LATER)
    arrives, token = event.arrives + LATER, event.token[::-1]
    return event._replace(receipt=receipt, step=step, arrives=arrives, token=token)


def uniform(world: World) -> World:
    """Return a world with as many receipts, of which each has the fate of the first."""
    if not world.receipts:
        return world
    first = world.receipts[0]
    prefix = first.channel_message_sid[:2]
    alike = [
        first._replace(
            sid=each.sid,
            participant_sid=each.participant_sid,
            channel_message_sid=prefix + each.channel_message_sid[2:],
        )
        for each in world.receipts
    ]
    return replace(world, receipts=tuple(alike))
