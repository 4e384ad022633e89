"""
The reports for programs, a stable format: `report.schema.json` beside this module is its JSON Schema.

Both are written as the findings come, so that their memory does not grow; the summary therefore comes last.
"""

from __future__ import annotations

import json
from typing import Any

from receiptkit.model.display import printable, shown
from receiptkit.model.finding import NO_VALUE, Finding, Severity
from receiptkit.model.location import Location
from receiptkit.reports.report import Counts, Report

VERSION = 1


class JsonReport(Report):
    """The format `json`: one object."""

    _separator = ""

    def finding(self, finding: Finding) -> None:
        if not self._separator:
            self._begin()
        self.out.write(self._separator + "\n" + _dump(_finding(finding, self.about.show_values)))
        self._separator = ","

    def close(self, summary: Counts) -> None:
        if not self._separator:
            self._begin()
        self.out.write('\n], "summary": ' + _dump(_summary(summary)) + "}\n")

    def _begin(self) -> None:
        head = _dump(self._head())
        self.out.write(head[:-1] + ', "findings": [')

    def _head(self) -> dict[str, Any]:
        about = self.about
        tool = {"name": "receiptkit", "version": about.version}
        return {
            "version": VERSION,
            "tool": tool,
            "profile": about.profile,
            "contract": about.contract,
        }


class NdjsonReport(JsonReport):
    """The format `ndjson`: a finding a line, the summary last."""

    def finding(self, finding: Finding) -> None:
        self.out.write(_dump(_finding(finding, self.about.show_values)) + "\n")

    def close(self, summary: Counts) -> None:
        self.out.write(_dump({**self._head(), "summary": _summary(summary)}) + "\n")


def _dump(value: Any) -> str:
    return json.dumps(value)


def _finding(finding: Finding, show_values: bool) -> dict[str, Any]:
    location = finding.location or Location()
    result = {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "pointer": finding.pointer,
        "message": finding.message,
        "hint": finding.hint,
        "grounding": finding.grounding,
        "operation": finding.operation,
        "origin": {
            "file": location.file,
            "entry": location.entry,
            "line": location.line,
            "column": location.column,
            "body_line": location.body_line,
            "body_column": location.body_column,
        },
    }
    if show_values and finding.value is not NO_VALUE:
        result["value"] = shown(finding.value)
    return result


def _summary(summary: Counts) -> dict[str, Any]:
    found = summary.severities
    return {
        "files": summary.files,
        "skipped": summary.skipped,
        "observations": summary.observations,
        "checked": summary.checked,
        "unchecked": sum(summary.unchecked.values()),
        "unchecked_reasons": dict(sorted(summary.unchecked.items())),
        "errors": found[Severity.ERROR],
        "warnings": found[Severity.WARNING],
        "infos": found[Severity.INFO],
        "known": summary.known,
        "problems": [printable(problem) for problem in summary.problems],
    }
