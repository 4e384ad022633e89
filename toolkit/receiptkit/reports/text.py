"""The report for people: a line a finding, equal mistakes grouped and counted, a hint below, a summary at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TextIO

from receiptkit.model.display import printable, shown
from receiptkit.model.finding import NO_VALUE, Finding, Severity
from receiptkit.reports.report import About, Counts, Report
from receiptkit.validation.fingerprint import without_numbers

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
#: Groups are held until their file ends; a capture made to have more than this gets its report in pieces.
_MOST_GROUPS = 2000


@dataclass(slots=True)
class _Group:
    first: Finding
    count: int = 1


class TextReport(Report):
    """The format `text`."""

    def __init__(self, out: TextIO, about: About) -> None:
        super().__init__(out, about)
        self._groups: dict[tuple[str, str, str, str], _Group] = {}
        self._grouped = False

    def finding(self, finding: Finding) -> None:
        if self.about.verbosity < 0:
            return
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

    def close(self, summary: Counts) -> None:
        self.end_of_file()
        for line in _summary(summary):
            self.out.write(line + "\n")
        if self._grouped:
            self.out.write("    -v shows each finding that stands here for several\n")

    def _write(self, finding: Finding, count: int) -> None:
        severity = self._painted(finding.severity.value, _COLOURS[finding.severity])
        times = f" ({count} times)" if count > 1 else ""
        pointer = printable(finding.pointer) or '""'
        value = (
            f" [{shown(finding.value)}]"
            if self.about.show_values and finding.value is not NO_VALUE
            else ""
        )
        self.out.write(
            f"{_place(finding)} {pointer} {severity} {finding.rule}: {printable(finding.message)}{value}{times}\n"
        )
        if finding.hint:
            self.out.write(f"    hint: {printable(finding.hint)}\n")
        if self.about.verbosity > 0 and finding.grounding:
            self.out.write(f"    why: {printable(finding.grounding)}\n")

    def _painted(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.about.colour else text


def _place(finding: Finding) -> str:
    location = finding.location
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


def _summary(summary: Counts) -> list[str]:
    found = summary.severities
    counts = ", ".join(
        _many(found[severity], severity.value) for severity in (Severity.ERROR, Severity.WARNING)
    )
    judged = f"{summary.checked} judged, {sum(summary.unchecked.values())} unchecked"
    read = f"{_many(summary.files, 'file')}, {_many(summary.observations, 'observation')}"
    known = f"; {summary.known} known" if summary.known else ""
    lines = [f"{read}: {judged}; {counts}, {found[Severity.INFO]} info{known}"]
    for reason, count in sorted(summary.unchecked.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"    unchecked: {reason} ({count})")
    if summary.skipped:
        lines.append(f"    skipped: {_many(summary.skipped, 'file')} of other kinds")
    return lines


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
