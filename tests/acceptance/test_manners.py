"""Manners of the command line: statistics, settings, colours, filters, pointers, typos."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT
from receiptkit.reports import rule_page

Run = Callable[..., tuple[int, str, str]]
MOCK = ROOT / "fixtures" / "samples" / "lying-mock.json"


def test_statistics_count_each_rule(run: Run, tmp_path: Path) -> None:
    """Statistics leave the report unchanged, and do not count findings of the baseline."""
    _, plain, _ = run("validate", MOCK, "--format", "json")
    _, out, err = run("validate", MOCK, "--format", "json", "--statistics")
    assert out == plain
    lines = {rule: count for count, rule in map(str.split, err.splitlines())}
    rules = [each["rule"] for each in json.loads(out)["findings"]]
    assert lines == {rule: str(rules.count(rule)) for rule in rules}
    baseline = tmp_path / "known.json"
    run("validate", MOCK, "--write-baseline", baseline)
    assert run("validate", MOCK, "--baseline", baseline, "--statistics")[2] == ""


def test_settings_are_shown_with_their_source(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "receiptkit.toml"
    path.write_text('profile = "strict"\nfail-on = "info"\n')
    code, out, err = run("validate", "--show-settings", "--fail-on", "warning")
    assert (code, err) == (0, "")
    assert f'profile = "strict" ({path})\n' in out
    assert 'fail-on = "warning" (option --fail-on)\n' in out
    code, out, err = run("validate")
    assert (code, out) == (2, "")
    assert "Missing argument" in err


@pytest.mark.parametrize(
    ("options", "environment", "is_coloured"),
    [
        ((), {}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "0"}, False),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    environment: dict[str, str],
    is_coloured: bool,
) -> None:
    """The option outranks NO_COLOR, and that FORCE_COLOR; a file never has colours."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    out = run("validate", MOCK, *options)[1]
    assert ("\x1b[31merror" in out) == is_coloured
    report = tmp_path / "report.txt"
    run("validate", MOCK, "-o", report, *options)
    assert "\x1b" not in report.read_text()


def test_rules_are_filtered(run: Run) -> None:
    code, out, _ = run("rules", "timeline.*", "page.key", "--severity", "warning")
    listed = [line.split()[:2] for line in out.splitlines()]
    assert code == 0
    assert ["timeline.regression", "warning"] in listed
    assert {rule.partition(".")[0] for rule, _ in listed} <= {"timeline", "page"}
    assert {severity for _, severity in listed} == {"warning"}
    code, out, err = run("rules", "page.kye")
    assert (code, out) == (2, "")
    assert "did you mean page.key?" in err


def test_scenarios_are_filtered(run: Run) -> None:
    out = run("scenarios", "group-*")[1]
    assert out
    assert all(line.startswith("group-") for line in out.splitlines())
    code, out, err = run("scenarios", "gruop-*")
    assert (code, out) == (2, "")
    assert "no scenario matches 'gruop-*'" in err


def test_findings_name_the_page_of_their_rule(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is relative until the project has an address; SARIF has it from then on."""
    assert "    rule: docs/rules.md#schemaenum\n" in run("validate", MOCK, "-v")[1]
    assert "helpUri" not in run("validate", MOCK, "--format", "sarif")[1]
    monkeypatch.setattr(
        "importlib.metadata.metadata", lambda _: _Metadata("Documentation, https://example.com/x/")
    )
    rule_page.home.cache_clear()
    try:
        run_ = json.loads(run("validate", MOCK, "--format", "sarif")[1])["runs"][0]
        addresses = [rule["helpUri"] for rule in run_["tool"]["driver"]["rules"]]
        assert "https://example.com/x/docs/rules.md#schemaenum" in addresses
    finally:
        rule_page.home.cache_clear()


class _Metadata:
    def __init__(self, url: str) -> None:
        self._url = url

    def get_all(self, _: str) -> list[str]:
        return [self._url]


def test_anchors_of_rules_are_those_of_the_page() -> None:
    headings = (ROOT / "docs" / "rules.md").read_text().splitlines()
    assert "### schema.enum" in headings


@pytest.mark.parametrize("value", ["josn=x", "sraif=out.sarif", "xml=report", "SARIF=x"])
def test_unknown_report_names_are_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run("validate", MOCK, "-o", value)
    assert (code, out) == (2, "")
    assert f"unknown report format {value.partition('=')[0]!r}" in err
    assert run("validate", MOCK, "-o", f"./{value}")[0] == 1
