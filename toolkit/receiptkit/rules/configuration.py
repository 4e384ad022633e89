"""Rules about the webhook configuration: by itself, which the document carries, and of an account beside those of its services."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import ABSENT, Example
from receiptkit.rules.grounds import GUIDE, OPENAPI
from receiptkit.rules.registry import rule
from receiptkit.rules.states import Configured

_OF_A_SERVICE = Example(
    "configuration",
    {
        "/chat_service_sid": "IS1d5f2a7b4c6e8f90a1b2c3d4e5f60718",
        "/target": ABSENT,
        "/url": "https://conversations.twilio.com/v1/Services/IS1d5f2a7b4c6e8f90a1b2c3d4e5f60718/Configuration/Webhooks",
    },
)


rule(
    "configuration.not-subscribed",
    on="configuration",
    severity=Severity.INFO,
    title="webhooks are configured, but onDeliveryUpdated is not among the filters",
    why="No delivery webhook will be sent. The guide's own sample has this gap.",
    grounding=f"{GUIDE}, sample; {OPENAPI}, Filters",
    action="Add onDeliveryUpdated to Filters if you rely on delivery webhooks.",
    good=Example("configuration"),
    bad=Example("configuration", {"/filters": ["onMessageAdded"]}),
)

rule(
    "configuration.unknown-filter",
    on="configuration",
    severity=Severity.WARNING,
    title="not an event that a webhook can be configured for",
    why="A filter that names no event is never sent. The names are documented in prose, so this is no error.",
    grounding=f"{OPENAPI}, description of Filters",
    action="Use a name of the list, such as onDeliveryUpdated.",
    good=Example("configuration"),
    bad=Example("configuration", {"/filters": ["onDeliveryUpdated", "onMessageSent"]}),
)

rule(
    "configuration.insecure-url",
    on="configuration",
    severity=Severity.WARNING,
    title="webhooks go over plain http",
    why="Everyone on the way can read them, and replay them with their signature.",
    grounding="Twilio's webhook security page",
    action="Use https.",
    good=Example("configuration"),
    bad=Example("configuration", {"/post_webhook_url": "http://example.com/conversations"}),
)

rule(
    "configuration.legacy-path",
    on="configuration",
    severity=Severity.WARNING,
    title="the configuration at its path before 2020-09-21",
    why="/v1/Conversations/Webhooks was renamed to /v1/Configuration/Webhooks; the guide still prints the old one.",
    grounding="twilio-oai changes of 2020-09-21 (1.0.0)",
    action="Use /v1/Configuration/Webhooks.",
    good=Example("configuration"),
    bad=Example(
        "configuration", {"/url": "https://conversations.twilio.com/v1/Conversations/Webhooks"}
    ),
)


@rule(
    "configuration.shadowed",
    on="configuration history",
    severity=Severity.WARNING,
    title="the configuration of a service silences that of the account",
    why="For conversations of a service that has webhooks of its own, only those are called. Whoever waits at the account's URL waits "
    "for ever.",
    grounding='reference page "Per-service webhooks"; live observation of 2026-08',
    action="Let one URL of the service receive onDeliveryUpdated, or clear the service's URLs.",
    good=Example("configuration", then=Example("configuration")),
    bad=Example("configuration", then=_OF_A_SERVICE),
)
def shadowed(configurations: list[Configured]) -> Iterator[Problem]:
    """Yield a problem for an account's webhooks that a service of the account silences."""
    services = [each for each in configurations if each.in_service and each.is_set]
    for each in configurations:
        if not each.in_service and each.wants_receipts and services:
            other = min(service.at for service in services)
            message = "is not called for conversations of a service that has webhooks of its own"
            pointer = f"{each.at.pointer}/post_webhook_url"
            yield Problem(pointer, message, at=each.at, other=other)
