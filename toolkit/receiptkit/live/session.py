"""The state that the receiver and the proxy share: results, records, counts, and when to end."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from receiptkit.contract import Contract
from receiptkit.live.judging import Judge, Verdict
from receiptkit.live.recording import Recording, recorded
from receiptkit.openapi.servers import path_of
from receiptkit.server.operations import WORDS
from receiptkit.server.request_log import RequestLog
from receiptkit.validation.public_urls import PublicUrls
from receiptkit.validation.selection import Selection

#: The beginning of the paths that are the page's own.
PREFIX = "/_receiptkit"
#: How much of a path is shown.
LONGEST_PATH = 300
#: How many results are kept for the page.
KEPT = 1000


class Handled(NamedTuple):
    """
    A request that was checked, or only passed on.

    Attributes:
        number: it counts from 1.
        path: without the query; logs and pages show `Session.public_path` of it.
        outcome: the status of the response, or why there was none; None without a target.
        milliseconds: how long that response took.
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
        judge: checks records.
        recording: keeps it.
        once: how many checked requests end the run; None for no limit.
        seconds: how long the run lasts; None for no end.
        own_urls: URLs that the user named; their paths are shown.
    """

    def __init__(
        self,
        judge: Judge,
        recording: Recording,
        *,
        once: int | None = None,
        seconds: float | None = None,
        own_urls: Iterable[str | None] = (),
    ) -> None:
        self.judge = judge
        self.recording = recording
        self.log = RequestLog(PREFIX)
        self.handled: deque[Handled] = deque(maxlen=KEPT)
        self.count = self.unanswered = self.unjudged = 0
        #: Is called with each request that was handled.
        self.listener: Callable[[Handled], None] | None = None
        #: Ends the server.
        self.end: Callable[[], None] = lambda: None
        self._left = once
        self._seconds = seconds
        words = (word for url in own_urls if url for word in path_of(url).split("/"))
        self._urls = PublicUrls(judge.contract, {*WORDS, *words})

    def public_path(self, path: str) -> str:
        """Return a path as logs and pages may show it, without what is no word of the API."""
        return self._urls.path(path[:LONGEST_PATH], shows_sids=True)

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


@contextmanager
def session_of(
    contract: Contract,
    output: str | None,
    name: str,
    selection: Selection,
    *,
    once: int | None = None,
    seconds: float | None = None,
    is_har: bool = False,
    own_urls: Iterable[str | None] = (),
) -> Iterator[Session]:
    """
    Yield a session.

    Args:
        contract: the contract to check against.
        output: the file that is kept; None for none.
        name: the name of the capture where no file is kept.
        selection: which findings are wanted.
        once: how many checked requests end the run; None for no limit.
        seconds: how long the run lasts; None for no end.
        is_har: True to keep a HAR.
        own_urls: URLs that the user named; their paths are shown.

    Raises:
        UsageError: the file cannot be written, or is a foreign one.
    """
    contract.compile()
    with recorded(output, is_list=is_har) as recording:
        judge = Judge(
            contract,
            output or name,
            selection=selection,
            lines=1 if is_har else recording.lines,
            entries=0 if is_har else None,
        )
        yield Session(judge, recording, once=once, seconds=seconds, own_urls=own_urls)
