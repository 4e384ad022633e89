"""The server as an ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from receiptkit.server import panel
from receiptkit.server.control import Control
from receiptkit.server.dispatcher import Dispatcher
from receiptkit.server.errors import ApiError
from receiptkit.server.rest import Rest
from receiptkit.server.sender import Sender
from receiptkit.server.settings import ServerSettings
from receiptkit.server.state import State

if TYPE_CHECKING:
    import httpx


def app(
    scenarios: str | Iterable[str] = (),
    *,
    webhook_transport: httpx.AsyncBaseTransport | None = None,
    **settings: Any,
) -> Starlette:
    """
    A local Twilio Conversations, as an ASGI application. `state.control` of it is its `Control`.

    With a real clock, webhooks are sent while its lifespan lasts, which servers take care of; with a manual one, as it is advanced.

    Args:
        scenarios: what its worlds are made after; every scenario by default.
        webhook_transport: what webhooks go through, where that is not the network: `httpx.ASGITransport(consumer)`.
        settings: the other attributes of `Settings`.

    Raises:
        UsageError: a setting is none that can be.
    """
    given = ServerSettings.of(scenarios, **settings)
    state = State(given)
    sender = Sender(given.signing_token, webhook_transport)
    dispatcher = Dispatcher(state, sender)
    control = Control(state, sender, dispatcher)
    rest = Rest(state)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        control.loop = asyncio.get_running_loop()
        sending = asyncio.create_task(dispatcher.run())
        yield
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        await sender.close()

    async def refused(request: Request, error: Exception) -> Response:
        said = error if isinstance(error, ApiError) else _of_routing(request, error)
        return Response(orjson.dumps(said.body), said.status, {**rest.headers(), **said.headers})

    async def failed(request: Request, _: Exception) -> Response:
        return await refused(request, ApiError.named("server-error"))

    application = Starlette(
        routes=[*rest.routes(), *panel.routes(control, local_only=given.local_only)],
        exception_handlers={ApiError: refused, HTTPException: refused, Exception: failed},
        lifespan=lifespan,
    )
    # A path with a slash at its end is another one.
    application.router.redirect_slashes = False
    application.state.control = control
    return application


def _of_routing(request: Request, error: Exception) -> ApiError:
    """What the router says, in Twilio's words: there is no such path, or it has no such method."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        return ApiError(405, 20004, "Method Not Allowed", dict(error.headers or {}))
    return ApiError.named("not-found", request.scope["path"])
