"""Replace functions of classes and modules by wrappers, and put them back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import FunctionType, ModuleType
from typing import Any, NamedTuple


class _Patch(NamedTuple):
    owner: type | ModuleType
    name: str
    inner: Any
    outer: Any


class Patches:
    """The functions that are replaced now."""

    def __init__(self) -> None:
        self._done: list[_Patch] = []
        #: True if a mock was in the place of a function that is to be wrapped.
        self.is_blocked = False

    @property
    def is_intact(self) -> bool:
        """True if every wrapper is where it was put."""
        # Before every test: without a generator, it takes half as long.
        for owner, name, _, outer in self._done:  # noqa: SIM110
            if owner.__dict__.get(name) is not outer:
                return False
        return True

    def wrap(self, module: ModuleType, path: str, around: Callable[[Any], Any]) -> None:
        """
        Replace a function by a wrapper, unless it is one already.

        A stub in the place of a module may lack the function; then nothing happens.

        Args:
            module: of the client.
            path: of the function in the module, such as `Session.send`.
            around: makes the wrapper of the function.
        """
        *parents, name = path.split(".")
        owner: Any = module
        for parent in parents:
            owner = getattr(owner, parent, None)
        if isinstance(owner, type):
            owner = next((each for each in owner.__mro__ if name in each.__dict__), owner)
        inner = getattr(owner, "__dict__", {}).get(name)
        if not isinstance(inner, FunctionType):
            # A mock in its place has no use for a wrapper.
            self.is_blocked |= inner is not None
            return
        if any(patch.outer is inner for patch in self._done):
            return
        outer = wraps(inner)(around(inner))
        setattr(owner, name, outer)
        self._done.append(_Patch(owner, name, inner, outer))

    def owns(self, owner: object) -> bool:
        """Return True if functions of this class or module are wrapped."""
        return any(patch.owner is owner for patch in self._done)

    def undo(self) -> None:
        """Put back every function that nobody else has replaced since."""
        for patch in reversed(self._done):
            if patch.owner.__dict__.get(patch.name) is patch.outer:
                setattr(patch.owner, patch.name, patch.inner)
        self._done.clear()
