"""What is wrong with a text, where."""

from __future__ import annotations

from typing import NamedTuple


class Defect(NamedTuple):
    """
    Something wrong with a text.

    Attributes:
        rule: the id of the rule it breaks.
        pointer: the value concerned, as a JSON Pointer; empty where the text could not be read that far.
        offset: where, in code points from the start of the text.
        message: what is wrong.
        hint: what to do about it, where that is known.
        severity: the name of a severity that differs from that of the rule.
    """

    rule: str
    pointer: str
    offset: int
    message: str
    hint: str | None = None
    severity: str | None = None
