"""
Doors: the methods of a client that call each other, so that one response passes through several of
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any


class Doors:
    """
    The doors of one client.

    Args:
        name: of the client.
    """

    def __init__(self, name: str) -> None:
        self._met: ContextVar[list[Any] | None] = ContextVar(f"receiptkit_{name}", default=None)

    @contextmanager
    def open(self) -> Iterator[list[Any]]:
        """Yield the responses that were met since the outermost door was opened."""
        met = self._met.get()
        if met is not None:
            yield met
            return
        met = []
        token = self._met.set(met)
        try:
            yield met
        finally:
            self._met.reset(token)


def is_new(response: object, met: list[Any]) -> bool:
    """
    Return True if a response is met for the first time; mocks may compare equal, and cannot always
    be hashed.
    """
    if any(each is response for each in met):
        return False
    met.append(response)
    return True
