"""The calls that a server answered: the last of them, and those who listen."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: How many calls are kept.
_KEPT = 1000
#: What a client may send for a path; a longer one is cut.
_LONGEST_PATH = 300


class Call(NamedTuple):
    """
    A call that was answered.

    Attributes:
        number: it counts from 1.
        path: without the query, which may hold tokens.
        status: of the response; 0 where there was none.
        milliseconds: how long the response took.
    """

    number: int
    method: str
    path: str
    status: int
    milliseconds: float


class RequestLog:
    """
    Notes each call of an application.

    Args:
        passes_over: the beginning of paths that are not noted.
    """

    def __init__(self, passes_over: str) -> None:
        self._passes_over = passes_over
        self.calls: deque[Call] = deque(maxlen=_KEPT)
        self.count = 0
        #: Is called with each call, once it was answered.
        self.listener: Callable[[Call], None] | None = None
        #: Is called with each note; without it, notes go to standard error.
        self.note_listener: Callable[[str], None] | None = None

    def around(self, app: ASGIApp) -> ASGIApp:
        """
        Return an application that notes each call, and lets another one respond.

        Args:
            app: answers; Starlette before 0.41 calls the argument by this name.
        """

        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].startswith(self._passes_over):
                await app(scope, receive, send)
                return
            status, began = 0, time.perf_counter()

            async def note_status(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, note_status)
            finally:
                self._note(scope, status, round((time.perf_counter() - began) * 1000, 1))

        return noting

    def note(self, text: str) -> None:
        """Hand on a note for the operator of the server."""
        if self.note_listener is not None:
            self.note_listener(text)
        else:
            sys.stderr.write(f"receiptkit: note: {text}\n")

    def _note(self, scope: Any, status: int, milliseconds: float) -> None:
        self.count += 1
        call = Call(
            self.count, scope["method"], scope["path"][:_LONGEST_PATH], status, milliseconds
        )
        self.calls.append(call)
        if self.listener is not None:
            self.listener(call)

    def forget(self) -> None:
        """Begin anew: nothing was called."""
        self.calls.clear()
        self.count = 0
