"""httpx, synchronous and asynchronous. A streamed body is seen when the code under test has read it to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from types import ModuleType
from typing import Any

from receiptkit.testing.guard.patches import Patches
from receiptkit.testing.guard.watchers import current, saw


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap both clients."""

    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            try:
                response = inner(self, request, *args, **kwargs)
            except module.HTTPStatusError as error:
                _watch(module, request, error.response)
                raise
            _watch(module, request, response)
            return response

        return send

    def around_async(inner: Callable[..., Any]) -> Callable[..., Any]:
        async def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            try:
                response = await inner(self, request, *args, **kwargs)
            except module.HTTPStatusError as error:
                _watch(module, request, error.response)
                raise
            _watch(module, request, response)
            return response

        return send

    patches.wrap(module.Client, "send", around)
    patches.wrap(module.AsyncClient, "send", around_async)


def _watch(module: ModuleType, asked: Any, response: Any) -> None:
    watcher = current()
    if watcher is None or not isinstance(response, module.Response):
        return
    request = getattr(response, "_request", None) or asked
    url = str(request.url)
    if not watcher.wants(request.method, url):
        return

    def show(body: bytes) -> None:
        saw(request.method, url, response.status_code, response.headers, body, request.headers)

    def show_raw(body: bytes) -> None:
        try:
            show(
                module.Response(
                    response.status_code, headers=response.headers, content=body
                ).content
            )
        except module.DecodingError:
            return

    try:
        show(response.content)
    except module.ResponseNotRead:
        length = response.headers.get("content-length", "")
        kinds = [
            kind
            for kind in (module.SyncByteStream, module.AsyncByteStream)
            if isinstance(response.stream, kind)
        ]
        collected = type("Collected", (_Collected, *kinds), {})
        response.stream = collected(
            response.stream, int(length) if length.isdecimal() else None, show_raw
        )


class _Collected:
    """
    The stream of a body.

    Args:
        stream: what is read.
        length: how long it is, where that is known: who has that much need not have met the end.
        tell: is told the whole of it, once.
    """

    def __init__(self, stream: Any, length: int | None, tell: Callable[[bytes], None]) -> None:
        self._stream = stream
        self._length = length
        self._tell = tell
        self._chunks: list[bytes] = []
        self._taken = 0
        self._told = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            self._take(chunk)
            yield chunk
        self._end()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._take(chunk)
            yield chunk
        self._end()

    def close(self) -> None:
        self._stream.close()

    async def aclose(self) -> None:
        await self._stream.aclose()

    def _take(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._taken += len(chunk)
        if self._taken == self._length:
            self._end()

    def _end(self) -> None:
        if not self._told:
            self._told = True
            self._tell(b"".join(self._chunks))
