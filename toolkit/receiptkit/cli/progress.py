"""Progress on a terminal, for captures that take long; silence everywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from receiptkit.captures import Source
from receiptkit.errors import CaptureError

#: Below this a run is over before anyone wonders.
_LARGE = 20 * 2**20


class _Bar:
    """A bar over bytes, drawn by rich on standard error."""

    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("judging"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        self.progress = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
        self._task = self.progress.add_task("judging", total=total or None)
        self._drawn = 0.0

    def advance(self, count: int) -> None:
        self.progress.update(self._task, advance=count)
        now = time.monotonic()
        if now - self._drawn > 0.1:
            self._drawn = now
            self.progress.refresh()

    def make_way(self) -> None:
        """Take the bar off the screen until it is next drawn, so that lines can be written."""
        self.progress.live.stop()
        self.progress.live.start()


@contextmanager
def progress_bar(sources: list[Source | CaptureError]) -> Iterator[_Bar | None]:
    """A bar where standard error is a terminal and there is much to read; None elsewhere."""
    total = sum(source.size for source in sources if isinstance(source, Source))
    if not sys.stderr.isatty() or total < _LARGE:
        yield None
        return
    bar = _Bar(total)
    with bar.progress:
        yield bar
