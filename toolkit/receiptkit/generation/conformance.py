"""Check that generated JSON conforms: each text, or one of its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson

from receiptkit.bulk import Bulk
from receiptkit.contract import Contract
from receiptkit.model.exchange import READ_HEADERS, WebhookRequest
from receiptkit.model.finding import Finding
from receiptkit.rules import catalogue


class ShapeChecker:
    """
    Checks texts by their shapes: what the contract accepted proves others like it.

    Args:
        check: returns the findings of a parsed text.
    """

    def __init__(self, check: Callable[[Any], list[Finding]]) -> None:
        self._check = check
        self._bulk = Bulk()

    def findings(self, texts: Sequence[bytes]) -> Iterator[list[Finding]]:
        """Yield the findings of each text; none for a text that its shape proves clean."""
        allowed = catalogue.allows_bulk()
        clean = self._bulk.facts(texts) if allowed else [None] * len(texts)
        for number, text in enumerate(texts):
            if clean[number] is not None:
                yield []
                continue
            found = self._check(orjson.loads(text))
            if not found and allowed and self._bulk.is_worth_learning():
                self._bulk.learn(text.decode(), (), self._verdict)
                clean[number + 1 :] = self._bulk.facts(texts[number + 1 :])
            yield found

    def _verdict(self, text: str) -> tuple[bool, tuple[()]]:
        return not self._check(orjson.loads(text)), ()


class WebhookChecker:
    """
    Checks webhook requests by their shapes, without the headers that no rule reads.

    Args:
        contract: the contract.
    """

    def __init__(self, contract: Contract) -> None:
        self._shapes = ShapeChecker(lambda sent: contract.check_webhook(WebhookRequest(*sent)))
        # A signature is read only by those who know the auth token.
        signed = contract.validator.auth_token is not None
        self._headers = READ_HEADERS | ({"x-twilio-signature"} if signed else set())

    def findings(self, requests: Iterable[WebhookRequest]) -> Iterator[list[Finding]]:
        """Yield the findings of each request."""
        return self._shapes.findings(
            [
                orjson.dumps([each.url, each.method, each.body, self._read(each)])
                for each in requests
            ]
        )

    def _read(self, sent: WebhookRequest) -> dict[str, str]:
        return {
            name: value for name, value in sent.headers.items() if name.lower() in self._headers
        }
