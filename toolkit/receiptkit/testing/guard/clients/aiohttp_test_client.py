"""
The test client of aiohttp, also as pytest-aiohttp has it: its requests go to the application under
test.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.clients.aiohttp import request_body
from receiptkit.testing.guard.patches import Patches

MODULE = "aiohttp.test_utils"


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap the method that every request uses."""
    patches.wrap(module, "TestClient._request", _around)


def _around(inner: Callable[..., Any]) -> Callable[..., Any]:
    async def request(self: Any, method: Any, path: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        response = None
        try:
            response = await inner(self, method, path, **kwargs)
        finally:
            if watchers.current() is not None:
                with watchers.harmless():
                    _show(self, method, path, kwargs, response)
        return response

    return request


def _show(client: Any, method: Any, path: Any, kwargs: dict[str, Any], response: Any) -> None:
    url = client.make_url(path)
    if kwargs.get("params"):
        url = url.update_query(kwargs["params"])
    headers = getattr(getattr(response, "request_info", None), "headers", None)
    status = getattr(response, "status", None)
    watchers.show_inbound(method, str(url), request_body(kwargs), headers, status)
