"""
The test client and the request factory of Django, and of Django REST framework: their requests go
to the application under test.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.patches import Patches

MODULE = "django.test.client"


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap the methods that make every request, synchronous and asynchronous."""
    patches.wrap(module, "RequestFactory.generic", _around)
    patches.wrap(module, "AsyncRequestFactory.generic", _around)


def _around(inner: Callable[..., Any]) -> Callable[..., Any]:
    def generic(self: Any, method: str, path: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if watchers.current() is None:
            return inner(self, method, path, *args, **kwargs)
        response = None
        try:
            response = inner(self, method, path, *args, **kwargs)
            if isawaitable(response):
                return _awaiting(response, method, path, args, kwargs)
        finally:
            if not isawaitable(response):
                _show(method, path, args, kwargs, response)
        return response

    return generic


async def _awaiting(
    response: Any, method: str, path: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    __tracebackhide__ = True
    answer = None
    try:
        answer = await response
    finally:
        _show(method, path, args, kwargs, answer)
    return answer


def _show(
    method: str, path: Any, args: tuple[Any, ...], kwargs: dict[str, Any], response: Any
) -> None:
    with watchers.harmless():
        data, content_type = (
            args[index] if len(args) > index else kwargs.get(name, "")
            for index, name in enumerate(("data", "content_type"))
        )
        query = kwargs.get("QUERY_STRING") or urlencode(
            kwargs.get("query_params") or {}, doseq=True
        )
        # A factory returns the request; the response of a client has it.
        request = getattr(response, "wsgi_request", getattr(response, "asgi_request", response))
        headers = {"Content-Type": content_type or "", **getattr(request, "headers", {})}
        scheme, host = getattr(request, "scheme", "http"), headers.get("Host", "testserver")
        url = f"{scheme}://{host}{path}" + (f"?{query}" if query else "")
        status = getattr(response, "status_code", None)
        watchers.show_inbound(method, url, data, headers, status)
