"""Calls of an ASGI application in this process, and a limit of time for what is awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes, urlsplit

from receiptkit.model.exchange import WebhookRequest, text_of

T = TypeVar("T")
_Message = MutableMapping[str, Any]
Application = Callable[
    [_Message, Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]],
    Awaitable[None],
]


async def within(seconds: float, action: Awaitable[T]) -> T:
    """
    Return the result of an action.

    It is awaited in this task: a new task takes longer than most actions.

    Raises:
        asyncio.TimeoutError: the action took longer.
    """
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 # a coroutine runs in one
    expired = False

    def expire() -> None:
        nonlocal expired
        expired = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(seconds, expire)
    try:
        return await action
    except asyncio.CancelledError:
        if not expired:
            raise
        if hasattr(task, "uncancel") and task.uncancel() > 0:
            # Other code cancelled the task, too.
            raise
        raise asyncio.TimeoutError from None
    finally:
        timer.cancel()


@lru_cache(maxsize=64)
def _field(name: str) -> bytes:
    return name.lower().encode("latin-1")


async def call(application: Application, request: WebhookRequest) -> tuple[int, bytes]:
    """
    Return status and body that an application answers a request with.

    Raises:
        ConnectionError: it ended without a response.
    """
    pending = [{"type": "http.request", "body": text_of(request.body) or b"", "more_body": False}]
    status: int | None = None
    body: list[bytes] = []
    is_complete = asyncio.Event()

    async def receive() -> _Message:
        if pending:
            return pending.pop()
        await is_complete.wait()
        return {"type": "http.disconnect"}

    async def send(message: _Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = int(message["status"])
        elif message["type"] == "http.response.body":
            body.append(message.get("body", b""))
            if not message.get("more_body", False):
                is_complete.set()

    await application(_scope(request), receive, send)
    if status is None:
        raise ConnectionError
    return status, b"".join(body)


def _scope(request: WebhookRequest) -> dict[str, Any]:
    """Return what ASGI says of a request but its body."""
    parts = urlsplit(request.url)
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [
            (_field(name), value.encode("latin-1")) for name, value in request.headers.items()
        ],
        "scheme": parts.scheme,
        # ASGI says that paths are decoded.
        "path": unquote_to_bytes(parts.path).decode("utf-8", "replace"),
        "raw_path": parts.path.encode("ascii"),
        "query_string": parts.query.encode("ascii"),
        "server": (parts.hostname or "", parts.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }
