"""Worlds with chosen outcomes are checked once for each kind of body; forbidden facts are always refused."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.generation import Generator, Outcome, RefusedError


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> tuple[Generator, list[Any]]:
    """A generator, and the bodies that its contract checks."""
    generator = Generator()
    bodies: list[Any] = []
    whole = generator.contract.check

    def check(body: Any, **more: Any) -> Any:
        bodies.append(body)
        return whole(body, **more)

    monkeypatch.setattr(generator.contract, "check", check)
    return generator, bodies


def test_alike_worlds_are_accepted_by_their_message(checked: tuple[Generator, list[Any]]) -> None:
    """Of a world like others, only the message is checked: its summary counts all receipts."""
    generator, bodies = checked
    outcomes = [Outcome("sms", "delivered"), Outcome("whatsapp", "failed", 63016)]
    for seed in range(20):
        generator.world(seed=seed, outcomes=outcomes)
    bodies.clear()
    for seed in range(20, 30):
        generator.world(seed=seed, outcomes=outcomes)
    # Now and then, two dates are in the same second for the first time.
    assert 10 <= len(bodies) <= 14
    generator.world(outcomes=outcomes[::-1], page_size=1)
    assert any("delivery_receipts" in body for body in bodies)


@pytest.mark.parametrize(
    "facts",
    [
        {"outcomes": [Outcome("sms", "queued")]},
        {"page_size": 0x1000},
        {"set": {"message.index": "four"}},
        {"set": {"receipts.0.participant_sid": "XX1"}},
    ],
)
def test_refuses_forbidden_facts_after_others(facts: dict[str, Any]) -> None:
    """Forbidden facts are refused after accepted worlds, and refused again."""
    generator = Generator()
    for seed in range(5):
        generator.world(seed=seed, page_size=50, outcomes=[Outcome("sms", "delivered")])
    for _ in range(2):
        with pytest.raises(RefusedError):
            generator.world(**facts)
