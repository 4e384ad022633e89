"""
Addresses of participants: their channels, and the magic numbers that choose what becomes of a
message.
"""

from __future__ import annotations

import re

from receiptkit.generation import ANY, Outcome
from receiptkit.generation.api_errors import REFUSALS

_PHONE = re.compile(r"\+[1-9][0-9]{1,14}")
_EMAIL = re.compile(r"[^@\s]{1,200}@[^@\s]{1,200}")
_PREFIXED = re.compile(r"(whatsapp|messenger|rcs):(.{1,256})")
#: The last four digits of a magic number: `+1555010` and what becomes of messages to it.
_MAGIC = re.compile(r"\+1555010([0-9])([0-9]{3})")
#: The first digit of the last four, with the error code that the other three complete.
_CODES = {"1": 21000, "3": 30000, "6": 63000}
_REFUSED = ("5", 50000)
_UNDELIVERED = range(30000, 31000)
#: Magic numbers for outcomes without an error code; None is a recipient who gets no receipt at all.
_ENDS: dict[str, Outcome | None] = {
    "4000": Outcome("sms", "sent"),
    "4001": Outcome("sms", "read"),
    "4002": Outcome("sms", None),
    "4003": Outcome("sms", "undelivered", 30008, late=True),
    "4004": None,
}


def channel_of(address: str) -> str | None:
    """Return the channel of an address as bindings name it; None if it is no address."""
    prefixed = _PREFIXED.fullmatch(address)
    if prefixed:
        phone = prefixed[1] == "messenger" or _PHONE.fullmatch(prefixed[2])
        return prefixed[1] if phone else None
    if _PHONE.fullmatch(address):
        return "sms"
    return "email" if _EMAIL.fullmatch(address) else None


def is_group_phone(address: str) -> bool:
    """Return True if an address can be a member of a group MMS: a number of the US or Canada."""
    return re.fullmatch(r"\+1[2-9][0-9]{9}", address) is not None


def refused_code(address: str) -> int | None:
    """Return the code of an impossible address or proxy address; None for others."""
    match = _MAGIC.fullmatch(address.rpartition(":")[2])
    if match is None or match[1] != _REFUSED[0]:
        return None
    code = _REFUSED[1] + int(match[2])
    return code if code in REFUSALS else None


def outcome_of(address: str, *, is_group: bool) -> Outcome | None:
    """
    Return what becomes of a message to an address; None if it gets no receipt.

    Args:
        address: a phone number with or without prefix, or an email address.
        is_group: True in a group MMS.
    """
    channel = "whatsapp" if channel_of(address) == "whatsapp" else "mms" if is_group else "sms"
    match = _MAGIC.fullmatch(address.rpartition(":")[2])
    if match is None:
        return Outcome(channel, "delivered")
    digits = match[1] + match[2]
    if digits in _ENDS:
        end = _ENDS[digits]
        if end is None or (end.status == "read" and channel != "whatsapp"):
            return end and Outcome(channel, "delivered")
        return end._replace(channel=channel)
    if match[1] in _CODES:
        code = _CODES[match[1]] + int(match[2])
        return Outcome(channel, "undelivered" if code in _UNDELIVERED else "failed", code)
    return Outcome(channel, "delivered", ANY)
