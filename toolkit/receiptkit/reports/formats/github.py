"""The report `github`: annotations for GitHub Actions at their places in the captures."""

from __future__ import annotations

from receiptkit.model.display import printable
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.location import Location
from receiptkit.reports.formats.text import TextReport, ends_with_summary
from receiptkit.reports.report import ReportFormat

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


class GithubReport(TextReport):
    """Workflow commands, equal findings grouped as in `text`, and the summary as plain text."""

    is_for_people = False

    def _write(self, finding: Finding, count: int) -> None:
        location = finding.location or Location()
        place = {
            "file": location.file,
            "line": location.line,
            "col": location.column,
            "title": f"receiptkit {finding.rule}",
        }
        properties = ",".join(
            f"{name}={_property(str(value))}"
            for name, value in place.items()
            if value not in (None, "", "-")
        )
        times = f" ({count} times)" if count > 1 else ""
        text = f"{self.pointer(finding)} {finding.message}{times}".lstrip()
        if finding.hint is not None:
            text += f"\nhint: {finding.hint}"
        self.out.write(f"::{_LEVELS[finding.severity]} {properties}::{_data(text)}\n")


def _data(text: str) -> str:
    """Return a text for a workflow command: line breaks as escapes, no command within."""
    lines = "\n".join(printable(line) for line in text.split("\n"))
    return lines.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMAT = ReportFormat(
    "annotations at the lines of the captures",
    GithubReport,
    lambda head, tail: ends_with_summary(tail),
    is_utf8=False,
)
