"""
The guard: sees the exchanges of HTTP clients, real or mocked.

It wraps what the code under test calls, above whatever a mock replaces. Wrapped once, a client stays so until the run ends: mocks come and go
in any order, and where nobody is watching, the wrappers do nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.import_hook import ImportHook
from receiptkit.testing.guard.patches import Patches

#: The clients, and who wraps them.
_CLIENTS = {
    "requests": "client_requests",
    "httpx": "client_httpx",
    "aiohttp": "client_aiohttp",
    "twilio.base.client_base": "client_twilio",
}
_patches = Patches()


def _wrap(module: ModuleType) -> None:
    wrap: Callable[[ModuleType, Patches], None] = import_module(
        f"{__name__}.{_CLIENTS[module.__name__]}"
    ).wrap
    wrap(module, _patches)


_arrivals = ImportHook(_CLIENTS, _wrap)


@contextmanager
def watching(watcher: watchers.Watcher) -> Iterator[None]:
    """Show a watcher every exchange while this lasts, also of clients that are only imported then."""
    _arrivals.expect()
    for name in _CLIENTS:
        if name in sys.modules:
            _wrap(sys.modules[name])
    with watchers.watching(watcher):
        yield


def uninstall() -> None:
    """Leave every client as it was found."""
    _arrivals.forget()
    _patches.undo()
