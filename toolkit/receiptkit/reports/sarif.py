"""
The report for code scanning: SARIF 2.1.0, its locations in the captures.

Written as the findings come, so that its memory does not grow: the rules, which are those that were broken, stand behind the results.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from receiptkit.model.display import printable, shown
from receiptkit.model.finding import NO_VALUE, Finding, Severity
from receiptkit.model.location import Location
from receiptkit.reports.report import About, Counts, Report
from receiptkit.validation.fingerprint import identity

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


class SarifReport(Report):
    """The format `sarif`."""

    def __init__(self, out: Any, about: About) -> None:
        super().__init__(out, about)
        self._rules: dict[str, int] = {}
        self._separator = ""
        self.out.write(
            f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [{{"columnKind": "unicodeCodePoints", "results": ['
        )

    def finding(self, finding: Finding) -> None:
        self.out.write(self._separator + "\n" + json.dumps(self._result(finding)))
        self._separator = ","

    def close(self, summary: Counts) -> None:
        """Write which rules there are, and what could not be read."""
        driver = {
            "name": "receiptkit",
            "version": self.about.version,
            "rules": [self._rule(rule) for rule in self._rules],
        }
        problems = [
            {"level": "error", "message": {"text": printable(problem)}}
            for problem in summary.problems
        ]
        invocation = {"executionSuccessful": not problems, "toolExecutionNotifications": problems}
        rest = json.dumps({"tool": {"driver": driver}, "invocations": [invocation]})
        self.out.write("\n], " + rest[1:] + "]}\n")

    def _result(self, finding: Finding) -> dict[str, Any]:
        index = self._rules.setdefault(finding.rule, len(self._rules))
        properties: dict[str, Any] = {"entry": finding.location.entry if finding.location else 0}
        properties |= {"operation": finding.operation} if finding.operation else {}
        properties |= (
            {"value": shown(finding.value)}
            if self.about.show_values and finding.value is not NO_VALUE
            else {}
        )
        return {
            "ruleId": finding.rule,
            "ruleIndex": index,
            "level": _LEVELS[finding.severity],
            "message": {"text": _text(finding)},
            "locations": [_location(finding)],
            "partialFingerprints": {"receiptkit/v1": identity(finding).digest},
            "properties": properties,
        }

    def _rule(self, rule: str) -> dict[str, Any]:
        told = self.about.explained(rule)
        if told is None:
            return {"id": rule}
        text = f"{told.why} {told.action} Grounding: {told.grounding}."
        return {
            "id": rule,
            "shortDescription": {"text": told.title},
            "fullDescription": {"text": told.why},
            "help": {"text": text},
        }


def _text(finding: Finding) -> str:
    location = finding.location or Location()
    within = (
        f" (body {location.body_line}:{location.body_column})"
        if location.body_line is not None
        else ""
    )
    hint = f" Hint: {finding.hint}" if finding.hint else ""
    return printable(f"{finding.message}{within}{hint}")


def _location(finding: Finding) -> dict[str, Any]:
    location = finding.location or Location()
    described: dict[str, Any] = (
        {"logicalLocations": [{"fullyQualifiedName": printable(finding.pointer)}]}
        if finding.pointer
        else {}
    )
    if location.file:
        place: dict[str, Any] = {"artifactLocation": {"uri": _uri(location.file)}}
        if location.line is not None:
            place["region"] = {"startLine": location.line, "startColumn": location.column or 1}
        described["physicalLocation"] = place
    return described


def _uri(file: str) -> str:
    """A relative path as a relative reference, which code scanning resolves against the root of the repository."""
    if os.path.isabs(file):
        return Path(file).as_uri()
    return quote(os.path.normpath(file).replace(os.sep, "/").encode("utf-8", "surrogateescape"))
