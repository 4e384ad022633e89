"""Import hook: call back after a module is imported."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Container, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class ImportHook(MetaPathFinder):
    """
    Calls back after one of some modules is imported.

    Args:
        names: of the modules.
        imported: called with the name and the module.
    """

    def __init__(self, names: Container[str], imported: Callable[[str, ModuleType], None]) -> None:
        self._names = names
        self._imported = imported
        self._searching = threading.local()

    def install(self) -> None:
        """Call back from now on."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def uninstall(self) -> None:
        """Call back no more."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """
        Find a module as the other finders do; its loader, which is of this import alone, then calls
        back.
        """
        # Another hook of this kind searches the same way, and comes back here.
        if name not in self._names or getattr(self._searching, "name", None) == name:
            return None
        self._searching.name = name
        try:
            spec = self._spec(name, path, target)
        finally:
            self._searching.name = None
        if spec is not None and spec.loader is not None and not isinstance(spec.loader, type):
            self._listen(name, spec.loader)
        return spec

    def _spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find(name, path, target) if find else None
            if spec is not None:
                return spec
        return None

    def _listen(self, name: str, loader: Loader) -> None:
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            self._imported(name, module)

        instance: Any = loader
        try:
            instance.exec_module = exec_module
        except AttributeError:
            return  # a loader without room for it: the module is wrapped when the next test begins
