"""Same seed, same bytes: on every Python, with every version of what we depend on."""

from __future__ import annotations

import json

from proofs import golden
from receiptkit.generation import VERSION


def test_the_same_bytes_as_ever() -> None:
    """Every scenario in every form has the bytes it had when this version of the generator was written."""
    known = json.loads(golden.FILE.read_text())
    assert known["version"] == VERSION, "the version was raised: run python tests/proofs/golden.py"
    found = golden.hashes()
    assert found.keys() == known["hashes"].keys(), (
        "new scenarios or forms: run python tests/proofs/golden.py"
    )
    assert {name for name in found if found[name] != known["hashes"][name]} == set()
