"""Dates of one form: their pattern, and a check of many of them at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

_ZONE = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})\Z")
_DIGITS_TO_0 = bytes.maketrans(b"123456789", b"0" * 9)
_ESCAPED_COLON = "%3A"
#: Where the numbers of a date begin.
_CENTURY, _DECADE, _MONTH, _DAY, _HOUR, _MINUTE, _SECOND = 0, 2, 5, 8, 11, 14, 17
#: Where a date without fraction and offset ends.
_SECONDS_END = 19
#: No record has an earlier date than 2010, unless a date was not set, or one after 2099, unless it
#: means never.
_THIS_CENTURY = bytes([20])
_MONTHS, _DAYS, _HOURS = bytes(range(1, 13)), bytes(range(1, 32)), bytes(range(24))
_TENS = bytes(range(6))
_NUMBERS = bytes.maketrans(b"0123456789", bytes(range(10)))
#: A day that is not in a month makes more than this, together with what `_ROOM` has for the month.
_MOST = 127
_ROOM = bytes.maketrans(
    _MONTHS, bytes(_MOST - last for last in (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31))
)
_UP_TO_MOST = bytes(range(_MOST + 1))


def form_of_date(text: str) -> str:
    """Return the form of a date: its own text up to the offset, with 0 for each digit."""
    zone = _zone(text)
    return re.sub("[0-9]", "0", text[: len(text) - len(zone)]) + zone


def pattern_of_date(text: str) -> str:
    """Return a pattern of texts as long as a date, with its offset; `exist` checks the rest."""
    zone = _zone(text)
    return f".{{{len(text) - len(zone)}}}{re.escape(zone)}"


def exist(dates: Sequence[str], form: str) -> bool:
    """
    Return True if texts that match the pattern are dates of a form, and their days exist.

    False for earlier and later dates than records have, which a rule may look at.
    """
    plain, form = "".join(dates), _plain_form(form)
    if "%" in plain:
        plain = plain.replace(_ESCAPED_COLON, ":")
    raw, length = plain.encode(), len(form)
    if raw.translate(_DIGITS_TO_0) != form.encode() * len(dates):
        return False
    # The dates are one text, so that every n-th character of it is at the same place of a date.
    numbers = raw.translate(_NUMBERS)
    if (
        _pairs(numbers, _CENTURY, length).strip(_THIS_CENTURY)
        or 0 in numbers[_DECADE::length]
        or _pairs(numbers, _HOUR, length).translate(None, _HOURS)
        # A leap second is left to the exact path.
        or numbers[_MINUTE::length].translate(None, _TENS)
        or numbers[_SECOND::length].translate(None, _TENS)
    ):
        return False
    return _are_days(numbers, length) or _exist_in_their_years(plain, length)


@lru_cache
def _plain_form(form: str) -> str:
    """Return a form with colons that are not escaped, and 0 for the digits of its offset, too."""
    return re.sub("[0-9]", "0", form.replace("%0A", ":"))


def _pairs(numbers: bytes, place: int, length: int) -> bytes:
    """Return the numbers of two digits at a place of each date."""
    # Bytes of large numbers are added at once; no sum of two is above 255.
    tens, ones = (int.from_bytes(numbers[at::length], "big") for at in (place, place + 1))
    return (10 * tens + ones).to_bytes(len(numbers) // length, "big")


def _are_days(numbers: bytes, length: int) -> bool:
    """Return True if the days of dates exist in every year."""
    months, days = (_pairs(numbers, place, length) for place in (_MONTH, _DAY))
    if months.translate(None, _MONTHS) or days.translate(None, _DAYS):
        return False
    sums = int.from_bytes(months.translate(_ROOM), "big") + int.from_bytes(days, "big")
    return not sums.to_bytes(len(days), "big").translate(None, _UP_TO_MOST)


def _exist_in_their_years(dates: str, length: int) -> bool:
    """Return True if dates that follow each other exist: 29 February in leap years alone."""
    try:
        for start in range(0, len(dates), length):
            datetime.fromisoformat(dates[start : start + _SECONDS_END])
    except ValueError:
        return False
    return True


def _zone(text: str) -> str:
    match = _ZONE.search(text)
    return match[0] if match else ""
