"""Generated texts are checked by shapes: nothing that the contract forbids gets through."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from receiptkit import Contract
from receiptkit.generation import SCENARIOS, Generator, RefusedError
from receiptkit.generation.breakages import breakages
from receiptkit.generation.conformance import Conformance, ShapeChecker
from receiptkit.generation.outputs import FORMS, Output, RenderOptions
from receiptkit.rules import catalogue

GENERATOR = Generator()


def parameters() -> list[dict[str, str]]:
    """Parameters of webhooks of every scenario."""
    found = []
    for seed in range(8):
        for name in SCENARIOS:
            webhooks = GENERATOR.webhooks(GENERATOR.world(name, seed=seed))
            found += [webhooks.parameters(event) for event in webhooks.events]
    return found


def test_most_texts_are_proven_by_their_shape() -> None:
    """Of many webhooks only a few are checked alone; broken ones always are."""
    checked: list[Any] = []

    def check(body: Any) -> Any:
        checked.append(body)
        return GENERATOR.contract.check(body, operation="webhook")

    shapes = ShapeChecker(check)
    every = [orjson.dumps(each) for each in parameters()]
    assert not any(findings for _ in range(2) for findings in shapes.findings(every))
    checked.clear()
    assert not any(shapes.findings(every))
    assert len(checked) < len(every) / 20
    broken = [each.body(GENERATOR) for each in breakages(GENERATOR) if each.kind == "webhook"]
    found = list(shapes.findings([orjson.dumps(each) for each in broken]))
    assert found == [GENERATOR.contract.check(each, operation="webhook") for each in broken]
    assert all(found)


@pytest.mark.parametrize("count", [1, 60])
def test_refuses_forbidden_webhooks(count: int) -> None:
    """A forbidden fact is refused in any form of webhooks, however many conform before it."""
    good = [GENERATOR.world("full-house", seed=seed) for seed in range(count)]
    bad = GENERATOR.world("full-house", set={"receipts.49.participant_sid": "XX1"}, check=False)
    for form in ("webhook", "form", "url", "requests", "har", "cassette", "ndjson"):
        output = Output(GENERATOR, RenderOptions(), lambda finding: None)
        with pytest.raises(RefusedError):
            list(FORMS[form](output, [*good[:5], bad]))


def test_signatures_are_checked_where_the_token_is_known() -> None:
    """A generator whose contract has an auth token refuses requests that another one signed."""
    generator = Generator(Contract.load(auth_token="right"))
    webhooks = generator.webhooks(generator.world())
    for token, rules in (("right", []), ("wrong", ["webhook.signature"])):
        requests = [webhooks.request(event, auth_token=token) for event in webhooks.events] * 40
        for findings in Conformance(generator.contract).of_records(requests):
            assert [each.rule for each in findings] == rules


def test_rules_that_look_closer_see_every_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """If a rule reads more than shapes keep, each text is checked alone."""
    monkeypatch.setattr(catalogue, "allows_bulk", lambda: False)
    checked: list[Any] = []

    def check(body: Any) -> Any:
        checked.append(body)
        return []

    shapes = ShapeChecker(check)
    every = [orjson.dumps(each) for each in parameters()]
    assert list(shapes.findings(every)) == [[]] * len(every)
    assert len(checked) == len(every)


@pytest.mark.parametrize("name", ["agent-and-sms", "group-sms", "three-pages"])
def test_exchanges_of_many_worlds_are_proven_by_their_shape(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Of the bodies and exchanges of many worlds, few are checked one by one."""
    generator = Generator()
    checked: list[Any] = []
    for method in ("check", "check_exchange"):
        whole = getattr(generator.contract, method)

        def check(what: Any, whole: Any = whole, **more: Any) -> Any:
            checked.append(what)
            return whole(what, **more)

        monkeypatch.setattr(generator.contract, method, check)
    for form, bodies in (("pages", 1), ("ndjson", 4)):
        output = Output(generator, RenderOptions(), lambda finding: None)
        for start, most in ((0, 150 * bodies), (150, 75 * bodies)):
            checked.clear()
            worlds = (generator.world(name, seed=start + seed) for seed in range(150))
            assert any(FORMS[form](output, worlds))
            assert len(checked) <= most


@pytest.mark.parametrize("form", ["pages", "receipts", "ndjson", "message"])
def test_refuses_a_forbidden_body_after_many_others(form: str) -> None:
    """A forbidden fact is refused even if shapes of conforming bodies are known."""
    good = [GENERATOR.world("group-sms", seed=seed) for seed in range(100)]
    facts = {"message.index": "four"} if form == "message" else {"receipts.1.status": "queued"}
    bad = GENERATOR.world("group-sms", set=facts, check=False)
    output = Output(GENERATOR, RenderOptions(), lambda finding: None)
    with pytest.raises(RefusedError):
        list(FORMS[form](output, [*good, bad]))
