"""Values drawn from the Hypothesis strategies conform, and shrink to something small."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import find, given, settings
from hypothesis.errors import NoSuchExample

from receiptkit import Contract
from receiptkit.generation import Generator, Outcome, World, strategies

GENERATOR = Generator()


@settings(max_examples=200)
@given(strategies.worlds(GENERATOR))
def test_worlds_conform(world: World) -> None:
    """Every world that can be drawn has no finding."""
    assert GENERATOR.findings(world) == []


@settings(max_examples=100)
@given(
    strategies.pages(GENERATOR),
    strategies.receipts(GENERATOR),
    strategies.messages(GENERATOR),
    strategies.webhooks(GENERATOR),
)
def test_bodies_conform(
    page: dict[str, Any], receipt: dict[str, Any], message: dict[str, Any], webhook: dict[str, str]
) -> None:
    """So do bodies of each kind."""
    contract = Contract.load()
    for body, operation in (
        (page, "page"),
        (receipt, "receipt"),
        (message, "message"),
        (webhook, "webhook"),
    ):
        assert contract.check(body, operation=operation) == []


def test_they_shrink() -> None:
    """A property that fails for any failed delivery is shown with one recipient and the seed 0."""
    small = find(
        strategies.worlds(GENERATOR),
        lambda world: any(row["status"] == "failed" for row in GENERATOR.at(world).receipts),
    )
    assert len(small.receipts) == 1
    assert (small.in_service, small.page_size) == (False, 1)
    plan = Outcome(small.receipts[0].channel, "failed")
    assert small == GENERATOR.world(
        "agent-and-sms", seed=0, outcomes=[plan], page_size=1, stream=small.stream[0]
    )


def test_all_sizes_are_drawn() -> None:
    """A page can be empty, full, first, middle and last."""
    find(strategies.pages(GENERATOR), lambda page: not page["delivery_receipts"])
    middle = find(
        strategies.pages(GENERATOR),
        lambda page: page["meta"]["page"] == 1 and page["meta"]["next_page_url"] is not None,
    )
    assert (len(middle["delivery_receipts"]), middle["meta"]["page_size"]) == (1, 1)
    with pytest.raises(NoSuchExample):
        find(
            strategies.pages(GENERATOR, max_receipts=1),
            lambda page: len(page["delivery_receipts"]) > 1,
            settings=settings(max_examples=50),
        )
