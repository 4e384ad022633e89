"""A finding that another profile lacks is superseded there, or relaxed by a named overlay action."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from conftest import ROOT
from receiptkit import Contract
from receiptkit.generation import Generator
from receiptkit.generation.breakage import operation_of
from receiptkit.generation.breakages import breakages
from receiptkit.rules.examples import sample

GENERATOR = Generator()
CONTRACTS = {name: Contract.load(name) for name in ("vendor", "documented", "strict")}
#: Findings of `vendor` on what `documented` allows: rule and pointer, and words of the action that allows it.
RELAXED = {
    ("schema.type", "/status"): 'The description says "or null"',
    ("schema.enum", "/status"): 'The description says "or null"',
    ("schema.type", "/error_code"): "No error is 0 in a response of 2020 and null in the guide",
    ("schema.type", "/method"): "An unconfigured service answers nulls throughout",
    ("schema.enum", "/method"): "An unconfigured service answers nulls throughout",
    ("schema.type", "/target"): "An unconfigured service answers nulls throughout",
    ("schema.enum", "/target"): "An unconfigured service answers nulls throughout",
    ("schema.type", "/index"): "The artefact that denies null to integers with a default",
}
BODIES: list[tuple[str, Any]] = [
    *(
        (operation_of(GENERATOR, each.kind, in_service=each.in_service), each.body(GENERATOR))
        for each in breakages(GENERATOR)
    ),
    ("receipt", {**sample("receipt"), "status": None, "error_code": None}),
    ("configuration", {**sample("configuration"), "method": None, "target": None, "filters": None}),
    ("message", {**sample("message"), "index": None}),
]


def _found(profile: str, operation: str, body: Any) -> set[tuple[str, str]]:
    contract = CONTRACTS[profile]
    if operation not in contract.operations.by_id and operation not in contract.kinds:
        return set()
    return {(each.rule, each.pointer) for each in contract.check(body, operation=operation)}


def test_vendor_reports_no_more_than_overlays_relax() -> None:
    seen = set()
    for operation, body in BODIES:
        vendor, documented = (_found(each, operation, body) for each in ("vendor", "documented"))
        for rule, pointer in vendor - documented:
            if pointer not in {at for _, at in documented}:
                seen.add((rule, re.sub(r"^/delivery_receipts/[0-9]+", "", pointer)))
    assert seen <= set(RELAXED)
    assert {("schema.type", "/error_code"), ("schema.type", "/index")} <= seen


@pytest.mark.parametrize("words", sorted(set(RELAXED.values())))
def test_each_relaxation_is_an_action_of_an_overlay(words: str) -> None:
    overlay = yaml.safe_load((ROOT / "spec" / "overlays" / "documented.yaml").read_text())
    assert sum(words in each.get("description", "") for each in overlay["actions"]) == 1


def test_strict_reports_all_that_documented_does() -> None:
    for operation, body in BODIES:
        documented, strict = (_found(each, operation, body) for each in ("documented", "strict"))
        closed = {at for rule, at in strict if rule == "schema.additional-properties"}
        # A closed object refuses what is only information otherwise.
        lost = {(rule, at) for rule, at in documented - strict if at not in closed}
        assert not lost, operation
