"""Where webhooks go: which URLs can be called, and how each of them is."""

from __future__ import annotations

import base64
import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit

from receiptkit.model.errors import UsageError

#: How long a URL can be; the parameters of a GET request come on top.
_LONGEST = 8000
_NAME = re.compile(r"[a-z0-9._~-]+")
_IPV4 = re.compile(r"([0-9]+\.){3}[0-9]+")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
#: How often a request is tried again; the fragment of the URL can say otherwise (facts: webhook connection overrides).
_RETRIES = 1
_OVERRIDE = re.compile(r"(?:^|&)rc=([0-5])(?:&|$)")


class Address(NamedTuple):
    """
    A URL, as it is called.

    Attributes:
        url: what is requested and signed: what a receiver sees of it.
        authorization: the header that says user and password, which a receiver does not see in the URL.
        retries: how often it is tried again where no connection can be had.
    """

    url: str
    authorization: str | None
    retries: int


@lru_cache(maxsize=64)
def address(url: str) -> Address:
    """
    How a URL is called: with the ASCII form of its host, with a path, without the user, the fragment and steps such as `/../`.

    Raises:
        ValueError: it cannot be called.
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
    A URL as it was given, if it is an absolute one of http or https that can be called.

    Raises:
        UsageError: it is not.
    """
    called(url, what)
    return url


def called(url: str, what: str) -> Address:
    """
    How a URL is called.

    Raises:
        UsageError: it cannot be; `what` says what it was given as.
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
    """A path without the segments that only say where to go."""
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
    """Text of a URL in which every character can stand; what is escaped stays as it is."""
    return quote(_STRAY_PERCENT.sub("%25", text), safe=f"%:@!$&'()*+,;=~{more}")


def _authorization(parts: SplitResult) -> str | None:
    if "@" not in parts.netloc:
        return None
    user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return f"Basic {base64.b64encode(user.encode()).decode()}"
