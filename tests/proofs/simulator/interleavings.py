"""Enumerate every order in which the webhooks and polls of one receipt can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from random import Random

from .api import Api
from .model import (
    EPOCH,
    FOLLOWING,
    Configuration,
    Conversation,
    Manner,
    Message,
    Receipt,
    State,
    World,
    sid,
)
from .notebook import Notebook, batched
from .stories import Captures
from .webhooks import EVENT
from .worlds import HOOKS

#: Statuses that a receipt can begin with.
BEGINNINGS = (None, "sent", "delivered", "failed", "undelivered")
#: The gaps between states, in milliseconds, from just before a full second on.
CLOCKS = {"at once": 1, "across a second": 400, "a second": 1_000, "slowly": 5_000}
Statuses = tuple[str | None, ...]
#: What was seen, as text and number: a webhook about a state, or a poll that showed it.
Seen = tuple[tuple[str, int], ...]


def paths(begun: Statuses | None = None) -> Iterator[Statuses]:
    """Yield every way through the statuses."""
    if begun is None:
        for status in BEGINNINGS:
            yield from paths((status,))
        return
    yield begun
    for status in FOLLOWING[begun[-1]]:
        yield from paths((*begun, status))


@lru_cache(maxsize=64)
def orders(path: Statuses, polls: int, repeats: int, stale: int) -> tuple[Seen, ...]:
    """
    Return every order of webhooks and polls along a path.

    A webhook arrives at any time after its state, or never. At most so many polls, webhooks that come again, and stale responses.
    """
    found: set[Seen] = set()
    todo: list[tuple[Seen, int, int, int, int]] = [((), 0, polls, repeats, stale)]
    known = set(todo)
    while todo:
        seen, now, polls_left, repeats_left, stale_left = todo.pop()
        found.add(seen)
        steps = []
        if now + 1 < len(path):
            steps.append((seen, now + 1, polls_left, repeats_left, stale_left))
        for number in range(now + 1):
            again = ("webhook", number) in seen
            if path[number] is not None and (not again or repeats_left):
                steps.append(
                    (
                        (*seen, ("webhook", number)),
                        now,
                        polls_left,
                        repeats_left - again,
                        stale_left,
                    )
                )
        if polls_left:
            steps.append(((*seen, ("poll", now)), now, polls_left - 1, repeats_left, stale_left))
            if now and stale_left:
                steps.append(
                    ((*seen, ("poll", now - 1)), now, polls_left - 1, repeats_left, stale_left - 1)
                )
        for step in steps:
            if step not in known:
                known.add(step)
                todo.append(step)
    return tuple(sorted(order for order in found if len(order) > 1))


def interleavings(
    *,
    polls: int,
    repeats: int = 0,
    stale: int = 0,
    roundings: tuple[bool, ...] = (False, True),
    joined: bool = False,
) -> Iterator[Captures]:
    """Yield the histories of all paths, clocks and orders; joined ones have polls and webhooks in separate files."""
    rng = Random(16)

    def tell(note: Notebook, case: tuple[Statuses, str, bool, Seen]) -> None:
        statuses, clock, rounds, order = case
        _tell(note, statuses, CLOCKS[clock], order, rng, rounds=rounds)
        note.seen[f"path {' '.join(status or 'null' for status in statuses)}"] += 1
        note.seen[f"clock {clock}"] += 1
        note.seen["orders of webhooks and polls"] += 1

    cases = (
        (statuses, clock, rounds, order)
        for statuses, clock, rounds in product(paths(), CLOCKS, roundings)
        for order in orders(statuses, polls, repeats, stale)
    )
    name = f"order-{polls}{repeats}{stale}{'j' if joined else ''}"
    yield from batched(name, cases, tell, ("--join",) if joined else ())


def _tell(
    note: Notebook, path: Statuses, gap: int, order: Seen, rng: Random, *, rounds: bool
) -> None:
    manner = Manner(
        rounds=rounds,
        no_code=rng.choice((None, 0)),
        updated_at_birth=rng.random() < 0.5,
        dates=rng.choice(("ms", "ms", "seconds", "offset")),
    )
    world = World(sid("AC", rng), sid("IS", rng), manner, [])
    world.configurations = [Configuration(0, rng.choice(("GET", "POST")), HOOKS[0], (EVENT,))]
    born = EPOCH + 700
    states = tuple(
        State(born + gap * number, status, 63016 if status in ("failed", "undelivered") else 0)
        for number, status in enumerate(path)
    )
    receipt = Receipt(sid("DY", rng), sid("MB", rng), sid("WA", rng), states)
    message = Message(sid("IM", rng), Conversation(sid("CH", rng)), EPOCH, (receipt,))
    api, in_service, by_list = Api(world), rng.random() < 0.5, rng.random() < 0.5
    for kind, number in order:
        if kind == "webhook":
            note.hear("receiver", world, message, receipt, states[number])
        elif by_list:
            where = f"{api.path(message.conversation, in_service=in_service)}/Messages/{message.sid}/Receipts"
            note.ask("client", where, api.page(message, states[number].at, in_service=in_service))
        else:
            note.fetch("client", api, message, receipt, states[number].at, in_service=in_service)
