"""The report `gitlab`: code quality of GitLab, for the widget and the diff of a merge request."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from typing import Any, TextIO

from receiptkit.model.display import printable
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.location import Location
from receiptkit.reports.report import About, Report, ReportFormat
from receiptkit.validation.fingerprint import identity
from receiptkit.validation.summary import Summary

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}
_EMPTY, _BEGIN = b"[\n]", b'[\n{"type": "issue", "check_name": "receiptkit '


class GitlabReport(Report):
    """
    A list of issues. GitLab drops all but one of those with the same fingerprint, so each has its
    own.
    """

    def __init__(self, out: TextIO, about: About) -> None:
        super().__init__(out, about)
        self._seen: Counter[str] = Counter()
        self._separator = "\n"
        self.out.write("[")

    def finding(self, finding: Finding) -> None:
        self.out.write(self._separator + json.dumps(self._issue(finding)))
        self._separator = ",\n"

    def close(self, summary: Summary) -> None:
        self.out.write("\n]\n")

    def _issue(self, finding: Finding) -> dict[str, Any]:
        location = finding.location or Location()
        hint = f" Hint: {finding.hint}" if finding.hint else ""
        path = location.file
        if not os.path.isabs(path):
            path = os.path.normpath(path).replace(os.sep, "/")
        return {
            "type": "issue",
            "check_name": f"receiptkit {finding.rule}",
            "description": printable(f"{self.pointer(finding)} {finding.message}{hint}".lstrip()),
            "severity": _SEVERITIES[finding.severity],
            "fingerprint": self._fingerprint(finding),
            "location": {"path": printable(path), "lines": {"begin": location.line or 1}},
        }

    def _fingerprint(self, finding: Finding) -> str:
        # The same whether values are shown or not.
        digest = identity(finding, self.about.names or ()).digest
        self._seen[digest] += 1
        return hashlib.sha256(f"{digest} {self._seen[digest]}".encode()).hexdigest()[:32]


FORMAT = ReportFormat(
    "code quality of GitLab",
    GitlabReport,
    lambda head, tail: head.startswith(_BEGIN) or head.strip() == _EMPTY,
)
