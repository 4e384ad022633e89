"""URLs as they may be shown: only the words of the contract are public."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from receiptkit.contract import Contract
from receiptkit.model.display import masked
from receiptkit.model.regex import regex

_URL = regex(
    r"(?:(?P<scheme>https?)://(?:[^/?#]*@)?(?P<host>[^/?#]*))?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.DOTALL | re.IGNORECASE,
)
_PORT = regex(r"(?::[0-9]{1,5})?\Z")
#: Hosts of Twilio, of this machine, and of the test clients of web frameworks.
_HOST = regex(
    r"(?:[a-z0-9-]+\.)*twilio\.com|localhost|127\.0\.0\.1|\[::1\]|testserver|testclient|test",
    re.IGNORECASE,
)
_SID = regex(r"[A-Z]{2}[0-9a-f]{32}")
_METHODS = frozenset(
    ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT")
)
_PARAMETERS = frozenset(("PageSize", "Page", "PageToken", "Order"))
_PAGING = regex(r"(?:PageSize=[0-9]{1,4}|Page=[0-9]{1,7}|PageToken=[A-Z]{2}[0-9]{1,9})")


class PublicUrls:
    """
    Masks what of a URL may be private.

    Args:
        contract: its words are public.
        words: more segments of paths that are.
    """

    def __init__(self, contract: Contract, words: Iterable[str] = ()) -> None:
        self._contract = contract
        self._segments = frozenset(
            segment
            for path in contract.operations.paths
            for segment in path.split("/")
            if "{" not in segment
        ).union(words)

    def path(self, path: str, *, shows_sids: bool = False) -> str:
        """Return a path with every segment masked that the contract does not have."""
        segments = (unquote(segment) for segment in path.split("/"))
        return "/".join(
            segment
            if segment in self._segments or (shows_sids and _SID.fullmatch(segment))
            else masked(segment, "segment")
            for segment in segments
        )

    def url(self, url: str) -> str:
        """
        Return a URL with its user, host, path and query masked, other than Twilio's hosts, words of
        the contract, SIDs, and numbers of pages.
        """
        match = _URL.fullmatch(url)
        if match is None:
            return masked(url, "URL")
        scheme, host = match["scheme"], match["host"]
        origin = "" if host is None else f"{scheme.lower()}://{self._host(host)}"
        query = match["query"]
        shown = "" if not query else f"?{'&'.join(map(_parameter, query.split('&')[:20]))}"
        return f"{origin}{self.path(match['path'], shows_sids=True)}{shown}"

    def _host(self, host: str) -> str:
        port = _PORT.search(host)
        name = host[: port.start()] if port else host
        base = self._contract.validator.base_url.base or ""
        is_public = _HOST.fullmatch(name) or f"//{host}" in f"{base}/".partition("?")[0]
        return host if is_public and name else masked(host, "host")


def _parameter(text: str) -> str:
    name = text.partition("=")[0]
    if _PAGING.fullmatch(text):
        return text
    return f"{name if name in _PARAMETERS else masked(name)}=…"


def public_method(method: str) -> str:
    """Return a method in upper case, masked if it is not one of HTTP's."""
    return method if method in _METHODS else masked(method, "method")
