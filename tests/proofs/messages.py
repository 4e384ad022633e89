"""Write `tests/proofs/messages.txt`, the messages of every breakage.

Run `python tests/proofs/messages.py`, and read the difference before you commit it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from receiptkit import Finding
from receiptkit.corpus import check_capture
from receiptkit.generation import Generator
from receiptkit.generation.breakage import operation_of
from receiptkit.generation.breakages import breakages, capture_breakages

FILE = Path(__file__).with_name("messages.txt")


def messages(generator: Generator) -> str:
    """Return a finding a line: severity, rule, place, message and hint."""
    return "".join(f"{line}\n" for line in dict.fromkeys(_lines(generator)))


def _lines(generator: Generator) -> Iterator[str]:
    for each in breakages(generator):
        operation = operation_of(generator, each.kind, in_service=each.in_service)
        yield from (
            _line(finding)
            for finding in generator.contract.check(each.body(generator), operation=operation)
        )
    for capture in capture_breakages(generator):
        yield from (
            _line(finding)
            for finding in check_capture(generator.contract, capture, capture.capture(generator))
        )


def _line(finding: Finding) -> str:
    hint = f" ({finding.hint})" if finding.hint else ""
    return (
        f"{finding.severity.value} {finding.rule} {finding.pointer or '-'}: {finding.message}{hint}"
    )


if __name__ == "__main__":
    FILE.write_text(messages(Generator()), encoding="utf-8")
