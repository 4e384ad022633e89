"""Worlds drawn at random, their findings, and what they show."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from receiptkit import Finding
from receiptkit.generation import ERRORS, SCENARIOS, STREAMS, Generator, World

#: Everything that worlds, taken together, have to show.
EVERYTHING = frozenset(
    [
        *(f"scenario {name}" for name in SCENARIOS),
        *(f"stream {name}" for name in STREAMS),
        *(
            f"status {status}"
            for status in ("sent", "delivered", "read", "failed", "undelivered", None)
        ),
        *(f"channel {prefix}" for prefix in ("SM", "WA")),
        *(f"codes {family}" for family in ("21xxx", "30xxx", "63xxx")),
        *("error_code null", "error_code 0", "date_updated null", "delivery null"),
        *(
            f"{name} {amount}"
            for name in ("sent", "delivered", "read", "failed", "undelivered")
            for amount in ("none", "some", "all")
        ),
        *("page empty", "page only", "page full", "page first", "page middle", "page last"),
        *("scope default", "scope service"),
        *("ErrorCode", "RetryCount 1"),
        *(f"error {name}" for name in ERRORS),
    ]
)


def worlds(generator: Generator, count: int, seed: int) -> Iterator[tuple[World, int]]:
    """So many worlds of random scenarios and parameters, each with a moment to look at it."""
    rng = random.Random(seed)
    names = list(SCENARIOS)
    for number in range(count):
        name = names[number % len(names)]
        most = 0 if name == "chat-only" else rng.choice([1, 3, 8, 50])
        world = generator.world(
            name,
            seed=rng,
            receipts=rng.choice([None, rng.randint(0, most)]),
            page_size=rng.choice([None, rng.randint(1, 50)]),
            in_service=rng.random() < 0.5,
            stream=rng.choice([None, *STREAMS]),
            no_error=rng.choice([None, 0]),
            check=False,
        )
        yield (
            world,
            rng.choice([world.end, world.end, rng.randint(world.message.created, world.end)]),
        )


def findings(generator: Generator, world: World, moment: int) -> list[Finding]:
    """Return the findings of every rendering of a world at a moment."""
    contract, rendering = generator.contract, generator.at(world, moment)
    found = [
        *contract.check_exchange(rendering.get_message()),
        *contract.check_exchange(rendering.get_configuration()),
    ]
    for exchange in (*rendering.get_pages(), *map(rendering.error, ERRORS)):
        found += contract.check_exchange(exchange)
    if next(rendering.iter_receipts(), None):
        found += contract.check_exchange(rendering.get_receipt())
    webhooks = generator.webhooks(world)
    for event in webhooks.events:
        found += contract.check_webhook(webhooks.request(event))
    return found


def shown(generator: Generator, world: World, moment: int) -> set[str]:
    """Return the parts of `EVERYTHING` that a world shows at a moment."""
    rendering = generator.at(world, moment)
    delivery = rendering.message()["delivery"]
    pages = list(rendering.pages())
    found = {
        f"scenario {world.scenario}",
        f"stream {world.stream[0]}",
        "scope service" if world.in_service else "scope default",
    }
    found |= (
        {"delivery null"}
        if delivery is None
        else {f"{name} {value}" for name, value in delivery.items()}
    )
    for row in rendering.receipts:
        found |= _of_receipt(row)
    for page in pages:
        found |= _of_page(page, len(pages))
    webhooks = generator.webhooks(world)
    for event in webhooks.events:
        parameters = webhooks.parameters(event)
        found |= {
            f"RetryCount {parameters['RetryCount']}",
            *(["ErrorCode"] if "ErrorCode" in parameters else []),
        }
    return found | {f"error {name}" for name in ERRORS if rendering.error(name).status >= 400}


def _of_receipt(row: dict[str, Any]) -> set[str]:
    code = row["error_code"]
    return {
        f"status {row['status']}",
        f"channel {row['channel_message_sid'][:2]}",
        f"codes {code // 1000}xxx" if code else f"error_code {'0' if code == 0 else 'null'}",
        *(["date_updated null"] if row["date_updated"] is None else []),
    }


def _of_page(page: dict[str, Any], count: int) -> set[str]:
    rows, number = len(page["delivery_receipts"]), page["meta"]["page"]
    found = (
        {"page empty"}
        if not rows
        else {"page full"}
        if rows == page["meta"]["page_size"]
        else set()
    )
    if count == 1:
        return found | {"page only"}
    return found | {
        "page first" if number == 0 else "page last" if number == count - 1 else "page middle"
    }
