"""Rules about webhook configurations, by themselves and of an account beside its services."""

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
        "/url": "https://conversations.twilio.com/v1/Services/"
        "IS1d5f2a7b4c6e8f90a1b2c3d4e5f60718/Configuration/Webhooks",
    },
)


rule(
    "configuration.not-subscribed",
    on="configuration",
    severity=Severity.INFO,
    title="webhooks are configured, but onDeliveryUpdated is not among the filters",
    why="Twilio will send no delivery webhook. The guide's own sample has this gap.",
    grounding=f"{GUIDE}, sample; {OPENAPI}, Filters",
    action="Add onDeliveryUpdated to Filters if you rely on delivery webhooks.",
    good=Example("configuration"),
    bad=Example("configuration", {"/filters": ["onMessageAdded"]}),
)

rule(
    "configuration.unknown-filter",
    on="configuration",
    severity=Severity.WARNING,
    title="the filter names no event that webhooks can be configured for",
    why="Twilio never sends such an event. The names are documented in prose only, so"
    " this is a warning.",
    grounding=f"{OPENAPI}, description of Filters",
    action="Use a documented name, such as onDeliveryUpdated.",
    good=Example("configuration"),
    bad=Example("configuration", {"/filters": ["onMessageSent", "onDeliveryUpdated"]}),
)

rule(
    "configuration.insecure-url",
    on="configuration",
    severity=Severity.WARNING,
    title="the webhook URL uses plain http",
    why="Others on the network can read the webhooks, and send them again with their signature.",
    grounding="Twilio's webhook security page",
    action="Use https.",
    good=Example("configuration"),
    bad=Example("configuration", {"/post_webhook_url": "http://example.com/conversations"}),
)

rule(
    "configuration.legacy-path",
    on="configuration",
    severity=Severity.WARNING,
    title="old path; use /v1/Configuration/Webhooks (renamed 2020-09-21)",
    why="/v1/Conversations/Webhooks was renamed to /v1/Configuration/Webhooks. The "
    "guide still shows the old path.",
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
    title="a service's configuration silences the account's",
    why="For conversations of a service with its own webhooks, Twilio calls only "
    "those. The account's URL receives nothing.",
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
            message = (
                "Twilio does not call this URL for conversations of a service with its own webhooks"
            )
            pointer = f"{each.at.pointer}/post_webhook_url"
            yield Problem(pointer, message, at=each.at, other=other)
