"""Observations to findings: reads sources, asks the contract, says where, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Protocol

from receiptkit.captures import Limits, Observation, Source, Text, accepts, batches, is_regular, observations, opened
from receiptkit.contract import Contract, Verdict
from receiptkit.errors import CaptureError, UsageError
from receiptkit.findings import Finding, Origin, Severity
from receiptkit.jsontext import decode
from receiptkit.observations import Exchange
from receiptkit.rules import catalogue

_BODY = "/response/body"


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
        problems: what could not be read, a line each.
    """

    files: int = 0
    skipped: int = 0
    observations: int = 0
    checked: int = 0
    unchecked: Counter[str] = field(default_factory=Counter)
    severities: Counter[Severity] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def has(self, severity: Severity) -> bool:
        """Whether there is a finding at least this severe."""
        return any(count for found, count in self.severities.items() if found.rank >= severity.rank)


class Sink(Protocol):
    """What takes findings as they come: a report."""

    def finding(self, finding: Finding) -> None: ...

    def end_of_file(self) -> None: ...


class Selection:
    """Which findings are wanted, by the globs of their rules: those selected, without those ignored."""

    def __init__(self, select: Sequence[str] = (), ignore: Sequence[str] = (), known: Sequence[str] = ()) -> None:
        """Raises `UsageError` for a glob that matches no rule; `known` names rules beside those of the catalogue."""
        every = [*catalogue.ids(), *known]
        for glob in (*select, *ignore):
            if not any(fnmatchcase(rule, glob) for rule in every):
                catalogue.find(glob)
        self._select = tuple(select) or ("*",)
        self._ignore = tuple(ignore)
        self._wanted: dict[str, bool] = {}

    def wants(self, rule: str) -> bool:
        if rule not in self._wanted:
            selected = any(fnmatchcase(rule, glob) for glob in self._select)
            self._wanted[rule] = selected and not any(fnmatchcase(rule, glob) for glob in self._ignore)
        return self._wanted[rule]


class Validation:
    """A run over sources: what it is judged by, what it has counted so far."""

    def __init__(
        self,
        contract: Contract,
        *,
        selection: Selection | None = None,
        kind: str | None = None,
        url: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        """
        Args:
            contract: what to judge by.
            selection: which findings are wanted; all by default.
            kind: what bare bodies are, as an operationId or a kind, instead of what they look like.
            url: the URL that bare bodies answered to.
            limits: what is refused to be read.

        Raises:
            UsageError: the contract has no such kind, or no operation at the URL.
        """
        self.contract = contract
        self.summary = Summary()
        self._selection = selection or Selection()
        self._limits = limits or Limits()
        if kind is not None and url is not None:
            raise UsageError("--as and --url both say what bare bodies are: give one of them")
        if kind is not None and kind not in (*contract.kinds, *contract.operations.by_id):
            raise UsageError(f"--as {kind}: the contract has no such kind or operation; kinds are {', '.join(contract.kinds)}")
        self._operation = _operation_at(contract, url) if url is not None else kind

    def run(self, sources: Iterator[Source | CaptureError], sink: Sink, progress: Callable[[int], None] | None = None) -> Summary:
        """Judge every source and hand each finding to the sink. What cannot be read is noted and the rest goes on."""
        for source in sources:
            if isinstance(source, CaptureError):
                self.summary.problems.append(str(source))
                continue
            try:
                self._file(source, sink, progress)
            except CaptureError as error:
                said = str(error)
                self.summary.problems.append(said if said.startswith(f"{source.name}: ") else f"{source.name}: {said}")
            sink.end_of_file()
        return self.summary

    def _file(self, source: Source, sink: Sink, progress: Callable[[int], None] | None) -> None:
        if not source.named and not is_regular(source):
            self.summary.skipped += 1
            return
        with opened(source, self._limits, progress) as (stream, head):
            if not accepts(source.name, head):
                if source.named:
                    raise CaptureError(
                        "the file is empty"
                        if not head.strip()
                        else "not a capture receiptkit knows (JSON or NDJSON, plain or gzip)"
                    )
                self.summary.skipped += 1
                return
            self.summary.files += 1
            entry = 0
            for batch in batches(stream, source.name, self._limits.record):
                entry += self._batch(batch, entry, source.name, sink)

    def _batch(self, batch: list[Text], entry: int, file: str, sink: Sink) -> int:
        """Judge some texts, all at once if they surely are in order; return how many observations were in them."""
        if self._operation is None and self.contract.surely_conform([raw for _, raw in batch]):
            self.summary.observations += len(batch)
            self.summary.checked += len(batch)
            return len(batch)
        start = entry
        for text in batch:
            for observation in observations(text, entry):
                entry += 1
                for finding in self.judge(observation, file):
                    self.summary.severities[finding.severity] += 1
                    sink.finding(finding)
        return entry - start

    def judge(self, observation: Observation, file: str) -> list[Finding]:
        """The wanted findings of one observation, with their origins; counts it."""
        summary = self.summary
        summary.observations += 1
        verdict = self._verdict(observation)
        if verdict.unchecked is None:
            summary.checked += 1
        else:
            summary.unchecked[verdict.unchecked] += 1
        if not verdict.findings and not observation.defects:
            return []
        findings = self._of_text(observation, file) + self.contract.beside(observation.defects, verdict.findings)
        wanted = [finding for finding in findings if self._selection.wants(finding.rule)]
        return sorted(_located(wanted, observation, file), key=_by_place) if wanted else []

    def _verdict(self, observation: Observation) -> Verdict:
        if observation.unusable is not None:
            # A text that is no JSON has been judged: it is not what Twilio sends.
            return Verdict(unchecked=None if observation.defects else observation.unusable)
        if observation.exchange is not None:
            return self.contract.judge_exchange(observation.exchange)
        return self.contract.judge_body(observation.value, self._operation)

    def _of_text(self, observation: Observation, file: str) -> list[Finding]:
        """The findings of the record's own text. Their pointers, too, start at the body; what is outside of it has none."""
        located = []
        for finding in self.contract.text_findings(observation.defects, observation.record.place):
            origin = replace(finding.origin or Origin(), file=file, entry=observation.entry)
            pointer = finding.pointer
            if observation.exchange is not None:
                pointer = pointer[len(_BODY) :] if pointer.startswith(_BODY) else ""
            located.append(replace(finding, pointer=pointer, origin=origin))
        return located


def _operation_at(contract: Contract, url: str) -> str:
    operations = contract.operations.of_url(url)
    if not operations:
        raise UsageError(f"--url {url}: no operation of the contract has this path; `receiptkit spec show` lists them")
    return operations[0].id


def _by_place(finding: Finding) -> tuple[int, int, int, int, str, str, str]:
    origin = finding.origin or Origin()
    place = (origin.line or 0, origin.column or 0, origin.body_line or 0, origin.body_column or 0)
    return (*place, finding.pointer, finding.rule, finding.message)


def _located(findings: list[Finding], observation: Observation, file: str) -> list[Finding]:
    """The findings with the file, the entry and the place of each; those that have a file already are left alone."""
    exchange = observation.exchange
    if exchange is not None and isinstance(exchange.body, (str, bytes)):
        return _located_in_string(findings, observation, exchange, file)
    wanted = {finding.pointer for finding in findings if finding.origin is None}
    places = observation.body_places(wanted, _BODY if exchange is not None else "") if wanted else {}
    return [
        finding
        if finding.origin is not None
        else replace(finding, origin=Origin(file, observation.entry, *places[finding.pointer]))
        for finding in findings
    ]


def _located_in_string(findings: list[Finding], observation: Observation, exchange: Exchange, file: str) -> list[Finding]:
    """The same where the body is text within the capture: its start there, and line and column within the body."""
    line, column = observation.body_places([""], _BODY)[""]
    inside = _embedded_places(findings, exchange)
    located = []
    for finding in findings:
        said = finding.origin
        if said is None or not said.file:
            place = (said.line, said.column) if said is not None else inside.get(finding.pointer, (None, None))
            finding = replace(finding, origin=Origin(file, observation.entry, line, column, *place))
        located.append(finding)
    return located


def _embedded_places(findings: list[Finding], exchange: Exchange) -> dict[str, tuple[int, int]]:
    """Lines and columns within a body that stands in the capture as a string."""
    wanted = {finding.pointer for finding in findings if finding.origin is None and finding.pointer}
    if not wanted:
        return {}
    from receiptkit.jsontext.locate import LineIndex, offsets

    text = exchange.body if isinstance(exchange.body, str) else decode(exchange.body)[0]
    lines = LineIndex(text)
    return {pointer: lines.place(offset) for pointer, offset in offsets(text, wanted, int(text.startswith("\ufeff"))).items()}
