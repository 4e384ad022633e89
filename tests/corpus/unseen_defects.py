"""
Defects invented from the facts, without a look at the rules: what mocks, proxies, hand-written tests and
generated fixtures get wrong. Each names its ground: F is facts.md, C conversations.md, R rules.md.
"""

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
    with_meta,
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
ANY = ("ewi *",)
SMS = {"type": "sms", "address": "+15550100001", "proxy_address": "+15550109999"}


#: Why no rule finds these.
_REASONS = {
    "an answer before it was updated": "the Date of an answer is not read: dates of answers differ in each, which would stop bulk",
    "a summary beside a single receipt": "without times a summary may be a second behind the receipt",
    "a summary that nobody has read, behind a webhook of read": "without times a summary may be a second behind the webhook",
    "messages of which the rest was never read": "applications read the newest messages alone on purpose",
    "one token for two webhooks": "a log may give every webhook the headers of the first; one more text for each would be remembered",
    "two receipts for one message of the channel": "receipts are remembered by their own SID; on one page it is found",
    "a message of another text": "a webhook before the event may change the text",
    "a message with a summary from the first": "examples of the document print it; one live answer has null",
    "the message of the channel is lost": "null and a log without it are remembered alike",
    "a chat user with a receipt": "receipts are compared message by message, participants by themselves",
    "a receipt is gone from the list": "a stale list looks the same",
    "read by SMS, as the binding says": "receipts are compared message by message, participants by themselves",
}


def unseen_defects() -> list[Case]:
    """Return the defects that have findings."""
    return [case for case in _every() if case.name not in _REASONS]


def not_yet() -> list[tuple[Case, str]]:
    """Return the defects that no rule finds, each with the reason."""
    cases = [case for case in _every() if case.name in _REASONS]
    assert len(cases) == len(_REASONS)
    return [(case, _REASONS[case.name]) for case in cases]


def _every() -> list[Case]:
    kinds = (
        *(pages, rows, summaries, paginations, requests, failures),
        *(webhooks, resources, writing, configurations, across, signatures),
    )
    return [case for kind in kinds for case in kind()]


def pages() -> Iterator[Case]:
    """Pages whose envelope misleads a client."""
    plain = page(receipt(1))
    yield Case("a page size of nothing", "F 1.1", [got(with_meta(page(size=0)))], ("ew *",))
    yield Case(
        "a page number below zero", "F 1.1", [got(with_meta(plain, page=-1))], ("ew *",), ("ew *",)
    )
    yield Case(
        "a next link that is an empty text",
        "F 1.3",
        [got(with_meta(plain, next_page_url=""))],
        ("ew *",),
    )
    yield Case(
        "a next link of the word null",
        "F 1.3",
        [got(with_meta(plain, next_page_url="null"))],
        ("ew *",),
    )
    full = page(receipt(1), receipt(2), size=2, more=True)
    yield Case(
        "a next link without the size of the pages",
        "F 1.4",
        [got(with_meta(full, next_page_url=f"{LIST}?Page=1&PageToken=PT1"))],
        ("ew page.*",),
    )
    yield Case(
        "a next link with two tokens",
        "F 1.4",
        [got(with_meta(full, next_page_url=f"{full['meta']['next_page_url']}&PageToken=PT7"))],
        ("ewi page.*", "ewi request.*"),
    )
    yield Case(
        "a next link whose token is the word undefined",
        "F 1.4",
        [got(with_meta(full, next_page_url=f"{LIST}?PageSize=2&Page=1&PageToken=undefined"))],
        ("ewi page.*",),
    )
    yield Case(
        "a page of nothing that leads on",
        "F 1.4",
        [got(page(more=True, size=2))],
        ("ew page.*",),
    )
    yield Case(
        "no first link at all",
        "F 1.5 java",
        [got(with_meta(plain, first_page_url=None))],
        ("e schema.type",),
    )
    yield Case(
        "the envelope of 2010 without meta",
        "F 1.3, 1.5",
        [
            got(
                {"page": 0, "page_size": 50, "uri": "/v1/x", "delivery_receipts": [receipt(1)]},
                LIST,
            )
        ],
        ("e *",),
        ("ew *",),
    )
    yield Case(
        "rows under another name",
        "F 1.3",
        [got({"meta": {**plain["meta"], "key": "receipts"}, "receipts": [receipt(1)]}, LIST)],
        ("e *",),
    )
    yield Case(
        "a total in the envelope",
        "F 1.3",
        [got(with_meta(plain, total=1))],
        ("i page.other-envelope",),
    )
    yield Case(
        "a page in an envelope of a library",
        "F 1.3",
        [got({"data": plain, "success": True}, LIST)],
        ("e *",),
    )


def rows() -> Iterator[Case]:
    """Receipts that cannot be."""
    same = sid("SM", "same")
    yield Case(
        "three receipts with one message of the channel",
        "F 1.2: channel_message_sid of the recipient's own message",
        [got(page(*(receipt(n, channel_message_sid=same) for n in (1, 2, 3))))],
        ("i page.one-channel-message",),
    )
    yield Case(
        "every receipt has the url of the first",
        "F 1.2",
        [got(page(receipt(1), receipt(2, url=RECEIPT)))],
        ("w receipt.*",),
    )
    yield Case(
        "a url with a query",
        "F 1.2: url is the resource's own",
        [got(receipt(1, url=f"{RECEIPT}?PageSize=50"), RECEIPT)],
        ("i receipt.url-mismatch",),
    )
    yield Case(
        "an HTTP status for a code",
        "F 4.2",
        [got(receipt(1, "failed", error_code=500))],
        ("i receipt.unknown-code",),
    )
    yield Case(
        "the message of an error beside the code",
        "F 1.2: a member of the messaging API",
        [got(receipt(1, "failed", error_message="Unreachable"))],
        ("i receipt.foreign-field",),
    )
    yield Case(
        "the names of the webhook in a receipt, too",
        "F 2.1, 5.24",
        [got({**receipt(1), "ErrorCode": "30003", "Status": "failed"})],
        (
            "i json.member-case",
            "i receipt.foreign-field",
        ),
    )
    yield Case(
        "created in the year 9999",
        "F 4.1",
        [got(receipt(1, date_created="9999-12-31T23:59:59Z", date_updated="9999-12-31T23:59:59Z"))],
        ("w receipt.late-date",),
    )
    yield Case(
        "a date of mail",
        "F 1.2",
        [got(receipt(1, date_updated="Mon, 04 May 2026 08:00:05 +0000"))],
        ("e schema.format",),
    )
    yield Case(
        "no scope", "F 1.2", [got(receipt(1, at=IN_SERVICE, chat_service_sid=None))], ("e *",)
    )
    yield Case(
        "an answer before it was updated",
        "F 4.1; the Date of an answer is its time",
        [_dated(got(receipt(1)), "Mon, 04 May 2026 07:00:00 GMT")],
        ANY,
    )
    yield Case(
        "a list for a receipt",
        "F 1.1",
        [got(page(receipt(1)), RECEIPT)],
        ("e *",),
        ("ew *",),
    )
    yield Case("a receipt for a list", "F 1.1", [got(receipt(1), LIST)], ("e *",), ("ew *",))
    yield Case(
        "a status with a blank at its end",
        "F 4.1",
        [got(receipt(1, "delivered "))],
        ("e schema.enum",),
        ("w *",),
    )
    yield Case(
        "the SID of the message in the channel is the message's own",
        "F 1.2",
        [got(receipt(1, channel_message_sid=MESSAGE))],
        ("i receipt.unknown-channel",),
    )


def _deleted(url: str) -> Body:
    return {"request": {"method": "DELETE", "url": url}, "response": {"status": 204, "body": ""}}


def _dated(exchange: Body, date: str) -> Body:
    exchange["response"]["headers"]["Date"] = date
    return exchange


def summaries() -> Iterator[Case]:
    """Summaries of a message that cannot be."""
    body = message(total=1, sent="all")
    for what, changes in (
        ("as a text of JSON", json.dumps(body["delivery"])),
        ("as a list", [body["delivery"]]),
        (
            "of true and false",
            {
                "total": 1,
                "sent": True,
                "delivered": False,
                "read": False,
                "failed": False,
                "undelivered": False,
            },
        ),
        ("with a negative total", {**body["delivery"], "total": -1}),
        ("with a total in a text", {**body["delivery"], "total": "1"}),
        ("with levels in capitals", {**body["delivery"], "sent": "ALL"}),
    ):
        yield Case(
            f"a summary {what}", "F 1.7", [got({**body, "delivery": changes})], ("e *",), ("w *",)
        )
    yield Case(
        "a summary with a level for the queued",
        "F 1.7, 4.1: queued is the client's word",
        [got({**body, "delivery": {**body["delivery"], "queued": "none"}})],
        ("i delivery.unknown-level",),
    )
    yield Case(
        "a summary that vanishes",
        "F 1.7",
        [got(message(total=1, sent="all", delivered="all")), got(message())],
        ("i delivery.went-back",),
    )
    yield Case(
        "a summary beside a single receipt",
        "F 1.7",
        [got(receipt(1, "failed"), RECEIPT), got(message(total=1, sent="all"))],
        ANY,
    )
    told = [hook(1, "read", ChannelMessageSid=sid("WA", 1))]
    yield Case(
        "a summary that nobody has read, behind a webhook of read",
        "F 1.7, 2.1",
        [*told, got(message(total=1, sent="all", delivered="all"))],
        ANY,
    )


def paginations() -> Iterator[Case]:
    """Yield paginations of any list that a client cannot complete."""
    first, second = walk(2, 1)
    half = {**second, "delivery_receipts": [first["delivery_receipts"][0]]}
    yield Case(
        "page 1 begins with page 0",
        "R listing.overlap",
        [got(first), got(half)],
        ("ei listing.overlap",),
    )
    yield Case(
        "the second page calls another the first",
        "F 1.5",
        [got(first), got(with_meta(second, first_page_url=f"{LIST}?PageSize=50&Page=0"))],
        ("w page.*",),
    )
    one = listed(
        "participants",
        PARTS,
        part(1),
        size=1,
        next_page_url=f"{PARTS}?PageSize=1&Page=1&PageToken=PT1",
    )
    yield Case(
        "a participant on two pages",
        "F 1.4, R listing.overlap",
        [got(one), got(listed("participants", PARTS, part(1), number=1, size=1))],
        ("i listing.overlap",),
    )
    of_messages = listed(
        "messages",
        MESSAGES,
        msg(),
        size=1,
        next_page_url=f"{MESSAGES}?PageSize=1&Page=1&PageToken=PT1",
    )
    last = listed(
        "messages",
        MESSAGES,
        msg(
            sid=sid("IM", 3),
            index=2,
            url=f"{MESSAGES}/{sid('IM', 3)}",
            links={"delivery_receipts": f"{MESSAGES}/{sid('IM', 3)}/Receipts"},
        ),
        number=2,
        size=1,
    )
    yield Case(
        "a page of messages is missing",
        "F 1.4, R listing.gap",
        [got(of_messages), got(last)],
        ("i listing.gap",),
    )
    yield Case(
        "messages of which the rest was never read", "R listing.truncated", [got(of_messages)], ANY
    )
    down = f"{MESSAGES}?Order=desc&PageSize=1"
    meta = {
        "url": f"{MESSAGES}?Order=desc&PageSize=1&Page=0",
        "first_page_url": f"{MESSAGES}?Order=desc&PageSize=1&Page=0",
    }
    yield Case(
        "the next link forgets the order",
        "C 1.4: Order is echoed in the links",
        [got({**of_messages, "meta": {**of_messages["meta"], **meta}}, down)],
        ("ewi page.*", "ewi listing.url*"),
    )
    yield Case(
        "a loop through conversations",
        "R listing.loop",
        [
            got(
                listed(
                    "conversations",
                    CONVERSATIONS,
                    conv(),
                    size=1,
                    next_page_url=f"{CONVERSATIONS}?PageSize=1&Page=1&PageToken=PT1",
                )
            ),
            got(
                listed(
                    "conversations",
                    CONVERSATIONS,
                    conv(OTHER_CONV),
                    number=1,
                    size=1,
                    next_page_url=f"{CONVERSATIONS}?PageSize=1&Page=0",
                )
            ),
        ],
        ("ew *",),
    )
    yield Case(
        "two messages with one index",
        "C 1.4",
        [
            got(
                listed(
                    "messages",
                    MESSAGES,
                    msg(),
                    msg(
                        sid=sid("IM", 3),
                        url=f"{MESSAGES}/{sid('IM', 3)}",
                        links={"delivery_receipts": f"{MESSAGES}/{sid('IM', 3)}/Receipts"},
                    ),
                )
            )
        ],
        ("i page.order",),
    )
    yield Case(
        "messages asked for in descending order rise",
        "C 1.4",
        [
            got(
                listed(
                    "messages",
                    MESSAGES,
                    msg(),
                    msg(
                        sid=sid("IM", 3),
                        index=1,
                        url=f"{MESSAGES}/{sid('IM', 3)}",
                        links={"delivery_receipts": f"{MESSAGES}/{sid('IM', 3)}/Receipts"},
                    ),
                    url=f"{MESSAGES}?Order=desc&PageSize=50&Page=0",
                    first_page_url=f"{MESSAGES}?Order=desc&PageSize=50&Page=0",
                ),
            )
        ],
        ("i page.order",),
    )


def requests() -> Iterator[Case]:
    """Yield requests with an effect other than the intended one."""
    answer = page(receipt(1))
    yield Case(
        "a token of the word undefined",
        "F 1.4",
        [got(answer, f"{LIST}?PageSize=50&Page=0&PageToken=undefined")],
        ("i request.unfilled",),
    )
    yield Case(
        "a conversation of the word undefined",
        "F 1.1: a variable that was empty",
        [got(answer, LIST.replace(CONVERSATION, "undefined"))],
        ("i request.unfilled",),
    )
    yield Case(
        "a conversation in braces",
        "F 1.1: a template that was not filled in",
        [got(answer, LIST.replace(CONVERSATION, "%7BConversationSid%7D"))],
        ("i request.unfilled",),
    )
    yield Case(
        "a conversation by the SID of its service",
        "C 1.1",
        [got(answer, LIST.replace(CONVERSATION, SERVICE))],
        ("i request.unfilled",),
    )
    yield Case(
        "parameters in the body of a GET",
        "F 1.1: query parameters",
        [
            got(
                answer,
                LIST,
                body=json.dumps({"PageSize": 20}),
                headers={"Content-Type": "application/json"},
            )
        ],
        ("i request.body-of-get",),
    )
    yield Case(
        "an order of one's own words",
        "C 1.4",
        [got(listed("messages", MESSAGES, msg()), f"{MESSAGES}?Order=descending")],
        ("e request.parameter",),
    )
    yield Case(
        "a header in another word",
        "C 1.1: true or false",
        [
            got(
                msg(),
                MESSAGES,
                201,
                method="POST",
                body="Body=Hi&Author=system",
                headers={
                    "Content-Type": "application/x-www-form-urlencoded",
                    "X-Twilio-Webhook-Enabled": "yes",
                },
            )
        ],
        ("e request.parameter",),
    )
    yield Case(
        "the parameters of the messaging API",
        "C 1.4",
        [sent(msg(), MESSAGES, "To=%2B15550100001&From=%2B15550109999&Body=Hi")],
        ("i request.unknown-parameter",),
    )
    yield Case(
        "conversations of somebody by nobody",
        "C 1.7: Identity or Address",
        [got(listed("conversations", f"{API}/v1/ParticipantConversations"))],
        ("i request.either-parameter",),
    )
    yield Case(
        "a receipt of another kind in the path",
        "F 1.1",
        [got(receipt(1), f"{LIST}/{sid('SM', 1)}")],
        ("e request.parameter",),
        ("e *",),
    )


def failures() -> Iterator[Case]:
    """Errors that are not Twilio's."""
    lost = error(20404, 404)
    yield Case(
        "the HTTP status for a code",
        "F 1.6",
        [got({**error(20404, 404), "code": 404}, LIST, 404)],
        ("i error.code-mismatch",),
    )
    yield Case("a code in a text", "F 1.6", [got({**lost, "code": "20404"}, LIST, 404)], ("e *",))
    yield Case(
        "a message with the version in its path",
        "F 1.6: the path without /v1",
        [
            got(
                {
                    **lost,
                    "message": f"The requested resource /v1/Conversations/{CONVERSATION}/Messages/{MESSAGE}/Receipts was not found",
                },
                LIST,
                404,
            )
        ],
        ("i error.message",),
    )
    yield Case(
        "a delivery code for an error of HTTP",
        "F 4.2",
        [got(error(30008, 400), LIST, 400)],
        ("i error.code-mismatch",),
    )
    yield Case(
        "a page about errors elsewhere",
        "F 1.6",
        [got({**lost, "more_info": "https://example.com/docs/errors/20404"}, LIST, 404)],
        ("i error.code-mismatch",),
    )
    yield Case("an error within an error", "F 1.6", [got({"error": lost}, LIST, 404)], ("e *",))
    yield Case("an error in a list", "F 1.6", [got([lost], LIST, 404)], ("e *",))  # type: ignore[arg-type]
    yield Case(
        "a name taken, but not found",
        "C 3",
        [got(error(50353, 404), CONVERSATIONS, 404)],
        ("i error.code-mismatch",),
    )
    yield Case(
        "created by a GET",
        "F 1.1",
        [got(page(receipt(1)), LIST, 201)],
        ("w http.undocumented-status",),
    )
    moved: Body = got("", LIST, 302)
    moved["response"]["headers"] = {"Location": "https://login.example.com/"}
    yield Case("a login page instead", "F 1.1", [moved], ("e capture.nothing-judged",))
    busy = got(error(20429, 429), LIST, 429)
    busy["response"]["headers"]["Retry-After"] = "soon"
    yield Case("try again soon", "F 1.6; RFC 9110 10.2.3", [busy], ("i http.retry-after",))
    yield Case(
        "too many requests with 400",
        "F 1.6",
        [got(error(20429, 400), LIST, 400)],
        ("i error.code-mismatch",),
    )


def webhooks() -> Iterator[Case]:
    """Webhooks that Twilio does not send."""
    yield Case(
        "a code of the word null",
        "F 2.1",
        [hook(1, ErrorCode="null")],
        ("e schema.pattern",),
        ("ew *",),
    )
    yield Case(
        "a hundred retries",
        "F 2.2: at most 5",
        [hook(1, RetryCount="100")],
        ("i webhook.retry-count",),
    )
    yield Case("no event", "F 2.1", [hook(1, EventType=None)], ("e *",))
    yield Case(
        "a telephone for a participant",
        "F 2.1",
        [hook(1, ParticipantSid="+15550100001")],
        ("e schema.pattern",),
    )
    yield Case(
        "an offset whose plus became a blank",
        "F 2.1",
        [posted(urlencode(parameters()).replace("05.337Z", "05.337+02:00"))],
        ("e schema.format",),
    )
    yield Case(
        "a form in a field",
        "F 2.2",
        [posted(urlencode({"payload": json.dumps(parameters())}))],
        ("i body.unknown-kind",),
    )
    yield Case(
        "the names of REST, too",
        "F 2.1: no url",
        [posted(urlencode({**parameters(), "url": RECEIPT, "status": "delivered"}))],
        (
            "i json.member-case",
            "i webhook.unknown-parameter",
        ),
    )
    yield Case(
        "the same status twice",
        "F 2.2",
        [posted(urlencode(parameters()) + "&Status=delivered")],
        ("w *",),
    )
    yield Case(
        "one token for two webhooks",
        "F 2.2: a token is one request's",
        [
            posted(
                urlencode(parameters(n)),
                I_Twilio_Idempotency_Token="7d0a3b8e-1111-4222-8333-444455556666",
            )
            for n in (1, 2)
        ],
        ANY,
    )
    yield Case(
        "the account of a service", "F 2.1", [hook(1, AccountSid=SERVICE)], ("e schema.pattern",)
    )
    yield Case(
        "the participant is the receipt",
        "F 2.1",
        [hook(1, ParticipantSid=sid("DY", 1))],
        ("e schema.pattern",),
    )
    yield Case(
        "everything in small letters",
        "F 2.1",
        [posted(urlencode({name.lower(): value for name, value in parameters().items()}))],
        ("e *",),
        ("ew *",),
    )
    two = [hook(1), hook(2, ChannelMessageSid=sid("SM", 1))]
    yield Case("two receipts for one message of the channel", "F 1.2", two, ANY)
    pair = [
        hook(1, "sent", ChannelMessageSid=sid("SM", 1)),
        hook(1, ChannelMessageSid=sid("WA", 1)),
    ]
    yield Case("a receipt changes its channel", "F 1.2", pair, ("i timeline.channel-message",))


def resources() -> Iterator[Case]:
    """Conversations and participants that cannot be."""
    url = f"{PARTS}/{sid('MB', 1)}"

    def member(**changes: Any) -> list[Body]:
        return [got(part(1, **changes), url)]

    def bound(**changes: Any) -> list[Body]:
        return member(messaging_binding={**SMS, **changes})

    yield Case(
        "a participant with a name and a telephone",
        "C 1.3, 50211",
        member(identity="anna"),
        ("i participant.binding",),
    )
    yield Case(
        "a WhatsApp address without its prefix",
        "C 1.3",
        bound(type="whatsapp"),
        ("i participant.binding",),
    )
    yield Case(
        "a WhatsApp address as SMS",
        "C 1.3",
        bound(address="whatsapp:+15550100001"),
        ("i participant.binding",),
    )
    yield Case(
        "an address that is its own proxy",
        "C 3, 50409",
        bound(proxy_address="+15550100001"),
        ("i participant.binding",),
    )
    yield Case(
        "a proxy of another channel",
        "C 3, 50414",
        bound(proxy_address="whatsapp:+15550109999"),
        ("i participant.binding",),
    )
    yield Case(
        "a telephone as people write it",
        "C 1.3: E.164",
        bound(address="(555) 010-0001"),
        ("i participant.binding",),
    )
    yield Case("a channel in capitals", "C 1.3", bound(type="SMS"), ("i participant.binding",))
    yield Case("a binding as a list", "C 1.3", member(messaging_binding=[SMS]), ("ei *",))
    yield Case("a role that is none", "C 1.3", member(role_sid="channel user"), ("e *",))
    yield Case(
        "an index below zero",
        "C 1.3",
        member(last_read_message_index=-1),
        ("i participant.read-index",),
    )
    other = part(2, messaging_binding=SMS)
    yield Case(
        "two members with one address",
        "C 2.1, 50416",
        [got(listed("participants", PARTS, part(1), other))],
        ("i page.same-name",),
    )
    yield Case(
        "durations for the times of timers",
        "C 1.2: absolute times",
        [got(conv(timers={"date_closed": "PT10M"}), CONV)],
        ("i conversation.timers",),
    )
    yield Case(
        "timers by the names of the request",
        "C 1.2",
        [got(conv(timers={"Closed": "PT10M"}), CONV)],
        ("i conversation.timers",),
    )
    yield Case("an open conversation", "C 1.2", [got(conv(state="open"), CONV)], ("e *",))
    yield Case(
        "a name that is a SID",
        "C 1.2, 50390",
        [got(conv(unique_name=sid("CH", 9)), CONV)],
        ("i conversation.unique-name",),
    )
    yield Case(
        "links to another conversation",
        "C 1.2",
        [got(conv(links=conv(OTHER_CONV)["links"]), CONV)],
        ("w resource.url-mismatch",),
    )
    yield Case(
        "a conversation reopened",
        "C 2.2: closed is final",
        [got(conv(state="closed"), CONV), got(conv(date_updated="2026-05-04T08:00:00Z"), CONV)],
        ("w conversation.reopened",),
    )
    yield Case(
        "a conversation of another service",
        "C 1.2: a conversation belongs to one service",
        [got(conv(), CONV), got(conv(chat_service_sid=sid("IS", 3)), CONV)],
        ("e resource.identity",),
    )
    yield Case(
        "a participant moves",
        "C 1.3: participants are below their conversation",
        [got(listed("participants", PARTS, part(1))), got(part(1, OTHER_CONV))],
        ("e resource.identity",),
    )
    yield Case(
        "a participant has another telephone",
        "C 1.3: no request changes an address",
        [got(part(1)), got(part(1, messaging_binding={**SMS, "address": "+15550100002"}))],
        ("i resource.changed",),
    )
    yield Case(
        "a conversation that was deleted",
        "C 1.1",
        [_deleted(CONV), got(conv(), CONV)],
        ("i resource.deleted",),
    )
    yield Case(
        "receipts of a message that was deleted",
        "C 1.1",
        [_deleted(LIST.rpartition("/")[0]), got(page(receipt(1)))],
        ("i message.deleted",),
    )
    yield Case(
        "a next link with a fragment",
        "F 1.4",
        [
            got(
                with_meta(
                    page(receipt(1), size=1, more=True),
                    next_page_url=f"{LIST}?PageSize=1&Page=1&PageToken=PT1#2",
                )
            )
        ],
        ("i page.link-form",),
    )
    yield Case(
        "one name for two conversations",
        "C 2.1, 50353",
        [
            got(
                listed(
                    "conversations",
                    CONVERSATIONS,
                    conv(unique_name="desk"),
                    conv(OTHER_CONV, unique_name="desk"),
                )
            )
        ],
        ("i page.same-name",),
    )
    yield Case("an index in a text", "C 1.4", [got(msg(index="0"))], ("e *",))
    yield Case("media as one object", "C 1.4", [got(msg(media={"sid": sid("ME", 1)}))], ("e *",))


def writing() -> Iterator[Case]:
    """Requests that Twilio refuses, yet were answered with success."""
    yield Case(
        "closed from the first",
        "C 3, 50384",
        [sent(conv(state="closed"), CONVERSATIONS, "State=closed")],
        ("w request.refused",),
    )
    yield Case(
        "a timer of seconds",
        "C 1.2: ISO 8601",
        [sent(conv(), CONVERSATIONS, "Timers.Closed=600")],
        ("w request.refused",),
    )
    yield Case(
        "a timer of five minutes",
        "C 3, 50376",
        [sent(conv(), CONVERSATIONS, "Timers.Closed=PT5M")],
        ("w request.refused",),
    )
    yield Case(
        "attributes that are no JSON",
        "C 3, 50304",
        [sent(conv(), CONVERSATIONS, "Attributes=colour%3Dred")],
        ("w request.refused",),
    )
    yield Case(
        "a unique name like a SID",
        "C 3, 50390",
        [sent(conv(unique_name=sid("CH", 8)), CONVERSATIONS, f"UniqueName={sid('CH', 8)}")],
        (
            "i conversation.unique-name",
            "w request.refused",
        ),
    )
    yield Case(
        "nobody is added",
        "C 3, 50204",
        [sent(part(1), PARTS, "Attributes=%7B%7D")],
        ("w request.refused",),
    )
    same = "MessagingBinding.Address=%2B15550100001&MessagingBinding.ProxyAddress=%2B15550100001"
    yield Case(
        "an address as its own proxy is added",
        "C 3, 50409",
        [sent(part(1), PARTS, same)],
        ("w request.refused",),
    )
    mixed = "MessagingBinding.Address=whatsapp%3A%2B15550100001&MessagingBinding.ProxyAddress=%2B15550109999"
    yield Case(
        "two channels are bound",
        "C 3, 50414",
        [sent(part(1), PARTS, mixed)],
        ("w request.refused",),
    )
    yield Case(
        "a webhook without an address",
        "C 3, 50369",
        [sent(scoped(), WEBHOOKS, "Target=webhook&Configuration.Filters=onDeliveryUpdated")],
        ("w request.refused",),
    )
    yield Case(
        "a webhook without a target",
        "C 1.6, 50368",
        [sent(scoped(), WEBHOOKS, "Configuration.Url=https%3A%2F%2Fexample.com%2Fs")],
        ("e *", "w *"),
    )
    yield Case(
        "a trigger without words",
        "C 3, 50371",
        [
            sent(
                scoped(
                    target="trigger",
                    url="https://example.com/s",
                    method="post",
                    filters=[],
                    triggers=[],
                ),
                WEBHOOKS,
                "Target=trigger&Configuration.Url=https%3A%2F%2Fexample.com%2Fs",
            )
        ],
        ("w request.refused",),
    )
    yield Case(
        "a message of another text", "C 1.4", [sent(msg(), MESSAGES, "Body=Something+else")], ANY
    )
    yield Case(
        "a message with a summary from the first",
        "C 1.4: null at POST",
        [sent(message(total=1, sent="all", delivered="all"), MESSAGES, "Body=Your+table+is+ready")],
        ANY,
    )


def configurations() -> Iterator[Case]:
    """Yield configurations with an effect other than the intended one."""
    yield Case(
        "a service is told of users",
        "F 2.3: without onUser*",
        [got(config_of_service(filters=["onDeliveryUpdated", "onUserAdded"]))],
        ("w configuration.unknown-filter",),
    )
    yield Case(
        "a filter in small letters", "F 2.3", [got(config(filters=["ondeliveryupdated"]))], ("w *",)
    )
    yield Case("a filter of a star", "F 2.3", [got(config(filters=["*"]))], ("w *",))
    yield Case(
        "events before, and no address for them",
        "F 2.3",
        [got(config(filters=["onMessageAdd", "onDeliveryUpdated"]))],
        ("i configuration.no-pre-url",),
    )
    yield Case(
        "a flow without a flow",
        "C 1.6",
        [
            got(
                scoped(
                    target="studio",
                    url="https://example.com/s",
                    method="post",
                    filters=["onDeliveryUpdated"],
                ),
                f"{WEBHOOKS}/{sid('WH', 1)}",
            )
        ],
        ("i configuration.incomplete",),
    )
    yield Case(
        "a webhook that is put",
        "C 1.6",
        [got(scoped(method="put"), f"{WEBHOOKS}/{sid('WH', 1)}")],
        ("i configuration.incomplete",),
    )
    yield Case(
        "a webhook that has nothing",
        "C 1.6",
        [got({**scoped(), "configuration": None}, f"{WEBHOOKS}/{sid('WH', 1)}")],
        ("i configuration.incomplete",),
    )
    yield Case("the target of a number", "F 2.3", [got(config(target="email"))], ("e *",))
    yield Case(
        "a scoped webhook of a new conversation",
        "C 4",
        [got(scoped(filters=["onConversationAdded"]), f"{WEBHOOKS}/{sid('WH', 1)}")],
        ("w configuration.unknown-filter",),
    )


def across() -> Iterator[Case]:
    """Yield pairs of observations that contradict each other."""
    yield Case(
        "the date of the update is lost",
        "F 4.1",
        [got(receipt(1)), got(receipt(1, date_updated=None))],
        (
            "i receipt.never-updated",
            "i timeline.arrived-late",
        ),
    )
    yield Case(
        "the message of the channel is lost",
        "F 1.2",
        [got(receipt(1)), got(receipt(1, channel_message_sid=None))],
        ANY,
    )
    yield Case(
        "the webhook failed, the answer is undelivered",
        "F 2.1, 4.1",
        [hook(1, "failed"), got(receipt(1, "undelivered"))],
        ("w timeline.after-terminal",),
    )
    yield Case(
        "a page of one file, a receipt of another",
        "R timeline.regression",
        wanted=("w timeline.*",),
        options=["--join"],
        files={
            "a.har": har(("2026-05-04T08:01:00.000Z", got(page(receipt(1))))),
            "b.har": har(
                (
                    "2026-05-04T08:02:00.000Z",
                    got(receipt(1, "sent", date_updated="2026-05-04T08:01:30Z"), RECEIPT),
                )
            ),
        },
    )
    yield Case(
        "a message of one file, receipts of another",
        "F 1.7",
        wanted=("w delivery.*",),
        options=["--join"],
        files={
            "a.har": har(("2026-05-04T08:01:00.000Z", got(page(receipt(1), receipt(2, "failed"))))),
            "b.har": har(
                ("2026-05-04T08:01:00.500Z", got(message(total=2, sent="all", delivered="all")))
            ),
        },
    )
    yield Case(
        "a chat user with a receipt",
        "F 1.7: chat participants have none",
        [
            got(part(1, identity="anna", messaging_binding=None), f"{PARTS}/{sid('MB', 1)}"),
            got(page(receipt(1))),
        ],
        ANY,
    )
    yield Case(
        "the author of the message has a receipt",
        "C 2.3",
        [got(msg(participant_sid=sid("MB", 1))), got(page(receipt(1)))],
        ("w message.receipt-of-author",),
    )
    yield Case(
        "a receipt before its message",
        "F 4.1",
        [
            got(message(total=1, sent="all")),
            got(page(receipt(1, date_created="2026-05-03T08:00:00Z"))),
        ],
        ("w message.after-receipt",),
    )
    yield Case(
        "the message belongs to another account",
        "F 1.2",
        [got({**message(total=1, sent="all"), "account_sid": sid("AC", 2)}), got(page(receipt(1)))],
        ("e message.identity",),
    )
    yield Case(
        "a receipt is gone from the list",
        "R; receipts are kept",
        [got(page(receipt(1), receipt(2))), got(page(receipt(2)))],
        ANY,
    )
    yield Case(
        "the webhook and the page have other services",
        "F 2.1",
        [hook(1, ChatServiceSid=sid("IS", 7)), got(page(receipt(1, at=IN_SERVICE), at=IN_SERVICE))],
        ("e timeline.identity",),
    )
    yield Case(
        "read by SMS, as the binding says",
        "F 4.1: read is for OTT only",
        [got(part(1), f"{PARTS}/{sid('MB', 1)}"), got(receipt(1, "read"))],
        ANY,
    )
    yield Case(
        "the index of a message changes",
        "C 1.4",
        [got(msg()), got(msg(index=4))],
        ("w message.index-changed",),
    )


def signatures() -> Iterator[Case]:
    """Signatures that Twilio did not make."""
    pairs = list(parameters().items())
    form = urlencode(pairs)
    right = signature(HOOK, pairs)
    forged = ("e webhook.signature*",)
    yield Case(
        "a signature in quotes",
        "F 2.4",
        [posted(form, X_Twilio_Signature=f'"{right}"')],
        forged,
        options=SIGNED,
    )
    yield Case(
        "a signature with its algorithm",
        "F 2.4",
        [posted(form, X_Twilio_Signature=f"sha1={right}")],
        forged,
        options=SIGNED,
    )
    yield Case(
        "a header without its X",
        "F 2.4",
        [posted(form, Twilio_Signature=right)],
        forged,
        options=SIGNED,
    )
    blank = [*pairs, ("Source", "")]
    yield Case(
        "a blank parameter was dropped",
        "F 2.4",
        [posted(form, X_Twilio_Signature=signature(HOOK, [*blank, ("Body", "x")]))],
        forged,
        options=SIGNED,
    )
    yield Case(
        "signed by the account's SID",
        "F 2.4",
        [signed(HOOK, token=ACCOUNT)],
        forged,
        options=SIGNED,
    )
    yield Case(
        "signed with the token and a line end",
        "F 2.4",
        [signed(HOOK, token="f00dfeed00112233445566778899aabb\n")],
        forged,
        options=SIGNED,
    )
    text = json.dumps({"EventType": "onMessageAdded", "Body": "hi"})
    shouting = f"{HOOK}?bodySHA256={hashlib.sha256(text.encode()).hexdigest().upper()}"
    yield Case(
        "the hash of a body in capitals",
        "F 2.4: hexdigest is in small letters",
        [
            posted(
                text,
                shouting,
                Content_Type="application/json",
                X_Twilio_Signature=signature(shouting),
            )
        ],
        (*forged, "wi webhook.sig*"),
        options=SIGNED,
    )
    indented = json.dumps({"EventType": "onMessageAdded", "Body": "hi"}, indent=2)
    url = f"{HOOK}?bodySHA256={hashlib.sha256(text.encode()).hexdigest()}"
    yield Case(
        "JSON that was indented on its way",
        "F 2.4",
        [posted(indented, url, Content_Type="application/json", X_Twilio_Signature=signature(url))],
        forged,
        options=SIGNED,
    )
    yield Case(
        "a receipt's webhook changed after it was signed",
        "F 2.4",
        [posted(form.replace("delivered", "read"), X_Twilio_Signature=right)],
        forged,
        ("w *",),
        SIGNED,
    )
    tracked = f"{HOOK}?" + form
    yield Case(
        "a query with a campaign, by GET",
        "F 2.4",
        [
            posted(
                "",
                f"{tracked}&utm_source=x",
                "GET",
                Content_Type="",
                X_Twilio_Signature=signature(tracked),
            )
        ],
        forged,
        options=SIGNED,
    )
