"""
requests, and what is built upon it.

Its own `send` reads a body that is not streamed. A streamed one is seen when the code under test has read it to its end, through whatever
method: all of them use `iter_content`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any
from weakref import WeakSet

from receiptkit.observations import Exchange
from receiptkit.testing.guard.patches import Patches
from receiptkit.testing.guard.watchers import current, saw

#: Requests whose answers have been met: a mock may answer with the same object again.
_seen: WeakSet[Any] = WeakSet()


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap both doors of a session: requests-mock replaces the inner one."""

    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        def sending(self: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            response = inner(self, *args, **kwargs)
            # An adapter of a test's own need not say what it answered.
            request = getattr(response, "request", None) or (args[0] if args else kwargs.get("request"))
            if isinstance(response, module.Response) and isinstance(getattr(request, "url", None), str):
                _watch(request, response)
            return response

        return sending

    for name in ("request", "send"):
        patches.wrap(module.Session, name, around)


def _watch(request: Any, response: Any) -> None:
    watcher = current()
    if watcher is None or request in _seen or not watcher.wants(request.method, request.url):
        return
    _seen.add(request)
    if response._content is not False:  # noqa: SLF001 # the only way to ask whether it has been read
        saw(_exchange(request, response, response.content))
    else:
        response.iter_content = _collecting(request, response)


def _collecting(request: Any, response: Any) -> Callable[..., Iterator[Any]]:
    inner = response.iter_content

    def iter_content(*args: Any, **kwargs: Any) -> Iterator[Any]:
        chunks = []
        for chunk in inner(*args, **kwargs):
            chunks.append(chunk)
            yield chunk
        response.__dict__.pop("iter_content", None)
        saw(_exchange(request, response, (type(chunks[0])() if chunks else b"").join(chunks)))

    return iter_content


def _exchange(request: Any, response: Any, body: str | bytes) -> Exchange:
    return Exchange(
        request.method, request.url, response.status_code, body, dict(response.headers), request_headers=request.headers
    )
