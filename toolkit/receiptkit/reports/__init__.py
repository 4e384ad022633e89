"""
Findings and counts to text, JSON, annotations, XML and SARIF. Reports do not know where either came
from.
"""

from receiptkit.reports.report import About, Report, ReportFormat, names, report_format

__all__ = ["About", "Report", "ReportFormat", "names", "report_format"]
