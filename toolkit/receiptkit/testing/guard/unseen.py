"""
HTTP that the guard cannot see: clients that it does not know, and methods of clients that tests
replace.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any
from urllib.parse import urlsplit

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.clients import by_module
from receiptkit.testing.guard.patches import Patches

#: Clients that are known to exist, by the modules that a project imports.
UNSEEN_CLIENTS = (
    "aiosonic",
    "asks",
    "curl_cffi",
    "geventhttpclient",
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
#: Not clients that code under test replaces; mock libraries replace methods of `http.client`.
_NO_CLIENTS = ("django", "werkzeug", "http", "vcr")
#: Mock libraries, which import clients to replace parts of them, and Dask, for its own purposes.
_IMPORTERS = ("vcr", "pytest_recording", "distributed")


def imported_clients() -> list[str]:
    """Return the HTTP clients that were imported and that the guard does not see."""
    seen = {_root(name) for name in by_module()}
    imported = [name for name in UNSEEN_CLIENTS if name in sys.modules and _root(name) not in seen]
    if any(name in sys.modules for name in _IMPORTERS):
        return [name for name in imported if _is_used(_root(name))]
    return imported


def _root(name: str) -> str:
    return name.partition(".")[0]


def _is_used(client: str) -> bool:
    """Return True if another module than its own and its importers refers to the client."""
    return any(
        _root(_home(value)) == client
        for name, module in list(sys.modules.items())
        if _root(name) not in (client, *_IMPORTERS) and type(module) is ModuleType
        for value in list(vars(module).values())
    )


def _home(value: object) -> str:
    """
    Return the module of a module, a class or a function; empty for other objects, which may run
    code when looked at.
    """
    if type(value) is ModuleType:
        return value.__name__
    if type(value) in (type, FunctionType):
        return str(value.__module__)
    return ""


def has_seen_client() -> bool:
    """Return True if a client that the guard sees was imported, other than Python's own."""
    return any(
        name in sys.modules for name in by_module() if _root(name) not in sys.stdlib_module_names
    )


# -- replaced methods


def wrap_mock(module: ModuleType, patches: Patches) -> None:
    """Notice what `unittest.mock.patch` replaces; a mock knows its calls afterwards."""

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
    """Notice what the fixture `monkeypatch` has replaced, when it puts that back."""

    def around_undo(inner: Callable[..., Any]) -> Callable[..., Any]:
        def undo(self: Any) -> Any:
            __tracebackhide__ = True
            with watchers.harmless():
                for owner, attribute, original in list(getattr(self, "_setattr", ())):
                    replacement = getattr(owner, attribute, None)
                    _notice(patches, owner, attribute, original, replacement)
            return inner(self)

        return undo

    patches.wrap(module, "MonkeyPatch.undo", around_undo)


#: By the modules that they wrap, as clients are.
REPLACERS = {"unittest.mock": wrap_mock, "_pytest.monkeypatch": wrap_monkeypatch}


def _notice(patches: Patches, owner: Any, attribute: str, original: Any, replacement: Any) -> None:
    watcher = watchers.current()
    name = None if watcher is None else _client_method(patches, owner, attribute, original)
    if watcher is not None and name is not None and _may_hide(watcher, name, replacement):
        watcher.take_replaced(name)


def _client_method(patches: Patches, owner: Any, attribute: str, original: Any) -> str | None:
    """
    Return the name of a method or a class of a client that is replaced; None if it is something
    else.
    """
    roots = {_root(name) for name in by_module()}.difference(_NO_CLIENTS)
    if isinstance(owner, type):
        # Of the classes that are wrapped, a client makes requests; an adapter lies below it.
        is_client = _root(owner.__module__) in roots and (
            attribute == "open" or hasattr(owner, "request")
        )
        is_one = is_client and attribute in _METHODS and patches.owns(owner)
        return f"{owner.__module__}.{owner.__qualname__}.{attribute}" if is_one else None
    home = getattr(owner, "__name__", "") if isinstance(owner, ModuleType) else ""
    if _root(home) in roots:
        return f"{home}.{attribute}" if attribute in _MEMBERS else None
    # A name that the project's own module imported: `app.requests`, `app.get`.
    origin = _home(original)
    if type(original) is ModuleType:
        return origin if origin in by_module() else None
    name = getattr(original, "__name__", "") if origin else ""
    return f"{origin}.{name}" if _root(origin) in roots and name in _MEMBERS else None


def _may_hide(watcher: watchers.Watcher, name: str, replacement: Any) -> bool:
    """Return True unless a mock was not called, with other URLs only, or only spied on calls."""
    calls = getattr(replacement, "mock_calls", None)
    if not isinstance(calls, list):
        return True
    if name.startswith("twilio."):
        return bool(calls)
    return any(
        watcher.wants(verb, url) and not watcher.has_taken(url)
        for url in _urls(calls)
        for verb in ("GET", "POST")
    )


def _urls(calls: Iterable[Any]) -> Iterator[str]:
    for _, args, kwargs in calls:
        for value in (*args, *kwargs.values()):
            url = value if isinstance(value, str) else getattr(value, "url", None)
            if url is not None and urlsplit(str(url)).netloc:
                yield str(url)
