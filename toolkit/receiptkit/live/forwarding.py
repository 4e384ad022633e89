"""Requests to another server, byte for byte, and its responses."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

import httpcore
import httpx

from receiptkit.live.connections import Connections
from receiptkit.model.limits import limit, remedy
from receiptkit.server.direct import within

Fields = Sequence[tuple[bytes, bytes]]


class InvalidAnswer(Exception):
    """A response has a status or a header that HTTP does not allow."""


#: How long a response may take, in seconds.
TIMEOUT = 5.0
#: Headers that are about one connection (RFC 9110, section 7.6.1).
_HOP_BY_HOP = frozenset(
    (
        *(b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate"),
        *(b"proxy-authorization", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"expect"),
    )
)


#: What no value of a header may have (RFC 9110, section 5.5).
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_WITHOUT_BODY = (204, 304)


class Answer(NamedTuple):
    """
    A response, or why there was none.

    Attributes:
        outcome: the status, or the reason.
        headers, body: of the response.
        milliseconds: how long it took.
    """

    outcome: int | str
    headers: Fields = ()
    body: bytes = b""
    milliseconds: float = 0.0


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


def fields_of(response: httpcore.Response) -> list[tuple[bytes, bytes]]:
    """
    Return the headers of a response that goes on to a client.

    Raises:
        InvalidAnswer: no client may get it.
    """
    fields = end_to_end(response.headers)
    if not 200 <= response.status < 600 or any(_CONTROL.search(value) for _, value in fields):
        raise InvalidAnswer
    if response.status in _WITHOUT_BODY:
        # The length is that of the body for another request.
        return [each for each in fields if each[0].lower() != b"content-length"]
    return fields


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
        timeout: how long a response may take, in seconds.
    """

    def __init__(self, timeout: float = TIMEOUT) -> None:
        self.timeout = timeout
        self._connections = Connections()

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
        Send a request, and return the response; of one that is longer than `most` bytes without its
        body, which the second value yields.

        Args:
            stack: holds the connection.
            method: of the request.
            url: of the request.
            headers: of the request.
            body: of the request.
            most: how long a response may be.
        """
        began = time.perf_counter()
        answered = bytearray()
        status, is_whole = 0, True
        fields: list[tuple[bytes, bytes]] = []
        pieces: AsyncIterator[bytes]

        async def start() -> None:
            nonlocal status, fields, pieces, is_whole
            response = await stack.enter_async_context(self.opened(method, url, headers, body))
            status, fields = response.status, fields_of(response)
            pieces = response.aiter_stream()
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
        except Exception as error:  # noqa: BLE001 # a server can send anything
            outcome = reason(error, amid=status > 0)
        took = round((time.perf_counter() - began) * 1000, 1)
        if is_whole:
            return Answer(outcome, fields, bytes(answered), took), None
        return Answer(outcome, fields, b"", took), _chained(bytes(answered), pieces)

    def opened(
        self, method: str, url: str, headers: Fields, body: bytes | AsyncIterable[bytes]
    ) -> AbstractAsyncContextManager[httpcore.Response]:
        """Send a request, and yield the response, whose body is still to be read."""
        parts = urlsplit(url)
        scheme, host, port = _origin(parts.scheme, parts.netloc)
        fields = end_to_end(headers)
        names = {name.lower() for name, _ in fields}
        if b"host" not in names:
            fields.insert(0, (b"host", parts.netloc.rpartition("@")[2].encode()))
        if b"content-length" not in names:
            fields += _framing(body)
        request = httpcore.Request(
            method,
            httpcore.URL(scheme=scheme, host=host, port=port, target=_target(url, parts.netloc)),
            headers=fields,
            content=body,
        )
        return self._connections.opened(request, self.timeout)

    async def close(self) -> None:
        """Close its connections."""
        await self._connections.close()


async def _chained(first: bytes, others: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in others:
        yield piece


def _target(url: str, netloc: str) -> bytes:
    rest = url.partition(netloc)[2].partition("#")[0]
    return (rest if rest.startswith("/") else f"/{rest}").encode("latin-1", "replace")


def _framing(body: bytes | AsyncIterable[bytes]) -> list[tuple[bytes, bytes]]:
    if not isinstance(body, bytes):
        return [(b"transfer-encoding", b"chunked")]
    return [(b"content-length", str(len(body)).encode())] if body else []


@lru_cache(maxsize=256)
def _origin(scheme: str, netloc: str) -> tuple[bytes, bytes, int | None]:
    url = httpx.URL(f"{scheme}://{netloc}")
    return url.raw_scheme, url.raw_host, url.port


def reason(error: Exception, *, amid: bool = False) -> str:
    """
    Return why there was no response.

    Args:
        error: what happened.
        amid: True if the response had begun.
    """
    if isinstance(error, InvalidAnswer):
        return "invalid answer: HTTP does not allow its status or a header"
    if isinstance(error, (httpcore.ConnectError, httpcore.ConnectTimeout)):
        return f"no connection: {str(error) or type(error).__name__}"
    if isinstance(error, httpcore.TimeoutException):
        return "no answer in time"
    if isinstance(error, (ConnectionError, httpcore.RemoteProtocolError, httpcore.NetworkError)):
        return f"connection closed {'amid the' if amid else 'without an'} answer"
    return f"failed: {type(error).__name__}"
