"""Rules about the addresses of participants, and what distinguishes their channels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import ERROR_PAGES, OPENAPI
from receiptkit.rules.registry import rule
from receiptkit.rules.views import ResourceView

_CONVERSATION = (
    "https://conversations.twilio.com/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829"
)
#: Channels whose addresses begin with their name, and those whose addresses are numbers.
_PREFIXED = frozenset({"whatsapp", "messenger", "rcs"})
_PREFIX = regex(r"([a-z]+):.")
#: A number without the characters that only people read.
_NUMBER = regex(r"\+?[0-9]{3,15}")


def prefix_of(address: str) -> str:
    """Return the channel that an address begins with; empty for a number or a mail address."""
    match = _PREFIX.match(address)
    return match[1] if match is not None else ""


def are_of_two_channels(address: str, proxy: str) -> bool:
    """Return True if of two addresses one has the prefix of a channel, and the other has not."""
    return bool(address and proxy) and prefix_of(address) != prefix_of(proxy)


def is_no_address(address: str) -> bool:
    """Return True for a text that is neither a number, nor a mail address, nor has a prefix."""
    return bool(
        address
        and "@" not in address
        and ":" not in address
        # Group conversations have a list.
        and not all(map(_NUMBER.fullmatch, address.replace(" ", "").split(",")))
    )


def _participant(**changes: Any) -> Example:
    """Return the response with a participant who has a telephone."""
    url = f"{_CONVERSATION}/Participants/MB51936ebf80a2c3d4e5f60718293a4b5c"
    body = {
        "sid": url.rpartition("/")[2],
        "account_sid": "AC0c4e1f6f3a5b4d7e8f90a1b2c3d4e5f6",
        "conversation_sid": _CONVERSATION.rpartition("/")[2],
        "identity": None,
        "messaging_binding": {
            "type": "sms",
            "address": "+15550100001",
            "proxy_address": "+15550109999",
            **changes,
        },
        "attributes": "{}",
        "date_created": "2026-03-02T09:14:58Z",
        "date_updated": "2026-03-02T09:14:58Z",
        "url": url,
    }
    return Example("exchange", {"/request/url": url, "/response/body": body})


@rule(
    "participant.binding",
    on="resource",
    severity=Severity.INFO,
    title="the messaging_binding of a participant contradicts itself",
    why="The type of a binding follows from the prefix of its address: a number is an SMS "
    "participant, whatsapp:… one of WhatsApp. Twilio refuses other bindings. Code that branches on "
    "the type, or sends to the address, is tested with what it never meets.",
    grounding=f"{OPENAPI}, examples of participants; {ERROR_PAGES}, 50211, 50407, 50409 and 50414",
    action="In a mock: keep the prefix of the channel in address and proxy_address, and name the "
    "type in small letters.",
    good=_participant(),
    bad=_participant(type="whatsapp"),
)
def binding(resource: ResourceView) -> Iterator[Problem]:
    """Yield the first problem of a participant's binding."""
    own, sid = resource.body.get("messaging_binding"), resource.body.get("sid")
    if own is None or not isinstance(sid, str) or not sid.startswith("MB"):
        return
    at = resource.pointer("messaging_binding")
    if not isinstance(own, dict):
        yield Problem(at, "messaging_binding must be an object or null")
        return
    kind, address, proxy = (own.get(name) for name in ("type", "address", "proxy_address"))
    address, proxy = (each if isinstance(each, str) else "" for each in (address, proxy))
    if isinstance(kind, str) and kind != kind.lower():
        yield Problem(f"{at}/type", "the type of a binding must be in small letters", value=kind)
    elif address and resource.body.get("identity"):
        message = "a participant has an identity or an address, not both"
        yield Problem(resource.pointer("identity"), message)
    elif isinstance(kind, str) and address and _contradicts(kind, address):
        yield Problem(f"{at}/type", "the type differs from the prefix of address", value=kind)
    elif address and address == proxy:
        message = "proxy_address is the participant's own address"
        yield Problem(f"{at}/proxy_address", message, value=proxy)
    elif are_of_two_channels(address, proxy):
        message = "proxy_address is of another channel than address"
        yield Problem(f"{at}/proxy_address", message, value=proxy)
    elif kind == "sms" and is_no_address(address):
        yield Problem(f"{at}/address", "address is not a number in E.164 form", value=address)


def _contradicts(kind: str, address: str) -> bool:
    """Return True if an address is certainly of another channel than a type says."""
    prefix = prefix_of(address)
    return kind in _PREFIXED | {"sms"} and prefix != ("" if kind == "sms" else kind)
