"""
Inputs from public bug reports, and from attacks, have the findings that they should have.

`cases.json` has the options and the findings of each input in `cases`: severity, `rule@pointer` and the number of the observation.
`says` is what the hint of its only error must contain.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from score import HERE

Run = Callable[..., tuple[int, str, str]]
FOLDER = HERE / "cases"
CASES: dict[str, dict[str, Any]] = json.loads((HERE / "cases.json").read_text(encoding="utf-8"))
#: The auth tokens that the signatures are made with.
TOKENS = {"CASE_TOKEN": "12345678901234567890123456789012", "SHORT_TOKEN": "12345"}


@pytest.mark.parametrize("name", CASES)
def test_case_has_its_findings(name: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[name]
    for variable, token in TOKENS.items():
        monkeypatch.setenv(variable, token)
    _, output, _ = run("validate", "--format", "json", *case.get("options", []), FOLDER / name)
    report = json.loads(output)
    findings = report["findings"]
    found = [
        f"{each['severity']} {each['rule']}@{each['pointer']} {each['origin']['entry']}"
        for each in findings
    ]
    assert sorted(found) == sorted(case["findings"])
    assert report["summary"]["checked"] == case["checked"]
    hints = " ".join(each["hint"] or "" for each in findings if each["severity"] == "error")
    assert case.get("says", "") in hints


def test_every_case_is_listed() -> None:
    there = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()}
    assert there == set(CASES)


def test_strict_loses_no_finding(run: Run) -> None:
    """Under strict every case has the findings that it has under documented, at the same places."""
    for name in CASES:
        under = {}
        for profile in ("documented", "strict"):
            _, output, _ = run("validate", "--format", "json", "--profile", profile, FOLDER / name)
            findings = json.loads(output)["findings"]
            under[profile] = {
                (each["rule"], each["pointer"], each["origin"]["entry"]) for each in findings
            }
        closed = {
            (pointer, entry)
            for rule, pointer, entry in under["strict"]
            if rule == "schema.additional-properties"
        }
        lost = under["documented"] - under["strict"]
        assert {
            (pointer, entry) for rule, pointer, entry in lost if rule == "webhook.unknown-parameter"
        } <= closed
        assert {rule for rule, _, _ in lost} <= {"webhook.unknown-parameter"}, name
