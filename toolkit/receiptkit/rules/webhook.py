"""Rules about webhooks that a schema cannot state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from receiptkit.model import pointers
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import ABSENT, Example, form
from receiptkit.rules.rule import CONVERSATIONS_WEBHOOKS, GUIDE, LIBRARIES, Rule
from receiptkit.text.dates import is_before

#: What consumers and their mocks call parameters, and what they are called.
_NAMES = {
    "DeliveryStatus": "Status",
    "MessageStatus": "Status",
    "ReceiptStatus": "Status",
    "DeliveryRecipientSid": "DeliveryReceiptSid",
    "ReceiptSid": "DeliveryReceiptSid",
    "Sid": "DeliveryReceiptSid",
    "Event": "EventType",
    "Timestamp": "DateUpdated",
}
_CLASSIC = "MessageSid=SM62a47fc091b3d4e5f60718293a4b5c6d&SmsSid=SM62a47fc091b3d4e5f60718293a4b5c6d&SmsStatus=sent&MessageStatus=sent&To=%2B15550100"
_EVENT_STREAM = '{"specversion": "1.0", "type": "com.twilio.conversations.delivery.updated", "id": "1", "data": {}}'

RULES = (
    Rule(
        id="webhook.field-name",
        severity=Severity.ERROR,
        title="a parameter that is called otherwise",
        why="The webhook says the same as the receipt under other names. A mock with names of its own tests a consumer that will find nothing.",
        grounding=f"{CONVERSATIONS_WEBHOOKS}; live request of 2026-08",
        action="In a mock: use the name that the message gives.",
        good=Example("webhook"),
        bad=Example("webhook", {"/params/Status": ABSENT, "/params/DeliveryStatus": "sent"}),
        supersedes=("webhook.unknown-parameter", "schema.additional-properties"),
    ),
    Rule(
        id="webhook.classic-callback",
        severity=Severity.ERROR,
        title="a status callback of Programmable Messaging, not an event of Conversations",
        why="Messages sent through Conversations have no such callbacks; whoever waits for one of these waits for ever.",
        grounding=f"{CONVERSATIONS_WEBHOOKS}; {LIBRARIES}",
        action="In a mock: send onDeliveryUpdated. In a log of both kinds: leave these out.",
        good=Example("webhook"),
        bad=Example("text", text=_CLASSIC),
    ),
    Rule(
        id="webhook.event-stream",
        severity=Severity.ERROR,
        title="an Event Streams envelope of a type that is discontinued",
        why="com.twilio.conversations.delivery.updated cannot be subscribed to any more; delivery events come by webhook only.",
        grounding="Event Streams, list of event types",
        action="Receive onDeliveryUpdated by webhook.",
        good=Example("webhook"),
        bad=Example("text", text=_EVENT_STREAM),
    ),
    Rule(
        id="webhook.other-event",
        severity=Severity.INFO,
        title="a webhook of another event: left unchecked",
        why="One URL receives every event that is configured. The others are acknowledged, not judged.",
        grounding=CONVERSATIONS_WEBHOOKS,
        action="Nothing.",
        good=Example("webhook"),
        bad=Example("webhook", {"/params/EventType": "onMessageAdded"}),
    ),
    Rule(
        id="webhook.unknown-parameter",
        severity=Severity.INFO,
        title="a parameter that nobody documents",
        why="Twilio adds parameters without notice, so a consumer has to ignore what it does not know.",
        grounding='"Webhooks Security" page; live request of 2026-08',
        action="Nothing; if it is new, please report it.",
        good=Example("webhook"),
        bad=Example("webhook", {"/params/Carrier": "x"}),
    ),
    Rule(
        id="webhook.signature-missing",
        severity=Severity.ERROR,
        title="the request is not signed",
        why="Every request of Twilio's has X-Twilio-Signature. One without it comes from somebody else, or a proxy dropped the header.",
        grounding='"Webhooks Security" page',
        action="Refuse it. In a mock: sign it with receiptkit.webhooks.sign. Judged only with --auth-token-env.",
        part="headers",
    ),
    Rule(
        id="webhook.signature",
        severity=Severity.ERROR,
        title="the signature is not that of this request",
        why="It is over the URL as Twilio called it and the parameters as they were sent; a proxy that changes either breaks it.",
        grounding='"Webhooks Security" page; source of Twilio\'s client libraries: request validators',
        action="Validate against the public URL and all values of repeated parameters. Judged only with --auth-token-env.",
        part="headers",
    ),
    Rule(
        id="webhook.repeated-parameter",
        severity=Severity.WARNING,
        title="a parameter came more than once",
        why="Frameworks keep the first, the last, or a list; the signature covers all. Twilio repeats no parameter of this event.",
        grounding=f"{LIBRARIES}: request validators",
        action="See what added it: a proxy, or a log that holds two requests in one. Only the first value was judged.",
        good=Example("webhook"),
        bad=Example("webhook", {"/params/Status": ["sent", "delivered"]}),
    ),
    Rule(
        id="webhook.encoding",
        severity=Severity.WARNING,
        title="a parameter is not encoded as a form is",
        why="A percent sign without two hexadecimal digits, or bytes outside of the charset: frameworks keep, replace or refuse them.",
        grounding="URL standard, application/x-www-form-urlencoded",
        action="Encode the form with a library; log it as it arrived.",
        good=Example("text", text=form()),
        bad=Example("text", text=form() + "&ClientIdentity=100%"),
    ),
    Rule(
        id="webhook.disagrees-with-receipt",
        severity=Severity.WARNING,
        title="a webhook and the receipt say different things of the same status",
        why="They are the same facts under other names. A consumer tested with both of them ends in a state that depends on which it believes.",
        grounding=f"{GUIDE}; live request of 2026-08",
        action="In a mock: make the webhook and the receipt of one world, as `receiptkit generate` does.",
        good=Example("webhook", {"/params/Status": "delivered"}, then=Example("receipt")),
        bad=Example(
            "webhook",
            {"/params/Status": "delivered", "/params/DateCreated": "2026-03-02T09:14:00.120Z"},
            then=Example("receipt"),
        ),
        across=True,
    ),
)


def is_classic_callback(parameters: dict[str, Any]) -> bool:
    """Whether parameters are those of a status callback of Programmable Messaging; an incoming message has a status, too."""
    if "EventType" in parameters or "DeliveryReceiptSid" in parameters:
        return False
    if parameters.get("MessageStatus", parameters.get("SmsStatus")) in ("receiving", "received"):
        return False
    sid = parameters.get("MessageSid")
    return "SmsStatus" in parameters or (
        "MessageStatus" in parameters and isinstance(sid, str) and sid[:2] in ("SM", "MM")
    )


def is_event_stream(body: Any) -> bool:
    """Whether a body is the envelope that Event Streams had for delivery receipts."""
    return (
        isinstance(body, dict)
        and "specversion" in body
        and body.get("type") == "com.twilio.conversations.delivery.updated"
    )


def field_names(parameters: dict[str, Any]) -> Iterator[Problem]:
    """Parameters that are missing under their own name, and stand there under another."""
    for name, right in _NAMES.items():
        if name in parameters and right not in parameters:
            yield Problem(
                f"/{name}",
                f"is called {right} in this event",
                rule="webhook.field-name",
                instead=right,
            )


def sending_problems(repeated: Iterable[str], unsound: Iterable[str]) -> Iterator[Problem]:
    """What is wrong with how the parameters of a webhook were sent, by their names."""
    for name in repeated:
        yield Problem(
            pointers.join([name]),
            "the parameter came more than once; its first value is judged",
            rule="webhook.repeated-parameter",
        )
    for name in unsound:
        yield Problem(
            pointers.join([name]),
            "the parameter is not encoded as a form is",
            rule="webhook.encoding",
        )


def dates(parameters: dict[str, Any]) -> Iterator[Problem]:
    """Whether a receipt that a webhook tells of was updated before it was created."""
    if is_before(parameters.get("DateUpdated"), parameters.get("DateCreated")):
        yield Problem(
            "/DateUpdated",
            "is before DateCreated",
            rule="receipt.updated-before-created",
            value=parameters["DateUpdated"],
            reads=("/DateCreated",),
        )
