"""Links of responses: rewritten to the origin at which a client called."""

from __future__ import annotations

import re
from collections.abc import Sequence

from receiptkit.contract.base_url import API

#: An object whose members are links.
_LINKS = re.compile(rb'"links"\s*:\s*\{[^{}]*\}')
_LOCATION = (b"location", b"content-location")


class Links:
    """
    Rewrites links to an API.

    Args:
        base: the base URL of the server that answers; links of mocks may be Twilio's own.
    """

    def __init__(self, base: str) -> None:
        bases = "|".join(re.escape(each) for each in dict.fromkeys((base, API)))
        self._pattern = re.compile(rf"(?:{bases})(?=[/?#]|$)", re.IGNORECASE)
        # Slashes may be escaped. A quotation mark within a text is, so that no text looks like a
        # member.
        base = bases.replace("/", r"\\?/")
        value = rf'\s*:\s*"(?P<base>(?i:{base}))(?=\\?/|[?#"])'
        # Such a member is a link at any place. A pattern that begins with a word is found fast.
        self._url = re.compile(rf'url"(?:(?<="url")|(?<=\w_page_url")){value}'.encode())
        self._member = re.compile(rf'"{value}'.encode())

    def in_headers(
        self, headers: Sequence[tuple[bytes, bytes]], origin: str
    ) -> list[tuple[bytes, bytes]]:
        """Return headers whose links lead to the origin."""
        return [
            (name, self._linked(value.decode("latin-1"), origin).encode("latin-1"))
            if name.lower() in _LOCATION
            else (name, value)
            for name, value in headers
        ]

    def in_body(self, body: bytes, origin: str) -> bytes:
        """Return a JSON body whose links lead to the origin; no other byte changes."""

        def to_origin(found: re.Match[bytes]) -> bytes:
            own = origin.replace("/", "\\/") if b"\\/" in found["base"] else origin
            return found[0][: found.start("base") - found.start()] + own.encode()

        def all_of(found: re.Match[bytes]) -> bytes:
            return self._member.sub(to_origin, found[0])

        return self._url.sub(to_origin, _LINKS.sub(all_of, body))

    def _linked(self, link: str, origin: str) -> str:
        found = self._pattern.match(link)
        return link if found is None else origin + link[found.end() :]
