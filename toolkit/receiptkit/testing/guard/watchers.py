"""Who is watching. Clients are shared by all of a process, its threads included, and so is this."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from receiptkit.observations import Exchange


class Watcher(Protocol):
    """Is shown exchanges."""

    def wants(self, method: str, url: str) -> bool:
        """Whether it wants to see the exchange that this request is of."""
        ...

    def saw(self, exchange: Exchange) -> None:
        """Take an exchange whose body has been read."""
        ...


_watching: list[Watcher] = []
#: Where a client that uses another one waits to hear whether that one has shown the exchange.
_heard: ContextVar[list[Exchange] | None] = ContextVar("receiptkit_heard", default=None)


def current() -> Watcher | None:
    """The watcher that is shown what happens now, if there is one."""
    return _watching[-1] if _watching else None


def saw(exchange: Exchange) -> None:
    """Show an exchange whose body has been read to whoever is watching now."""
    watcher, heard = current(), _heard.get()
    if heard is not None:
        heard.append(exchange)
    if watcher is not None:
        watcher.saw(exchange)


@contextmanager
def listening() -> Iterator[list[Exchange]]:
    """The exchanges that are shown while this lasts, by what is called from here."""
    heard: list[Exchange] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Make it the current one while this lasts."""
    _watching.append(watcher)
    try:
        yield
    finally:
        _watching.remove(watcher)
