"""Hints: the probable cause of a violation, or what to do about it."""

from __future__ import annotations

import difflib
import re

from receiptkit.model.display import printable, without_case
from receiptkit.schema.trace import Violation

_MESSAGE_STATUSES = (
    "accepted",
    "scheduled",
    "queued",
    "sending",
    "receiving",
    "received",
    "canceled",
    "partially_delivered",
)
#: The things that SIDs belong to, by prefix.
PREFIXES = {
    "AC": "an account",
    "IS": "a Conversation Service",
    "CH": "a conversation",
    "IM": "a message",
    "DY": "a delivery receipt",
    "MB": "a participant",
    "SM": "an SMS",
    "MM": "an MMS",
    "WA": "a WhatsApp message",
    "HX": "a content template",
    "WH": "a webhook",
    "SK": "an API key",
    "RL": "a role",
    "MG": "a Messaging Service",
    "US": "a user",
    "FW": "a flow",
    "ME": "a media item",
}
_SID = re.compile(r"([A-Z]{2})([0-9a-fA-F]{32})")


def hint(violation: Violation) -> str | None:
    """Return a sentence for the person who reads the finding; None where the cause is unknown."""
    finder = _BY_KEYWORD.get(violation.keyword)
    return finder(violation) if finder else None


def _enum(violation: Violation) -> str | None:
    value, options = violation.value, violation.expected
    if not isinstance(value, str) or not isinstance(options, list):
        return None
    if value in _MESSAGE_STATUSES and "delivered" in options:
        return (
            f"`{value}` is a status of Programmable Messaging messages; "
            "a delivery receipt never has it"
        )
    names = [option for option in options if isinstance(option, str)]
    close = difflib.get_close_matches(
        value.strip().lower(), [name.lower() for name in names], cutoff=0.75
    )
    return (
        f"did you mean `{next(name for name in names if name.lower() == close[0])}`?"
        if close
        else None
    )


def _pattern(violation: Violation) -> str | None:
    value = violation.value
    if not isinstance(value, str):
        return None
    if re.fullmatch(r"[A-Za-z]{2}[xX*#?.…]{4,}", value):
        return "this SID is masked; in a mock, use one with 32 hexadecimal digits"
    if re.fullmatch(r"[{<$%:].*|[A-Za-z_]*(?:[Ss]id|SID)", value):
        return "this placeholder was never filled in"
    if value != value.strip():
        return "remove the white space around it"
    sid = _SID.fullmatch(value)
    expected = re.match(r"\^([A-Z]{2})\[", violation.expected)
    if expected and expected[1] in PREFIXES:
        if sid and sid[1] in PREFIXES:
            own, other = PREFIXES[sid[1]], PREFIXES[expected[1]]
            return f"this is the SID of {own} ({sid[1]}), not of {other} ({expected[1]})"
        if re.fullmatch(rf"{expected[1]}[0-9a-zA-Z]+", value) and len(value) != 34:
            return f"a SID has 34 characters; this one has {len(value)}"
    return None


def _type(violation: Violation) -> str | None:
    # The types are one name or a list of names, none of which is part of another.
    value, expected = violation.value, violation.expected
    if isinstance(value, str) and "integer" in expected and re.fullmatch(r"-?[0-9]{1,18}", value):
        return "send the number without quotes"
    if (
        isinstance(value, dict)
        and "string" in expected
        and violation.pointer.endswith("/attributes")
    ):
        return "attributes is JSON in a string: serialise the object"
    if "string" in expected and re.fullmatch(r"/[A-Z][A-Za-z]*", violation.pointer):
        return "form parameters are always strings; a database or JSON encoder changed the type"
    return None


def _format(violation: Violation) -> str | None:
    value = violation.value
    if not isinstance(value, str):
        return None
    if violation.expected == "date-time":
        if re.fullmatch(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} .*", value, re.ASCII):
            return (
                "this is an RFC 2822 date, as in Twilio's 2010-04-01 API; "
                "Conversations uses RFC 3339"
            )
        if re.fullmatch(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}.*", value, re.ASCII):
            return "write T between date and time, not a space"
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?", value, re.ASCII):
            return "the time zone is missing; Twilio sends Z"
    if violation.expected == "uri" and value.startswith("/"):
        return "this is a path; Twilio sends the absolute URL"
    return None


def _required(violation: Violation) -> str | None:
    name, known = violation.name or "", violation.schema.get("properties", {})
    strangers = {
        without_case(other): other
        for other in violation.value
        if isinstance(other, str) and other not in known and len(other) < 80
    }
    close = difflib.get_close_matches(without_case(name), list(strangers), cutoff=0.8)
    return f"rename `{printable(strangers[close[0]])}` to `{name}`" if close else None


def _additional(violation: Violation) -> str | None:
    known = known_name(violation)
    return f"did you mean `{known}`?" if known else None


def known_name(violation: Violation) -> str | None:
    """Return the name in the document that an unknown one resembles; None without one."""
    by_plain = {without_case(name): name for name in violation.schema.get("properties", {})}
    close = difflib.get_close_matches(
        without_case(violation.name or "")[:80], list(by_plain), cutoff=0.8
    )
    return by_plain[close[0]] if close else None


_BY_KEYWORD = {
    "enum": _enum,
    "pattern": _pattern,
    "type": _type,
    "format": _format,
    "required": _required,
    "additionalProperties": _additional,
}
