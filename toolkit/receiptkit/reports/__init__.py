"""Findings to text and JSON. Reports know findings and a summary of counts, and nothing of how either came about."""

from receiptkit.reports.json_report import JsonReport, NdjsonReport
from receiptkit.reports.report import About, Report
from receiptkit.reports.text import TextReport

#: The reports by the name of their format.
REPORTS: dict[str, type[Report]] = {"text": TextReport, "json": JsonReport, "ndjson": NdjsonReport}

__all__ = ["REPORTS", "About", "Report"]
