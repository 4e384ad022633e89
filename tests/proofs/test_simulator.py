"""Legitimate traffic, simulated without any code of receiptkit's, causes no error and no warning."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from proofs import simulator
from proofs.simulator import growth, interleavings, simulate, summaries
from proofs.simulator.judge import Judged, has_option
from proofs.simulator.stories import Captures
from proofs.simulator.switches import EXCLUDED, is_simulated

#: How many alarms are shown of a run that has too many.
_SHOWN = 10
_TEXT = Path(simulator.__file__).with_name("false_alarms.md").read_text(encoding="utf-8")
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: The cases of false_alarms.md by name: format and content.
_CASES = {
    section.partition("\n")[0]: (found[1], found[2])
    for section in _TEXT.split("\n## ")[1:]
    if (found := _FENCE.search(section)) is not None
}
#: Where a link back to a page may differ from the link forward to it, two clients are a false alarm.
_BACK = growth.ORDERS[: 2 if is_simulated("previous-link") else 1]
_Enumerations = dict[str, Callable[[], Iterator[Captures]]]

QUICK: _Enumerations = {
    "orders": lambda: interleavings.interleavings(polls=2, roundings=(False,)),
    "orders in joined files": lambda: interleavings.interleavings(
        polls=1, roundings=(True,), joined=True
    ),
    "growth": lambda: growth.growing(sizes=(1, 2, 3), beginnings=range(3), most=1, fetches=3),
    "two clients": lambda: growth.together(orders=growth.ORDERS[1:3], turns=5, moves="ab"),
    "restarts": lambda: growth.together(orders=growth.ORDERS[1:2], turns=4, moves="abA"),
    "walks back": lambda: growth.together(orders=_BACK, turns=4, moves="aby"),
    "errors": growth.failing,
    "summaries at rest": lambda: summaries.ends(most=2),
    "summaries at any moment": lambda: summaries.moments(lives=summaries.SHORT_LIVES[:2]),
}
SOAK: _Enumerations = {
    "orders": lambda: interleavings.interleavings(polls=2, repeats=1, stale=1),
    "orders in joined files": lambda: interleavings.interleavings(polls=2, repeats=1, joined=True),
    "growth": lambda: growth.growing(sizes=(1, 2, 3), beginnings=range(5), most=2, fetches=4),
    "two clients": lambda: growth.together(orders=growth.ORDERS, turns=7, moves="ab"),
    "restarts": lambda: growth.together(orders=growth.ORDERS[:2], turns=5, moves="abAB"),
    "walks back": lambda: growth.together(orders=_BACK, turns=5, moves="abxy"),
    "summaries at rest": lambda: summaries.ends(most=3),
    "summaries at any moment": lambda: summaries.moments(lives=summaries.SHORT_LIVES),
}


def _judged(many: Iterator[Captures], folder: Path) -> Judged:
    judged = Judged()
    judged.judge(many, folder)
    print(judged.table())
    assert not judged.alarms, "\n".join(judged.alarms[:_SHOWN])
    return judged


def _stories(seeds: Iterable[int]) -> Iterator[Captures]:
    has_base = has_option("--api-base-url")
    return (simulate(seed, has_base=has_base) for seed in seeds)


#: Stories that caused an alarm once.
MENDED = (2047, 2967, 3111, 3855, 5489, 5540, 5596, 9842, 71612, 71626)


def test_no_story_causes_an_alarm(tmp_path: Path) -> None:
    judged = _judged(_stories((*range(150), *MENDED)), tmp_path)
    assert judged.observations > 4000
    ours = judged.observations - judged.unchecked["no operation of the contract"]
    assert (
        sum(judged.unchecked.values()) - judged.unchecked["no operation of the contract"]
        < ours / 10
    )


@pytest.mark.parametrize("name", QUICK)
def test_no_enumerated_story_causes_an_alarm(name: str, tmp_path: Path) -> None:
    judged = _judged(QUICK[name](), tmp_path)
    assert judged.observations > 300


def test_simulates_every_path_through_the_statuses() -> None:
    told = list(interleavings.paths())
    assert len(told) == len(set(told)) == 21
    assert (None, "sent", "delivered", "read") in told
    assert {
        statuses[-2] for statuses in told if statuses[-1] == "undelivered" and len(statuses) > 1
    } == {None, "sent"}


def test_a_seed_gives_the_same_captures() -> None:
    assert simulate(7) == simulate(7)
    assert simulate(7).files != simulate(8).files


@pytest.mark.parametrize("name", sorted(_CASES))
def test_false_alarms_are_mended_or_excluded(name: str, tmp_path: Path) -> None:
    suffix, content = _CASES[name]
    options = ("--auth-token-env", "SIMULATOR_TOKEN") if "X-Twilio-Signature" in content else ()
    count = 2 if suffix == "har" else len(content.splitlines())
    judged = Judged()
    judged.judge(
        [Captures([(f"case.{suffix}", content.encode())], options, count, judged.seen)], tmp_path
    )
    if name in EXCLUDED:
        assert judged.alarms, (
            f"{name} is mended: remove it from switches.py, and the simulator produces it"
        )
    else:
        assert not judged.alarms


def test_every_exclusion_has_a_case() -> None:
    assert set(_CASES) >= EXCLUDED


@pytest.mark.soak
def test_ten_thousand_stories_cause_no_alarm(tmp_path: Path) -> None:
    _judged(_stories(range(10_000)), tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("name", SOAK)
def test_no_story_of_a_long_enumeration_causes_an_alarm(name: str, tmp_path: Path) -> None:
    _judged(SOAK[name](), tmp_path)
