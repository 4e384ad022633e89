"""Fuzz requests over HTTP: webhooks, the control API, and the API of the local Twilio."""

from __future__ import annotations

import asyncio
import base64
import selectors
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from receiptkit import Contract, WebhookRequest
from receiptkit.server import app
from receiptkit.testing.inbound import is_webhook

_TOKEN = "12345"
_CONTRACTS = [Contract.load("documented", auth_token=_TOKEN), Contract.load("strict")]
_SEPARATOR = b"\n---\n"
_HOST = (b"host", b"127.0.0.1")


class _Parts:
    """A request as text: the first line, headers, an empty line, the body."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\n\n")
        first, *lines = head.split(b"\n")
        method, _, self.target = first.partition(b" ")
        self.method = method.decode("latin-1") or "POST"
        self.headers = [
            (name.strip().lower(), value.strip())
            for name, _, value in (line.partition(b":") for line in lines)
        ]

    @property
    def texts(self) -> dict[str, str]:
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self.headers}


def webhooks(data: bytes, folder: Path) -> None:
    """Check a webhook request, of either profile by the first byte."""
    contract = _CONTRACTS[data[:1] >= b"\x80"]
    parts = _Parts(data[1:])
    for body in (parts.body, parts.body.decode("utf-8", "replace")):
        request = WebhookRequest(parts.target.decode("latin-1"), parts.method, body, parts.texts)
        is_webhook(request, contract)
        contract.check_webhook(request)


def server(data: bytes, folder: Path) -> None:
    """Send requests to a server of one world, after each other: it answers all of them."""
    loop = _Loop()
    try:
        loop.run_until_complete(asyncio.wait_for(_answered(data), 10**10))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _answered(data: bytes) -> None:
    answers: Iterator[bytes] = iter(data.split(b"\n***\n")[1:])

    async def receiver(scope: Any, receive: Any, send: Any) -> None:
        body = next(answers, b"")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    application = app("landline", clock="manual", webhook_transport=receiver)
    control = application.state.control
    credentials = base64.b64encode(f"{control.state.account_sid}:x".encode())
    for raw in data.split(b"\n***\n")[0].split(_SEPARATOR)[:8]:
        status = await _status(application, _Parts(raw), b"Basic " + credentials)
        assert 200 <= status < 600
    await control.advance(to="end")
    await control.show()
    await control.sent()


async def _status(application: Any, parts: _Parts, authorization: bytes) -> int:
    path, _, query = parts.target.partition(b"?")
    pieces = [{"type": "http.request", "body": parts.body, "more_body": False}]
    messages: list[Any] = []

    async def receive() -> Any:
        return pieces.pop() if pieces else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": parts.method,
        "scheme": "http",
        "path": path.decode("utf-8", "replace"),
        "raw_path": path,
        "root_path": "",
        "query_string": query,
        "headers": [(b"authorization", authorization), _HOST, *parts.headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
    }
    await application(scope, receive, send)
    return int(messages[0]["status"])


class _Loop(asyncio.SelectorEventLoop):
    """An event loop in which time passes as soon as somebody waits for it."""

    def __init__(self) -> None:
        super().__init__(_Selector(self))
        self.now = 0.0

    def time(self) -> float:
        return self.now


class _Selector(selectors.DefaultSelector):
    def __init__(self, loop: _Loop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        found = super().select(0)
        if not found and timeout:
            self._loop.now += timeout
        return found
