"""Webhooks to an application: received, judged, kept and forwarded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from receiptkit.live import panel
from receiptkit.live.forwarding import Answer, Forwarder, target_url
from receiptkit.live.recording import answer, webhook
from receiptkit.live.requests import BodyTooLong, body_of, origin_of, respond, target_of
from receiptkit.live.session import Handled, Session
from receiptkit.model.errors import os_reason
from receiptkit.model.limits import limit, remedy
from receiptkit.server.causes import likely_cause

_METHODS = ("POST", "GET")
_NOT_ALLOWED, _TOO_LONG, _NOT_KEPT, _NO_CONNECTION, _NO_ANSWER = 405, 413, 507, 502, 504


class Receiver:
    """
    Receives webhooks.

    Args:
        session: checks, keeps and counts.
        forward_to: where they go on to; None to answer them here.
        public_url: the URL at which Twilio calls; by default that of each request.
        forwarder: sends them.
    """

    def __init__(
        self,
        session: Session,
        forwarder: Forwarder,
        *,
        forward_to: str | None = None,
        public_url: str | None = None,
    ) -> None:
        self._session = session
        self._forwarder = forwarder
        self._forward_to = forward_to
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request as the application does."""
        method = scope["method"]
        if method not in _METHODS:
            await respond(send, _NOT_ALLOWED, [(b"allow", ", ".join(_METHODS).encode())])
            return
        try:
            body = await body_of(receive, limit("request"))
        except BodyTooLong:
            most = f"the body is longer than {limit('request'):,} bytes; {remedy('request')}"
            await self._refuse(send, _TOO_LONG, f"{method}: {most}")
            return
        if body is None:
            return
        target = target_of(scope)
        url = target_url(self._public_url or origin_of(scope), target)
        text = webhook(url, method, scope["headers"], body)
        try:
            end = self._session.recording.append(text)
        except OSError as error:
            reason = os_reason(error)
            await self._refuse(send, _NOT_KEPT, f"a webhook could not be written: {reason}")
            return
        number, verdict = self._session.number(), self._session.judge.judge(text)
        answered = await self._forward(method, target, scope["headers"], body)
        if answered is not None:
            self._session.recording.fill(end, answer(answered.outcome, answered.milliseconds))
        self._session.note(
            Handled(
                number,
                method,
                scope["path"],
                answered.outcome if answered else None,
                answered.milliseconds if answered else 0.0,
                verdict,
            )
        )
        await self._answer(send, answered, target)

    async def _forward(self, method: str, target: str, headers: Any, body: bytes) -> Answer | None:
        if self._forward_to is None:
            return None
        url = target_url(self._forward_to, target)
        return await self._forwarder.send(method, url, headers, body)

    async def _answer(self, send: Send, answered: Answer | None, target: str) -> None:
        if answered is None:
            await respond(send, 200)
        elif isinstance(answered.outcome, int):
            await respond(send, answered.outcome, answered.headers, answered.body)
        else:
            url = target_url(self._forward_to or "", target).partition("?")[0]
            status = _NO_ANSWER if answered.outcome.startswith("no answer") else _NO_CONNECTION
            await respond(send, status, [], likely_cause(answered.outcome, url).encode())

    async def _refuse(self, send: Send, status: int, why: str) -> None:
        self._session.problem(why)
        await respond(send, status, [], why.encode())


def receiver(session: Session, forwarder: Forwarder, **settings: Any) -> Starlette:
    """Return the receiver as an ASGI application; the settings are those of `Receiver`."""
    return application(session, forwarder, Receiver(session, forwarder, **settings))


def application(session: Session, forwarder: Forwarder, handler: Any) -> Starlette:
    """Return an application with the page, the request log, and a handler of all other paths."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        session.began()
        yield
        await forwarder.close()

    made = Starlette(
        routes=[*panel.routes(lambda: panel.view_of(session)), Route("/{path:path}", handler)],
        lifespan=lifespan,
        middleware=[Middleware(session.log.around)],
    )
    made.router.redirect_slashes = False
    return made
