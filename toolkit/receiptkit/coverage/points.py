"""Points of the contract that an observation covers: a dimension and an item of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from receiptkit.contract import Contract
from receiptkit.contract.webhook_payload import payload
from receiptkit.model.exchange import Exchange, WebhookRequest, text_of

CoveragePoint = tuple[str, str]

#: The dimensions, in the order of the report.
DIMENSIONS = (
    "operations",
    "answers",
    "statuses",
    "channels",
    "nulls",
    "error codes",
    "page shapes",
    "webhooks",
    "scopes",
    "sources",
)


class CoveragePoints:
    """
    Collects points. A webhook is compared with those before it: use one collector for each test.

    Args:
        contract: recognises operations and bodies.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._dates: dict[str, str] = {}
        self._events: set[tuple[str, str]] = set()

    def of(self, seen: Any) -> Iterator[CoveragePoint]:
        """Yield the points of an exchange, a webhook request, or a body, parsed or as text."""
        if isinstance(seen, Exchange):
            yield from self._exchange(seen)
        elif isinstance(seen, WebhookRequest):
            yield from self._webhook(payload(seen).body, seen.method)
        else:
            body = _parsed(seen)
            kind = self._contract.validator.recogniser.recognise(body).kind
            yield from self._webhook(body, "POST") if kind == "webhook" else _body(kind, body)

    def _exchange(self, exchange: Exchange) -> Iterator[CoveragePoint]:
        resolved = self._contract.operations.resolve(exchange.method, exchange.url)
        if resolved is None:
            return
        yield "operations", resolved[0].id
        yield "answers", str(exchange.status)
        if exchange.status < 400:
            yield from _body(resolved[0].kind, _parsed(exchange.body))

    def _webhook(self, parameters: Any, method: str) -> Iterator[CoveragePoint]:
        if not isinstance(parameters, dict):
            return
        status, code, sid, date = (
            str(parameters.get(name, ""))
            for name in ("Status", "ErrorCode", "DeliveryReceiptSid", "DateUpdated")
        )
        yield "sources", "webhooks"
        yield "webhooks", f"Status {status}"
        yield "webhooks", method.upper()
        yield from _family(code)
        if str(parameters.get("RetryCount", "0")) != "0":
            yield "webhooks", "sent again (RetryCount)"
        elif (sid, status) in self._events:
            yield "webhooks", "duplicate"
        elif date < self._dates.get(sid, ""):
            yield "webhooks", "overtaken by a later one"
        self._events.add((sid, status))
        self._dates[sid] = max(date, self._dates.get(sid, ""))


def _body(kind: str | None, body: Any) -> Iterator[CoveragePoint]:
    if not isinstance(body, dict):
        return
    yield "sources", "responses"
    meta = body.get("meta")
    url = (meta if isinstance(meta, dict) else body).get("url")
    if isinstance(url, str) and "/Conversations/" in url:
        yield "scopes", "of a service" if "/Services/" in url else "default"
    if kind == "receipt":
        yield from _receipt(body)
    elif kind == "page":
        yield from _page(body)
    elif kind == "message":
        yield from _nulls("message", body, ("delivery", "participant_sid"))


def _receipt(row: dict[str, Any]) -> Iterator[CoveragePoint]:
    yield "statuses", str(row.get("status")) if row.get("status") is not None else "null"
    yield "channels", str(row.get("channel_message_sid"))[:2]
    yield from _nulls("receipt", row, ("status", "error_code", "date_updated"))
    yield from _family(str(row.get("error_code")))


def _page(page: dict[str, Any]) -> Iterator[CoveragePoint]:
    rows, meta = page.get("delivery_receipts"), page.get("meta")
    if not isinstance(rows, list) or not isinstance(meta, dict):
        return
    for row in rows:
        if isinstance(row, dict):
            yield from _receipt(row)
    first, last = meta.get("previous_page_url") is None, meta.get("next_page_url") is None
    yield (
        "page shapes",
        ("the only one" if last else "first of several")
        if first
        else ("last" if last else "in the middle"),
    )
    if not rows:
        yield "page shapes", "empty"
    elif len(rows) == meta.get("page_size"):
        yield "page shapes", "full"
    yield from _nulls("meta", meta, ("previous_page_url", "next_page_url"))


def _nulls(what: str, body: dict[str, Any], names: Iterable[str]) -> Iterator[CoveragePoint]:
    return (("nulls", f"{what}.{name}") for name in names if name in body and body[name] is None)


def _family(code: str) -> Iterator[CoveragePoint]:
    if len(code) == 5 and code.isdecimal():
        yield "error codes", f"{code[:2]}xxx"


def _parsed(body: Any) -> Any:
    text = text_of(body)
    if text is None:
        return body
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
