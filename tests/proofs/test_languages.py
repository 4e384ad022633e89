"""The tests of docs/languages.md pass in Jest, RSpec and Go, and fail where the code is wrong."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import examples
from conftest import ROOT
from environments import node_packages

pytestmark = pytest.mark.proofs
Run = Callable[..., tuple[int, str, str]]
_JEST = ("jest@29.7.0", "ajv@8.17.1", "ajv-formats@3.0.1", "js-yaml@4.1.0")


@pytest.fixture
def project(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the fixtures, and the tests of the page."""
    monkeypatch.chdir(tmp_path)
    run("fixtures", "write", "testdata/receipts")
    Path("testdata/contract.yaml").write_text(run("spec", "show")[1])
    for block in examples.blocks((ROOT / "docs" / "languages.md").read_text()):
        if block.mark == "file":
            path = tmp_path / block.value
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text)
    return tmp_path


def both(project: Path, file: str, right: str, wrong: str, *command: str) -> tuple[str, str]:
    """Return what a test prints, and what it prints with a mistake in the code."""
    path = project / file
    text = path.read_text()
    assert right in text
    printed = []
    for content, code in ((text, 0), (text.replace(right, wrong), 1)):
        path.write_text(content)
        result = subprocess.run(
            command, cwd=project, capture_output=True, text=True, check=False, timeout=300
        )
        assert result.returncode == code, result.stdout + result.stderr
        printed.append(result.stdout + result.stderr)
    return printed[0], printed[1]


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} here")


def test_jest(project: Path) -> None:
    needs("npm")
    modules = node_packages("jest", _JEST)
    os.symlink(modules, project / "node_modules")
    (project / "package.json").write_text("{}")
    jest = str(modules / ".bin" / "jest")
    good, bad = both(project, "receipts.test.js", '["failed", "undel', '["delivered", "undel', jest)
    assert int(re.findall(r"(\d+) passed, \d+ total", good)[-1]) > 20
    assert "Tests:" in bad


def test_rspec(project: Path) -> None:
    needs("rspec")
    right, wrong = "%w[failed undelivered]", "%w[failed undelivered delivered]"
    good, _ = both(
        project, "spec_receipts/receipts_spec.rb", right, wrong, "rspec", "spec_receipts"
    )
    assert re.search(r"[2-9][0-9] examples, 0 failures", good)


def test_go(project: Path) -> None:
    needs("go")
    (project / "go.mod").write_text("module receipts\n\ngo 1.18\n")
    right, wrong = '*receipt.Status == "failed"', '*receipt.Status == "delivered"'
    both(project, "receipts_test.go", right, wrong, "go", "test", "./...")
