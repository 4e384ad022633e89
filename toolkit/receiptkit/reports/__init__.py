"""Findings to text, JSON, annotations, XML and SARIF. Reports know findings and a summary of counts, and nothing of how either came about."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TextIO

from receiptkit.reports.report import About, Report

Maker = Callable[[TextIO, About], Report]


def _maker(module: str, name: str) -> Maker:
    """What makes a report; its module is imported when one is made."""

    def make(out: TextIO, about: About) -> Report:
        report: Report = getattr(import_module(f"receiptkit.reports.{module}"), name)(out, about)
        return report

    return make


#: The reports by the name of their format.
REPORTS: dict[str, Maker] = {
    "text": _maker("text", "TextReport"),
    "json": _maker("json_report", "JsonReport"),
    "ndjson": _maker("json_report", "NdjsonReport"),
    "github": _maker("github", "GithubReport"),
    "junit": _maker("junit", "JunitReport"),
    "sarif": _maker("sarif", "SarifReport"),
}

__all__ = ["REPORTS", "About", "Maker", "Report"]
