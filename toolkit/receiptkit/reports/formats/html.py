"""
The report `html`: one page for people, without anything outside the file.

Findings come first, then a drawing of each message: its receipts' states, its pages, its summary.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TextIO

from receiptkit.model.display import printable, shown
from receiptkit.model.finding import Finding
from receiptkit.model.location import Location
from receiptkit.reports.drawing.page import DrawnFinding, EqualFindings, Marks, write_page
from receiptkit.reports.report import About, Report, ReportFormat
from receiptkit.validation.fingerprint import without_numbers
from receiptkit.validation.summary import Summary

#: How many findings are listed; more are counted.
_MOST_LISTED = 1000
#: How many groups of them there are; findings unlike these are counted.
_MOST_GROUPS = 500
_HEAD = b'<!DOCTYPE html>\n<html lang="en" data-made-by="receiptkit validate">'


@dataclass(slots=True)
class _Findings:
    """Findings that are equal but for their place."""

    first: Finding
    count: int = 0
    entries: list[DrawnFinding] = field(default_factory=list)


class HtmlReport(Report):
    """A page with findings, drawings, coverage and what was not checked."""

    groups = True

    def __init__(self, out: TextIO, about: About) -> None:
        super().__init__(out, about)
        self._groups: dict[tuple[str, str, str, str], _Findings] = {}
        self._listed = 0
        self._others = 0

    def finding(self, finding: Finding) -> None:
        key = (
            finding.rule,
            finding.severity.value,
            without_numbers(finding.pointer),
            without_numbers(finding.message),
        )
        if key not in self._groups and len(self._groups) >= _MOST_GROUPS:
            self._others += 1
            return
        group = self._groups.setdefault(key, _Findings(finding))
        group.count += 1
        if self._listed < _MOST_LISTED:
            self._listed += 1
            group.entries.append(self._entry(finding))

    def _entry(self, finding: Finding) -> DrawnFinding:
        return DrawnFinding(
            0,
            finding.location or Location(),
            printable(self.pointer(finding)),
            finding.pointer,
            shown(finding.value) if self.shows_value(finding) else "",
        )

    def close(self, summary: Summary) -> None:
        groups = [
            EqualFindings(each.first, self.about.rule(each.first.rule), each.count, each.entries)
            for each in sorted(self._groups.values(), key=lambda each: -each.first.severity.rank)
        ]
        number = 0
        at: dict[tuple[str, int], list[DrawnFinding]] = defaultdict(list)
        for group in groups:
            for index, entry in enumerate(group.entries):
                number += 1
                group.entries[index] = entry._replace(number=number)
                at[entry.location.file, entry.location.entry].append(group.entries[index])
        write_page(self.out, self.about, summary, groups, self._others, Marks(at))


def _recognises(head: bytes, tail: bytes) -> bool:
    return head.startswith(_HEAD)


FORMAT = ReportFormat(
    "a page for browsers, with the states of receipts drawn",
    HtmlReport,
    _recognises,
    draws=True,
)
