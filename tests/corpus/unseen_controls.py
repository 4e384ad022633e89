"""Traffic that is unusual and legitimate, written from the facts without a look at the rules: at most information."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from pieces import (
    API,
    CONVERSATION,
    HOOK,
    IN_SERVICE,
    LIST,
    MESSAGE,
    SERVICE,
    SIGNED,
    Body,
    error,
    got,
    hook,
    message,
    page,
    parameters,
    posted,
    receipt,
    sid,
    signature,
    signed,
    walk,
)
from resource_pieces import (
    CONV,
    CONVERSATIONS,
    OTHER_CONV,
    config,
    config_of_service,
    conv,
    har,
    listed,
    msg,
    part,
    scoped,
    sent,
)
from unseen import Case

RECEIPT = f"{LIST}/{sid('DY', 1)}"
PARTS = f"{CONV}/Participants"
MESSAGES = f"{CONV}/Messages"
WEBHOOKS = f"{CONV}/Webhooks"


def unseen_controls() -> list[Case]:
    """Return all legitimate traffic."""
    kinds = (
        *(receipts, lists, answers, webhooks, resources, messages),
        *(writing, configurations, signatures),
    )
    return [case for kind in kinds for case in kind()]


def receipts() -> Iterator[Case]:
    """Receipts with members that vary."""
    yield Case(
        "never sent, and no code",
        "F 4.2",
        [got(receipt(1, None, error_code=None, date_updated=None, channel_message_sid=None))],
    )
    yield Case(
        "sent a day after it was created",
        "F 4.1",
        [got(receipt(1, "sent", date_updated="2026-05-05T08:00:00Z"))],
    )
    yield Case(
        "read in the second it was created",
        "F 4.1",
        [got(receipt(1, "read", date_updated="2026-05-04T08:00:00Z"))],
    )
    yield Case(
        "undelivered, then read as the same",
        "F 4.1",
        [got(receipt(1, "undelivered")), got(page(receipt(1, "undelivered")))],
    )
    yield Case(
        "failed after sent",
        "F 4.1",
        [hook(1, "sent", DateUpdated="2026-05-04T08:00:01.000Z"), hook(1, "failed")],
    )
    yield Case(
        "read long after delivered",
        "F 4.1",
        [
            got(receipt(1, channel_message_sid=sid("WA", 1))),
            got(receipt(1, "read", date_updated="2026-06-01T00:00:00Z")),
        ],
    )
    yield Case(
        "a failure of WhatsApp under SM",
        "F 4.2: information at most",
        [got(receipt(1, "failed", error_code=63016))],
    )
    yield Case("somebody opted out", "F 4.2: 21610", [got(receipt(1, "failed", error_code=21610))])
    yield Case(
        "created at the turn of the year",
        "F 1.2",
        [got(receipt(1, date_created="2025-12-31T23:59:59Z", date_updated="2026-01-01T00:00:00Z"))],
    )
    yield Case(
        "a receipt by the unique name and a slash of its own",
        "F 1.1",
        [got(receipt(1), RECEIPT.replace(CONVERSATION, "desk%2F7"))],
    )
    yield Case(
        "members in another order", "RFC 8259", [got(dict(reversed(list(receipt(1).items()))))]
    )


def lists() -> Iterator[Case]:
    """Lists that vary, and are read in ways of one's own."""
    yield Case(
        "fifty receipts on one page", "F 1.4", [got(page(*(receipt(n) for n in range(1, 51))))]
    )
    first, second, third = walk(2, 2, 1)
    yield Case("only the middle page was recorded", "F 1.4", [got(second)])
    yield Case(
        "the last page first",
        "F 1.4; answers arrive in any order",
        [got(third), got(first), got(second)],
    )
    yield Case(
        "each page is read twice",
        "F 1.4",
        [got(each) for each in (first, first, second, second, third, third)],
    )
    yield Case(
        "a page is tried again after 503",
        "F 1.6",
        [
            got(first),
            got({"message": "no", "status": 503}, second["meta"]["url"], 503),
            got(second),
            got(third),
        ],
    )
    in_service = walk(2, 1, at=IN_SERVICE)
    yield Case(
        "both scopes side by side",
        "F 1.1",
        [got(first), got(in_service[0]), got(second), got(in_service[1]), got(third)],
    )
    desc = "Order=desc&"
    meta: Any = dict.fromkeys(("url", "first_page_url"), f"{MESSAGES}?{desc}PageSize=50&Page=0")
    newest = msg(
        sid=sid("IM", 3),
        index=7,
        url=f"{MESSAGES}/{sid('IM', 3)}",
        links={"delivery_receipts": f"{MESSAGES}/{sid('IM', 3)}/Receipts"},
    )
    yield Case(
        "messages, the newest first, with gaps",
        "C 1.4",
        [got(listed("messages", MESSAGES, newest, msg(), **meta))],
    )
    after = f"{CONVERSATIONS}?StartDate=2026-05-01&State=active&PageSize=50&Page=0"
    yield Case(
        "conversations since a date",
        "C 1.4",
        [got(listed("conversations", CONVERSATIONS, conv(), url=after, first_page_url=after))],
    )
    of_anna = f"{API}/v1/ParticipantConversations?Identity=anna&PageSize=50&Page=0"
    yield Case(
        "conversations of nobody known",
        "C 1.7",
        [
            got(
                listed(
                    "conversations",
                    f"{API}/v1/ParticipantConversations",
                    url=of_anna,
                    first_page_url=of_anna,
                ),
                of_anna,
            )
        ],
    )
    one = listed(
        "participants",
        PARTS,
        part(1),
        size=1,
        next_page_url=f"{PARTS}?PageSize=1&Page=1&PageToken=PT1",
    )
    yield Case(
        "participants to the end",
        "F 1.4",
        [got(one), got(listed("participants", PARTS, part(2), number=1, size=1))],
    )
    yield Case(
        "a hundred per page",
        "C 1.1",
        [got(listed("messages", MESSAGES, msg(), size=100), f"{MESSAGES}?PageSize=100")],
    )
    yield Case(
        "group MMS: receipts of ten",
        "F 1.4",
        [
            got(page(*(receipt(n) for n in range(1, 11)))),
            got(message(total=10, sent="all", delivered="all")),
        ],
    )


def answers() -> Iterator[Case]:
    """Answers by way of caches, proxies and tools."""
    packed: Body = got(page(receipt(1)))
    packed["response"]["headers"] |= {
        "Content-Encoding": "gzip",
        "Content-Length": "312",
        "Transfer-Encoding": "chunked",
    }
    yield Case("headers of a body that was unpacked", "formats", [packed])
    dated: Body = got(receipt(1))
    dated["response"]["headers"]["Date"] = "Mon, 04 May 2026 08:00:05 GMT"
    yield Case("answered in the second of the update", "F 4.1", [dated])
    behind: Body = got(receipt(1))
    behind["response"]["headers"]["Date"] = "Mon, 04 May 2026 07:59:50 GMT"
    yield Case("a proxy whose clock is late by seconds", "clocks differ", [behind])
    later: Body = got(error(20429, 429), LIST, 429)
    later["response"]["headers"]["Retry-After"] = "Mon, 04 May 2026 08:00:05 GMT"
    yield Case("try again at a date", "RFC 9110 10.2.3", [later])
    yield Case(
        "no such credentials",
        "F 1.6",
        [
            got(
                {**error(20003, 401), "message": "Authentication Error - invalid username"},
                LIST,
                401,
            )
        ],
    )
    yield Case(
        "not allowed", "dictionary: 20003 also with 403", [got(error(20003, 403), LIST, 403)]
    )
    lost = f"The requested resource /Services/{SERVICE}/Conversations/{CONVERSATION}/Messages/{MESSAGE}/Receipts was not found"
    yield Case(
        "not found in a service",
        "F 1.6",
        [got({**error(20404, 404), "message": lost}, IN_SERVICE, 404)],
    )
    yield Case(
        "an entry of HAR before another",
        "HAR is sorted by its times",
        files={
            "a.har": har(
                ("2026-05-04T08:02:00.000Z", got(receipt(1))),
                (
                    "2026-05-04T08:01:00.000Z",
                    got(receipt(1, "sent", date_updated="2026-05-04T08:00:01Z")),
                ),
            )
        },
    )


def webhooks() -> Iterator[Case]:
    """Webhooks that vary."""
    yield Case("three retries", "F 2.2", [hook(1, RetryCount="3")])
    yield Case("a webhook without a service", "F 2.1", [hook(1, ChatServiceSid=None)])
    yield Case(
        "one message, ten recipients, shuffled",
        "F 2.2",
        [hook(n, status) for n in (3, 1, 2, 10, 7) for status in ("delivered",)],
    )
    token = "7d0a3b8e-1111-4222-8333-444455556666"
    again = [
        posted(urlencode(parameters(1, RetryCount=str(n))), I_Twilio_Idempotency_Token=token)
        for n in range(3)
    ]
    yield Case("three tries with one token", "F 2.2", again)
    two = [
        posted(urlencode(parameters(1, "delivered")), url, I_Twilio_Idempotency_Token=token)
        for url in (HOOK, f"{HOOK}/copy")
    ]
    yield Case("one webhook at two addresses", "C 4: scoped ones fire in addition", two)
    yield Case(
        "a webhook of the dublin region",
        "F 2.2",
        [posted(urlencode(parameters()), X_Home_Region="ie1", User_Agent="TwilioProxy/1.1")],
    )
    yield Case("microseconds", "ISO 8601", [hook(1, DateUpdated="2026-05-04T08:00:05.337123Z")])


def resources() -> Iterator[Case]:
    """Conversations and participants that vary."""
    url = f"{PARTS}/{sid('MB', 1)}"

    def member(**changes: Any) -> list[Body]:
        return [got(part(1, **changes), url)]

    yield Case(
        "a member of group MMS with a name",
        "C 1.3",
        member(
            identity="anna", messaging_binding={"type": "sms", "projected_address": "+15550109999"}
        ),
    )
    yield Case(
        "a short code as proxy",
        "C 1.3",
        member(
            messaging_binding={"type": "sms", "address": "+15550100001", "proxy_address": "12345"}
        ),
    )
    yield Case(
        "an alphanumeric sender",
        "C 1.3",
        member(
            messaging_binding={"type": "sms", "address": "+15550100001", "proxy_address": "SHOP"}
        ),
    )
    yield Case(
        "a member by WhatsApp",
        "C 1.3",
        member(
            messaging_binding={
                "type": "whatsapp",
                "address": "whatsapp:+15550100001",
                "proxy_address": "whatsapp:+15550109999",
            }
        ),
    )
    yield Case(
        "a member by Messenger",
        "C 1.3",
        member(
            messaging_binding={
                "type": "messenger",
                "address": "messenger:8844",
                "proxy_address": "messenger:9955",
            }
        ),
    )
    yield Case(
        "RCS that falls back",
        "C 1.3",
        member(
            messaging_binding={
                "type": "rcs",
                "address": "rcs:+15550100001",
                "proxy_address": "rcs:shop_agent",
            }
        ),
    )
    yield Case(
        "a member by mail",
        "C 1.3",
        member(
            messaging_binding={
                "type": "email",
                "address": "a@example.com",
                "proxy_address": "b@example.com",
                "level": "to",
                "name": "A",
            }
        ),
    )
    yield Case(
        "timers that run",
        "C 1.2",
        [
            got(
                conv(
                    timers={
                        "date_inactive": "2026-05-04T08:10:00Z",
                        "date_closed": "2026-05-05T07:10:00Z",
                    }
                ),
                CONV,
            )
        ],
    )
    closed = [
        got(conv(), CONV),
        got(conv(state="inactive"), CONV),
        got(conv(), CONV),
        got(conv(state="closed"), CONV),
    ]
    yield Case("inactive, active again and closed", "C 2.2", closed)
    yield Case(
        "a unique name that begins like a SID",
        "C 3, 50390",
        [got(conv(unique_name="CHristmas"), CONV)],
    )
    freed = [
        sent(conv(unique_name="desk"), CONVERSATIONS, "UniqueName=desk"),
        got("", CONV, 204, method="DELETE"),
        sent(conv(OTHER_CONV, unique_name="desk"), CONVERSATIONS, "UniqueName=desk"),
    ]
    yield Case("a name that was freed", "C 2.1", freed)
    yield Case(
        "the same address by another proxy",
        "C 2.1",
        [
            got(
                listed(
                    "participants",
                    PARTS,
                    part(1),
                    part(
                        2,
                        messaging_binding={
                            "type": "sms",
                            "address": "+15550100001",
                            "proxy_address": "+15550108888",
                        },
                    ),
                )
            )
        ],
    )
    yield Case("a message that was never updated", "C 1.4", [got(msg(date_updated=None))])
    yield Case(
        "mail with a subject",
        "C 1.4",
        [sent(msg(), MESSAGES, "Subject=Hi&Body=Your+table+is+ready")],
    )


def messages() -> Iterator[Case]:
    """Messages that are read again, beside others, and beside their receipts."""
    edited = {"body": "Your table is free", "date_updated": "2026-05-04T09:00:00Z"}
    yield Case(
        "a message before and after an edit, and its receipts",
        "C 1.4",
        [got(msg()), sent(msg(**edited), msg()["url"], "Body=x", 200), got(msg(**edited)), hook(1)],
    )
    second = sid("IM", 2)
    other = f"{OTHER_CONV}/Messages/{second}"
    elsewhere = {"conversation_sid": sid("CH", 2), "message_sid": second}
    yield Case(
        "messages of two conversations",
        "C 1.4: an index of its own in each",
        [
            got(msg()),
            got({**message(other), "conversation_sid": sid("CH", 2)}),
            got(receipt(1)),
            got(receipt(2, at=f"{other}/Receipts", **elsewhere)),
        ],
    )
    scoped_url = IN_SERVICE.removesuffix("/Receipts")
    yield Case(
        "a message below its conversation and below its service",
        "F 1.1",
        [
            got(message(total=1, sent="all", delivered="all")),
            got(message(scoped_url, total=1, sent="all", delivered="all")),
            got(page(receipt(1), at=LIST)),
            got(page(receipt(1, at=IN_SERVICE), at=IN_SERVICE)),
        ],
    )
    yield Case(
        "the author has left the conversation",
        "C 1.4",
        [got(msg(participant_sid=sid("MB", 7))), got(msg()), got(page(receipt(1)))],
    )
    yield Case(
        "a receipt in the second of its message, which was rounded",
        "F 4.1",
        [hook(1, DateCreated="2026-05-04T07:59:57.900Z"), got(msg())],
    )
    yield Case(
        "a message that was created, listed and read",
        "C 1.4: delivery is null at POST",
        [
            sent(msg(), MESSAGES, "Body=Your+table+is+ready"),
            hook(1),
            got(page(receipt(1))),
            got(listed("messages", MESSAGES, message(total=1, sent="all", delivered="all"))),
            got(message(total=1, sent="all", delivered="all")),
        ],
    )
    gone = {"request": {"method": "DELETE", "url": msg()["url"]}, "response": {"status": 204}}
    missing = error(20404, 404)
    yield Case(
        "a message that was read, deleted and is gone",
        "C 1.1",
        [got(msg()), gone, got(missing, msg()["url"], 404), got(page(receipt(1)))],
    )


def writing() -> Iterator[Case]:
    """Requests of the API that are unusual and fine."""
    yield Case("an empty conversation", "C 1.2", [sent(conv(), CONVERSATIONS, "")])
    yield Case("an update of nothing", "C 1.1", [sent(conv(), CONV, "", 200)])
    yield Case(
        "a timer of exactly ten minutes",
        "C 1.2",
        [
            sent(
                conv(timers={"date_closed": "2026-05-04T07:20:00Z"}),
                CONVERSATIONS,
                "Timers.Closed=PT10M",
            )
        ],
    )
    yield Case(
        "timers in days and weeks",
        "ISO 8601",
        [sent(conv(), CONVERSATIONS, "Timers.Inactive=P1D&Timers.Closed=P2W")],
    )
    yield Case(
        "attributes as a JSON text",
        "C 1.2",
        [sent(conv(attributes='{"a": [1]}'), CONVERSATIONS, "Attributes=%7B%22a%22%3A+%5B1%5D%7D")],
    )
    yield Case(
        "the proxy is taken away",
        "C 1.3: literal null",
        [sent(part(1), f"{PARTS}/{sid('MB', 1)}", "MessagingBinding.ProxyAddress=null", 200)],
    )
    yield Case("closed at last", "C 2.2", [sent(conv(state="closed"), CONV, "State=closed", 200)])
    yield Case(
        "a message of a template",
        "C 1.4: the rendered text",
        [sent(msg(content_sid=sid("HX", 1)), MESSAGES, f"ContentSid={sid('HX', 1)}&Body=x")],
    )
    yield Case(
        "a closed conversation refuses",
        "C 3, 50377",
        [
            got(conv(state="closed"), CONV),
            got(
                error(50377, 400),
                MESSAGES,
                400,
                method="POST",
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                body="Body=Hi",
            ),
        ],
    )
    yield Case(
        "a trigger with two words",
        "C 1.6",
        [
            sent(
                scoped(
                    target="trigger",
                    url="https://example.com/s",
                    method="post",
                    filters=["help", "stop"],
                ),
                WEBHOOKS,
                "Target=trigger&Configuration.Url=https%3A%2F%2Fexample.com%2Fs&Configuration.Triggers=help&Configuration.Triggers=stop&Configuration.Method=POST",
            )
        ],
    )


def configurations() -> Iterator[Case]:
    """Configurations that vary."""
    every = ["onMessageAdd", "onMessageAdded", "onDeliveryUpdated", "onConversationStateUpdated"]
    yield Case(
        "events before and after",
        "F 2.3",
        [got(config(filters=every, pre_webhook_url="https://example.com/pre"))],
    )
    yield Case(
        "users of the account",
        "F 2.3",
        [
            got(
                config(
                    filters=["onDeliveryUpdated", "onUserAdded", "onUserUpdate", "onUserUpdated"],
                    pre_webhook_url="https://example.com/pre",
                )
            )
        ],
    )
    yield Case("a service by GET", "F 2.3", [got(config_of_service(method="GET"))])
    yield Case(
        "a scoped webhook in capitals",
        "C 1.6",
        [got(scoped(method="POST"), f"{WEBHOOKS}/{sid('WH', 1)}")],
    )


def signatures() -> Iterator[Case]:
    """Signatures that Twilio made, as people log them."""
    pairs = list(parameters().items())
    odd = [*pairs, ("Body", "Grüße 🎉\nzweite Zeile"), ("body", "x")]
    yield Case(
        "signed: emoji, a line end and two cases",
        "F 2.4",
        [signed(HOOK, pairs=odd)],
        options=SIGNED,
    )
    text = json.dumps({"EventType": "onMessageAdded", "Body": "Grüße"}, ensure_ascii=False)
    url = f"{HOOK}?a=1&bodySHA256={hashlib.sha256(text.encode()).hexdigest()}"
    yield Case(
        "signed: JSON of another alphabet",
        "F 2.4",
        [
            posted(
                text,
                url,
                Content_Type="application/json; charset=utf-8",
                X_Twilio_Signature=signature(url),
            )
        ],
        options=SIGNED,
    )
    called = "https://edge.example.com/a/b?x=1"
    yield Case(
        "signed: behind TLS and a forwarded port",
        "F 9.3",
        [
            signed(
                called,
                "http://10.0.0.5:8080/a/b?x=1",
                X_Forwarded_Proto="https",
                X_Forwarded_Host="edge.example.com",
                X_Forwarded_Port="443",
            )
        ],
        options=SIGNED,
    )
    yield Case(
        "signed: called at an address that is given",
        "validate --called-at",
        [signed(called, "http://10.0.0.5:8080/b")],
        options=[*SIGNED, "--called-at", called],
    )
    yield Case(
        "signed: a path in percents of capitals",
        "F 2.4",
        [signed("https://hooks.example.com/caf%C3%A9/%7Bx%7D")],
        options=SIGNED,
    )
