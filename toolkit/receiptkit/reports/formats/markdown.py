"""The report `markdown`: a result and a table, for job summaries and pull requests."""

from __future__ import annotations

import re
from typing import TextIO

from receiptkit.model.display import printable
from receiptkit.model.finding import Finding, Severity
from receiptkit.reports.formats.text import TextReport, many, set_aside, unused_suppression
from receiptkit.reports.report import About, ReportFormat
from receiptkit.validation.summary import Summary

_TITLE = "## Delivery receipts: "
#: Forges limit the size of a summary; the table ends here, and says so.
_MOST_ROWS = 200
#: What Markdown and HTML would act on.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~@&-])")


class MarkdownReport(TextReport):
    """A table of findings, equal ones in one row."""

    is_for_people = False

    def __init__(self, out: TextIO, about: About) -> None:
        # -q and -v are for the terminal; a summary of a job always groups.
        super().__init__(out, about._replace(verbosity=0))
        self._rows: list[tuple[Severity, str]] = []
        self._left_out = 0

    def close(self, summary: Summary) -> None:
        self.end_of_file()
        errors, warnings = (summary.severities[each] for each in (Severity.ERROR, Severity.WARNING))
        infos = summary.severities[Severity.INFO]
        self.out.write(
            f"{_TITLE}{many(errors, 'error')}, {many(warnings, 'warning')}, {infos} info\n\n"
            f"{many(summary.files, 'file')}, {many(summary.observations, 'observation')}: "
            f"{summary.checked} judged, {summary.unchecked.total()} unchecked"
            f"{set_aside(summary)}.\n"
        )
        if self._rows:
            self.out.write("\n| | rule | place | what is wrong |\n|---|---|---|---|\n")
            for _, row in sorted(self._rows, key=lambda each: -each[0].rank):
                self.out.write(row)
        lines = [f"{self._left_out} more findings are counted, and not listed."]
        lines = (lines if self._left_out else []) + summary.limits + summary.problems
        lines += [unused_suppression(each) for each in summary.unused_suppressions[:_MOST_ROWS]]
        if lines:
            self.out.write("\n" + "".join(f"- {_escaped(line)}\n" for line in lines))

    def _write(self, finding: Finding, count: int) -> None:
        if len(self._rows) >= _MOST_ROWS:
            self._left_out += count
            return
        location = finding.location
        place = f"{location.file}:{location.line}" if location and location.line else "-"
        times = f" ({count} times)" if count > 1 else ""
        hint = f"; {finding.hint}" if finding.hint else ""
        cells = (
            finding.severity.value,
            finding.rule,
            f"{place} {self.pointer(finding)}",
            f"{finding.message}{hint}{times}",
        )
        row = " | ".join(_escaped(cell) for cell in cells)
        self._rows.append((finding.severity, f"| {row} |\n"))


def _escaped(text: str) -> str:
    """Return a text that Markdown shows unchanged."""
    return _SPECIAL.sub(r"\\\1", printable(text)[:500])


FORMAT = ReportFormat(
    "a table for job summaries and pull requests",
    MarkdownReport,
    lambda head, tail: head.startswith(_TITLE.encode()),
)
