"""A breakage of one body: a flaw that causes one finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from receiptkit.generation.fitting import fitted
from receiptkit.generation.generator import Generator
from receiptkit.generation.rendering import Rendering
from receiptkit.generation.world import World
from receiptkit.rules.examples import Example

#: The scenario whose worlds are like the samples of the catalogue.
PLAIN = "agent-and-sms"

_RENDERED: dict[str, Callable[[Rendering], dict[str, Any]]] = {
    "page": Rendering.page,
    "receipt": Rendering.receipt,
    "message": Rendering.message,
    "configuration": Rendering.configuration,
    "error": lambda rendering: dict(rendering.error("not-found").body),
}


class Breakage(NamedTuple):
    """
    One flaw in a body.

    Attributes:
        rule: the rule whose finding it causes.
        pointer: where that finding is.
        kind: the kind of body: page, receipt, message, configuration, error or webhook (its
            parameters).
        example: what it changes in such a body.
        in_service: whether the body is one of the service-scoped API.
        member: the pointer of what is changed, where the finding is elsewhere.
        keyword: the keyword of the document that it breaks, if it is derived from one.
        scenario: a scenario whose bodies can have it.
    """

    rule: str
    pointer: str
    kind: str
    example: Example
    in_service: bool = False
    member: str | None = None
    keyword: str | None = None
    scenario: str = PLAIN

    @property
    def at(self) -> str:
        """Return the pointer of what is changed."""
        return self.pointer if self.member is None else self.member

    def world(self, generator: Generator, seed: int = 0) -> World:
        """Return a world that can show it."""
        return generator.world(self.scenario, seed=seed, in_service=self.in_service)

    def applied(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return a broken copy of a body of its kind."""
        broken: dict[str, Any] = fitted(self.example, body)
        return broken

    def body(self, generator: Generator, seed: int = 0) -> dict[str, Any]:
        """Return a generated body of its kind, broken."""
        return self.applied(rendered(generator, self.world(generator, seed), self.kind))


def rendered(generator: Generator, world: World, kind: str) -> dict[str, Any]:
    """Return the body of a kind at the end of a world; the parameters of its last webhook."""
    if kind == "webhook":
        webhooks = generator.webhooks(world)
        return dict(webhooks.parameters(webhooks.events[-1]))
    return _RENDERED[kind](generator.at(world))


def operation_of(generator: Generator, kind: str, *, in_service: bool) -> str:
    """Return what the contract calls a kind of body: its operation, or the kind if it has none."""
    if kind in ("webhook", "error"):
        return kind
    return generator.vocabulary.operation(kind, in_service=in_service).id
