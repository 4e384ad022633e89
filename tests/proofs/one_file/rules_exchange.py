"""A rule between a request and its response."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.registry import rule
from receiptkit.rules.views import ExchangeView


@rule(
    "ours.exchange",
    on="exchange",
    severity=Severity.ERROR,
    title="the response echoes the method",
    why="Twilio does not do that.",
    grounding="a test",
    action="Remove it.",
    good=Example("exchange"),
    bad=Example("exchange", {"/response/body/method": "GET"}),
)
def echo(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a body with the method of its request."""
    if exchange.body.get("method") == exchange.request.method:
        yield Problem("/method", "the response echoes the method")
