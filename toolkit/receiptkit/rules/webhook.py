"""Rules about webhooks that a schema cannot state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.model import pointers
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import ABSENT, Example, form
from receiptkit.rules.grounds import CONVERSATIONS_WEBHOOKS, LIBRARIES
from receiptkit.rules.registry import rule
from receiptkit.rules.views import EVENT, ReceiptView, UncheckedView, WebhookView

#: Names that consumers and their mocks give to parameters, and the right ones.
MISNOMERS = {
    "DeliveryStatus": "Status",
    "MessageStatus": "Status",
    "ReceiptStatus": "Status",
    "DeliveryRecipientSid": "DeliveryReceiptSid",
    "ReceiptSid": "DeliveryReceiptSid",
    "Sid": "DeliveryReceiptSid",
    "Event": "EventType",
    "Timestamp": "DateUpdated",
}
_CLASSIC = (
    "MessageSid=SM62a47fc091b3d4e5f60718293a4b5c6d&SmsSid=SM62a47fc091b3d4e5f60718293a4b5c6d"
    "&SmsStatus=sent&MessageStatus=sent&To=%2B15550100"
)
_EVENT_STREAM = (
    '{"specversion": "1.0", "type": "com.twilio.conversations.delivery.updated",'
    ' "id": "1", "data": {}}'
)


@rule(
    "webhook.field-name",
    on="webhook",
    severity=Severity.ERROR,
    title="a parameter has the wrong name",
    why="The webhook has the facts of the receipt under other names. With a mock's "
    "own names, an application finds nothing in the real webhook.",
    grounding=f"{CONVERSATIONS_WEBHOOKS}; live request of 2026-08",
    action="In a mock: use the name in the message.",
    good=Example("webhook"),
    bad=Example("webhook", {"/params/Status": ABSENT, "/params/DeliveryStatus": "sent"}),
    supersedes=("webhook.unknown-parameter", "schema.additional-properties"),
)
def field_name(webhook: ReceiptView) -> Iterator[Problem]:
    """Yield a problem for each parameter that has another name than the webhook gives it."""
    for name, right in MISNOMERS.items():
        if name in webhook.body and right not in webhook.body:
            yield Problem(
                f"/{name}",
                f"unknown parameter {name}; this webhook calls it `{right}`",
                instead=right,
            )


@rule(
    "webhook.classic-callback",
    on="payload",
    severity=Severity.ERROR,
    title="this is a status callback of Programmable Messaging, not a Conversations webhook",
    why="Messages sent through Conversations have no such callbacks. An application "
    "that waits for one waits for ever.",
    grounding=f"{CONVERSATIONS_WEBHOOKS}; {LIBRARIES}",
    action="In a mock: send onDeliveryUpdated. In a log of both kinds: leave these out.",
    good=Example("webhook"),
    bad=Example("text", text=_CLASSIC),
)
def classic_callback(payload: Any) -> Iterator[Problem]:
    """Yield a problem for the status callback of a message; incoming messages have one too."""
    if not isinstance(payload, dict) or "DeliveryReceiptSid" in payload:
        return
    # Callbacks of WhatsApp and RCS have other EventTypes: DELIVERED, READ …
    if _is_conversations_event(payload.get("EventType")):
        return
    if payload.get("MessageStatus", payload.get("SmsStatus")) in ("receiving", "received"):
        return
    sid = payload.get("MessageSid")
    of_message = isinstance(sid, str) and sid[:2] in ("SM", "MM")
    if "SmsStatus" in payload or ("MessageStatus" in payload and of_message):
        message = "this is a status callback of Programmable Messaging, not a Conversations webhook"
        yield Problem("", message)


@rule(
    "webhook.event-stream",
    on="payload",
    severity=Severity.ERROR,
    title="Event Streams no longer sends this type; receive onDeliveryUpdated by webhook",
    why="com.twilio.conversations.delivery.updated can no longer be subscribed to. "
    "Delivery events come by webhook only.",
    grounding="Event Streams, list of event types",
    action="Receive onDeliveryUpdated by webhook.",
    good=Example("webhook"),
    bad=Example("text", text=_EVENT_STREAM),
)
def event_stream(payload: Any) -> Iterator[Problem]:
    """Yield a problem for the envelope that Event Streams had for delivery receipts."""
    events = payload if isinstance(payload, list) else [payload]
    for event in events:
        if (
            isinstance(event, dict)
            and "specversion" in event
            and event.get("type") == "com.twilio.conversations.delivery.updated"
        ):
            message = (
                "Event Streams no longer sends this type; receive onDeliveryUpdated by webhook"
            )
            yield Problem("", message)
            return


def _is_conversations_event(event: Any) -> bool:
    return isinstance(event, str) and EVENT.fullmatch(event) is not None


@rule(
    "webhook.other-event",
    on="unchecked",
    severity=Severity.INFO,
    title="the event is not onDeliveryUpdated; skipped",
    why="One URL receives every configured event. Only onDeliveryUpdated is checked.",
    grounding=CONVERSATIONS_WEBHOOKS,
    action="Ignore it.",
    good=Example("webhook"),
    bad=Example("webhook", {"/params/EventType": "onMessageAdded"}),
)
def other_event(unchecked: UncheckedView) -> Iterator[Problem]:
    """Yield a problem for a webhook of an event that is not judged."""
    if unchecked.cause == "event":
        yield Problem("", "the event is not onDeliveryUpdated; skipped")


rule(
    "webhook.unknown-parameter",
    on="webhook",
    severity=Severity.INFO,
    title="the parameter is not documented",
    why="Twilio adds parameters without notice, so an application must ignore unknown ones.",
    grounding='"Webhooks Security" page; live request of 2026-08',
    action="Ignore it.",
    good=Example("webhook"),
    bad=Example("webhook", {"/params/Carrier": "x"}),
)


@rule(
    "webhook.repeated-parameter",
    on="webhook request",
    severity=Severity.WARNING,
    title="a parameter arrived more than once",
    why="Frameworks keep the first value, the last, or a list; the signature covers "
    "all. Twilio repeats no parameter of this event.",
    grounding=f"{LIBRARIES}: request validators",
    action="Find what added it: a proxy, or a log that merges two requests. Only the "
    "first value is checked.",
    good=Example("webhook"),
    bad=Example("webhook", {"/params/Status": ["sent", "delivered"]}),
)
def repeated_parameter(webhook: WebhookView) -> Iterator[Problem]:
    """Yield a problem for each parameter that came more than once."""
    for name in webhook.repeated:
        message = "the parameter arrived more than once; only its first value is checked"
        yield Problem(pointers.join([name]), message)


@rule(
    "webhook.encoding",
    on="webhook request",
    severity=Severity.WARNING,
    title="a parameter is not encoded as form data",
    why="Frameworks keep, replace or refuse a percent sign without two hexadecimal "
    "digits, or bytes outside the charset.",
    grounding="URL standard, application/x-www-form-urlencoded",
    action="Encode the form with a library; log it as it arrived.",
    good=Example("text", text=form()),
    bad=Example("text", text=form() + "&ClientIdentity=100%"),
)
def encoding(webhook: WebhookView) -> Iterator[Problem]:
    """Yield a problem for each parameter that is not encoded as a form is."""
    for name in webhook.badly_encoded:
        message = "the parameter is not encoded as form data; percent-encode it"
        yield Problem(pointers.join([name]), message)
