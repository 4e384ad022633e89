"""Rules about webhook configurations: alone, as answers, and of an account beside its services."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import ABSENT, Example, sample
from receiptkit.rules.grounds import CONVERSATIONS_WEBHOOKS, GUIDE, LIBRARIES, OPENAPI
from receiptkit.rules.registry import rule
from receiptkit.rules.request import parameter
from receiptkit.rules.request_names import form_of_another_kind
from receiptkit.rules.states import Configured
from receiptkit.rules.views import ExchangeView

_OF_A_SERVICE = Example(
    "configuration",
    {
        "/chat_service_sid": "IS1d5f2a7b4c6e8f90a1b2c3d4e5f60718",
        "/target": ABSENT,
        "/url": "https://conversations.twilio.com/v1/Services/"
        "IS1d5f2a7b4c6e8f90a1b2c3d4e5f60718/Configuration/Webhooks",
    },
)

_ANSWER = sample("configuration")
_SENT = {
    "/request/method": "POST",
    "/request/url": _ANSWER["url"],
    "/request/headers": {"Content-Type": "application/x-www-form-urlencoded"},
    "/request/body": "Filters=onDeliveryUpdated&Method=POST",
    "/response/body": _ANSWER,
}
_MEMBERS = {
    "Method": "method",
    "PreWebhookUrl": "pre_webhook_url",
    "PostWebhookUrl": "post_webhook_url",
    "Target": "target",
}


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
    "configuration.no-post-url",
    on="configuration",
    severity=Severity.INFO,
    title="onDeliveryUpdated is among the filters, but there is no post_webhook_url",
    why="The event is sent after a change, to the URL for events after. The URL for events before "
    "never receives it.",
    grounding=f"{OPENAPI}, PostWebhookUrl; {CONVERSATIONS_WEBHOOKS}",
    action="Set PostWebhookUrl if you rely on delivery webhooks.",
    good=Example("configuration"),
    bad=Example(
        "configuration",
        {"/post_webhook_url": None, "/pre_webhook_url": "https://example.com/before"},
    ),
)

rule(
    "configuration.unknown-filter",
    on="configuration",
    severity=Severity.WARNING,
    title="a filter is not an event that webhooks can subscribe to",
    message="the filter is not an event that webhooks can subscribe to",
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
    why="Others on the network can read the webhooks, and send them again with their signature. "
    "A URL of the same machine, as tests have it, is not reported.",
    grounding="Twilio's webhook security page",
    action="Use https.",
    good=Example("configuration"),
    bad=Example("configuration", {"/post_webhook_url": "http://example.com/conversations"}),
)

rule(
    "configuration.legacy-path",
    on="configuration",
    severity=Severity.WARNING,
    title="the configuration is at its old path; use /v1/Configuration/Webhooks "
    "(renamed 2020-09-21)",
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
            message = "a service with its own webhooks replaces this URL for its conversations"
            pointer = f"{each.at.pointer}/post_webhook_url"
            yield Problem(pointer, message, at=each.at, other=other)


@rule(
    "configuration.not-what-was-sent",
    on="exchange",
    severity=Severity.INFO,
    title="the configuration differs from what the request sent",
    why="Twilio returns the updated configuration. A mock with a fixed response hides what an "
    "application sends wrongly.",
    grounding=f"{OPENAPI}, UpdateConfigurationWebhook; {LIBRARIES}",
    action="In a mock: keep what is sent, and return it.",
    good=Example("exchange", _SENT),
    bad=Example("exchange", {**_SENT, "/request/body": "Filters=onMessageAdded"}),
)
def not_what_was_sent(exchange: ExchangeView) -> Iterator[Problem]:
    """
    Yield a problem for each member of a configuration that differs from the form.

    Blank fields remove a value, and its replacement is not documented.
    """
    form = exchange.request.form if exchange.kind == "configuration" else {}
    # What Twilio makes of a mistaken request is not known.
    if not form or any(parameter(exchange.request)) or any(form_of_another_kind(exchange.request)):
        return
    for name, member in _MEMBERS.items():
        sent, found = form.get(name, [""])[-1], exchange.body.get(member)
        if sent and sent.lower() != str(found).lower():
            yield _problem(member, found)
    wanted, filters = set(filter(None, form.get("Filters", ()))), exchange.body.get("filters")
    if wanted and wanted != set(map(str, filters if isinstance(filters, list) else ())):
        yield _problem("filters", filters)


def _problem(member: str, found: object) -> Problem:
    return Problem(f"/{member}", f"{member} differs from what the request sent", value=found)
