"""What a violation probably means, where experience tells."""

from __future__ import annotations

import difflib
import re

from receiptkit.model.display import printable
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
_PREFIXES = {
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
}
_SID = re.compile(r"([A-Z]{2})([0-9a-fA-F]{32})")


def hint(violation: Violation) -> str | None:
    """A sentence for the person who reads the finding; None where nothing is known."""
    finder = _BY_KEYWORD.get(violation.keyword)
    return finder(violation) if finder else None


def _enum(violation: Violation) -> str | None:
    value, options = violation.value, violation.expected
    if not isinstance(value, str) or not isinstance(options, list):
        return None
    if value in _MESSAGE_STATUSES and "delivered" in options:
        return f"`{value}` is a status of Programmable Messaging messages; a delivery receipt never has it"
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
        return "a masked SID; in a mock, use one with 32 hexadecimal digits"
    if re.fullmatch(r"[{<$%:].*|[A-Za-z_]*(?:[Ss]id|SID)", value):
        return "a placeholder that was never filled in"
    if value != value.strip():
        return "there is white space around it"
    sid = _SID.fullmatch(value)
    wanted = re.match(r"\^([A-Z]{2})\[", violation.expected)
    if wanted and wanted[1] in _PREFIXES:
        if sid and sid[1] in _PREFIXES:
            return f"this is the SID of {_PREFIXES[sid[1]]} ({sid[1]}); {_PREFIXES[wanted[1]]} is wanted ({wanted[1]})"
        if re.fullmatch(rf"{wanted[1]}[0-9a-zA-Z]+", value) and len(value) != 34:
            return f"a SID has 34 characters, this one {len(value)}"
    return None


def _type(violation: Violation) -> str | None:
    # The types are one name or a list of names, none of which is part of another.
    value, wanted = violation.value, violation.expected
    if isinstance(value, str) and "integer" in wanted and re.fullmatch(r"-?[0-9]{1,18}", value):
        return "a number in quotes: take the quotes away"
    if isinstance(value, dict) and "string" in wanted and violation.pointer.endswith("/attributes"):
        return "attributes is JSON in a string: serialise the object"
    return None


def _format(violation: Violation) -> str | None:
    value = violation.value
    if not isinstance(value, str):
        return None
    if violation.expected == "date-time":
        if re.fullmatch(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} .*", value, re.ASCII):
            return "an RFC 2822 date, as in Twilio's 2010-04-01 API; Conversations has 2026-03-02T09:15:04Z"
        if re.fullmatch(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}.*", value, re.ASCII):
            return "there is a space where T should stand"
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?", value, re.ASCII):
            return "there is no time zone: Twilio sends Z"
    if violation.expected == "uri" and value.startswith("/"):
        return "a path only: Twilio sends the absolute URL"
    return None


def _required(violation: Violation) -> str | None:
    name, known = violation.name or "", violation.schema.get("properties", {})
    strangers = {
        _plain(other): other
        for other in violation.value
        if isinstance(other, str) and other not in known and len(other) < 80
    }
    close = difflib.get_close_matches(_plain(name), list(strangers), cutoff=0.8)
    return (
        f"did you mean `{name}` where `{printable(strangers[close[0]])}` stands?" if close else None
    )


def _additional(violation: Violation) -> str | None:
    by_plain = {_plain(name): name for name in violation.schema.get("properties", {})}
    close = difflib.get_close_matches(_plain(violation.name or "")[:80], list(by_plain), cutoff=0.8)
    return f"did you mean `{by_plain[close[0]]}`?" if close else None


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


_BY_KEYWORD = {
    "enum": _enum,
    "pattern": _pattern,
    "type": _type,
    "format": _format,
    "required": _required,
    "additionalProperties": _additional,
}
