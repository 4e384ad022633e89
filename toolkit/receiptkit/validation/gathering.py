"""
Put the results of units together, in their order, as if one process had read the files; and send
findings there, some at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from receiptkit.captures import Advance
from receiptkit.model.finding import NO_VALUE, Finding
from receiptkit.validation.run import Validation
from receiptkit.validation.summary import Sink, UnitStart
from receiptkit.validation.units import Unit, UnitResult

#: How many findings travel together.
_TOGETHER = 200


class Batching:
    """A sink that sends findings on, some at a time."""

    def __init__(self, send: Callable[[list[Finding]], object], *, values: bool) -> None:
        """`send` receives the findings, with the offending values if `values` is true."""
        self._send = send
        self._values = values
        self._held: list[Finding] = []

    def finding(self, finding: Finding) -> None:
        is_bare = self._values or finding.value is NO_VALUE
        self._held.append(finding if is_bare else replace(finding, value=NO_VALUE))
        if len(self._held) >= _TOGETHER:
            self.send()

    def end_of_file(self) -> None:
        pass

    def send(self) -> None:
        """Send what is held."""
        if self._held:
            self._send(self._held)
            self._held = []


class Gathering:
    """
    A sink for the findings of units, which counts entries and lines from the start of the file.

    Attributes:
        validation: the run, whose counts are added to.
        sink: receives the findings.
        failed: True if a unit of this file could not be read to its end; what follows is left out.
    """

    def __init__(self, validation: Validation, sink: Sink, progress: Advance | None) -> None:
        self.validation = validation
        self.sink = sink
        self.failed = False
        self._progress = progress
        self._entries, self._lines = 0, 0
        self._secrets: set[str] = set()

    def begin(self, unit: Unit) -> None:
        """Begin a unit, and its file if it is the first of it."""
        if unit.first:
            self.validation.begin_source()
            self._entries, self._lines, self.failed = 0, 0, False
            self._secrets.clear()
        start = UnitStart(unit.source.name, self._entries, self._lines)
        self.validation.note_start(unit.number, start)

    def end(self, unit: Unit) -> None:
        """End the file of a unit."""
        self.validation.end_source(unit.source, self.sink)

    def take(self, findings: Iterable[Finding]) -> None:
        """Pass on the findings of a unit, unless its file failed before."""
        for finding in () if self.failed else findings:
            self.finding(finding)

    def finding(self, finding: Finding) -> None:
        """Pass a finding on, moved to its place in the whole file."""
        if finding.rule == "capture.secret":
            # Reported once for each file, but every unit finds it.
            if finding.message in self._secrets:
                self.validation.summary.severities[finding.severity] -= 1
                return
            self._secrets.add(finding.message)
        location = finding.location
        if location is not None and self._entries + self._lines:
            line = location.line + self._lines if location.line is not None else None
            finding = replace(
                finding, location=replace(location, entry=location.entry + self._entries, line=line)
            )
        self.sink.finding(finding)

    def end_of_file(self) -> None:
        """Do nothing: a unit is not a file."""

    def finish(self, unit: Unit, result: UnitResult) -> None:
        """Add the counts of a unit, and note what kept it from being read to its end."""
        if not unit.is_shared:
            self.advance(unit.span[1] - unit.span[0] if unit.span else unit.source.size)
        if self.failed:
            return
        summary = self.validation.summary
        summary.add(result.summary, self._entries, self._lines)
        summary.files += unit.span is not None and unit.first
        if result.problem is not None:
            self.validation.continue_unit(unit.file, unit.number)
            self.validation.note_problem(result.problem.below(self._lines), unit.source)
            self.failed = True
        if not unit.is_shared:
            self._entries += result.summary.observations
            self._lines += result.lines

    def advance(self, size: int) -> None:
        """Report progress, in bytes."""
        if self._progress:
            self._progress(size)
