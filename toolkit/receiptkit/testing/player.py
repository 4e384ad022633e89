"""The webhook player: delivers the webhooks of a world to an application, as Twilio would."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, nullcontext
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from inspect import iscoroutinefunction
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from receiptkit.generation import WEBHOOK_URL, Generator, World
from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import WebhookRequest
from receiptkit.testing import asgi, event_loops, wsgi
from receiptkit.testing.factories import Factories
from receiptkit.webhooks.address import address

#: Status, headers and body of a response.
Answer = tuple[int, list[tuple[str, str]], bytes]
#: In seconds: how long Twilio waits.
_PATIENCE = 5


class WebhookResponse(NamedTuple):
    """
    The response of an application to one webhook.

    Attributes:
        status: the HTTP status.
        headers: names in lower case; the values of a repeated name are joined by commas.
        body: its bytes.
        request: what was delivered.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    request: WebhookRequest

    @property
    def text(self) -> str:
        """Return the body, read as UTF-8."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body, parsed."""
        return json.loads(self.body)


class Player:
    """
    Delivers webhooks.

    Args:
        generator, factories: make worlds.
        auth_token: signs, unless another one is given.
        take: called with each webhook before it is delivered.
        mistakes: a context that translates our errors.
    """

    def __init__(
        self,
        generator: Generator,
        factories: Factories,
        auth_token: str,
        take: Callable[[WebhookRequest], object],
        mistakes: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._generator = generator
        self._factories = factories
        self._auth_token = auth_token
        self._take = take
        self._mistakes = mistakes

    def __call__(
        self, target: Any, scenario: str | World = "in-order", **how: Any
    ) -> list[WebhookResponse]:
        """
        Deliver the webhooks of a world in the order of arrival, and return the responses.

        Args:
            target: a WSGI or ASGI application, or the URL of a server.
            scenario: the name of a scenario, or a world.
            url: the URL of the webhook that is configured at Twilio, which is signed; by default
                that of the server, or one at example.com.
            method: POST (default) or GET.
            auth_token: of the account; by default that of the fixture `receipt_auth_token`. None
                leaves the requests unsigned.
            how: overrides of a world that is made, as for `make_receipt_world`.

        Raises:
            UsageError: no scenario has this name, the target is neither, or a server does not
                answer.
        """
        __tracebackhide__ = True
        with self._mistakes():
            if not _is_asgi(target):
                deliver = _sender(target)
                return [deliver(request) for request in self._requests(target, scenario, **how)]
            if event_loops.is_running():
                raise UsageError("an event loop is running: await play_receipt_webhooks.aplay(…)")
            return event_loops.run(self.aplay(target, scenario, **how))

    async def aplay(
        self, target: Any, scenario: str | World = "in-order", **how: Any
    ) -> list[WebhookResponse]:
        """
        Deliver within a running event loop, which runs on meanwhile, so that a server in it can
        answer.
        """
        __tracebackhide__ = True
        with self._mistakes():
            requests = self._requests(target, scenario, **how)
            if _is_asgi(target):
                return [
                    _answer(await _within(asgi.call(target, request)), request)
                    for request in requests
                ]
            deliver = _sender(target)
            return [await event_loops.in_thread(deliver, request) for request in requests]

    def _requests(
        self,
        target: Any,
        scenario: str | World,
        *,
        url: str | None = None,
        method: str = "POST",
        auth_token: str | None = "",
        **overrides: Any,
    ) -> Iterator[WebhookRequest]:
        if not isinstance(method, str) or method.upper() not in ("POST", "GET"):
            raise UsageError(f"webhooks are sent by POST or GET, not {method}")
        token = self._auth_token if auth_token == "" else auth_token
        webhooks = self._generator.webhooks(self._factories.world(scenario, **overrides))
        for event in webhooks.events:
            address = url or (target if isinstance(target, str) else WEBHOOK_URL)
            request = webhooks.request(event, address, method=method, auth_token=token)
            self._take(request)
            yield request


async def _within(call: Coroutine[Any, Any, Answer]) -> Answer:
    answer = await event_loops.within(_PATIENCE, call)
    if answer is None:
        raise UsageError(
            "the ASGI application does not answer a webhook: "
            f"Twilio waits {_PATIENCE} seconds, and no longer"
        )
    return answer


def _sender(target: Any) -> Callable[[WebhookRequest], WebhookResponse]:
    if isinstance(target, str):
        try:
            place = urlsplit(address(target).url)
        except ValueError:
            raise UsageError(
                f"{target!r} is not the URL of a server; "
                "use one like http://127.0.0.1:8000/webhooks"
            ) from None
        return lambda request: _to_server(place, request)
    if callable(target):
        return lambda request: _answer(wsgi.call(target, request), request)
    raise UsageError(f"{type(target).__name__} is neither a WSGI or ASGI application nor a URL")


def _answer(answer: Answer, request: WebhookRequest) -> WebhookResponse:
    status, headers, body = answer
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return WebhookResponse(status, joined, body, request)


def _is_asgi(target: Any) -> bool:
    call = getattr(target, "__call__", None)  # noqa: B004 # its kind is asked, not if there is one
    return iscoroutinefunction(target) or iscoroutinefunction(call)


def _to_server(place: SplitResult, request: WebhookRequest) -> WebhookResponse:
    """Deliver to a server, with the query of the request and all that was signed."""
    query = urlsplit(request.url).query
    path = (place.path or "/") + (f"?{query}" if query else "")
    connection = (HTTPSConnection if place.scheme == "https" else HTTPConnection)(
        place.hostname or "", place.port, timeout=_PATIENCE
    )
    try:
        connection.request(request.method, path, request.body, dict(request.headers))
        response = connection.getresponse()
        return _answer((response.status, response.getheaders(), response.read()), request)
    except (OSError, HTTPException) as error:
        reason = str(error) or type(error).__name__
        server = f"{place.scheme}://{place.netloc}"
        # A loop that waits for this call cannot run a server as well.
        hint = ": await play_receipt_webhooks.aplay(…)" if event_loops.is_running() else ""
        raise UsageError(f"{server} does not answer a webhook: {reason}{hint}") from None
    finally:
        connection.close()
