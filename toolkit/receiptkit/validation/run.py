"""A run: read sources, check their observations, count, and report findings in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from receiptkit.captures import (
    Advance,
    Observation,
    Reading,
    Records,
    Source,
    is_regular,
    opened,
    read_beside,
    take_files_read,
)
from receiptkit.contract import Contract
from receiptkit.contract.contract import without_token
from receiptkit.history import Memory, findings_across, in_order
from receiptkit.model.errors import CaptureError
from receiptkit.model.finding import Finding
from receiptkit.model.location import Arrival, Location, Position
from receiptkit.model.problem import Problem
from receiptkit.validation.choices import Choices, format_and_operation
from receiptkit.validation.clean_records import (
    CleanRecords,
    Remembered,
    allows_bulk,
    looks_across,
    remembered,
)
from receiptkit.validation.observation_checks import ObservationChecker
from receiptkit.validation.recognition import FOREIGN, Recognised, format_of, is_evident
from receiptkit.validation.remembering import Notes, Remembering
from receiptkit.validation.summary import NOTHING, Sink, Summary, UnitStart
from receiptkit.validation.unchecked import UncheckedNotes, empty_findings
from receiptkit.webhooks.address import absolute

_NOT_COMPARED = "nothing was compared between observations: a file was not read to its end"


class Validation:
    """A run over sources: the contract, the choices of the user, and the counts so far."""

    def __init__(self, contract: Contract, choices: Choices | None = None) -> None:
        """
        Args:
            contract: the contract to check against.
            choices: those of the user.

        Raises:
            UsageError: a format or kind is unknown, or no operation has the URL.
        """
        chosen = choices or Choices()
        self.contract = contract
        self.pictures, self.keeper = chosen.pictures, chosen.keeper
        self.summary = Summary(pictures=self.pictures)
        self.selection, self.limits, self.join = chosen.selection, chosen.limits, chosen.join
        self._allow_empty = chosen.allow_empty
        self.remembering = Remembering(self.limits.memory)
        #: The number of the first file and of the first unit.
        self._base = 0 if self.keeper is None else self.keeper.state.base
        #: Where each unit of work begins, by its number.
        self.starts: dict[int, UnitStart] = {}
        self._broken: set[int] = set()
        self._ends_early = False
        self._remembers = looks_across(contract, self.selection)
        self.format, operation = format_and_operation(contract, chosen.known_as, chosen.url)
        if chosen.called_at is not None:
            absolute(chosen.called_at, "--called-at")
        self._notes = UncheckedNotes(contract)
        self._before = self.summary.counts()
        how = {"operation": operation, "url": chosen.url, "called_at": chosen.called_at}
        self.checker = ObservationChecker(contract, self.selection, **how)
        is_bulk = chosen.bulk and self.pictures is None
        self.clean = CleanRecords(
            ObservationChecker(without_token(contract), self.selection, **how),
            uses_bulk=is_bulk and allows_bulk(contract, chosen.called_at),
            auth_token=contract.validator.auth_token,
        )

    def run(
        self, sources: Iterable[Source | CaptureError], sink: Sink, progress: Advance | None = None
    ) -> Summary:
        """Check every source, and pass each finding to the sink."""
        for number, source in enumerate(sources):
            self.read_step(number, source, sink, progress)
        self.finish(sink)
        return self.summary

    def read_step(
        self, number: int, step: Source | CaptureError, sink: Sink, progress: Advance | None
    ) -> None:
        """Check a source, or note a path that cannot be read; it is the `number`-th of the run."""
        if isinstance(step, CaptureError):
            self.note_problem(step)
        else:
            self.start_unit(number, number, step)
            self.read_source(step, sink, progress)

    def finish(self, sink: Sink, *, is_concluded: bool = False) -> None:
        """Report what only the end shows; `is_concluded` is True if `conclude` was called."""
        if self.join and not is_concluded:
            self.conclude(sink)
        if self.keeper is not None:
            self.summary.state = self.keeper.close(self.starts, self.remembering.parts)
            self.summary.limits += self.keeper.problems
        self.summary.note_limits()
        sink.end_of_file()

    def start_unit(self, file: int, unit: int, source: Source) -> None:
        """Begin a file and its unit of work, with their numbers in the order of arrival."""
        self.continue_unit(file, unit)
        self.note_start(unit, UnitStart(source.name))

    def note_start(self, unit: int, start: UnitStart) -> None:
        """Note where a unit begins."""
        self.starts[self._base + unit] = start

    def continue_unit(self, file: int, unit: int) -> None:
        """Set the same numbers for a unit whose start becomes known later."""
        self.remembering.begin(self._base + file, self._base + unit)

    def conclude(self, sink: Sink) -> None:
        """Check what is remembered of all observations so far against each other, and forget it."""
        watch = None if self.pictures is None else self.pictures.watch(self._location)
        try:
            self.report_across(self.forget().findings(watch, self.keeper), sink)
        except CaptureError as error:
            self.note_problem(error)

    def forget(self) -> Memory:
        """Return what is remembered, and begin anew."""
        self.summary.on_disk += (memory := self.remembering.forget()).on_disk
        return memory

    def report_across(
        self, found: Iterable[Problem], sink: Sink, *, is_sorted: bool = False
    ) -> None:
        """
        Report the wanted findings between observations by their places; they come so if
        `is_sorted`. A file that was not read to its end has none: other processes may have read
        lines behind that place. With `join`, no file has any then.
        """
        if self.join and self._ends_early:
            self.summary.limits.append(_NOT_COMPARED)
            return
        complete = (
            each
            for each in found
            if self._broken.isdisjoint(at.file for at in (each.at, each.other) if at is not None)
            and (self.keeper is None or self.keeper.state.concerns(each))
        )
        ordered = complete if is_sorted else sorted(complete, key=in_order)
        for finding in findings_across(self.contract, ordered, self._location):
            file = finding.location.file if finding.location else ""
            for wanted in self.selection.applied([finding], file):
                self._report(wanted, sink)

    def _location(self, at: Arrival) -> Location:
        start = self.starts.get(at.unit)
        if start is None:
            start = UnitStart(*self.keeper.start(at.unit) if self.keeper is not None else ("",))
        return Location(start.file, start.entries + at.entry, start.lines + at.line, at.column)

    def read_source(self, source: Source, sink: Sink, progress: Advance | None = None) -> None:
        """Check a source to its end, or as far as it can be read."""
        self.begin_source()
        try:
            self.read_file(source, sink, progress)
        except CaptureError as error:
            self.note_problem(error, source)
        if not self.join:
            self.conclude(sink)
        self.end_source(source, sink)

    def begin_source(self) -> None:
        """Remember the counts before a source."""
        self._before = self.summary.counts()

    def end_source(self, source: Source, sink: Sink) -> None:
        """Report a named source in which nothing was checked, and end its findings."""
        is_silent = source.named and self.summary.note_empty(source.name, self._before)
        if is_silent and not self._allow_empty:
            for finding in self.selection.applied(
                empty_findings(self.contract, source.name), source.name
            ):
                self._report(finding, sink)
        sink.end_of_file()

    def note_problem(self, error: CaptureError, source: Source | None = None) -> None:
        """Note what could not be read."""
        prefix = f"{source.name}: " if source else ""
        if source:
            # A part of a file is not enough for findings between observations.
            self._broken.add(self.remembering.file)
            self._ends_early = self._ends_early or error.line is not None
        text = str(error)
        self.summary.problems.append(text if text.startswith(prefix) else prefix + text)

    def read_file(self, source: Source, sink: Sink, progress: Advance | None = None) -> None:
        """
        Check a source.

        Raises:
            CaptureError: it cannot be read to its end; what came before has been checked.
        """
        if not source.named and source.content is None and not is_regular(source):
            self.summary.skip(source.name, "not a regular file; name it to read it")
            return
        try:
            self._read(source, sink, progress)
        except CaptureError as error:
            if source.named or is_evident(source, self.limits):
                raise
            # In a folder, what is not of this API may be broken.
            self.summary.unread(source.name, f"{error}; it is {FOREIGN}")

    def _read(self, source: Source, sink: Sink, progress: Advance | None) -> None:
        self.checker.begin_file(named=source.named)
        with opened(source, self.limits, progress) as (stream, head):
            found = format_of(source, head, self.format, self.limits)
            if not isinstance(found, Recognised):
                self.summary.skip(source.name, found)
                return
            self.summary.files += 1
            self.summary.note_read_as(source.name, found.name, found.evidence)
            before = self.summary.observations
            self.check_pieces(found.read(stream, source.name, self.limits), source.name, sink)
            if not source.named and before == self.summary.observations:
                self.summary.unread(source.name, NOTHING)

    def check_pieces(
        self, pieces: Iterable[Records | Observation], file: str, sink: Sink, entry: int = 0
    ) -> None:
        """Check what a reader yields; the first observation has the number `entry`."""
        try:
            for piece in pieces:
                if isinstance(piece, Records):
                    entry += self._records(piece, entry, file, sink)
                else:
                    self._one(piece, file, sink)
        finally:
            self.summary.files_beside |= take_files_read()

    def _records(self, records: Records, entry: int, file: str, sink: Sink) -> int:
        """Check some records; return the number of observations in them."""
        texts, lines = records.texts, records.lines
        columns = records.columns or [1] * len(texts)
        first, at, signatures = entry, 0, self.clean.signatures
        reading = Reading(self.limits.record, read_beside(file, self.limits.record))
        for clean in self.clean.runs(records):
            if clean:
                end = at + len(clean)
                self._add(clean, file, entry, lines[at:end], columns[at:end])
                entry, at = entry + len(clean), end
                continue
            start, before = Position(lines[at], columns[at]), entry
            for observation in records.observe(texts[at], start, entry, reading):
                self._one(observation, file, sink)
                entry += 1
            if entry == before and file in self.summary.read_as:
                self.summary.read_as[file].has_silent = True
            at += 1
        self.summary.signatures += self.clean.signatures - signatures
        return entry - first

    def _add(
        self,
        clean: Sequence[Remembered],
        file: str,
        entry: int,
        lines: Sequence[int],
        columns: Sequence[int],
    ) -> None:
        """Count and remember observations that are clean and follow each other."""
        self.summary.observations += len(clean)
        self.summary.checked += len(clean)
        heads, rows, made, rules = zip(*clean)  # noqa: B905 # each has as many fields
        if any(rules) and file in self.summary.read_as:
            self.summary.read_as[file].rules.update(filter(None, rules))
        if self._remembers:
            self.remembering.add(Notes(heads, rows, made), entry, lines, columns)

    def _one(self, observation: Observation, file: str, sink: Sink) -> None:
        for finding in self.check(observation, file):
            self._report(finding, sink)

    def _report(self, finding: Finding, sink: Sink) -> None:
        self.summary.severities[finding.severity] += 1
        sink.finding(finding)

    def check(self, observation: Observation, file: str) -> list[Finding]:
        """Return the wanted findings of one observation; count and remember it."""
        summary = self.summary
        summary.observations += 1
        if observation.rule and file in summary.read_as:
            summary.read_as[file].rules[observation.rule] += 1
        result = self.checker.validate(observation)
        self._notes.count(summary, observation, result, file)
        summary.count_signature(self.checker.signature(result, observation))
        if self._remembers and result.kind is not None:
            line, column = observation.begins
            head, rows, made_at, _ = remembered(result, observation)
            noted = Notes([head], [rows], [made_at])
            self.remembering.add(noted, observation.entry, [line], [column])
        findings = self.checker.findings(result, observation, file)
        self.clean.note(result, observation)
        if self.pictures is not None:
            self.pictures.observation(observation, result, findings)
        return findings
