"""A rule on parsed texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.registry import rule


@rule(
    "ours.text",
    on="text",
    severity=Severity.ERROR,
    title="the body has a note",
    why="Twilio sends no notes.",
    grounding="a test",
    action="Remove it.",
    good=Example("receipt"),
    bad=Example("receipt", {"/note": "text"}),
)
def note(body: Any) -> Iterator[Problem]:
    """Yield a problem for a body with a note."""
    if isinstance(body, dict) and body.get("note") == "text":
        yield Problem("/note", "the body has a note")
