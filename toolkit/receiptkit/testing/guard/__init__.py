"""
The guard: sees the exchanges of HTTP clients, real or mocked.

It wraps what the code under test calls, above what a mock replaces. A client stays wrapped until
the run ends: mocks come and go in any order. Without a watcher, the wrappers do nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from operator import is_
from types import ModuleType

from receiptkit.testing.guard import clients, unseen, watchers
from receiptkit.testing.guard.import_hook import ImportHook
from receiptkit.testing.guard.patches import Patches

_patches = Patches()
#: Functions that wrap a module, by its name.
_WRAPS = {**clients.by_module(), **unseen.REPLACERS}
#: The modules that are wrapped, by their names.
_wrapped: dict[str, object] = {}


def _wrap(name: str, module: object) -> None:
    with watchers.harmless():
        # A test may block a module, or put a stub or another client in its place.
        if not isinstance(module, ModuleType) or module.__name__ != name:
            return
        if module.__spec__ is not None:
            _WRAPS[name](module, _patches)


_hook = ImportHook(_WRAPS, _wrap)


@contextmanager
def watching(watcher: watchers.Watcher) -> Iterator[None]:
    """Show a watcher every exchange while this lasts, also of clients imported meanwhile."""
    with watchers.watching(watcher):
        _hook.install()
        _wrap_all()
        yield


def _wrap_all() -> None:
    """Wrap the clients that are imported; what is as it was left needs no second look."""
    if _is_as_left() and _patches.is_intact and not _patches.is_blocked:
        return
    imported = {name: sys.modules[name] for name in _WRAPS if name in sys.modules}
    _patches.is_blocked = False
    for name, module in imported.items():
        _wrap(name, module)
    _wrapped.clear()
    _wrapped.update(imported)


def _is_as_left() -> bool:
    """Return True if no client was imported, replaced or removed since."""
    # Before every test: without a generator, it takes a third as long.
    return all(map(is_, map(sys.modules.get, _WRAPS), map(_wrapped.get, _WRAPS)))


def uninstall() -> None:
    """Leave every client as it was found, unless an outer run is still watching."""
    if watchers.current() is None:
        _hook.uninstall()
        _patches.undo()
        _wrapped.clear()
