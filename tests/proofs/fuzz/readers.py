"""
Fuzz captures: any bytes, read as every format, checked, reported.

It looks for an exception other than our own, a crash of a library, a place outside of the file, a control character
in a report.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from receiptkit import Contract
from receiptkit.captures import Limits, Source, readable
from receiptkit.model.finding import Finding
from receiptkit.reports import About, names, report_format
from receiptkit.validation.choices import Choices
from receiptkit.validation.run import Validation

#: The first byte of an input says as what the rest is read.
READ_AS: tuple[tuple[str, ...], ...] = (
    (),
    *((name,) for name in readable()),
    ("json", "receipt"),
    ("json", "page"),
    ("form", "webhook"),
)
_LIMITS = Limits(record=1 << 20, unpacked=1 << 22)
_CONTRACTS = [Contract.load("documented"), Contract.load("strict")]


class Checking:
    """A sink that holds every finding against the file."""

    def __init__(self, data: bytes) -> None:
        self.out = io.StringIO()
        about = About("0", "documented", "", show_values=True, verbosity=1)
        self.reports: list[Any] = [report_format(name).report(self.out, about) for name in names()]
        self._lines = data.count(b"\n") + 1
        self._compressed = data.startswith(b"\x1f\x8b")

    def finding(self, finding: Finding) -> None:
        location = finding.location
        assert location is not None
        assert location.line is not None
        assert location.line >= 1
        assert location.column is not None
        assert location.column >= 1
        # YAML counts U+0085 and U+2028 as line breaks, too, and UTF-16 has no bytes to count.
        assert (
            self._compressed or location.line <= self._lines or not location.file.endswith("json")
        ), location
        for report in self.reports:
            report.finding(finding)

    def end_of_file(self) -> None:
        pass


def captures(data: bytes, folder: Path) -> None:
    """Check the bytes as the first of them says."""
    read_as = READ_AS[data[0] % len(READ_AS)] if data else ()
    contract = _CONTRACTS[data[0] // 128] if data else _CONTRACTS[0]
    path = folder / "input.json"
    path.write_bytes(data[1:])
    sink = Checking(data[1:])
    validation = Validation(contract, Choices(known_as=read_as, limits=_LIMITS))
    summary = validation.run([Source(str(path))], sink)
    for report in sink.reports:
        report.close(summary)
    text = sink.out.getvalue()
    assert all(char.isprintable() or char == "\n" for char in text), (
        "a control character reaches the terminal"
    )
    assert summary.checked + sum(summary.unchecked.values()) == summary.observations
    assert all("\n" not in problem for problem in summary.problems)
