"""
aiohttp. A body is seen when the code under test has read it: by `read`, `text` or `json`.

Mocks replace `ClientSession._request`, so its callers are wrapped, `aiohttp.request` with them; and
it itself, for other callers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from types import ModuleType
from typing import Any
from urllib.parse import urlencode
from weakref import WeakSet

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.patches import Patches

MODULE = "aiohttp"
_METHODS = ("request", "get", "options", "head", "post", "put", "patch", "delete")
_READERS = ("read", "text", "json")
_seen: WeakSet[Any] = WeakSet()


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap the methods of a session."""
    response_type = module.ClientResponse

    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        def calling(self: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            context = inner(self, *args, **kwargs)
            if not isinstance(context, Coroutine) or not isinstance(
                context, AbstractAsyncContextManager
            ):
                return context
            # It can be awaited and entered; so can one of its type around the watched coroutine.
            return type(context)(_watched(context, response_type, kwargs))  # type: ignore[call-arg]

        return calling

    def around_request(inner: Callable[..., Any]) -> Callable[..., Any]:
        async def request(self: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            return await _watched(inner(self, *args, **kwargs), response_type, kwargs)

        return request

    def around_function(inner: Callable[..., Any]) -> Callable[..., Any]:
        def request(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            context = inner(*args, **kwargs)
            if hasattr(context, "_coro"):
                # The context also holds the session.
                context._coro = _watched(context._coro, response_type, kwargs)  # noqa: SLF001
            return context

        return request

    patches.wrap(module, "request", around_function)
    for name in _METHODS:
        patches.wrap(module, f"ClientSession.{name}", around)
    patches.wrap(module, "ClientSession._request", around_request)


async def _watched(context: Any, response_type: Any, kwargs: dict[str, Any]) -> Any:
    __tracebackhide__ = True
    response = await context
    if watchers.current() is not None:
        with watchers.harmless():
            _meet(response, response_type, kwargs)
    return response


def _meet(response: Any, response_type: Any, kwargs: dict[str, Any]) -> None:
    if (
        not isinstance(response, response_type)
        or response in _seen
        or not watchers.is_wanted(response.method, str(response.url))
    ):
        return
    _seen.add(response)
    body = request_body(kwargs)
    # Once a body has been read, this returns it again.
    read = response.read
    for name in _READERS:
        setattr(response, name, _reading(response, name, read, body))


def _reading(
    response: Any, name: str, read: Callable[[], Awaitable[bytes]], request_body: object
) -> Callable[..., Any]:
    reader = getattr(response, name)

    async def reading(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        try:
            return await reader(*args, **kwargs)
        finally:
            is_read = response._body is not None  # noqa: SLF001 # nothing else tells
            if response.__dict__.get(name) is reading and is_read:
                body = await read()
                for each in _READERS:
                    response.__dict__.pop(each, None)
                with watchers.harmless():
                    _show(response, body, request_body)

    return reading


def _show(response: Any, body: bytes, request_body: object) -> None:
    info = getattr(response, "_request_info", None)
    watchers.show(
        response.method,
        str(response.url),
        response.status,
        response.headers,
        body,
        request_headers=getattr(info, "headers", None),
        request_body=request_body,
    )


def request_body(kwargs: dict[str, Any]) -> object:
    """Return the text of a form that a request is sent with; None if it is something else."""
    data = kwargs.get("data")
    # A FormData makes the same body each time, unless it has several parts.
    if getattr(data, "is_multipart", True) is False:
        data = getattr(data() if callable(data) else None, "_value", None)
    if isinstance(data, (str, bytes)):
        return data
    return urlencode(data, doseq=True) if isinstance(data, (Mapping, list, tuple)) else None
