"""
requests, and what is built upon it.

Its own `send` reads a body that is not streamed. A streamed one is seen when the code under test has read it to its end, through whatever
method: all of them use `iter_content`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from receiptkit.testing.guard.patches import Patches
from receiptkit.testing.guard.watchers import current, saw

#: The responses that have been met since the outermost door was entered.
_met: ContextVar[list[Any] | None] = ContextVar("receiptkit_met", default=None)


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap both doors of a session: requests-mock replaces the inner one."""

    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        def sending(self: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if current() is None:
                return inner(self, *args, **kwargs)
            asked = args[0] if args else kwargs.get("request")
            with _meeting() as met:
                try:
                    response = inner(self, *args, **kwargs)
                except module.RequestException as error:
                    # A hook has looked at the response, and whoever catches this can, too.
                    _meet(error.response, asked, met, module.Response)
                    raise
                _meet(response, asked, met, module.Response)
            return response

        return sending

    for name in ("request", "send"):
        patches.wrap(module.Session, name, around)


@contextmanager
def _meeting() -> Iterator[list[Any]]:
    met = _met.get()
    if met is not None:
        yield met
        return
    met = []
    token = _met.set(met)
    try:
        yield met
    finally:
        _met.reset(token)


def _meet(response: Any, asked: Any, met: list[Any], real: Any) -> None:
    if not isinstance(response, real) or any(each is response for each in met):
        return
    met.append(response)
    # An adapter of a test's own need not say what it answered.
    request, watcher = getattr(response, "request", None) or asked, current()
    if (
        watcher is None
        or not isinstance(getattr(request, "url", None), str)
        or not watcher.wants(request.method, request.url)
    ):
        return
    body = response._content  # noqa: SLF001 # the only way to ask whether it has been read
    if body is not False:
        _show(request, response, body or b"")
    else:
        response.iter_content = _collecting(request, response)


def _collecting(request: Any, response: Any) -> Callable[..., Iterator[Any]]:
    inner = response.iter_content
    # Whoever has had a look at the beginning reads the rest in another call.
    chunks: list[bytes] = []

    def iter_content(*args: Any, **kwargs: Any) -> Iterator[Any]:
        return collected(inner(*args, **kwargs))

    def collected(pieces: Iterator[Any]) -> Iterator[Any]:
        for piece in pieces:
            chunks.append(piece.encode("utf-8", "replace") if isinstance(piece, str) else piece)
            yield piece
        if response.__dict__.pop("iter_content", None) is not None:
            _show(request, response, b"".join(chunks))

    return iter_content


def _show(request: Any, response: Any, body: bytes) -> None:
    saw(request.method, request.url, response.status_code, response.headers, body, request.headers)
