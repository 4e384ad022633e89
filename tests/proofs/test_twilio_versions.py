"""Twilio's packages, the oldest and the newest that are supported, do every operation of the local Twilio."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from acceptance import test_server_writing_clients as writing
from alone import installed
from conftest import ROOT
from receiptkit.server import running

_PYTHON = ("9.3.0", "")
_NODE = ("5.0.0", "latest")


@pytest.mark.parametrize("version", _PYTHON, ids=lambda each: each or "newest")
def test_python(version: str) -> None:
    package = f"twilio=={version}" if version else "twilio"
    folder = ROOT / ".proofs" / f"twilio-python-{version or 'newest'}"
    shutil.rmtree(folder, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    done = subprocess.run([*pip, package], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"pip cannot install {package}: {done.stderr[-300:]}")
    path = os.pathsep.join([str(folder), str(ROOT / "toolkit")])
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "python", str(writing.__file__)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert result.returncode == 0, result.stdout
    assert "4 passed" in result.stdout


@pytest.mark.parametrize("in_service", [False, True])
@pytest.mark.parametrize("version", _NODE)
def test_node(version: str, in_service: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    file = installed(f"twilio-node-{version}", f"twilio@{version}", "twilio/package.json")
    monkeypatch.setattr(writing, "PACKAGE", file.parents[2])
    with running(scenarios="none", clock="manual") as twilio:
        writing.test_node(writing.Front(twilio, twilio.url), in_service)
