"""Who is watching. Clients are shared by all of a process, its threads included, and so is this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from receiptkit.model.exchange import Exchange


class Watcher(Protocol):
    """Is shown exchanges."""

    def wants(self, method: str, url: str) -> bool:
        """Whether it wants to see the exchange that this request is of."""
        ...

    def saw(self, exchange: Exchange) -> None:
        """Take an exchange whose body has been read."""
        ...


@dataclass(eq=False)
class _Listener:
    request: tuple[str, str]
    heard: list[Exchange]


_watching: list[Watcher] = []
#: Where a client that uses another one, perhaps in another thread, waits to hear whether that one has shown the exchange.
_listening: list[_Listener] = []


def current() -> Watcher | None:
    """The watcher that is shown what happens now, if there is one."""
    return _watching[-1] if _watching else None


def saw(
    method: str, url: str, status: object, headers: object, body: str | bytes, sent: object = None
) -> None:
    """
    Show an exchange to whoever is watching now. What has no status is no response, but a mock that stands for one, and is left alone.

    Args:
        method: of the request.
        url: of the request.
        status: of the response.
        headers: of the response, None where there are none.
        body: of the response, as it was read.
        sent: the headers of the request.
    """
    if not isinstance(status, int):
        return
    exchange = Exchange(
        method, url, status, body, _headers(headers), request_headers=_headers(sent)
    )
    for listener in tuple(_listening):  # other threads come and go
        if listener.request == _request(method, url):
            listener.heard.append(exchange)
    watcher = current()
    if watcher is not None:
        watcher.saw(exchange)


@contextmanager
def listening(method: str, url: str) -> Iterator[list[Exchange]]:
    """The exchanges with a URL, whatever its query, that are shown while this lasts."""
    listener = _Listener(_request(method, url), [])
    _listening.append(listener)
    try:
        yield listener.heard
    finally:
        _listening.remove(listener)


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Make it the current one while this lasts."""
    _watching.append(watcher)
    try:
        yield
    finally:
        _watching.remove(watcher)


def _request(method: str, url: str) -> tuple[str, str]:
    """What a client's request and that of the client which it uses have in common; each quotes in its own way."""
    return method.upper(), unquote(urlsplit(url).path)


def _headers(said: object) -> dict[str, Any]:
    if not isinstance(said, Mapping):
        return {}
    return {
        name: value
        for name, value in said.items()
        if isinstance(name, str) and isinstance(value, str)
    }
