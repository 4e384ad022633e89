"""Unusual traffic that is legitimate: it may have information, and no alarm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from pieces import (
    ACCOUNT,
    CONVERSATION,
    HOOK,
    IN_SERVICE,
    LIST,
    MESSAGE,
    SERVICE,
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


def pages() -> Iterator[Variant]:
    """Yield lists that are read in unusual ways."""
    first, last = walk(2, 1)
    one, two = got(first), got(last)
    yield Variant("a list that is read to its end", [one, two])
    yield Variant("a list that is read three times", [one, two] * 3)
    yield Variant("page 0 again and again, between two readings", [one, two, one, one, one, two])
    yield Variant("both pages in the other order, from two processes", [two, one, two])
    reordered = f"{LIST}?PageToken=PT1&Page=1&PageSize=2"
    yield Variant("the parameters of a link in another order", [one, got(last, reordered)])
    capitals = first["meta"]["url"].replace(
        "conversations.twilio.com", "CONVERSATIONS.twilio.com:443"
    )
    yield Variant("a host in capitals, with the port of TLS", [got(first, capitals), two])
    colon = f"{LIST}?PageSize=2&Page=1&PageToken=PT"
    yield Variant(
        "a token with a colon, escaped by the client",
        [
            got(with_meta(first, next_page_url=f"{colon}:15")),
            got(with_meta(last, url=f"{colon}%3A15")),
        ],
    )
    yield Variant("a list without a query", [got(page(receipt(1)), LIST)])
    yield Variant("a page of 20, for a library's 20 rows", [got(page(receipt(1), size=20))])
    yield Variant(
        "an empty list, then a receipt",
        [got(page()), got(page(receipt(1, "sent", date_updated=None)))],
    )
    text = json.dumps(page(receipt(1)))
    region = text.replace("conversations.twilio", "conversations.sydney.au1.twilio")
    yield Variant("a list of a region", [got(json.loads(region))])
    asked = LIST.replace("conversations.twilio", "conversations.dublin.ie1.twilio")
    yield Variant("a region that answers with global links", [got(page(receipt(1)), asked)])
    pushed, second = walk(2, 2)
    second["delivery_receipts"] = [receipt(2), receipt(3)]
    yield Variant(
        "a receipt that came in between pushes another to the next page",
        [got(pushed), got(second)],
        ["i listing.overlap@/delivery_receipts/0/sid 1"],
    )
    name = f"{LIST}?PageSize=50".replace(CONVERSATION, "support-desk")
    yield Variant("a conversation by its unique name", [got(page(receipt(1)), name)])
    same = receipt(2, participant_sid=sid("MB", 1))
    yield Variant("two receipts of one participant", [got(page(receipt(1), same))])


def times() -> Iterator[Variant]:
    """Yield receipts whose states arrive in unusual ways."""
    new: dict[str, Any] = {"date_updated": None}
    sent = receipt(1, "sent", date_updated="2026-05-04T08:00:02Z")
    yield Variant(
        "from null to delivered", [got(receipt(1, None, **new)), got(sent), got(receipt(1))]
    )
    unknown = receipt(1, None, channel_message_sid=None, **new)
    yield Variant(
        "the message of the channel is known later", [got(unknown), got(receipt(1)), hook()]
    )
    masked = receipt(1, channel_message_sid="SM" + "0" * 32)
    yield Variant("a log without the message of the channel", [got(masked), hook()])
    yield Variant("an account that is not named", [got(receipt(1, account_sid=None)), hook()])
    yield Variant("two equal answers", [got(receipt(1)), got(receipt(1))])
    yield Variant(
        "a webhook a second ahead of the answer",
        [hook(DateUpdated="2026-05-04T08:00:04.999Z"), got(receipt(1))],
    )
    yield Variant(
        "an answer whose date is rounded down",
        [hook(DateCreated="2026-05-04T08:00:00.999Z"), got(receipt(1))],
    )
    yield Variant("a failure in both", [got(receipt(1, "failed")), hook(1, "failed")])
    yield Variant("a stale answer", [hook(), got(sent)], ["i timeline.arrived-late@/status 1"])
    yield Variant(
        "sent and delivered in one second, in the other order",
        [
            hook(1, "sent", DateUpdated="2026-05-04T08:00:05.100Z"),
            hook(DateUpdated="2026-05-04T08:00:05.050Z"),
        ],
    )
    in_service = page(receipt(1, at=IN_SERVICE), at=IN_SERVICE)
    yield Variant("both scopes and a webhook", [hook(), got(page(receipt(1))), got(in_service)])


def summaries() -> Iterator[Variant]:
    """Yield summaries that may be true."""
    late = receipt(2, date_updated="2026-05-04T08:00:09Z")
    both = [got(page(receipt(1), receipt(2)))]
    everything: dict[str, Any] = dict.fromkeys(
        ("sent", "delivered", "read", "failed", "undelivered"), "some"
    )
    for what, before, delivery in (
        ("behind the list", [got(page(receipt(1), late))], {"sent": "all", "delivered": "some"}),
        ("read since the list", both, {"sent": "all", "delivered": "all", "read": "some"}),
        ("more than were listed", both, {"total": 3, "sent": "all", "delivered": "some"}),
        ("a failure that was sent", [], {"total": 1, "sent": "all", "failed": "all"}),
        ("a failure that was not sent", [], {"total": 1, "failed": "all"}),
        ("every end of five", [], {"total": 5, **everything}),
    ):
        yield Variant(f"a summary: {what}", [*before, got(message(**{"total": 2, **delivery}))])
    yield Variant("no summary and no receipt", [got(message()), got(page())])
    of_service = message(message_url(service=SERVICE), total=1, sent="all")
    yield Variant("a message of a service", [got(of_service)])
    path = {"links": {"delivery_receipts": LIST.partition(".com")[2]}}
    yield Variant("a message with a link that is a path", [got({**message(total=1), **path})])


def requests() -> Iterator[Variant]:
    """Yield requests and webhooks with unusual parts."""
    yield Variant("a webhook that was sent again, alone", [hook(RetryCount="1")])
    offset = {
        "DateCreated": "2026-05-04T10:00:00.412+02:00",
        "DateUpdated": "2026-05-04T10:00:05.337+02:00",
    }
    yield Variant("dates with an offset", [hook(**offset), got(receipt(1))])
    yield Variant("a code of 0 with a success", [hook(ErrorCode="0")])
    seen = {"Attributes": "{}", "ParticipantIdentity": "x", "MessagingServiceSid": sid("MG", 1)}
    yield Variant(
        "parameters that were seen, but are not documented",
        [hook(**seen, Source="SMS")],
        [f"i webhook.unknown-parameter@/{name} 0" for name in seen],
    )
    by_get = {"url": f"{HOOK}?tenant=7&{urlencode(parameters())}", "method": "GET", "headers": {}}
    yield Variant(
        "a parameter of the address, by GET",
        [by_get],
        ["i webhook.unknown-parameter@/<name, 6 characters> 0"],
    )
    incoming = {"SmsSid": sid("SM", 1), "SmsStatus": "received", "From": "+15550100", "Body": "hi"}
    yield Variant(
        "an incoming message between",
        [got(page(receipt(1))), posted(urlencode(incoming))],
        ["i body.unknown-kind@ 1"],
    )
    filters = "Filters=onMessageAdded&Filters=onDeliveryUpdated"
    both = configured(f"{filters}&Method=POST")
    both["response"]["body"]["filters"] = ["onDeliveryUpdated", "onMessageAdded"]
    yield Variant("filters that are repeated", [both])
    yield Variant("fields that are cleared", [configured("Filters=&PostWebhookUrl=")])
    for what, query in (("page 1 without a token", "Page=1"), ("a page of 1000", "PageSize=1000")):
        yield Variant(f"{what} is refused", [got(error(20001, 400), f"{LIST}?{query}", 400)])
    late: Body = got("<html>late</html>", LIST, 504)
    late["response"]["headers"] = {"Content-Type": "text/html"}
    yield Variant("a gateway gives up", [late, got(page(receipt(1)))])


def signatures() -> Iterator[Variant]:
    """Yield webhooks with valid signatures, in the ways in which logs have them."""
    host = "https://hooks.example.com"
    behind: dict[str, Any] = {"X_Forwarded_Proto": "https"}
    called = {
        "as it was called": signed(HOOK),
        "logged with the port of TLS": signed(HOOK, HOOK.replace(".com", ".com:443")),
        "logged with a port that was not signed": signed(f"{host}/x", f"{host}:8443/x"),
        "signed with the port of TLS": signed(f"{host}:443/x", f"{host}/x"),
        "a path behind a proxy": signed(
            f"{host}/x?a=1", "/x?a=1", Host="hooks.example.com", **behind
        ),
        "a path and a host": signed("http://hooks.example.com/x", "/x", Host="hooks.example.com"),
        "the header Forwarded": signed(
            f"{host}/x",
            "/x",
            Host="10.0.0.1",
            Forwarded="for=1.2.3.4;host=hooks.example.com;proto=https",
        ),
        "one of two forwarded hosts": signed(
            f"{host}/x", "/x", X_Forwarded_Host="a.example.com, hooks.example.com", **behind
        ),
        "a plus sign": signed(f"{HOOK}?n=a+b%2Bc"),
        "a slash at the end": signed(f"{HOOK}/"),
        "an order of its own": signed(f"{HOOK}?z=1&a=2&z=0"),
        "a name twice in the address": signed(f"{HOOK}?tag=a&tag=b"),
    }
    url = f"{HOOK}?{urlencode(parameters())}"
    by_get = {"X-Twilio-Signature": signature(url)}
    called["by GET"] = {"url": url, "method": "GET", "headers": by_get}
    proxied = {**by_get, "Host": "hooks.example.com", "X-Forwarded-Proto": "https"}
    path = url.partition(".com")[2]
    called["by GET behind a proxy"] = {"url": path, "method": "GET", "headers": proxied}
    over = {"X-Twilio-Signature": signature(HOOK, list(parameters().items()))}
    called["parameters that were parsed"] = {
        "url": HOOK,
        "method": "POST",
        "headers": over,
        "params": parameters(),
    }
    for what, request in called.items():
        yield Variant(f"signed: {what}", [request], options=SIGNED)
    other = {"EventType": "onMessageAdded", "AccountSid": ACCOUNT, "MessageSid": MESSAGE}
    sent = posted(urlencode(other), X_Twilio_Signature=signature(HOOK, list(other.items())))
    yield Variant(
        "signed: another event",
        [got(page(receipt(1))), sent],
        ["i webhook.other-event@ 1"],
        SIGNED,
    )


def controls() -> list[Variant]:
    """Return all legitimate traffic."""
    kinds = (pages, times, summaries, requests, signatures)
    return [variant for kind in kinds for variant in kind()]
