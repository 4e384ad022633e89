"""Make data for a test: worlds, and their bodies and webhooks."""

from __future__ import annotations

import inspect
import random
from typing import Any

from receiptkit.generation import Generator, World
from receiptkit.generation.one_receipt import ANY_STATUS, make_single_world
from receiptkit.generation.scenarios import ANY
from receiptkit.model.errors import UsageError

_FACTS = tuple(
    name
    for name, each in inspect.signature(Generator.world).parameters.items()
    if each.kind is each.KEYWORD_ONLY
)


class Factories:
    """
    The factories of one test. The same seed and the same calls make the same things.

    Args:
        generator: what makes worlds.
        seed: of the test.
    """

    def __init__(self, generator: Generator, seed: str) -> None:
        self._generator = generator
        self._seed = seed
        #: How many things have been drawn.
        self.count = 0

    def world(self, scenario: str | World = "agent-and-sms", **overrides: Any) -> World:
        """
        Make a world of a scenario; return a world unchanged.

        Args:
            scenario: its name, as `receiptkit scenarios` lists them.
            overrides: arguments of `Generator.world`, such as receipts, page_size, in_service,
                stream, start; and single facts by their paths: `conversation_sid="CH…"`,
                `**{"receipts.0.status": "failed"}`.

        Raises:
            UsageError: the scenario or fact is unknown, or the contract forbids it.
        """
        if isinstance(scenario, World):
            if overrides:
                raise UsageError(
                    f"a world cannot be changed here; pass {', '.join(overrides)} where it is made"
                )
            return scenario
        arguments = {name: value for name, value in overrides.items() if name in _FACTS}
        facts = {path: value for path, value in overrides.items() if path not in _FACTS}
        arguments["set"] = {**(arguments.get("set") or {}), **facts} or None
        return self._generator.world(scenario, **{"seed": self._drawn(), **arguments})

    def receipt(
        self,
        *,
        status: str | None = ANY_STATUS,
        channel_name: str | None = None,
        error_code: int | None = ANY,
        in_service: bool = False,
    ) -> dict[str, Any]:
        """
        Make one receipt.

        Args:
            status: its status, None for null; drawn by default.
            channel_name: sms, mms or whatsapp; drawn by default, so that it fits the status.
            error_code: of a failure, which the status then is; 0 or None for none; drawn by
                default.
            in_service: True for a receipt of the service-scoped API.
        """
        rng = random.Random(self._drawn())
        return self._generator.at(
            make_single_world(
                self._generator, rng, status, channel_name, error_code, in_service=in_service
            )
        ).receipt()

    def page(
        self,
        world: str | World = "agent-and-sms",
        number: int = 0,
        *,
        at: str = "end",
        **overrides: Any,
    ) -> dict[str, Any]:
        """
        Make a page of the list of receipts.

        Args:
            world: a world, or the name of a scenario.
            number: of the page, from 0.
            at: when to look: `start`, `end`, `90s` after the start, or a date and time.
            overrides: of a world that is made, as for `world`.
        """
        return self._generator.at(self.world(world, **overrides), at).page(number)

    def pages(
        self, world: str | World = "three-pages", *, at: str = "end", **overrides: Any
    ) -> list[dict[str, Any]]:
        """Make every page of the list of receipts, linked; the arguments are those of `page`."""
        return list(self._generator.at(self.world(world, **overrides), at).pages())

    def webhook(
        self,
        *,
        status: str = ANY_STATUS,
        channel_name: str | None = None,
        error_code: int | None = ANY,
    ) -> dict[str, str]:
        """Make the parameters of an onDeliveryUpdated webhook; arguments as for `receipt`."""
        rng = random.Random(self._drawn())
        webhooks = self._generator.webhooks(
            make_single_world(
                self._generator, rng, status, channel_name, error_code, has_webhook=True
            )
        )
        return webhooks.parameters(webhooks.events[-1])

    def number(self) -> int:
        """Draw a seed for something that takes a number."""
        return random.Random(self._drawn()).getrandbits(31)

    def _drawn(self) -> str:
        """Return the seed of the next thing that is drawn."""
        self.count += 1
        return f"{self._seed}/{self.count}"
