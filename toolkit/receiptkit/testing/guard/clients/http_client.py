"""
`http.client` of the standard library, used directly or by a library that is built on it.

What `urllib.request` and urllib3 send through it, they show themselves. A body is seen when the
code under test has read it to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.body_reader import BodyReader, decoded
from receiptkit.testing.guard.patches import Patches

MODULE = "http.client"


class _Sent(NamedTuple):
    method: str
    target: str
    body: object = None
    headers: object = None


#: The last request of each connection.
_sent: WeakKeyDictionary[Any, _Sent] = WeakKeyDictionary()


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap the methods that begin a request, and the one that returns the response."""
    wrap_connection(module, "HTTPConnection", patches)


def wrap_connection(module: ModuleType, name: str, patches: Patches) -> None:
    """Wrap these methods of a class of connections."""
    # The first calls the second, but need not.
    patches.wrap(module, f"{name}.request", _around_begin)
    patches.wrap(module, f"{name}.putrequest", _around_begin)
    patches.wrap(module, f"{name}.getresponse", _around_response)


def _around_begin(inner: Callable[..., Any]) -> Callable[..., Any]:
    def begin(self: Any, method: Any, url: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        result = inner(self, method, url, *args, **kwargs)
        if watchers.current() is not None:
            with watchers.harmless():
                body, headers = (
                    args[index] if len(args) > index else kwargs.get(name)
                    for index, name in enumerate(("body", "headers"))
                )
                _sent[self] = _Sent(method, url, body, headers)
        return result

    return begin


def _around_response(inner: Callable[..., Any]) -> Callable[..., Any]:
    def getresponse(self: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        sent = _sent.pop(self, None)
        if sent is None or watchers.current() is None:
            return inner(self, *args, **kwargs)
        # vcrpy records through another connection.
        with watchers.sending(sent.method, sent.target):
            response = inner(self, *args, **kwargs)
        with watchers.harmless():
            _meet(sent, _url(self, sent.target), response)
        return response

    return getresponse


def _meet(sent: _Sent, url: str, response: Any) -> None:
    if not watchers.is_wanted(sent.method, url):
        return

    def show(read: bytes) -> None:
        body = decoded(read, response.headers.get("Content-Encoding"))
        if body is not None:
            watchers.show(
                sent.method,
                url,
                response.status,
                response.headers,
                body,
                request_headers=sent.headers,
                request_body=sent.body,
            )

    BodyReader(response, show)


def _url(connection: Any, target: str) -> str:
    if not target.startswith("/"):
        return target  # a proxy wants the whole of it
    default = connection.default_port
    host = getattr(connection, "_tunnel_host", None) or connection.host
    port = getattr(connection, "_tunnel_port", None) or connection.port
    place = f"[{host}]" if ":" in host else host
    scheme = "https" if default == 443 else "http"
    return f"{scheme}://{place}{'' if port == default else f':{port}'}{target}"
