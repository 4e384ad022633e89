"""Connections to other servers, kept open from one request to the next."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from ssl import SSLContext

import httpcore
import httpx

#: How many connections are in use at a time.
_MOST = 500
#: How long one is kept without use, in seconds. Servers close theirs after two or more.
_IDLE = 1.0


class Connections:
    """
    Open connections by scheme, host and port.

    A pool of httpcore looks through all its requests and connections with each request, which
    takes longer than everything else here. This one takes the connection that was used last.
    """

    def __init__(self) -> None:
        self._idle: dict[str, deque[httpcore.AsyncHTTPConnection]] = defaultdict(deque)
        self._free = asyncio.Semaphore(_MOST)

    @asynccontextmanager
    async def opened(
        self, request: httpcore.Request, timeout: float
    ) -> AsyncIterator[httpcore.Response]:
        """
        Send a request, and yield the response, whose body is still to be read.

        Args:
            request: names its origin in its URL.
            timeout: how long each step may take, in seconds.

        Raises:
            httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException: there is no
                answer.
        """
        waits = dict.fromkeys(("connect", "read", "write"), timeout)
        request.extensions = {**request.extensions, "timeout": waits}
        async with self._free, self._one(request.url.origin) as connection:
            response = await connection.handle_async_request(request)
            try:
                yield response
            finally:
                await response.aclose()

    @asynccontextmanager
    async def _one(self, origin: httpcore.Origin) -> AsyncIterator[httpcore.AsyncHTTPConnection]:
        """Yield a connection that is not in use, and keep it where it can be used again."""
        idle = self._idle[str(origin)]
        connection = None
        while idle and connection is None:
            connection = await _usable(idle.pop())
        connection = connection or httpcore.AsyncHTTPConnection(
            origin,
            ssl_context=self._trusted if origin.scheme == b"https" else None,
            keepalive_expiry=_IDLE,
        )
        try:
            yield connection
        finally:
            if connection.is_idle() and not connection.is_closed():
                idle.append(connection)
                oldest = await _usable(idle.popleft())
                if oldest is not None:
                    idle.appendleft(oldest)
            else:
                await connection.aclose()

    async def close(self) -> None:
        """Close every connection that is not in use."""
        for idle in self._idle.values():
            while idle:
                await idle.pop().aclose()

    @cached_property
    def _trusted(self) -> SSLContext:
        trusted = httpx.create_ssl_context()
        # With the authorities of this machine, too: an application that is developed may have its
        # own.
        trusted.load_default_certs()
        return trusted


async def _usable(
    connection: httpcore.AsyncHTTPConnection,
) -> httpcore.AsyncHTTPConnection | None:
    """Return a connection; None, and close it, if it waited too long or the server left."""
    if connection.is_available() and not connection.has_expired():
        return connection
    await connection.aclose()
    return None
