"""Costs of generating, beside the same receipts made naively with Faker, and constant ones as JSON."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qsl

import orjson
import yaml
from faker import Faker

from receiptkit.generation import Generator
from receiptkit.generation.outputs import FORMS, Output, RenderOptions
from receiptkit.model.limits import collector_off

_FIRST, _LAST = datetime(2026, 3, 1, tzinfo=timezone.utc), datetime(2026, 9, 1, tzinfo=timezone.utc)
_CODES = (30003, 30005, 30006, 30007, 30008, 21610)


def naive(fake: Faker, count: int) -> None:
    """Receipts as one would make them: a message for every 50, `hexify` for SIDs, `date_time_between` for dates, no relation between them."""
    for _ in range(count // 50):
        account, conversation, message = (
            fake.hexify(f"{prefix}{'^' * 32}") for prefix in ("AC", "CH", "IM")
        )
        for _ in range(50):
            sid = fake.hexify(f"DY{'^' * 32}")
            status = fake.random_element(("read", "failed", "delivered", "undelivered", "sent"))
            created, updated = (fake.date_time_between(_FIRST, _LAST) for _ in range(2))
            orjson.dumps(
                {
                    "account_sid": account,
                    "conversation_sid": conversation,
                    "sid": sid,
                    "message_sid": message,
                    "channel_message_sid": fake.hexify(f"SM{'^' * 32}"),
                    "participant_sid": fake.hexify(f"MB{'^' * 32}"),
                    "status": status,
                    "error_code": fake.random_element(_CODES)
                    if status in ("failed", "undelivered")
                    else None,
                    "date_created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "date_updated": updated.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "url": f"https://conversations.twilio.com/v1/Conversations/{conversation}/Messages/{message}/Receipts/{sid}",
                }
            )


def coherent(generator: Generator, count: int) -> None:
    """Receipts of worlds with 50 of them each, every outcome among them."""
    for seed in range(count // 50):
        for row in generator.at(generator.world("full-house", seed=seed)).iter_receipts():
            orjson.dumps(row)


def pages(generator: Generator, count: int) -> None:
    """Generate the same receipts on pages, each checked by the contract as `receiptkit generate` does."""
    for seed in range(count // 50):
        for page in generator.at(generator.world("full-house", seed=seed)).pages():
            assert generator.contract.check(page, operation="page") == []
            orjson.dumps(page)


def constant(row: dict[str, Any], count: int) -> None:
    for _ in range(count):
        orjson.dumps(row)


def rates(runs: int, count: int = 20_000) -> None:
    """Receipts per second, in turn."""
    fake, generator = Faker(), Generator()
    fake.seed_instance(1)
    row = generator.at(generator.world("agent-and-sms")).receipt()
    makers: dict[str, Callable[[int], None]] = {
        "naively with Faker": lambda some: naive(fake, some),
        "worlds": lambda some: coherent(generator, some),
        "worlds, pages, judged": lambda some: pages(generator, some),
        "a constant, JSON alone": lambda some: constant(row, some),
    }
    took: dict[str, list[float]] = {name: [] for name in makers}
    for _ in range(runs):
        for name, make in makers.items():
            some = count // 5 if make is makers["naively with Faker"] else count
            start = time.perf_counter()
            make(some)
            took[name].append((time.perf_counter() - start) / some)
    print("\nreceipts made per second, JSON included, in turn")
    for name, seconds in took.items():
        ratio = statistics.median(
            base / each for base, each in zip(took["naively with Faker"], seconds, strict=True)
        )
        print(
            f"  {name:24} {1 / statistics.median(seconds):9,.0f}   {ratio:5.1f} times the naive ones"
        )


_FORMS = (
    "pages",
    "receipts",
    "message",
    "webhook",
    "form",
    "requests",
    "har",
    "cassette",
    "ndjson",
)
_WORLDS = {"agent-and-sms": 1000, "group-sms": 400, "full-house": 60}


def beside_json(runs: int) -> None:
    """Print how many times as long each form takes as `json.dumps` of what it holds."""
    print(
        "\nprocessor time of each form as a multiple of `json.dumps` of the same content, in turn"
    )
    print(f"  {'worlds':22}" + "".join(f"{form:>10}" for form in _FORMS))
    for name, count in _WORLDS.items():
        ratios = [_beside_json(name, count, form, runs) for form in _FORMS]
        print(f"  {f'{count} of {name}':22}" + "".join(f"{ratio:10.1f}" for ratio in ratios))


def _beside_json(name: str, count: int, form: str, runs: int) -> float:
    """Return the median ratio; the shapes of a form are learnt in the first of its runs."""
    generator = Generator()
    output = Output(generator, RenderOptions(), lambda finding: None)

    def write() -> bytes:
        worlds = generator.drafts(name, range(count))
        return b"".join(FORMS[form](output, worlds))

    content = _content(form, write())
    ratios = []
    # As the command does.
    with collector_off():
        for _ in range(runs):
            ours = _busy(write)
            ratios.append(ours / _busy(lambda: [json.dumps(each) for each in content]))
    return statistics.median(ratios)


def _busy(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def _content(form: str, written: bytes) -> list[Any]:
    """Return the values that a file of a form holds."""
    if form == "har":
        return list(json.loads(written)["log"]["entries"])
    if form == "cassette":
        return list(yaml.load(written, Loader=yaml.CSafeLoader)["interactions"])
    lines = written.splitlines()
    return [
        dict(parse_qsl(each.decode())) if form == "form" else json.loads(each) for each in lines
    ]
