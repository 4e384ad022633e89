"""Add one new module of each kind to a copy of the package, and see it work on every path."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT

#: The added modules, by their place in the package.
ADDED = Path(__file__).resolve().parent / "one_file"
PLACES = {
    "rules_text.py": "rules/ours_text.py",
    "rules_request.py": "rules/ours_request.py",
    "rules_exchange.py": "rules/ours_exchange.py",
    "rules_receipt.py": "rules/ours_receipt.py",
    "rules_page.py": "rules/ours_page.py",
    "rules_webhook_request.py": "rules/ours_webhook_request.py",
    "rules_receipt_history.py": "rules/ours_receipt_history.py",
    "rules_list_history.py": "rules/ours_list_history.py",
    "format_pipes.py": "captures/formats/pipes.py",
    "report_count.py": "reports/formats/count.py",
    "client_tiny.py": "testing/guard/clients/tinyhttp.py",
}
RULES = {
    "ours.text",
    "ours.request",
    "ours.exchange",
    "ours.receipt",
    "ours.page",
    "ours.webhook-request",
    "ours.receipt-history",
    "ours.list-history",
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project with the added modules."""
    folder = tmp_path_factory.mktemp("copy")
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "toolkit", folder / "toolkit", ignore=ignore)
    (folder / "spec").symlink_to(ROOT / "spec")
    for source, place in PLACES.items():
        shutil.copy(ADDED / source, folder / "toolkit" / "receiptkit" / place)
    return folder


def run(copy: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(copy / "toolkit")}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd or copy,
        env=environment,
        check=False,
    )


def receiptkit(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(copy, "-m", "receiptkit", *arguments)


def found(copy: Path, *arguments: str) -> list[dict[str, Any]]:
    result = receiptkit(copy, "validate", "--format", "json", *arguments)
    assert result.returncode == 1, result.stderr
    findings: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return [each for each in findings if each["rule"].startswith("ours.")]


@pytest.fixture(scope="module")
def captures(copy: Path) -> Path:
    """Return a folder with the bad example of each added rule, as a capture."""
    folder = copy / "captures"
    folder.mkdir()
    code = (
        "import pathlib, sys\n"
        "from receiptkit.rules import catalogue\n"
        "for rule in catalogue.RULES:\n"
        "    if rule.id.startswith('ours.'):\n"
        "        path = pathlib.Path(sys.argv[1], f'{rule.id}.ndjson')\n"
        "        path.write_bytes(rule.bad.capture() + b'\\n')\n"
    )
    result = run(copy, "-c", code, str(folder))
    assert result.returncode == 0, result.stderr
    assert {path.stem for path in folder.iterdir()} == RULES
    return folder


@pytest.mark.parametrize(
    "options",
    [[], ["--jobs", "2"], ["--engine", "reference"], ["--join"]],
    ids=["one process", "two processes", "reference engine", "joined"],
)
def test_validate_runs_each_new_rule(copy: Path, captures: Path, options: list[str]) -> None:
    """Each rule is found in its own capture, however the captures are read."""
    findings = found(copy, *options, str(captures))
    by_file = {(Path(each["origin"]["file"]).stem, each["rule"]) for each in findings}
    assert {(rule, rule) for rule in RULES} <= by_file


def test_python_runs_each_new_rule(copy: Path, captures: Path) -> None:
    """`Contract`, `History` and the matcher have the findings of `validate`."""
    result = run(copy, str(ADDED / "drive.py"), str(captures))
    assert result.returncode == 0, result.stderr
    reported = json.loads(result.stdout)
    across = {"ours.receipt-history", "ours.list-history"}
    assert set(reported["contract"]) == RULES - across
    assert set(reported["history"]) == RULES
    assert set(reported["matcher"]) == {"ours.receipt", "ours.page", "ours.text"}
    assert set(reported["guard"]) == {"ours.exchange", "ours.request"}


def test_nothing_quick_skips_a_new_rule(copy: Path, tmp_path: Path) -> None:
    """Of thousands of alike lines, every second of which breaks the rule, every second is reported."""
    lines = copy / "many.ndjson"
    result = run(copy, str(ADDED / "many.py"), str(lines))
    assert result.returncode == 0, result.stderr
    findings = found(copy, "--jobs", "1", str(lines))
    assert [each["origin"]["line"] for each in findings] == list(range(2, 4001, 2))


def test_catalogue_lists_and_explains_each_new_rule(copy: Path) -> None:
    """`rules` and `explain` need no other file."""
    listed = receiptkit(copy, "rules").stdout
    for rule in RULES:
        assert rule in listed
        assert receiptkit(copy, "explain", rule).returncode == 0


def test_a_new_format_is_recognised(copy: Path) -> None:
    """A file of the new format is read by evidence, and by its name with `--as`."""
    path = copy / "webhook.pipes"
    path.write_text("pipes!\nEventType=onDeliveryUpdated|Status=queued\n")
    for options in ([], ["--as", "pipes"]):
        result = receiptkit(copy, "validate", "--format", "json", *options, str(path))
        rules = [each["rule"] for each in json.loads(result.stdout)["findings"]]
        assert "schema.enum" in rules, result.stderr
    listed = receiptkit(copy, "validate", "--as", "nothing", str(path)).stderr
    assert "pipes" in listed


def test_a_new_report_can_be_asked_for(copy: Path) -> None:
    """`--format` and its help know the new report."""
    path = str(ROOT / "fixtures" / "samples" / "lying-mock.json")
    assert receiptkit(copy, "validate", "--format", "count", path).stdout == "5 findings\n"
    assert "count" in receiptkit(copy, "validate", "--help").stdout
