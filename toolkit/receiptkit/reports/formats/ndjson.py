"""The report `ndjson`: a finding a line, then a line with the summary."""

from __future__ import annotations

import json

from receiptkit.model.finding import Finding
from receiptkit.reports.formats.json import JsonReport, closing
from receiptkit.reports.report import ReportFormat
from receiptkit.validation.summary import Summary

_CLOSING = b'{"version": 1, "tool": {"name": "receiptkit", '


class NdjsonReport(JsonReport):
    """Lines of JSON, each complete when it is written."""

    def finding(self, finding: Finding) -> None:
        self.out.write(json.dumps(self.described(finding)) + "\n")

    def close(self, summary: Summary) -> None:
        self.out.write(json.dumps({**self.head(), **closing(summary)}) + "\n")


def _recognises(head: bytes, tail: bytes) -> bool:
    last = tail.rstrip(b"\n").rpartition(b"\n")[2]
    closes = last.startswith(_CLOSING) and last.endswith(b"}}")
    # The last line may be longer than what is looked at.
    return head.startswith((b'{"rule": ', _CLOSING)) and (closes or b"\n" not in tail.rstrip(b"\n"))


FORMAT = ReportFormat("one finding a line, the summary last", NdjsonReport, _recognises)
