"""Name what this machine lacks, and the tests that are skipped therefore."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Samples of other people's, beside the checkout where the project is developed; a user's clone has none.
REFERENCE = ROOT.parent / "shared" / "data"
#: Twilio's package for Node.js, and the schema of SARIF.
NODE = Path(sys.prefix) / "node" / "node_modules"
_LIBRARIES = (
    "fastapi",
    "freezegun",
    "gevent",
    "httpx2",
    "niquests",
    "pyarrow",
    "schemathesis",
    "textstat",
)


def missing() -> Iterator[str]:
    """Yield a phrase for each thing that is missing: the tests that need it, and the reason."""
    if not REFERENCE.is_dir():
        yield "reference data (not published with the project)"
    if shutil.which("node") is None or not NODE.is_dir():
        yield "Node.js (no npm when .venv was made; see `make .venv/.node`)"
    if shutil.which("openssl") is None:
        yield "TLS (no openssl)"
    absent = [name for name in _LIBRARIES if find_spec(name) is None]
    if absent:
        yield f"{', '.join(absent)} (not installed)"
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield "files without permission (run as root)"


def line() -> str:
    """Return one line about all of them; empty if nothing is missing."""
    found = "; ".join(missing())
    return f"tests that will be skipped: {found}" if found else ""
