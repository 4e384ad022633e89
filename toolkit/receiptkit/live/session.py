"""The state that the receiver and the proxy share: verdicts, records, counts, and when to end."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from receiptkit.live.judging import Judge, Verdict
from receiptkit.live.recording import Recording
from receiptkit.server.request_log import RequestLog

#: The beginning of the paths that are the page's own.
PREFIX = "/_receiptkit"
#: How many results are kept for the page.
_KEPT = 1000


class Handled(NamedTuple):
    """
    A request that was judged, or was passed on without.

    Attributes:
        number: it counts from 1.
        path: without the query, which may hold personal data.
        outcome: the status of the answer, or why there was none; None where nobody was asked.
        milliseconds: how long that answer took.
        verdict: the findings; None for one that is not of the contract.
    """

    number: int
    method: str
    path: str
    outcome: int | str | None
    milliseconds: float
    verdict: Verdict | None


class Session:
    """
    One run of a receiver or a proxy.

    Args:
        judge: judges what comes.
        recording: keeps it.
        once: how many judged requests end the run; None for no such end.
        seconds: how long the run lasts; None for no end.
    """

    def __init__(
        self,
        judge: Judge,
        recording: Recording,
        *,
        once: int | None = None,
        seconds: float | None = None,
    ) -> None:
        self.judge = judge
        self.recording = recording
        self.log = RequestLog(PREFIX)
        self.handled: deque[Handled] = deque(maxlen=_KEPT)
        self.count = self.unanswered = self.unjudged = 0
        #: Is called with each request that was handled.
        self.listener: Callable[[Handled], None] | None = None
        #: Ends the server.
        self.end: Callable[[], None] = lambda: None
        self._left = once
        self._seconds = seconds

    def began(self) -> None:
        """Let the time run."""
        if self._seconds is not None:
            asyncio.get_running_loop().call_later(self._seconds, self.end)

    def problem(self, text: str) -> None:
        """Note once what could not be judged or kept; the run fails."""
        problems = self.judge.summary.problems
        if text not in problems:
            problems.append(text)

    def number(self) -> int:
        """Return the number of the next request."""
        self.count += 1
        return self.count

    def note(self, handled: Handled) -> None:
        """Note a request, and end the run after the last one that was asked for."""
        self.handled.append(handled)
        self.unanswered += isinstance(handled.outcome, str)
        self.unjudged += handled.verdict is None
        if self.listener is not None:
            self.listener(handled)
        if self._left is not None and handled.verdict is not None:
            self._left -= 1
            if self._left == 0:
                self.end()
