"""Observations to findings: reads sources, asks the contract, says where, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from receiptkit.captures import (
    FORMATS,
    Batch,
    Limits,
    Observation,
    Source,
    Span,
    detected,
    in_batches,
    is_regular,
    line_spans,
    observations,
    opened,
    opened_span,
)
from receiptkit.contract import Contract, Result, beside
from receiptkit.history import Memory, findings_across
from receiptkit.model.errors import CaptureError, UsageError
from receiptkit.model.exchange import Exchange, WebhookRequest
from receiptkit.model.finding import Finding, Location, Severity
from receiptkit.model.problem import Problem
from receiptkit.rules import catalogue
from receiptkit.rules.states import Arrival, Found
from receiptkit.text.dates import milliseconds
from receiptkit.validation.input_kind import format_and_kind, operation_at
from receiptkit.validation.places import located
from receiptkit.validation.selection import Selection

#: A trial that keeps failing is made once in 2 to the power of this many times.
_RAREST = 6


@dataclass(slots=True)
class Summary:
    """
    What a run came to.

    Attributes:
        files: how many files were read as captures.
        skipped: how many files of folders were passed over because they are no captures.
        observations: how many bodies and exchanges were in them.
        checked: how many of these were judged.
        unchecked: how many were not, by the reason.
        severities: how many findings there are of each severity.
        known: how many findings besides were known before.
        problems: what could not be read, a line each.
    """

    files: int = 0
    skipped: int = 0
    observations: int = 0
    checked: int = 0
    unchecked: Counter[str] = field(default_factory=Counter)
    severities: Counter[Severity] = field(default_factory=Counter)
    known: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, other: Summary) -> None:
        """Add what another part of the run came to."""
        self.files += other.files
        self.skipped += other.skipped
        self.observations += other.observations
        self.checked += other.checked
        self.unchecked += other.unchecked
        self.severities += other.severities
        self.known += other.known
        self.problems += other.problems

    def has(self, severity: Severity) -> bool:
        """Whether there is a finding at least this severe."""
        return any(count for found, count in self.severities.items() if found.rank >= severity.rank)


class Sink(Protocol):
    """What takes findings as they come: a report."""

    def finding(self, finding: Finding) -> None: ...

    def end_of_file(self) -> None: ...


class Base(NamedTuple):
    """Where a unit of work, which counts from 0, begins: in which file, after how many entries and lines."""

    file: str
    entries: int = 0
    lines: int = 0


class _Trial:
    """When to try what is quick if it works, and wasted if it does not: more and more rarely where it keeps failing."""

    def __init__(self) -> None:
        self._failures = 0
        self._pause = 0

    def is_due(self) -> bool:
        self._pause -= 1
        return self._pause < 0

    def worked(self, success: bool) -> bool:
        """Note how the trial went, and say so."""
        self._failures = 0 if success else min(self._failures + 1, _RAREST)
        self._pause = 0 if success else 2**self._failures
        return success


class Validation:
    """A run over sources: what it is judged by, what it has counted so far."""

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
    ) -> None:
        """
        Args:
            contract: what to judge by.
            selection: which findings are wanted; all by default.
            known_as: what captures are, instead of what they look like: the name of a format, a kind or operationId of bare bodies, or
                one of each.
            url: the URL that bare bodies, and responses without a request, answered to.
            limits: what is refused to be read.
            join: whether rules across observations hold for all sources together; for each by itself, if not.
            allow_empty: whether it is all right that nothing could be judged.

        Raises:
            UsageError: there is no such format or kind, or no operation at the URL.
        """
        self.contract = contract
        self.summary = Summary()
        self._selection = selection or Selection()
        self._limits = limits or Limits()
        self._trial = _Trial()
        self._said_secrets: set[str] = set()
        self.join = join
        self._allow_empty = allow_empty
        self.ledger = Memory()
        #: Where each unit of work begins, by its number.
        self.bases: dict[int, Base] = {}
        self._file = self._unit = 0
        #: When the last observation was made, in files that say so.
        self._time = 0
        self._broken: set[int] = set()
        self._ends_early = False
        severities = (
            catalogue.severity(rule, contract.profile)
            for rule in catalogue.ACROSS
            if self._selection.wants(rule)
        )
        self._remembers = any(severity is not None for severity in severities)
        self._format, kind = format_and_kind(contract, known_as)
        if kind is not None and url is not None:
            raise UsageError(
                f"--as {kind} and --url both say what bare bodies are: give one of them"
            )
        self._url = url
        self._operation = operation_at(contract, url) if url is not None else kind

    def run(
        self,
        sources: Iterable[Source | CaptureError],
        sink: Sink,
        progress: Callable[[int], None] | None = None,
    ) -> Summary:
        """Judge every source and hand each finding to the sink. What cannot be read is noted and the rest goes on."""
        for number, source in enumerate(sources):
            if isinstance(source, CaptureError):
                self.note(source)
            else:
                self.begin(number, number, source)
                self.source(source, sink, progress)
        self.finish(sink)
        return self.summary

    def finish(self, sink: Sink) -> None:
        """Judge what can only be told at the end of a run."""
        if self.join:
            self.conclude(sink)
        summary = self.summary
        silent = not summary.checked and not summary.problems and not summary.severities
        if summary.files and silent and not self._allow_empty:
            file = self.bases[self._unit].file if summary.files == 1 else ""
            problem = Problem(
                "", catalogue.find("capture.nothing-judged").title, rule="capture.nothing-judged"
            )
            findings = self.contract.judge.profile.of_problems(
                [problem], None, Location(file, 0, 1, 1)
            )
            for finding in self._selection.applied(findings, file):
                self._hand_on(finding, sink)
        sink.end_of_file()

    def begin(self, file: int, unit: int, source: Source) -> None:
        """Say which number the file and the unit of work have that come next; their order is that of arrival."""
        self.go_on(file, unit)
        self.bases[unit] = Base(source.name)

    def go_on(self, file: int, unit: int) -> None:
        """Say the same of a unit whose base is known later."""
        self._file, self._unit, self._time = file, unit, 0

    def conclude(self, sink: Sink) -> None:
        """Judge what has been remembered of everything that was judged so far, and forget it."""
        ledger, self.ledger = self.ledger, Memory()
        self.across(ledger.findings(), sink)

    def across(self, found: Iterable[Found], sink: Sink) -> None:
        """
        Hand on what takes more than one observation to see: the wanted findings, in the order of their places.

        Nothing is told of a file that could not be read to its end. Of lines, other processes have read what stands behind that place, and
        a story of several files is not told without them.
        """
        if self.join and self._ends_early:
            return
        told = (
            each
            for each in found
            if self._broken.isdisjoint(
                (each.at.file, each.other.file if each.other else each.at.file)
            )
        )
        for finding in findings_across(self.contract, told, self._origin):
            for wanted in self._selection.applied([finding], _file(finding)):
                self._hand_on(wanted, sink)

    def _origin(self, at: Arrival) -> Location:
        base = self.bases[at.unit]
        return Location(base.file, base.entries + at.entry, base.lines + at.line, at.column)

    def source(
        self, source: Source, sink: Sink, progress: Callable[[int], None] | None = None
    ) -> None:
        """Judge a source to its end, or as far as it can be read."""
        try:
            self.file(source, sink, progress)
        except CaptureError as error:
            self.note(error, source)
        if not self.join:
            self.conclude(sink)
        sink.end_of_file()

    def note(self, error: CaptureError, source: Source | None = None) -> None:
        """Note what could not be read."""
        prefix = f"{source.name}: " if source else ""
        if source:
            # What was seen of it is not the whole story: nothing is told that takes more than one observation.
            self._broken.add(self._file)
            self._ends_early = self._ends_early or error.line is not None
        said = str(error)
        self.summary.problems.append(said if said.startswith(prefix) else prefix + said)

    def spans(self, source: Source, size: int) -> list[Span]:
        """
        The pieces of about `size` bytes in which a source can be judged; none if it cannot be, or is small.

        Raises:
            CaptureError: it cannot be read.
        """
        return line_spans(source, self._limits, size, self._format)

    def span(self, source: Source, span: Span, sink: Sink) -> int:
        """
        Judge a piece of a source, counting entries and lines from its beginning; return how many lines it has.

        Raises:
            CaptureError: it cannot be read to its end.
        """
        self._said_secrets.clear()
        with opened_span(source, span, self._limits.record) as lines:
            self._pieces(in_batches(lines), source.name, sink)
            return lines.number

    def file(
        self, source: Source, sink: Sink, progress: Callable[[int], None] | None = None
    ) -> None:
        """
        Judge a source.

        Raises:
            CaptureError: it cannot be read to its end; what could be has been judged.
        """
        if not source.named and not is_regular(source):
            self.summary.skipped += 1
            return
        self._said_secrets.clear()
        with opened(source, self._limits, progress) as (stream, head):
            found = self._format or detected(source.name, head)
            if (
                found is not None
                and not source.named
                and not self._format
                and not found.is_likely(head)
            ):
                found = None
            if found is None or not head.strip():
                if source.named:
                    raise CaptureError(
                        f"not a capture receiptkit knows ({_titles()})"
                        if head.strip()
                        else "the file is empty"
                    )
                self.summary.skipped += 1
                return
            self.summary.files += 1
            self._pieces(found.read(stream, source.name, self._limits), source.name, sink)

    def _pieces(self, pieces: Iterable[Batch | Observation], file: str, sink: Sink) -> None:
        entry = 0
        for piece in pieces:
            if isinstance(piece, Batch):
                entry += self._batch(piece, entry, file, sink)
            else:
                self._one(piece, file, sink)

    def _batch(self, batch: Batch, entry: int, file: str, sink: Sink) -> int:
        """Judge some texts, all at once if they surely are in order; return how many observations were in them."""
        if self._operation is None and self._trial.is_due():
            conforming = self.contract.judge.conforming(batch.texts)
            if self._trial.worked(conforming is not None) and conforming is not None:
                return self._remember_all(batch, *conforming, entry)
        count = 0
        for observation in observations(batch, entry):
            self._one(observation, file, sink)
            count += 1
        return count

    def _remember_all(self, batch: Batch, kind: str, lists: list[list[Any]], entry: int) -> int:
        """Count and remember the bodies of a batch that have no finding; return how many."""
        self.summary.observations += len(batch.texts)
        self.summary.checked += len(batch.texts)
        if self._remembers:
            self.ledger.enter_all(
                kind, lists, Arrival(self._file, self._unit, 0, entry, batch.lines[0]), batch.lines
            )
        return len(batch.texts)

    def _one(self, observation: Observation, file: str, sink: Sink) -> None:
        for finding in self.judge(observation, file):
            self._hand_on(finding, sink)

    def _hand_on(self, finding: Finding, sink: Sink) -> None:
        self.summary.severities[finding.severity] += 1
        sink.finding(finding)

    def judge(self, observation: Observation, file: str) -> list[Finding]:
        """The wanted findings of one observation, with their origins; counts it."""
        summary = self.summary
        summary.observations += 1
        verdict = self._verdict(observation)
        if verdict.unchecked is None:
            summary.checked += 1
        else:
            summary.unchecked[verdict.unchecked] += 1
        if self._remembers and verdict.kind is not None:
            self._remember(verdict, observation)
        if observation.seen is not None:
            verdict.findings = [*verdict.findings, *self._secrets(observation.seen)]
        if not verdict.findings and not observation.problems:
            return []
        findings = self._of_text(observation, file) + beside(observation.problems, verdict.findings)
        wanted = self._selection.applied(findings, file)
        return located(wanted, verdict.part, observation, file) if wanted else []

    def _remember(self, verdict: Result, observation: Observation) -> None:
        seen = observation.seen if isinstance(observation.seen, Exchange) else None
        if seen is not None and seen.made_at:
            # What does not say when it was made came after the one before it.
            self._time = milliseconds(seen.made_at) or self._time
        at = Arrival(self._file, self._unit, self._time, observation.entry, *observation.begins)
        self.ledger.enter(
            verdict.kind or "",
            verdict.body,
            at,
            asked=seen.url or None if seen is not None else None,
        )

    def _secrets(self, seen: Exchange | WebhookRequest) -> list[Finding]:
        """What requests give away, once for each file and header."""
        new = [
            finding
            for finding in self.contract.judge.secrets(seen)
            if finding.message not in self._said_secrets
        ]
        self._said_secrets.update(finding.message for finding in new)
        return new

    def _verdict(self, observation: Observation) -> Result:
        seen, judge = observation.seen, self.contract.judge
        if observation.unusable is not None:
            # A text that is no JSON has been judged: it is not what Twilio sends.
            return Result(unchecked=None if observation.problems else observation.unusable)
        if isinstance(seen, Exchange):
            if not seen.url and self._url:
                seen = replace(seen, method="GET", url=self._url)
            return judge.exchange(seen) if seen.url else judge.answer(seen, self._operation)
        if isinstance(seen, WebhookRequest):
            return judge.delivery(seen, self._operation)
        return judge.body(observation.value, self._operation)

    def _of_text(self, observation: Observation, file: str) -> list[Finding]:
        """The findings of the record's own text. Their pointers, too, start at the body; what is outside of it has none."""
        located = []
        for finding in self.contract.judge.profile.of_text_problems(
            observation.problems, observation.record.position
        ):
            location = replace(finding.location or Location(), file=file, entry=observation.entry)
            pointer = finding.pointer
            if observation.seen is not None:
                body = observation.layout[
                    "request" if isinstance(observation.seen, WebhookRequest) else "response"
                ]
                pointer = pointer[len(body) :] if body and pointer.startswith(body) else ""
            located.append(replace(finding, pointer=pointer, location=location))
        return located


def _file(finding: Finding) -> str:
    return finding.location.file if finding.location else ""


def _titles() -> str:
    return "; ".join(format_.title for format_ in FORMATS) + "; plain or gzip"
