"""
Twilio's client. It uses requests, and aiohttp where it is asynchronous, which show their exchanges themselves; this is for the HTTP clients
that tests put in their place.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from receiptkit.testing.guard.patches import Patches
from receiptkit.testing.guard.watchers import current, listening, saw


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap the one method that every resource of the client uses, and its asynchronous twin."""
    patches.wrap(module.ClientBase, "request", _around)
    patches.wrap(module.ClientBase, "request_async", _around_async)


def _around(inner: Callable[..., Any]) -> Callable[..., Any]:
    def request(self: Any, method: str, uri: str, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if not _wanted(method, uri):
            return inner(self, method, uri, *args, **kwargs)
        with listening(method, uri) as heard:
            response = inner(self, method, uri, *args, **kwargs)
        if not heard:
            _show(method, uri, (args[0] if args else kwargs.get("params")) or {}, response)
        return response

    return request


def _around_async(inner: Callable[..., Any]) -> Callable[..., Any]:
    async def request_async(self: Any, method: str, uri: str, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if not _wanted(method, uri):
            return await inner(self, method, uri, *args, **kwargs)
        with listening(method, uri) as heard:
            response = await inner(self, method, uri, *args, **kwargs)
        if not heard:
            _show(method, uri, (args[0] if args else kwargs.get("params")) or {}, response)
        return response

    return request_async


def _wanted(method: str, uri: str) -> bool:
    watcher = current()
    return watcher is not None and watcher.wants(method, uri)


def _show(method: str, uri: str, params: dict[str, Any], response: Any) -> None:
    text = getattr(response, "text", None)
    if isinstance(text, str):
        url = uri + (("&" if "?" in uri else "?") + urlencode(params, doseq=True) if params else "")
        saw(
            method,
            url,
            getattr(response, "status_code", None),
            getattr(response, "headers", None),
            text,
        )
