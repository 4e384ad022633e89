"""
The report `text`, for people: a line for each finding, equal findings grouped and counted, hints
below, a summary last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TextIO

from receiptkit.model.display import printable, shown
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.location import Location
from receiptkit.model.regex import regex
from receiptkit.reports.report import About, Report, ReportFormat
from receiptkit.reports.rule_page import rule_page
from receiptkit.validation.fingerprint import without_numbers
from receiptkit.validation.summary import ReadAs, Summary, UnusedSuppression

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
#: Groups are held until their file ends; with more than this, a file gets its report in pieces.
_MOST_GROUPS = 2000
#: How many reasons the summary names.
_REASONS = 3
_SUMMARY = regex(
    rb"^[0-9]+ files?, [0-9]+ observations?: [0-9]+ judged, [0-9]+ unchecked; [0-9]+ errors?, ",
    re.MULTILINE,
)


@dataclass(slots=True)
class _Group:
    first: Finding
    count: int = 1


class TextReport(Report):
    """
    Lines for people. Subclasses write findings in another way, grouped alike.

    Attributes:
        is_for_people: True if it ends with advice, and says how each file was read if verbose.
    """

    is_for_people = True

    def __init__(self, out: TextIO, about: About) -> None:
        super().__init__(out, about)
        self.groups = about.verbosity <= 0
        self._groups: dict[tuple[str, str, str, str], _Group] = {}
        self._grouped = False
        self._first_rule = ""

    def finding(self, finding: Finding) -> None:
        if self.about.verbosity < 0:
            return
        self._first_rule = self._first_rule or finding.rule
        if self.about.verbosity > 0:
            self._write(finding, 1)
            return
        groups = self._groups
        key = (
            finding.rule,
            finding.severity.value,
            without_numbers(finding.pointer),
            finding.message,
        )
        if key in groups:
            groups[key].count += 1
            self._grouped = True
        else:
            if len(groups) >= _MOST_GROUPS:
                self.end_of_file()
            groups[key] = _Group(finding)

    def end_of_file(self) -> None:
        for group in self._groups.values():
            self._write(group.first, group.count)
        self._groups.clear()

    def close(self, summary: Summary) -> None:
        self.end_of_file()
        if self.about.verbosity > 0 and self.is_for_people:
            for file, how in summary.read_as.items():
                self.out.write(printable(_read_as(file, how)) + "\n")
        if self.about.verbosity > 0 and summary.on_disk:
            self.out.write(
                f"{summary.on_disk:,} bytes to compare across observations went to a temporary "
                "file, as --memory allows no more\n"
            )
        for line in _summary(summary, self.about):
            self.out.write(line + "\n")
        if self._grouped:
            self.out.write("    -v shows each finding of a group\n")
        if self.is_for_people and self.about.rule(self._first_rule) is not None:
            explain = f"`receiptkit explain {self._first_rule}`"
            self.out.write(f"    {explain} says why the rule exists and what to do\n")

    def _write(self, finding: Finding, count: int) -> None:
        severity = self._painted(finding.severity.value, _COLOURS[finding.severity])
        times = f" ({count} times)" if count > 1 else ""
        pointer = printable(self.pointer(finding)) or '""'
        value = f" [{shown(finding.value)}]" if self.shows_value(finding) else ""
        self.out.write(
            f"{_place(finding.location)} {pointer} {severity} {finding.rule}: "
            f"{printable(finding.message)}{value}{times}\n"
        )
        if finding.hint:
            self.out.write(f"    hint: {printable(finding.hint)}\n")
        if self.about.verbosity > 0 and finding.grounding:
            self.out.write(f"    source: {printable(finding.grounding)}\n")
        if self.about.verbosity > 0 and self.about.rule(finding.rule) is not None:
            self.out.write(f"    rule: {rule_page(finding.rule)}\n")

    def _painted(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.about.colour else text


def _place(location: Location | None) -> str:
    if location is None:
        return "-"
    place = ":".join(
        [
            printable(location.file),
            *(str(part) for part in (location.line, location.column) if part is not None),
        ]
    )
    if location.body_line is not None:
        place += f" (body {location.body_line}:{location.body_column})"
    return place


def _summary(summary: Summary, about: About) -> list[str]:
    found = summary.severities
    counts = ", ".join(
        many(found[severity], severity.value) for severity in (Severity.ERROR, Severity.WARNING)
    )
    checked = f"{summary.checked} judged, {sum(summary.unchecked.values())} unchecked"
    read = f"{many(summary.files, 'file')}, {many(summary.observations, 'observation')}"
    lines = _listed(summary) if about.list_unchecked else []
    lines += _suppressed(summary) if about.list_suppressed else []
    lines.append(f"{read}: {checked}; {counts}, {found[Severity.INFO]} info{set_aside(summary)}")
    details = _reasons(summary)
    details += [unused_suppression(each) for each in summary.unused_suppressions[:_REASONS]]
    more = len(summary.unused_suppressions) - _REASONS
    if more > 0:
        details.append(f"info: {many(more, 'more suppression')} that nothing needs")
    if summary.skipped:
        details.append(f"skipped: {many(summary.skipped, 'file')} of other kinds")
    signatures = signature_line(summary)
    details += [signatures] if signatures else []
    details += [f"limit: {line}" for line in summary.limits]
    return lines + [f"    {printable(line)}" for line in details]


def set_aside(summary: Summary) -> str:
    """Return the counts of what was found and is not reported, each behind a semicolon."""
    counts = {"in the baseline": summary.known, "suppressed": summary.suppressed}
    return "".join(f"; {count} {name}" for name, count in counts.items() if count)


def unused_suppression(each: UnusedSuppression) -> str:
    """Return the line about a comment that suppresses nothing."""
    why = "matches no finding" if each.is_rule else "names no rule; `receiptkit rules` lists them"
    return f"info: {each.file}:{each.line}: ignore[{each.rule}] {why}"


def _suppressed(summary: Summary) -> list[str]:
    lines = []
    for each in summary.suppressed_findings:
        reason = f": {each.reason}" if each.reason else ""
        lines.append(
            f"{_place(each.location)} suppressed {each.severity.value} {each.rule} "
            f"(by line {each.line}){reason}"
        )
    return [printable(line) for line in lines]


def _read_as(file: str, how: ReadAs) -> str:
    """Return a line that says how a file was read, and what found its observations."""
    rules = "; ".join(f"{rule} ({count})" for rule, count in sorted(how.rules.items()))
    return f"{file} read as {how.format}: {how.evidence}{f'; {rules}' if rules else ''}"


def _listed(summary: Summary) -> list[str]:
    lines = [
        f"{_place(each.location)} unchecked: {f'{each.method} {each.path}'.strip()}: {each.reason}"
        if each.method or each.path
        else f"{_place(each.location)} unchecked: {each.reason}"
        for each in summary.listed
    ]
    return [printable(line) for line in lines] + [
        printable(f"{file} skipped: {reason}") for file, reason in summary.skipped_files
    ]


def _reasons(summary: Summary) -> list[str]:
    """Return a line for each of the commonest reasons, and one for the others."""
    reasons = sorted(summary.unchecked.items(), key=lambda item: (-item[1], item[0]))
    lines = []
    for reason, count in reasons[:_REASONS]:
        example = summary.examples.get(reason)
        at = f", first at {_place(example)}" if example and example.file else ""
        lines.append(f"unchecked: {reason} ({count}){at}")
    rest = reasons[_REASONS:]
    if rest:
        others = "1 other reason" if len(rest) == 1 else f"{len(rest)} other reasons"
        lines.append(
            f"unchecked: {others} ({sum(count for _, count in rest)}); --list-unchecked shows all"
        )
    return lines


def signature_line(summary: Summary) -> str:
    """Return how many signatures were judged, and why others were not; empty if none was to be."""
    unjudged = summary.unjudged_signatures
    if not summary.signatures and not unjudged:
        return ""
    reasons = "; ".join(
        f"{reason} ({count})" if len(unjudged) > 1 else reason
        for reason, count in sorted(unjudged.items(), key=lambda item: (-item[1], item[0]))
    )
    because = f" ({reasons})" if reasons else ""
    return f"signatures: {summary.signatures} judged, {unjudged.total()} not judged{because}"


def many(count: int, noun: str) -> str:
    """Return a count with its noun, such as `2 files`."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def ends_with_summary(tail: bytes) -> bool:
    """Return True if a text ends as a report for people does."""
    return _SUMMARY.search(tail) is not None


FORMAT = ReportFormat(
    "for people, the default", TextReport, lambda head, tail: ends_with_summary(tail), is_utf8=False
)
