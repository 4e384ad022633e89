"""
Twilio's client. It uses requests, or aiohttp where it is asynchronous, which show their exchanges
themselves. This module is for the HTTP clients that tests put in their place.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.patches import Patches

MODULE = "twilio.base.client_base"


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap the one method that every resource of the client uses, and its asynchronous twin."""
    patches.wrap(module, "ClientBase.request", _around)
    patches.wrap(module, "ClientBase.request_async", _around_async)


def _around(inner: Callable[..., Any]) -> Callable[..., Any]:
    def request(self: Any, method: str, uri: str, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if not watchers.is_wanted(method, uri):
            return inner(self, method, uri, *args, **kwargs)
        with watchers.listening(method, uri) as exchanges:
            response = inner(self, method, uri, *args, **kwargs)
        if not exchanges:
            _show(method, uri, args, kwargs, response)
        return response

    return request


def _around_async(inner: Callable[..., Any]) -> Callable[..., Any]:
    async def request_async(self: Any, method: str, uri: str, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if not watchers.is_wanted(method, uri):
            return await inner(self, method, uri, *args, **kwargs)
        with watchers.listening(method, uri) as exchanges:
            response = await inner(self, method, uri, *args, **kwargs)
        if not exchanges:
            _show(method, uri, args, kwargs, response)
        return response

    return request_async


def _show(
    method: str, uri: str, args: tuple[Any, ...], kwargs: dict[str, Any], response: Any
) -> None:
    with watchers.harmless():
        text = getattr(response, "text", None)
        if not isinstance(text, str):
            return
        params, data = (
            args[index] if len(args) > index else kwargs.get(name)
            for index, name in enumerate(("params", "data"))
        )
        query = ("&" if "?" in uri else "?") + urlencode(params, doseq=True) if params else ""
        watchers.show(
            method,
            uri + query,
            getattr(response, "status_code", None),
            getattr(response, "headers", None),
            text,
            request_body=urlencode(data, doseq=True) if isinstance(data, dict) else None,
        )
