"""Defects that were invented without a look at the rules have findings, and unusual traffic has no alarm."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pieces import TOKEN
from unseen import Case, differences, write
from unseen_controls import unseen_controls
from unseen_defects import not_yet, unseen_defects
from unseen_states import not_yet as not_yet_of_states
from unseen_states import unseen_states

Run = Callable[..., tuple[int, str, str]]
CASES = [*unseen_defects(), *unseen_states(), *unseen_controls()]
NOT_YET = [case for case, _ in (*not_yet(), *not_yet_of_states())]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_has_its_findings(
    case: Case, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VARIANT_TOKEN", TOKEN)
    _, output, _ = run("validate", "--format", "json", *case.options, *write(case, tmp_path))
    assert differences(case, json.loads(output)) == []


@pytest.mark.parametrize("case", NOT_YET, ids=lambda case: case.name)
def test_defects_that_no_rule_sees_are_known(case: Case, run: Run, tmp_path: Path) -> None:
    """Take the reason away from one that has findings by now."""
    _, output, _ = run("validate", "--format", "json", *case.options, *write(case, tmp_path))
    found = {each["rule"] for each in json.loads(output)["findings"]}
    assert found <= {"listing.truncated"}


def test_names_differ() -> None:
    names = [case.name for case in (*CASES, *NOT_YET)]
    assert len(set(names)) == len(names)
