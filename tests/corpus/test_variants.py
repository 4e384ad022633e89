"""Variants of known kinds of defects have their findings, and unusual but legitimate traffic has no alarm."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from control_variants import controls
from defect_variants import defects
from invented_controls import invented_controls
from invented_defects import invented_defects, not_yet
from more_controls import more_controls
from more_defects import more_defects
from pieces import TOKEN, Variant

Run = Callable[..., tuple[int, str, str]]
DEFECTS = [*defects(), *more_defects(), *invented_defects()]
CONTROLS = [*controls(), *more_controls(), *invented_controls()]


@pytest.mark.parametrize("variant", [*DEFECTS, *CONTROLS], ids=lambda variant: variant.name)
def test_variant_has_its_findings(
    variant: Variant, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VARIANT_TOKEN", TOKEN)
    lines = "".join(f"{json.dumps(each)}\n" for each in variant.observations)
    texts = {name: json.dumps(body) for name, body in variant.files.items()}
    for name, text in (texts or {"traffic.ndjson": lines}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    _, output, _ = run("validate", "--format", "json", *variant.options, *tmp_path.iterdir())
    report = json.loads(output)
    found = [
        f"{each['severity'][0]} {each['rule']}@{each['pointer']} {each['origin']['entry']}"
        for each in report["findings"]
    ]
    assert sorted(found) == sorted(variant.expected)
    hints = " ".join(str(each["hint"]) for each in report["findings"])
    assert variant.says in hints
    assert not report["summary"]["signatures"]["not_judged"]


def test_names_differ_and_controls_expect_no_alarm() -> None:
    names = [each.name for each in (*DEFECTS, *CONTROLS)]
    assert len(set(names)) == len(names)
    assert len(DEFECTS) >= 100
    assert len(CONTROLS) >= 50
    assert all(each.expected for each in DEFECTS)
    assert {finding[0] for each in CONTROLS for finding in each.expected} == {"i"}


@pytest.mark.parametrize("variant", [*not_yet()], ids=lambda variant: variant.name)
def test_defects_that_no_rule_sees_are_known(variant: Variant, run: Run, tmp_path: Path) -> None:
    """Move one that has findings by now to its defects."""
    for name, body in variant.files.items():
        (tmp_path / name).write_text(json.dumps(body), encoding="utf-8")
    if not variant.files:
        lines = "".join(f"{json.dumps(each)}\n" for each in variant.observations)
        (tmp_path / "traffic.ndjson").write_text(lines, encoding="utf-8")
    _, output, _ = run("validate", "--format", "json", *tmp_path.iterdir())
    assert json.loads(output)["findings"] == []
