"""The application of the README under the server: by webhooks it comes to know what it knows by polling; its naive version does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from conftest import ROOT
from receiptkit.generation import SCENARIOS

Story = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def lived_through() -> Story:
    """The code of the README, up to what it asserts."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (code,) = (block for block in blocks if "def lived_through" in block)
    namespace: dict[str, Any] = {}
    exec(compile(code.partition("\ntruth = ")[0], "README.md", "exec"), namespace)
    story: Story = namespace["lived_through"]
    return story


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name not in ("just-created", "full-house")])
def test_webhooks_and_polling_agree(lived_through: Story, scenario: str) -> None:
    """Whatever becomes of the message, and however its webhooks arrive."""
    truth = lived_through(scenario, by_webhooks=False, polled=True)
    assert lived_through(scenario) == truth
    assert bool(truth) is (scenario != "chat-only")


@pytest.mark.parametrize("fault", ["duplicate", "lost", "reordered"])
@pytest.mark.parametrize("scenario", ["out-of-order", "group-sms", "partial-failure"])
def test_webhooks_that_go_wrong(lived_through: Story, fault: str, scenario: str) -> None:
    """Twice, overtaken, or lost and then polled."""
    truth = lived_through(scenario, by_webhooks=False, polled=True)
    assert lived_through(scenario, fault=fault, polled=fault == "lost") == truth
    assert (lived_through(scenario, fault=fault) == truth) is (fault != "lost")


@pytest.mark.parametrize("scenario", ["out-of-order", "read-before-delivered"])
def test_the_naive_version(lived_through: Story, scenario: str) -> None:
    """Who believes the last webhook ends with another state: that of the one that was overtaken."""
    assert lived_through(scenario, naive=True) != lived_through(scenario, by_webhooks=False, polled=True)
