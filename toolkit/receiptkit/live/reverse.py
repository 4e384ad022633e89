"""A reverse proxy before an API, which checks what the contract knows and passes on the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from receiptkit.captures.encodings import decoded
from receiptkit.contract.base_url import BaseUrl
from receiptkit.live.archive import Archive, SeenExchange
from receiptkit.live.forwarding import Answer, Fields, Forwarder, fields_of, reason
from receiptkit.live.judging import Verdict
from receiptkit.live.links import Links
from receiptkit.live.receiver import application
from receiptkit.live.recording import now
from receiptkit.live.requests import BodyTooLong, body_of, origin_of, respond, target_of
from receiptkit.live.session import Handled, Session
from receiptkit.model.display import public_pointer
from receiptkit.model.errors import UsageError, os_reason
from receiptkit.model.finding import Severity
from receiptkit.model.limits import limit, remedy
from receiptkit.server.causes import likely_cause
from receiptkit.validation.names import known_names
from receiptkit.webhooks.address import absolute

#: How long the upstream server may take, in seconds.
PATIENCE = 30.0
#: The header with the number of findings, and their rules.
HEADER = b"x-receiptkit-findings"
_TOO_LONG, _BAD_GATEWAY, _NO_ANSWER = 413, 502, 504
#: Findings whose rules the header names; the count is of all.
_NAMED = 20
_TEXT = (b"content-length", b"content-encoding")


class _Call(NamedTuple):
    """
    A request on its way.

    Attributes:
        url: at the upstream server.
        origin: scheme and host at which the client called.
        at: when it came.
        began: the same, by the clock of the loop.
    """

    method: str
    path: str
    url: str
    headers: Fields
    origin: str
    at: str
    began: float


class Proxy:
    """
    Passes requests on to an upstream server.

    Args:
        session: checks, keeps and counts.
        forwarder: sends them.
        upstream: the base URL of the server.
        archive: the file of the exchanges.
        keep_links: True to leave links of responses as they are.
        fail_fast: answer 502 to what has a finding of this severity or a higher one; None never.
    """

    def __init__(
        self,
        session: Session,
        forwarder: Forwarder,
        *,
        upstream: str,
        archive: Archive,
        keep_links: bool = False,
        fail_fast: Severity | None = None,
    ) -> None:
        self._session = session
        self._forwarder = forwarder
        self._base = upstream.rstrip("/")
        self._api = BaseUrl(self._base)
        self._archive = archive
        self._links = None if keep_links else Links(self._base)
        self._fail_fast = fail_fast
        self._contract = session.judge.contract
        self._names = known_names(self._contract)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request as the upstream server does."""
        call = self._call(scope)
        url = self._api.in_url(call.url)
        if self._contract.operations.resolve(call.method, url) is None:
            await self._pass(call, receive, send)
        else:
            await self._judge(call, receive, send)

    def _call(self, scope: Scope) -> _Call:
        url = self._base + target_of(scope)
        host = urlsplit(self._base).netloc.encode()
        headers = [(b"host", host)] + [each for each in scope["headers"] if each[0] != b"host"]
        clock = asyncio.get_running_loop().time()
        return _Call(scope["method"], scope["path"], url, headers, origin_of(scope), now(), clock)

    # -- operations of the contract

    async def _judge(self, call: _Call, receive: Receive, send: Send) -> None:
        most = limit("exchange")
        too_long = f"longer than {most:,} bytes, which is not checked; {remedy('exchange')}"
        try:
            body = await body_of(receive, most)
        except BodyTooLong:
            self._session.problem(f"a request is {too_long}")
            await respond(send, _TOO_LONG, [], f"the request is {too_long}".encode())
            return
        if body is None:
            return
        # Without it, a response could come in an encoding that cannot be read here.
        headers = [each for each in call.headers if each[0] != b"accept-encoding"]
        headers.append((b"accept-encoding", b"identity"))
        async with AsyncExitStack() as stack:
            answered, rest = await self._forwarder.begun(
                stack, call.method, call.url, headers, body, most
            )
            if rest is not None:
                self._session.problem(f"an answer is {too_long}")
                await self._stream(call, answered.outcome, answered.headers, rest, send)
        if rest is None and isinstance(answered.outcome, str):
            await self._unanswered(call, answered.outcome, send)
        elif rest is None:
            await self._answer(call, body, answered, send)

    async def _answer(self, call: _Call, body: bytes, answered: Answer, send: Send) -> None:
        """Keep and check an exchange, and send its response."""
        seen = SeenExchange(call.at, call.method, call.url, call.headers, body, answered)
        try:
            text = self._archive.append(seen)
        except OSError as error:
            text = self._archive.text(seen)
            why = os_reason(error)
            self._session.problem(f"an exchange could not be written: {why}")
        verdict = self._session.judge.judge(text)
        self._note(call, answered.outcome, verdict)
        if self._fail_fast is not None and any(
            each.severity.rank >= self._fail_fast.rank for each in verdict.findings
        ):
            await self._refuse(send, verdict)
            return
        fields, changed = self._linked(answered.headers, answered.body, call.origin)
        said = (HEADER, _header(verdict))
        await respond(send, int(answered.outcome), [*fields, said], changed)

    def _linked(self, headers: Fields, body: bytes, origin: str) -> tuple[Fields, bytes]:
        """Return a response with its links at the proxy."""
        if self._links is None:
            return headers, body
        fields = self._links.in_headers(headers, origin)
        encoding = next((value for name, value in fields if name.lower() == _TEXT[1]), None)
        plain = decoded(body, encoding.decode("latin-1"), limit("exchange")) if encoding else body
        changed = self._links.in_body(plain, origin) if isinstance(plain, bytes) else plain
        if changed == plain or not isinstance(changed, bytes):
            return fields, body
        return [each for each in fields if each[0].lower() not in _TEXT], changed

    async def _refuse(self, send: Send, verdict: Verdict) -> None:
        body = {
            "message": "receiptkit: the upstream server answered what Twilio never sends",
            "findings": [
                {
                    "rule": each.rule,
                    "severity": each.severity.value,
                    "pointer": public_pointer(each.pointer, self._names),
                    "message": each.message,
                }
                for each in verdict.findings
            ],
        }
        headers = [(b"content-type", b"application/json"), (HEADER, _header(verdict))]
        await respond(send, _BAD_GATEWAY, headers, orjson.dumps(body))

    # -- everything else

    async def _pass(self, call: _Call, receive: Receive, send: Send) -> None:
        """Pass a request on, and its response, piece by piece."""
        body = _body(call.headers, receive)
        async with AsyncExitStack() as stack:
            try:
                response = await stack.enter_async_context(
                    self._forwarder.opened(call.method, call.url, call.headers, body)
                )
                fields = fields_of(response)
            except Exception as error:  # noqa: BLE001 # a server can send anything
                await self._unanswered(call, reason(error), send)
                return
            await self._stream(call, response.status, fields, response.aiter_stream(), send)

    async def _stream(
        self,
        call: _Call,
        status: int | str,
        headers: Fields,
        pieces: AsyncIterator[bytes],
        send: Send,
    ) -> None:
        fields = headers
        if self._links is not None:
            fields = self._links.in_headers(headers, call.origin)
        await send({"type": "http.response.start", "status": status, "headers": list(fields)})
        try:
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except Exception as error:  # noqa: BLE001 # a server can send anything
            # The response ends without its end, which closes the connection.
            self._note(call, reason(error, amid=True), None)
            return
        self._note(call, status, None)
        await send({"type": "http.response.body", "body": b""})

    async def _unanswered(self, call: _Call, outcome: str, send: Send) -> None:
        self._note(call, outcome, None)
        status = _NO_ANSWER if outcome.startswith("no answer") else _BAD_GATEWAY
        cause = likely_cause(outcome, call.url.partition("?")[0])
        await respond(send, status, [(b"content-type", b"text/plain")], cause.encode())

    def _note(self, call: _Call, outcome: int | str, verdict: Verdict | None) -> None:
        took = round((asyncio.get_running_loop().time() - call.began) * 1000, 1)
        number = self._session.number()
        self._session.note(Handled(number, call.method, call.path, outcome, took, verdict))


def upstream_of(url: str, what: str) -> str:
    """
    Return the base URL of an upstream server, without a slash at its end.

    Raises:
        UsageError: it cannot be called, or has credentials or a query.
    """
    absolute(url, what)
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError(f"{what} must be a base URL without user, query and fragment")
    return url.rstrip("/")


def _header(verdict: Verdict) -> bytes:
    rules = list(dict.fromkeys(each.rule for each in verdict.findings))
    return "; ".join(
        [str(len(verdict.findings)), *([", ".join(rules[:_NAMED])] if rules else [])]
    ).encode()


def _body(headers: Fields, receive: Receive) -> bytes | AsyncIterator[bytes]:
    """Return the body of a request in pieces; nothing for a request without one."""
    if not any(name in (b"content-length", b"transfer-encoding") for name, _ in headers):
        return b""
    return _pieces(receive)


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client went away")
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return


def reverse_proxy(session: Session, forwarder: Forwarder, **settings: Any) -> Starlette:
    """Return the proxy as an ASGI application; the settings are those of `Proxy`."""
    return application(session, forwarder, Proxy(session, forwarder, **settings))
