"""Modules that are imported later: somebody is told when they are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class ImportHook(MetaPathFinder):
    """
    Tells of modules that have just been imported.

    Args:
        names: of the modules.
        tell: is called with each.
    """

    def __init__(self, names: Container[str], tell: Callable[[ModuleType], None]) -> None:
        self._names = names
        self._tell = tell

    def expect(self) -> None:
        """Tell from now on."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def forget(self) -> None:
        """Tell no more."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module as the other finders find it; its loader, which is of this import alone, tells when it is done."""
        if name not in self._names:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        spec = next(
            (found for finder in others if (found := finder.find_spec(name, path, target))), None
        )
        if spec is not None and spec.loader is not None:
            self._listen(spec.loader)
        return spec

    def _listen(self, loader: Loader) -> None:
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            self._tell(module)

        told: Any = loader
        told.exec_module = exec_module
