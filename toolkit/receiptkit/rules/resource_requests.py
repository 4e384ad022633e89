"""Rules about requests that create or change other resources than configurations."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import ERROR_PAGES, OPENAPI
from receiptkit.rules.registry import rule
from receiptkit.rules.request import parameter
from receiptkit.rules.views import ExchangeView, RequestView

_CONVERSATION = (
    "https://conversations.twilio.com/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829"
)
_PARTICIPANT = {
    "sid": "MB51936ebf80a2c3d4e5f60718293a4b5c",
    "account_sid": "AC0c4e1f6f3a5b4d7e8f90a1b2c3d4e5f6",
    "conversation_sid": "CH2e603b8c5d7f90a1b2c3d4e5f6071829",
    "identity": "anna",
    "messaging_binding": None,
    "attributes": "{}",
    "date_created": "2026-03-02T09:14:58Z",
    "date_updated": "2026-03-02T09:14:58Z",
    "url": f"{_CONVERSATION}/Participants/MB51936ebf80a2c3d4e5f60718293a4b5c",
}
#: Fields of forms by which members of the response are set.
_MEMBERS = {"Identity": "identity", "UniqueName": "unique_name", "FriendlyName": "friendly_name"}
#: Parameters that Twilio refuses together, and the code of its response.
_EITHER = (
    ("Identity", "MessagingBinding.Address", 50211),
    ("MessagingBinding.Address", "MessagingBinding.ProjectedAddress", 50407),
    ("Identity", "Address", 50451),
)


def _added(form: str) -> Example:
    """Return the exchange that adds a participant."""
    changes = {
        "/request/method": "POST",
        "/request/url": f"{_CONVERSATION}/Participants",
        "/request/headers": {"Content-Type": "application/x-www-form-urlencoded"},
        "/request/body": form,
        "/response/status": 201,
        "/response/body": _PARTICIPANT,
    }
    return Example("exchange", changes)


@rule(
    "request.either-parameter",
    on="request",
    severity=Severity.WARNING,
    title="the request has both or neither of two parameters of which Twilio takes one",
    why="Twilio refuses it. A mock that answers hides that from its application.",
    grounding=f"{ERROR_PAGES}, 50211, 50407 and 50451",
    action="In a client: send one of the two. In a mock: answer 400 with the code.",
    good=_added("Identity=anna"),
    bad=_added("Identity=anna&MessagingBinding.Address=%2B15550100001"),
    part="url",
)
def either_parameter(request: RequestView) -> Iterator[Problem]:
    """Yield a problem for each pair of parameters of which Twilio takes one, not both or none."""
    sent = {
        name
        for name, values in (*request.query.items(), *request.form.items())
        if name in request.documented and any(values)
    }
    for one, other, code in _EITHER:
        if one in sent and other in sent:
            yield Problem("", f"send {one} or {other}, not both; Twilio refuses it with {code}")
    # A page that follows may be named by its token alone.
    is_of_somebody = request.operation.endswith("ParticipantConversation")
    if is_of_somebody and not {"Identity", "Address", "PageToken"} & sent:
        message = "send Identity or Address, of the participant whose conversations are listed"
        yield Problem("", message, severity=Severity.INFO)


@rule(
    "resource.not-what-was-sent",
    on="exchange",
    severity=Severity.INFO,
    title="the name or identity differs from what the request sent",
    why="Twilio returns the updated resource. A mock with a fixed response hides what an "
    "application sends wrongly. A webhook before the event may change a friendly name.",
    grounding=f"{OPENAPI}, parameters and examples",
    action="In a mock: keep what is sent, and return it.",
    good=_added("Identity=anna"),
    bad=_added("Identity=bob"),
)
def not_what_was_sent(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for each member of a resource that differs from the form."""
    form = exchange.request.form if exchange.kind == "resource" else {}
    if not form or any(parameter(exchange.request)):
        return
    for name, member in _MEMBERS.items():
        sent, found = form.get(name, [""])[-1], exchange.body.get(member)
        is_told = name in exchange.request.documented and member in exchange.body
        if sent and is_told and sent != found:
            message = f"{member} differs from what the request sent"
            yield Problem(f"/{member}", message, value=found)
