"""The report `junit`: XML for CI servers, a test case for each finding; equal findings are one."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from receiptkit.model.display import printable
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.location import Location
from receiptkit.reports.formats.text import TextReport, many, signature_line
from receiptkit.reports.report import ReportFormat
from receiptkit.validation.summary import Summary

_BEGIN = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite name="receiptkit">\n'


class JunitReport(TextReport):
    """
    A test suite. Errors are failures; warnings and information are cases that pass, with their text
    as output.
    """

    _begun = False

    def _write(self, finding: Finding, count: int) -> None:
        self._begin()
        location = finding.location or Location()
        place = (
            f"{location.file}:{location.line}:{location.column}"
            if location.line is not None
            else location.file
        )
        pointer = self.pointer(finding)
        message = finding.message + (f" ({count} times)" if count > 1 else "")
        lines = [
            f"{place} {pointer}".rstrip(),
            f"{finding.severity.value} {finding.rule}: {message}",
        ]
        lines += [f"hint: {finding.hint}"] if finding.hint else []
        text = escape("\n".join(printable(line) for line in lines))
        name = quoteattr(printable(f"{finding.rule} {pointer} {place}"))
        self.out.write(f"<testcase classname={quoteattr(printable(location.file))} name={name}>")
        if finding.severity is Severity.ERROR:
            self.out.write(
                f"<failure type={quoteattr(finding.rule)} message={quoteattr(printable(message))}>"
                f"{text}</failure>"
            )
        else:
            self.out.write(f"<system-out>{text}</system-out>")
        self.out.write("</testcase>\n")

    def close(self, summary: Summary) -> None:
        """Write the rest; every file that cannot be read is a case with an error."""
        self.end_of_file()
        self._begin()
        counts = (
            f"{many(summary.files, 'file')}, {many(summary.observations, 'observation')}: "
            f"{summary.checked} judged"
        )
        signatures = signature_line(summary)
        for name in (counts, *([signatures] if signatures else []), *summary.limits):
            self.out.write(
                f'<testcase classname="receiptkit" name={quoteattr(printable(name))}/>\n'
            )
        for problem in summary.problems:
            self.out.write('<testcase classname="receiptkit" name="a capture that cannot be read">')
            self.out.write(f"<error message={quoteattr(printable(problem))}/></testcase>\n")
        self.out.write("</testsuite></testsuites>\n")

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self.out.write(_BEGIN)


FORMAT = ReportFormat(
    "XML for CI servers", JunitReport, lambda head, tail: head.startswith(_BEGIN.encode())
)
