"""A request to an ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from receiptkit.errors import UsageError
from receiptkit.observations import Delivery

Application = Callable[..., Awaitable[None]]


def call_alone(application: Application, request: Delivery) -> tuple[int, dict[str, str], bytes]:
    """As `call`, where no event loop is running."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(call(application, request))
    raise UsageError("an event loop is running: await play_receipt_webhooks.aplay(…) in asynchronous tests")


async def call(application: Application, request: Delivery) -> tuple[int, dict[str, str], bytes]:
    """The status, the headers and the body that it answers with. What it raises is raised."""
    to_read = [{"type": "http.request", "body": request.body.encode(), "more_body": False}]
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return to_read.pop() if to_read else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await application(_scope(request), receive, send)
    start = next((message for message in said if message["type"] == "http.response.start"), None)
    if start is None:
        raise UsageError("the ASGI application returned without an answer")
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start.get("headers", ())}
    return start["status"], headers, b"".join(message.get("body", b"") for message in said)


def _scope(request: Delivery) -> dict[str, Any]:
    place = urlsplit(request.url)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": place.scheme,
        "path": unquote(place.path or "/"),
        "raw_path": (place.path or "/").encode(),
        "root_path": "",
        "query_string": place.query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in request.headers.items()],
        "client": ("127.0.0.1", 50000),
        "server": (place.hostname, place.port or {"https": 443}.get(place.scheme, 80)),
    }
