"""Functions are wrapped once, and restored unless other code has replaced them."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any
from unittest import mock

import pytest

from receiptkit.testing.guard.patches import Patches


@pytest.fixture
def module() -> Any:
    class Base:
        def get(self) -> str:
            return "inner"

    class Session(Base):
        pass

    made = ModuleType("client")
    vars(made).update(Session=Session, Base=Base)
    return made


def around(inner: Callable[..., str]) -> Callable[..., str]:
    return lambda *args: f"around {inner(*args)}"


def test_wraps_once_and_puts_back(module: Any) -> None:
    """A function that a class inherits is wrapped where it is defined, once, and put back."""
    patches, before = Patches(), module.Base.get
    for _ in range(2):
        patches.wrap(module, "Session.get", around)
    assert module.Session().get() == "around inner"
    assert patches.owns(module.Base)
    assert patches.is_intact
    patches.undo()
    assert module.Base.get is before


@pytest.mark.parametrize("path", ["Nothing.get", "Session.nothing", "nothing"])
def test_does_not_patch_names_that_a_stub_lacks(module: Any, path: str) -> None:
    """A path that leads nowhere wraps nothing, and causes no error."""
    patches = Patches()
    patches.wrap(module, path, around)
    assert not patches.is_blocked
    assert not patches.owns(module.Base)


def test_notices_mocks(module: Any) -> None:
    """A mock in the place of a function is left alone, and the function is wrapped when it is back."""
    patches = Patches()
    with mock.patch.object(module.Base, "get"):
        patches.wrap(module, "Session.get", around)
        assert patches.is_blocked
    patches.wrap(module, "Session.get", around)
    assert module.Session().get() == "around inner"
    with mock.patch.object(module.Base, "get") as get:
        assert not patches.is_intact
        patches.undo()
        assert module.Base.get is get
