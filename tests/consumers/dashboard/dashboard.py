"""A dashboard's back end: how far a message has come. It reads the receipts with requests."""

from __future__ import annotations

from collections import Counter
from typing import Any

import requests

API = "https://conversations.twilio.com/v1"


class Receipts:
    """The receipts of messages, as the API lists them."""

    def __init__(self, account_sid: str, auth_token: str) -> None:
        self._session = requests.Session()
        self._session.auth = (account_sid, auth_token)

    def of(self, conversation: str, message: str) -> list[dict[str, Any]]:
        """All receipts of a message, along the links from page to page."""
        url: str | None = (
            f"{API}/Conversations/{conversation}/Messages/{message}/Receipts?PageSize=20"
        )
        found: list[dict[str, Any]] = []
        while url:
            page = self._session.get(url, timeout=10).json()
            found += page["delivery_receipts"]
            url = page["meta"]["next_page_url"]
        return found

    def progress(self, conversation: str, message: str) -> Counter[str]:
        """Return the number of recipients at each status; those without one are `on its way`."""
        return Counter(
            receipt["status"] or "on its way" for receipt in self.of(conversation, message)
        )
