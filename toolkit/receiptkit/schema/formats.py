"""The two formats of the contract, the same in every engine and whatever else is installed."""

from __future__ import annotations

import re
from datetime import date

from receiptkit.model.regex import regex

_DATE_TIME = regex(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
_UNRESERVED = r"A-Za-z0-9._~!$&'()*+,;=:@"
_URI = regex(
    rf"[A-Za-z][A-Za-z0-9+.-]*:(?://(?P<authority>(?:[{_UNRESERVED}\[\]-]|%[0-9A-Fa-f]{{2}})*)"
    rf"(?P<rooted>(?:/|(?=[?#])|\Z))|(?!//))"
    rf"(?:[{_UNRESERVED}/-]|%[0-9A-Fa-f]{{2}})*(?:\?(?:[{_UNRESERVED}/?-]|%[0-9A-Fa-f]{{2}})*)?"
    rf"(?:#(?:[{_UNRESERVED}/?-]|%[0-9A-Fa-f]{{2}})*)?"
)
_AUTHORITY = regex(r"(?:[^@\[\]]*@)?(?P<host>\[[^\[\]]*\]|[^:@\[\]]*)(?::[0-9]*)?")


def is_date_time(text: str) -> bool:
    """
    Return True if a text is an RFC 3339 date-time with a real calendar day.

    The year 0000 is rejected (no calendar of Python, Java or Go prints it). Second 60 is accepted
    where a leap second can be, at 23:59:60 UTC.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return False
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    try:
        date(year, month, day)
    except ValueError:
        return False
    offset_hour, offset_minute = int(match[8] or 0), int(match[9] or 0)
    if hour > 23 or minute > 59 or second > 60 or offset_hour > 23 or offset_minute > 59:
        return False
    if second < 60:
        return True
    offset = (offset_hour * 60 + offset_minute) * (-1 if match[7] == "+" else 1)
    return (hour * 60 + minute + offset) % 1440 == 1439


def is_uri(text: str) -> bool:
    """Return True if a text is an absolute RFC 3986 URI in ASCII; http and https need a host."""
    match = _URI.fullmatch(text)
    if match is None:
        return False
    authority = match["authority"]
    if authority is None:
        return not text.lower().startswith(("http:", "https:"))
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        return False
    host = parts["host"]
    if host.startswith("["):
        return _is_ip_literal(host[1:-1])
    return bool(host) or not text.lower().startswith(("http:", "https:"))


def _is_ip_literal(text: str) -> bool:
    if re.fullmatch(r"[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+", text):
        return True
    from ipaddress import AddressValueError, IPv6Address

    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return "%" not in text


#: The checks of formats in both engines.
FORMATS = {"date-time": is_date_time, "uri": is_uri}

#: Patterns under which the native check of a format is right; all other texts are left to the
#: function. Literal prefixes cost next to nothing. The host must be followed by a path, or else
#: what looks like one may be a user.
PROVEN_PREFIXES = {"date-time": "^2", "uri": "^https://[A-Za-z0-9.-]+/"}
