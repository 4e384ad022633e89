"""Links of answers: rewritten to the origin at which a client called."""

from __future__ import annotations

import re
from collections.abc import Sequence

from receiptkit.contract.base_url import API

#: Members that are links, and objects whose members are.
_NAME = re.compile(rb"url|\w+_page_url")
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
        escaped = bases.replace("/", r"\\?/")
        self._member = re.compile(
            rf'"(?P<name>\w+)"\s*:\s*"(?P<base>{escaped})(?=\\?/|[?#"])'.encode(), re.IGNORECASE
        )

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
        spans = [each.span() for each in _LINKS.finditer(body)]

        def rewritten(found: re.Match[bytes]) -> bytes:
            is_link = _NAME.fullmatch(found["name"]) is not None
            if not is_link and not any(start < found.start() < end for start, end in spans):
                return found[0]
            own = origin.replace("/", "\\/") if b"\\/" in found["base"] else origin
            return found[0][: found.start("base") - found.start()] + own.encode()

        return self._member.sub(rewritten, body)

    def _linked(self, link: str, origin: str) -> str:
        found = self._pattern.match(link)
        return link if found is None else origin + link[found.end() :]
