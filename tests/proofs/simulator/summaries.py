"""Enumerate what a summary can say of a few receipts, and every moment at which it can be fetched beside a list."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement, product
from random import Random
from typing import Any

from .api import Api
from .growth import Walker
from .model import EPOCH, Conversation, Manner, Message, Receipt, State, World, sid
from .notebook import Notebook, batched
from .stories import Captures

#: Lives of a receipt, a letter a state: null, sent, delivered, read, failed, undelivered.
LIVES = ("n", "s", "sd", "sdr", "sr", "sf", "su", "f", "u", "d", "dr", "nsdr", "nf")
SHORT_LIVES = ("nsdr", "sd", "su", "sf", "nf")
#: What is looked at: the list, the message, or one after the other.
LOOKS = ("L", "M", "LM", "ML")
_NAMES = {"n": None, "s": "sent", "d": "delivered", "r": "read", "f": "failed", "u": "undelivered"}
_LONG_AFTER = EPOCH + 10**7


def ends(*, most: int) -> Iterator[Captures]:
    """Yield the summary of every few receipts that have come to rest, before and after their list."""
    rng = Random(20)

    def tell(note: Notebook, case: Any) -> None:
        lives, counts_undelivered, counts_failed, looks, size, in_service = case
        manner = Manner(
            undelivered_sent=counts_undelivered, failed_sent=counts_failed, zeros=rng.random() < 0.5
        )
        api, message = _living([(EPOCH + 500, life) for life in lives], manner, rng)
        for look in looks:
            _look(note, api, message, look, _LONG_AFTER, size, in_service=in_service)
        note.seen[f"summaries of {len(lives)} receipts at rest"] += 1

    groups = [
        lives for count in range(most + 1) for lives in combinations_with_replacement(LIVES, count)
    ]
    cases = product(groups, (False, True), (False, True), ("LM", "MLM"), (1, 50), (False, True))
    yield from batched("ends", cases, tell)


def moments(*, lives: tuple[str, ...]) -> Iterator[Captures]:
    """Yield two receipts that change in every order, and are looked at, by list and message, twice at any moments."""
    rng = Random(21)

    def tell(note: Notebook, case: Any) -> None:
        merged, (first, second), one, other = case
        manner = Manner(updated_at_birth=rng.random() < 0.5, rounds=rng.random() < 0.5)
        api, message = _living_in_order(merged, manner, rng)
        in_service = rng.random() < 0.5
        for moment, looks in ((first, one), (second, other)):
            for look in looks:
                _look(
                    note, api, message, look, EPOCH + 500 + moment * 700, 50, in_service=in_service
                )
        note.seen["two receipts and two moments"] += 1

    cases = (
        (merged, pair, one, other)
        for mine, theirs in combinations_with_replacement(lives, 2)
        for merged in _merged(mine[1:], theirs[1:], (mine[0], theirs[0]))
        for pair in combinations_with_replacement(range(len(mine) + len(theirs) - 1), 2)
        for one, other in product(LOOKS, repeat=2)
    )
    yield from batched("moments", cases, tell)


#: The first states of two receipts, then which of them changes to what.
Merged = tuple[tuple[str, str], tuple[tuple[int, str], ...]]


def _merged(mine: str, theirs: str, first: tuple[str, str]) -> Iterator[Merged]:
    """Yield every order in which two receipts can change."""

    def orders(left: str, right: str) -> Iterator[tuple[tuple[int, str], ...]]:
        if not left and not right:
            yield ()
        if left:
            yield from (((0, left[0]), *rest) for rest in orders(left[1:], right))
        if right:
            yield from (((1, right[0]), *rest) for rest in orders(left, right[1:]))

    for order in orders(mine, theirs):
        yield first, order


def _living_in_order(merged: Merged, manner: Manner, rng: Random) -> tuple[Api, Message]:
    first, order = merged
    states = [[_state(EPOCH + 500, letter)] for letter in first]
    for number, (which, letter) in enumerate(order, 1):
        states[which].append(_state(EPOCH + 500 + number * 700, letter))
    return _told([tuple(each) for each in states], manner, rng)


def _living(lives: list[tuple[int, str]], manner: Manner, rng: Random) -> tuple[Api, Message]:
    """Return receipts with the lives that are given, each of which begins at a moment."""
    told = [
        tuple(_state(at + 700 * step, letter) for step, letter in enumerate(life))
        for at, life in lives
    ]
    return _told(told, manner, rng)


def _told(states: list[tuple[State, ...]], manner: Manner, rng: Random) -> tuple[Api, Message]:
    receipts = tuple(
        Receipt(sid("DY", rng), sid("MB", rng), sid("WA", rng), each) for each in states
    )
    message = Message(sid("IM", rng), Conversation(sid("CH", rng)), EPOCH, receipts)
    return Api(World(sid("AC", rng), sid("IS", rng), manner, [message])), message


def _state(at: int, letter: str) -> State:
    return State(at, _NAMES[letter], 63016 if letter in "fu" else 0)


def _look(
    note: Notebook,
    api: Api,
    message: Message,
    look: str,
    moment: int,
    size: int,
    *,
    in_service: bool,
) -> None:
    if look == "M":
        note.look("client", api, message, moment, in_service=in_service)
        return
    walker = Walker(note, api, message, size, in_service=in_service, at=moment)
    while not walker.is_at_end:
        walker.step(0)
