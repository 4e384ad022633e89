"""The result of checking one observation."""

from __future__ import annotations

from collections import Counter
from typing import Any

from receiptkit.model.exchange import Part
from receiptkit.model.finding import Finding


class Result:
    """
    The result of checking one observation.

    Attributes:
        findings: what was found; their locations are not yet known.
        operation: the operationId it was checked as, if one was found.
        unchecked: why the body was not checked; None if it was.
        part: the part of the exchange that pointers of the findings lead into.
        signature_unjudged: why the signature of a request could not be judged; empty if it was,
            None if it was not to be.
        kind, body: the kind and the parsed body of what histories compare; None for others.
        requested: the URL of the request on Twilio's base; None if it is unknown.
        left_out: how much was not checked, by the names of the limits that were reached.
    """

    __slots__ = (
        "body",
        "findings",
        "kind",
        "left_out",
        "operation",
        "part",
        "requested",
        "signature_unjudged",
        "unchecked",
    )

    def __init__(
        self,
        findings: list[Finding] | None = None,
        operation: str | None = None,
        unchecked: str | None = None,
        part: Part = "response",
        kind: str | None = None,
        body: Any = None,
    ) -> None:
        self.findings = [] if findings is None else findings
        self.operation = operation
        self.unchecked = unchecked
        self.part: Part = part
        self.signature_unjudged: str | None = None
        self.kind = kind
        self.body = body
        self.requested: str | None = None
        self.left_out: Counter[str] = Counter()
