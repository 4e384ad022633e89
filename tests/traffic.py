"""Conforming traffic in the layouts of captures, made without any code that checks it: for proofs and benchmarks."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

_HOST = "https://conversations.twilio.com/v1"
_HOOK = "https://example.com/hooks/twilio"
_CODES = {"SM": (30003, 30005, 30008), "WA": (63016, 63024)}
_FAILED = ("failed", "undelivered")


class Style(NamedTuple):
    """
    The style of a capture.

    Attributes:
        separators: of items and of names, as for `json.dumps`.
        rows_first: True if the rows of a page come before its meta.
        accounts: how many accounts there are.
        in_service: whether requests name a service.
        headers: names of more headers, whose values differ each time.
    """

    separators: tuple[str, str] = (", ", ": ")
    rows_first: bool = False
    accounts: int = 3
    in_service: bool = False
    headers: tuple[str, ...] = ("Twilio-Request-Id", "Date")

    def dumps(self, value: Any) -> str:
        """Return the JSON text of a value."""
        return json.dumps(value, separators=self.separators)


PLAIN = Style()
OTHER = Style(
    (",", ":"),
    rows_first=True,
    accounts=1,
    in_service=True,
    headers=("X-Amzn-Trace-Id", "Via", "Age"),
)


class Traffic:
    """Pages, receipts and webhooks of ever new messages."""

    def __init__(self, seed: int = 1, style: Style = PLAIN) -> None:
        self._rng = random.Random(seed)
        self.style = style
        self._serial = 0

    def sid(self, prefix: str) -> str:
        """Return a SID that no other one equals."""
        return f"{prefix}{self._rng.getrandbits(128):032x}"

    def receipt(self, owner: dict[str, str] | None = None) -> dict[str, Any]:
        """Return a receipt, of the message of `owner` if one is given."""
        rng, owner = self._rng, owner or self.message()
        status = rng.choice(("sent", "delivered", "read", *_FAILED))
        channel = "WA" if status == "read" or rng.random() < 0.2 else "SM"
        created, updated = self._dates()
        sid = self.sid("DY")
        return {
            "sid": sid,
            **owner,
            "channel_message_sid": self.sid(channel),
            "participant_sid": self.sid("MB"),
            "status": status,
            "error_code": rng.choice(_CODES[channel])
            if status in _FAILED
            else rng.choice((0, 0, None)),
            "date_created": f"{created}Z",
            "date_updated": None if status == "sent" and rng.random() < 0.3 else f"{updated}Z",
            "url": f"{self._address(owner)}/{sid}",
        }

    def message(self) -> dict[str, str]:
        """Return the SIDs that the receipts of a message have in common."""
        account = f"{self._serial % self.style.accounts + 1:x}"
        self._serial += 1
        service = {"chat_service_sid": f"IS{account}{'7b' * 15}e"} if self.style.in_service else {}
        return {
            "account_sid": f"AC{account}{'3c' * 15}d",
            **service,
            "conversation_sid": self.sid("CH"),
            "message_sid": self.sid("IM"),
        }

    def page(self, rows: int, size: int = 50) -> dict[str, Any]:
        """Return a page, the only one of its list."""
        owner = self.message()
        url = f"{self._address(owner)}?PageSize={size}&Page=0"
        meta = {
            "page": 0,
            "page_size": size,
            "first_page_url": url,
            "previous_page_url": None,
            "url": url,
            "next_page_url": None,
            "key": "delivery_receipts",
        }
        body = {"meta": meta, "delivery_receipts": [self.receipt(owner) for _ in range(rows)]}
        return dict(reversed(body.items())) if self.style.rows_first else body

    def pages(self, rows: int) -> list[dict[str, Any]]:
        """Return the two pages of a list, which have the same parents and a token."""
        one, two = self.page(rows, rows), self.page(rows, rows)
        owner = {name: one["delivery_receipts"][0][name] for name in self.message()}
        two["delivery_receipts"] = [self.receipt(owner) for _ in range(rows)]
        address, size = self._address(owner), f"?PageSize={rows}"
        token = f"PT{self._rng.getrandbits(64):x}"
        first, last = f"{address}{size}&Page=0", f"{address}{size}&Page=1&PageToken={token}"
        two["meta"] |= {"page": 1, "first_page_url": first, "previous_page_url": first, "url": last}
        one["meta"]["next_page_url"] = last
        return [one, two]

    def exchange(self, body: dict[str, Any], *, as_text: bool = False) -> dict[str, Any]:
        """Return the exchange whose response has a body."""
        headers = {"Content-Type": "application/json", **self._more()}
        return {
            "request": {
                "method": "GET",
                "url": body["meta"]["url"] if "meta" in body else body["url"],
                "headers": {"User-Agent": "twilio-python/9.3", "Accept": "application/json"},
            },
            "response": {
                "status": 200,
                "headers": headers,
                "body": self.style.dumps(body) if as_text else body,
            },
        }

    def parameters(self) -> dict[str, str]:
        """Return the parameters of a webhook."""
        receipt = self.receipt()
        created, updated = self._dates(milliseconds=True)
        found = {
            "EventType": "onDeliveryUpdated",
            "AccountSid": receipt["account_sid"],
            "ChatServiceSid": receipt.get("chat_service_sid", "IS" + "5a" * 16),
            "ConversationSid": receipt["conversation_sid"],
            "MessageSid": receipt["message_sid"],
            "ParticipantSid": receipt["participant_sid"],
            "ChannelMessageSid": receipt["channel_message_sid"],
            "DeliveryReceiptSid": receipt["sid"],
            "Status": receipt["status"],
            "DateCreated": f"{created}Z",
            "DateUpdated": f"{updated}Z",
            "RetryCount": "0",
        }
        if receipt["status"] in _FAILED:
            found["ErrorCode"] = str(receipt["error_code"])
        return found

    def webhook(self) -> dict[str, Any]:
        """Return a webhook request."""
        headers = {
            "Host": "example.com",
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "I-Twilio-Idempotency-Token": f"{self._rng.getrandbits(128):032x}",
            "X-Twilio-Signature": f"{self._rng.getrandbits(128):032x}=",
            **self._more(),
        }
        return {"url": _HOOK, "method": "POST", "headers": headers, "body": self.form()}

    def logged(self) -> dict[str, Any]:
        """Return a webhook request with what a log has beside it."""
        answer = {"milliseconds": self._rng.randint(10, 9000) / 10, "status": 200}
        return {
            "received_at": f"{self._dates(milliseconds=True)[0]}Z",
            **self.webhook(),
            "answer": self._rng.choice([None, answer]),
        }

    def form(self) -> str:
        """Return the form of a webhook."""
        return urlencode(self.parameters())

    def har_entry(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the exchange of a body as an entry of a HAR."""
        exchange, rng = self.exchange(body, as_text=True), self._rng
        text = exchange["response"]["body"]
        both = {"httpVersion": "HTTP/1.1", "cookies": [], "headersSize": -1}
        headers = exchange["response"]["headers"]
        return {
            "startedDateTime": f"{self._dates(milliseconds=True)[0]}Z",
            "time": rng.randint(10, 9000) / 10,
            "request": {
                **exchange["request"],
                "headers": [{"name": "Accept", "value": "*/*"}],
                "queryString": [{"name": "PageSize", "value": "50"}],
                "bodySize": 0,
                **both,
            },
            "response": {
                "status": 200,
                "statusText": "OK",
                "headers": [{"name": name, "value": value} for name, value in headers.items()],
                "content": {"size": len(text), "mimeType": "application/json", "text": text},
                "redirectURL": "",
                "bodySize": len(text),
                **both,
            },
            "cache": {},
            "timings": {"send": 0, "wait": rng.randint(1, 500), "receive": 0},
        }

    def har(self, bodies: Iterator[dict[str, Any]]) -> Iterator[str]:
        """Yield the lines of a HAR."""
        yield '{"log": {"version": "1.2", "creator": {"name": "traffic", "version": "1"}, "entries": ['
        separator = ""
        for body in bodies:
            yield separator + self.style.dumps(self.har_entry(body))
            separator = ","
        yield "]}}"

    def interaction(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the exchange of a body as vcrpy records it."""
        exchange = self.exchange(body, as_text=True)
        headers = exchange["response"]["headers"]
        return {
            "request": {
                "body": None,
                "headers": {"Accept": ["*/*"]},
                "method": "GET",
                "uri": exchange["request"]["url"],
            },
            "response": {
                "body": {"string": exchange["response"]["body"]},
                "headers": {name: [value] for name, value in headers.items()},
                "status": {"code": 200, "message": "OK"},
            },
        }

    def _more(self) -> dict[str, str]:
        return {name: f"{self._rng.getrandbits(64):x}, 1.1 proxy" for name in self.style.headers}

    def _address(self, owner: dict[str, str]) -> str:
        scope = f"/Services/{owner['chat_service_sid']}" if "chat_service_sid" in owner else ""
        conversation, message = owner["conversation_sid"], owner["message_sid"]
        return f"{_HOST}{scope}/Conversations/{conversation}/Messages/{message}/Receipts"

    def _dates(self, *, milliseconds: bool = False) -> tuple[str, str]:
        """Return two moments, the second of them later."""
        rng = self._rng
        minute = f"202{rng.randint(4, 6)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}T{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
        first, last = sorted(rng.sample(range(60), 2))
        fraction = f".{rng.randint(0, 999):03d}" if milliseconds else ""
        return f"{minute}:{first:02d}{fraction}", f"{minute}:{last:02d}{fraction}"


#: One line of NDJSON, or of forms, of each kind of traffic.
def lines(traffic: Traffic) -> dict[str, Iterator[str]]:
    """Return endless lines by the name of their layout."""
    dumps = traffic.style.dumps

    def mixed() -> Iterator[str]:
        while True:
            yield dumps(traffic.exchange(traffic.page(4)))
            for _ in range(4):
                yield dumps(traffic.webhook())

    return {
        "pages of 50": (dumps(traffic.page(50)) for _ in iter(int, 1)),
        "pages of 4": (dumps(traffic.page(4)) for _ in iter(int, 1)),
        "pages with tokens": (dumps(page) for _ in iter(int, 1) for page in traffic.pages(3)),
        "receipts": (dumps(traffic.receipt()) for _ in iter(int, 1)),
        "exchanges with pages of 50": (
            dumps(traffic.exchange(traffic.page(50))) for _ in iter(int, 1)
        ),
        "exchanges with pages of 4": (
            dumps(traffic.exchange(traffic.page(4))) for _ in iter(int, 1)
        ),
        "exchanges with receipts": (
            dumps(traffic.exchange(traffic.receipt())) for _ in iter(int, 1)
        ),
        "exchanges of texts": (
            dumps(traffic.exchange(traffic.page(4), as_text=True)) for _ in iter(int, 1)
        ),
        "webhook requests": (dumps(traffic.webhook()) for _ in iter(int, 1)),
        "webhook requests in a log": (dumps(traffic.logged()) for _ in iter(int, 1)),
        "webhooks as objects": (dumps(traffic.parameters()) for _ in iter(int, 1)),
        "exchanges and webhooks": mixed(),
    }
