"""Collect the body of a response while the code under test reads it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from inspect import isasyncgen, isawaitable, isgenerator
from typing import Any

from receiptkit.testing.guard import watchers

#: The methods of a response that read its body, where it has them.
_READERS = ("read", "read1", "readline", "readinto", "read_chunked", "stream")


class BodyReader:
    """
    Wraps the methods that read a body, and hands the body over when its end was read.

    Args:
        response: the object whose methods read.
        show: called once, with the whole body.
    """

    def __init__(self, response: Any, show: Callable[[bytes], None]) -> None:
        self._chunks: list[bytes] = []
        self._show: Callable[[bytes], None] | None = show
        #: One method may call another; only the outermost one collects.
        self._is_reading = False
        for name in _READERS:
            method = getattr(response, name, None)
            if callable(method):
                setattr(response, name, self._reading(name, method))

    def _reading(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def reading(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if self._is_reading or self._show is None:
                return method(*args, **kwargs)
            self._is_reading = True
            try:
                result = method(*args, **kwargs)
            finally:
                self._is_reading = False
            if isawaitable(result):
                return self._awaiting(result, name, args, kwargs)
            return self._collected(result, name, args, kwargs)

        return reading

    async def _awaiting(self, result: Awaitable[Any], name: str, args: Any, kwargs: Any) -> Any:
        return self._collected(await result, name, args, kwargs)

    def _collected(self, result: Any, name: str, args: Any, kwargs: Any) -> Any:
        if isgenerator(result):
            return self._iterating(result)
        if isasyncgen(result):
            return self._iterating_async(result)
        if name == "readinto":
            result_bytes = bytes(memoryview(args[0])[:result]) if result else b""
        else:
            result_bytes = result if isinstance(result, bytes) else b""
        self._chunks.append(result_bytes)
        size = args[0] if args and name != "readinto" else kwargs.get("amt", kwargs.get("n"))
        reads_all = name == "read" and (size is None or (isinstance(size, int) and size < 0))
        if reads_all or (not result_bytes and size != 0):
            self._end()
        return result

    def _iterating(self, chunks: Iterator[Any]) -> Iterator[Any]:
        for chunk in self._one_by_one(chunks):
            self._chunks.append(chunk if isinstance(chunk, bytes) else b"")
            yield chunk
        self._end()

    def _one_by_one(self, chunks: Iterator[Any]) -> Iterator[Any]:
        """Yield chunks; what the generator itself calls to get them does not collect."""
        while True:
            self._is_reading = True
            try:
                chunk = next(chunks)
            except StopIteration:
                return
            finally:
                self._is_reading = False
            yield chunk

    async def _iterating_async(self, chunks: AsyncIterator[Any]) -> AsyncIterator[Any]:
        while True:
            self._is_reading = True
            try:
                chunk = await anext(chunks)
            except StopAsyncIteration:
                break
            finally:
                self._is_reading = False
            self._chunks.append(chunk if isinstance(chunk, bytes) else b"")
            yield chunk
        self._end()

    def _end(self) -> None:
        show, self._show = self._show, None
        if show is not None:
            with watchers.harmless():
                show(b"".join(self._chunks))


def decoded(body: bytes, encoding: str | None) -> bytes | None:
    """Return a body without its Content-Encoding; None if that cannot be undone here."""
    if encoding is None or encoding.strip().lower() in ("", "identity"):
        return body
    try:
        if encoding.strip().lower() in ("gzip", "x-gzip"):
            return gzip.decompress(body)
        return zlib.decompress(body) if encoding.strip().lower() == "deflate" else None
    except (OSError, EOFError, zlib.error):
        return None
