"""Simulate one story: a world, the processes that watch it, and the captures that they leave."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import NamedTuple

from .api import API, Api
from .captures import FORMATS
from .clients import Client
from .model import EPOCH, World
from .records import Record
from .switches import is_simulated
from .webhooks import Receiver, deliveries
from .worlds import world

REGION = "https://conversations.dublin.ie1.twilio.com"
GATEWAYS = ("https://gateway.example.com/twilio", "http://localhost:4010")


class Captures(NamedTuple):
    """
    The captures of a story.

    Attributes:
        files: names and contents.
        options: of `receiptkit validate`.
        observations: how many observations the files hold.
        seen: counts of what the story covers.
    """

    files: list[tuple[str, bytes]]
    options: tuple[str, ...]
    observations: int
    seen: Counter[str]


def simulate(seed: int, *, has_base: bool = False) -> Captures:
    """
    Return the captures of a story.

    Args:
        seed: the same seed gives the same captures.
        has_base: whether receiptkit has the option `--api-base-url`; gateways are simulated only then.
    """
    rng = Random(seed)
    seen: Counter[str] = Counter()
    is_dense = rng.random() < 0.5
    lived = world(rng, seen, is_dense=is_dense)
    is_signed = rng.random() < 0.5
    gateway = rng.choice(GATEWAYS) if rng.random() < 0.15 else None
    gateway = gateway if has_base else None
    base = gateway or rng.choice((API, API, API, REGION))
    # A gateway may rewrite the links in answers, or leave them alone.
    links = API if gateway and rng.random() < 0.5 else base
    if gateway:
        seen[f"gateway that {'keeps' if links == API else 'rewrites'} links"] += 1
    polled = _polled(lived, gateway, base, links, rng, seen, is_dense=is_dense)
    received = _received(lived, rng, seen, is_signed=is_signed)
    files, is_joined, observations = _files(
        polled, received, f"{seed:05}", rng, seen, is_signed=is_signed
    )
    options = ("--join",) * is_joined + ("--auth-token-env", "SIMULATOR_TOKEN") * is_signed
    if gateway:
        options += ("--api-base-url", gateway)
    return Captures(files, options, observations, seen)


def _polled(
    lived: World,
    gateway: str | None,
    base: str,
    links: str,
    rng: Random,
    seen: Counter[str],
    *,
    is_dense: bool,
) -> list[list[Record]]:
    """Return what each process notes of its requests."""
    count = rng.choice((1, 1, 2, 3))
    mixes = rng.random() < 0.4
    first = lived.messages[0].created + 200
    in_service = rng.random() < 0.5
    found = []
    for number in range(count):
        own = in_service ^ (mixes and number % 2 == 1)
        seen[f"client {'under /Services' if own else 'of the default scope'}"] += 1
        # Beside a gateway, somebody may ask the API itself.
        around = gateway is not None and number % 2 == 1
        client = Client(
            f"client {number}",
            Api(lived, API if around else links),
            API if around else base,
            rng,
            seen,
            own,
            first if is_dense else EPOCH + rng.randrange(8_000),
            is_alone=count == 1,
            writes_anew=rng.random() < 0.2,
            is_dense=is_dense,
        )
        if number == 0:
            if rng.random() < 0.3:
                client.create(lived.messages[0])
            for told in lived.configurations[1:]:
                client.update_configuration(told)
        lasting = 8_000 if is_dense else rng.choice((5_000, 30_000, 120_000))
        found.append(client.run(client.now + lasting))
    seen[f"clients {count}"] += 1
    return found


def _received(
    lived: World, rng: Random, seen: Counter[str], *, is_signed: bool
) -> list[list[Record]]:
    """Return what each process notes of the webhooks it receives."""
    notes = ["full", "full", "path", "forwarded"] + ["upstream"] * is_simulated("upstream-url")
    names = ("receiver a", "receiver b")[: rng.choice((1, 2))]
    receivers = [Receiver(name, rng.choice(notes), is_signed) for name in names]
    arrived = list(deliveries(lived, receivers, rng, seen, in_service=rng.random() < 0.9))
    for each in arrived:
        seen[f"webhook {each.method}{', signed' if is_signed else ''}"] += 1
    return [[each for each in arrived if each.process == name] for name in names]


def _files(
    polled: list[list[Record]],
    received: list[list[Record]],
    name: str,
    rng: Random,
    seen: Counter[str],
    *,
    is_signed: bool,
) -> tuple[list[tuple[str, bytes]], bool, int]:
    """Return the files of a story, True if they belong together, and how many observations they hold."""
    way = rng.choice(("one file", "one file", "files, joined", "files"))
    seen[f"captured in {way}"] += 1
    groups = [*polled, *received]
    if way == "one file":
        groups = [[record for group in groups for record in group]]
    files, observations = [], 0
    for number, group in enumerate(groups):
        shape = _format(group, rng, is_signed=is_signed)
        suffix, write = FORMATS[shape]
        seen[f"format {shape}"] += 1
        content = write(group)
        if shape.startswith("forms"):
            observations += len(content.splitlines())
        elif shape == "bodies":
            observations += sum(
                bool(each.parameters or isinstance(each.body, dict)) for each in group
            )
        else:
            observations += len(group)
        if group and content:
            files.append((f"{name}-{number}.{suffix}", content))
    return files, way == "files, joined", observations


def _format(group: list[Record], rng: Random, *, is_signed: bool) -> str:
    shapes = ["ndjson", "ndjson", "har", "har", "array", "exchanges", "ndjson, gzip"]
    if not is_signed:
        # What holds neither headers nor URLs cannot be checked for its signature.
        shapes += ["bodies"]
        if group and all(record.parameters for record in group):
            shapes += ["forms", "forms, CRLF"]
    return rng.choice(shapes)
