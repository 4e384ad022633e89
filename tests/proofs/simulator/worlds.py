"""Make worlds: messages to a few recipients, with every life that a receipt can have."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

from .model import (
    EPOCH,
    FOLLOWING,
    OTT_CODES,
    SMS_CODES,
    Configuration,
    Conversation,
    Manner,
    Message,
    Receipt,
    State,
    World,
    sid,
)
from .switches import is_simulated
from .webhooks import EVENT

HOOKS = (
    "https://hooks.example.com/twilio/conversations",
    "https://hooks.example.com/twilio/conversations?tenant=7&via=a%20b",
    "https://hooks.example.com:8443/receipts",
)
#: How long a state lasts, in milliseconds: below a second, about one, and long.
LASTING = (5, 300, 900, 1_000, 1_001, 4_000, 60_000)


def manner(rng: Random) -> Manner:
    """Return choices that go together."""
    order = rng.choice(("created", "created", "newest", "sid"))
    return Manner(
        no_code=rng.choice((None, 0)),
        updated_at_birth=rng.random() < 0.5,
        rounds=rng.random() < 0.3,
        order=order,
        # Offsets into a list that grows before its end show receipts twice.
        cursor=rng.choice(("offset", "key"))
        if order == "created" or is_simulated("shifted-offsets")
        else "key",
        token=rng.choice(("plain", "time", "opaque")),
        looks_ahead=rng.random() < 0.7,
        tokens_back=rng.random() < 0.3,
        counts_expected=rng.random() < 0.5,
        zeros=rng.random() < 0.5,
        undelivered_sent=rng.random() < 0.5,
        failed_sent=rng.random() < 0.5,
        links_as_asked=rng.random() < 0.3,
        dates=rng.choice(("ms", "ms", "ms", "seconds", "offset")),
        channel_waits=rng.random() < 0.3,
        names_account=rng.random() < 0.95,
        edited_never=rng.random() < 0.2,
    )


def world(rng: Random, seen: Counter[str], *, is_dense: bool) -> World:
    """Return a world of one to four messages; a dense one has one, whose receipts come while lists are walked."""
    found = World(sid("AC", rng), sid("IS", rng), manner(rng), [])
    for _ in range(1 if is_dense else rng.choice((1, 1, 2))):
        name = f"order {rng.randrange(10**6)}/é" if rng.random() < 0.3 else None
        conversation = Conversation(sid("CH", rng), name)
        for index in range(1 if is_dense else rng.choice((1, 1, 2))):
            made = message(rng, conversation, seen, is_dense=is_dense)
            found.messages.append(replace(made, index=index, **authorship(made, seen)))
    found.configurations = configurations(rng)
    return found


def message(
    rng: Random, conversation: Conversation, seen: Counter[str], *, is_dense: bool
) -> Message:
    """Return a message with none to fifty receipts."""
    sent = EPOCH + rng.randrange(20_000)
    count = rng.choice((0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 50 if rng.random() < 0.05 else 3))
    if is_dense:
        count = rng.choice((1, 2, 3, 4, 5))
    gaps = (5, 300, 900) if is_dense else (5, 900, 8_000, 60_000)
    is_late = rng.random() < 0.5
    born = sent + rng.randrange(200, 3_000)
    receipts = []
    for _ in range(count):
        receipts.append(receipt(rng, born, seen))
        # Only a message that is late has receipts that were created when others can have ended.
        born += rng.choice(gaps) if is_late else 0
    seen[f"message with {count} receipts"] += 1
    seen["message with late receipts"] += is_late
    return Message(sid("IM", rng), conversation, sent, tuple(receipts), is_late)


def authorship(made: Message, seen: Counter[str]) -> dict[str, Any]:
    """Return who wrote a message and what became of it, by draws of its own."""
    own = Random(made.sid)
    found: dict[str, Any] = {}
    if own.random() < 0.4:
        found["author"] = sid("MB", own)
        seen["message by a participant"] += 1
        if own.random() < 0.3:
            found["left"] = made.created + own.randrange(40_000)
            seen["author who left"] += 1
    if own.random() < 0.3:
        found["edited"] = made.created + own.randrange(40_000)
        seen["message edited"] += 1
    return found


def receipt(rng: Random, born: int, seen: Counter[str]) -> Receipt:
    """Return a receipt that begins in any state and lives on at random."""
    channel = rng.choice(("SM", "SM", "MM", "WA", "WA", "FB"))
    status: str | None = rng.choice(
        (None, None, "sent", "sent", "failed", "undelivered", "delivered")
    )
    states = [State(born, status, code(rng, status, channel))]
    path = [status or "null"]
    at = born + 300
    while (ways := following(status, channel)) and rng.random() < 0.9:
        status = rng.choice(ways)
        at += rng.choice(LASTING)
        states.append(State(at, status, code(rng, status, channel)))
        path.append(status or "null")
    seen[f"path {' '.join(path)}"] += 1
    return Receipt(sid("DY", rng), sid("MB", rng), sid(channel, rng), tuple(states))


def following(status: str | None, channel: str) -> tuple[str, ...]:
    """Return the statuses that can come next."""
    is_sms = channel in ("SM", "MM")
    return tuple(each for each in FOLLOWING[status] if not (is_sms and each == "read"))


def code(rng: Random, status: str | None, channel: str) -> int:
    """Return an error code of the channel for a failure, 0 for anything else."""
    if status not in ("failed", "undelivered"):
        return 0
    return rng.choice(SMS_CODES if channel in ("SM", "MM") else OTT_CODES)


def configurations(rng: Random) -> list[Configuration]:
    """Return the configuration of the account, which may be changed once."""
    found = []
    for at in [0, EPOCH + rng.randrange(60_000)][: rng.choice((1, 1, 2))]:
        filters = (
            EVENT,
            *rng.sample(("onMessageAdded", "onParticipantAdded", "onConversationUpdated"), 2),
        )
        method = rng.choice(("POST", "POST", "POST", "GET"))
        found.append(
            Configuration(at, method, rng.choice(HOOKS), tuple(rng.sample(filters, len(filters))))
        )
    return found
