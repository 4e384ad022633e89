"""Every client under every mock, with its oldest and its newest version: `make proofs` installs and tries them."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from client_matrix import ENVIRONMENTS, results
from environments import interpreter
from ways import WAYS

#: Ways that do not work even without the guard, by environment, each with its reason.
_BROKEN: dict[tuple[str, str], str] = {}
_TRIED: dict[str, dict[str, str]] = {}


@pytest.mark.proofs
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_matrix(name: str, tmp_path: Path) -> None:
    """In every environment the guard sees each way that is installed there, once."""
    found = results(
        interpreter(name, ENVIRONMENTS[name]), tmp_path, "-p", "receiptkit.pytest_plugin"
    )
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
