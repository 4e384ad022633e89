"""A base URL that replaces Twilio's, such as that of a mock or a proxy."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

API = "https://conversations.twilio.com"
#: Members of bodies that are links, and those whose values are objects with more links.
_LINKS = frozenset({"url", "first_page_url", "previous_page_url", "next_page_url"})
_NESTED = ("meta", "links")
_ROWS = "delivery_receipts"


class BaseUrl:
    """Replaces one base URL by Twilio's, so that links may use either; None replaces nothing."""

    def __init__(self, base: str | None) -> None:
        self.base = base
        parts = urlsplit(base or "")
        path = parts.path.rstrip("/")
        origin = re.escape(f"{parts.scheme}://{parts.netloc}")
        # A log may hold the path alone.
        found = rf"(?:(?i:{origin})|(?=/)){re.escape(path)}(?=[/?#]|$)"
        self._pattern = re.compile(found if path else rf"(?i:{origin})(?=[/?#]|$)")

    def in_url(self, url: str) -> str:
        """Return a URL as if it were Twilio's."""
        found = self._pattern.match(url) if self.base is not None else None
        return url if found is None else API + url[found.end() :]

    def in_body(self, body: Any) -> Any:
        """Return a body with its links as if they were Twilio's; the body itself is left alone."""
        if self.base is None or not isinstance(body, dict):
            return body
        changed = self._with_links(body)
        for name in _NESTED:
            if isinstance(body.get(name), dict):
                changed[name] = self._with_links(body[name], every=name == "links")
        rows = body.get(_ROWS)
        if isinstance(rows, list):
            changed[_ROWS] = [
                self._with_links(row) if isinstance(row, dict) else row for row in rows
            ]
        return changed

    def _with_links(self, node: dict[str, Any], *, every: bool = False) -> dict[str, Any]:
        return {
            name: self.in_url(value)
            if isinstance(value, str) and (every or name in _LINKS)
            else value
            for name, value in node.items()
        }
