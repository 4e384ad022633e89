"""A format of reports is one module; command line and documentation follow it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from receiptkit import reports

PACKAGE = ROOT / "toolkit" / "receiptkit"
NEW = '''
"""The report `dots`: a dot for each finding."""

from receiptkit.reports.report import Report, ReportFormat


class DotsReport(Report):
    groups = True

    def finding(self, finding):
        self.out.write(".")

    def close(self, summary):
        self.out.write(" end\\n")


FORMAT = ReportFormat("dots", DotsReport, lambda head, tail: tail.endswith(b" end\\n"))
'''


@pytest.mark.parametrize("name", reports.names())
def test_every_format_describes_itself(name: str) -> None:
    """Its title is what the documentation says."""
    title = reports.report_format(name).title
    assert f"| `{name}` | {title} |" in (ROOT / "docs" / "ci.md").read_text()


def test_a_new_format_is_one_new_file(tmp_path: Path) -> None:
    """A module in the folder of formats is a choice of --format and of -o at once."""
    copy = tmp_path / "receiptkit"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "spec", copy / "_spec")
    (copy / "reports" / "formats" / "dots.py").write_text(NEW)
    (tmp_path / "bad.json").write_text('{"sid": 1, "status": "queued", "participant_sid": 2}')

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "receiptkit", "validate", *arguments],
            cwd=tmp_path,
            env={"PYTHONPATH": str(tmp_path), "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )

    assert "[dots|" in run("--help").stdout
    result = run("bad.json", "--as", "receipt", "--format", "dots")
    assert (result.returncode, result.stdout[-6:]) == (1, ". end\n")
    for _ in range(2):
        assert run("bad.json", "--as", "receipt", "-o", "dots=out").returncode == 1
    assert (tmp_path / "out").read_text() == result.stdout
