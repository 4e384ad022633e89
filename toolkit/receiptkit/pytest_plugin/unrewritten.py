"""
Modules of receiptkit as Python imports them. pytest rewrites the assertions of plugins, which reads
each module with `Path.read_bytes`; a test may have replaced that when the guard first needs one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class _Plain(MetaPathFinder):
    """Finds modules of receiptkit before pytest's hook does."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a module of receiptkit as on any other path; None for all others."""
        return PathFinder.find_spec(name, path, target) if name.startswith("receiptkit.") else None


_FINDERS: list[_Plain] = []


def install() -> None:
    """Import plainly from now on; a run within a run does it again."""
    _FINDERS.append(_Plain())
    sys.meta_path.insert(0, _FINDERS[-1])


def uninstall() -> None:
    """End what was last installed."""
    if _FINDERS and (last := _FINDERS.pop()) in sys.meta_path:
        sys.meta_path.remove(last)
