"""Every input of the corpus has exactly the findings that `expected.json` lists."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from score import HERE, Entry, arguments, entries, outcome

Run = Callable[..., tuple[int, str, str]]
ENTRIES = entries()
#: The names of inputs whose findings are still wrong. A name leaves the file with the change that mends its kind.
NOT_YET = frozenset(json.loads((HERE / "not_yet.json").read_text(encoding="utf-8")))


def _parameter(entry: Entry) -> object:
    marks = (
        [pytest.mark.xfail(reason="listed in not_yet.json", strict=True)]
        if entry["name"] in NOT_YET
        else []
    )
    return pytest.param(entry, id=entry["name"], marks=marks)


@pytest.mark.parametrize("entry", [_parameter(entry) for entry in ENTRIES])
def test_input_has_its_findings(entry: Entry, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Validate the input of an entry and compare rules, pointers, severities, counts and the exit code."""
    for name, value in entry.get("env", {}).items():
        monkeypatch.setenv(name, value)
    code, output, _ = run(*arguments(entry))
    result = outcome(entry, code, output)
    assert result.is_as_expected, result


def test_manifest_lists_every_input_once() -> None:
    """Every file and folder belongs to one entry, controls expect no error and no warning, and no stale name is left."""
    names = [entry["name"] for entry in ENTRIES]
    paths = [path for entry in ENTRIES for path in entry["paths"]]
    there = [
        f"{kind}/{path.name}"
        for kind in ("defects", "controls")
        for path in (HERE / kind).iterdir()
    ]
    assert sorted(paths) == sorted(there)
    assert len(set(names)) == len(names)
    assert set(names) >= NOT_YET
    of_controls = [entry for entry in ENTRIES if entry["paths"][0].startswith("controls/")]
    assert (len(ENTRIES) - len(of_controls), len(of_controls)) == (60, 40)
    assert {each["severity"] for entry in of_controls for each in entry["expected"]} <= {"info"}
