"""Defects in traffic, most of them across observations, each with the findings that it must have."""

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

TRUNCATED = "i listing.truncated@/meta/next_page_url 0"
FORGED = "e webhook.signature@ 0"


def pages() -> Iterator[Variant]:
    """Yield pages that contradict each other, or the request."""
    first, last = walk(2, 1)
    again = {**last, "delivery_receipts": [*last["delivery_receipts"], receipt(1)]}
    yield Variant(
        "a receipt of page 0 comes again",
        [got(first), got(again)],
        ["e listing.overlap@/delivery_receipts/1/sid 1"],
    )
    one, two, three = walk(2, 2, 2)
    yield Variant(
        "page 2 leads back to page 1",
        [got(one), got(two), got(with_meta(three, next_page_url=two["meta"]["url"]))],
        [
            "e listing.loop@/meta/next_page_url 2",
            "w page.next-index@/meta/next_page_url 2",
        ],
    )
    one, two, three = walk(2, 2, 1)
    yield Variant(
        "a previous link leaves out a page",
        [got(one), got(two), got(with_meta(three, previous_page_url=one["meta"]["url"]))],
        ["w page.previous-elsewhere@/meta/previous_page_url 2"],
    )
    other_size = page(receipt(3), number=1, size=5)
    yield Variant(
        "a client goes on with a size of its own",
        [got(first), got(with_meta(other_size, url=f"{LIST}?PageSize=5&Page=1&PageToken=PT1"))],
        ["w listing.size-changed@/meta/page_size 1"],
    )
    token = f"{LIST}?PageSize=2&Page=1&PageToken=PTclosed_2026-05-04T08:00:00"
    yield Variant(
        "a client cuts the milliseconds out of a token",
        [
            got(with_meta(first, next_page_url=f"{token}.005Z_CHa")),
            got(with_meta(last, url=f"{token}Z_CHa")),
        ],
        ["w listing.url-mismatch@/meta/url 1"],
    )
    walked = walk(2, 2, 2, 1)
    yield Variant(
        "two pages are missing", [got(walked[0]), got(walked[3])], ["w listing.gap@/meta/page 1"]
    )
    strange = [
        {
            **row,
            "message_sid": sid("IM", 2),
            "url": row["url"].replace(MESSAGE, sid("IM", 2)),
        }
        for row in last["delivery_receipts"]
    ]
    yield Variant(
        "page 1 has the rows of another message",
        [got(first), got({**last, "delivery_receipts": strange})],
        ["e receipt.not-what-was-asked@/delivery_receipts/0/message_sid 1"],
    )
    itself = with_meta(
        last, page=0, url=f"{LIST}?PageSize=2&Page=0&PageToken=PT1", previous_page_url=None
    )
    yield Variant(
        "page 1 calls itself page 0",
        [got(first), got(itself, last["meta"]["url"])],
        ["w page.request-mismatch@/meta/page 1"],
    )
    yield Variant(
        "page 1 is asked for under another message",
        [got(first), got(last, last["meta"]["url"].replace(MESSAGE, sid("IM", 2)))],
        ["e receipt.not-what-was-asked@/delivery_receipts/0/message_sid 1"],
    )
    one, two, three, four = walk(1, 1, 1, 1)
    reused = f"{LIST}?PageSize=1&Page=3&PageToken=PT1"
    yield Variant(
        "page 2 gives the token of page 0 again",
        [
            *(got(each) for each in (one, two, with_meta(three, next_page_url=reused))),
            got(with_meta(four, url=reused)),
        ],
        ["w page.token-reused@/meta/next_page_url 2"],
    )
    full = {**first, "delivery_receipts": [*first["delivery_receipts"], receipt(9)]}
    yield Variant(
        "three rows on a page of two",
        [got(full), got(last)],
        ["e page.too-many-rows@/delivery_receipts 0"],
    )
    of_other = {**walk(1, 1)[1], "delivery_receipts": [receipt(2, account_sid=sid("AC", 2))]}
    yield Variant(
        "two accounts in one list, on two pages",
        [got(walk(1, 1)[0]), got(of_other)],
        ["e listing.mixed-accounts@/delivery_receipts/0/account_sid 1"],
    )
    for what, link in (
        ("to a host that looks alike", LIST.replace(".com", ".com.example.net")),
        ("with a slash behind the list", f"{LIST}/"),
        ("without TLS", LIST.replace("https", "http")),
        ("to a service", IN_SERVICE),
        ("to another port", LIST.replace(".com", ".com:8443")),
    ):
        following = f"{link}?PageSize=2&Page=1&PageToken=PT1"
        yield Variant(
            f"a next link {what}",
            [got(with_meta(first, next_page_url=following))],
            ["e page.next-elsewhere@/meta/next_page_url 0", TRUNCATED],
        )


def links() -> Iterator[Variant]:
    """Yield links to another server or scope than those beside them."""
    plain, scoped = page(receipt(1)), page(receipt(1, at=IN_SERVICE), at=IN_SERVICE)
    asked, own = f"{LIST}?PageSize=50&Page=0", "w page.url-mismatch@/meta/url 0"
    for what, link in (
        ("without TLS", asked.replace("https", "http")),
        ("at another host", asked.replace(API, "https://api.example.net")),
        ("under a service", f"{IN_SERVICE}?PageSize=50&Page=0"),
    ):
        yield Variant(f"an own link {what}", [got(with_meta(plain, url=link), asked)], [own])
    yield Variant(
        "the own link of a page of a service, in the default scope",
        [got(with_meta(scoped, url=asked), f"{IN_SERVICE}?PageSize=50&Page=0")],
        [own],
    )
    for what, body, link in (
        ("without TLS", plain, asked.replace("https", "http")),
        ("outside the service", scoped, asked),
    ):
        yield Variant(
            f"a first link {what}",
            [got(with_meta(body, first_page_url=link))],
            ["w page.first-url@/meta/first_page_url 0"],
        )
    row = receipt(1, at=IN_SERVICE)
    yield Variant(
        "a receipt of a service with a url in the default scope",
        [got({**row, "url": f"{LIST}/{row['sid']}"}, row["url"])],
        ["w receipt.url-mismatch@/url 0"],
    )
    bare = {name: value for name, value in row.items() if name != "chat_service_sid"}
    yield Variant(
        "a row without its service",
        [got(page(bare, at=IN_SERVICE))],
        ["e receipt.scope@/delivery_receipts/0 0"],
    )
    yield Variant(
        "a row with a service in the default scope",
        [got(page(receipt(1, chat_service_sid=SERVICE)))],
        ["i receipt.scope@/delivery_receipts/0/chat_service_sid 0"],
    )
    yield Variant(
        "rows of two accounts",
        [got(page(receipt(1), receipt(2, account_sid=sid("AC", 2))))],
        ["e page.mixed-parents@/delivery_receipts/1/account_sid 0"],
    )
    of_service = message(message_url(service=SERVICE), total=1, sent="all")
    yield Variant(
        "a message of a service with a url in the default scope",
        [got({**of_service, "url": message_url()}, of_service["url"])],
        ["w message.url-mismatch@/url 0"],
    )
    yield Variant(
        "a message in the default scope, asked for under a service",
        [got(message(total=1, sent="all"), of_service["url"])],
        ["w message.url-mismatch@/url 0"],
    )
    linked = {**message(total=1, sent="all"), "links": {"delivery_receipts": IN_SERVICE}}
    yield Variant(
        "a message with a link under a service",
        [got(linked)],
        ["w message.url-mismatch@/links/delivery_receipts 0"],
    )


def summaries() -> Iterator[Variant]:
    """Yield summaries that are impossible, or contradict the list before them."""
    early: dict[str, Any] = {"date_updated": "2026-05-04T08:00:01Z"}
    last = receipt(9)

    def after(*rows: Body, **delivery: Any) -> list[Body]:
        return [got(page(*rows, last)), got(message(**delivery))]

    rule = "delivery.disagrees-with-receipts@/delivery"
    yield Variant(
        "some failed, though all were delivered",
        after(receipt(1, **early), receipt(2, **early), total=3, sent="all", failed="some"),
        [f"w {rule}/delivered 1", f"w {rule}/failed 1"],
    )
    yield Variant(
        "none undelivered, though one is",
        after(receipt(1, "undelivered", **early), total=2, sent="all", delivered="some"),
        [f"w {rule}/undelivered 1"],
    )
    yield Variant(
        "none read, though one was",
        after(receipt(1, "read", **early), total=2, sent="all", delivered="all"),
        [f"w {rule}/read 1"],
    )
    yield Variant(
        "no summary, though two were delivered", [*after(receipt(1, **early))], [f"w {rule} 1"]
    )
    yield Variant(
        "a total of two for three receipts on two pages",
        [*map(got, walk(2, 1)), got(message(total=2, sent="all", delivered="all"))],
        ["w delivery.total@/delivery/total 2"],
    )
    for what, member, delivery in (
        ("read by nobody of none", "read", {"total": 0, "read": "all"}),
        ("delivered and not sent", "delivered", {"total": 1, "delivered": "all"}),
        (
            "all read and some undelivered",
            "undelivered",
            {"total": 4, **dict.fromkeys(("sent", "delivered", "read"), "all")}
            | {"undelivered": "some"},
        ),
        (
            "three ends of two",
            "delivered",
            {"total": 2, "sent": "all"}
            | dict.fromkeys(("delivered", "failed", "undelivered"), "some"),
        ),
        ("some of one", "sent", {"total": 1, "sent": "some"}),
    ):
        yield Variant(
            f"an impossible summary: {what}",
            [got(message(**delivery))],
            [f"w delivery.cumulative@/delivery/{member} 0"],
        )
    impossible = message(total=1, delivered="all", read="all")
    listed = f"{API}/v1/Conversations/{CONVERSATION}/Messages"
    of_messages = page(at=listed, key="messages")
    del of_messages["delivery_receipts"]
    yield Variant(
        "an impossible summary in a list of messages",
        [
            got(
                {
                    **of_messages,
                    "messages": [message(message_url(sid("IM", 2))), {**impossible, "index": 1}],
                }
            )
        ],
        ["w delivery.cumulative@/messages/1/delivery/sent 0"],
    )
    yield Variant(
        "an impossible summary of a new message",
        [got(impossible, listed, 201, method="POST", body="Body=Hello")],
        ["w delivery.cumulative@/delivery/sent 0"],
    )


def identities() -> Iterator[Variant]:
    """Yield a receipt that is another's in another observation."""
    in_service = page(receipt(1, at=IN_SERVICE), at=IN_SERVICE)
    for what, observations, pointer in (
        ("account", [got(receipt(1)), hook(1, AccountSid=sid("AC", 2))], "AccountSid"),
        ("service", [got(in_service), hook(1, ChatServiceSid=sid("IS", 2))], "ChatServiceSid"),
        (
            "conversation",
            [hook(1, ConversationSid=sid("CH", 2)), got(receipt(1))],
            "conversation_sid",
        ),
        ("message", [got(page(receipt(1))), hook(1, MessageSid=sid("IM", 2))], "MessageSid"),
        (
            "participant, in a repeated webhook",
            [hook(1), hook(1, RetryCount="1", ParticipantSid=sid("MB", 2))],
            "ParticipantSid",
        ),
    ):
        yield Variant(f"another {what}", observations, [f"e timeline.identity@/{pointer} 1"])
    other = receipt(1, participant_sid=sid("MB", 5))
    yield Variant(
        "another participant in another file",
        [],
        ["e timeline.identity@/participant_sid 0"],
        ["--join"],
        files={"one.json": receipt(1), "two.json": other},
    )
    sent = {"DateUpdated": "2026-05-04T08:00:02.000Z"}
    changed = sid("SM", 77)
    for what, observations, pointer in (
        (
            "two answers",
            [
                got(receipt(1, "sent", date_updated=None)),
                got(receipt(1, channel_message_sid=changed)),
            ],
            "channel_message_sid",
        ),
        (
            "two webhooks",
            [hook(1, "sent", **sent), hook(1, ChannelMessageSid=changed)],
            "ChannelMessageSid",
        ),
        (
            "a row and a receipt",
            [got(page(receipt(1))), got(receipt(1, channel_message_sid=sid("WA", 77)))],
            "channel_message_sid",
        ),
        (
            "a webhook and a later answer",
            [hook(1, "sent", **sent), got(receipt(1, channel_message_sid=changed))],
            "channel_message_sid",
        ),
    ):
        yield Variant(
            f"{what} name two messages of the channel",
            observations,
            [f"i timeline.channel-message@/{pointer} 1"],
        )


def representations() -> Iterator[Variant]:
    """Yield webhooks that contradict answers about the same receipt."""
    rule = "w webhook.disagrees-with-receipt@"
    yield Variant(
        "created ten minutes apart",
        [hook(1, DateCreated="2026-05-04T07:50:00.412Z"), got(receipt(1))],
        [f"{rule}/DateCreated 0"],
    )
    yield Variant(
        "another code than in a row",
        [
            hook(1, "undelivered", ErrorCode="30005"),
            got(page(receipt(1, "undelivered", error_code=30003))),
        ],
        [f"{rule}/ErrorCode 0"],
    )
    yield Variant(
        "a webhook lost the code of an answer",
        [got(receipt(1, "failed")), hook(1, "failed", ErrorCode=None)],
        [f"{rule}/Status 1", "w receipt.failure-without-code@/Status 1"],
    )
    yield Variant(
        "an answer has another message of the channel",
        [hook(1), got(receipt(1, channel_message_sid=sid("SM", 77)))],
        [f"{rule}/ChannelMessageSid 0"],
    )
    yield Variant(
        "a webhook is two hours ahead",
        [got(receipt(1)), hook(1, DateUpdated="2026-05-04T10:00:05.337Z")],
        ["i webhook.clock@/DateUpdated 1"],
    )


def times() -> Iterator[Variant]:
    """Yield receipts whose dates and statuses contradict each other."""
    later = {"date_updated": "2026-05-04T08:01:00Z"}
    yield Variant(
        "an answer goes back to sent",
        [hook(1), got(receipt(1, "sent", **later))],
        ["w timeline.regression@/status 1"],
    )
    yield Variant(
        "delivered after read",
        [
            hook(1, "read"),
            hook(1, DateUpdated="2026-05-04T08:05:00.000Z", ChannelMessageSid=sid("WA", 1)),
        ],
        ["w timeline.after-terminal@/Status 1"],
    )
    yield Variant(
        "delivered after failed, in a list",
        [got(page(receipt(1, "failed"))), got(page(receipt(1, **later)))],
        ["w timeline.after-terminal@/delivery_receipts/0/status 1"],
    )
    yield Variant(
        "failed after delivered, in a repeated webhook",
        [hook(1), hook(1, "failed", RetryCount="1", DateUpdated="2026-05-04T08:00:09.000Z")],
        ["w timeline.regression@/Status 1"],
    )
    yield Variant(
        "created anew between two polls",
        [
            got(page(receipt(1, "sent"))),
            got(page(receipt(1, date_created="2026-05-04T08:00:03Z", **later))),
        ],
        ["w timeline.clock-backwards@/delivery_receipts/0/date_created 1"],
    )
    yield Variant(
        "delivered is dated before sent",
        [hook(1, "sent", DateUpdated="2026-05-04T08:00:09.000Z"), hook(1)],
        ["w timeline.clock-backwards@/DateUpdated 1"],
    )
    yield Variant(
        "the date of an answer moves back",
        [got(receipt(1, **later)), got(receipt(1))],
        ["i timeline.arrived-late@/date_updated 1"],
    )
    yield Variant(
        "the date of a webhook moves back",
        [hook(1, DateUpdated="2026-05-04T08:00:30.000Z"), hook(1)],
        ["i timeline.arrived-late@/DateUpdated 1"],
    )
    yield Variant(
        "a webhook is repeated twice",
        [hook(1), hook(1, RetryCount="1"), hook(1, RetryCount="2")],
        ["i timeline.duplicate@/Status 2"],
    )
    yield Variant(
        "another code of a failure, in a list",
        [
            got(page(receipt(1, "failed", error_code=30003))),
            got(page(receipt(1, "failed", error_code=30005))),
        ],
        ["i timeline.code-changed@/delivery_receipts/0/error_code 1"],
    )
    yield Variant(
        "updated an hour before it was created",
        [hook(1, DateUpdated="2026-05-04T07:00:05.000Z")],
        ["w receipt.updated-before-created@/DateUpdated 0"],
    )
    back = receipt(1, "sent", channel_message_sid=sid("WA", 1), **later)
    yield Variant(
        "two files: sent after read",
        [],
        ["w timeline.after-terminal@/status 0"],
        ["--join"],
        files={"one.json": receipt(1, "read"), "two.json": back},
    )


def requests() -> Iterator[Variant]:
    """Yield requests that Twilio refuses, or does not understand."""
    wrong, unknown = "e request.parameter@ 0", "i request.unknown-parameter@ 0"
    for query, finding in (
        ("PageSize=0", wrong),
        ("PageSize=abc", wrong),
        ("Page=-1", wrong),
        ("Pagesize=20", unknown),
        ("limit=20", unknown),
    ):
        yield Variant(query, [got(page(receipt(1)), f"{LIST}?{query}")], [finding])
    third = with_meta(page(receipt(1), number=2), url=f"{LIST}?PageSize=50&Page=2&PageToken=PT2")
    yield Variant(
        "page 2 with a blank token",
        [got(third, f"{LIST}?PageSize=50&Page=2&PageToken=")],
        ["w request.page-without-token@ 0"],
    )
    of_channel = f"{message_url(sid('SM', 1))}/Receipts"
    yield Variant(
        "the receipts of an SM message",
        [got(page(receipt(1, at=of_channel), at=of_channel))],
        [wrong, "e schema.pattern@/delivery_receipts/0/message_sid 0"],
    )
    for what, form, finding in (
        ("a method in small letters", "Method=post&Filters=onDeliveryUpdated", wrong),
        ("JSON in a field", urlencode({"Filters": '["onMessageAdded"]'}), wrong),
        ("a field with an index", "Filters%5B0%5D=onDeliveryUpdated", wrong),
        ("semicolons", "Filters=onMessageAdded%3BonDeliveryUpdated", wrong),
        ("a path for a URL", "PostWebhookUrl=%2Fhooks%2Ftwilio", wrong),
        ("a misspelt field", "PostWebhookURL=https%3A%2F%2Fexample.com%2Fpost", unknown),
    ):
        yield Variant(f"a configuration by {what}", [configured(form)], [finding])
    part = '--x\r\nContent-Disposition: form-data; name="Filters"\r\n\r\nonDeliveryUpdated\r\n--x--'
    yield Variant(
        "a configuration by parts", [configured(part, "multipart/form-data; boundary=x")], [wrong]
    )
    in_query = configured("Filters=onDeliveryUpdated")
    in_query["request"]["url"] += "?PostWebhookUrl=https%3A%2F%2Fexample.com%2Fpost"
    yield Variant("a configuration by the query", [in_query], [unknown])


def webhooks() -> Iterator[Variant]:
    """Yield webhooks that are not sent as Twilio sends them, or are others' webhooks."""
    form, by_get = urlencode(parameters()), {"headers": {"User-Agent": "TwilioProxy/1.1"}}
    head = {"url": f"{HOOK}?{form}", "method": "HEAD", **by_get}
    yield Variant("by HEAD", [head], ["e webhook.method@ 0"])
    yield Variant("by DELETE", [posted(form, method="DELETE")], ["e webhook.method@ 0"])
    for media_type in ("application/xml", "text/plain", "application/octet-stream"):
        yield Variant(
            f"as {media_type}",
            [posted(form, Content_Type=media_type)],
            ["e webhook.media-type@ 0"],
        )
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parameters().items()
    )
    yield Variant(
        "as parts",
        [posted(f"{parts}--x--\r\n", Content_Type="multipart/form-data; boundary=x")],
        ["e webhook.media-type@ 0"],
    )
    yield Variant(
        "the event in capitals",
        [hook(1, EventType="ONDELIVERYUPDATED")],
        ["w webhook.event-case@/EventType 0"],
    )
    camel = {name[0].lower() + name[1:]: value for name, value in parameters().items()}
    yield Variant(
        "in camelCase",
        [{"url": HOOK, "method": "POST", "params": camel}],
        ["e webhook.field-name@ 0"],
    )
    yield Variant(
        "MessageStatus for Status",
        [hook(1, Status=None, MessageStatus="delivered")],
        ["e webhook.field-name@/MessageStatus 0"],
    )
    own = sid("MM", 1)
    classic = {"SmsSid": own, "SmsStatus": "sent", "MessageStatus": "sent", "MessageSid": own}
    for what, more in (("MMS", {}), ("WhatsApp", {"EventType": "SENT"})):
        yield Variant(
            f"a classic callback of {what}",
            [posted(urlencode({**classic, "AccountSid": ACCOUNT, **more}))],
            ["e webhook.classic-callback@ 0"],
        )
    events = [
        {"specversion": "1.0", "type": f"com.twilio.{name}", "id": "1", "data": {}}
        for name in ("messaging.message.sent", "conversations.delivery.updated")
    ]
    yield Variant(
        "a stream's batch of two",
        [posted(json.dumps(events), Content_Type="application/json")],
        ["e webhook.event-stream@ 0"],
    )
    yield Variant(
        "a code with sent",
        [hook(1, "sent", ErrorCode="30008")],
        ["w receipt.code-without-failure@/ErrorCode 0"],
    )
    failed = urlencode(parameters(1, "failed", ErrorCode=None))
    yield Variant(
        "failed without a code, by GET",
        [{"url": f"{HOOK}?{failed}", "method": "GET", **by_get}],
        ["w receipt.failure-without-code@/Status 0"],
    )
    yield Variant(
        "two statuses", [posted(f"{form}&Status=read")], ["w webhook.repeated-parameter@/Status 0"]
    )


def errors() -> Iterator[Variant]:
    """Yield error responses that contradict themselves."""
    for what, body, status, finding in (
        ("401 with the code of 404", error(20404, 401), 401, "i error.code-mismatch@/code 0"),
        ("404 that says 401", error(20404, 401), 404, "w error.status-mismatch@/status 0"),
        ("500 that says 404", error(20404, 404), 500, "w error.status-mismatch@/status 0"),
    ):
        yield Variant(what, [got(body, LIST, status)], [finding])


def signatures() -> Iterator[Variant]:
    """Yield webhooks whose signature does not match what was logged, each with its cause."""
    behind: dict[str, Any] = {"Host": "hooks.example.com", "X_Forwarded_Proto": "https"}
    twice = [*parameters().items(), ("Tag", "a"), ("Tag", "b")]
    last = [*parameters().items(), ("Tag", "b")]
    host = "https://hooks.example.com"
    causes: tuple[tuple[str, str, Body], ...] = (
        ("another token", "another auth token", signed(HOOK, token="0" * 32)),
        ("two in another order", "order", signed(f"{HOOK}?b=2&a=1", f"{HOOK}?a=1&b=2")),
        (
            "three in another order, behind a proxy",
            "order",
            signed(f"{HOOK}?z=1&b=2&a=3", "/twilio/receipts?a=3&b=2&z=1", **behind),
        ),
        ("a blank as %20", "re-encoded", signed(f"{HOOK}?n=a+b", f"{HOOK}?n=a%20b")),
        ("a plus as it is", "re-encoded", signed(f"{HOOK}?n=%2B1", f"{HOOK}?n=+1")),
        ("a plus as %2B", "re-encoded", signed(f"{HOOK}?n=+1", f"{HOOK}?n=%2B1")),
        ("escapes in small letters", "re-encoded", signed(f"{HOOK}?n=%2F", f"{HOOK}?n=%2f")),
        ("a slash too much", "slash", signed(HOOK, f"{HOOK}/")),
        ("a slash too little", "slash", signed(f"{HOOK}/?a=1", f"{HOOK}?a=1")),
        (
            "a slash too little, and no TLS",
            "slash",
            signed(f"{HOOK}/", HOOK.replace("https", "http")),
        ),
        ("no TLS", "TLS", signed(HOOK, HOOK.replace("https", "http"))),
        (
            "the port of the server inside",
            "TLS",
            signed(f"{host}/x", "http://hooks.example.com:3000/x"),
        ),
        ("a query that nobody called", "without its query", signed(HOOK, f"{HOOK}?utm=1")),
        ("the query is lost", "another URL", signed(f"{HOOK}?tenant=7", HOOK)),
        (
            "the last of two hosts",
            "last entry of X-Forwarded-Host",
            signed(
                f"{host}/x",
                "http://10.0.0.1:3000/x",
                X_Forwarded_Host="a.example.com, hooks.example.com",
                X_Forwarded_Proto="https",
            ),
        ),
        ("a stage", "prefix", signed(f"{host}/staging/x", "/x", **behind)),
        (
            "a named prefix",
            "prefix",
            signed(f"{host}/acme/x", "/x", X_Forwarded_Prefix="/acme", **behind),
        ),
        ("another port", "another URL", signed(f"{host}:8443/x", f"{host}:9443/x")),
        ("the URL alone", "URL alone", signed(HOOK, over=[])),
        ("an escaped path", "path was re-encoded", signed(f"{host}/a%20b", f"{host}/a b")),
        ("a slash twice", "another URL", signed(f"{host}//x", f"{host}/x")),
        (
            "a forged one behind Forwarded",
            "another auth token",
            signed(
                "https://pub.example.com:8443/x",
                "/x",
                token="0" * 32,
                Forwarded='for=1.2.3.4;host="pub.example.com:8443";proto=https',
            ),
        ),
    )
    for what, says, request in causes:
        yield Variant(f"signed otherwise: {what}", [request], [FORGED], SIGNED, says)
    tag = "<name, 3 characters>"
    yield Variant(
        "signed otherwise: the last of a repeated parameter",
        [signed(HOOK, pairs=twice, over=last)],
        [
            FORGED,
            f"w webhook.repeated-parameter@/{tag} 0",
            f"i webhook.unknown-parameter@/{tag} 0",
        ],
        SIGNED,
        "last value",
    )
    text = json.dumps(parameters())
    url = f"{HOOK}?bodySHA256={hashlib.sha256(text.encode()).hexdigest()}"
    as_json = {"Content_Type": "application/json", "X_Twilio_Signature": signature(url)}
    json_findings = [FORGED, "e webhook.media-type@ 0"]
    yield Variant(
        "signed otherwise: JSON that was changed",
        [posted(text.replace('"delivered"', '"sent"'), url, **as_json)],
        json_findings,
        SIGNED,
        "hash",
    )
    yield Variant(
        "signed otherwise: JSON behind a stage",
        [posted(text, url.replace("/twilio", ""), **as_json)],
        json_findings,
        SIGNED,
        "another URL",
    )
    edited = signed(HOOK)
    edited["body"] = edited["body"].replace("Status=delivered", "Status=sent")
    yield Variant(
        "signed otherwise: a status that was changed",
        [edited],
        [FORGED],
        SIGNED,
        "changed parameters",
    )
    form = urlencode(parameters())
    yield Variant("not signed", [posted(form)], ["e webhook.signature-missing@ 0"], SIGNED)
    yield Variant("signed with nothing", [posted(form, X_Twilio_Signature=" ")], [FORGED], SIGNED)
    other = {"EventType": "onMessageAdded", "AccountSid": ACCOUNT, "ConversationSid": CONVERSATION}
    yield Variant(
        "another event, forged",
        [posted(urlencode(other), X_Twilio_Signature="AAAA")],
        [FORGED, "i webhook.other-event@ 0"],
        SIGNED,
    )


def defects() -> list[Variant]:
    """Return every defect."""
    kinds = (
        *(pages, links, summaries, identities, representations, times),
        *(requests, webhooks, errors, signatures),
    )
    return [variant for kind in kinds for variant in kind()]
