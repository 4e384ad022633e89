"""More pieces of traffic: conversations, participants, their lists, configurations, and HAR."""

from __future__ import annotations

import json
from typing import Any

from pieces import ACCOUNT, API, CONVERSATION, FORM, SERVICE, Body, got, message, sid

CONVERSATIONS = f"{API}/v1/Conversations"
CONV = f"{CONVERSATIONS}/{CONVERSATION}"
OF_SERVICE = f"{API}/v1/Services/{SERVICE}/Conversations/{CONVERSATION}"
OTHER_CONVERSATION = sid("CH", 2)
OTHER_CONV = f"{CONVERSATIONS}/{OTHER_CONVERSATION}"
OTHER_MESSAGE = sid("IM", "other")
AS_FORM = {"Content-Type": FORM}
_SINCE = "2026-05-04T07:10:00Z"


def conv(at: str = CONV, **changes: Any) -> Body:
    """Return a conversation; `at` is its URL."""
    return {
        "account_sid": ACCOUNT,
        "chat_service_sid": SERVICE,
        "messaging_service_sid": sid("MG", 1),
        "sid": at.rsplit("/", 1)[-1],
        "friendly_name": None,
        "unique_name": None,
        "attributes": "{}",
        "state": "active",
        "date_created": _SINCE,
        "date_updated": _SINCE,
        "timers": {},
        "url": at,
        "links": {
            name: f"{at}/{name.title()}" for name in ("participants", "messages", "webhooks")
        },
        "bindings": None,
        **changes,
    }


def part(number: int = 1, at: str = CONV, **changes: Any) -> Body:
    """Return a participant with a telephone; `at` is the URL of the conversation."""
    own = sid("MB", number)
    return {
        "account_sid": ACCOUNT,
        "conversation_sid": at.rsplit("/", 1)[-1],
        "sid": own,
        "identity": None,
        "attributes": "{}",
        "messaging_binding": {
            "type": "sms",
            "address": f"+1555010000{number}",
            "proxy_address": "+15550109999",
        },
        "role_sid": sid("RL", 1),
        "date_created": _SINCE,
        "date_updated": _SINCE,
        "url": f"{at}/Participants/{own}",
        "last_read_message_index": None,
        "last_read_timestamp": None,
        **changes,
    }


def scoped(number: int = 1, *, target: str = "webhook", **configuration: Any) -> Body:
    """Return the webhook of a conversation; names are members of its configuration."""
    own = sid("WH", number)
    usual = {"url": "https://example.com/s", "method": "post", "filters": ["onDeliveryUpdated"]}
    return {
        "sid": own,
        "account_sid": ACCOUNT,
        "conversation_sid": CONVERSATION,
        "target": target,
        "url": f"{CONV}/Webhooks/{own}",
        "configuration": {**usual, **configuration} if target == "webhook" else configuration,
        "date_created": _SINCE,
        "date_updated": _SINCE,
    }


def listed(name: str, at: str, *rows: Body, number: int = 0, size: int = 50, **meta: Any) -> Body:
    """Return a page of a list; `at` is its URL."""

    def link(of: int) -> str:
        return f"{at}?PageSize={size}&Page={of}" + (f"&PageToken=PT{of}" if of else "")

    links = {
        "first_page_url": link(0),
        "previous_page_url": link(number - 1) if number else None,
        "url": link(number),
        "next_page_url": None,
    }
    return {
        "meta": {"page": number, "page_size": size, **links, "key": name, **meta},
        name: [*rows],
    }


def config(**changes: Any) -> Body:
    """Return the configuration of an account."""
    return {
        "account_sid": ACCOUNT,
        "method": "POST",
        "filters": ["onDeliveryUpdated"],
        "pre_webhook_url": None,
        "post_webhook_url": "https://example.com/post",
        "target": "webhook",
        "url": f"{API}/v1/Configuration/Webhooks",
        **changes,
    }


def config_of_service(**changes: Any) -> Body:
    """Return the configuration of a service."""
    url = f"{API}/v1/Services/{SERVICE}/Configuration/Webhooks"
    own = config(**{"chat_service_sid": SERVICE, "url": url, **changes})
    return {name: value for name, value in own.items() if name != "target"}


def msg(**changes: Any) -> Body:
    """Return a message without a summary."""
    return {**message(), **changes}


def moved(body: Body) -> Body:
    """Return a body with another conversation in the place of its own, in its links, too."""
    text = json.dumps(body).replace(CONVERSATION, OTHER_CONVERSATION)
    found: Body = json.loads(text)
    return found


def sent(answer: Body, url: str, form: str, status: int = 201) -> Body:
    """Return the exchange in which a form was posted."""
    return got(answer, url, status, method="POST", headers=AS_FORM, body=form)


def answered(status: int, url: str, method: str = "GET", body: str = "", kind: str = "") -> Body:
    """Return an exchange with a text as the response; `kind` is its Content-Type."""
    headers = {"Content-Type": kind} if kind else {}
    return {
        "request": {"method": method, "url": url},
        "response": {"status": status, "headers": headers, "body": body},
    }


def har(*exchanges: tuple[str, Body]) -> Body:
    """Return a HAR of exchanges, each with the time of its request."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "x", "version": "1"},
            "entries": [_entry(at, each["request"], each["response"]) for at, each in exchanges],
        }
    }


def _entry(at: str, request: Body, response: Body) -> Body:
    text = json.dumps(response["body"])
    of_both = {"httpVersion": "HTTP/1.1", "cookies": [], "headersSize": -1, "bodySize": -1}
    return {
        "startedDateTime": at,
        "time": 10,
        "request": {**of_both, **request, "headers": [], "queryString": []},
        "response": {
            **of_both,
            "status": response["status"],
            "statusText": "",
            "headers": [
                {"name": name, "value": each} for name, each in response["headers"].items()
            ],
            "content": {"size": len(text), "mimeType": "application/json", "text": text},
            "redirectURL": "",
        },
        "cache": {},
        "timings": {"send": 1, "wait": 1, "receive": 1},
    }
