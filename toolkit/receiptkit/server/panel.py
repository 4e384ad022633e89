"""`/_receiptkit/`: the control of a server over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from receiptkit.model.errors import UsageError
from receiptkit.server.access import is_local
from receiptkit.server.control import Control

PREFIX = "/_receiptkit"
_NUMBER, _TEXT = (int,), (str,)
#: What can be said to an action, and of which types it is.
_WORLD = {
    "scenario": _TEXT,
    "seed": _NUMBER,
    "receipts": _NUMBER,
    "stream": _TEXT,
    "start": _TEXT,
    "no_error": _NUMBER,
    "set": (dict,),
}
_FAULT = {"kind": _TEXT, "after": _NUMBER, "times": (int, type(None)), "seconds": (int, float)}
_Arguments = Mapping[str, tuple[type, ...]]
_Action = Callable[..., Awaitable[Any]]


def routes(control: Control, *, local_only: bool) -> list[Route]:
    """
    The routes of the panel.

    Args:
        control: what they call, with the members of the JSON object that is posted, or with the parameters of the query.
        local_only: whether callers that are not of this machine are refused.
    """
    actions: list[tuple[str, str, _Action, _Arguments]] = [
        ("GET", "/", control.show, {}),
        ("GET", "/sent", control.sent, {}),
        ("POST", "/clock/advance", control.advance, {"by": _TEXT, "to": _TEXT}),
        ("POST", "/worlds", control.load, _WORLD),
        ("POST", "/reset", control.reset, {"seed": _NUMBER}),
        ("POST", "/faults", control.fault, _FAULT),
        ("DELETE", "/faults", control.clear, {}),
    ]
    return [
        Route(PREFIX + path, _endpoint(action, known, local_only=local_only), methods=[method])
        for method, path, action, known in actions
    ]


def _endpoint(
    action: _Action, known: _Arguments, *, local_only: bool
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if local_only and not is_local(request):
            return _answer(
                {
                    "error": "only this machine steers the server, by a name of its own; --host opens it"
                },
                403,
            )
        try:
            return _answer(await action(**_checked(await _given(request, known), known)))
        except UsageError as error:
            return _answer({"error": str(error)}, 400)

    return endpoint


async def _given(request: Request, known: _Arguments) -> Any:
    """What is said: a JSON object, or a query, in which everything but text is as it is in JSON."""
    body = await request.body()
    if body:
        return _json(body, None)
    given = request.query_params.items()
    return {
        name: value if known.get(name, _TEXT) == _TEXT else _json(value, value)
        for name, value in given
    }


def _json(text: bytes | str, otherwise: Any) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return otherwise


def _checked(given: Any, known: _Arguments) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise UsageError("the body must be a JSON object")
    for name, value in given.items():
        if name not in known:
            raise UsageError(
                f"nothing is called {name!r} here"
                + (f": there are {', '.join(known)}" if known else "")
            )
        if not isinstance(value, known[name]) or isinstance(value, bool):
            raise UsageError(f"{name}: must be {' or '.join(_WORDS[each] for each in known[name])}")
    for name in ("scenario", "kind"):
        if name in known and name not in given:
            raise UsageError(f"say which {name}")
    return given


_WORDS = {
    int: "a whole number",
    float: "a number",
    str: "text",
    dict: "an object",
    type(None): "null",
}


def _answer(body: Any, status: int = 200) -> Response:
    headers = {"Content-Type": "application/json"}
    return Response(
        orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE), status, headers
    )
