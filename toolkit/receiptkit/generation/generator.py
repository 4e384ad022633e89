"""The generator: worlds by scenario and seed, and their renderings."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from receiptkit.contract import Contract
from receiptkit.generation.acceptance import Acceptance
from receiptkit.generation.building import Builder, Facts
from receiptkit.generation.drafts import Draft
from receiptkit.generation.rendering import Rendering
from receiptkit.generation.scenarios import SCENARIOS, Outcome, scenario
from receiptkit.generation.stream import Webhooks
from receiptkit.generation.vocabulary import Vocabulary
from receiptkit.generation.world import World
from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.odd_arguments import explained_methods

#: Raised whenever the same seed makes other bytes than before (CONTRIBUTING.md, "Seeds").
VERSION = 2


class RefusedError(UsageError):
    """
    The contract forbids what was asked for.

    Attributes:
        findings: what it says, errors first.
    """

    def __init__(self, message: str, findings: Sequence[Finding]) -> None:
        super().__init__(message, findings)
        self.findings = list(findings)

    def __str__(self) -> str:
        return str(self.args[0])


@explained_methods
class Generator:
    """
    Makes worlds that conform to a contract, and renders them.

    Args:
        contract: whose document decides about patterns, enums and limits; `documented` by default.
        host: scheme and host of the URLs in bodies, where they are not Twilio's.
    """

    def __init__(self, contract: Contract | None = None, host: str | None = None) -> None:
        self.contract = Contract.load() if contract is None else contract
        self.vocabulary = Vocabulary(self.contract, host)
        self._builder = Builder(self.vocabulary)
        self._acceptance = Acceptance(self.contract, self.vocabulary)
        self.delivery = self._builder.delivery

    def world(
        self,
        name: str = "agent-and-sms",
        *,
        seed: int | str | random.Random = 0,
        receipts: int | None = None,
        outcomes: Sequence[Outcome] | None = None,
        page_size: int | None = None,
        in_service: bool = False,
        stream: str | None = None,
        start: str | None = None,
        no_error: int | None = None,
        set: dict[str, Any] | None = None,  # noqa: A002 # what the command calls it
        check: bool = True,
    ) -> World:
        """
        Return a world of a scenario.

        Args:
            name: the scenario.
            seed: the same one makes the same world; or a generator of random numbers to draw from.
            receipts: how many recipients other than chat participants; above 50 for load only.
            outcomes: what becomes of each recipient, instead of what the scenario says.
            page_size: how many receipts a page holds.
            in_service: whether its REST renderings are service-scoped.
            stream: how its webhooks arrive, instead of how the scenario says.
            start: when the message is created, in ISO 8601; within half a year of 2026-03-02 by
                default.
            no_error: `error_code` without an error, 0 or None; None by default if the contract
                allows it.
            set: single facts by path: `{"receipts.0.status": "failed", "message.body": "Hello"}`.
            check: whether facts that were given are held against the contract.

        Raises:
            UsageError: the scenario, path or moment is unknown.
            RefusedError: the contract forbids what was asked for.
        """
        recipe = scenario(name)
        rng = seed if isinstance(seed, random.Random) else random.Random(f"{name}/{seed}")
        facts = Facts(receipts, outcomes, page_size, in_service, stream, start, no_error)
        world = self._builder.world(recipe, rng, facts, set)
        if check and (set or outcomes or page_size is not None or no_error is not None):
            self.refuse(self._acceptance.findings(world, is_drawn=not set and start is None))
        return world

    def drafts(self, name: str, seeds: Iterable[int], **facts: Any) -> Iterator[Draft]:
        """
        Yield worlds of a scenario whose receipts are drawn when they are needed.

        Args:
            name: the scenario.
            seeds: one for each; the same one makes the same world as `world` does.
            facts: receipts, page_size, in_service, stream and start, as for `world`.
        """
        texts = (f"{name}/{seed}" for seed in seeds)
        rngs = (random.Random(text.encode("utf-8", "surrogatepass")) for text in texts)
        return self._builder.drafts(scenario(name), rngs, Facts(**facts))

    def any_world(self, rng: random.Random, **facts: Any) -> World:
        """Return a world of a random scenario; arguments of `world` replace what is random."""
        names = list(SCENARIOS)
        return self.world(names[int(rng.random() * len(names))], seed=rng, **facts)

    def at(self, world: World, moment: int | str = "end") -> Rendering:
        """
        Return what the REST API answers about a world.

        Args:
            world: what is asked about.
            moment: when; in milliseconds since 1970, or as `World.moment` reads it.
        """
        return Rendering(
            self.vocabulary, world, world.moment(moment) if isinstance(moment, str) else moment
        )

    def webhooks(self, world: World, moment: int | str = "end") -> Webhooks:
        """Return the webhooks of a world that arrive by a moment; at the end, all of them."""
        until = (
            None if moment == "end" else world.moment(moment) if isinstance(moment, str) else moment
        )
        return Webhooks(self.vocabulary, world, until)

    def findings(self, world: World) -> list[Finding]:
        """Return what the contract finds in every rendering of a world at its end."""
        return self._acceptance.findings(world, is_drawn=False)

    def refuse(self, findings: Iterable[Finding]) -> None:
        """
        Refuse what the contract forbids.

        Raises:
            RefusedError: there is an error among the findings.
        """
        errors = [finding for finding in findings if finding.severity is Severity.ERROR]
        if errors:
            first = errors[0]
            hint = f" ({first.hint})" if first.hint else ""
            place = first.pointer or '""'
            raise RefusedError(
                f"the contract forbids it: {place} {first.rule}: {first.message}{hint}",
                errors,
            )
