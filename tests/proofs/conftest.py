"""The proofs take long: `make proofs` runs them, `make test` leaves them out."""

from __future__ import annotations

from pathlib import Path

import pytest

_FOLDER = Path(__file__).parent
#: So quick, and so often what one breaks, that every run has them.
_QUICK = ("test_layers.py", "test_golden.py")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test below this folder as a proof, but the quick ones."""
    for item in items:
        if _FOLDER in item.path.parents and item.path.name not in _QUICK:
            item.add_marker("proofs")
