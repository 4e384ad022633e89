"""
`urllib.request` of the standard library. A body is seen when the code under test has read it to its
end.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.body_reader import BodyReader, decoded
from receiptkit.testing.guard.doors import Doors, is_new
from receiptkit.testing.guard.patches import Patches

MODULE = "urllib.request"
#: A redirect opens the next URL within the same call.
_doors = Doors("urllib")


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap the method that `urlopen` and openers of a project's own use."""
    error_type = module.HTTPError

    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        def open_(self: Any, fullurl: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if watchers.current() is None:
                return inner(self, fullurl, *args, **kwargs)
            with _doors.open() as met:
                try:
                    response = inner(self, fullurl, *args, **kwargs)
                except error_type as error:
                    _meet(error, fullurl, args, kwargs, met)
                    raise
                _meet(response, fullurl, args, kwargs, met)
            return response

        return open_

    patches.wrap(module, "OpenerDirector.open", around)
    patches.wrap(module, "AbstractHTTPHandler.do_open", _around_connection)


def _around_connection(inner: Callable[..., Any]) -> Callable[..., Any]:
    def do_open(self: Any, http_class: Any, req: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        # It uses `http.client`.
        with watchers.sending(req.get_method(), req.full_url):
            return inner(self, http_class, req, *args, **kwargs)

    return do_open


def _meet(
    response: Any, request: Any, args: tuple[Any, ...], kwargs: dict[str, Any], met: list[Any]
) -> None:
    with watchers.harmless():
        if not hasattr(response, "read") or not is_new(response, met):
            return
        body = getattr(request, "data", None) or kwargs.get("data", args[0] if args else None)
        url = request if isinstance(request, str) else request.full_url
        method = "POST" if body is not None else "GET"
        method = method if isinstance(request, str) else request.get_method()
        if not watchers.is_wanted(method, url):
            return
        headers = None if isinstance(request, str) else dict(request.header_items())

        def show(read: bytes) -> None:
            text = decoded(read, response.headers.get("Content-Encoding"))
            if text is not None:
                watchers.show(
                    method,
                    url,
                    getattr(response, "status", None) or response.code,
                    response.headers,
                    text,
                    request_headers=headers,
                    request_body=body,
                )

        BodyReader(response, show)
