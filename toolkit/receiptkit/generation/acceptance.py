"""Checks of worlds that were asked for: most are like others that the contract accepted."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from receiptkit.contract import Contract
from receiptkit.generation.rendering import Rendering
from receiptkit.generation.stream import Event, Webhooks
from receiptkit.generation.vocabulary import Vocabulary
from receiptkit.generation.world import Receipt, World
from receiptkit.model.finding import Finding
from receiptkit.rules import catalogue

_MOST = 10_000


class Acceptance:
    """
    Checks the renderings of worlds.

    Args:
        contract: the contract.
        vocabulary: its operations.
    """

    def __init__(self, contract: Contract, vocabulary: Vocabulary) -> None:
        self._contract = contract
        self._vocabulary = vocabulary
        #: The values that decide results, of renderings without a finding.
        self._accepted: set[Hashable] = set()

    def findings(self, world: World, *, is_drawn: bool) -> list[Finding]:
        """
        Return what the contract finds in every rendering of a world at its end.

        Args:
            world: the world.
            is_drawn: True if no SID, date or text in it was chosen. What was accepted before is
                then accepted again.
        """
        known = self._accepted if is_drawn and self._is_alike() else set()
        if len(known) > _MOST:
            known.clear()
        rendering = Rendering(self._vocabulary, world, world.end)
        found = self._check("message", world, rendering.message())
        size, count = world.page_size, len(world.receipts)
        least, most = self._vocabulary.page_sizes
        about = world.in_service, world.no_error
        parts: set[Hashable] = {(*about, *_of_receipt(each)) for each in world.receipts}
        parts.add((*about, count, -(-count // size), count % size, least <= size <= most))
        if not parts <= known:
            of_pages = [
                each for page in rendering.pages() for each in self._check("page", world, page)
            ]
            found += of_pages
            known.update(() if of_pages else parts)
        return found + list(self._of_webhooks(world, known))

    def _of_webhooks(self, world: World, known: set[Hashable]) -> Iterator[Finding]:
        if not self._contract.operations.webhooks:
            return
        webhooks = Webhooks(self._vocabulary, world)
        for event in webhooks.events:
            part = "webhook", event.retry_count, *_of_event(event)
            if part not in known:
                found = self._contract.check(webhooks.parameters(event), operation="webhook")
                yield from found
                known.update(() if found else (part,))

    def _check(self, kind: str, world: World, body: dict[str, Any]) -> list[Finding]:
        operation = self._vocabulary.operation(kind, in_service=world.in_service)
        return self._contract.check(body, operation=operation.id)

    def _is_alike(self) -> bool:
        """Return True if no result depends on single SIDs, dates or texts."""
        return catalogue.allows_bulk() and not self._contract.document.is_foreign


def _of_receipt(receipt: Receipt) -> tuple[Hashable, ...]:
    step = receipt.steps[-1] if receipt.steps else None
    if step is None:
        return (receipt.channel,)
    is_at_once = receipt.created // 1000 == step.at // 1000
    return receipt.channel, step.status, step.error_code, is_at_once


def _of_event(event: Event) -> tuple[Hashable, ...]:
    created, at = event.receipt.created, event.step.at
    is_at_once = created // 1000 == at // 1000
    return event.receipt.channel, event.step.status, event.step.error_code, created < at, is_at_once
