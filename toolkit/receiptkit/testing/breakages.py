"""Values to parametrise tests with: the names of scenarios, and breakages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, NamedTuple

from receiptkit.generation import SCENARIOS, Generator
from receiptkit.generation.breakage import Breakage
from receiptkit.generation.breakages import breakages
from receiptkit.generation.scenarios import scenario
from receiptkit.model.errors import UsageError
from receiptkit.rules import catalogue


class Expected(NamedTuple):
    """The finding that a breakage causes."""

    rule: str
    pointer: str


class BreakageCase:
    """
    A body broken in one place, which a consumer must reject or survive.

    Attributes:
        id: what the test is called.
        kind: page, receipt, message, configuration, error or webhook.
        expected: the finding it causes: rule and pointer.
    """

    def __init__(self, breakage: Breakage, generator: Generator) -> None:
        scope = "-in-service" if breakage.in_service else ""
        self.id = f"{breakage.kind}-{breakage.rule}{scope}{breakage.at}"
        self.kind = breakage.kind
        self.expected = Expected(breakage.rule, breakage.pointer)
        self._breakage = breakage
        self._generator = generator

    @cached_property
    def body(self) -> dict[str, Any]:
        """Return the body, the same in every run; of a webhook, its parameters."""
        return self._breakage.body(self._generator)

    def __repr__(self) -> str:
        return f"<breakage {self.id}>"


def scenarios(names: Sequence[str]) -> list[str]:
    """
    Return the scenarios of these names, sorted; all if there are no names.

    Raises:
        UsageError: no scenario has this name.
    """
    return sorted({scenario(name).name for name in names} or SCENARIOS)


def cases(
    generator: Generator,
    rules: Sequence[str],
    *,
    kind: str | None = None,
    in_service: bool | None = None,
) -> list[BreakageCase]:
    """
    Return the breakages of rules, sorted by their ids.

    Args:
        generator: what makes the bodies.
        rules: globs of rules; all by default.
        kind: of bodies; all by default.
        in_service: True for bodies of the service-scoped API, False for others; both by default.

    Raises:
        UsageError: a glob or the kind fits none.
    """
    every = breakages(generator)
    kinds = sorted({each.kind for each in every})
    if kind not in (None, *kinds):
        raise UsageError(f"unknown body {kind!r}; use {', '.join(kinds)}")
    chosen = [
        each
        for each in every
        if kind in (None, each.kind) and in_service in (None, each.in_service)
    ]
    for glob in rules:
        if not any(fnmatchcase(each.rule, glob) for each in chosen):
            catalogue.find(glob)
            raise UsageError(f"no breakage for rule {glob!r}" + (f" in a {kind}" if kind else ""))
    matching = (
        each for each in chosen if not rules or any(fnmatchcase(each.rule, glob) for glob in rules)
    )
    return sorted(
        _distinct(BreakageCase(each, generator) for each in matching), key=lambda case: case.id
    )


def _distinct(found: Iterable[BreakageCase]) -> Iterable[BreakageCase]:
    """Yield the cases, those of the same id numbered."""
    times: dict[str, int] = {}
    for case in found:
        times[case.id] = times.get(case.id, 0) + 1
        case.id += f"-{times[case.id]}" if times[case.id] > 1 else ""
        yield case
