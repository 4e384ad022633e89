"""A server on a real port, in a thread of this process."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import socket
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from secrets import token_hex
from typing import Any, TypeVar

import uvicorn

from receiptkit.generation import World
from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import WebhookRequest
from receiptkit.server.application import app
from receiptkit.server.control import Control
from receiptkit.server.page.view import details
from receiptkit.server.sender import Sent
from receiptkit.server.settings import LOOPBACK
from receiptkit.server.threads import PATIENCE, demand_real_threads, keep_real_time
from receiptkit.server.tls import Certificate, certificate

_T = TypeVar("_T")
_NOISE = (
    "Cancel ",
    "ASGI callable returned without completing response",
    "Unsupported upgrade request",
    "No supported WebSocket library",
)


class Running:
    """
    A server that runs, from a test's side.

    Its methods can be called from any thread; what there was can be read after it was closed, too.

    Attributes:
        url: where it is.
        control: its control, which runs in its own thread.
        authority: with TLS, the file with the certificate that clients have to trust.
    """

    def __init__(self, url: str, control: Control, authority: str | None = None) -> None:
        self.url = url
        self.authority = authority
        self.control = control

    @property
    def account_sid(self) -> str:
        """Return the account SID, the user of HTTP Basic."""
        return self.control.state.account_sid

    @property
    def auth_token(self) -> str:
        """Return the token that opens the server, and signs webhooks."""
        return self.control.state.settings.signing_token

    @property
    def chat_service_sid(self) -> str:
        """Return the SID of the default service."""
        return self.control.state.chat_service_sid

    @property
    def control_token(self) -> str | None:
        """Return the token that `/_receiptkit/` asks for; None if it asks for none."""
        return self.control.state.settings.control_token

    @property
    def worlds(self) -> list[World]:
        """Return the world of every message: of scenarios, and of those that were posted."""

        async def read() -> list[World]:
            return [life.world for life in self.control.state.lives]

        if not self._runs:
            return [life.world for life in self.control.state.lives]
        return self._do(read())

    @property
    def sent(self) -> list[Sent]:
        """Return every webhook request that was made, with its outcome."""
        return list(self.control.sender.sent)

    @property
    def deliveries(self) -> list[WebhookRequest]:
        """Return the requests of `sent`, for `Contract.check_webhook`."""
        return [each.delivery for each in self.sent]

    def advance(self, by: str | None = None, to: str | None = None) -> None:
        """Advance the manual clock; see `Control.advance`."""
        self._do(self.control.advance(by, to))

    def load(self, scenario: str, seed: int = 0, **facts: Any) -> World:
        """Let a world begin; see `Control.load`."""

        async def begin() -> World:
            return self.control.begin(scenario, seed, **facts).world

        return self._do(begin())

    def reset(self, seed: int | None = None) -> None:
        """Begin anew; see `Control.reset`."""
        self._do(self.control.reset(seed))

    def snapshot(self, name: str = "default") -> None:
        """Keep the state under a name; see `Control.snapshot`."""
        self._do(self.control.snapshot(name))

    def restore(self, name: str = "default") -> None:
        """Return to a state that was kept; see `Control.restore`."""
        self._do(self.control.restore(name))

    def save(self) -> bytes:
        """Return the state as a document, for `running(snapshot=…)`; see `Control.save`."""
        return self._do(self.control.save())

    def outcome(self, status: str | None, **how: Any) -> None:
        """Choose what becomes of messages to come; see `Control.outcome`."""
        self._do(self.control.outcome(status, **how))

    def fault(self, kind: str, **how: Any) -> None:
        """Let something go wrong; see `Control.fault`."""
        self._do(self.control.fault(kind, **how))

    def clear_outcomes(self) -> None:
        """Forget every outcome."""
        self._do(self.control.clear_outcomes())

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self._do(self.control.clear_faults())

    def show(self) -> dict[str, Any]:
        """Return the state as JSON has it; see `Control.show`."""
        return self._do(self.control.show())

    def details(self, number: int) -> dict[str, Any]:
        """Return one webhook, counted from 0, with the signed text and the likeliest cause."""
        return details(number, self.control.numbered(number))

    def resend(
        self,
        number: int,
        set: Mapping[str, str] | None = None,  # noqa: A002 # as over HTTP
    ) -> Sent:
        """
        Send a webhook again, with a new signature, and return the request that was made.

        Args:
            number: of the webhook, counted from 0.
            set: parameters with other values.
        """
        return self._do(self.control.resend(self.control.numbered(number), set or {}))

    @property
    def _runs(self) -> bool:
        return self.control.loop is not None and not self.control.loop.is_closed()

    def _do(self, action: Coroutine[Any, Any, _T]) -> _T:
        """
        Return the result of an action, done in the thread of the server: nothing else may look at
        what changes there.
        """
        if not self._runs:
            action.close()
            raise UsageError("the server is closed: it runs while its `with` block lasts")
        assert self.control.loop is not None  # noqa: S101 # it runs
        future = asyncio.run_coroutine_threadsafe(action, self.control.loop)
        while not future.done() and self._runs:
            concurrent.futures.wait([future], timeout=1)
        if not future.done():
            raise UsageError("the server ended before it had answered")
        return future.result()


@contextmanager
def running(
    *, host: str = "127.0.0.1", port: int = 0, tls: bool = False, **settings: Any
) -> Iterator[Running]:
    """
    Run a server on its own port while a block lasts; nothing of it is left behind.

    Args:
        host: where it listens. Beyond this machine its control needs a token, which is drawn
            unless it is set.
        port: any free one by default.
        tls: True to speak TLS; `authority` is then the file with the certificate to trust.
        settings: as `app` takes them.

    Raises:
        UsageError: a setting has an impossible value, or the port is taken.
    """
    is_local = host in LOOPBACK
    settings.setdefault("local_only", is_local)
    if not is_local:
        settings.setdefault("control_token", token_hex(16))
    application = app(**settings)
    with threaded(application, host, port, tls=tls) as (_, url, authority):
        yield Running(url, application.state.control, authority)


@contextmanager
def threaded(
    application: Any, host: str, port: int, *, tls: bool = False, dates: bool = True
) -> Iterator[tuple[uvicorn.Server, str, str | None]]:
    """
    Run an ASGI application in a thread while a block lasts; `dates` is as for `server_of`.

    Yields:
        The server, its URL, and with TLS the file with the certificate to trust.

    Raises:
        UsageError: threads are not real here, or the port is taken.
    """
    demand_real_threads()
    with (
        certificate() if tls else nullcontext() as made,
        listening(host, port) as own,
    ):
        server = server_of(application, made, dates=dates)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [own]}, name="receiptkit", daemon=True
        )
        thread.start()
        try:
            _wait_for_start(server, thread)
            url = url_of(own, "https" if made else "http")
            yield server, url, made.authority if made else None
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


def _wait_for_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    waited = 0.0
    while not server.started and thread.is_alive():
        thread.join(0.005)
        waited += 0.005
        if waited > PATIENCE:
            raise UsageError(f"the server did not start within {PATIENCE} seconds")


def server_of(
    application: Any, certificate: Certificate | None = None, *, dates: bool = True
) -> uvicorn.Server:
    """
    Return a server that prints nothing, and does not wait for clients that stay connected.

    Args:
        application: answers.
        certificate: with it, the server speaks TLS.
        dates: True to add the header Date, which a forwarded answer brings along.
    """
    logging.getLogger("uvicorn.error").addFilter(_is_of_use)
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=dates,
        ws="none",
        timeout_graceful_shutdown=1,
        ssl_certfile=certificate.chain if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
    )
    return _Server(config)


class _Server(uvicorn.Server):
    """
    A server that also ends cleanly where it is stopped before it runs, which uvicorn before 0.42
    does not.
    """

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        keep_real_time(asyncio.get_running_loop())
        await super().startup(sockets)
        if self.started and self.should_exit:
            self.should_exit = False
            asyncio.get_running_loop().call_soon(setattr, self, "should_exit", True)


def _is_of_use(record: logging.LogRecord) -> bool:
    """
    Return True if a record is of use to the user.

    The other ones are about a request that was cut off at the end, a response that another server
    cut off, which has a line in the request log, and a protocol that a client may go without.
    """
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError) and not str(record.msg).startswith(_NOISE)


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """
    Open a socket that listens.

    Raises:
        UsageError: the address or port cannot be used.
    """
    if not isinstance(host, str) or not host.isprintable() or not host:
        raise UsageError("the host to listen on must be an address such as 127.0.0.1")
    if not isinstance(port, int) or not 0 <= port <= 65535:
        raise UsageError(
            f"cannot listen on {host}:{port}: ports are from 0 to 65535; port 0 takes a free one"
        )
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        own = socket.create_server((host, port), family=family, backlog=2048)
        # Connections inherit it: asyncio sets it only where the socket names its protocol, and
        # without it an
        # answer in two pieces takes 40 ms.
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        # Python adds the address, which the message has already.
        reason = str(error.strerror or error).partition(" (while")[0].lower()
        raise UsageError(
            f"cannot listen on {host}:{port}: {reason}; port 0 takes a free one"
        ) from None
    with own:
        yield own


def url_of(own: socket.socket, scheme: str = "http") -> str:
    """Return the URL of a socket on this machine."""
    host, port = own.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 # not listened on
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
