"""Requests and answers of ASGI, without a framework between them and the bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.types import Receive, Scope, Send

from receiptkit.server.direct import within

#: How long the body of a request may take, in seconds.
_PATIENCE = 30.0


class BodyTooLong(Exception):
    """A body is longer than the limit."""


async def body_of(receive: Receive, most: int) -> bytes | None:
    """
    Return the body of a request; None if the client went away or was too slow.

    Raises:
        BodyTooLong: it is longer than `most` bytes.
    """
    try:
        return await within(_PATIENCE, _body(receive, most))
    except asyncio.TimeoutError:
        return None


async def _body(receive: Receive, most: int) -> bytes | None:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > most:
            raise BodyTooLong
        if not message.get("more_body", False):
            return bytes(body)


def target_of(scope: Scope) -> str:
    """Return path and query of a request, as they came."""
    path: str = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def origin_of(scope: Scope) -> str:
    """Return scheme and host of a request, as the caller named them."""
    host = next(
        (value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), ""
    )
    if not host:
        address, port = scope.get("server") or ("localhost", None)
        host = f"{address}:{port}" if port else address
    return f"{scope['scheme']}://{host}"


async def respond(
    send: Send, status: int, headers: Sequence[tuple[bytes, bytes]] = (), body: bytes = b""
) -> None:
    """Send a response."""
    fields = list(headers)
    has_no_body = status < 200 or status in (204, 304)
    if not has_no_body and not any(name.lower() == b"content-length" for name, _ in fields):
        fields.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
