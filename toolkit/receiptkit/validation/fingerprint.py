"""What makes two findings of two runs the same one, however lines moved in between."""

from __future__ import annotations

import re
from typing import NamedTuple

from receiptkit.model.finding import Finding

_INDEX = re.compile(r"/[0-9]+(?=/|$)")
_NUMBER = re.compile(r"(?<![\w`])[0-9]+(?![\w`])")
_COMPARED = re.compile(r" \(compare [^)]*\)$")


class Identity(NamedTuple):
    """
    What of a finding stays when its capture grows.

    Attributes:
        file: the path of the capture.
        rule: the rule.
        pointer: where, `*` standing for the numbers of rows.
        operation: the operationId it was judged as; empty if there is none.
        message: what is said, `*` standing for numbers, and without where else to look.
    """

    file: str
    rule: str
    pointer: str
    operation: str
    message: str

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
    given = finding.location.file if finding.location else ""
    message = _NUMBER.sub("*", _COMPARED.sub("", finding.message))
    file = given if file is None else file
    return Identity(
        file, finding.rule, without_numbers(finding.pointer), finding.operation or "", message
    )
