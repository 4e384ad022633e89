"""A run: read sources, check their observations, count, and report findings in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count, repeat
from typing import TYPE_CHECKING, Any

from receiptkit.captures import (
    Limits,
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
from receiptkit.history import Memory, findings_across
from receiptkit.model.errors import CaptureError, UsageError
from receiptkit.model.finding import Finding
from receiptkit.model.location import Arrival, Location, Position
from receiptkit.model.problem import Problem
from receiptkit.rules import catalogue
from receiptkit.rules.views import RunView
from receiptkit.text.dates import milliseconds
from receiptkit.validation.clean_records import CleanRecords, Remembered, remembered
from receiptkit.validation.input_kind import format_and_kind, operation_at
from receiptkit.validation.observation_checks import ObservationChecker
from receiptkit.validation.recognition import FOREIGN, Recognised, format_of, is_evident
from receiptkit.validation.selection import Selection
from receiptkit.validation.summary import NOTHING, Sink, Summary, UnitStart
from receiptkit.validation.unchecked import UncheckedNotes
from receiptkit.webhooks.address import absolute

if TYPE_CHECKING:
    from receiptkit.validation.pictures import Pictures


class Validation:
    """A run over sources: the contract, the choices of the user, and the counts so far."""

    def __init__(
        self,
        contract: Contract,
        *,
        selection: Selection | None = None,
        known_as: Sequence[str] = (),
        url: str | None = None,
        limits: Limits | None = None,
        join: bool = False,
        allow_empty: bool = False,
        bulk: bool = True,
        called_at: str | None = None,
        pictures: Pictures | None = None,
    ) -> None:
        """
        Args:
            contract: the contract to check against.
            selection: which findings are wanted; all by default.
            known_as: the format of the files, the kind or operationId of bare bodies, or both.
            url: the URL of bare bodies, and of responses without a request.
            limits: how much is read.
            join: True to check rules across observations over all sources together, False for each
                source by itself.
            allow_empty: True to accept that nothing could be checked.
            bulk: False to check every record the exact way, also one that is like clean ones.
            called_at: the URL at which webhooks were called, where a capture does not hold it, or
                holds another.
            pictures: keeps what a report draws; every record is checked the exact way then.

        Raises:
            UsageError: a format or kind is unknown, or no operation has the URL.
        """
        self.contract = contract
        self.summary = Summary(pictures=pictures)
        self.selection = selection or Selection()
        self.limits = limits or Limits()
        self.join = join
        self._allow_empty = allow_empty
        #: How many bytes of memory are used before what is remembered goes to a temporary file.
        self.memory_limit = self.limits.memory
        self.memory = Memory(self.memory_limit)
        self.pictures = pictures
        #: Where each unit of work begins, by its number.
        self.starts: dict[int, UnitStart] = {}
        self._file = self._unit = 0
        #: When the last observation was made, in files that have times.
        self._time = 0
        self._broken: set[int] = set()
        self._ends_early = False
        severities = (
            catalogue.severity(rule, contract.profile)
            for rule in catalogue.across()
            if self.selection.wants(rule)
        )
        self._remembers = any(severity is not None for severity in severities)
        self.format, kind = format_and_kind(contract, known_as)
        if kind is not None and url is not None:
            raise UsageError(
                f"--as {kind} and --url both say what bare bodies are: give one of them"
            )
        self._operation = operation_at(contract, url) if url is not None else kind
        if called_at is not None:
            absolute(called_at, "--called-at")
        self._notes = UncheckedNotes(contract)
        self._before = self.summary.counts()
        choices = {"operation": self._operation, "url": url, "called_at": called_at}
        self.checker = ObservationChecker(contract, self.selection, **choices)
        self._clean = CleanRecords(
            ObservationChecker(without_token(contract), self.selection, **choices),
            # A document of one's own may ask more of a SID or a date than its form.
            uses_bulk=bulk
            and pictures is None
            and catalogue.allows_bulk()
            and not contract.document.is_foreign
            # Signatures over another URL are checked the exact way.
            and (contract.validator.auth_token is None or called_at is None),
            auth_token=contract.validator.auth_token,
        )

    def run(
        self,
        sources: Iterable[Source | CaptureError],
        sink: Sink,
        progress: Callable[[int], None] | None = None,
    ) -> Summary:
        """Check every source, and pass each finding to the sink."""
        for number, source in enumerate(sources):
            if isinstance(source, CaptureError):
                self.note_problem(source)
            else:
                self.start_unit(number, number, source)
                self.read_source(source, sink, progress)
        self.finish(sink)
        return self.summary

    def finish(self, sink: Sink) -> None:
        """Report what only the end of a run shows."""
        if self.join:
            self.conclude(sink)
        self.summary.note_limits()
        sink.end_of_file()

    def start_unit(self, file: int, unit: int, source: Source) -> None:
        """
        Set the numbers of the file and the unit of work that come next; their order is that of
        arrival.
        """
        self.continue_unit(file, unit)
        self.starts[unit] = UnitStart(source.name)

    def continue_unit(self, file: int, unit: int) -> None:
        """Set the same numbers for a unit whose start becomes known later."""
        self._file, self._unit, self._time = file, unit, 0

    def conclude(self, sink: Sink) -> None:
        """Check what is remembered of all observations so far against each other, and forget it."""
        watch = self._watch if self.pictures is not None else None
        try:
            self.report_across(self.forget().findings(watch), sink)
        except CaptureError as error:
            self.note_problem(error)

    def forget(self) -> Memory:
        """Return what is remembered, and begin anew."""
        memory, self.memory = self.memory, Memory(self.memory_limit)
        self.summary.on_disk += memory.on_disk
        return memory

    def _watch(self, sid: str, view: Any, problems: list[Problem]) -> None:
        """Let the pictures take the history of a receipt or a message."""
        if self.pictures is not None:
            self.pictures.history(sid, view, problems, self._location)

    def report_across(self, found: Iterable[Problem], sink: Sink) -> None:
        """
        Report the wanted findings between observations, in the order of their places.

        A file that could not be read to its end has none: other processes may have read lines
        behind that place. With `join`, no file has any then.
        """
        if self.join and self._ends_early:
            return
        complete = (
            each
            for each in found
            if self._broken.isdisjoint(at.file for at in (each.at, each.other) if at is not None)
        )
        for finding in findings_across(self.contract, complete, self._location):
            for wanted in self.selection.applied([finding], _file(finding)):
                self._report(wanted, sink)

    def _location(self, at: Arrival) -> Location:
        start = self.starts[at.unit]
        return Location(start.file, start.entries + at.entry, start.lines + at.line, at.column)

    def read_source(
        self, source: Source, sink: Sink, progress: Callable[[int], None] | None = None
    ) -> None:
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
            self._report_empty(source, sink)
        sink.end_of_file()

    def _report_empty(self, source: Source, sink: Sink) -> None:
        findings = self.contract.validator.profile.findings(
            catalogue.problems("run", RunView(1, 0)),
            locate=lambda _: Location(source.name, 0, 1, 1),
        )
        for finding in self.selection.applied(findings, source.name):
            self._report(finding, sink)

    def note_problem(self, error: CaptureError, source: Source | None = None) -> None:
        """Note what could not be read."""
        prefix = f"{source.name}: " if source else ""
        if source:
            # A part of a file is not enough for findings between observations.
            self._broken.add(self._file)
            self._ends_early = self._ends_early or error.line is not None
        text = str(error)
        self.summary.problems.append(text if text.startswith(prefix) else prefix + text)

    def read_file(
        self, source: Source, sink: Sink, progress: Callable[[int], None] | None = None
    ) -> None:
        """
        Check a source.

        Raises:
            CaptureError: it cannot be read to its end; what came before has been checked.
        """
        if not source.named and source.content is None and not is_regular(source):
            self.summary.skip(source.name, "no regular file: it is read only if you name it")
            return
        try:
            self._read(source, sink, progress)
        except CaptureError as error:
            if source.named or is_evident(source, self.limits):
                raise
            # In a folder, what is not of this API may be broken.
            self.summary.unread(source.name, f"{error}; it is {FOREIGN}")

    def _read(
        self, source: Source, sink: Sink, progress: Callable[[int], None] | None = None
    ) -> None:
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
        first, at, signatures = entry, 0, self._clean.signatures
        reading = Reading(self.limits.record, read_beside(file, self.limits.record))
        for clean in self._clean.runs(records):
            if clean:
                end = at + len(clean)
                self._add(clean, file, entry, lines[at:end], columns[at:end])
                entry, at = entry + len(clean), end
                continue
            start = Position(lines[at], columns[at])
            for observation in records.observe(texts[at], start, entry, reading):
                self._one(observation, file, sink)
                entry += 1
            at += 1
        self.summary.signatures += self._clean.signatures - signatures
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
        if file in self.summary.read_as:
            self.summary.read_as[file].rules.update([each.rule for each in clean if each.rule])
        if self._remembers:
            self._remember(clean, entry, lines, columns)

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
            noted = remembered(result, observation)
            self._remember([noted], observation.entry, [line], [column])
        findings = self.checker.findings(result, observation, file)
        self._clean.note(result, observation)
        if self.pictures is not None:
            self.pictures.observation(observation, result, findings)
        return findings

    def _remember(
        self,
        noted: Sequence[Remembered],
        entry: int,
        lines: Sequence[int],
        columns: Sequence[int],
    ) -> None:
        texts, made = [each.text for each in noted], [each.made_at for each in noted]
        times = map(self.moment, made) if any(made) else repeat(self._time)
        unit = repeat(self._file), repeat(self._unit)
        places = list(zip(*unit, times, count(entry), lines, columns))  # endless
        if not all(texts):
            kept = [number for number, text in enumerate(texts) if text]
            texts, places = [texts[number] for number in kept], [places[number] for number in kept]
        if texts:
            self.memory.extend(texts, places)

    def moment(self, made_at: str) -> int:
        """Return the time of an observation; one without came after the one before it."""
        if made_at:
            self._time = milliseconds(made_at) or self._time
        return self._time


def _file(finding: Finding) -> str:
    return finding.location.file if finding.location else ""
