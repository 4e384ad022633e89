"""Functions of classes and modules replaced by others that call them, and put back."""

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
    """What has been replaced."""

    def __init__(self) -> None:
        self._done: list[_Patch] = []

    def wrap(self, owner: type | ModuleType, name: str, around: Callable[[Any], Any]) -> None:
        """
        Replace a function by one around it, unless that stands there already.

        Args:
            owner: the class, or the module.
            name: of its function.
            around: makes the new function of the old one.
        """
        inner = owner.__dict__.get(name)
        # What is no function is somebody's mock, which has no use for us.
        if not isinstance(inner, FunctionType) or any(patch.outer is inner for patch in self._done):
            return
        outer = wraps(inner)(around(inner))
        setattr(owner, name, outer)
        self._done.append(_Patch(owner, name, inner, outer))

    def undo(self) -> None:
        """Put everything back that nobody else has replaced since."""
        for patch in reversed(self._done):
            if patch.owner.__dict__.get(patch.name) is patch.outer:
                setattr(patch.owner, patch.name, patch.inner)
        self._done.clear()
