"""Rules about the delivery summary of a message, carried by the document."""

from __future__ import annotations

from receiptkit.findings import Severity
from receiptkit.rules.examples import Example
from receiptkit.rules.rule import OPENAPI, Rule

RULES = (
    Rule(
        id="delivery.cumulative",
        severity=Severity.WARNING,
        title="the delivery summary contradicts itself",
        why=(
            "Statuses are counted cumulatively: what was read was delivered, what was delivered was sent. With total 0 nothing is"
            " some or all, and all delivered leaves none failed."
        ),
        grounding=f"{OPENAPI}, examples; type definitions of the client SDK",
        action="In a mock: count a read receipt as sent and delivered too.",
        good=Example("message"),
        bad=Example("message", {"/delivery/delivered": "none", "/delivery/read": "some"}),
    ),
)
