"""A replay while it runs: how far it is, its page, and the run from Python."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette

from receiptkit.live.forwarding import TIMEOUT, Forwarder
from receiptkit.live.panel import View, routes
from receiptkit.live.recording import recorded
from receiptkit.live.sending import Choice, Replayed, plan, send
from receiptkit.live.session import KEPT, LONGEST_PATH, PREFIX
from receiptkit.model.display import masked
from receiptkit.model.errors import UsageError
from receiptkit.server.settings import LOOPBACK
from receiptkit.webhooks.address import absolute


class Progress:
    """
    Counts what a replay has sent, and keeps the last answers for its page.

    Args:
        planned: how many webhooks it sends.
        to: where they go.
    """

    def __init__(self, planned: int, to: str) -> None:
        self._planned = planned
        # Without its own path, paths are those of the capture, which are captured values.
        self._is_own = bool(urlsplit(to).path.strip("/"))
        self._rows: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._counts: Counter[int | str] = Counter()

    def note(self, each: Replayed) -> dict[str, Any]:
        """Take a response, and return what is shown of it."""
        self._counts[each.answer.outcome] += 1
        row = {
            "number": each.number,
            "method": each.method,
            "path": each.path[:LONGEST_PATH]
            if self._is_own
            else f"/{masked(each.path[1:], 'path')}",
            "outcome": each.answer.outcome,
            "milliseconds": each.answer.milliseconds,
        }
        self._rows.append(row)
        return row

    def view(self) -> View:
        """Return what the page shows; another thread may ask."""
        counts = self._counts.copy()
        answers = {str(outcome): count for outcome, count in counts.most_common()}
        state = {"planned": self._planned, "sent": counts.total(), "answers": answers}
        title = f"{counts.total():,} of {self._planned:,} webhooks sent; answers: {self.answers}"
        return View(title, list(self._rows), state)

    @property
    def answers(self) -> str:
        """Return each answer with its count, the most frequent first."""
        return (
            ", ".join(
                f"{outcome} ({count:,} {'time' if count == 1 else 'times'})"
                for outcome, count in self._counts.most_common()
            )
            or "none"
        )


@contextmanager
def page(progress: Progress, port: int | None) -> Iterator[str | None]:
    """
    Serve the page of a replay at this machine while a block lasts, and yield its URL.

    Args:
        progress: what it shows.
        port: 0 takes a free one; None for no page.

    Raises:
        UsageError: the port is taken.
    """
    if port is None:
        yield None
        return
    from receiptkit.server.background import threaded

    application = Starlette(routes=routes(progress.view))
    with threaded(application, LOOPBACK[0], port) as (_, url, _):
        yield f"{url}{PREFIX}/"


def replay(
    capture: str,
    to: str,
    *,
    output: str | None = None,
    timeout: float = TIMEOUT,
    keep_signatures: bool = False,
    seconds: float | None = None,
    port: int | None = None,
    listener: Callable[[Replayed], None] = lambda _: None,
    **choice: object,
) -> list[Replayed]:
    """
    Send the webhooks of a capture again, and return the responses.

    Args:
        capture: any file with webhooks that `validate` reads.
        to: the application. Without a path, the URL replaces scheme and host.
        output: the file that keeps what is sent, with the responses.
        timeout: how long a response may take, in seconds.
        keep_signatures: True to send signatures and hosts as they were recorded.
        seconds: how long the run lasts at most; None for no end.
        port: of the page `/_receiptkit/` that shows the run while it lasts; None for no page.
        listener: is called with each response.
        choice: the attributes of `Choice`.

    Raises:
        CaptureError: the capture cannot be read.
        UsageError: a setting has an impossible value, or the port is taken.
    """
    absolute(to, "to")
    try:
        made = Choice(**choice)  # type: ignore[arg-type] # checked by what follows
    except TypeError as error:
        raise UsageError(f"replay: {error}") from None
    if keep_signatures:
        made = made._replace(auth_token=None)
    planned = plan(capture, made)
    progress = Progress(len(planned.webhooks), to)

    def note(each: Replayed) -> None:
        progress.note(each)
        listener(each)

    with recorded(output) as recording, page(progress, port):
        sending = send(
            planned.webhooks,
            to,
            Forwarder(timeout),
            made.auth_token,
            recording,
            note,
            seconds=seconds,
        )
        return asyncio.run(sending)
