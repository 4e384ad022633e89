"""The routes of the page of a server: its files, a stream of what it shows, and what it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from receiptkit.model.errors import UsageError
from receiptkit.server.control import Control
from receiptkit.server.page.view import details, view
from receiptkit.server.request_log import RequestLog

_FOLDER = Path(__file__).parent
#: How often the page looks for something new, in seconds.
_INTERVAL = 0.25
#: How many pages are kept up to date at a time.
_MOST_PAGES = 20
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: What every response of a page says to browsers.
POLICY_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
Endpoint = Callable[[Request], Awaitable[Response]]


def wants_page(request: Request) -> bool:
    """Return True if a browser asks for a page to show; every other client gets JSON."""
    return "text/html" in request.headers.get("accept", "")


def page(_: Request | None = None) -> Response:
    """Return the page. It holds nothing of the server, so every caller may see it."""
    return Response(_file("page.html"), 200, {**POLICY_HEADERS, "Content-Type": "text/html"})


def _asset(name: str, media_type: str) -> Endpoint:
    """Return an endpoint that answers with a file of the page."""

    async def asset(_: Request) -> Response:
        return Response(_file(name), 200, {**POLICY_HEADERS, "Content-Type": media_type})

    return asset


style = _asset("page.css", "text/css")
_script = _asset("page.js", "text/javascript")


class _Page:
    """
    Answers what the script of the page asks for.

    Args:
        control: what the page shows and steers.
        log: the calls that the page shows.
    """

    def __init__(self, control: Control, log: RequestLog) -> None:
        self._control = control
        self._log = log
        self._open_pages = 0

    async def events(self, _: Request) -> Response:
        """Return the stream of what the page shows."""
        if self._open_pages >= _MOST_PAGES:
            raise UsageError(f"{_MOST_PAGES} pages are open already; close some")
        return StreamingResponse(
            self._stream(), media_type="text/event-stream", headers=POLICY_HEADERS
        )

    async def _stream(self) -> AsyncIterator[bytes]:
        self._open_pages += 1
        try:
            before = b""
            while True:
                shown = orjson.dumps(view(self._control, self._log))
                if shown != before:
                    yield b"data: " + shown + b"\n\n"
                    before = shown
                await asyncio.sleep(_INTERVAL)
        finally:
            self._open_pages -= 1

    async def one(self, request: Request) -> Response:
        """Return the details of a webhook."""
        number = int(request.path_params["number"])
        return _json(details(number, self._control.numbered(number)))

    async def again(self, request: Request) -> Response:
        """Send a webhook again, with the changes of the body, and return the details of it."""
        control, number = self._control, int(request.path_params["number"])
        changes = _changes(await request.body())
        made = await control.resend(control.numbered(number), changes)
        return _json(details(control.sender.count - 1, made))


def routes(
    prefix: str,
    control: Control,
    log: RequestLog,
    guarded: Callable[[Endpoint], Endpoint],
) -> list[Route]:
    """
    Return the routes.

    Args:
        prefix: the beginning of their paths.
        control: what the page shows and steers.
        log: the calls that the page shows.
        guarded: refuses callers who may not control the server.
    """
    page_ = _Page(control, log)
    return [
        Route(f"{prefix}/page.css", style),
        Route(f"{prefix}/page.js", _script),
        Route(f"{prefix}/events", guarded(page_.events)),
        Route(f"{prefix}/sent/{{number:int}}", guarded(page_.one)),
        Route(f"{prefix}/sent/{{number:int}}/again", guarded(page_.again), methods=["POST"]),
    ]


def _json(body: dict[str, Any]) -> Response:
    headers = {**POLICY_HEADERS, "Content-Type": "application/json"}
    return Response(orjson.dumps(body), headers=headers)


def _changes(body: bytes) -> dict[str, str]:
    """Return the parameters to change."""
    try:
        found = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        found = None
    is_known = isinstance(found, dict) and found.keys() <= {"set"}
    changes: Any = found.get("set", {}) if is_known else None
    if not isinstance(changes, dict) or not all(isinstance(each, str) for each in changes.values()):
        raise UsageError('the body must be a JSON object such as {"set": {"Status": "failed"}}')
    return changes


@cache
def _file(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()
