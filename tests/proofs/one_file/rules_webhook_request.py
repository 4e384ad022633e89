"""A rule on webhook requests."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.registry import rule
from receiptkit.rules.views import WebhookView


@rule(
    "ours.webhook-request",
    on="webhook request",
    severity=Severity.ERROR,
    title="the webhook was sent to a debug address",
    why="Twilio calls the configured URL.",
    grounding="a test",
    action="Use the configured URL.",
    good=Example("webhook"),
    bad=Example("webhook", {"/url": "https://example.com/debug"}),
)
def debug_address(webhook: WebhookView) -> Iterator[Problem]:
    """Yield a problem for a webhook to a path that ends in /debug."""
    if webhook.request.url.endswith("/debug"):
        yield Problem("", "the webhook was sent to a debug address")
