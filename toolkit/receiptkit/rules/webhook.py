"""Rules about webhooks that a schema cannot state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from receiptkit import pointers
from receiptkit.findings import Severity
from receiptkit.rules.dates import is_before
from receiptkit.rules.examples import Example, form
from receiptkit.rules.rule import LIBRARIES, Breach, Rule

RULES = (
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
)


def delivery_breaches(repeated: Iterable[str], unsound: Iterable[str]) -> Iterator[Breach]:
    """What is wrong with how the parameters of a webhook were sent, by their names."""
    for name in repeated:
        yield Breach(
            "webhook.repeated-parameter", pointers.join([name]), "the parameter came more than once; its first value is judged"
        )
    for name in unsound:
        yield Breach("webhook.encoding", pointers.join([name]), "the parameter is not encoded as a form is")


def dates(parameters: dict[str, Any]) -> Iterator[Breach]:
    """Whether a receipt that a webhook tells of was updated before it was created."""
    if is_before(parameters.get("DateUpdated"), parameters.get("DateCreated")):
        yield Breach(
            "receipt.updated-before-created",
            "/DateUpdated",
            "is before DateCreated",
            value=parameters["DateUpdated"],
            reads=("/DateCreated",),
        )
