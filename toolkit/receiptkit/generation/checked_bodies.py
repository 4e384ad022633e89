"""Check bodies before they are written, and break the first one of a world on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from receiptkit.generation.breakage import Breakage, operation_of
from receiptkit.generation.conformance import Conformance
from receiptkit.generation.generator import Generator
from receiptkit.generation.render_options import RenderOptions
from receiptkit.generation.world import World
from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Finding

_Item = TypeVar("_Item")
#: How many bodies are checked at once.
_BATCH = 64


class CheckedBodies:
    """
    Checks bodies.

    Attributes:
        conformance: checks them by their shapes.
        breakage: the breakage that a body has.

    Args:
        generator: knows the contract, and refuses what it forbids.
        conformance: checks them by their shapes.
        options: have the breakages.
        warn: called with every finding that is not an error.
    """

    def __init__(
        self,
        generator: Generator,
        conformance: Conformance,
        options: RenderOptions,
        warn: Callable[[Finding], None],
    ) -> None:
        self._generator = generator
        self.conformance = conformance
        self._options = options
        self._warn = warn
        #: The world of which a body has been broken; the others of it stay whole.
        self._broken_one: World | None = None
        self.breakage: Breakage | None = None

    def conforming(
        self, kind: str, every: Iterable[tuple[World, dict[str, Any], _Item]]
    ) -> Iterator[tuple[dict[str, Any], _Item]]:
        """Yield bodies that have been checked or broken, and what came with them."""
        if self._options.breakages:
            yield from ((self.checked(world, kind, body), item) for world, body, item in every)
            return
        for batch in batches(every, _BATCH):
            scopes = {world.in_service for world, _, _ in batch}
            for in_service in scopes:
                bodies = [body for world, body, _ in batch if world.in_service == in_service]
                operation = operation_of(self._generator, kind, in_service=in_service)
                for findings in self.conformance.of_bodies(operation, bodies):
                    self.accept(findings)
            yield from ((body, item) for _, body, item in batch)

    def checked(self, world: World, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        operation = operation_of(self._generator, kind, in_service=world.in_service)
        if self._options.breakages and self._broken_one is not world:
            self._broken_one = world
            return self._broken(world, kind, operation, body)
        self.accept(self._generator.contract.check(body, operation=operation))
        return body

    def _broken(
        self, world: World, kind: str, operation: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Return a body with a breakage, which causes its own finding and no other."""
        for each in self._options.breakages:
            at = "" if kind == each.kind else "/delivery_receipts/0"
            try:
                broken = each.applied(body) if kind == each.kind else _with_first_row(body, each)
                found = {
                    (finding.rule, finding.pointer)
                    for finding in self._generator.contract.check(broken, operation=operation)
                }
            except (LookupError, AttributeError, TypeError):
                continue
            if found == {(each.rule, at + each.pointer)}:
                self.breakage = each
                return broken
        first = self._options.breakages[0]
        raise UsageError(
            f"{world.scenario} cannot show {first.rule} in this form: try {first.scenario} "
            f"--as {first.kind}"
        )

    def accept(self, findings: list[Finding]) -> None:
        if findings:
            self._generator.refuse(findings)
            for finding in findings:
                self._warn(finding)


def _with_first_row(page: dict[str, Any], breakage: Breakage) -> dict[str, Any]:
    rows = page["delivery_receipts"]
    return {**page, "delivery_receipts": [breakage.applied(rows[0]), *rows[1:]]}


def batches(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """Yield items some at a time, since that is how shapes are checked quickly."""
    every = iter(items)
    while batch := list(islice(every, size)):
        yield batch
