"""The finding: the only currency between the layers."""

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


#: Stands for "there is no value to show": the finding is about something absent.
NO_VALUE: Any = _NoValue()


class Severity(str, Enum):
    """How bad a finding is. Compares by weight through `rank`; its value is its name in reports."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return _RANK[self]


_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One deviation from the contract, or one thing worth knowing.

    Attributes:
        rule: the id of the rule, such as `schema.enum`; `receiptkit explain ID` says more.
        severity: error, warning or info.
        pointer: RFC 6901 JSON Pointer into the body; empty for the body as a whole and for what is outside of it.
        message: what is wrong, without the offending value.
        hint: what it probably means or what to do, where that is known.
        grounding: which document says so.
        operation: the operationId it was judged as, where known.
        origin: where it was seen; None when a value was judged that came from no file.
        value: the offending value, shown only on request and never part of `repr`; `NO_VALUE` if there is none.
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
