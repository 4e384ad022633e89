"""More traffic that is legitimate, of kinds that `control_variants` does not have: information, and no alarm."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from pieces import (
    ACCOUNT,
    API,
    CONVERSATION,
    HOOK,
    IN_SERVICE,
    LIST,
    MESSAGE,
    SIGNED,
    Body,
    Variant,
    configured,
    error,
    got,
    hook,
    message,
    message_url,
    page,
    parameters,
    posted,
    receipt,
    sid,
    signature,
    signed,
    walk,
    with_meta,
)

_RETRIED = "i timeline.duplicate@/Status"


def servers() -> Iterator[Variant]:
    """Yield traffic through servers between the client and Twilio."""
    plain = LIST.replace("https", "http")
    first, last = walk(2, 1)
    yield Variant(
        "a client without TLS beside a proxy that adds it",
        [got(first, f"{plain}?PageSize=2"), got(last)],
    )
    base = "http://gateway.internal:8080/twilio"
    option = ["--api-base-url", base]
    gateway = LIST.replace(API, base)
    yield Variant(
        "a gateway that leaves every link as it is",
        [got(page(receipt(1)), gateway), got(receipt(1), f"{gateway}/{sid('DY', 1)}")],
        options=option,
    )
    rewritten = json.loads(json.dumps(page(receipt(1))).replace(API, base))
    yield Variant("a gateway that rewrites every link", [got(rewritten, gateway)], options=option)
    rows = json.loads(json.dumps(receipt(1)).replace(API, "http://gateway.internal:8080/twilio"))
    yield Variant("a gateway that rewrites the rows", [got(page(rows), gateway)], options=option)
    shouting = got(page(receipt(1)))
    shouting["response"]["headers"] = {"CONTENT-TYPE": "Application/JSON; Charset=UTF-8"}
    yield Variant("headers in capitals", [shouting])


def failures() -> Iterator[Variant]:
    """Yield failures as Twilio, or what is between, gives them."""
    silent: Body = got("", LIST, 503)
    silent["response"]["headers"] = {}
    yield Variant("503 without a body", [silent, got(page(receipt(1)))])
    short = {"message": "Internal Server Error", "status": 500}
    yield Variant("500 without a code", [got(short, LIST, 500)])
    first, second, third = walk(1, 1, 1)
    busy = got(error(20429, 429), second["meta"]["url"], 429)
    busy["response"]["headers"] |= {
        "Retry-After": "1",
        "Twilio-Concurrent-Requests": "5",
        "Twilio-Request-Id": "RQ" + "0123456789abcdef" * 2,
    }
    yield Variant("429 in the middle of a list", [got(first), busy, got(second), got(third)])
    lost = f"The requested resource /Conversations/{CONVERSATION}/Messages/{MESSAGE}/Receipts"
    not_yet = {**error(20404, 404), "message": f"{lost} was not found"}
    yield Variant(
        "404 before a message is known everywhere", [got(not_yet, LIST, 404), got(page())]
    )
    of_name = {**not_yet, "message": lost.replace(CONVERSATION, "support desk") + " was not found"}
    asked = LIST.replace(CONVERSATION, "support%20desk")
    yield Variant(
        "404 for a unique name with a blank",
        [got(of_name, asked, 404), got(page(receipt(1)), asked)],
    )
    old = {**error(20404, 404), "more_info": "https://www.twilio.com/docs/api/errors/20404"}
    yield Variant("the older page of a code", [got(old, LIST, 404)])


def webhooks() -> Iterator[Variant]:
    """Yield webhooks that come again, late or in unusual writing."""
    token = {"I_Twilio_Idempotency_Token": "6f1c9a52-3d0e-4b77-9a2e-000000000001"}
    again = [posted(urlencode(parameters(1, RetryCount=str(count))), **token) for count in range(2)]
    yield Variant("one webhook again, with its token", again, [f"{_RETRIED} 1"])
    masked = {"I_Twilio_Idempotency_Token": "[REDACTED]"}
    two = [posted(urlencode(parameters(number)), **masked) for number in (1, 2)]
    yield Variant("a log that masks tokens", two)
    sent = {"DateUpdated": "2026-05-04T08:00:02.000Z"}
    yield Variant(
        "sent comes again after delivered",
        [hook(1, "sent", **sent), hook(1), hook(1, "sent", RetryCount="1", **sent)],
        [f"{_RETRIED} 2"],
    )
    yield Variant("a method in small letters", [posted(urlencode(parameters()), method="post")])
    yield Variant(
        "one participant of two messages",
        [
            hook(1),
            hook(2, MessageSid=sid("IM", 2), ParticipantSid=sid("MB", 1)),
        ],
    )
    yield Variant(
        "the webhooks of two conversations, interleaved",
        [
            hook(1, "sent", **sent),
            hook(5, "sent", ConversationSid=sid("CH", 2), MessageSid=sid("IM", 2), **sent),
            hook(1),
            hook(5, ConversationSid=sid("CH", 2), MessageSid=sid("IM", 2)),
        ],
    )


def lists() -> Iterator[Variant]:
    """Yield lists that change, and are asked for in unusual ways."""
    late = {"date_created": "2026-05-04T08:00:30Z", "date_updated": "2026-05-04T08:00:35Z"}
    two, three = [receipt(1), receipt(2)], [receipt(1), receipt(2), receipt(3, **late)]
    everything = {"sent": "all", "delivered": "all"}
    yield Variant(
        "a list and its total grow together",
        [
            got(page(*two)),
            got(message(total=2, **everything)),
            got(page(*three)),
            got(message(total=3, **everything)),
        ],
    )
    yield Variant(
        "a stale list, right after a receipt was created",
        [got(page(*three)), got(page(*two))],
    )
    yield Variant(
        "more receipts after a summary",
        [got(message(total=2)), hook(1), hook(2), hook(3)],
    )
    yield Variant(
        "a summary that is a second behind its webhooks",
        [
            hook(1, DateUpdated="2026-05-04T08:00:01.000Z"),
            hook(
                2,
                DateCreated="2026-05-04T08:00:05.000Z",
                DateUpdated="2026-05-04T08:00:06.000Z",
            ),
            got(message(total=1, sent="all")),
        ],
    )
    yield Variant(
        "a token without a page", [got(walk(2, 1)[1], f"{LIST}?PageSize=2&PageToken=PT1")]
    )
    small = walk(1, 1)
    yield Variant(
        "one client reads pages of one, another pages of fifty",
        [got(small[0]), got(page(*two)), got(small[1]), got(page(*two))],
    )
    named = LIST.replace(CONVERSATION, "support-desk")
    yield Variant(
        "a conversation by its name and by its SID",
        [got(page(*two), named), got(page(*two)), got(receipt(1), f"{named}/{sid('DY', 1)}")],
    )
    in_service = [receipt(number, at=IN_SERVICE) for number in (1, 2)]
    yield Variant(
        "a summary in one scope, the list in the other",
        [got(page(*in_service, at=IN_SERVICE)), got(message(total=2, **everything))],
    )
    edited = {**message(total=2, **everything), "body": "Your table is free"}
    yield Variant(
        "a message that is edited between two polls",
        [got(message(total=2, **everything)), got(edited)],
    )


def configurations() -> Iterator[Variant]:
    """Yield configurations that look different from the request, but are equivalent."""
    yield Variant(
        "filters in another order, one of them twice",
        [configured("Filters=onDeliveryUpdated&Filters=onDeliveryUpdated&Method=POST")],
    )
    body = configured("")["response"]["body"]
    cleared = {**body, "post_webhook_url": None, "filters": []}
    sent = configured("Filters=&PostWebhookUrl=")
    sent["response"]["body"] = cleared
    yield Variant("what was cleared is null", [sent])
    unset = {**dict.fromkeys(body), "account_sid": ACCOUNT, "chat_service_sid": sid("IS", 3)}
    unset["url"] = f"{API}/v1/Services/{sid('IS', 3)}/Configuration/Webhooks"
    del unset["target"]
    yield Variant("a service without a configuration", [got(body), got(unset)])


def signatures() -> Iterator[Variant]:
    """Yield valid signatures over unusual URLs and parameters."""
    odd = {**parameters(), "ClientIdentity": "Zoë & Ann=+1 %41"}
    pairs = list(odd.items())
    small: dict[str, Any] = {"x_twilio_signature": signature(HOOK, pairs)}
    yield Variant(
        "signed: a value that is escaped, a header in small letters",
        [posted(urlencode(pairs), **small)],
        options=SIGNED,
    )
    for what, request in {
        "a blank value": signed(HOOK, pairs=[*parameters().items(), ("Source", "")]),
        "an escaped path": signed("https://hooks.example.com/a%20b/%C3%A9?x=%2F"),
        "a port of its own, without TLS": signed("http://hooks.example.com:8080/x"),
        "the default port, without TLS": signed(
            "http://hooks.example.com:80/x", "http://hooks.example.com/x"
        ),
        "a host in capitals": signed("https://HOOKS.example.com/x"),
        "an address of IPv6": signed("https://[2001:db8::1]:8443/x"),
        "a query with a name alone": signed(f"{HOOK}?debug&x="),
    }.items():
        yield Variant(f"signed: {what}", [request], options=SIGNED)
    text = json.dumps({"EventType": "onMessageAdded", "Body": "hi"})
    url = f"{HOOK}?bodySHA256={hashlib.sha256(text.encode()).hexdigest()}"
    as_json = {"Content_Type": "application/json", "X_Twilio_Signature": signature(url)}
    yield Variant(
        "signed: JSON of another event",
        [got(page(receipt(1))), posted(text, url, **as_json)],
        ["i webhook.other-event@ 1"],
        SIGNED,
    )


def polls() -> Iterator[Variant]:
    """Yield polls of one message over time."""
    new: dict[str, Any] = {"date_updated": None}
    yield Variant("failed at once, and so never updated", [got(receipt(1, "failed", **new))])
    summaries = [
        message(total=2),
        message(total=2, sent="some"),
        message(total=2, sent="all", delivered="some"),
        message(total=2, sent="all", delivered="all", read="all"),
    ]
    yield Variant("a summary fills up", [got(each) for each in summaries])
    first, last = walk(2, 1)
    grown = with_meta(last, previous_page_url=None)
    grown["meta"]["previous_page_url"] = f"{LIST}?PageSize=2&Page=0&PageToken=PT0"
    yield Variant("a log without queries", [got(first, LIST), got(last, LIST)])
    cached = [got(page(receipt(1))), got(page(receipt(1)), LIST, 304)]
    yield Variant("304 with the body of a cache", cached)
    yield Variant("a previous link with a token", [got(first), got(grown)])
    other = message(message_url(sid("IM", 2)), total=1, sent="all")
    yield Variant("two messages of one conversation", [got(message(total=1)), got(other)])


def more_controls() -> list[Variant]:
    """Return all legitimate traffic."""
    kinds = (servers, failures, webhooks, lists, configurations, signatures, polls)
    return [variant for kind in kinds for variant in kind()]
