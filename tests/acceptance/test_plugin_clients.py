"""Clients and mocks that are installed here; `tests/proofs/test_clients.py` tries all of them, in old and new versions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from client_matrix import ROOT, results


def test_installed_clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under each mock that is installed, the guard sees what each client gets, once."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    quiet = ("randomly", "xdist", "schemathesis", "faker", "hypothesispytest")
    found = results(
        sys.executable, tmp_path, *(part for name in quiet for part in ("-p", f"no:{name}"))
    )
    wrong = {way: each for way, each in found.items() if each not in ("seen", "not installed")}
    assert wrong == {}
    clients = {way.partition(",")[0] for way, each in found.items() if each == "seen"}
    assert {"requests", "httpx", "aiohttp", "urllib3", "urllib.request"} <= clients


def test_the_table_of_the_documentation() -> None:
    """The table in docs/pytest.md is made from the ways that are tried."""
    command = [sys.executable, str(ROOT / "tests" / "client_matrix.py"), "--check"]
    assert subprocess.run(command, check=False, capture_output=True, text=True).stdout == ""
