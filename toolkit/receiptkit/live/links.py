"""Links of answers: rewritten to the origin at which a client called."""

from __future__ import annotations

import re
from collections.abc import Sequence

import orjson

from receiptkit.contract.base_url import API
from receiptkit.text.json_locate import scalars

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
        try:
            text = body.decode()
            orjson.loads(text)
            if not text.lstrip().startswith(("{", "[")):
                return body
            places = [(start, end) for path, start, end in scalars(text) if _is_link(path)]
        except (ValueError, RecursionError):
            # It is no JSON, which the verdict says.
            return body
        pieces, done = [], 0
        for start, end in places:
            value = text[start:end]
            changed = self._in_text(value, origin)
            if changed != value:
                pieces += [text[done:start], changed]
                done = end
        return "".join([*pieces, text[done:]]).encode() if pieces else body

    def _in_text(self, value: str, origin: str) -> str:
        """Return a JSON text with its link rewritten; slashes may be escaped."""
        if not value.startswith('"'):
            return value
        has_escapes = "\\/" in value
        plain = value[1:-1].replace("\\/", "/")
        changed = self._linked(plain, origin)
        if changed == plain:
            return value
        return f'"{changed.replace("/", chr(92) + "/") if has_escapes else changed}"'

    def _linked(self, link: str, origin: str) -> str:
        found = self._pattern.match(link)
        return link if found is None else origin + link[found.end() :]


def _is_link(path: tuple[str, ...]) -> bool:
    """Return True if a member is a link of the API: `url`, `…_page_url`, or one of `links`."""
    return bool(path) and (
        path[-1] == "url" or path[-1].endswith("page_url") or "links" in path[:-1]
    )
