"""Rules about how a webhook request is sent, and about webhooks under other names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.model.display import without_case
from receiptkit.model.exchange import text_of
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import ABSENT, Example, form
from receiptkit.rules.grounds import CONVERSATIONS_WEBHOOKS, OPENAPI
from receiptkit.rules.registry import also, rule
from receiptkit.rules.views import WEBHOOK_NAMES, ReceiptView, WebhookView
from receiptkit.text.forms import FORM

_METHODS = ("POST", "GET")
_EVENT = "onDeliveryUpdated"
#: What every form of this event has in it.
_SENT = b"EventType="
#: The parameters of the event without underscores, in lower case.
_PLAIN_NAMES = {
    name.lower(): name for name in (*WEBHOOK_NAMES.values(), "EventType", "RetryCount", "Source")
}
#: This many parameters under other names make a request another application's webhook.
_MOST_LIKELY = 5


@rule(
    "webhook.method",
    on="webhook request",
    severity=Severity.ERROR,
    title="a webhook was sent by another method than POST or GET",
    why="The configuration allows only these two methods. An application tested with another "
    "one may refuse what Twilio sends.",
    grounding=f"{OPENAPI}, Method of Configuration/Webhooks",
    action="In a mock: send the request by POST, or by GET with the parameters in the query.",
    good=Example("webhook"),
    bad=Example("webhook", {"/method": "PUT"}),
    part="url",
)
def method(webhook: WebhookView) -> Iterator[Problem]:
    """Yield a problem for another method than POST or GET, and for GET with a form as its body."""
    found = webhook.request.method.upper()
    if found and found not in _METHODS:
        yield Problem("", "the method is neither POST nor GET", value=found)
    elif found == "GET" and _SENT in (text_of(webhook.request.body) or b""):
        message = "a GET must have its parameters in the query, not in a form"
        yield Problem("", message, severity=Severity.WARNING, value=found)


@rule(
    "webhook.media-type",
    on="webhook request",
    severity=Severity.ERROR,
    title="the Content-Type of a webhook is not that of a form",
    why="Frameworks choose the parser by Content-Type. An application tested with JSON finds "
    "no parameters in what Twilio sends.",
    grounding=f"{CONVERSATIONS_WEBHOOKS}; live request of 2026-08",
    action=f"In a mock: send the parameters as a form, with Content-Type: {FORM}.",
    good=Example(
        "webhook",
        {
            "/params": ABSENT,
            "/headers": {"Content-Type": f"{FORM}; charset=utf-8"},
            "/body": form(),
        },
    ),
    bad=Example(
        "webhook",
        {"/params": ABSENT, "/headers": {"Content-Type": "text/plain"}, "/body": form()},
    ),
    part="headers",
)
def media_type(webhook: WebhookView) -> Iterator[Problem]:
    """Yield a problem for a body whose own Content-Type is not that of a form."""
    request = webhook.request
    raw, content_type = text_of(request.body), request.header("content-type")
    if raw is None or not raw.strip() or content_type is None or request.method.upper() == "GET":
        return
    if content_type.partition(";")[0].strip().lower() != FORM:
        yield Problem("", f"Content-Type is not {FORM}", value=content_type)


@rule(
    "webhook.event-case",
    on="webhook",
    severity=Severity.WARNING,
    title="the event is written with other upper and lower case",
    why="Twilio sends onDeliveryUpdated. An application that compares exactly ignores this event.",
    grounding=CONVERSATIONS_WEBHOOKS,
    action="In a mock: send onDeliveryUpdated.",
    good=Example("webhook"),
    bad=Example("webhook", {"/params/EventType": "ondeliveryupdated"}),
    supersedes=("schema.enum", "schema.const"),
)
def event_case(webhook: ReceiptView) -> Iterator[Problem]:
    """Yield a problem for the name of the event in another case."""
    event = webhook.body.get("EventType")
    if isinstance(event, str) and event != _EVENT and event.lower() == _EVENT.lower():
        yield Problem(
            "/EventType", f"EventType must be exactly `{_EVENT}`; case matters", value=event
        )


@also("webhook.field-name", on="payload")
def names_of_its_own(payload: Any) -> Iterator[Problem]:
    """Yield a problem for a webhook with other spellings, such as delivery_receipt_sid."""
    if not isinstance(payload, dict) or "EventType" in payload or "DeliveryReceiptSid" in payload:
        return
    if _EVENT not in payload.values():
        return
    meant = {without_case(name): name for name in payload if isinstance(name, str)}
    known = [name for name in meant if name in _PLAIN_NAMES]
    event = payload.get(meant.get("eventtype"))
    if event != _EVENT or len(known) < _MOST_LIKELY:
        return
    shown = "EventType, DeliveryReceiptSid, Status"
    message = f"the parameters have other spellings; this webhook calls them {shown} …"
    yield Problem("", message)
