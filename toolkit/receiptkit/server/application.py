"""The server as an ASGI application."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from receiptkit.model.small_files import read_small
from receiptkit.server import panel
from receiptkit.server.control import Control
from receiptkit.server.data import write_data
from receiptkit.server.direct import Application
from receiptkit.server.dispatcher import Dispatcher
from receiptkit.server.errors import ApiError
from receiptkit.server.request_log import RequestLog
from receiptkit.server.rest import Rest
from receiptkit.server.saved import load
from receiptkit.server.sender import Sender
from receiptkit.server.settings import ServerSettings
from receiptkit.server.state import State
from receiptkit.server.worlds import load_some

if TYPE_CHECKING:
    import httpx

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def app(
    scenarios: str | Iterable[str] = (),
    *,
    webhook_transport: httpx.AsyncBaseTransport | Application | None = None,
    **settings: Any,
) -> Starlette:
    """
    Return a local Twilio Conversations as an ASGI application. Its `state.control` is its
    `Control`.

    With a real clock, webhooks are sent during its lifespan, which servers run; with a manual one,
    as it advances.

    Args:
        scenarios: scenarios of its worlds; every scenario by default, `none` for no world.
        webhook_transport: carries webhooks instead of the network: an ASGI application, or a
            transport of httpx.
        settings: the other attributes of `ServerSettings`.

    Raises:
        UsageError: a setting has an impossible value.
    """
    checked = ServerSettings.of(scenarios, **settings)
    control, rest, log = _parts(checked, webhook_transport)
    application = Starlette(
        routes=[
            # The first that fits is taken, and most requests are of the API.
            Route("/v1/{path:path}", rest.answer, methods=_METHODS),
            *panel.routes(control, checked, log),
            Route("/{path:path}", rest.answer, methods=_METHODS),
        ],
        exception_handlers=dict.fromkeys(
            (ApiError, HTTPException, Exception), partial(_refused, rest, checked.error_statuses)
        ),
        lifespan=partial(_lifespan, control),
        middleware=[Middleware(log.around)],
    )
    # A path with a slash at its end is another path.
    application.router.redirect_slashes = False
    application.state.control = control
    return application


def _parts(
    settings: ServerSettings, transport: httpx.AsyncBaseTransport | Application | None
) -> tuple[Control, Rest, RequestLog]:
    """Return the parts of a server, with the worlds that it begins with."""
    sender = Sender(settings.signing_token, transport)
    state = State(settings)
    load_some(state, sys.maxsize)
    log = RequestLog(panel.PREFIX)
    rest = Rest(state, sender.ask, log.note)
    control = Control(state, sender, Dispatcher(state, sender, rest.events))
    control.log = log
    if settings.snapshot is None:
        state.begin_with(lambda: write_data(settings.data or {}, state, rest.events))
    else:
        saved = read_small(str(settings.snapshot), "data", option="snapshot ")
        state.begin_with(lambda: load(state, saved))
    return control, rest, log


@asynccontextmanager
async def _lifespan(control: Control, _: Starlette) -> AsyncIterator[None]:
    """Send what is due while the server runs."""
    control.loop = asyncio.get_running_loop()
    sending = asyncio.create_task(control.dispatcher.run())
    yield
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
    await control.sender.close()


async def _refused(
    rest: Rest, statuses: Mapping[int, int], request: Request, error: Exception
) -> Response:
    """Return the response to an error: that of the API, of the router, or a server error."""
    found = error if isinstance(error, ApiError) else _of_framework(request, error)
    status = statuses.get(found.kind.code or 0, found.kind.status)
    body = {**found.body, "status": status}
    return Response(orjson.dumps(body), status, {**rest.headers(), **found.headers})


def _of_framework(request: Request, error: Exception) -> ApiError:
    """Return an error in Twilio's words: unknown path, unsupported method, or a server error."""
    if not isinstance(error, HTTPException):
        return ApiError.named("server-error")
    if error.status_code == 405:
        return ApiError.not_allowed([(error.headers or {}).get("Allow", "")])
    return ApiError.named("not-found", request.scope["path"])
