"""What makes two findings of two runs the same one, however lines moved in between."""

from __future__ import annotations

import re
from typing import NamedTuple

from receiptkit.findings import Finding

_INDEX = re.compile(r"/[0-9]+(?=/|$)")


class Identity(NamedTuple):
    """
    What of a finding stays when its capture grows.

    Attributes:
        file: the path of the capture.
        rule: the rule.
        pointer: where, `*` standing for the numbers of rows.
        operation: the operationId it was judged as; empty if there is none.
    """

    file: str
    rule: str
    pointer: str
    operation: str

    @property
    def digest(self) -> str:
        """The same as 32 hexadecimal digits."""
        import hashlib

        return hashlib.sha256("\0".join(self).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def without_numbers(pointer: str) -> str:
    """A pointer with `*` for the numbers of rows."""
    return _INDEX.sub("/*", pointer)


def identity(finding: Finding, file: str | None = None) -> Identity:
    """The identity of a finding; `file` is its path, if not as it was given."""
    given = finding.origin.file if finding.origin else ""
    return Identity(given if file is None else file, finding.rule, without_numbers(finding.pointer), finding.operation or "")
