"""
The report `json`: one object, a stable format whose JSON Schema is `report.schema.json` in this
package.

It is written as the findings come, so that memory does not grow; the summary therefore comes last.
"""

from __future__ import annotations

import json
from typing import Any

from receiptkit.model.display import printable, shown
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.location import Location
from receiptkit.reports.report import Report, ReportFormat
from receiptkit.validation.summary import Summary, Suppressed, Unchecked

VERSION = 1
#: Counts of receipts that `--state` keeps.
_STATE = ("kept", "expired", "lost")
_HEAD = f'{{"version": {VERSION}, "tool": {{"name": "receiptkit", '


class JsonReport(Report):
    """An object with the findings, the unchecked observations and the summary."""

    _separator = ""

    def finding(self, finding: Finding) -> None:
        if not self._separator:
            self._begin()
        self.out.write(self._separator + "\n" + json.dumps(self.described(finding)))
        self._separator = ","

    def close(self, summary: Summary) -> None:
        if not self._separator:
            self._begin()
        self.out.write("\n], " + json.dumps(closing(summary))[1:] + "\n")

    def _begin(self) -> None:
        self.out.write(json.dumps(self.head())[:-1] + ', "findings": [')

    def head(self) -> dict[str, Any]:
        """Return the members that say what the report is about."""
        about = self.about
        return {
            "version": VERSION,
            "tool": {"name": "receiptkit", "version": about.version},
            "profile": about.profile,
            "contract": about.contract,
        }

    def described(self, finding: Finding) -> dict[str, Any]:
        """Return a finding as JSON."""
        result = {
            "rule": finding.rule,
            "severity": finding.severity.value,
            "pointer": self.pointer(finding),
            "message": finding.message,
            "hint": finding.hint,
            "grounding": finding.grounding,
            "operation": finding.operation,
            "origin": _origin(finding.location or Location()),
        }
        if self.shows_value(finding):
            result["value"] = shown(finding.value)
        return result


def closing(summary: Summary) -> dict[str, Any]:
    """Return the members that are known at the end of a run."""
    return {
        "unchecked": [_unchecked(each) for each in summary.listed],
        "skipped": [printable(file) for file, _ in summary.skipped_files],
        "skipped_reasons": [printable(reason) for _, reason in summary.skipped_files],
        "suppressed": [_suppressed(each) for each in summary.suppressed_findings],
        "unused_suppressions": [
            {"file": each.file, "line": each.line, "rule": printable(each.rule)}
            for each in summary.unused_suppressions
        ],
        "summary": _summary(summary),
    }


def _suppressed(each: Suppressed) -> dict[str, Any]:
    return {
        "rule": each.rule,
        "severity": each.severity.value,
        "origin": _origin(each.location),
        "comment_line": each.line,
        "reason": printable(each.reason),
    }


def _unchecked(each: Unchecked) -> dict[str, Any]:
    return {
        "method": each.method,
        "path": each.path,
        "reason": each.reason,
        "origin": _origin(each.location),
    }


def _origin(location: Location) -> dict[str, Any]:
    return {
        "file": location.file,
        "entry": location.entry,
        "line": location.line,
        "column": location.column,
        "body_line": location.body_line,
        "body_column": location.body_column,
    }


def _summary(summary: Summary) -> dict[str, Any]:
    found, state = summary.severities, summary.state
    return {
        "files": summary.files,
        "skipped": summary.skipped,
        "observations": summary.observations,
        "checked": summary.checked,
        "unchecked": sum(summary.unchecked.values()),
        "unchecked_reasons": dict(sorted(summary.unchecked.items())),
        "signatures": {
            "judged": summary.signatures,
            "not_judged": sum(summary.unjudged_signatures.values()),
            "reasons": dict(sorted(summary.unjudged_signatures.items())),
        },
        "errors": found[Severity.ERROR],
        "warnings": found[Severity.WARNING],
        "infos": found[Severity.INFO],
        "known": summary.known,
        "suppressed": summary.suppressed,
        "limits": [printable(line) for line in summary.limits],
        "problems": [printable(problem) for problem in summary.problems],
        **({} if state is None else {"state": {name: state[name] for name in _STATE}}),
    }


def _recognises(head: bytes, tail: bytes) -> bool:
    return head.startswith(_HEAD.encode()) and b', "findings": [' in head


FORMAT = ReportFormat(
    "stable, with a [JSON Schema](../toolkit/receiptkit/reports/report.schema.json)",
    JsonReport,
    _recognises,
)
