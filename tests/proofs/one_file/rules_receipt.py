"""A rule on receipts."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.registry import rule
from receiptkit.rules.views import ReceiptView


@rule(
    "ours.receipt",
    on="receipt",
    exact=True,
    severity=Severity.ERROR,
    title="participant and message have the same digits",
    why="Mocks that cut SIDs from one template do this.",
    grounding="a test",
    action="Draw each SID by itself.",
    good=Example("receipt"),
    bad=Example("receipt", {"/participant_sid": f"MB{sample('receipt')['message_sid'][2:]}"}),
)
def same_digits(receipt: ReceiptView) -> Iterator[Problem]:
    """Yield a problem for a receipt whose participant has the digits of its message."""
    one, other = receipt.get("participant_sid"), receipt.get("message_sid")
    if isinstance(one, str) and isinstance(other, str) and one[2:] == other[2:]:
        yield Problem(receipt.pointer("participant_sid"), "participant_sid repeats message_sid")
