"""
Watchers: who is shown the exchanges that clients make.

Clients are shared by all threads of a process, and so are watchers. Nothing here raises into a
client: an error of the guard itself goes to the watcher, which reports it at the end of the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from receiptkit.model.exchange import NOT_CAPTURED, Exchange, WebhookRequest


class Watcher(Protocol):
    """Takes exchanges and webhooks."""

    def wants(self, method: str, url: str) -> bool:
        """Return True if it takes the exchange of this request."""
        ...

    def take(self, exchange: Exchange) -> None:
        """Take an exchange whose body has been read."""
        ...

    def has_taken(self, url: str) -> bool:
        """Return True if it took an exchange with this URL, its query aside."""
        ...

    def take_inbound(self, request: WebhookRequest, status: int | None) -> None:
        """Take a request of a test client to the application, and the status of the response."""
        ...

    def take_replaced(self, name: str) -> None:
        """
        Take the name of a method of a client that a test replaced, so that the guard does not see
        its calls.
        """
        ...

    def take_error(self, error: Exception) -> None:
        """Take an error of the guard itself."""
        ...


@dataclass(eq=False)
class _Listener:
    request: tuple[str, str]
    exchanges: list[Exchange]


_watchers: list[Watcher] = []
#: Outer clients that wait for an inner one, perhaps in another thread, to show the exchange.
_listeners: list[_Listener] = []
#: The request that an outer client is sending now, through an inner one.
_outer: ContextVar[tuple[str, str] | None] = ContextVar("receiptkit_outer", default=None)


def current() -> Watcher | None:
    """Return the watcher that is shown what happens now; None without one."""
    return _watchers[-1] if _watchers else None


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Make a watcher the current one while this lasts."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


@contextmanager
def harmless() -> Iterator[None]:
    """Keep errors of the guard itself away from the code under test."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 # whatever it is, it is ours
        watcher = current()
        if watcher is not None:
            watcher.take_error(error)


# -- what clients ask and show


def is_wanted(method: object, url: object) -> bool:
    """Return True if a watcher wants requests to this URL, and no outer client shows this one."""
    watcher = current()
    if watcher is None or not isinstance(method, str) or not isinstance(url, str):
        return False
    try:
        return _outer.get() != _key(method, url) and watcher.wants(method, url)
    except Exception as error:  # noqa: BLE001 # as in `harmless`
        watcher.take_error(error)
        return False


def show(
    method: str,
    url: str,
    status: object,
    headers: object,
    body: str | bytes,
    *,
    request_headers: object = None,
    request_body: object = None,
) -> None:
    """
    Show an exchange to the current watcher.

    An object without a status is a mock in the place of a response; it is left alone.

    Args:
        method: of the request.
        url: of the request.
        status: of the response.
        headers: of the response, None if unknown.
        body: of the response, as the code under test read it.
        request_headers: of the request.
        request_body: of the request, if it is text.
    """
    if not isinstance(status, int):
        return
    exchange = Exchange(
        method,
        url,
        int(status),
        body,
        _headers(headers),
        _text(request_body),
        _headers(request_headers),
    )
    for listener in tuple(_listeners):  # other threads come and go
        if listener.request == _key(method, url):
            listener.exchanges.append(exchange)
    watcher = current()
    if watcher is not None:
        watcher.take(exchange)


def show_inbound(
    method: str, url: str, body: object, headers: object, status: object = None
) -> None:
    """
    Show a request that a test client sent to the application under test.

    Args:
        method: of the request.
        url: of the request.
        body: of the request; only text is shown.
        headers: of the request.
        status: of the response, None if there was none.
    """
    watcher = current()
    if watcher is not None and not watcher.wants(method, url):
        request = WebhookRequest(url, method, _text(body), _headers(headers))
        watcher.take_inbound(request, status if isinstance(status, int) else None)


@contextmanager
def sending(method: object, url: object) -> Iterator[None]:
    """Keep an inner client from showing the same exchange."""
    if not isinstance(method, str) or not isinstance(url, str):
        yield
        return
    token = _outer.set(_key(method, url))
    try:
        yield
    finally:
        _outer.reset(token)


@contextmanager
def listening(method: str, url: str) -> Iterator[list[Exchange]]:
    """Yield the exchanges with this URL, its query aside, that are shown meanwhile."""
    listener = _Listener(_key(method, url), [])
    _listeners.append(listener)
    try:
        yield listener.exchanges
    finally:
        _listeners.remove(listener)


def _key(method: str, url: str) -> tuple[str, str]:
    """
    Return what the requests of an outer and an inner client have in common; each quotes in its own
    way.
    """
    try:
        return method.upper(), unquote(urlsplit(url).path)
    except ValueError:
        return method.upper(), url  # the client refuses it


def _text(body: object) -> Any:
    if isinstance(body, (bytearray, memoryview)):
        return bytes(body)
    return body if isinstance(body, (str, bytes)) else NOT_CAPTURED


def _headers(headers: object) -> dict[str, Any]:
    if not isinstance(headers, Mapping):
        return {}
    return {
        name: value
        for name, value in headers.items()
        if isinstance(name, str) and isinstance(value, str)
    }
