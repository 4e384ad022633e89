"""The words for a violation: message and hint. Imported when there is one."""

from receiptkit.model.problem import Problem
from receiptkit.schema.hints import hint
from receiptkit.schema.messages import message
from receiptkit.schema.trace import Violation

__all__ = ["hint", "message", "problem"]


def problem(violation: Violation) -> Problem:
    """Return the problem of a violation, in words."""
    return Problem(
        violation.pointer,
        message(violation),
        hint(violation),
        rule=violation.rule,
        severity=violation.severity,
        grounding=violation.source,
        value=violation.value,
        missing=violation.name if violation.keyword == "required" else None,
        place=violation.place,
    )
