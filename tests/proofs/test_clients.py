"""Every client under every mock, with its oldest and its newest version: `make proofs` installs and tries them."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from client_matrix import ENVIRONMENTS, ROOT, results
from ways import WAYS

#: What receiptkit itself needs.
_OURS = ("click", "jsonschema-rs>=0.60.1,<0.61", "orjson", "pyyaml", "rich", "python-jsonpath")
#: In seconds: how long an installation may take.
_PATIENCE = 900
#: Ways that do not work even without the guard, by environment, each with its reason.
_BROKEN: dict[tuple[str, str], str] = {}
_TRIED: dict[str, dict[str, str]] = {}


def interpreter(name: str) -> str:
    """Return the interpreter of an environment, which is made if it does not exist."""
    packages = ENVIRONMENTS[name]
    stamp = sha256("\n".join((*packages, *_OURS, sys.version)).encode()).hexdigest()[:12]
    folder = ROOT / ".proofs" / f"{name.replace(' ', '-')}-{stamp}"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *packages, *_OURS], check=True, timeout=_PATIENCE)
        (folder / "complete").touch()
    return str(python)


@pytest.mark.proofs
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_matrix(name: str, tmp_path: Path) -> None:
    """In every environment the guard sees each way that is installed there, once."""
    found = results(interpreter(name), tmp_path, "-p", "receiptkit.pytest_plugin")
    _TRIED[name] = found
    wrong = {
        way: result
        for way, result in found.items()
        if result not in ("seen", "not installed") and (name, way) not in _BROKEN
    }
    assert wrong == {}
    assert "seen" in found.values() or sys.version_info < (3, 11)


@pytest.mark.proofs
def test_every_way_was_tried(capsys: pytest.CaptureFixture[str]) -> None:
    """Each way was tried in some environment; this prints what was covered."""
    if set(_TRIED) != set(ENVIRONMENTS):
        pytest.skip("only after all environments")
    with capsys.disabled():
        print("\nclients and mocks that were tried:")
        for name, found in _TRIED.items():
            counts = Counter(found.values())
            print(f"  {name}: {counts['seen']} seen, {counts['not installed']} not installed here")
    seen = {way for found in _TRIED.values() for way, result in found.items() if result == "seen"}
    assert {way.id for way in WAYS} - seen == set()
