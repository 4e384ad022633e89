"""Something that is wrong, before a profile makes a finding of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from receiptkit.model.finding import NO_VALUE, Severity
from receiptkit.model.location import Arrival


class Problem(NamedTuple):
    """
    One thing that is wrong with a text, a request, a body or a history.

    Attributes:
        pointer: the JSON Pointer of the value concerned; empty for the whole.
        message: what is wrong, without the offending value.
        hint: what it probably means or what to do, where that is known.
        rule: the id of the rule; a check with one rule leaves it to the registry.
        severity: a severity that differs from that of the rule.
        grounding: its source, where that differs from the source of the rule.
        value: the offending value; `NO_VALUE` without one.
        reads: pointers of other values that this rests on; an error at one of them silences it.
        instead: the member that is missing because it has another name here.
        missing: the member that a `required` of the document misses.
        offset: where in a text, in code points from its start.
        at, other: where the observation is, and the one it contradicts, for a problem of a history.
        place: where in the compiled schema the keyword is, for a problem with the schema.
    """

    pointer: str
    message: str
    hint: str | None = None
    rule: str = ""
    severity: Severity | None = None
    grounding: str | None = None
    value: Any = NO_VALUE
    reads: tuple[str, ...] = ()
    instead: str | None = None
    missing: str | None = None
    offset: int = 0
    place: tuple[str | int, ...] | None = None
    at: Arrival | None = None
    other: Arrival | None = None
