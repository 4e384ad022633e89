"""Dates of one form: their pattern, and a check of many of them at once."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter

_ZONE = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})\Z")
#: No record has an earlier date, unless a date was not set.
_EARLIEST = "2010"
#: No record has a later date, unless it means never.
_LATEST = "2100"
_ESCAPED_COLON = "%3A"
#: Leave out the fraction and the offset.
_SECONDS = itemgetter(slice(19))
_DIGITS_TO_0 = bytes.maketrans(b"123456789", b"0" * 9)


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
    raw = "".join(dates).encode()
    if raw.translate(_DIGITS_TO_0) != re.sub("[0-9]", "0", form).encode() * len(dates):
        return False
    if dates and (min(dates) < _EARLIEST or max(dates) >= _LATEST):
        return False
    if "%" in form:
        dates = [date.replace(_ESCAPED_COLON, ":") for date in dates]
    try:
        deque(map(datetime.fromisoformat, map(_SECONDS, dates)), maxlen=0)
    except ValueError:
        # A leap second, too.
        return False
    return True


def _zone(text: str) -> str:
    match = _ZONE.search(text)
    return match[0] if match else ""
