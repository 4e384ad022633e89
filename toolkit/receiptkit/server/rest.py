"""The REST API: from a request over HTTP to the handler that answers it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from receiptkit.generation.api_errors import ApiErrorKind
from receiptkit.generation.rendering import response_headers
from receiptkit.model.limits import limit
from receiptkit.server.access import advice, authenticate, is_led, origin
from receiptkit.server.configuration import Configurations, Services, WebhookConfigurations
from receiptkit.server.conversations import Conversations
from receiptkit.server.errors import ApiError
from receiptkit.server.events import Ask, Events
from receiptkit.server.memberships import Memberships
from receiptkit.server.messages import Messages
from receiptkit.server.operations import UNSUPPORTED, ApiPath, api_path
from receiptkit.server.participants import Participants
from receiptkit.server.receipts import Receipts
from receiptkit.server.request import ApiAnswer, ApiRequest
from receiptkit.server.scoped_webhooks import ScopedWebhooks
from receiptkit.server.state import State

#: Answers a request; those that write are asynchronous.
Handler = Callable[[ApiRequest], Any]
_METHODS = ("GET", "POST", "DELETE")
#: What pages of other sites may do, as was seen on Twilio's API; the list of headers is incomplete.
_CORS = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": (
        "Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, "
        "If-Unmodified-Since, Idempotency-Key, X-Twilio-Webhook-Enabled"
    ),
    "Access-Control-Expose-Headers": "ETag",
}


class Rest:
    """
    Answers the operations of the API.

    Args:
        state: what the responses are about.
        ask: sends a pre-webhook.
        note: writes a note for the operator of the server.
    """

    def __init__(self, state: State, ask: Ask, note: Callable[[str], None]) -> None:
        self._state = state
        self._rng = random.Random(state.settings.seed)  # noqa: S311 # of request ids
        self.events = Events(state, ask)
        self._api_keys = tuple(state.settings.api_keys.items())
        self._handlers = self._table()
        self._noted: set[str] = set()
        self._write_note = note

    def _table(self) -> dict[str, dict[str, Handler]]:
        """Return the handlers by path and method."""
        parts = self._state, self.events
        conversations, participants = Conversations(*parts), Participants(*parts)
        messages, receipts = Messages(*parts), Receipts(*parts)
        hooks, services = ScopedWebhooks(*parts), Services(*parts)
        webhooks, configurations = WebhookConfigurations(*parts), Configurations(*parts)

        def create_with_participants(request: ApiRequest) -> Awaitable[ApiAnswer]:
            return conversations.create_with_participants(request, participants)

        scoped: dict[str, dict[str, Handler]] = {
            **_resource("Conversations", conversations),
            **_resource("Conversations/*/Participants", participants),
            **_resource("Conversations/*/Messages", messages),
            **_resource("Conversations/*/Webhooks", hooks),
            "Conversations/*/Messages/*/Receipts": {"GET": receipts.list},
            "Conversations/*/Messages/*/Receipts/*": {"GET": receipts.fetch},
            "ConversationWithParticipants": {"POST": create_with_participants},
            "ParticipantConversations": {"GET": Memberships(*parts).list},
            "Configuration": {"GET": configurations.fetch, "POST": configurations.update},
            "Configuration/Webhooks": {"GET": webhooks.fetch, "POST": webhooks.update},
        }
        return {
            **scoped,
            **{f"Services/*/{path}": methods for path, methods in scoped.items()},
            "Conversations/Webhooks": scoped["Configuration/Webhooks"],
            "Services": {"GET": services.list, "POST": services.create},
            "Services/*": {"GET": services.fetch, "DELETE": services.delete},
        }

    async def answer(self, request: Request) -> Response:
        """Answer a request."""
        state = self._state
        if request.method == "OPTIONS" and self._is_known(request):
            return self._response(b"", 204)
        handler, path = self._resolve(request)
        self._authenticate(request.headers.get("authorization"))
        writes = request.method in ("POST", "DELETE")
        if writes and state.settings.local_only and is_led(request):
            raise ApiError.of(20403)
        fault = state.faults.of_request()
        kind, seconds = (fault.kind, fault.seconds or 0) if fault else (None, 0.0)
        if kind in ("too-many-requests", "server-error"):
            raise ApiError.named(kind)
        if kind == "slow":
            await asyncio.sleep(seconds)
        body = await _body(request) if writes else b""
        self.fire_timers()
        call = self._request(request, path, body, int(seconds * 1000) if kind == "stale" else 0)
        result = handler(call)
        answer: ApiAnswer = await result if writes else result
        made = CutShort if kind == "cut" else Response
        return self._response(answer.body, answer.status, made)

    def _response(self, body: bytes, status: int, made: type[Response] = Response) -> Response:
        response = made(body, status)
        response.raw_headers += [
            _encoded(name, value)
            for name, value in self.headers().items()
            if body or name != "Content-Type"
        ]
        return response

    def _request(self, request: Request, path: ApiPath, body: bytes, ago: int) -> ApiRequest:
        headers = request.headers if request.method in ("POST", "DELETE") else {}
        return ApiRequest(
            path=request.scope["path"],
            query=request.scope["query_string"].decode("latin-1"),
            origin=self._state.settings.public_origin or origin(request),
            reading=self._state.clock.reading - ago,
            service=path.service,
            ids=path.ids,
            body=body,
            content_type=headers.get("content-type", ""),
            webhooks_enabled=headers.get("x-twilio-webhook-enabled", "").lower() == "true",
        )

    def _resolve(self, request: Request) -> tuple[Handler, ApiPath]:
        """
        Return the handler of a request.

        Raises:
            ApiError: the path is unknown, or Twilio or receiptkit does not support the method.
        """
        raw = request.scope.get("raw_path") or request.scope["path"].encode()
        path = api_path(raw.decode("latin-1"))
        if path is None:
            raise ApiError.named("not-found", request.scope["path"])
        methods = self._handlers.get(path.key, {})
        method = "GET" if request.method == "HEAD" else request.method
        if method in methods:
            return methods[method], path
        operation = UNSUPPORTED.get((path.key, method))
        if operation is not None:
            raise self._unsupported_error(operation, method, path)
        known = [*methods, *(each for each in _METHODS if (path.key, each) in UNSUPPORTED)]
        if not known:
            raise ApiError.named("not-found", request.scope["path"])
        raise ApiError.not_allowed(known)

    def _authenticate(self, header: str | None) -> None:
        state = self._state
        try:
            authenticate(header, state.account_sid, state.settings.auth_token, self._api_keys)
        except ApiError:
            # Twilio's response gives no reason. The user of a local Twilio may know it.
            self._note(f"{advice(header, state.account_sid)}; it answered 401")
            raise

    def _note(self, text: str) -> None:
        """Write a note, once."""
        if text in self._noted:
            return
        self._noted.add(text)
        self._write_note(text)

    def _is_known(self, request: Request) -> bool:
        """Return True if Twilio has the path of a request, whatever its method."""
        raw = request.scope.get("raw_path") or request.scope["path"].encode()
        path = api_path(raw.decode("latin-1"))
        keys = {*self._handlers, *(key for key, _ in UNSUPPORTED)}
        return path is not None and path.key in keys

    def _unsupported_error(self, operation: str, method: str, path: ApiPath) -> ApiError:
        text = f"receiptkit does not implement {operation} ({method} /v1/{path.key})"
        self._note(f"{text}; it answered 501")
        return ApiError(ApiErrorKind(501, None, text))

    def fire_timers(self) -> None:
        """Let conversations have the states that their timers say by now."""
        while (due := self._state.agenda.next_timer(self._state.clock.reading)) is not None:
            self.events.fire(*due)

    def headers(self) -> dict[str, str]:
        """Return the headers of a response, with those for browsers."""
        return {**response_headers(self._rng), **_CORS}


def _resource(path: str, handlers: Any) -> dict[str, dict[str, Handler]]:
    """Return the five operations of a resource."""
    return {
        path: {"GET": handlers.list, "POST": handlers.create},
        f"{path}/*": {
            "GET": handlers.fetch,
            "POST": handlers.update,
            "DELETE": handlers.delete,
        },
    }


async def _body(request: Request) -> bytes:
    """
    Return the body of a request.

    Raises:
        ApiError: it is longer than any form.
    """
    pieces, length = [], 0
    async for piece in request.stream():
        length += len(piece)
        if length > limit("request"):
            raise ApiError.of(20413, limit=f"{limit('request'):,}")
        pieces.append(piece)
    return b"".join(pieces)


@lru_cache(maxsize=64)
def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    """Return a header in the form that is sent; most are those of the response before."""
    return name.lower().encode("latin-1"), value.encode("latin-1")


class CutShort(Response):
    """A response whose connection is cut in the middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Send the first half. Returning before the response is complete makes the server close the
        connection.
        """
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        await send(
            {
                "type": "http.response.body",
                "body": bytes(self.body)[: len(self.body) // 2],
                "more_body": True,
            }
        )
