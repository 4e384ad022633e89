"""
httpx, synchronous and asynchronous. A streamed body is seen when the code under test has read it to
its end.

A client's transport can hold an application (`ASGITransport`, `WSGITransport`, the test client of
Starlette and FastAPI). It delivers its requests to the code under test: they are inbound.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from types import ModuleType
from typing import Any

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.patches import Patches

MODULE = "httpx"


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap both clients."""
    error_type = module.HTTPStatusError

    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            response = None
            try:
                response = inner(self, request, *args, **kwargs)
            except error_type as error:
                response = error.response
                raise
            finally:
                _meet(module, self, request, response)
            return response

        return send

    def around_async(inner: Callable[..., Any]) -> Callable[..., Any]:
        async def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            response = None
            try:
                response = await inner(self, request, *args, **kwargs)
            except error_type as error:
                response = error.response
                raise
            finally:
                _meet(module, self, request, response)
            return response

        return send

    patches.wrap(module, "Client.send", around)
    patches.wrap(module, "AsyncClient.send", around_async)


def _meet(module: ModuleType, client: Any, sent: Any, response: Any) -> None:
    if watchers.current() is None:
        return
    with watchers.harmless():
        if isinstance(sent, module.Request) and _is_inbound(client, sent):
            status = getattr(response, "status_code", None)
            body = _request_body(sent)
            watchers.show_inbound(sent.method, str(sent.url), body, sent.headers, status)
        if isinstance(response, module.Response):
            _meet_response(module, sent, response)


def _is_inbound(client: Any, request: Any) -> bool:
    transport = client._transport_for_url(request.url)  # noqa: SLF001 # nothing else tells
    return callable(getattr(transport, "app", None))


def _meet_response(module: ModuleType, sent: Any, response: Any) -> None:
    request = getattr(response, "_request", None) or sent
    url = str(request.url)
    if not watchers.is_wanted(request.method, url):
        return

    def show(body: bytes) -> None:
        watchers.show(
            request.method,
            url,
            response.status_code,
            response.headers,
            body,
            request_headers=request.headers,
            request_body=_request_body(request),
        )

    def show_raw(body: bytes) -> None:
        with watchers.harmless():
            whole = module.Response(response.status_code, headers=response.headers, content=body)
            show(whole.content)

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


def _request_body(request: Any) -> bytes | None:
    """Return the body of a request, None if it is a stream."""
    try:
        return bytes(request.content)
    except Exception:  # noqa: BLE001 # RequestNotRead; nothing is lost with it
        return None


class _Collected:
    """
    The stream of a body.

    Args:
        stream: the stream that is read.
        length: its length, if known: code that has read so much need not read on to the end.
        show: called once, with the whole body.
    """

    def __init__(self, stream: Any, length: int | None, show: Callable[[bytes], None]) -> None:
        self._stream = stream
        self._length = length
        self._show = show
        self._chunks: list[bytes] = []
        self._count = 0
        self._has_ended = False

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
        self._count += len(chunk)
        if self._count == self._length:
            self._end()

    def _end(self) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._show(b"".join(self._chunks))
