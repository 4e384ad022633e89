"""The report for CI servers that read JUnit's XML: a suite a file with findings, a test case a finding; equal mistakes are one."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from receiptkit.model.display import printable
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.location import Location
from receiptkit.reports.report import Counts
from receiptkit.reports.text import TextReport


class JunitReport(TextReport):
    """The format `junit`. Errors are failures; warnings and information are cases that pass, and say so in their output."""

    _begun = False

    def _write(self, finding: Finding, count: int) -> None:
        if not self._begun:
            self._begin()
        location = finding.location or Location()
        place = (
            f"{location.file}:{location.line}:{location.column}"
            if location.line is not None
            else location.file
        )
        said = finding.message + (f" ({count} times)" if count > 1 else "")
        lines = [
            f"{place} {finding.pointer}".rstrip(),
            f"{finding.severity.value} {finding.rule}: {said}",
        ]
        lines += [f"hint: {finding.hint}"] if finding.hint else []
        text = escape("\n".join(printable(line) for line in lines))
        name = quoteattr(printable(f"{finding.rule} {finding.pointer} {place}"))
        self.out.write(f"<testcase classname={quoteattr(printable(location.file))} name={name}>")
        if finding.severity is Severity.ERROR:
            self.out.write(
                f"<failure type={quoteattr(finding.rule)} message={quoteattr(printable(said))}>{text}</failure>"
            )
        else:
            self.out.write(f"<system-out>{text}</system-out>")
        self.out.write("</testcase>\n")

    def close(self, summary: Counts) -> None:
        """Write what is left; what could not be read is a case of its own."""
        self.end_of_file()
        if not self._begun:
            self._begin()
        counts = (
            f"{summary.files} files, {summary.observations} observations: {summary.checked} judged"
        )
        self.out.write(f'<testcase classname="receiptkit" name={quoteattr(counts)}/>\n')
        for problem in summary.problems:
            self.out.write('<testcase classname="receiptkit" name="a capture that cannot be read">')
            self.out.write(f"<error message={quoteattr(printable(problem))}/></testcase>\n")
        self.out.write("</testsuite></testsuites>\n")

    def _begin(self) -> None:
        self._begun = True
        self.out.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite name="receiptkit">\n'
        )
