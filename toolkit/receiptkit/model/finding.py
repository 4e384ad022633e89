"""The finding, which every room above the rules passes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from receiptkit.model.location import Location


class _NoValue:
    __slots__ = ()

    def __repr__(self) -> str:
        return "NO_VALUE"

    def __reduce__(self) -> str:
        # There is one in each process.
        return "NO_VALUE"


#: No value to show: the finding is about something absent.
NO_VALUE: Any = _NoValue()


class Severity(str, Enum):
    """The severity of a finding; its value is its name in reports, `rank` its weight."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Return 0 for info, 1 for warning, 2 for error."""
        return _RANK[self]


_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One deviation from the contract, or one thing worth knowing.

    Attributes:
        rule: the id of the rule, such as `schema.enum`; `receiptkit explain ID` says more.
        severity: error, warning or info.
        pointer: RFC 6901 JSON Pointer into the body; empty for the whole body or what is outside.
        message: what is wrong, without the offending value.
        hint: the likely meaning or what to do, if that is known.
        grounding: the document that says so.
        operation: the operationId it was checked as, if known.
        location: the place in the capture; None for a value that came from no file.
        value: the offending value, shown only on request and never part of `repr`; `NO_VALUE`
            without one.
    """

    rule: str
    severity: Severity
    pointer: str
    message: str
    hint: str | None = None
    grounding: str = ""
    operation: str | None = None
    location: Location | None = None
    value: Any = field(default=NO_VALUE, repr=False, compare=False)
