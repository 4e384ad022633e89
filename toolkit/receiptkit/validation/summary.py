"""Counts of a run, and what receives its findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from receiptkit.model.finding import Finding, Severity


@dataclass(slots=True)
class Summary:
    """
    Counts of a run.

    Attributes:
        files: files that were read as captures.
        skipped: files in folders that were skipped because they are no captures.
        observations: bodies and exchanges in the files.
        checked: observations that were checked.
        unchecked: observations that were not, by reason.
        severities: findings of each severity.
        known: findings that the baseline knows; they are not among the severities.
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
        """Add the counts of another part of the run."""
        self.files += other.files
        self.skipped += other.skipped
        self.observations += other.observations
        self.checked += other.checked
        self.unchecked += other.unchecked
        self.severities += other.severities
        self.known += other.known
        self.problems += other.problems

    def has(self, severity: Severity) -> bool:
        """Return True if there is a finding of this severity or a higher one."""
        return any(count for found, count in self.severities.items() if found.rank >= severity.rank)


class Sink(Protocol):
    """Receives findings as they come: a report."""

    def finding(self, finding: Finding) -> None: ...

    def end_of_file(self) -> None: ...


class UnitStart(NamedTuple):
    """Where a unit of work, which counts from 0, begins: the file, and the entries and lines before it."""

    file: str
    entries: int = 0
    lines: int = 0
