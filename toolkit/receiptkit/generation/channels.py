"""Channels, statuses and error codes, by the guide and Twilio's error dictionary."""

from __future__ import annotations

from typing import NamedTuple

from receiptkit.model.errors import UsageError


class Channel(NamedTuple):
    """
    A way to a recipient.

    Attributes:
        prefix: how the SIDs of its messages begin. Group MMS was seen with SM, too.
        statuses: how a delivery can end.
        codes: the error codes it can have, from and up to; a document may know others.
        usual: those that are met most.
    """

    name: str
    prefix: str
    statuses: tuple[str, ...]
    codes: range
    usual: tuple[int, ...]


_PHONE = ("sent", "delivered", "undelivered", "failed")
_PHONE_CODES = (30003, 30005, 30006, 30007, 30008, 21610)
#: Chat participants have no receipts, so chat is not one of these.
CHANNELS = {
    channel.name: channel
    for channel in (
        Channel("sms", "SM", _PHONE, range(21000, 32000), _PHONE_CODES),
        Channel("mms", "SM", _PHONE, range(21000, 32000), _PHONE_CODES),
        Channel(
            "whatsapp", "WA", (*_PHONE, "read"), range(63000, 64000), (63016, 63024, 63003, 63018)
        ),
    )
}

#: Statuses that have an error code.
FAILURES = ("failed", "undelivered")

#: The statuses that come before a status; a delivery that failed was never sent.
_BEFORE = {
    "sent": (),
    "delivered": ("sent",),
    "read": ("sent", "delivered"),
    "undelivered": ("sent",),
    "failed": (),
}
#: The delay of a status that only the document knows.
_BEFORE_ANY_OTHER = ("sent",)

_SECOND, _HOUR = 1000, 3_600_000
#: How long after the status before it, in milliseconds.
_DELAYS = {
    "sent": (200, 2500),
    "delivered": (500, 9 * _SECOND),
    "read": (4 * _SECOND, _HOUR),
    "undelivered": (2 * _SECOND, 90 * _SECOND),
    "failed": (150, 2000),
}
_ANY_OTHER_DELAY = (1 * _SECOND, 60 * _SECOND)
#: Carriers give up on a message after hours.
LATE = (4 * _HOUR, 10 * _HOUR)


def channel(name: str) -> Channel:
    """
    Return a channel by its name.

    Raises:
        UsageError: the channel is unknown.
    """
    if name not in CHANNELS:
        raise UsageError(
            f"unknown channel {name!r}; use {', '.join(CHANNELS)}; chat "
            "participants have no receipts"
        )
    return CHANNELS[name]


def statuses_up_to(status: str | None) -> tuple[str, ...]:
    """Return the statuses up to one, itself included; none for a receipt without a status."""
    return (*_BEFORE.get(status, _BEFORE_ANY_OTHER), status) if status is not None else ()


def delay(status: str) -> tuple[int, int]:
    """Return how long a status takes, in milliseconds: the least, and less than the second."""
    return _DELAYS.get(status, _ANY_OTHER_DELAY)
