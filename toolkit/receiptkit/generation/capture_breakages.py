"""Breakages of captures: a flaw in a text, in an exchange, or between observations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson

from receiptkit.generation import recording
from receiptkit.generation.breakage import PLAIN, rendered
from receiptkit.generation.fitting import fitted, fitted_text
from receiptkit.generation.generator import Generator
from receiptkit.generation.world import World
from receiptkit.rules.examples import Example
from receiptkit.rules.registry import Rule
from receiptkit.webhooks import AUTH_TOKEN

#: Rules on these leave their example unchecked, so an exchange that is checked follows it.
_LEAVES_UNCHECKED = {"unchecked", "response"}


class CaptureBreakage(NamedTuple):
    """
    One flaw in a capture of a few records, which conform but for it.

    Attributes:
        rule: the rule whose finding it causes.
        examples: what each record is, and what is changed in it.
        beside: rules whose findings it cannot but cause, too.
        scenario: a scenario whose worlds can have it.
    """

    rule: str
    examples: tuple[Example, ...]
    beside: tuple[str, ...] = ()
    scenario: str = PLAIN

    @property
    def is_signed(self) -> bool:
        """Return True if only those who know the auth token can see it."""
        return any(each.sample == "signed webhook" for each in self.examples)

    def capture(self, generator: Generator, seed: int = 0) -> bytes:
        """Return the capture as NDJSON; a text that is broken itself is the whole capture."""
        return self.of(generator, generator.world(self.scenario, seed=seed))

    def of(self, generator: Generator, world: World) -> bytes:
        """
        Return the capture of any world.

        Raises:
            LookupError, AttributeError, TypeError: the world cannot show it.
        """
        return b"".join(_line(generator, world, each) for each in self.examples)


def of_capture(rule: Rule) -> CaptureBreakage | None:
    """Return the breakage of a rule in a capture; None for a rule without an example."""
    if rule.bad is None:
        return None
    examples = tuple(_chain(rule.bad))
    if _LEAVES_UNCHECKED.intersection(rule.on) and examples[0].text is None:
        examples += (Example("exchange"),)
    return CaptureBreakage(rule.id, examples, rule.beside)


def _chain(example: Example | None) -> Iterator[Example]:
    while example is not None:
        yield example
        example = example.then


def _line(generator: Generator, world: World, example: Example) -> bytes:
    if isinstance(example.text, bytes):
        return example.text + b"\n"
    if example.text is not None:
        receipt = rendered(generator, world, "receipt")
        return fitted_text(example.text, "receipt", receipt).encode() + b"\n"
    record = fitted(example, _RECORDS[example.sample](generator, world))
    if "params" in record:
        record.setdefault("body", urlencode(record.pop("params"), doseq=True))
        if "Content-Length" in record.get("headers", {}):
            record["headers"]["Content-Length"] = str(len(record["body"]))
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def _body(kind: str) -> Callable[[Generator, World], dict[str, Any]]:
    return lambda generator, world: rendered(generator, world, kind)


def _webhook(generator: Generator, world: World, auth_token: str | None = None) -> dict[str, Any]:
    """Return the first webhook of a world, with its parameters in the place of its body."""
    webhooks = generator.webhooks(world)
    event = webhooks.events[0]
    request = recording.request(webhooks.request(event, auth_token=auth_token))
    return {
        **{name: request[name] for name in ("method", "url", "headers")},
        "params": webhooks.parameters(event),
    }


#: The generated record of each sample of the catalogue.
_RECORDS: dict[str, Callable[[Generator, World], dict[str, Any]]] = {
    **{kind: _body(kind) for kind in ("receipt", "page", "message", "configuration", "error")},
    "service receipt": lambda generator, world: rendered(
        generator, replace(world, in_service=True), "receipt"
    ),
    "exchange": lambda generator, world: recording.exchange(
        next(iter(generator.at(world).get_pages()))
    ),
    "receipt exchange": lambda generator, world: recording.exchange(
        generator.at(world).get_receipt()
    ),
    "failed exchange": lambda generator, world: recording.exchange(
        generator.at(world).error("not-found")
    ),
    "webhook": _webhook,
    "signed webhook": lambda generator, world: _webhook(generator, world, AUTH_TOKEN),
}
