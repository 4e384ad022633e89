"""
urllib3, used directly. What requests sends through it, requests shows.

A body that is not read at once (`preload_content=False`) is seen when the code under test has read
it to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.body_reader import BodyReader
from receiptkit.testing.guard.doors import Doors, is_new
from receiptkit.testing.guard.patches import Patches

MODULE = "urllib3"
#: `request` calls `urlopen`, and that of a manager that of a pool, which pook replaces.
_DOORS = (
    "PoolManager.request",
    "PoolManager.urlopen",
    "connectionpool.HTTPConnectionPool.urlopen",
)
_doors = Doors("urllib3")


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap the doors of managers and pools."""

    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        def urlopen(self: Any, method: Any, url: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if watchers.current() is None:
                return inner(self, method, url, *args, **kwargs)
            with _doors.open() as met:
                response = inner(self, method, url, *args, **kwargs)
                with watchers.harmless():
                    if is_new(response, met):
                        _meet(response, method, _absolute(self, url), args, kwargs)
            return response

        return urlopen

    for door in _DOORS:
        patches.wrap(module, door, around)
    patches.wrap(module, "connectionpool.HTTPConnectionPool._make_request", _around_connection)


def _around_connection(inner: Callable[..., Any]) -> Callable[..., Any]:
    def make_request(
        self: Any, connection: Any, method: Any, url: Any, *args: Any, **kwargs: Any
    ) -> Any:
        __tracebackhide__ = True
        # It lies below every mock of urllib3, and uses `http.client`.
        with watchers.sending(method, url):
            return inner(self, connection, method, url, *args, **kwargs)

    return make_request


def _absolute(owner: Any, url: Any) -> str:
    """Return a URL with the host of its pool."""
    if not str(url).startswith("/"):
        return str(url)
    return f"{getattr(owner, 'scheme', 'http')}://{getattr(owner, 'host', '')}{url}"


def _meet(
    response: Any, method: Any, url: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    if not hasattr(response, "read") or not watchers.is_wanted(method, url):
        return

    def show(body: bytes) -> None:
        watchers.show(
            method,
            url,
            response.status,
            response.headers,
            body,
            request_headers=kwargs.get("headers"),
            request_body=_request_body(args, kwargs),
        )

    if kwargs.get("preload_content", True):
        show(response.data)
    else:
        BodyReader(response, show)


def _request_body(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    fields = kwargs.get("fields")
    if isinstance(fields, dict) and kwargs.get("encode_multipart") is False:
        return urlencode(fields)
    return kwargs.get("body", args[0] if args else None)
