"""HTTP that the guard cannot see: clients that it does not know, and methods of clients that tests replace."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.clients import by_module
from receiptkit.testing.guard.patches import Patches

#: Clients that are known to exist, by the modules that a project imports.
_OTHERS = (
    "aiosonic",
    "asks",
    "curl_cffi",
    "geventhttpclient",
    "httplib2",
    "primp",
    "pycurl",
    "pyreqwest",
    "rnet",
    "tornado.httpclient",
    "treq",
    "twisted.web.client",
    "urlfetch",
)
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
#: What code under test uses of a client; what mock libraries replace lies below.
_METHODS = (*_VERBS, "send", "stream", "open", "request_async")
_MEMBERS = (*_METHODS, "urlopen", "Session", "Client", "AsyncClient", "ClientSession")


def imported_clients() -> list[str]:
    """Return the HTTP clients that were imported and that the guard does not see."""
    seen = {name.partition(".")[0] for name in by_module()}
    return [name for name in _OTHERS if name in sys.modules and name.partition(".")[0] not in seen]


def has_seen_client() -> bool:
    """Return True if a client that the guard sees was imported, those of the standard library aside."""
    return any(name in sys.modules for name in by_module() if not name.startswith("urllib."))


# -- replaced methods


def wrap_mock(module: ModuleType, patches: Patches) -> None:
    """Notice what `unittest.mock.patch` replaces; a mock tells afterwards what it was called with."""

    def around_exit(inner: Callable[..., Any]) -> Callable[..., Any]:
        def leave(self: Any, *args: Any) -> Any:
            with watchers.harmless():
                owner, attribute = self.target, self.attribute
                replacement = getattr(owner, attribute, None)
                original = getattr(self, "temp_original", None)
                _notice(patches, owner, attribute, original, replacement)
            return inner(self, *args)

        return leave

    patches.wrap(module, "_patch.__exit__", around_exit)


def wrap_monkeypatch(module: ModuleType, patches: Patches) -> None:
    """Notice what the fixture `monkeypatch` replaces."""

    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        def setattr_(self: Any, target: Any, name: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            with watchers.harmless():
                owner, attribute = target, name
                if isinstance(target, str):
                    path, _, attribute = target.rpartition(".")
                    owner = _resolved(path)
                original = getattr(owner, attribute, None) if owner is not None else None
                _notice(patches, owner, attribute, original, args[0] if args else name)
            return inner(self, target, name, *args, **kwargs)

        return setattr_

    patches.wrap(module, "MonkeyPatch.setattr", around)


#: By the modules that they wrap, as clients are.
REPLACERS = {"unittest.mock": wrap_mock, "_pytest.monkeypatch": wrap_monkeypatch}


def _resolved(path: str) -> Any:
    """Return a module, or a class in one, by its path; None if it has not been imported."""
    name = path
    rest: list[str] = []
    while name and name not in sys.modules:
        name, _, last = name.rpartition(".")
        rest.insert(0, last)
    found: Any = sys.modules.get(name)
    for each in rest:
        found = getattr(found, each, None)
    return found


def _notice(patches: Patches, owner: Any, attribute: str, original: Any, replacement: Any) -> None:
    watcher = watchers.current()
    name = None if watcher is None else _client_method(patches, owner, attribute, original)
    if watcher is not None and name is not None and _may_hide(watcher, name, replacement):
        watcher.take_replaced(name)


def _client_method(patches: Patches, owner: Any, attribute: str, original: Any) -> str | None:
    """Return the name of a method or a class of a client that is replaced; None if it is something else."""
    roots = {name.partition(".")[0] for name in by_module()} - {"django", "werkzeug"}
    if isinstance(owner, type):
        is_one = attribute in _METHODS and patches.owns(owner)
        return f"{owner.__module__}.{owner.__qualname__}.{attribute}" if is_one else None
    home = getattr(owner, "__name__", "") if isinstance(owner, ModuleType) else ""
    if home.partition(".")[0] in roots:
        return f"{home}.{attribute}" if attribute in _MEMBERS else None
    # A name that the project's own module imported: `app.requests`, `app.get`.
    origin = getattr(original, "__module__", None) or ""
    if isinstance(original, ModuleType):
        is_one = original.__name__ in by_module()
        return original.__name__ if is_one else None
    name = getattr(original, "__name__", "")
    is_one = origin.partition(".")[0] in roots and name in _MEMBERS
    return f"{origin}.{name}" if is_one else None


def _may_hide(watcher: watchers.Watcher, name: str, replacement: Any) -> bool:
    """Return True unless a mock was called with other URLs only, or not at all."""
    calls = getattr(replacement, "mock_calls", None)
    if not isinstance(calls, list):
        return True
    if name.startswith("twilio."):
        return bool(calls)
    return any(watcher.wants(verb, url) for url in _urls(calls) for verb in ("GET", "POST"))


def _urls(calls: Iterable[Any]) -> Iterator[str]:
    for _, args, kwargs in calls:
        for value in (*args, *kwargs.values()):
            url = value if isinstance(value, str) else getattr(value, "url", None)
            if url is not None and urlsplit(str(url)).netloc:
                yield str(url)
