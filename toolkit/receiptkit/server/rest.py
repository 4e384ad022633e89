"""The REST API: from a request to the rendering that answers it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import NamedTuple

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from receiptkit.generation import Rendering
from receiptkit.generation.rendering import page_meta, response_headers
from receiptkit.server.access import authenticate, is_led, origin
from receiptkit.server.errors import ApiError
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.paging import Wanted, wanted
from receiptkit.server.state import State
from receiptkit.server.subscription import Subscription
from receiptkit.text.forms import FORM, decode_form

#: How many pages are kept as they were last rendered. One of 50 receipts has 31 KB.
_KEPT = 16_384


class ApiRequest(NamedTuple):
    """
    What a request asks for.

    Attributes:
        values: of the parameters in the path, by name.
        reading: of the clock, for which it is answered.
        form: the body of a POST, and its media type.
    """

    values: dict[str, str]
    path: str
    query: str
    origin: str
    reading: int
    form: tuple[bytes, str]

    @property
    def service(self) -> str | None:
        """The service whose API is asked; None for the default one."""
        return self.values.get("ChatServiceSid")


#: What answers a request.
_Answers = Callable[[ApiRequest], bytes]


class Rest:
    """
    Answers the operations of the contract, and the list of messages.

    Args:
        state: what the answers are about.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._rng = random.Random(state.settings.seed)  # noqa: S311 # of request ids
        self._most = state.generator.vocabulary.page_sizes[1]
        self._page = lru_cache(maxsize=_KEPT)(self._rendered)

    def routes(self) -> list[Route]:
        """What is answered, at the paths that the document has."""
        answers = {
            ("page", "get"): self._receipts,
            ("receipt", "get"): self._receipt,
            ("message", "get"): self._message,
            ("configuration", "get"): self._configuration,
            ("configuration", "post"): self._configure,
        }
        found: dict[str, dict[str, _Answers]] = {}
        for operation in self._state.contract.operations.all:
            if operation.kind and (operation.kind, operation.method) in answers:
                found.setdefault(operation.path, {})[operation.method.upper()] = answers[
                    operation.kind, operation.method
                ]
                if operation.kind == "message":
                    found.setdefault(operation.path.rpartition("/")[0], {})["GET"] = self._messages
        return [
            Route(path, self._endpoint(methods), methods=list(methods))
            for path, methods in found.items()
        ]

    def _endpoint(self, methods: dict[str, _Answers]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            state = self._state
            authenticate(
                request.headers.get("authorization"), state.account_sid, state.settings.auth_token
            )
            if request.method == "POST" and state.settings.local_only and is_led(request):
                raise ApiError(
                    403, 20403, "Only this machine configures the server, not the page of another."
                )
            fault = state.faults.of_request()
            kind = fault.kind if fault else None
            if kind in ("too-many-requests", "server-error"):
                raise ApiError.named(kind)
            if fault and kind == "slow":
                await asyncio.sleep(fault.seconds or 0)
            form = (
                (await request.body(), request.headers.get("content-type", ""))
                if request.method == "POST"
                else (b"", "")
            )
            asked = ApiRequest(
                request.path_params,
                request.scope["path"],
                request.scope["query_string"].decode("latin-1"),
                state.settings.public_origin or origin(request),
                state.clock.reading
                - (int((fault.seconds or 0) * 1000) if fault and kind == "stale" else 0),
                form,
            )
            answer = methods["GET" if request.method == "HEAD" else request.method]
            response = (CutShort if kind == "cut" else Response)(answer(asked))
            response.raw_headers += [
                _encoded(name, value) for name, value in self.headers().items()
            ]
            return response

        return endpoint

    def headers(self) -> dict[str, str]:
        """The headers of an answer."""
        return response_headers(self._rng)

    # -- what is asked for

    def _life(self, asked: ApiRequest, message: str) -> LiveWorld:
        life = self._state.conversation(asked.service, asked.values["ConversationSid"]).get(
            asked.values[message]
        )
        if life is None:
            raise ApiError.named("not-found", asked.path)
        return life

    def _at(self, asked: ApiRequest, life: LiveWorld) -> Rendering:
        world = life.in_service if asked.service else life.world
        return self._state.speaking(asked.origin).at(world, life.last_change(asked.reading))

    def _wanted(self, asked: ApiRequest) -> Wanted:
        return wanted(asked.query, self._most, strict=self._state.settings.strict_page_size)

    # -- answers

    def _receipts(self, asked: ApiRequest) -> bytes:
        life = self._life(asked, "MessageSid")
        return self._page(
            life,
            life.last_change(asked.reading),
            self._wanted(asked),
            asked.origin,
            asked.service is not None,
        )

    def _rendered(
        self, life: LiveWorld, moment: int, page: Wanted, origin: str, in_service: bool
    ) -> bytes:
        rendering = self._state.speaking(origin).at(
            life.in_service if in_service else life.world, moment
        )
        _within(page, sum(1 for _ in life.world.seen_by(moment)))
        return orjson.dumps(rendering.page(page.number, page.size))

    def _receipt(self, asked: ApiRequest) -> bytes:
        life = self._life(asked, "MessageSid")
        rendering = self._at(asked, life)
        for index, receipt in enumerate(life.world.receipts):
            if receipt.sid == asked.values["Sid"] and receipt.created <= rendering.moment:
                return orjson.dumps(rendering.receipt(index))
        raise ApiError.named("not-found", asked.path)

    def _message(self, asked: ApiRequest) -> bytes:
        return orjson.dumps(self._at(asked, self._life(asked, "Sid")).message())

    def _messages(self, asked: ApiRequest) -> bytes:
        lives = list(
            self._state.conversation(asked.service, asked.values["ConversationSid"]).values()
        )
        if not lives:
            raise ApiError.named("not-found", asked.path)
        order = next(
            (
                parameter.value
                for parameter in decode_form(asked.query)
                if parameter.name == "Order"
            ),
            None,
        )
        if order not in (None, "asc", "desc"):
            raise ApiError.parameter("Order must be asc or desc.")
        lives = lives[::-1] if order == "desc" else lives
        page = self._wanted(asked)
        _within(page, len(lives))
        rows = [
            self._at(asked, life).message()
            for life in lives[page.number * page.size :][: page.size]
        ]
        query = f"?Order={order}" if order else ""
        meta = page_meta(f"{asked.origin}{asked.path}{query}", "messages", *page, len(lives))
        return orjson.dumps({"messages": rows, "meta": meta})

    def _configuration(self, asked: ApiRequest) -> bytes:
        if asked.service not in (None, self._state.chat_service_sid):
            raise ApiError.named("not-found", asked.path)
        subscription = self._state.subscriptions.get(asked.service, Subscription())
        body = self._at(asked, next(self._state.lives)).configuration()
        return orjson.dumps(
            {**body, **{name: value for name, value in subscription.body.items() if name in body}}
        )

    def _configure(self, asked: ApiRequest) -> bytes:
        self._configuration(asked)
        text, media_type = asked.form
        if text and media_type.partition(";")[0].strip().lower() != FORM:
            raise ApiError.parameter(f"The body must be {FORM}.")
        before = self._state.subscriptions.get(asked.service, Subscription())
        parameters = decode_form(text.decode("utf-8", "replace"), media_type)
        if asked.service:
            # Unknown parameters are ignored, and services have no target.
            parameters = [parameter for parameter in parameters if parameter.name != "Target"]
        self._state.subscribe(asked.service, before.updated(parameters))
        return self._configuration(asked)


@lru_cache(maxsize=64)
def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    """A header as it is sent: most are those of the answer before."""
    return name.lower().encode("latin-1"), value.encode("latin-1")


def _within(page: Wanted, count: int) -> None:
    """Refuse a page behind the end of a list."""
    if page.number and page.number * page.size >= count:
        raise ApiError.parameter("PageToken is behind the end of the list.")


class CutShort(Response):
    """An answer whose connection is cut in the middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the first half. What then returns, without saying that it is complete, makes the server close the connection."""
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
