"""httpx, synchronous and asynchronous. A streamed body is seen when the code under test has read it to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from types import ModuleType
from typing import Any
from weakref import WeakSet

from receiptkit.observations import Exchange
from receiptkit.testing.guard.patches import Patches
from receiptkit.testing.guard.watchers import current, saw

#: Requests whose answers have been met: a mock may answer with the same object again.
_seen: WeakSet[Any] = WeakSet()


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap both clients."""

    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        def send(self: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            response = inner(self, *args, **kwargs)
            if isinstance(response, module.Response):
                _watch(response, module.ResponseNotRead)
            return response

        return send

    def around_async(inner: Callable[..., Any]) -> Callable[..., Any]:
        async def send(self: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            response = await inner(self, *args, **kwargs)
            if isinstance(response, module.Response):
                _watch(response, module.ResponseNotRead)
            return response

        return send

    patches.wrap(module.Client, "send", around)
    patches.wrap(module.AsyncClient, "send", around_async)


def _watch(response: Any, not_read: type[Exception]) -> None:
    watcher, request = current(), response.request
    if watcher is None or request in _seen or not watcher.wants(request.method, str(request.url)):
        return
    _seen.add(request)
    try:
        saw(_exchange(response, response.content))
    except not_read:
        # Every method that decodes what it reads uses one of these.
        response.iter_bytes = _collecting(response)
        response.aiter_bytes = _collecting_async(response)


def _collecting(response: Any) -> Callable[..., Iterator[bytes]]:
    inner = response.iter_bytes

    def iter_bytes(*args: Any, **kwargs: Any) -> Iterator[bytes]:
        chunks = []
        for chunk in inner(*args, **kwargs):
            chunks.append(chunk)
            yield chunk
        _done(response, chunks)

    return iter_bytes


def _collecting_async(response: Any) -> Callable[..., AsyncIterator[bytes]]:
    inner = response.aiter_bytes

    async def aiter_bytes(*args: Any, **kwargs: Any) -> AsyncIterator[bytes]:
        chunks = []
        async for chunk in inner(*args, **kwargs):
            chunks.append(chunk)
            yield chunk
        _done(response, chunks)

    return aiter_bytes


def _done(response: Any, chunks: list[bytes]) -> None:
    for name in ("iter_bytes", "aiter_bytes"):
        response.__dict__.pop(name, None)
    saw(_exchange(response, b"".join(chunks)))


def _exchange(response: Any, body: bytes) -> Exchange:
    request = response.request
    return Exchange(
        request.method,
        str(request.url),
        response.status_code,
        body,
        dict(response.headers),
        request_headers=dict(request.headers),
    )
