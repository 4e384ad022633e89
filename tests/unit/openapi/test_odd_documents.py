"""A user's document with one odd value is refused in one line, or used; it never causes a crash."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import ROOT
from receiptkit import Contract, DocumentError, Exchange
from receiptkit.rules.examples import sample

TEXT = (ROOT / "spec" / "documented.json").read_text()
#: In the place of anything.
ODD: tuple[Any, ...] = (None, True, 5, "x", [], [5], {}, {"a": 5})
PAGE = sample("page")
BODIES = [
    sample(name)
    for name in ("receipt", "service receipt", "page", "message", "configuration", "error")
]
TEXTS = [json.dumps(body).encode() for body in BODIES]
ANSWER = Exchange("GET", PAGE["meta"]["url"], 200, PAGE, {"content-type": "application/json"})
WRONG = {
    **sample("receipt"),
    "sid": 5,
    "status": "queued",
    "stranger": {},
    "url": None,
    "error_code": [],
}


def places(node: Any, *trail: Any) -> Iterator[tuple[Any, ...]]:
    for name, inner in (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    ):
        yield (*trail, name)
        yield from places(inner, *trail, name)


PLACES = list(places(json.loads(TEXT)))


def check_with(path: Path, place: tuple[Any, ...], odd: Any, engine: str = "default") -> None:
    """Check everything by the document with an odd value in one place."""
    document = json.loads(TEXT)
    node = document
    for name in place[:-1]:
        node = node[name]
    node[place[-1]] = odd
    path.write_text(json.dumps(document))
    try:
        contract = Contract.load(document=path, engine=engine)
        for body, text in zip(BODIES, TEXTS, strict=True):
            contract.check(body)
            contract.validator.validate_text(text)
        contract.check(WRONG)
        contract.check(sample("webhook")["params"])
        contract.check_exchange(ANSWER)
    except DocumentError as error:
        assert "\n" not in str(error)  # noqa: PT017 # most are not raised


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PLACES), st.sampled_from(ODD))
def test_anything_anywhere(tmp_path: Path, place: tuple[Any, ...], odd: Any) -> None:
    check_with(tmp_path / "odd.json", place, odd)


@pytest.mark.soak
def test_everything_everywhere(tmp_path: Path) -> None:
    for place in PLACES:
        for odd in ODD:
            check_with(tmp_path / "odd.json", place, odd)


@pytest.mark.soak
def test_anything_anywhere_for_the_reference_engine(tmp_path: Path) -> None:
    """It takes a hundred times as long."""
    rng = random.Random(0)
    for place in rng.sample(PLACES, 400):
        check_with(tmp_path / "odd.json", place, rng.choice(ODD), "reference")
