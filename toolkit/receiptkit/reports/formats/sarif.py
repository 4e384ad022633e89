"""
The report `sarif`: SARIF 2.1.0 for code scanning, with locations in the captures.

It is written as the findings come, so that memory does not grow; the broken rules therefore follow
the results.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

from receiptkit.model.display import printable, shown
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.location import Location
from receiptkit.reports.formats.text import signature_line
from receiptkit.reports.report import About, Report, ReportFormat
from receiptkit.reports.rule_page import home, rule_page
from receiptkit.validation.fingerprint import identity
from receiptkit.validation.summary import Summary

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


_BEGIN = (
    f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", '
    '"runs": [{"columnKind": "unicodeCodePoints", "results": ['
)


class SarifReport(Report):
    """A run with a result for each finding."""

    def __init__(self, out: TextIO, about: About) -> None:
        super().__init__(out, about)
        self._rules: dict[str, int] = {}
        self._separator = ""
        self.out.write(_BEGIN)

    def finding(self, finding: Finding) -> None:
        self.out.write(self._separator + "\n" + json.dumps(self._result(finding)))
        self._separator = ","

    def close(self, summary: Summary) -> None:
        """Write the rules, the limits that were reached, and what could not be read."""
        driver = {
            "name": "receiptkit",
            "version": self.about.version,
            "rules": [self._rule(rule) for rule in self._rules],
        }
        problems = [
            {"level": "error", "message": {"text": printable(problem)}}
            for problem in summary.problems
        ]
        signatures = signature_line(summary)
        notes = [
            {"level": "note", "message": {"text": printable(line)}}
            for line in (*([signatures] if signatures else []), *summary.limits)
        ]
        invocation = {
            "executionSuccessful": not problems,
            "toolExecutionNotifications": [*problems, *notes],
        }
        rest = json.dumps({"tool": {"driver": driver}, "invocations": [invocation]})
        self.out.write("\n], " + rest[1:] + "]}\n")

    def _result(self, finding: Finding) -> dict[str, Any]:
        index = self._rules.setdefault(finding.rule, len(self._rules))
        properties: dict[str, Any] = {"entry": finding.location.entry if finding.location else 0}
        properties |= {"operation": finding.operation} if finding.operation else {}
        properties |= {"value": shown(finding.value)} if self.shows_value(finding) else {}
        return {
            "ruleId": finding.rule,
            "ruleIndex": index,
            "level": _LEVELS[finding.severity],
            "message": {"text": _text(finding)},
            "locations": [_location(finding, self.pointer(finding))],
            "partialFingerprints": {"receiptkit/v2": self._fingerprint(finding)},
            "properties": properties,
        }

    def _fingerprint(self, finding: Finding) -> str:
        # The same whether values are shown or not.
        return identity(finding, self.about.names or ()).digest

    def _rule(self, rule: str) -> dict[str, Any]:
        text = self.about.rule(rule)
        if text is None:
            return {"id": rule}
        return {
            "id": rule,
            "shortDescription": {"text": text.title},
            "fullDescription": {"text": text.why},
            "help": {"text": f"{text.why} {text.action} Source: {text.grounding}."},
            # SARIF wants an absolute address.
            **({"helpUri": rule_page(rule)} if home() else {}),
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


def _location(finding: Finding, pointer: str) -> dict[str, Any]:
    location = finding.location or Location()
    described: dict[str, Any] = (
        {"logicalLocations": [{"fullyQualifiedName": printable(pointer)}]} if pointer else {}
    )
    if location.file:
        place: dict[str, Any] = {"artifactLocation": {"uri": _uri(location.file)}}
        if location.line is not None:
            place["region"] = {"startLine": location.line, "startColumn": location.column or 1}
        described["physicalLocation"] = place
    return described


def _uri(file: str) -> str:
    """
    Return a relative path as a relative reference, which code scanning resolves from the
    repository's root.
    """
    if os.path.isabs(file):
        return Path(file).as_uri()
    return quote(os.path.normpath(file).replace(os.sep, "/").encode("utf-8", "surrogateescape"))


FORMAT = ReportFormat(
    "SARIF 2.1.0 for code scanning",
    SarifReport,
    lambda head, tail: head.startswith(_BEGIN.encode()),
)
