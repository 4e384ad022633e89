"""Legitimate traffic, simulated without any code of receiptkit's, causes no error and no warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofs.simulator import simulate
from proofs.simulator.judge import Judged, has_option

#: How many alarms are shown of a run that has too many.
_SHOWN = 10


def _judged(seeds: range, folder: Path) -> Judged:
    judged, has_base = Judged(), has_option("--api-base-url")
    judged.judge((simulate(seed, has_base=has_base) for seed in seeds), folder)
    print(judged.table())
    return judged


def test_no_legitimate_story_causes_an_alarm(tmp_path: Path) -> None:
    judged = _judged(range(150), tmp_path)
    assert not judged.alarms, "\n".join(judged.alarms[:_SHOWN])
    assert judged.observations > 4000


def test_nearly_everything_is_judged(tmp_path: Path) -> None:
    judged = _judged(range(150, 200), tmp_path)
    assert sum(judged.unchecked.values()) < judged.observations / 10


def test_a_seed_gives_the_same_captures() -> None:
    assert simulate(7) == simulate(7)
    assert simulate(7).files != simulate(8).files


@pytest.mark.soak
def test_ten_thousand_stories_cause_no_alarm(tmp_path: Path) -> None:
    judged = _judged(range(10_000), tmp_path)
    assert not judged.alarms, "\n".join(judged.alarms[:_SHOWN])
