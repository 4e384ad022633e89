"""`/_receiptkit/`: the control of a server over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from receiptkit.model.display import printable
from receiptkit.model.errors import UsageError
from receiptkit.model.limits import limit, remedy
from receiptkit.server.access import has_token, is_local
from receiptkit.server.control import Control
from receiptkit.server.page import routes as page
from receiptkit.server.request_log import RequestLog
from receiptkit.server.settings import ServerSettings

PREFIX = "/_receiptkit"
_NUMBER, _TEXT, _NULL = (int,), (str,), type(None)
#: The arguments of each action, with their types.
_WORLD = {
    "scenario": _TEXT,
    "seed": _NUMBER,
    "receipts": _NUMBER,
    "stream": _TEXT,
    "start": _TEXT,
    "no_error": _NUMBER,
    "set": (dict,),
}
_FAULT = {"kind": _TEXT, "after": _NUMBER, "times": (int, _NULL), "seconds": (int, float)}
_OUTCOME = {
    "status": (str, _NULL),
    "error_code": (int, _NULL),
    "participant": (str, _NULL),
    "conversation": (str, _NULL),
    "late": (bool,),
    "times": (int, _NULL),
}
_NAME = {"name": _TEXT}
_ANY = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_REQUIRED = ("scenario", "kind", "status")
_Arguments = Mapping[str, tuple[type, ...]]
_Action = Callable[..., Awaitable[Any]]
#: Method and path of each action, its arguments, and what it calls of the control.
ACTIONS: tuple[tuple[str, str, _Arguments, str], ...] = (
    ("GET", "/", {}, "show"),
    ("GET", "/sent", {}, "sent"),
    ("POST", "/clock/advance", {"by": _TEXT, "to": _TEXT}, "advance"),
    ("POST", "/worlds", _WORLD, "load"),
    ("POST", "/reset", {"seed": _NUMBER}, "reset"),
    ("GET", "/snapshot", {}, "save"),
    ("POST", "/snapshot", _NAME, "snapshot"),
    ("POST", "/restore", _NAME, "restore"),
    ("POST", "/outcomes", _OUTCOME, "outcome"),
    ("DELETE", "/outcomes", {}, "clear_outcomes"),
    ("POST", "/faults", _FAULT, "fault"),
    ("DELETE", "/faults", {}, "clear_faults"),
)


def routes(control: Control, settings: ServerSettings, log: RequestLog) -> list[BaseRoute]:
    """
    Return the routes of the panel, and of its page for browsers.

    Args:
        control: what they call, with the members of the JSON object that is posted, or the
            parameters of the query.
        settings: decide who may call.
        log: the calls that the page shows.
    """
    return [
        Route(f"{PREFIX}/health", _health),
        Route(f"{PREFIX}/openapi.yaml", _document),
        *page.routes(PREFIX, control, log, lambda endpoint: _guarded(endpoint, settings)),
        *(
            Route(
                PREFIX + path,
                _endpoint(getattr(control, action), known, settings),
                methods=[method],
            )
            for method, path, known, action in ACTIONS
        ),
        Mount(PREFIX, routes=[Route("/{path:path}", _guarded(_unknown, settings), methods=_ANY)]),
    ]


async def _unknown(request: Request) -> Response:
    """Refuse an operation that does not exist, in the way of the control and not of Twilio."""
    # `request.url` would decode the query, which may hold any bytes.
    wanted = f"/{request.path_params['path']}"
    called = f"{request.method} {PREFIX}{printable(wanted[:81])}"
    methods = [method for method, path, _, _ in ACTIONS if path == wanted]
    use = f"use {' or '.join(methods)}" if methods else f"{PREFIX}/openapi.yaml lists them"
    return _answer({"error": f"{called} is not an operation of the control; {use}"}, 404)


async def _health(_: Request) -> Response:
    """Say that the server runs, without authorization."""
    return _answer({"status": "ok"})


async def _document(_: Request) -> Response:
    """Return the OpenAPI document of the control."""
    text = Path(__file__).with_name("control.yaml").read_bytes()
    return Response(text, headers={"Content-Type": "application/yaml"})


def _endpoint(action: _Action, known: _Arguments, settings: ServerSettings) -> page.Endpoint:
    async def endpoint(request: Request) -> Response:
        return _answer(await action(**_checked(await _arguments(request, known), known)))

    guarded = _guarded(endpoint, settings)
    if action.__name__ != "show":
        return guarded

    async def page_or_state(request: Request) -> Response:
        return page.page() if page.wants_page(request) else await guarded(request)

    return page_or_state


def _guarded(endpoint: page.Endpoint, settings: ServerSettings) -> page.Endpoint:
    """Return an endpoint that refuses callers who may not control the server."""

    async def guarded(request: Request) -> Response:
        refusal = _refusal(request, settings)
        if refusal is not None:
            return _answer({"error": refusal[1]}, refusal[0])
        try:
            return await endpoint(request)
        except UsageError as error:
            return _answer({"error": str(error)}, 400)

    return guarded


def _refusal(request: Request, settings: ServerSettings) -> tuple[int, str] | None:
    """Return status and reason, where a caller may not steer the server."""
    if settings.control_token is not None and not has_token(request, settings.control_token):
        return 401, "the control of this server needs its token: Authorization: Bearer TOKEN"
    if settings.local_only and not is_local(request):
        return 403, "only this machine controls the server, under its own name; --host opens it"
    return None


async def _arguments(request: Request, known: _Arguments) -> Any:
    """Return the arguments: a JSON object, or a query with all but text as in JSON."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit("request"):
            raise UsageError(
                f"the body is longer than {limit('request'):,} bytes; {remedy('request')}"
            )
    if body:
        return _json(bytes(body), None)
    return {
        name: value if known.get(name, _TEXT) == _TEXT else _json(value, value)
        for name, value in request.query_params.items()
    }


def _json(text: bytes | str, otherwise: Any) -> Any:
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return otherwise


def _checked(values: Any, known: _Arguments) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise UsageError("the body must be a JSON object")
    for name, value in values.items():
        if name not in known:
            there = f"; there are {', '.join(known)}" if known else ""
            raise UsageError(f"unknown argument {name[:40]!r}{there}")
        if not isinstance(value, known[name]) or isinstance(value, bool) is not (
            known[name] == (bool,)
        ):
            raise UsageError(f"{name}: must be {' or '.join(_WORDS[each] for each in known[name])}")
    for name in _REQUIRED:
        if name in known and name not in values:
            raise UsageError(f"{name} is missing")
    return values


_WORDS = {
    int: "a whole number",
    float: "a number",
    str: "text",
    bool: "true or false",
    dict: "an object",
    _NULL: "null",
}


def _answer(body: Any, status: int = 200) -> Response:
    headers = {"Content-Type": "application/json"}
    if not isinstance(body, bytes):
        body = orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return Response(body, status, headers)
