"""Suites of three consumers pass with wrong mocks until the plugin checks them; corrected ones pass with it."""

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
    """Return the exit code of a suite, run as its owners would, and its output."""
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
def test_the_plugin_catches_the_wrong_mock(consumer: str, tmp_path: Path) -> None:
    """The suite with the wrong mock fails, with the findings of its folder's output.txt."""
    code, printed = run(consumer, "lying", tmp_path, "--receipts-guard")
    assert printed == (CONSUMERS / consumer / "output.txt").read_text()
    assert code == 1


@pytest.mark.parametrize("consumer", NAMES)
def test_a_wrong_mock_passes_without_the_plugin(consumer: str, tmp_path: Path) -> None:
    """The suite passes with a wrong mock if it uses nothing of receiptkit."""
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
