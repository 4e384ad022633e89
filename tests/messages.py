"""Traffic of messages: created, listed, read, deleted, beside their receipts; every now and then two of them disagree."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import traffic

_HOST = "https://conversations.twilio.com/v1"
_SUMMARY = {
    "total": 2,
    "sent": "all",
    "delivered": "all",
    "read": "none",
    "failed": "none",
    "undelivered": "none",
}


def lines(count: int, seed: int = 1, *, in_bodies: bool = False) -> Iterator[str]:
    """
    Yield lines of a capture about so many messages.

    Args:
        count: how many messages.
        seed: of all draws.
        in_bodies: True for bare bodies in the place of exchanges.
    """
    rng = random.Random(seed)
    made = traffic.Traffic(seed)
    for number in range(count):
        flaw = _FLAWS[number // 4 % len(_FLAWS)] if number % 4 == 3 else ""
        for exchange in _of_message(made, rng, flaw):
            yield json.dumps(exchange["response"]["body"] if in_bodies else exchange)


#: What is wrong with some of them.
_FLAWS = ("account", "conversation", "index", "author", "date", "change", "summary", "deleted")


def _of_message(made: traffic.Traffic, rng: random.Random, flaw: str) -> list[dict[str, Any]]:
    owner = made.message()
    rows = [_receipt(made, owner) for _ in range(2)]
    body = _message(owner, made.sid("MB") if rng.random() < 0.5 else None)
    other = {**body, "links": dict(body["links"])}
    if flaw in ("account", "conversation"):
        name = f"{flaw}_sid"
        body[name] = body[name][:2] + made.sid("XX")[2:]
    if flaw == "index":
        other["index"] = 4
    if flaw == "author":
        body["participant_sid"] = other["participant_sid"] = rows[1]["participant_sid"]
    if flaw == "date":
        body["date_created"] = other["date_created"] = "2026-03-03T09:00:00Z"
        body["date_updated"] = other["date_updated"] = None
    if flaw == "change":
        other["date_created"] = "2026-03-01T08:00:00Z"
    if flaw == "summary":
        other["delivery"] = {**_SUMMARY, "delivered": "none", "failed": "all"}
    url = f"{_HOST}/Conversations/{owner['conversation_sid']}/Messages"
    found = [_got(row, row["url"]) for row in rows]
    found += [_got(body, f"{url}/{owner['message_sid']}"), _got(_listed(url, other), url)]
    if rng.random() < 0.3 or flaw == "deleted":
        gone = _got("", f"{url}/{owner['message_sid']}")
        gone["request"]["method"], gone["response"]["status"] = "DELETE", 204
        found.insert(2 if flaw == "deleted" else 4, gone)
    if rng.random() < 0.2:
        rng.shuffle(found)
    return found


def _receipt(made: traffic.Traffic, owner: dict[str, str]) -> dict[str, Any]:
    """Return a receipt that was delivered long ago."""
    dates = {"date_created": "2026-03-02T09:15:00Z", "date_updated": "2026-03-02T09:15:04Z"}
    row = made.receipt(owner)
    sid = row["channel_message_sid"]
    channel = {"channel_message_sid": f"SM{sid[2:]}"}
    return {**row, **channel, **dates, "status": "delivered", "error_code": 0}


def _message(owner: dict[str, str], author: str | None) -> dict[str, Any]:
    url = f"{_HOST}/Conversations/{owner['conversation_sid']}/Messages/{owner['message_sid']}"
    return {
        "sid": owner["message_sid"],
        "account_sid": owner["account_sid"],
        "conversation_sid": owner["conversation_sid"],
        "participant_sid": author,
        "author": "system",
        "body": "Your table is ready",
        "media": None,
        "attributes": "{}",
        "index": 0,
        "date_created": "2026-03-02T09:14:58Z",
        "date_updated": "2026-03-02T09:14:58Z",
        "delivery": dict(_SUMMARY),
        "content_sid": None,
        "url": url,
        "links": {"delivery_receipts": f"{url}/Receipts"},
    }


def _listed(url: str, row: dict[str, Any]) -> dict[str, Any]:
    own = f"{url}?PageSize=50&Page=0"
    links = {"first_page_url": own, "previous_page_url": None, "url": own, "next_page_url": None}
    return {"meta": {"page": 0, "page_size": 50, **links, "key": "messages"}, "messages": [row]}


def _got(body: Any, url: str) -> dict[str, Any]:
    return {
        "request": {"method": "GET", "url": url},
        "response": {
            "status": 200,
            "headers": {"Content-Type": "application/json"},
            "body": body,
        },
    }
