"""The worlds of scenarios: how they come into a server."""

from __future__ import annotations

from functools import partial
from typing import Any

from receiptkit.generation import World
from receiptkit.generation.world import webhook_date
from receiptkit.model.errors import UsageError
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.resources import Conversation
from receiptkit.server.settings import bounded_seed, check_receipts, check_start
from receiptkit.server.state import State

#: What every world of a server shares: it is one account with one service.
_SHARED = ("account_sid", "chat_service_sid")


def load_some(state: State, count: int) -> bool:
    """Make some more of the worlds at the start; return True if there are others left."""
    worlds = state.worlds_to_load(count)
    for name, seed in worlds:
        load_world(state, name, seed, receipts=state.settings.receipts)
    if len(worlds) == count:
        return True
    state.end_loading()
    return False


def load_world(state: State, name: str, seed: int = 0, **facts: Any) -> LiveWorld:
    """
    Let a world begin. One that is there already begins anew.

    Args:
        state: the state of the server.
        name: its scenario.
        seed: of the world.
        facts: those of `Generator.world` that `Control.load` names. In a conversation that has
            messages, the world begins at the date of the conversation by default.

    Raises:
        UsageError: the scenario or fact is unknown, or the contract forbids it.
    """
    start, chosen = facts.pop("start", None), facts.pop("set", None)
    own = {**_shared(state), **_checked(chosen)}
    if facts.get("no_error") not in (None, 0):
        raise UsageError(f"no_error {facts['no_error']}: without an error there is 0, or null")
    check_receipts(facts.get("receipts"))
    facts |= {"seed": bounded_seed(seed), "check": bool(chosen or facts.get("outcomes"))}
    make = partial(state.generator.world, name, **facts)
    settled = state.settings.start and webhook_date(state.epoch + state.clock.reading)
    begin = check_start(start) if start is not None else settled or None
    world = make(start=begin, set=own)
    conversation = state.store.conversations.get(world.conversation_sid)
    if conversation is not None and any(
        life.sid != world.message.sid for life in conversation.messages
    ):
        begin = check_start(start or webhook_date(conversation.moment(state.clock.reading)))
        world = make(start=begin, set={"message.index": conversation.next_index, **own})
    return _begin(state, name, seed, world, conversation)


def _shared(state: State) -> dict[str, str]:
    return {fact: getattr(state.identity, fact) for fact in _SHARED}


def _checked(chosen: Any) -> dict[str, Any]:
    """Return the facts by path that a caller sets; those of the server cannot be set."""
    if chosen is not None and not isinstance(chosen, dict):
        raise UsageError("set must be a mapping of facts by path, such as message.body")
    if any(fact in (chosen or {}) for fact in _SHARED):
        raise UsageError(
            f"{' and '.join(_SHARED)} are those of the server: every world has the same"
        )
    return chosen or {}


def _begin(
    state: State, name: str, seed: int, world: World, conversation: Conversation | None
) -> LiveWorld:
    reading = state.clock.reading
    life = LiveWorld(state.generator, world, seed, reading)
    if conversation is None:
        conversation = Conversation(
            number=state.store.take_number(),
            sid=world.conversation_sid,
            service=world.chat_service_sid,
            epoch=world.message.created - reading,
            created=world.message.created,
            updated=world.message.created,
            unique_name=None if name in state.store.default.names else name,
            idle_since=reading,
        )
        state.store.add_conversation(conversation)
    before = conversation.messages.get(world.message.sid)
    if before is not None:
        conversation.messages.remove(before)
    if any(each.number == life.number for each in conversation.messages):
        raise UsageError(
            f"message.index {life.number} is that of another message; use {conversation.next_index}"
        )
    if not len(conversation.messages):
        conversation.epoch = world.message.created - reading
    state.add_message(conversation, life)
    conversation.drawn.append(life)
    return life
