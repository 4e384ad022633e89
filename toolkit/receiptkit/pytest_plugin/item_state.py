"""The state that a test carries with it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from receiptkit.testing.factories import Factories
    from receiptkit.testing.traffic import Traffic

TRAFFIC: pytest.StashKey[Traffic] = pytest.StashKey()
WATCHING: pytest.StashKey[AbstractContextManager[None]] = pytest.StashKey()
#: The test of a run that is watched now.
WATCHED: pytest.StashKey[pytest.Item] = pytest.StashKey()
#: True if the guard fails the test for its traffic; without it, that only counts for coverage.
GUARDED: pytest.StashKey[bool] = pytest.StashKey()
#: True once the test itself has ended; reports before that are of its subtests.
CALLED: pytest.StashKey[bool] = pytest.StashKey()
FACTORIES: pytest.StashKey[Factories] = pytest.StashKey()
#: Mistakes in markers of a run, by the ids of tests.
MISTAKES: pytest.StashKey[dict[str, str]] = pytest.StashKey()
