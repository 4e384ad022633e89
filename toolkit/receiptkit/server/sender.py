"""Webhook requests: sent with httpx, tried again if no server is reached, and kept."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from receiptkit.generation.recording import request as as_json
from receiptkit.generation.stream import webhook_request
from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import WebhookRequest
from receiptkit.server.direct import Application, call, within
from receiptkit.webhooks.address import address

if TYPE_CHECKING:
    import httpx

#: How long a response may take, in seconds (facts: Conversations webhooks).
TIMEOUT = 5.0
#: How much of that connecting may take: a consumer out of reach is another outcome than a silent
#: one.
_TO_CONNECT = 0.9
#: How many requests are kept.
_KEPT = 10_000
#: How much of the response to a webhook before the fact is read, in bytes.
_LONGEST_ANSWER = 1 << 18
#: From this status on, the beginning of the body is kept to be shown, so many bytes of it.
_REFUSED, _SHOWN = 300, 4096


class Outgoing(NamedTuple):
    """A webhook on its way: its parameters, and the idempotency token that all attempts share."""

    parameters: dict[str, str]
    token: str

    def again(self) -> Outgoing:
        """Return the next attempt."""
        count = int(self.parameters.get("RetryCount", "0")) + 1
        return self._replace(parameters={**self.parameters, "RetryCount": str(count)})


class Sent(NamedTuple):
    """
    A request that was made, or was lost on purpose.

    Attributes:
        delivery: as it was sent.
        outcome: the status of the response, or why there was none.
        outgoing, target: what was sent where; None for a request that it did not make.
        answer: the beginning of the body of a response other than success.
        milliseconds: how long it took.
    """

    delivery: WebhookRequest
    outcome: int | str
    outgoing: Outgoing | None = None
    target: tuple[str, str] | None = None
    answer: bytes = b""
    milliseconds: float = 0

    def shown(self) -> dict[str, Any]:
        """Return the request with its outcome, ready for JSON."""
        return {**as_json(self.delivery), "outcome": self.outcome}


class Sender:
    """
    Sends webhooks, and keeps what it sent.

    Args:
        auth_token: signs them.
        transport: carries them instead of the network: an ASGI application, or a transport of
            httpx.
        timeout: how long a response may take, in seconds.
    """

    def __init__(
        self,
        auth_token: str,
        transport: httpx.AsyncBaseTransport | Application | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._auth_token = auth_token
        self._transport = transport
        self._application = _application_of(transport)
        self._timeout = timeout
        self._network: httpx.AsyncHTTPTransport | None = None
        #: The last of them, and how many there were.
        self.sent: deque[Sent] = deque(maxlen=_KEPT)
        self.count = 0
        #: Is called with the number of each request, and with it.
        self.listener: Callable[[int, Sent], None] | None = None

    def request(self, outgoing: Outgoing, url: str, method: str = "POST") -> WebhookRequest:
        """Return the signed request of a webhook."""
        return webhook_request(
            outgoing.parameters, outgoing.token, url, method=method, auth_token=self._auth_token
        )

    async def send(self, outgoing: Outgoing, url: str, method: str = "POST") -> list[Sent]:
        """
        Send one webhook, again if no server is reached, with the same idempotency token and the
        next RetryCount.

        Returns:
            Every request that was made; the last one has the outcome.
        """
        made: list[Sent] = []
        kept = self.sent
        for left in range(address(url).retries, -1, -1):
            sent, again = await self._attempt(outgoing, (url, method))
            made.append(sent)
            if self.sent is not kept:
                # Everything began anew meanwhile: this request is older.
                break
            self._keep(made[-1])
            if not again or not left:
                break
            outgoing = outgoing.again()
        return made

    async def ask(
        self, parameters: dict[str, str], token: str, target: tuple[str, str]
    ) -> tuple[int | None, bytes]:
        """
        Send a webhook before the fact; return status and body of the response.

        Without a response in time, there is no status.
        """
        body = bytearray()
        sent, _ = await self._attempt(Outgoing(parameters, token), target, body)
        self._keep(sent)
        return (sent.outcome if isinstance(sent.outcome, int) else None), bytes(body)

    def lose(self, outgoing: Outgoing, url: str, method: str) -> None:
        """Keep a webhook as one that was lost on its way."""
        self._keep(Sent(self.request(outgoing, url, method), "lost", outgoing, (url, method)))

    def forget(self) -> None:
        """Begin anew: nothing was sent."""
        self.sent = deque(maxlen=_KEPT)
        self.count = 0

    def _keep(self, sent: Sent) -> None:
        self.sent.append(sent)
        self.count += 1
        if self.listener is not None:
            self.listener(self.count - 1, sent)

    async def _attempt(
        self, outgoing: Outgoing, target: tuple[str, str], body: bytearray | None = None
    ) -> tuple[Sent, bool]:
        """Make one request; return it with its outcome, and True if no server was reached."""
        delivery = self.request(outgoing, *target)
        began = time.perf_counter()
        answer = bytearray()
        outcome, again = await self._try(delivery, answer if body is None else body, body is None)
        took = round((time.perf_counter() - began) * 1000, 1)
        return Sent(delivery, outcome, outgoing, target, bytes(answer[:_SHOWN]), took), again

    async def _try(
        self, delivery: WebhookRequest, body: bytearray, only_refusals: bool
    ) -> tuple[int | str, bool]:
        """
        Return the outcome of one request, and True if no server was reached. Every error is an
        outcome.
        """
        try:
            if self._application is not None:
                status, answered = await within(self._timeout, call(self._application, delivery))
                if not only_refusals or status >= _REFUSED:
                    body += answered[:_LONGEST_ANSWER]
                return status, False
            return await within(self._timeout, self._status(delivery, body, only_refusals)), False
        except asyncio.TimeoutError:
            return f"no answer within {self._timeout:g} seconds", False
        except Exception as error:  # noqa: BLE001 # an application can raise anything
            return self._outcome(error)

    def _outcome(self, error: Exception) -> tuple[str, bool]:
        """Return the outcome of an error, and True if no server was reached."""
        httpx = None if self._application is not None else _httpx()
        if httpx is not None and isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
            return f"no connection: {str(error) or type(error).__name__}", True
        if httpx is not None and isinstance(error, httpx.TimeoutException):
            return f"no answer within {self._timeout:g} seconds", False
        if isinstance(error, ConnectionError) or (
            # Which of its kinds it is depends on what arrives first, an end or a reset.
            httpx is not None and isinstance(error, httpx.TransportError)
        ):
            return "connection closed without an answer", False
        return f"failed: {type(error).__name__}: {error}", False

    async def _status(self, delivery: WebhookRequest, body: bytearray, only_refusals: bool) -> int:
        """Return the status of the response, and add the start of its body if it is wanted."""
        httpx = _httpx()
        transport: Any = self._transport
        if transport is None:
            transport = self._network = self._network or _network()
        # Without a client, which would look at cookies and redirections. A request of one's own has
        # no headers but its own, and no timeout.
        limit = {
            "timeout": httpx.Timeout(self._timeout, connect=self._timeout * _TO_CONNECT).as_dict()
        }
        request = httpx.Request(
            delivery.method,
            delivery.url,
            headers=delivery.headers,
            content=delivery.body,
            extensions=limit,
        )
        response = await transport.handle_async_request(request)
        limit_of_body = _SHOWN if only_refusals else _LONGEST_ANSWER
        if not only_refusals or response.status_code >= _REFUSED:
            async for piece in response.aiter_bytes():
                body += piece[:limit_of_body]
                if len(body) > limit_of_body:
                    break
        await response.aclose()
        return int(response.status_code)

    async def close(self) -> None:
        """Close its connections."""
        for transport in (self._transport, self._network):
            aclose = getattr(transport, "aclose", None)
            if aclose is not None:
                await aclose()
        self._network = None


def _network() -> httpx.AsyncHTTPTransport:
    """Return the transport that opens a connection for each webhook, as Twilio does."""
    library = _httpx()
    # With the authorities of this machine, and of SSL_CERT_FILE: a receiver that is developed has
    # one of its own.
    trusted = library.create_ssl_context()
    trusted.load_default_certs()
    transport: httpx.AsyncHTTPTransport = library.AsyncHTTPTransport(
        verify=trusted, trust_env=False, limits=library.Limits(max_keepalive_connections=0)
    )
    return transport


def _application_of(transport: Any) -> Application | None:
    """Return the ASGI application behind a transport, which is called directly; None for others."""
    if type(transport).__name__ == "ASGITransport" and getattr(
        transport, "raise_app_exceptions", False
    ):
        application: Application = transport.app
        return application
    is_transport = transport is None or hasattr(transport, "handle_async_request")
    return None if is_transport else transport


def _httpx() -> Any:
    # Imported when the first webhook is sent: it takes as long as the server's start.
    try:
        import httpx
    except ImportError:
        raise UsageError("sending webhooks needs httpx: pip install 'receiptkit[server]'") from None
    return httpx
