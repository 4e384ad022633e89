"""A rule on requests."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.registry import rule
from receiptkit.rules.views import RequestView

_URL = sample("page")["meta"]["url"]


@rule(
    "ours.request",
    on="request",
    severity=Severity.ERROR,
    title="the request asks for debugging",
    why="Twilio has no such parameter.",
    grounding="a test",
    action="Remove it.",
    good=Example("exchange"),
    bad=Example("exchange", {"/request/url": f"{_URL}&Debug=1"}),
)
def debugging(request: RequestView) -> Iterator[Problem]:
    """Yield a problem for a request with Debug=1."""
    if "Debug=1" in request.url:
        yield Problem("", "the request asks for debugging")
