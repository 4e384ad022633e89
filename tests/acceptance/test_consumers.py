"""Three consumers with suites of their own: green with mocks that lie, until the plugin looks; green with mocks that do not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from suites import tidied

CONSUMERS = ROOT / "tests" / "consumers"
NAMES = ("alerts", "dashboard", "receiver")


def run(consumer: str, suite: str, folder: Path, *arguments: str) -> tuple[int, str]:
    """The exit code of a suite, run as its owners would, and what it prints."""
    shutil.copytree(CONSUMERS / consumer, folder / consumer, dirs_exist_ok=True)
    environment = {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "",
        "COLUMNS": "80",
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "receiptkit",
        "-p",
        "no:cacheprovider",
        *arguments,
        f"test_{consumer}_{suite}.py",
    ]
    result = subprocess.run(
        command, cwd=folder / consumer, env=environment, capture_output=True, text=True, check=False
    )
    assert result.stderr == ""
    return result.returncode, tidied(result.stdout)


@pytest.mark.parametrize("consumer", NAMES)
def test_the_lie_is_caught(consumer: str, tmp_path: Path) -> None:
    """The suite with the lying mock fails, and says all of what its folder's output.txt says."""
    code, printed = run(consumer, "lying", tmp_path, "--receipts-guard")
    assert printed == (CONSUMERS / consumer / "output.txt").read_text()
    assert code == 1


@pytest.mark.parametrize("consumer", NAMES)
def test_without_the_plugin_nobody_knew(consumer: str, tmp_path: Path) -> None:
    """What asks for nothing of ours passes: the mock lies, and the suite is green."""
    arguments = ("-k", "not the_webhook_we_test_with")
    code, printed = run(consumer, "lying", tmp_path, *arguments)
    assert code == 0, printed


@pytest.mark.parametrize("consumer", NAMES)
def test_the_truth_passes(consumer: str, tmp_path: Path) -> None:
    """The corrected suite passes, guarded, even where warnings fail."""
    code, printed = run(
        consumer, "truthful", tmp_path, "--receipts-guard", "--receipts-fail-on=warning"
    )
    assert code == 0, printed
