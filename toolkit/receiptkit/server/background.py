"""A server on a real port, in a thread of this process."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import uvicorn

from receiptkit.generation import World
from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import WebhookRequest
from receiptkit.server.application import app
from receiptkit.server.control import Control
from receiptkit.server.sender import Sent
from receiptkit.server.settings import LOOPBACK
from receiptkit.server.threads import PATIENCE, demand_real_threads, keep_real_time

_T = TypeVar("_T")


class Running:
    """
    A server that runs, from a test's side. Its methods can be called from any thread; what there was can be read after it was closed, too.

    Attributes:
        url: where it is.
        control: what steers it, in its own thread.
    """

    def __init__(self, url: str, control: Control) -> None:
        self.url = url
        self.control = control

    @property
    def account_sid(self) -> str:
        """The account, as the user of HTTP Basic."""
        return self.control.state.account_sid

    @property
    def auth_token(self) -> str:
        """What opens the server, and signs webhooks."""
        return self.control.state.settings.signing_token

    @property
    def worlds(self) -> list[World]:
        """The worlds that are there."""
        return (
            self._do(self._worlds())
            if self._runs
            else [life.world for life in self.control.state.lives]
        )

    @property
    def sent(self) -> list[Sent]:
        """Every webhook request that was made, with its outcome."""
        return list(self.control.sender.sent)

    @property
    def deliveries(self) -> list[WebhookRequest]:
        """The requests of `sent`, for `Contract.check_webhook`."""
        return [each.delivery for each in self.sent]

    def advance(self, by: str | None = None, to: str | None = None) -> None:
        """Let the manual clock go on; see `Control.advance`."""
        self._do(self.control.advance(by, to))

    def load(self, scenario: str, seed: int = 0, **facts: Any) -> World:
        """Let a world begin; see `Control.load`."""
        return self._do(self._load(scenario, seed, **facts))

    def reset(self, seed: int | None = None) -> None:
        """Begin anew; see `Control.reset`."""
        self._do(self.control.reset(seed))

    def fault(self, kind: str, **how: Any) -> None:
        """Let something go wrong; see `Control.fault`."""
        self._do(self.control.fault(kind, **how))

    async def _worlds(self) -> list[World]:
        return [life.world for life in self.control.state.lives]

    async def _load(self, scenario: str, seed: int, **facts: Any) -> World:
        begun = await self.control.load(scenario, seed, **facts)
        return self.control.state.conversation(None, begun["conversation_sid"])[
            begun["message_sid"]
        ].world

    @property
    def _runs(self) -> bool:
        return self.control.loop is not None and not self.control.loop.is_closed()

    def _do(self, action: Coroutine[Any, Any, _T]) -> _T:
        """What an action returns, which is done in the thread of the server: nothing else may look at what changes there."""
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
def running(*, host: str = "127.0.0.1", port: int = 0, **settings: Any) -> Iterator[Running]:
    """
    A server on a port of its own while a block lasts; nothing of it is left behind.

    Args:
        host: where it listens.
        port: any free one by default.
        settings: as `app` takes them.

    Raises:
        UsageError: a setting is none that can be, or the port is taken.
    """
    settings.setdefault("local_only", host in LOOPBACK)
    demand_real_threads()
    application = app(**settings)
    with listening(host, port) as own:
        server = server_of(application)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [own]}, name="receiptkit", daemon=True
        )
        thread.start()
        try:
            _wait_for_start(server, thread)
            yield Running(url_of(own), application.state.control)
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


def server_of(application: Any) -> uvicorn.Server:
    """What serves an application: it says nothing by itself, and waits for nobody who stays connected."""
    logging.getLogger("uvicorn.error").addFilter(_is_no_cancellation)
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    return _Server(config)


class _Server(uvicorn.Server):
    """A server that ends cleanly, too, where it is stopped before it runs: before 0.42, uvicorn leaves everything as it is then."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        keep_real_time(asyncio.get_running_loop())
        await super().startup(sockets)
        if self.started and self.should_exit:
            self.should_exit = False
            asyncio.get_running_loop().call_soon(setattr, self, "should_exit", True)


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    """Whether a record is about something else than what was still going on at the end, and was cut off."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError) and not str(record.msg).startswith(
        "Cancel "
    )


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """
    A socket that listens.

    Raises:
        UsageError: that cannot be had.
    """
    if not 0 <= port <= 65535:
        raise UsageError(
            f"cannot listen on {host}:{port}: ports are from 0 to 65535; port 0 takes a free one"
        )
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        own = socket.create_server((host, port), family=family, backlog=2048)
        # Connections inherit it; asyncio sets it only where the socket names its protocol, and an answer in two pieces takes 40 ms then.
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        # Python adds the address, which stands there already.
        reason = str(error.strerror or error).partition(" (while")[0].lower()
        raise UsageError(
            f"cannot listen on {host}:{port}: {reason}; port 0 takes a free one"
        ) from None
    with own:
        yield own


def url_of(own: socket.socket) -> str:
    """How a socket is called on this machine."""
    host, port = own.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 # listening on all is called for by name
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
