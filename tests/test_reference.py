"""The second opinion: openapi-core and jsonschema come to the same verdicts, with the same words."""

from __future__ import annotations

import builtins
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutants import KINDS, mutants
from receiptkit import Contract, Delivery, Exchange, UsageError
from receiptkit.contract.document import PROFILES
from receiptkit.contract.reference import python_pattern
from receiptkit.findings import Finding
from receiptkit.rules.examples import sample

BOTH = {profile: (Contract.load(profile), Contract.load(profile, engine="reference")) for profile in PROFILES}


def told(findings: list[Finding]) -> list[tuple[Any, ...]]:
    return sorted((item.rule, item.severity.value, item.pointer, item.message, item.grounding) for item in findings)


def agree(profile: str, kind: str, body: Any) -> None:
    """Hold both engines to the same findings on a bare body, on an exchange, and on the text of it."""
    ours, theirs = BOTH[profile]
    if kind not in ours.judge.kinds:
        return
    if kind == "webhook":
        delivery = Delivery(body=body)
        assert told(ours.check_delivery(delivery)) == told(theirs.check_delivery(delivery))
        return
    assert told(ours.check(body, operation=kind)) == told(theirs.check(body, operation=kind))
    operation = ours.judge.recogniser.of_kind(kind, body).operation if kind != "error" else None
    path = operation.path if operation else "/v1/Configuration/Webhooks"
    url = re.sub(r"\{(.*?)\}", lambda name: SIDS.get(name[1], "CH" + "1" * 32), path)
    exchange = Exchange("GET", url, 404 if operation is None else 200, json.dumps(body))
    assert told(ours.check_exchange(exchange)) == told(theirs.check_exchange(exchange))


SIDS = {name: prefix + "1" * 32 for name, prefix in (("MessageSid", "IM"), ("ChatServiceSid", "IS"), ("Sid", "DY"))}


@settings(max_examples=1000)
@given(st.sampled_from(PROFILES), mutants(KINDS))
def test_random_mutants(profile: str, mutant: tuple[str, Any]) -> None:
    """On a thousand random mutants of bodies both engines say the same."""
    agree(profile, *mutant)


@pytest.mark.soak
def test_many_random_mutants() -> None:
    """The same on twenty thousand others."""

    @settings(max_examples=20_000, derandomize=False)
    @given(st.sampled_from(PROFILES), mutants(KINDS))
    def prove(profile: str, mutant: tuple[str, Any]) -> None:
        agree(profile, *mutant)

    prove()


def test_the_corpus(reference: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    """On samples of other people's the whole report is the same."""
    folders = [reference / "captured" / name for name in ("oai", "rest", "errors", "webhook", "seeds")]
    for profile in PROFILES:
        arguments = ("validate", "--format", "json", "--profile", profile, *folders)
        assert run(*arguments, "--engine", "reference") == run(*arguments)


def test_own_samples(run: Callable[..., tuple[int, str, str]]) -> None:
    """On the samples of the repository it is, too."""
    assert run("validate", "fixtures/samples", "--engine", "reference") == run("validate", "fixtures/samples")


def test_forms_are_judged_whole() -> None:
    """Fields that the document does not declare are not dropped before judging, as openapi-core would."""
    ours, theirs = BOTH["strict"]
    delivery = Delivery(body={**sample("webhook")["params"], "Stranger": "x"})
    assert [item.pointer for item in theirs.check_delivery(delivery)] == ["/Stranger"]
    assert told(ours.check_delivery(delivery)) == told(theirs.check_delivery(delivery))


@pytest.mark.parametrize(
    ("pattern", "accepted", "refused"),
    [
        ("^a$", ["a"], ["a\n", "ba"]),
        (r"^\d+$", ["12"], ["٣", ""]),
        (r"^[\d$]+\$$", ["1$$"], ["٣$", "1$\n"]),
        (r"^\w{2}\\$", ["a_\\"], ["éé\\"]),
        (r"[^\w]$", ["-", "é"], ["a", "-\n"[:0]]),
    ],
)
def test_patterns_mean_what_ecmascript_means(pattern: str, accepted: list[str], refused: list[str]) -> None:
    """A pattern is anchored, and its classes are ASCII, as the default engine has it."""
    translated = re.compile(python_pattern(pattern))
    default = Contract.load().judge._engine.body({"type": "string", "pattern": pattern})
    for text in accepted:
        assert translated.search(text)
        assert default.is_clean(text)
    for text in refused:
        assert not translated.search(text)
        assert not default.is_clean(text)


def test_without_its_packages(monkeypatch: pytest.MonkeyPatch, run: Callable[..., tuple[int, str, str]]) -> None:
    """Where the packages are missing, one line says what to install."""
    real = builtins.__import__

    def missing(name: str, *arguments: Any) -> Any:
        if name == "receiptkit.contract.reference":
            raise ModuleNotFoundError(name=name, path=None) from None
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(UsageError, match=r"pip install 'receiptkit\[reference\]'"):
        Contract.load(engine="reference")
    with pytest.raises(UsageError, match="there are default and reference"):
        Contract.load(engine="other")
