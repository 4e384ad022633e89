"""The test client of Werkzeug and Flask: its requests go to the application under test."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any
from wsgiref.util import request_uri

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.patches import Patches

MODULE = "werkzeug.test"


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap the method that every request uses."""
    patches.wrap(module, "Client.run_wsgi_app", _around)


def _around(inner: Callable[..., Any]) -> Callable[..., Any]:
    def run_wsgi_app(self: Any, environ: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if watchers.current() is None:
            return inner(self, environ, *args, **kwargs)
        body = b""
        with watchers.harmless():
            body = _body(environ)
        result = None
        try:
            result = inner(self, environ, *args, **kwargs)
        finally:
            with watchers.harmless():
                _show(environ, body, result)
        return result

    return run_wsgi_app


def _body(environ: Any) -> bytes:
    """Read the body of a request, and leave it unread."""
    stream = environ.get("wsgi.input")
    if stream is None or not hasattr(stream, "seek"):
        return b""
    start = stream.tell()
    body = stream.read()
    stream.seek(start)
    return bytes(body)


def _show(environ: Any, body: bytes, result: Any) -> None:
    headers = {
        name[5:].replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    headers["Content-Type"] = environ.get("CONTENT_TYPE", "")
    status = int(result[1].split()[0]) if result is not None else None
    watchers.show_inbound(environ["REQUEST_METHOD"], request_uri(environ), body, headers, status)
