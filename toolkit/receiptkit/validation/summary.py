"""Counts of a run, and what receives its findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from receiptkit.contract.bounds import NOUNS
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.limits import limit, remedy
from receiptkit.model.location import Location

if TYPE_CHECKING:
    from receiptkit.validation.pictures import Pictures

#: Why nothing was judged in a file without an observation.
NOTHING = "no response and no webhook was found in the file"


class Unchecked(NamedTuple):
    """
    An observation that was not checked.

    Attributes:
        location: where it begins.
        method: the HTTP method; empty if it has none.
        path: the path of the URL, every segment masked that no path of the contract has; empty if
            it has none.
        reason: why it was not checked.
    """

    location: Location
    method: str
    path: str
    reason: str


class Suppressed(NamedTuple):
    """
    A finding that a comment in its capture suppresses.

    Attributes:
        rule, severity, location: of the finding.
        line: where the comment is.
        reason: the reason in the comment; it may be empty.
    """

    rule: str
    severity: Severity
    location: Location
    line: int
    reason: str


class UnusedSuppression(NamedTuple):
    """
    A comment that suppresses nothing.

    Attributes:
        file, line: where the comment is.
        rule: what it names.
        is_rule: False if no rule has this id.
    """

    file: str
    line: int
    rule: str
    is_rule: bool


class Counts(NamedTuple):
    """Counts of a run at a moment."""

    checked: int
    problems: int
    findings: int
    unchecked: Counter[str]


class ReadAs:
    """
    The format in which a file was read, and why.

    Attributes:
        format: the name of its format.
        evidence: why it was taken for that.
        rules: how many observations each rule found in what a tool wrote around them.
        has_silent: whether there is nothing in some of its records, as in a comment.
    """

    def __init__(self, format_name: str, evidence: str) -> None:
        self.format = format_name
        self.evidence = evidence
        self.rules: Counter[str] = Counter()
        self.has_silent = False

    def add(self, other: ReadAs) -> None:
        """Add the counts of another part of the file."""
        self.rules += other.rules
        self.has_silent |= other.has_silent


class LeftOut:
    """
    A count of what was not checked of observations because of a limit.

    Attributes:
        first: the location of the first of these observations.
        count: how much was left out.
        observations: of how many observations.
    """

    def __init__(self, first: Location) -> None:
        self.first = first
        self.count = self.observations = 0

    def add(self, count: int, observations: int = 1) -> None:
        """Count what was left out of some more observations."""
        self.count += count
        self.observations += observations

    def text(self, noun: str) -> str:
        """Return the limit that was reached as a line."""
        of = "1 observation" if self.observations == 1 else f"{self.observations:,} observations"
        return (
            f"{self.count:,} {noun} of {of} were not checked, the first at "
            f"{self.first.file}:{self.first.line}"
        )


@dataclass(slots=True)
class Summary:
    """
    Counts of a run.

    Attributes:
        files: files that were read as captures.
        skipped: files in folders that were skipped because they are no captures.
        skipped_files: the first of them, with the reasons.
        observations: bodies and exchanges in the files.
        checked: observations that were checked.
        unchecked: observations that were not, by reason.
        listed: the first of them.
        examples: the location of the first unchecked observation of each reason.
        signatures: webhooks whose signature was judged.
        unjudged_signatures: webhooks whose signature was to be judged and could not be, by reason.
        severities: findings of each severity.
        known: findings that the baseline knows; they are not among the severities.
        suppressed: findings that comments in captures suppress; they are not among the severities.
        suppressed_findings: the first of them.
        unused_suppressions: comments that suppress nothing.
        limits: the limits that were reached, a line each.
        problems: what could not be read, a line each.
        read_as: how each of the first files was read, by its name.
        left_out: what was not checked of observations, by the name of the limit.
        files_beside: files beside captures that were read, too.
        empty_files: named files in which nothing was checked, each with the reasons; without any if
            nothing was found in it.
        on_disk: how many bytes went to temporary files, to be checked across observations.
        pictures: what reports draw, if one of them draws.
        state: receipts that were kept for later runs, have expired, or were lost; None without a
            state.
    """

    files: int = 0
    skipped: int = 0
    skipped_files: list[tuple[str, str]] = field(default_factory=list)
    observations: int = 0
    checked: int = 0
    unchecked: Counter[str] = field(default_factory=Counter)
    listed: list[Unchecked] = field(default_factory=list)
    examples: dict[str, Location] = field(default_factory=dict)
    signatures: int = 0
    unjudged_signatures: Counter[str] = field(default_factory=Counter)
    severities: Counter[Severity] = field(default_factory=Counter)
    known: int = 0
    suppressed: int = 0
    suppressed_findings: list[Suppressed] = field(default_factory=list)
    unused_suppressions: list[UnusedSuppression] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    read_as: dict[str, ReadAs] = field(default_factory=dict, compare=False)
    empty_files: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    left_out: dict[str, LeftOut] = field(default_factory=dict)
    files_beside: set[str] = field(default_factory=set)
    pictures: Pictures | None = field(default=None, compare=False)
    on_disk: int = field(default=0, compare=False)
    state: Counter[str] | None = None

    def add(self, other: Summary, entries: int = 0, lines: int = 0) -> None:
        """
        Add the counts of another part of the run, which begins after so many entries and lines of
        its file.
        """
        self.files += other.files
        self.observations += other.observations
        self.checked += other.checked
        self.unchecked += other.unchecked
        for each in other.listed[: limit("listed") - len(self.listed)]:
            self.listed.append(each._replace(location=_below(each.location, entries, lines)))
        for reason, location in other.examples.items():
            self.examples.setdefault(reason, _below(location, entries, lines))
        for file, reason in other.skipped_files:
            self.skip(file, reason)
        self.skipped += other.skipped - len(other.skipped_files)
        self.signatures += other.signatures
        self.unjudged_signatures += other.unjudged_signatures
        self.severities += other.severities
        self.known += other.known
        self.on_disk += other.on_disk
        self.files_beside |= other.files_beside
        for name, part in other.left_out.items():
            own = self.left_out.setdefault(name, LeftOut(_below(part.first, entries, lines)))
            own.add(part.count, part.observations)
        for file, read_as in other.read_as.items():
            self.note_read_as(file, read_as.format, read_as.evidence)
            if file in self.read_as:
                self.read_as[file].add(read_as)
        self.limits += other.limits
        self.problems += other.problems

    def note_read_as(self, file: str, format_name: str, evidence: str) -> None:
        """Note the format of a file, and why it was taken for that."""
        if len(self.read_as) < limit("listed"):
            self.read_as.setdefault(file, ReadAs(format_name, evidence))

    def count_signature(self, unjudged: str | None) -> None:
        """Count a signature: judged if the reason is empty; None counts nothing."""
        if unjudged:
            self.unjudged_signatures[unjudged] += 1
        elif unjudged is not None:
            self.signatures += 1

    def skip(self, file: str, reason: str) -> None:
        """Count a file that is no capture, and note the reason."""
        self.skipped += 1
        if len(self.skipped_files) < limit("skipped"):
            self.skipped_files.append((file, reason))

    def unread(self, file: str, reason: str) -> None:
        """Count a file that was taken for a capture as none."""
        if self.read_as.pop(file, None) is not None:
            self.files -= 1
        self.skip(file, reason)

    def counts(self) -> Counts:
        """Return the counts at this moment."""
        findings = self.severities.total()
        return Counts(self.checked, len(self.problems), findings, Counter(self.unchecked))

    def note_empty(self, file: str, before: Counts) -> bool:
        """
        Note a file in which nothing was checked since `before`; return True if it has no finding
        either.
        """
        if self.checked > before.checked or len(self.problems) > before.problems:
            return False
        reasons = tuple(sorted(self.unchecked - before.unchecked))
        self.empty_files.append((file, reasons))
        return self.severities.total() == before.findings

    def has(self, severity: Severity) -> bool:
        """Return True if there is a finding of this severity or a higher one."""
        return any(count for found, count in self.severities.items() if found.rank >= severity.rank)

    def note_limits(self) -> None:
        """Note the limits that were reached."""
        for name, each in sorted(self.left_out.items()):
            self.limits.append(f"{each.text(NOUNS[name])}; {remedy(name)}")
        for count, listed, name, noun in (
            (self.unchecked.total(), len(self.listed), "listed", "unchecked observations"),
            (self.skipped, len(self.skipped_files), "skipped", "skipped files"),
        ):
            if count > listed == limit(name):
                self.limits.append(
                    f"the first {listed:,} of {count:,} {noun} are listed; {remedy(name)}"
                )


def _below(location: Location, entries: int, lines: int) -> Location:
    if not entries + lines:
        return location
    line = location.line + lines if location.line is not None else None
    return replace(location, entry=location.entry + entries, line=line)


class Sink(Protocol):
    """Receives findings as they come: a report."""

    def finding(self, finding: Finding) -> None: ...

    def end_of_file(self) -> None: ...


class UnitStart(NamedTuple):
    """
    The start of a unit of work, which counts from 0: the file, and the entries and lines before
    it.
    """

    file: str
    entries: int = 0
    lines: int = 0
