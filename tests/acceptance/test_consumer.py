"""In the application of docs/local-twilio.md, webhooks and polling agree; its naive version is wrong."""

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
    """Webhooks and polling end with the same statuses, for any outcome and order of arrival."""
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
def test_a_naive_consumer_ends_with_another_state(final_statuses: Story, scenario: str) -> None:
    """A consumer that believes the last webhook ends with the state of an overtaken one."""
    assert final_statuses(scenario, naive=True) != final_statuses(
        scenario, by_webhooks=False, polled=True
    )
