"""Dates as bodies have them, to be compared."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from receiptkit.model.regex import regex

_DATE = regex(
    # Some versions of Python take 24:00 for a time.
    r"(?P<minute>[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-9]{2}):(?P<second>[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]+))?(?:[Zz]|(?P<sign>[+-])(?P<hours>[0-9]{2}):(?P<minutes>[0-9]{2}))"
)
#: A date and time as logs and databases write it, without a zone.
_NAIVE = regex(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?)")
#: How long a date can be that is one, with a fraction longer than any real one.
_LONGEST = 64
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 # naive, as all that is done with it: in UTC


def seconds(text: object) -> int | None:
    """Return a date and time in whole seconds since 1970; None for anything else."""
    return _seconds(text) if isinstance(text, str) and len(text) <= _LONGEST else None


# Most dates are seen again: when something was created, and in the lists of what is polled.
@lru_cache(maxsize=4096)
def _seconds(text: str) -> int | None:
    match = _DATE.fullmatch(text)
    return None if match is None else _whole(match)


def _whole(date: re.Match[str]) -> int | None:
    """Return a date in whole seconds since 1970; None if there is no such day or hour."""
    try:
        since = datetime.fromisoformat(date["minute"]) - _EPOCH
    except ValueError:
        return None
    # Second 60 is a leap second: the one after 59.
    found = since.days * 86_400 + since.seconds + int(date["second"])
    if date["sign"] is None:
        return found
    offset = int(date["hours"]) * 3600 + int(date["minutes"]) * 60
    return found - offset if date["sign"] == "+" else found + offset


def milliseconds(text: object) -> int | None:
    """Return a date and time in milliseconds since 1970; None for anything else."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    match = _DATE.fullmatch(text)
    whole = None if match is None else _whole(match)
    if match is None or whole is None:
        return None
    return whole * 1000 + int((match["fraction"] or "")[:3].ljust(3, "0"))


def is_before(one: object, other: object) -> bool:
    """Return True if both are dates, and one is before the other in whole seconds."""
    if type(one) is str and type(other) is str and len(one) == len(other) == 20 and one >= other:
        # Both end in Z, or else one of them is no date: this is how texts compare.
        return False
    first, second = seconds(one), seconds(other)
    return first is not None and second is not None and first < second


def in_utc(text: str) -> str:
    """
    Return a date and time with the zone UTC where it names none.

    Tools that drop the zone write UTC.
    """
    match = _NAIVE.fullmatch(text) if len(text) <= _LONGEST else None
    return f"{match[1]}T{match[2]}Z" if match else text
