"""Recognise a finding of an earlier run, although lines moved in between."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from receiptkit.model.display import public_pointer
from receiptkit.model.finding import Finding
from receiptkit.model.regex import regex

_INDEX = regex(r"/[0-9]+(?=/|$)")
#: The replacements of a number and of a name, as in a baseline.
_FIXED = regex(r"(/\*|/<name, [0-9]+ characters?>(?=/|$))")


class Identity(NamedTuple):
    """
    The parts of a finding that stay when its capture grows. The message is no part of it: its
    wording may change.

    Attributes:
        file: the path of the capture.
        rule: the rule.
        pointer: the JSON Pointer, with `*` for the numbers of rows.
        operation: the operationId that it was checked as; empty without one.
    """

    file: str
    rule: str
    pointer: str
    operation: str

    @property
    def digest(self) -> str:
        """Return the identity as 32 hexadecimal digits."""
        import hashlib

        return hashlib.sha256("\0".join(self).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def without_numbers(pointer: str) -> str:
    """Return a pointer with `*` for the numbers of rows."""
    return _INDEX.sub("/*", pointer)


def masked_pointer(pointer: str, names: Container[str]) -> str:
    """Return a pointer as an identity holds it: no numbers of rows, and no names but these."""
    parts = _FIXED.split(without_numbers(pointer))
    parts[::2] = [public_pointer(part, names) for part in parts[::2]]
    return "".join(parts)


def identity(finding: Finding, names: Container[str], file: str | None = None) -> Identity:
    """
    Return the identity of a finding.

    Args:
        finding: the finding.
        names: the names that may be shown; others are masked.
        file: the path to use instead of that of the finding.
    """
    own = finding.location.file if finding.location else ""
    return Identity(
        own if file is None else file,
        finding.rule,
        masked_pointer(finding.pointer, names),
        finding.operation or "",
    )
