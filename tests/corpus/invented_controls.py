"""Unusual but legitimate traffic, invented against the rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from pieces import (
    ACCOUNT,
    API,
    CONVERSATION,
    FORM,
    HOOK,
    LIST,
    MESSAGE,
    SIGNED,
    Body,
    Variant,
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
    signed,
    walk,
)
from resource_pieces import (
    AS_FORM,
    CONV,
    CONVERSATIONS,
    OF_SERVICE,
    OTHER_CONV,
    OTHER_CONVERSATION,
    OTHER_MESSAGE,
    answered,
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

IDEMPOTENT = "0a4a3b8e-1111-4222-8333-444455556666"


def _form(number: int = 1, status: str = "delivered", **changes: Any) -> str:
    return urlencode(parameters(number, status, **changes))


def _v(name: str, observations: list[Body], options: Any = (), **more: Any) -> Variant:
    return Variant(name, observations, options=options, **more)


def invented_controls() -> Iterator[Variant]:
    """Yield every invented piece of legitimate traffic."""
    yield from _of_transport()
    yield from _of_states()


def _of_transport() -> Iterator[Variant]:
    """Requests, statuses, headers, URLs and pages."""
    yield _v(
        "empty-last-page-after-a-full-one",
        [got(page(receipt(1), receipt(2), size=2, more=True)), got(page(number=1, size=2))],
    )
    yield _v(
        "receipts-of-a-deleted-message",
        [
            got(page(receipt(1))),
            answered(204, msg()["url"], "DELETE"),
            hook(
                1,
                "read",
                ChannelMessageSid=sid("SM", 1).replace("SM", "WA"),
                DateUpdated="2026-05-04T08:01:00.000Z",
            ),
            got(error(20404, 404), LIST, 404),
        ],
        expected=["i timeline.channel-message@/ChannelMessageSid 2"],
    )
    yield _v(
        "null-channel-sid",
        [got(receipt(1, None, channel_message_sid=None, error_code=None, date_updated=None))],
    )
    yield _v(
        "read-skips-delivered",
        [
            hook(1, "sent", ChannelMessageSid=sid("WA", 1)),
            hook(1, "read", DateUpdated="2026-05-04T08:02:00.000Z"),
        ],
    )
    yield _v(
        "retry-with-count-one",
        [
            posted(_form(), I_Twilio_Idempotency_Token=IDEMPOTENT),
            posted(_form(RetryCount="1"), I_Twilio_Idempotency_Token=IDEMPOTENT),
        ],
        expected=["i timeline.duplicate@/Status 1"],
    )
    yield _v(
        "extra-parameters",
        [
            hook(
                1,
                Attributes="{}",
                Source="API",
                MessagingServiceSid=sid("MG", 1),
                ParticipantIdentity="anna",
                RawDlrDoneDate="2605040800",
            )
        ],
        expected=[
            "i webhook.unknown-parameter@/<name, 14 characters> 0",
            "i webhook.unknown-parameter@/Attributes 0",
            "i webhook.unknown-parameter@/MessagingServiceSid 0",
            "i webhook.unknown-parameter@/ParticipantIdentity 0",
        ],
    )
    yield _v(
        "gateway-rewrote-the-host",
        [
            {
                "request": {
                    "method": "GET",
                    "url": LIST.replace(
                        "conversations.twilio.com", "conversations.dublin.ie1.twilio.com"
                    ),
                },
                "response": {
                    "status": 200,
                    "headers": {"content-type": "application/json; charset=utf-8"},
                    "body": page(receipt(1)),
                },
            }
        ],
    )
    yield _v(
        "filters-repeated",
        [
            got(
                config(filters=["onMessageAdded", "onDeliveryUpdated", "onUserAdded"]),
                method="POST",
                headers=AS_FORM,
                body="Filters=onMessageAdded&Filters=onDeliveryUpdated&Filters=onUserAdded",
            )
        ],
    )
    yield _v(
        "page-size-fifty", [got(page(*[receipt(i) for i in range(1, 51)]), LIST + "?PageSize=50")]
    )
    yield _v("page-size-one-three-pages", [got(b) for b in walk(1, 1, 1)])
    yield _v(
        "too-many-requests-then-success", [got(error(20429, 429), LIST, 429), got(page(receipt(1)))]
    )
    yield _v(
        "gateway-timeout-in-html",
        [answered(503, LIST, body="<html>503</html>", kind="text/html"), got(page(receipt(1)))],
    )
    yield _v("empty-502", [answered(502, LIST, "GET"), got(page(receipt(1)))])
    yield _v(
        "five-hundred-without-code",
        [got({"message": "Internal Server Error", "status": 500}, LIST, 500)],
    )
    yield _v("options-before", [answered(204, LIST, "OPTIONS"), got(page(receipt(1)))])
    yield _v(
        "head-before",
        [
            {
                "request": {"method": "HEAD", "url": LIST},
                "response": {
                    "status": 200,
                    "headers": {"content-type": "application/json"},
                    "body": "",
                },
            },
            got(page(receipt(1))),
        ],
        expected=["i http.unknown-operation@ 0"],
    )
    yield _v(
        "small-letters-in-headers",
        [
            {
                "url": HOOK,
                "method": "post",
                "headers": {"content-type": FORM.upper()},
                "body": _form(),
            }
        ],
    )
    yield _v(
        "two-accounts-in-a-file",
        [
            got(page(receipt(1))),
            got(
                {
                    **page(
                        receipt(
                            7,
                            account_sid=sid("AC", 2),
                            conversation_sid=OTHER_CONVERSATION,
                            message_sid=OTHER_MESSAGE,
                            url=f"{OTHER_CONV}/Messages/{OTHER_MESSAGE}/Receipts/{sid('DY', 7)}",
                        ),
                        at=f"{OTHER_CONV}/Messages/{OTHER_MESSAGE}/Receipts",
                    )
                }
            ),
            hook(1),
            hook(
                7,
                AccountSid=sid("AC", 2),
                ConversationSid=OTHER_CONVERSATION,
                MessageSid=OTHER_MESSAGE,
            ),
        ],
    )
    yield _v(
        "interleaved-walks",
        [
            got(page(receipt(1), size=1, more=True)),
            got(page(receipt(1), size=1, more=True)),
            got(page(receipt(2), number=1, size=1)),
            got(page(receipt(2), number=1, size=1)),
        ],
    )
    yield _v(
        "unique-name-in-path",
        [got(page(receipt(1)), LIST.replace(CONVERSATION, "dinner%20at%208"))],
    )
    yield _v(
        "unique-name-that-begins-with-ch",
        [got(page(receipt(1)), LIST.replace(CONVERSATION, "CHeckout-17"))],
    )
    yield _v(
        "capital-hex-everywhere",
        [
            got(
                receipt(
                    1,
                    sid="DY" + sid("DY", 1)[2:].upper(),
                    url=LIST + "/DY" + sid("DY", 1)[2:].upper(),
                )
            )
        ],
    )
    yield _v("trailing-slash", [got(page(receipt(1)), LIST + "/?PageSize=50&Page=0")])
    yield _v("default-port", [got(page(receipt(1)), LIST.replace(".com/", ".com:443/"))])
    yield _v(
        "host-in-capitals",
        [
            got(
                page(receipt(1)),
                LIST.replace("conversations.twilio.com", "Conversations.Twilio.COM"),
            )
        ],
    )
    yield _v(
        "encoded-digits-of-page-size", [got(page(receipt(1), size=10), LIST + "?PageSize=%31%30")]
    )
    yield _v("page-zero-asked-for", [got(page(receipt(1)), LIST + "?Page=0")])
    yield _v(
        "parameters-in-another-order",
        [
            got(page(receipt(1), size=1, more=True)),
            got(page(receipt(2), number=1, size=1), f"{LIST}?PageToken=PT1&Page=1&PageSize=1"),
        ],
    )
    yield _v(
        "token-with-dots-and-colons",
        [
            got(
                page(
                    receipt(1),
                    size=1,
                    more=True,
                    next_page_url=f"{LIST}?PageSize=1&Page=1&PageToken=PT2026-01-18T03%3A17%3A17.005Z_x",
                )
            ),
            got(
                {
                    **page(
                        receipt(2),
                        number=1,
                        size=1,
                        url=f"{LIST}?PageSize=1&Page=1&PageToken=PT2026-01-18T03:17:17.005Z_x",
                    )
                },
                f"{LIST}?PageSize=1&Page=1&PageToken=PT2026-01-18T03:17:17.005Z_x",
            ),
        ],
    )
    yield _v(
        "prefix-of-another-token-kind",
        [
            got(
                page(
                    receipt(1),
                    size=1,
                    more=True,
                    next_page_url=f"{LIST}?PageSize=1&Page=1&PageToken=PADY{'1' * 32}",
                )
            ),
            got(
                page(
                    receipt(2),
                    number=1,
                    size=1,
                    url=f"{LIST}?PageSize=1&Page=1&PageToken=PADY{'1' * 32}",
                )
            ),
        ],
    )


def _of_states() -> Iterator[Variant]:
    """States of receipts over time, configurations, webhooks and resources beside them."""
    yield _v(
        "status-null-then-sent", [got(receipt(1, None, date_updated=None)), got(receipt(1, "sent"))]
    )
    yield _v(
        "webhook-before-the-post-answered",
        [hook(1, "sent"), sent(msg(), f"{CONV}/Messages", "Body=Hi&Author=system")],
    )
    yield _v(
        "webhooks-out-of-order",
        [hook(1, "delivered"), hook(1, "sent", DateUpdated="2026-05-04T08:00:01.000Z")],
        expected=["i timeline.arrived-late@/Status 1"],
    )
    yield _v(
        "stale-poll-after-webhook",
        [hook(1, "delivered"), got(receipt(1, "sent", date_updated="2026-05-04T08:00:01Z"))],
        expected=["i timeline.arrived-late@/status 1"],
    )
    yield _v(
        "list-grows",
        [
            got(page()),
            got(page(receipt(1, "sent"))),
            got(page(receipt(1, date_updated="2026-05-04T08:00:09Z"), receipt(2, "sent"))),
        ],
    )
    yield _v(
        "failed-to-one-delivered-to-other",
        [
            got(page(receipt(1), receipt(2, "failed", error_code=21610))),
            got(message(total=2, sent="some", delivered="some", failed="some")),
        ],
    )
    yield _v("summary-null-though-sent-to-chat", [got(msg()), got(page())])
    yield _v(
        "configuration-never-set",
        [
            got(
                config_of_service(
                    method=None, filters=None, post_webhook_url=None, pre_webhook_url=None
                )
            )
        ],
    )
    yield _v("configuration-flex", [got(config(target="flex"))])
    yield _v(
        "configuration-cleared",
        [
            got(
                config(post_webhook_url=None, filters=["onMessageAdded"]),
                method="POST",
                headers=AS_FORM,
                body="PostWebhookUrl=&Filters=onMessageAdded",
            )
        ],
    )
    yield _v(
        "configuration-with-retry-fragment",
        [got(config(post_webhook_url="https://example.com/post#rc=3&ct=2000"))],
    )
    yield _v(
        "configuration-with-basic-auth-url",
        [got(config(post_webhook_url="https://user:xxxxx@example.com/post"))],
    )
    yield _v("webhook-get", [{"url": HOOK + "?" + _form(), "method": "GET", "headers": {}}])
    yield _v("webhook-with-own-query", [posted(_form(), HOOK + "?tenant=7&Status=x")])
    yield _v(
        "signature-behind-gateway",
        [
            signed(
                HOOK,
                "http://10.0.0.7:8080/twilio/receipts",
                Host="10.0.0.7:8080",
                X_Forwarded_Proto="https",
                X_Forwarded_Host="hooks.example.com",
            )
        ],
        SIGNED,
    )
    yield _v(
        "signature-with-port",
        [signed("https://hooks.example.com:443/twilio/receipts", HOOK)],
        SIGNED,
    )
    yield _v(
        "signature-of-another-event",
        [
            signed(
                HOOK,
                pairs=[
                    ("EventType", "onMessageAdded"),
                    ("MessageSid", MESSAGE),
                    ("Body", "50% + é ☂"),
                    ("Author", "+15550100001"),
                ],
            ),
            signed(HOOK),
        ],
        SIGNED,
        expected=["i webhook.other-event@ 0"],
    )
    yield _v(
        "date-with-offset-in-webhook",
        [
            hook(
                1,
                DateUpdated="2026-05-04T10:00:05.337+02:00",
                DateCreated="2026-05-04T10:00:00.412+02:00",
            )
        ],
    )
    yield _v(
        "whole-seconds-in-webhook",
        [hook(1, DateUpdated="2026-05-04T08:00:05Z", DateCreated="2026-05-04T08:00:00Z")],
    )
    yield _v(
        "facebook-prefix",
        [hook(1, ChannelMessageSid="FB" + sid("SM", 1)[2:])],
        expected=["i receipt.unknown-channel@/ChannelMessageSid 0"],
    )
    yield _v(
        "leap-day",
        [got(receipt(date_created="2028-02-29T23:59:59Z", date_updated="2028-03-01T00:00:00Z"))],
    )
    yield _v(
        "message-deleted-by-author-null",
        [
            got(
                msg(
                    author=None,
                    body=None,
                    media=[
                        {
                            "sid": sid("ME", 1),
                            "size": 12,
                            "content_type": "image/png",
                            "filename": None,
                        }
                    ],
                )
            )
        ],
    )
    yield _v(
        "conversation-by-unique-name", [got(conv(unique_name="dinner"), f"{CONVERSATIONS}/dinner")]
    )
    yield _v(
        "conversation-reached-by-service-and-default",
        [got(conv(), CONV), got(conv(OF_SERVICE), OF_SERVICE)],
    )
    yield _v(
        "participant-by-identity",
        [
            got(
                part(1, identity="anna@example.com", messaging_binding=None),
                f"{CONV}/Participants/anna%40example.com",
            )
        ],
    )
    yield _v(
        "group-mms-members",
        [
            got(
                listed(
                    "participants",
                    f"{CONV}/Participants",
                    part(
                        1,
                        role_sid=None,
                        messaging_binding={"type": "sms", "address": "+15550100001"},
                    ),
                    part(2, messaging_binding={"type": "sms", "projected_address": "+15550109999"}),
                    part(
                        3,
                        identity="anna",
                        messaging_binding={"type": "sms", "projected_address": "+15550109999"},
                    ),
                )
            )
        ],
    )
    yield _v(
        "messages-descending",
        [
            got(
                listed(
                    "messages",
                    f"{CONV}/Messages",
                    {**message(message_url(sid("IM", 2))), "index": 4},
                    msg(index=1),
                    url=f"{CONV}/Messages?Order=desc&PageSize=50&Page=0",
                    first_page_url=f"{CONV}/Messages?Order=desc&PageSize=50&Page=0",
                ),
                f"{CONV}/Messages?Order=desc",
            )
        ],
    )
    yield _v(
        "conversation-closed-and-read",
        [
            got(conv(state="closed"), CONV),
            got(listed("messages", f"{CONV}/Messages", msg())),
            got(
                {
                    "code": 50377,
                    "message": "Can't update conversation as it's in final closed state",
                    "more_info": "https://www.twilio.com/docs/errors/50377",
                    "status": 400,
                },
                f"{CONV}/Messages",
                400,
                method="POST",
                headers=AS_FORM,
                body="Body=Hi",
            ),
        ],
    )
    yield _v(
        "binding-exists-elsewhere",
        [
            got(
                {
                    "code": 50416,
                    "message": f"A binding for this participant and proxy address already exists in Conversation {OTHER_CONVERSATION}",
                    "more_info": "https://www.twilio.com/docs/errors/50416",
                    "status": 409,
                },
                f"{CONV}/Participants",
                409,
                method="POST",
                headers=AS_FORM,
                body=urlencode(
                    {
                        "MessagingBinding.Address": "+15550100001",
                        "MessagingBinding.ProxyAddress": "+15550109999",
                    }
                ),
            )
        ],
    )
    yield _v(
        "cwp-202",
        [
            sent(
                conv(state="initializing", friendly_name="x"),
                f"{API}/v1/ConversationWithParticipants",
                urlencode(
                    [
                        ("FriendlyName", "x"),
                        ("Participant", json.dumps({"identity": "anna"})),
                        ("Participant", json.dumps({"identity": "bob"})),
                    ]
                ),
                202,
            )
        ],
    )
    yield _v(
        "scoped-webhook-studio",
        [got(scoped(target="studio", flow_sid=sid("FW", 1)))],
    )
    yield _v(
        "scoped-webhook-trigger",
        [
            got(
                scoped(
                    target="trigger",
                    url="https://example.com/t",
                    method="POST",
                    triggers=["help"],
                    filters=["help"],
                )
            )
        ],
    )
    yield _v(
        "pre-webhook-changed-the-body",
        [sent(msg(body="Hello!"), f"{CONV}/Messages", "Body=Hi&Author=system")],
    )
    yield _v(
        "address-asked-answered-normalised",
        [
            sent(
                part(1),
                f"{CONV}/Participants",
                urlencode(
                    {
                        "MessagingBinding.Address": "+15550100001",
                        "MessagingBinding.ProxyAddress": "+15550109999",
                    }
                ),
            )
        ],
    )
    yield _v(
        "har-newest-first",
        [],
        files={
            "a.har": har(
                ("2026-05-04T08:05:00.000Z", got(receipt(1, "delivered"))),
                (
                    "2026-05-04T08:00:02.000Z",
                    got(receipt(1, "sent", date_updated="2026-05-04T08:00:01Z")),
                ),
            )
        },
    )
    yield _v(
        "classic-api-traffic-beside",
        [
            {
                "request": {
                    "method": "GET",
                    "url": f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
                },
                "response": {
                    "status": 200,
                    "headers": {"Content-Type": "application/json"},
                    "body": {"messages": [], "uri": "/x", "page": 0},
                },
            },
            got(page(receipt(1))),
        ],
        expected=["i http.unknown-operation@ 0"],
    )
    yield _v(
        "json-with-problem-charset",
        [
            {
                "request": {"method": "GET", "url": LIST},
                "response": {
                    "status": 200,
                    "headers": {"CONTENT-TYPE": "Application/JSON;Charset=UTF-8"},
                    "body": json.dumps(page(receipt(1)), indent=2),
                },
            }
        ],
    )
    yield _v(
        "backdated-message",
        [got(msg(date_created="2020-01-01T00:00:00Z", date_updated="2026-05-04T08:00:00Z"))],
    )
    yield _v(
        "message-edited",
        [
            got(msg()),
            got(msg(body="New", date_updated="2026-05-04T09:00:00Z")),
            got(page(receipt(1))),
        ],
    )
    yield _v(
        "delete-repeated-gives-404",
        [
            answered(204, msg()["url"], "DELETE"),
            got(error(20404, 404), msg()["url"], 404, method="DELETE"),
        ],
    )
