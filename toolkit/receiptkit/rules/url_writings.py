"""Other spellings of a URL: a signature is over one of them alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from receiptkit.model.regex import regex
from receiptkit.rules.links import without_query

_ESCAPE = regex(r"%[0-9A-Fa-f]{2}")
_BRACKETED = regex(r"\[([^]]*)\](.*)")
_HOST = "the URL has another spelling of the scheme or the host: validate the configured one"
_QUERY = "an empty query was dropped: keep the `?`"
#: Libraries leave these characters of a path as they are, besides letters and digits.
_PLAIN = "%/:@!$&'()*+,;=~"


def written_otherwise(url: str) -> Iterator[tuple[str, str]]:
    """Yield other spellings of a URL, each with the cause of the wrong signature."""
    parts = urlsplit(url)
    for host in dict.fromkeys((parts.netloc, *_writings(parts.netloc))):
        other = urlunsplit(parts._replace(netloc=host))
        if other != url:
            yield other, _HOST
    if not parts.query:
        yield f"{without_query(url)}?", _QUERY


def paths_otherwise(path: str) -> list[str]:
    """Return a path in the other ways in which libraries encode it."""
    escapes = _ESCAPE.sub(lambda each: each[0].upper(), path)
    small = _ESCAPE.sub(lambda each: each[0].lower(), path)
    others = (escapes, small, unquote(path), quote(path, safe=_PLAIN))
    return [each for each in dict.fromkeys(others) if each != path]


def _writings(netloc: str) -> Iterator[str]:
    """Yield a host in small letters, in ASCII, in Unicode, and an IPv6 address short and long."""
    lower = netloc.lower()
    yield lower
    if bracketed := _BRACKETED.fullmatch(lower):
        with suppress(ValueError):
            address, behind = ipaddress.IPv6Address(bracketed[1]), bracketed[2]
            yield f"[{address.compressed}]{behind}"
            yield f"[{address.exploded}]{behind}"
            return
    host, colon, port = lower.partition(":")
    with suppress(UnicodeError):
        yield host.encode("idna").decode() + colon + port
    with suppress(UnicodeError):
        yield host.encode().decode("idna") + colon + port
