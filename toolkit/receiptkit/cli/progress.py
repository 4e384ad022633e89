"""A progress bar on a terminal, for long runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from receiptkit.captures import Source
from receiptkit.model.errors import CaptureError

#: Smaller runs end too soon for a bar: bytes to check, receipts to generate.
_LARGE = 20 * 2**20
_MANY = 100_000


class _Bar:
    """A bar that rich draws on standard error."""

    def __init__(self, label: str, total: int, *, of_bytes: bool, then: str = "") -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        amount = DownloadColumn() if of_bytes else MofNCompleteColumn()
        columns = (TextColumn("{task.description}"), BarColumn(), amount, TimeRemainingColumn())
        self.progress = Progress(
            *columns, console=Console(stderr=True), transient=True, auto_refresh=False
        )
        self._task = self.progress.add_task(label, total=total or None)
        self._drawn = 0.0
        self._then = then

    def advance(self, count: int) -> None:
        self.progress.update(self._task, advance=count)
        if self._then and self.progress.finished:
            self.progress.update(self._task, description=self._then)
            self._then, self._drawn = "", 0.0
        now = time.monotonic()
        if now - self._drawn > 0.1:
            self._drawn = now
            self.progress.refresh()

    def make_way(self) -> None:
        """Remove the bar until it is next drawn, so that lines can be written."""
        self.progress.live.stop()
        self.progress.live.start()


@contextmanager
def judging(sources: list[Source | CaptureError]) -> Iterator[_Bar | None]:
    """Yield a bar over the bytes to read, for much input on a terminal; else None."""
    total = sum(source.size for source in sources if isinstance(source, Source))
    with _shown(
        _Bar("checking", total, of_bytes=True, then="comparing")
        if sys.stderr.isatty() and total >= _LARGE
        else None
    ) as bar:
        yield bar


@contextmanager
def generating(worlds: int, receipts: int) -> Iterator[_Bar | None]:
    """Yield a bar over worlds, for many receipts on a terminal; else None."""
    with _shown(
        _Bar("generating", worlds, of_bytes=False)
        if sys.stderr.isatty() and receipts >= _MANY
        else None
    ) as bar:
        yield bar


@contextmanager
def _shown(bar: _Bar | None) -> Iterator[_Bar | None]:
    if bar is None:
        yield None
        return
    with bar.progress:
        yield bar
