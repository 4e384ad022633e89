"""The age of a capture, by the dates in it: a checkout gives each file the time of the checkout."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

from receiptkit.model.regex import regex

_MOST = 8 * 2**20
_DAY = 86_400
#: Dates of receipts and recorders, and of the header Date.
_ISO = regex(rb"\b20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[T ][0-2]\d:[0-5]\d:[0-5]\d")
_HTTP = regex(rb"\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 20\d\d \d\d:\d\d:\d\d GMT")


def latest_date(path: Path) -> float | None:
    """Return the latest date in a capture, as a time, future ones aside; None without one."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST)
    except OSError:
        return None
    found = {*_ISO.findall(raw), *_HTTP.findall(raw)}
    now = time.time()
    times = [each for each in map(_time, found) if each is not None and each <= now + _DAY]
    return max(times, default=None)


def _time(text: bytes) -> float | None:
    said = text.decode()
    try:
        if said[:1].isdigit():
            return datetime.fromisoformat(said).replace(tzinfo=timezone.utc).timestamp()
        return parsedate_to_datetime(said).timestamp()
    except ValueError:
        return None
