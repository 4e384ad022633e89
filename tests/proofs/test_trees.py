"""Large public projects, as published: scan finds no error in them, follows nothing, and ends within a minute."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.proofs, pytest.mark.soak]

#: From each registry: an SDK of Twilio's, descriptions of APIs in JSON, one with much code.
_FROM_PYPI = ("twilio", "botocore", "stripe")
_FROM_NPM = ("twilio", "typescript")
_SECONDS = 60
_PATIENCE = 600


def _download(command: list[str], folder: Path) -> Path:
    """Return the archive that a command downloads; skip the test if it cannot."""
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"{command[0]} is not there, or takes too long: {type(error).__name__}")
    found = sorted(folder.iterdir())
    if done.returncode or not found:
        pytest.skip(f"cannot be downloaded: {done.stderr.strip().splitlines()[-1:]}")
    return found[0]


def _unpacked(archive: Path, folder: Path) -> Path:
    """Unpack an archive without running anything in it."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            file.extractall(folder)
    else:
        with tarfile.open(archive) as file:
            file.extractall(folder, filter="data")
    return folder


def _scan(folder: Path) -> dict[str, Any]:
    """Return the report of a scan, which may take a minute of a processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "receiptkit", "scan", "--format", "json", str(folder)],
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{folder}: {used:.1f} s")
    assert done.returncode == 0, done.stdout + done.stderr
    assert used < _SECONDS
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _check(folder: Path) -> None:
    files = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert len(files) > 100
    report = _scan(folder)
    assert [each for each in report["findings"] if each["severity"] != "info"] == []
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == files


@pytest.mark.parametrize("name", _FROM_PYPI)
def test_from_pypi(tmp_path: Path, name: str) -> None:
    """A wheel of PyPI."""
    archives = tmp_path / "archives"
    archives.mkdir()
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary",
        ":all:",
    ]
    _check(_unpacked(_download([*pip, name], archives), tmp_path / "tree"))


@pytest.mark.parametrize("name", _FROM_NPM)
def test_from_npm(tmp_path: Path, name: str) -> None:
    """A package of npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm")
    archives = tmp_path / "archives"
    archives.mkdir()
    _check(_unpacked(_download([npm, "pack", "--silent", name], archives), tmp_path / "tree"))
