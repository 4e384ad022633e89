"""A report: the number of findings."""

from __future__ import annotations

from receiptkit.model.finding import Finding
from receiptkit.reports.report import Report, ReportFormat
from receiptkit.validation.summary import Summary


class CountReport(Report):
    """Count findings."""

    count = 0

    def finding(self, finding: Finding) -> None:
        self.count += 1

    def close(self, summary: Summary) -> None:
        self.out.write(f"{self.count} findings\n")


FORMAT = ReportFormat("the number of findings", CountReport, lambda head, tail: b"findings" in head)
