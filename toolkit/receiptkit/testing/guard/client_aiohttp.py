"""
aiohttp. A body is seen when the code under test has read it: by `read`, `text` or `json`.

Mocks replace `ClientSession._request`, so that what calls it is wrapped, `aiohttp.request` with it; and it itself too, for what calls it
otherwise.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from types import ModuleType
from typing import Any
from weakref import WeakSet

from receiptkit.testing.guard.patches import Patches
from receiptkit.testing.guard.watchers import current, saw

_METHODS = ("request", "get", "options", "head", "post", "put", "patch", "delete")
_READERS = ("read", "text", "json")
_seen: WeakSet[Any] = WeakSet()


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap the methods of a session."""

    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        def calling(self: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            context = inner(self, *args, **kwargs)
            if not isinstance(context, Coroutine) or not isinstance(
                context, AbstractAsyncContextManager
            ):
                return context
            # It can be awaited and entered; the same around the same, watched, can too.
            return type(context)(_watched(context, module.ClientResponse))  # type: ignore[call-arg]

        return calling

    def around_request(inner: Callable[..., Any]) -> Callable[..., Any]:
        async def request(self: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            return await _watched(inner(self, *args, **kwargs), module.ClientResponse)

        return request

    def around_function(inner: Callable[..., Any]) -> Callable[..., Any]:
        def request(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            context = inner(*args, **kwargs)
            if hasattr(context, "_coro"):
                context._coro = _watched(context._coro, module.ClientResponse)  # noqa: SLF001 # it holds its session, too
            return context

        return request

    patches.wrap(module, "request", around_function)
    for name in _METHODS:
        patches.wrap(module.ClientSession, name, around)
    patches.wrap(module.ClientSession, "_request", around_request)


async def _watched(context: Any, real: Any) -> Any:
    __tracebackhide__ = True
    response = await context
    watcher = current()
    if (
        watcher is not None
        and isinstance(response, real)
        and response not in _seen
        and watcher.wants(response.method, str(response.url))
    ):
        _seen.add(response)
        # Once a body has been read, this hands it out again.
        read = response.read
        for name in _READERS:
            setattr(response, name, _telling(response, name, read))
    return response


def _telling(response: Any, name: str, read: Callable[[], Awaitable[bytes]]) -> Callable[..., Any]:
    reader = getattr(response, name)

    async def reading(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        try:
            return await reader(*args, **kwargs)
        finally:
            if response.__dict__.get(name) is reading and response._body is not None:  # noqa: SLF001 # as requests: nothing else says so
                body = await read()
                for each in _READERS:
                    response.__dict__.pop(each, None)
                saw(response.method, str(response.url), response.status, response.headers, body)

    return reading
