"""The worlds of scenarios: how they come into a server."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from receiptkit.generation import Outcome, World
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


def load_world(
    state: State,
    name: str,
    seed: int = 0,
    *,
    receipts: int | None = None,
    outcomes: Sequence[Outcome] | None = None,
    stream: str | None = None,
    start: str | None = None,
    no_error: int | None = None,
    set: dict[str, Any] | None = None,  # noqa: A002 # the generator calls it so
) -> LiveWorld:
    """
    Let a world begin. One that is there already begins anew.

    Args:
        state: the state of the server.
        name: its scenario.
        seed: of the world.
        receipts: how many recipients there are.
        outcomes: what becomes of each of them.
        stream: how its webhooks arrive.
        start: its date; in a conversation that has messages it is the date of the
            conversation by default.
        no_error: what `error_code` is without an error, 0 or None.
        set: single facts by path.

    Raises:
        UsageError: the scenario or fact is unknown, or the contract forbids it.
    """
    if set is not None and not isinstance(set, dict):
        raise UsageError("set is a mapping of facts by path, such as message.body")
    facts = set or {}
    if any(fact in facts for fact in _SHARED):
        raise UsageError(
            f"{' and '.join(_SHARED)} are those of the server: every world has the same"
        )
    if no_error not in (None, 0):
        raise UsageError(f"no_error {no_error}: without an error there is 0, or null")
    check_receipts(receipts)
    shared = {fact: getattr(state.identity, fact) for fact in _SHARED}
    settled = state.settings.start and webhook_date(state.epoch + state.clock.reading)
    make = partial(
        state.generator.world,
        name,
        seed=bounded_seed(seed),
        receipts=receipts,
        outcomes=outcomes,
        stream=stream,
        no_error=no_error,
        check=bool(set or outcomes),
    )
    begin = check_start(start) if start is not None else settled or None
    world = make(start=begin, set={**shared, **facts})
    conversation = state.store.conversations.get(world.conversation_sid)
    if conversation is not None and any(
        life.sid != world.message.sid for life in conversation.messages
    ):
        begin = check_start(start or webhook_date(conversation.moment(state.clock.reading)))
        index = {"message.index": conversation.next_index}
        world = make(start=begin, set={**shared, **index, **facts})
    return _begin(state, name, seed, world, conversation)


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
