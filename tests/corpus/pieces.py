"""Small pieces of traffic, written without code of receiptkit's, so that variants of defects can be put together."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlencode

API = "https://conversations.twilio.com"
HOOK = "https://hooks.example.com/twilio/receipts"
TOKEN = "f00dfeed00112233445566778899aabb"
FORM = "application/x-www-form-urlencoded"

SIGNED = ["--auth-token-env", "VARIANT_TOKEN"]

Body = dict[str, Any]


class Variant(NamedTuple):
    """
    Traffic and its findings.

    Attributes:
        name: what is special about it.
        observations: the lines of a capture; `files` has several captures instead.
        expected: severity (e, w or i), `rule@pointer` and the number of the observation.
        options: of the command line.
        says: what a hint must say.
        files: the content of captures by the names of their files.
    """

    name: str
    observations: list[Body]
    expected: Sequence[str] = ()
    options: Sequence[str] = ()
    says: str = ""
    files: Mapping[str, Body] = MappingProxyType({})


def sid(prefix: str, *names: object) -> str:
    """Return the SID of a thing that is named by words."""
    return prefix + hashlib.sha256("/".join(map(str, names)).encode()).hexdigest()[:32]


ACCOUNT, CONVERSATION, MESSAGE = sid("AC", 1), sid("CH", 1), sid("IM", 1)
SERVICE = sid("IS", 1)


def message_url(message: str = MESSAGE, service: str | None = None) -> str:
    """Return the URL of a message."""
    scope = f"/Services/{service}" if service else ""
    return f"{API}/v1{scope}/Conversations/{CONVERSATION}/Messages/{message}"


LIST = f"{message_url()}/Receipts"
IN_SERVICE = f"{message_url(service=SERVICE)}/Receipts"


def receipt(
    number: int = 1, status: str | None = "delivered", *, at: str = LIST, **changes: Any
) -> Body:
    """Return a receipt; `at` is the URL of its list."""
    own = sid("DY", number)
    service = {"chat_service_sid": SERVICE} if "/Services/" in at else {}
    return {
        "sid": own,
        "account_sid": ACCOUNT,
        **service,
        "conversation_sid": CONVERSATION,
        "message_sid": at.split("/")[-2],
        "channel_message_sid": sid("WA" if status == "read" else "SM", number),
        "participant_sid": sid("MB", number),
        "status": status,
        "error_code": 30008 if status in ("failed", "undelivered") else 0,
        "date_created": "2026-05-04T08:00:00Z",
        "date_updated": "2026-05-04T08:00:05Z",
        "url": f"{at}/{own}",
        **changes,
    }


def page(
    *rows: Body, number: int = 0, size: int = 50, more: bool = False, at: str = LIST, **meta: Any
) -> Body:
    """Return a page; the page behind its next link has the token PT and its number."""

    def link(of: int) -> str:
        token = f"&PageToken=PT{of}" if of else ""
        return f"{at}?PageSize={size}&Page={of}{token}"

    links = {
        "first_page_url": link(0),
        "previous_page_url": link(number - 1) if number else None,
        "url": link(number),
        "next_page_url": link(number + 1) if more else None,
    }
    return {
        "meta": {"page": number, "page_size": size, **links, "key": "delivery_receipts", **meta},
        "delivery_receipts": list(rows),
    }


def walk(*sizes: int, at: str = LIST, status: str = "delivered") -> list[Body]:
    """Return the pages of a list, so many receipts on each; all but the last are full."""
    pages, first = [], 1
    for number, count in enumerate(sizes):
        rows = [receipt(first + index, status, at=at) for index in range(count)]
        first += count
        pages.append(page(*rows, number=number, size=sizes[0], more=number + 1 < len(sizes), at=at))
    return pages


def with_meta(body: Body, **meta: Any) -> Body:
    """Return a page with other members in its meta."""
    return {**body, "meta": {**body["meta"], **meta}}


def message(at: str = message_url(), /, **delivery: Any) -> Body:
    """Return a message with a summary; levels that are not given are `none`."""
    levels = dict.fromkeys(("sent", "delivered", "read", "failed", "undelivered"), "none")
    service = {"chat_service_sid": SERVICE} if "/Services/" in at else {}
    return {
        "sid": at.rsplit("/", 1)[-1],
        "account_sid": ACCOUNT,
        **service,
        "conversation_sid": CONVERSATION,
        "participant_sid": None,
        "author": "system",
        "body": "Your table is ready",
        "media": None,
        "attributes": "{}",
        "index": 0,
        "date_created": "2026-05-04T07:59:58Z",
        "date_updated": "2026-05-04T07:59:58Z",
        "delivery": {"total": 1, **levels, **delivery} if delivery else None,
        "content_sid": None,
        "url": at,
        "links": {
            "delivery_receipts": f"{at}/Receipts",
            "channel_metadata": f"{at}/ChannelMetadata",
        },
    }


def got(answer: Body | str, url: str | None = None, status: int = 200, **request: Any) -> Body:
    """Return the exchange in which a body was answered; asked for by its own URL unless one is given."""
    own = url or (answer["meta"]["url"] if "meta" in answer else answer["url"])  # type: ignore[index]
    return {
        "request": {"method": "GET", "url": own, **request},
        "response": {
            "status": status,
            "headers": {"Content-Type": "application/json"},
            "body": answer,
        },
    }


def error(code: int, status: int) -> Body:
    """Return an error body."""
    page_of_code = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": "no", "more_info": page_of_code, "status": status}


def configured(form: str, media_type: str = FORM) -> Body:
    """Return the exchange in which an account's webhooks were configured by a body."""
    configuration = {
        "account_sid": ACCOUNT,
        "method": "POST",
        "filters": ["onDeliveryUpdated"],
        "pre_webhook_url": None,
        "post_webhook_url": "https://example.com/post",
        "target": "webhook",
        "url": f"{API}/v1/Configuration/Webhooks",
    }
    headers = {"Content-Type": media_type}
    return got(configuration, method="POST", headers=headers, body=form)


def parameters(number: int = 1, status: str = "delivered", **changes: Any) -> dict[str, str]:
    """Return the parameters of a webhook about a receipt; those that are changed to None are left out."""
    found = {
        "EventType": "onDeliveryUpdated",
        "AccountSid": ACCOUNT,
        "ChatServiceSid": SERVICE,
        "ConversationSid": CONVERSATION,
        "MessageSid": MESSAGE,
        "ParticipantSid": sid("MB", number),
        "ChannelMessageSid": sid("WA" if status == "read" else "SM", number),
        "DeliveryReceiptSid": sid("DY", number),
        "Status": status,
        "DateCreated": "2026-05-04T08:00:00.412Z",
        "DateUpdated": "2026-05-04T08:00:05.337Z",
        "RetryCount": "0",
        "ErrorCode": "30008" if status in ("failed", "undelivered") else None,
        **changes,
    }
    return {name: value for name, value in found.items() if value is not None}


def hook(number: int = 1, status: str = "delivered", /, **changes: Any) -> Body:
    """Return the webhook of a receipt, posted as a form."""
    return posted(urlencode(parameters(number, status, **changes)))


def posted(body: str, url: str = HOOK, method: str = "POST", **headers: str) -> Body:
    """Return a request to the webhook URL; names of headers have underscores for hyphens."""
    sent = {"Content_Type": FORM, **headers}
    return {
        "url": url,
        "method": method,
        "headers": {name.replace("_", "-"): value for name, value in sent.items() if value},
        "body": body,
    }


def signature(url: str, pairs: list[tuple[str, str]] | None = None, token: str = TOKEN) -> str:
    """Return the signature of a request, as facts.md section 2.4 has it."""
    values: dict[str, set[str]] = {}
    for name, value in pairs or []:
        values.setdefault(name, set()).add(value)
    text = url + "".join(name + value for name in sorted(values) for value in sorted(values[name]))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def signed(
    called: str,
    logged: str | None = None,
    pairs: list[tuple[str, str]] | None = None,
    token: str = TOKEN,
    over: list[tuple[str, str]] | None = None,
    **headers: str,
) -> Body:
    """Return a posted form that is signed for the URL that was called, as it was logged."""
    pairs = list(parameters().items()) if pairs is None else pairs
    return posted(
        urlencode(pairs),
        logged or called,
        X_Twilio_Signature=signature(called, pairs if over is None else over, token),
        **headers,
    )
