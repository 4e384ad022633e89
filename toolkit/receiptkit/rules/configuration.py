"""Rules about the webhook configuration, carried by the document."""

from __future__ import annotations

from receiptkit.findings import Severity
from receiptkit.rules.examples import Example
from receiptkit.rules.rule import GUIDE, OPENAPI, Rule

RULES = (
    Rule(
        id="configuration.not-subscribed",
        severity=Severity.INFO,
        title="webhooks are configured, but onDeliveryUpdated is not among the filters",
        why="No delivery webhook will be sent. The guide's own sample has this gap.",
        grounding=f"{GUIDE}, sample; {OPENAPI}, Filters",
        action="Add onDeliveryUpdated to Filters if you rely on delivery webhooks.",
        good=Example("configuration"),
        bad=Example("configuration", {"/filters": ["onMessageAdded"]}),
    ),
    Rule(
        id="configuration.unknown-filter",
        severity=Severity.WARNING,
        title="not an event that a webhook can be configured for",
        why="A filter that names no event is never sent. The names are documented in prose, so this is no error.",
        grounding=f"{OPENAPI}, description of Filters",
        action="Use a name of the list, such as onDeliveryUpdated.",
        good=Example("configuration"),
        bad=Example("configuration", {"/filters": ["onDeliveryUpdated", "onMessageSent"]}),
    ),
    Rule(
        id="configuration.insecure-url",
        severity=Severity.WARNING,
        title="webhooks go over plain http",
        why="Everyone on the way can read them, and replay them with their signature.",
        grounding="Twilio's webhook security page",
        action="Use https.",
        good=Example("configuration"),
        bad=Example("configuration", {"/post_webhook_url": "http://example.com/conversations"}),
    ),
    Rule(
        id="configuration.legacy-path",
        severity=Severity.WARNING,
        title="the configuration at its path before 2020-09-21",
        why="/v1/Conversations/Webhooks was renamed to /v1/Configuration/Webhooks; the guide still prints the old one.",
        grounding="twilio-oai changes of 2020-09-21 (1.0.0)",
        action="Use /v1/Configuration/Webhooks.",
        good=Example("configuration"),
        bad=Example("configuration", {"/url": "https://conversations.twilio.com/v1/Conversations/Webhooks"}),
    ),
)
