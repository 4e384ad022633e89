"""Replace functions of classes and modules by wrappers, and put them back."""

from __future__ import annotations

import sys
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
        #: The wrapped classes, each with the namespace of the module that defined it, by identity.
        self._classes: dict[int, tuple[type, dict[str, Any]]] = {}
        #: True if a mock was in the place of a function that is to be wrapped.
        self.is_blocked = False

    @property
    def is_intact(self) -> bool:
        """True if every wrapper is where it was put."""
        # Before every test: without generators, it takes half as long.
        for owner, name, _, outer in self._done:
            if owner.__dict__.get(name) is not outer:
                return False
        for wrapped, home in self._classes.values():
            now = home.get(wrapped.__name__, wrapped)
            # A module that was reloaded has another class of the name.
            if now is not wrapped and id(now) not in self._classes:
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
            self._wrap_class(owner, name, around)
        else:
            self._wrap(owner, name, around)

    def _wrap_class(self, owner: type, name: str, around: Callable[[Any], Any]) -> None:
        """Wrap a method of a class, and of the one that replaced it if its module was reloaded."""
        home = getattr(sys.modules.get(owner.__module__), "__dict__", {})
        now = home.get(owner.__name__)
        for each in (owner, now) if isinstance(now, type) and now is not owner else (owner,):
            if self._wrap(each, name, around):
                self._classes[id(each)] = (each, home)

    def _wrap(self, owner: Any, name: str, around: Callable[[Any], Any]) -> bool:
        """Return True if the function is wrapped."""
        inner = getattr(owner, "__dict__", {}).get(name)
        if not isinstance(inner, FunctionType):
            # A mock in its place has no use for a wrapper.
            self.is_blocked |= inner is not None
            return False
        if any(patch.outer is inner for patch in self._done):
            return True
        outer = wraps(inner)(around(inner))
        setattr(owner, name, outer)
        self._done.append(_Patch(owner, name, inner, outer))
        return True

    def owns(self, owner: object) -> bool:
        """Return True if functions of this class or module are wrapped."""
        return any(patch.owner is owner for patch in self._done)

    def undo(self) -> None:
        """Put back every function that was not replaced again since."""
        for patch in reversed(self._done):
            if patch.owner.__dict__.get(patch.name) is patch.outer:
                setattr(patch.owner, patch.name, patch.inner)
        self._done.clear()
        self._classes.clear()
