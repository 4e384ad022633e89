"""A rule on the history of a receipt."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.registry import rule
from receiptkit.rules.states import ReceiptHistory, disagreement

_DELIVERED = {"/params/Status": "delivered", "/params/DateUpdated": "2026-03-02T09:15:04.350Z"}


@rule(
    "ours.receipt-history",
    on="receipt history",
    severity=Severity.ERROR,
    title="two statuses of a receipt have the same date",
    why="Each change has its own date.",
    grounding="a test",
    action="Let the date grow.",
    good=Example("webhook"),
    bad=Example("webhook", {}, then=Example("webhook", _DELIVERED)),
)
def same_date(history: ReceiptHistory) -> Iterator[Problem]:
    """Yield a problem for each later state with the date of the first."""
    first = history.states[0]
    for state in history.states[1:]:
        if state.status != first.status and state.updated == first.updated:
            yield disagreement(state, "date_updated", "the date is the same", first)
