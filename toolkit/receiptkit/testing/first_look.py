"""Rule out requests that cannot be of the contract, before the contract is loaded."""

from __future__ import annotations

from receiptkit.model.exchange import WebhookRequest, text_of
from receiptkit.openapi.document import Document

#: Every form with an EventType, or with enough parameters of a webhook, holds one of these.
HINTS = (b"EventType", b"Sid", b"DateCreated", b"DateUpdated", b"RetryCount")


class FirstLook:
    """
    Looks at URLs and webhooks before the contract is made.

    Args:
        document: of the contract.
    """

    def __init__(self, document: Document) -> None:
        # Operations are found by the literal segments of their paths.
        self._segments = {
            max((each for each in path.split("/") if "{" not in each), key=len)
            for path in map(str, document.content.get("paths", ()))
        }

        # A user's own document may give the parameters of webhooks other names.
        self._hints = (b"",) if document.is_foreign else HINTS

    def may_be_of_contract(self, url: str) -> bool:
        """Return False if no operation of the contract has this URL."""
        return any(segment in url for segment in self._segments)

    def may_be_webhook(self, request: WebhookRequest) -> bool:
        """Return False if a request has no parameter of a webhook."""
        parameters = text_of(request.body) or b""
        url = request.url.encode("utf-8", "replace")
        return any(hint in parameters or hint in url for hint in self._hints)
