"""The addresses of webhooks: the URLs that can be called, in the form that is called."""

from __future__ import annotations

import base64
import ipaddress
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit

from receiptkit.model.errors import UsageError
from receiptkit.model.regex import regex

#: The longest URL; the parameters of a GET request come on top.
_LONGEST = 8000
_NAME = regex(r"[a-z0-9._~-]+")
_IPV4 = regex(r"([0-9]+\.){3}[0-9]+")
_STRAY_PERCENT = regex(r"%(?![0-9A-Fa-f]{2})")
#: The number of retries, unless the fragment of the URL has another (webhook connection overrides).
_RETRIES = 1
_OVERRIDE = regex(r"(?:^|&)rc=([0-5])(?:&|$)")


class Address(NamedTuple):
    """
    A URL in the form in which it is called.

    Attributes:
        url: the requested and signed URL, as a receiver sees it.
        authorization: the header with user and password, which are not in the URL.
        retries: the number of retries after a failed connection.
    """

    url: str
    authorization: str | None
    retries: int


@lru_cache(maxsize=64)
def address(url: str) -> Address:
    """
    Return the called form of a URL: host in ASCII, with a path, without user, fragment and `/../`.

    Raises:
        ValueError: the URL cannot be called.
    """
    parts = urlsplit(url)
    if (
        parts.scheme not in ("http", "https")
        or not url.isprintable()
        or " " in url
        or len(url) > _LONGEST
    ):
        raise ValueError(url)
    query = f"?{_quoted(parts.query, '/?')}" if "?" in url.partition("#")[0] else ""
    override = _OVERRIDE.search(parts.fragment)
    return Address(
        f"{parts.scheme}://{_host(parts)}{_quoted(_walked(parts.path), '/')}{query}",
        _authorization(parts),
        int(override[1]) if override else _RETRIES,
    )


def absolute(url: str, what: str) -> str:
    """
    Return a URL unchanged if it is an absolute http or https URL that can be called.

    Raises:
        UsageError: it is not.
    """
    called(url, what)
    return url


def called(url: str, what: str) -> Address:
    """
    Return the called form of a URL.

    Raises:
        UsageError: it cannot be called; the message begins with `what`.
    """
    try:
        if isinstance(url, str):
            return address(url)
    except ValueError:
        pass
    shown = str(url) if len(str(url)) <= _LONGEST else f"{str(url)[:60]}…"
    raise UsageError(f"{what} {shown}: not an absolute http or https URL")


def _host(parts: SplitResult) -> str:
    host, port = parts.hostname or "", "" if parts.port is None else f":{parts.port}"
    if parts.port == 0 or "%" in host:
        raise ValueError(parts.netloc)
    if "[" in parts.netloc:
        return f"[{ipaddress.IPv6Address(host).compressed}]{port}"
    host = host.encode("idna").decode().lower()
    if not _NAME.fullmatch(host):
        raise ValueError(host)
    return f"{ipaddress.IPv4Address(host) if _IPV4.fullmatch(host) else host}{port}"


def _walked(path: str) -> str:
    """Return a path without the segments `.` and `..`."""
    kept: list[str] = []
    segments = path.split("/")[1:] or [""]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _quoted(text: str, more: str) -> str:
    """Return text with every character escaped that a URL cannot have; escapes stay."""
    return quote(_STRAY_PERCENT.sub("%25", text), safe=f"%:@!$&'()*+,;=~{more}")


def _authorization(parts: SplitResult) -> str | None:
    if "@" not in parts.netloc:
        return None
    user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return f"Basic {base64.b64encode(user.encode()).decode()}"
