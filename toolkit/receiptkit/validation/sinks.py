"""Sinks between a run and its reports."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from receiptkit.model.errors import OutputError
from receiptkit.model.finding import Finding
from receiptkit.model.location import Location
from receiptkit.validation.summary import Sink, Summary

#: How many findings of one observation are listed, unless an option says otherwise.
MOST_FINDINGS = 100


class Grouping(Sink, Protocol):
    """A sink that may make equal findings one."""

    groups: bool


class FirstFindings:
    """Passes findings to reports; of each observation only the first, unless a report groups."""

    def __init__(self, reports: Sequence[Grouping], most: int) -> None:
        self._reports = reports
        self._most = most
        self._observation: tuple[str, int] | None = None
        self._count = 0
        self._left_out = 0
        self._observations = 0
        self._first: Location | None = None

    def finding(self, finding: Finding) -> None:
        location = finding.location or Location()
        observation = (location.file, location.entry)
        if observation != self._observation:
            self._observation, self._count = observation, 0
        self._count += 1
        if self._count > self._most:
            self._left_out += 1
            self._observations += self._count == self._most + 1
            self._first = self._first or location
        for report in self._reports:
            if report.groups or self._count <= self._most:
                report.finding(finding)

    def end_of_file(self) -> None:
        for report in self._reports:
            report.end_of_file()

    def note_limit(self, summary: Summary) -> None:
        """Note how many findings are left out of reports that list each one."""
        if self._first is None or all(report.groups for report in self._reports):
            return
        observations = (
            "1 observation" if self._observations == 1 else f"{self._observations:,} observations"
        )
        summary.limits.append(
            f"{self._left_out:,} findings of {observations} are counted and not listed, "
            "the first at "
            f"{self._first.file}:{self._first.line}; --max-findings lists more than {self._most}"
        )


class Statistics:
    """
    Counts findings by rule, and passes them on.

    Attributes:
        counts: how many findings each rule has.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.counts: Counter[str] = Counter()

    def finding(self, finding: Finding) -> None:
        self.counts[finding.rule] += 1
        self._sink.finding(finding)

    def end_of_file(self) -> None:
        self._sink.end_of_file()

    def lines(self) -> list[str]:
        """Return a line for each rule, the commonest first."""
        width = max((len(str(count)) for count in self.counts.values()), default=0)
        ordered = sorted(self.counts.items(), key=lambda each: (-each[1], each[0]))
        return [f"{count:{width}}  {rule}" for rule, count in ordered]


class Stoppable:
    """
    Passes everything on until a signal asks to stop; then raises `KeyboardInterrupt`.

    An `OSError` of what it passes on to becomes an `OutputError`.
    """

    def __init__(
        self, sink: Sink, stop: threading.Event, make_way: Callable[[], None] | None = None
    ) -> None:
        """`make_way` is called before lines may be written, as where a progress bar is drawn."""
        self._sink, self._stop, self._make_way = sink, stop, make_way

    def finding(self, finding: Finding) -> None:
        with self._passing_on():
            self._sink.finding(finding)

    def end_of_file(self) -> None:
        with self._passing_on():
            if self._make_way:
                self._make_way()
            self._sink.end_of_file()

    @contextmanager
    def _passing_on(self) -> Iterator[None]:
        if self._stop.is_set():
            raise KeyboardInterrupt
        try:
            yield
        except OSError as error:
            raise OutputError(error) from error
