"""The report for GitHub Actions: an annotation a finding, at its place in the capture; equal mistakes grouped as in `text`."""

from __future__ import annotations

from receiptkit.model.display import printable
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.location import Location
from receiptkit.reports.text import TextReport

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


class GithubReport(TextReport):
    """The format `github`: workflow commands, and the summary as plain text."""

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
        said = f"{finding.pointer} {finding.message}".lstrip() + (
            f" ({count} times)" if count > 1 else ""
        )
        text = said if finding.hint is None else f"{said}\nhint: {finding.hint}"
        self.out.write(f"::{_LEVELS[finding.severity]} {properties}::{_data(text)}\n")


def _data(text: str) -> str:
    """A message as workflow commands have it: a line break of ours is kept as an escape, nothing in it is a command."""
    lines = "\n".join(printable(line) for line in text.split("\n"))
    return lines.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
