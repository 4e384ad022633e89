"""Requests to another server, byte for byte, and its answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from receiptkit.model.limits import limit, remedy
from receiptkit.server.direct import within

Fields = Sequence[tuple[bytes, bytes]]

#: How long an answer may take, in seconds.
TIMEOUT = 5.0
#: How many connections are open at a time.
_CONNECTIONS = 500
#: In seconds. Servers close idle connections after two seconds or more.
_IDLE = 1.0
#: Headers that are about one connection (RFC 9110, section 7.6.1).
_HOP_BY_HOP = frozenset(
    (
        *(b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate"),
        *(b"proxy-authorization", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"expect"),
    )
)


class Answer(NamedTuple):
    """
    An answer, or why there was none.

    Attributes:
        outcome: the status, or the reason.
        headers, body: of the answer.
        milliseconds: how long it took.
    """

    outcome: int | str
    headers: Fields = ()
    body: bytes = b""
    milliseconds: float = 0.0

    @property
    def was_accepted(self) -> bool:
        """Return True if it is a success."""
        return isinstance(self.outcome, int) and 200 <= self.outcome < 300


def end_to_end(headers: Fields) -> list[tuple[bytes, bytes]]:
    """Return headers without those of the connection."""
    named = {
        name.strip().lower()
        for field, value in headers
        if field.lower() == b"connection"
        for name in value.split(b",")
    }
    return [
        (name, value)
        for name, value in headers
        if name.lower() not in _HOP_BY_HOP and name.lower() not in named
    ]


def target_url(base: str, target: str) -> str:
    """
    Return the URL of a request at another base.

    Args:
        base: an absolute URL. With a path, it is the whole URL, and takes the query of the target
            unless it has one; without a path, it takes the target.
        target: path and query of the request.
    """
    parts = urlsplit(base)
    if parts.path in ("", "/") and not parts.query:
        return f"{parts.scheme}://{parts.netloc}{target}"
    query = target.partition("?")[2]
    return f"{base}?{query}" if query and not parts.query else base


class Forwarder:
    """
    Sends requests as they are.

    Args:
        timeout: how long an answer may take, in seconds.
    """

    def __init__(self, timeout: float = TIMEOUT) -> None:
        self.timeout = timeout
        self._transports: dict[bool, httpx.AsyncHTTPTransport] = {}

    async def send(self, method: str, url: str, headers: Fields, body: bytes) -> Answer:
        """Send a request, and return the whole answer. Every error is an outcome."""
        most = limit("request")
        async with AsyncExitStack() as stack:
            answered, rest = await self.begun(stack, method, url, headers, body, most)
        if rest is None:
            return answered
        too_long = f"an answer of more than {most:,} bytes; {remedy('request')}"
        return Answer(too_long, milliseconds=answered.milliseconds)

    async def begun(
        self,
        stack: AsyncExitStack,
        method: str,
        url: str,
        headers: Fields,
        body: bytes,
        most: int,
    ) -> tuple[Answer, AsyncIterator[bytes] | None]:
        """
        Send a request, and return the answer; of one that is longer than `most` bytes without its
        body, which the second value yields.

        Args:
            stack: holds the connection.
            method: of the request.
            url: of the request.
            headers: of the request.
            body: of the request.
            most: how long an answer may be.
        """
        began = time.perf_counter()
        answered = bytearray()
        status, is_whole = 0, True
        fields: list[tuple[bytes, bytes]] = []
        pieces: AsyncIterator[bytes]

        async def start() -> None:
            nonlocal status, fields, pieces, is_whole
            response = await stack.enter_async_context(self.opened(method, url, headers, body))
            status, fields = response.status_code, end_to_end(response.headers.raw)
            pieces = response.aiter_raw()
            async for piece in pieces:
                answered.extend(piece)
                if len(answered) > most:
                    is_whole = False
                    return

        outcome: int | str
        try:
            await within(self.timeout, start())
            outcome = status
        except asyncio.TimeoutError:
            outcome = f"no answer within {self.timeout:g} seconds"
        except Exception as error:  # noqa: BLE001 # whoever answers can send anything
            outcome = reason(error)
        took = round((time.perf_counter() - began) * 1000, 1)
        if is_whole:
            return Answer(outcome, fields, bytes(answered), took), None
        return Answer(outcome, fields, b"", took), _chained(bytes(answered), pieces)

    @asynccontextmanager
    async def opened(
        self, method: str, url: str, headers: Fields, body: bytes | AsyncIterable[bytes]
    ) -> AsyncIterator[httpx.Response]:
        """Send a request, and yield the answer, whose body is still to be read."""
        request = httpx.Request(
            method,
            url,
            headers=end_to_end(headers),
            content=body,
            extensions={
                # The client library would write the path and the query in its own way.
                "target": _target(url),
                "timeout": httpx.Timeout(self.timeout).as_dict(),
            },
        )
        if not any(name.lower() == b"host" for name, _ in headers):
            request.headers["Host"] = urlsplit(url).netloc.rpartition("@")[2]
        response = await self._connected(url).handle_async_request(request)
        try:
            yield response
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Close its connections."""
        for transport in self._transports.values():
            await transport.aclose()
        self._transports.clear()

    def _connected(self, url: str) -> httpx.AsyncHTTPTransport:
        is_tls = url.lower().startswith("https:")
        if is_tls not in self._transports:
            self._transports[is_tls] = _transport(is_tls=is_tls)
        return self._transports[is_tls]


async def _chained(first: bytes, others: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in others:
        yield piece


def _target(url: str) -> bytes:
    parts = urlsplit(url)
    rest = url.partition(parts.netloc)[2].partition("#")[0]
    return (rest if rest.startswith("/") else f"/{rest}").encode("latin-1", "replace")


def _transport(*, is_tls: bool) -> httpx.AsyncHTTPTransport:
    trusted: Any = False
    if is_tls:
        trusted = httpx.create_ssl_context()
        # With the authorities of this machine, too: an application that is developed may have its
        # own.
        trusted.load_default_certs()
    return httpx.AsyncHTTPTransport(
        verify=trusted,
        trust_env=False,
        limits=httpx.Limits(
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_CONNECTIONS,
            keepalive_expiry=_IDLE,
        ),
    )


def reason(error: Exception) -> str:
    """Return why there was no answer."""
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        return f"no connection: {str(error) or type(error).__name__}"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, (ConnectionError, httpx.RemoteProtocolError, httpx.NetworkError)):
        return "connection closed without an answer"
    return f"failed: {type(error).__name__}"
