"""The application of docs/local-twilio.md: webhooks tell it what polling tells it; its naive version is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conftest import ROOT
from examples import blocks
from receiptkit.generation import SCENARIOS

Story = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def final_statuses() -> Story:
    """Return the function of the page that runs the application, without what the page asserts."""
    page = ROOT / "docs" / "local-twilio.md"
    (code,) = (
        block.text for block in blocks(page.read_text()) if "def final_statuses" in block.text
    )
    namespace: dict[str, Any] = {}
    exec(compile(code.partition("\ntruth = ")[0], page.name, "exec"), namespace)
    story: Story = namespace["final_statuses"]
    return story


@pytest.mark.parametrize(
    "scenario", [name for name in SCENARIOS if name not in ("just-created", "full-house")]
)
def test_webhooks_and_polling_agree(final_statuses: Story, scenario: str) -> None:
    """Whatever becomes of the message, and however its webhooks arrive."""
    truth = final_statuses(scenario, by_webhooks=False, polled=True)
    assert final_statuses(scenario) == truth
    assert bool(truth) is (scenario != "chat-only")


@pytest.mark.parametrize("fault", ["duplicate", "lost", "reordered"])
@pytest.mark.parametrize("scenario", ["out-of-order", "group-sms", "partial-failure"])
def test_webhooks_that_go_wrong(final_statuses: Story, fault: str, scenario: str) -> None:
    """Twice, overtaken, or lost and then polled."""
    truth = final_statuses(scenario, by_webhooks=False, polled=True)
    assert final_statuses(scenario, fault=fault, polled=fault == "lost") == truth
    assert (final_statuses(scenario, fault=fault) == truth) is (fault != "lost")


@pytest.mark.parametrize("scenario", ["out-of-order", "read-before-delivered"])
def test_the_naive_version(final_statuses: Story, scenario: str) -> None:
    """Who believes the last webhook ends with another state: that of the one that was overtaken."""
    assert final_statuses(scenario, naive=True) != final_statuses(
        scenario, by_webhooks=False, polled=True
    )
