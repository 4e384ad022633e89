"""Hypothesis strategies for worlds and their bodies; they shrink to few recipients."""

from __future__ import annotations

from typing import Any

from receiptkit.generation.channels import CHANNELS
from receiptkit.generation.generator import Generator
from receiptkit.generation.scenarios import STREAMS, Outcome
from receiptkit.generation.world import World
from receiptkit.model.errors import UsageError
from receiptkit.model.odd_arguments import explained

try:
    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
except ImportError:
    raise UsageError(
        "the strategies need Hypothesis: pip install 'receiptkit[hypothesis]'"
    ) from None


@explained
def worlds(generator: Generator | None = None, *, max_receipts: int = 5) -> SearchStrategy[World]:
    """
    Return worlds of any outcome, scope and page size, with webhooks in any manner.

    Args:
        generator: makes them; one of the contract `documented` by default.
        max_receipts: how many receipts they have at the most.
    """
    maker = Generator() if generator is None else generator
    statuses = maker.vocabulary.statuses
    plans = [
        Outcome(each.name, status)
        for each in CHANNELS.values()
        for status in (None, *each.statuses)
        if status in statuses
    ]
    least, most = maker.vocabulary.page_sizes
    for in_service in (False, True):
        # Schemas compile now: at the first draw, Hypothesis would call the strategy too slow.
        maker.world("agent-and-sms", outcomes=plans[:1], in_service=in_service, page_size=least)
    return st.builds(
        lambda given, **facts: maker.world("agent-and-sms", outcomes=given, **facts),
        st.lists(st.sampled_from(plans), max_size=max_receipts),
        seed=st.integers(0, 2**32 - 1),
        in_service=st.booleans(),
        page_size=st.integers(least, most),
        stream=st.sampled_from(STREAMS),
        no_error=st.sampled_from([maker.vocabulary.no_error, 0]),
    )


@explained
def pages(
    generator: Generator | None = None, *, max_receipts: int = 5
) -> SearchStrategy[dict[str, Any]]:
    """Return pages of lists of receipts, as dicts."""
    maker = Generator() if generator is None else generator
    found = worlds(maker, max_receipts=max_receipts).map(
        lambda world: list(maker.at(world).pages())
    )
    return found.flatmap(st.sampled_from)


@explained
def receipts(generator: Generator | None = None) -> SearchStrategy[dict[str, Any]]:
    """Return delivery receipts, as dicts."""
    maker = Generator() if generator is None else generator
    return _with_receipts(maker).flatmap(lambda world: st.sampled_from(maker.at(world).receipts))


@explained
def messages(
    generator: Generator | None = None, *, max_receipts: int = 5
) -> SearchStrategy[dict[str, Any]]:
    """Return messages with their `delivery` summary, as dicts."""
    maker = Generator() if generator is None else generator
    return worlds(maker, max_receipts=max_receipts).map(lambda world: maker.at(world).message())


@explained
def webhooks(generator: Generator | None = None) -> SearchStrategy[dict[str, str]]:
    """Return the parameters of onDeliveryUpdated webhooks, as dicts of text."""
    maker = Generator() if generator is None else generator
    found = worlds(maker, max_receipts=3).map(maker.webhooks).filter(lambda some: bool(some.events))
    return found.flatmap(
        lambda some: st.sampled_from([some.parameters(event) for event in some.events])
    )


def _with_receipts(generator: Generator) -> SearchStrategy[World]:
    return worlds(generator, max_receipts=3).filter(lambda world: bool(world.receipts))
