"""Rules about what a webhook needs to be called at all: by its target, or for events before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import CONVERSATIONS_WEBHOOKS, ERROR_PAGES, OPENAPI
from receiptkit.rules.registry import rule
from receiptkit.rules.views import ResourceView

_CONVERSATION = (
    "https://conversations.twilio.com/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829"
)
_BEFORE = regex("on(?:Message|Conversation|Participant)(?:Add|Update|Remove)|onUserUpdate")
#: What the configuration of a webhook needs, by its target.
_NEEDED = {"webhook": "url", "trigger": "url", "studio": "flow_sid"}
_METHODS = ("get", "post")


def _scoped(**configuration: Any) -> Example:
    """Return the response with the webhook of a conversation."""
    url = f"{_CONVERSATION}/Webhooks/WH51936ebf80a2c3d4e5f60718293a4b5c"
    body = {
        "sid": url.rpartition("/")[2],
        "account_sid": "AC0c4e1f6f3a5b4d7e8f90a1b2c3d4e5f6",
        "conversation_sid": _CONVERSATION.rpartition("/")[2],
        "target": "webhook",
        "url": url,
        "configuration": configuration,
        "date_created": "2026-03-02T09:14:58Z",
        "date_updated": "2026-03-02T09:14:58Z",
    }
    return Example("exchange", {"/request/url": url, "/response/body": body})


@rule(
    "configuration.incomplete",
    on="resource",
    severity=Severity.INFO,
    title="the webhook of a conversation lacks what its target needs",
    why="A webhook or trigger calls a URL by GET or POST, and studio starts a flow. Twilio refuses "
    "to create one without.",
    grounding=f"{OPENAPI}, examples of scoped webhooks; {ERROR_PAGES}, 50055, 50367 and 50369",
    action="In a mock: fill in configuration.url and method, or flow_sid for studio.",
    good=_scoped(url="https://example.com/hook", method="post", filters=["onMessageAdded"]),
    bad=_scoped(url="https://example.com/hook", method="put", filters=["onMessageAdded"]),
)
def incomplete(resource: ResourceView) -> Iterator[Problem]:
    """Yield a problem for a webhook without its URL, flow or method."""
    body, sid = resource.body, resource.body.get("sid")
    target = body.get("target")
    needed = _NEEDED.get(target) if isinstance(target, str) else None
    if needed is None or not isinstance(sid, str) or not sid.startswith("WH"):
        return
    own, at = body.get("configuration"), resource.pointer("configuration")
    if not isinstance(own, dict):
        yield Problem(at, f"configuration must be an object with {needed}")
        return
    if not own.get(needed):
        yield Problem(at, f"a webhook with this target needs {needed}")
        return
    method = own.get("method")
    if isinstance(method, str) and method.lower() not in _METHODS:
        yield Problem(f"{at}/method", "the method of a webhook must be get or post", value=method)


@rule(
    "configuration.no-pre-url",
    on="configuration",
    severity=Severity.INFO,
    title="an event before a change is among the filters, but there is no pre_webhook_url",
    why="Such an event is sent to the URL for events before a change, never to the other one.",
    grounding=f"{OPENAPI}, PreWebhookUrl; {CONVERSATIONS_WEBHOOKS}",
    action="Set PreWebhookUrl, or leave the event out of Filters.",
    good=Example("configuration"),
    bad=Example("configuration", {"/filters": ["onDeliveryUpdated", "onMessageAdd"]}),
)
def no_pre_url(configuration: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for the first such filter of a configuration without that URL."""
    filters = configuration.get("filters")
    # A webhook that is called nowhere has nothing to lose.
    if configuration.get("pre_webhook_url") or not configuration.get("post_webhook_url"):
        return
    for index, name in enumerate(filters if isinstance(filters, list) else ()):
        if isinstance(name, str) and _BEFORE.fullmatch(name):
            message = "an event before a change goes to pre_webhook_url, which is not set"
            yield Problem(f"/filters/{index}", message, value=name)
            return
