"""Requests that Twilio refuses, by the codes of its error dictionary, and that were answered."""

from __future__ import annotations

import json
from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.rules.bindings import are_of_two_channels, is_no_address
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import ERROR_PAGES, OPENAPI
from receiptkit.rules.registry import rule
from receiptkit.rules.views import RequestView

_LIST = "https://conversations.twilio.com/v1/Conversations"
_CONVERSATION = {
    "sid": "CH2e603b8c5d7f90a1b2c3d4e5f6071829",
    "account_sid": "AC0c4e1f6f3a5b4d7e8f90a1b2c3d4e5f6",
    "chat_service_sid": "IS1d5f2a7b4c6e8f90a1b2c3d4e5f60718",
    "state": "active",
    "attributes": "{}",
    "date_created": "2026-03-02T09:14:58Z",
    "date_updated": "2026-03-02T09:14:58Z",
    "url": f"{_LIST}/CH2e603b8c5d7f90a1b2c3d4e5f6071829",
}
_SID = regex("CH[0-9a-fA-F]{32}")
_DURATION = regex(
    r"P(?=.)(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?(?:(?P<weeks>[0-9]+)W)?"
    r"(?:(?P<days>[0-9]+)D)?(?:T(?=.)(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?"
    r"(?:(?P<seconds>[0-9]+)(?:\.[0-9]+)?S)?)?"
)
_SECONDS = {"weeks": 604800, "days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
#: The least duration of each timer in seconds, as ISO 8601 has it, and the code for a shorter one.
_TIMERS = {"Timers.Inactive": (60, "PT1M", 50375), "Timers.Closed": (600, "PT10M", 50376)}
_ADDRESS, _PROXY, _PROJECTED = (
    f"MessagingBinding.{name}" for name in ("Address", "ProxyAddress", "ProjectedAddress")
)
_URL, _FILTERS, _TRIGGERS, _FLOW = (
    f"Configuration.{name}" for name in ("Url", "Filters", "Triggers", "FlowSid")
)
#: What a webhook of a conversation needs, by its target, and the codes for what is missing.
_NEEDED = {
    "webhook": {_URL: 50369, _FILTERS: 50370},
    "trigger": {_URL: 50369, _TRIGGERS: 50371},
    "studio": {_FLOW: 50367},
}
_MOST_TRIGGERS, _LONGEST_TRIGGER, _LONGEST_URL, _MOST_PARTICIPANTS = 5, 248, 512, 10


def _created(form: str) -> Example:
    """Return the exchange that creates a conversation."""
    return Example(
        "exchange",
        {
            "/request/method": "POST",
            "/request/url": _LIST,
            "/request/headers": {"Content-Type": "application/x-www-form-urlencoded"},
            "/request/body": form,
            "/response/status": 201,
            "/response/body": _CONVERSATION,
        },
    )


@rule(
    "request.refused",
    on="request",
    severity=Severity.WARNING,
    title="Twilio refuses this request, and it was answered with success",
    why="A mock that takes it hides from its application that it fails in production.",
    grounding=f"{ERROR_PAGES}, the code that the message names; {OPENAPI}, parameters",
    action="In a client: correct the request. In a mock: answer 400 with the code.",
    good=_created("Timers.Closed=PT10M"),
    bad=_created("Timers.Closed=PT5M"),
    part="url",
)
def refused(request: RequestView) -> Iterator[Problem]:
    """Yield a problem for each thing that Twilio refuses about the form of a request."""
    form = {name: values[-1] for name, values in request.form.items() if any(values)}
    # A parameter that seems to be missing may be misspelt.
    if not form or not set(request.form) <= set(request.documented):
        return
    is_new = request.operation.startswith("Create")
    for message, code in (
        *_of_conversation(form, is_new=is_new),
        *_of_participant(form, request, is_new=is_new),
        *(_of_webhook(request) if is_new and _TRIGGERS in request.documented else ()),
    ):
        yield Problem("", f"{message}; Twilio refuses it with {code}")


def _of_conversation(form: dict[str, str], *, is_new: bool) -> Iterator[tuple[str, int]]:
    if is_new and form.get("State") == "closed":
        yield "State must not be closed in a new conversation", 50384
    if "UniqueName" in form and _SID.fullmatch(form["UniqueName"]):
        yield "UniqueName must not look like the SID of a conversation", 50390
    for name, (least, shown, code) in _TIMERS.items():
        if name not in form:
            continue
        duration = _DURATION.fullmatch(form[name].upper())
        if duration is None:
            yield f"{name} must be a duration of ISO 8601, such as {shown}", 50379
        elif not duration["years"] and not duration["months"]:
            # There may be more digits than a whole number is read from.
            parts = (float(duration[unit] or 0) * each for unit, each in _SECONDS.items())
            if sum(parts) < least:
                yield f"{name} must be at least {shown}", code
    if "Attributes" in form and not _is_json(form["Attributes"]):
        yield "Attributes must be JSON", 50304
    if "ContentVariables" in form and "ContentSid" not in form:
        yield "ContentVariables needs ContentSid", 50528


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    except RecursionError:
        # It is nested too deeply to say.
        return True
    return True


def _of_participant(
    form: dict[str, str], request: RequestView, *, is_new: bool
) -> Iterator[tuple[str, int]]:
    if len(request.form.get("Participant", ())) > _MOST_PARTICIPANTS:
        yield f"there are more than {_MOST_PARTICIPANTS} values of Participant", 50426
    if _PROXY not in request.documented:
        return
    if is_new and not form.keys() & {"Identity", _ADDRESS, _PROJECTED}:
        yield f"Identity, {_ADDRESS} or {_PROJECTED} is needed", 50204
    address, proxy = form.get(_ADDRESS) or "", form.get(_PROXY) or ""
    if address and address == proxy:
        yield f"{_ADDRESS} must differ from {_PROXY}", 50409
    elif are_of_two_channels(address, proxy):
        yield f"{_ADDRESS} and {_PROXY} must be of one channel", 50414
    elif is_no_address(address):
        yield f"{_ADDRESS} must be a number in E.164 form or have the prefix of a channel", 50407


def _of_webhook(request: RequestView) -> Iterator[tuple[str, int]]:
    form = request.form
    for target in form.get("Target", ())[-1:]:
        for name, code in _NEEDED.get(target, {}).items():
            if not any(form.get(name, ())):
                yield f"{name} is needed with this Target", code
    triggers = form.get(_TRIGGERS, [])
    if len(triggers) > _MOST_TRIGGERS:
        yield f"there are more than {_MOST_TRIGGERS} values of {_TRIGGERS}", 50362
    if any(len(each) > _LONGEST_TRIGGER for each in triggers):
        yield f"a value of {_TRIGGERS} has more than {_LONGEST_TRIGGER} characters", 50366
    if any(len(each) > _LONGEST_URL for each in form.get(_URL, ())):
        yield f"{_URL} has more than {_LONGEST_URL} characters", 50372
