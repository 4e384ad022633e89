"""Environments of their own, which `make proofs` installs packages into."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from hashlib import sha256
from pathlib import Path

from conftest import ROOT

#: What receiptkit itself needs.
_OURS = (
    "click",
    "jsonschema-rs>=0.60.1,<0.62",
    "orjson",
    "pyyaml",
    "rich",
    "python-jsonpath",
    "pathspec",
)
#: In seconds: how long an installation may take.
PATIENCE = 900


def node_packages(name: str, packages: tuple[str, ...]) -> Path:
    """Return a folder with these packages for Node.js, which is made if it does not exist."""
    stamp = sha256("\n".join(packages).encode()).hexdigest()[:12]
    folder = ROOT / ".proofs" / f"{name}-{stamp}"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--prefix", ".", "--no-audit", "--no-fund", "--silent"]
        subprocess.run([*install, *packages], check=True, timeout=PATIENCE, cwd=folder)
        (folder / "complete").touch()
    return folder / "node_modules"


def interpreter(name: str, packages: tuple[str, ...]) -> str:
    """Return the interpreter of an environment with these packages, which is made if it does not exist."""
    stamp = sha256("\n".join((*packages, *_OURS, sys.version)).encode()).hexdigest()[:12]
    folder = ROOT / ".proofs" / f"{name.replace(' ', '-')}-{stamp}"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *packages, *_OURS], check=True, timeout=PATIENCE)
        (folder / "complete").touch()
    return str(python)
