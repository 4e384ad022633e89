"""Defects that were invented against the rules, without a look at the rest of the corpus."""

from __future__ import annotations

import base64
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
    signature,
    signed,
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
    moved,
    msg,
    part,
    scoped,
    sent,
)

IDEMPOTENT = "0a4a3b8e-1111-4222-8333-444455556666"
PAIRS = list(parameters().items())
RECEIPT = f"{LIST}/{sid('DY', 1)}"
OTHER_LIST = LIST.replace(MESSAGE, OTHER_MESSAGE)


def _form(number: int = 1, status: str = "delivered", **changes: Any) -> str:
    return urlencode(parameters(number, status, **changes))


def _v(name: str, observations: list[Body], *expected: str, **more: Any) -> Variant:
    return Variant(name, observations, expected, **more)


def invented_defects() -> Iterator[Variant]:
    """Yield every invented defect."""
    for each in (_of_resources, _of_configurations, _of_receipts, _of_http, _of_webhooks, _across):
        yield from each()


def _of_resources() -> Iterator[Variant]:
    """Resources beside the request that asked for them, and beside what such a resource can be."""
    yield _v(
        "conversation-answered-with-another",
        [got(conv(OTHER_CONV), CONV)],
        "e receipt.not-what-was-asked@/sid 0",
    )
    yield _v(
        "participant-answered-with-another",
        [got(part(2), f"{CONV}/Participants/{sid('MB', 1)}")],
        "e receipt.not-what-was-asked@/sid 0",
    )
    yield _v(
        "participants-of-another-conversation",
        [got(listed("participants", f"{CONV}/Participants", part(1, OTHER_CONV)))],
        "e receipt.not-what-was-asked@/participants/0/conversation_sid 0",
    )
    yield _v(
        "messages-of-another-conversation",
        [got(listed("messages", f"{CONV}/Messages", moved(msg())))],
        "e receipt.not-what-was-asked@/messages/0/conversation_sid 0",
    )
    yield _v(
        "list-of-messages-with-the-key-of-receipts",
        [got(listed("messages", f"{CONV}/Messages", msg(), key="delivery_receipts"))],
        "e schema.enum@/meta/key 0",
    )
    yield _v(
        "next-of-participants-is-itself",
        [
            got(
                listed(
                    "participants",
                    f"{CONV}/Participants",
                    part(1),
                    size=1,
                    next_page_url=f"{CONV}/Participants?PageSize=1&Page=0",
                )
            )
        ],
        "e page.next-is-self@/meta/next_page_url 0",
    )
    yield _v(
        "more-participants-than-asked",
        [got(listed("participants", f"{CONV}/Participants", part(1), part(2), part(3), size=2))],
        "e page.too-many-rows@/participants 0",
    )
    yield _v(
        "participant-twice-in-a-list",
        [got(listed("participants", f"{CONV}/Participants", part(1), part(1)))],
        "w page.duplicate-receipt@/participants/1/sid 0",
    )
    yield _v(
        "service-conversation-of-another-service",
        [got(conv(OF_SERVICE, chat_service_sid=sid("IS", 2)), OF_SERVICE)],
        "e receipt.not-what-was-asked@/chat_service_sid 0",
        "w resource.url-mismatch@/url 0",
    )
    yield _v(
        "conversation-url-of-another",
        [got(conv(url=OTHER_CONV), CONV)],
        "w resource.url-mismatch@/url 0",
    )
    yield _v(
        "participant-url-of-another",
        [
            got(
                part(1, url=f"{CONV}/Participants/{sid('MB', 9)}"),
                f"{CONV}/Participants/{sid('MB', 1)}",
            )
        ],
        "w resource.url-mismatch@/url 0",
    )
    yield _v(
        "attributes-that-are-no-json",
        [got(msg(attributes='{"seat": 4'))],
        "w resource.attributes@/attributes 0",
    )
    yield _v(
        "attributes-of-conversation-that-are-no-json",
        [got(conv(attributes="seat=4"), CONV)],
        "w resource.attributes@/attributes 0",
    )
    yield _v(
        "participant-that-is-nobody",
        [got(part(1, messaging_binding=None), f"{CONV}/Participants/{sid('MB', 1)}")],
        "i participant.without-address@/messaging_binding 0",
    )
    yield _v(
        "message-updated-before-it-was-created",
        [got(msg(date_updated="2026-05-04T06:59:58Z"))],
        "i resource.updated-before-created@/date_updated 0",
    )
    yield _v(
        "message-deleted-with-200",
        [got({}, msg()["url"], 200, method="DELETE")],
        "w http.undocumented-status@ 0",
    )
    yield _v(
        "message-created-with-200",
        [sent(msg(), f"{CONV}/Messages", "Body=Hi&Author=system", 200)],
        "w http.undocumented-status@ 0",
    )
    yield _v(
        "message-created-by-json",
        [
            got(
                msg(),
                f"{CONV}/Messages",
                201,
                method="POST",
                headers={"Content-Type": "application/json"},
                body='{"Body": "Hi"}',
            )
        ],
        "e request.parameter@ 0",
    )
    yield _v(
        "participant-of-both-kinds-created",
        [
            sent(
                part(1, identity="anna"),
                f"{CONV}/Participants",
                urlencode(
                    {
                        "Identity": "anna",
                        "MessagingBinding.Address": "+15550100001",
                        "MessagingBinding.ProxyAddress": "+15550109999",
                    }
                ),
            )
        ],
        "w request.either-parameter@ 0",
        "i participant.binding@/identity 0",
    )
    yield _v(
        "participant-created-with-another-identity",
        [
            sent(
                part(1, identity="bob", messaging_binding=None),
                f"{CONV}/Participants",
                "Identity=anna",
            )
        ],
        "i resource.not-what-was-sent@/identity 0",
    )
    yield _v(
        "conversation-created-under-another-name",
        [sent(conv(friendly_name="Mock"), CONVERSATIONS, "FriendlyName=Dinner")],
        "i resource.not-what-was-sent@/friendly_name 0",
    )
    yield _v(
        "scoped-filter-that-is-no-event",
        [got(scoped(filters=["onDeliveryUpdate"]))],
        "w configuration.unknown-filter@/configuration/filters/0 0",
    )
    yield _v(
        "scoped-webhook-before-an-event",
        [got(scoped(filters=["onMessageAdd"]))],
        "w configuration.unknown-filter@/configuration/filters/0 0",
    )
    yield _v(
        "scoped-webhook-over-http",
        [got(scoped(url="http://example.com/s", filters=["onDeliveryUpdated"]))],
        "w configuration.insecure-url@/configuration/url 0",
    )
    yield _v(
        "six-scoped-webhooks",
        [got(listed("webhooks", f"{CONV}/Webhooks", *map(scoped, range(1, 7)), size=6))],
        "e request.parameter@ 0",
        "e schema.maximum@/meta/page_size 0",
    )
    yield _v(
        "messages-in-the-wrong-order",
        [
            got(
                listed(
                    "messages",
                    f"{CONV}/Messages",
                    {**msg(index=1)},
                    {**message(message_url(sid("IM", 2))), "index": 0},
                ),
                f"{CONV}/Messages?Order=asc",
            )
        ],
        "i page.order@/messages/1/index 0",
        "i page.filter-lost@/meta/url 0",
    )


def _of_configurations() -> Iterator[Variant]:
    """Configurations, and the requests that set them."""
    yield _v(
        "misspelt-filter-was-posted",
        [
            got(
                config(filters=["onDeliveryUpdate"]),
                method="POST",
                headers=AS_FORM,
                body="Filters=onDeliveryUpdate",
            )
        ],
        "i configuration.not-subscribed@/filters 0",
        "w configuration.unknown-filter@ 0",
        "w configuration.unknown-filter@/filters/0 0",
    )
    yield _v(
        "method-put-was-posted",
        [got(config(), method="POST", headers=AS_FORM, body="Method=PUT")],
        "e request.parameter@ 0",
    )
    yield _v(
        "relative-url-was-posted",
        [
            got(
                config(post_webhook_url="/hooks"),
                method="POST",
                headers=AS_FORM,
                body="PostWebhookUrl=%2Fhooks",
            )
        ],
        "e request.parameter@ 0",
    )
    yield _v(
        "filters-as-text", [got(config(filters="onDeliveryUpdated"))], "e schema.type@/filters 0"
    )
    yield _v("method-in-small-letters", [got(config(method="post"))], "e schema.enum@/method 0")
    yield _v(
        "account-configuration-with-url-of-service",
        [
            got(
                config(url=f"{API}/v1/Services/{SERVICE}/Configuration/Webhooks"),
                f"{API}/v1/Configuration/Webhooks",
            )
        ],
        "w resource.url-mismatch@/url 0",
    )
    yield _v(
        "service-configuration-with-url-of-account",
        [
            got(
                config_of_service(url=f"{API}/v1/Configuration/Webhooks"),
                f"{API}/v1/Services/{SERVICE}/Configuration/Webhooks",
            )
        ],
        "w resource.url-mismatch@/url 0",
    )
    yield _v(
        "configuration-updated-by-put",
        [got(config(), method="PUT", headers=AS_FORM, body="Method=POST")],
        "i http.unknown-operation@ 0",
    )


def _of_receipts() -> Iterator[Variant]:
    """Receipts by themselves, beside their message, and polled again."""
    yield _v(
        "thirtieth-of-february",
        [got(receipt(date_created="2026-02-30T08:00:00Z"))],
        "e schema.format@/date_created 0",
    )
    yield _v(
        "date-with-a-space",
        [got(receipt(date_updated="2026-05-04 08:00:05"))],
        "e schema.format@/date_updated 0",
    )
    yield _v(
        "date-of-year-one",
        [got(receipt(date_updated="0001-01-01T00:00:00Z"))],
        "w receipt.early-date@/date_updated 0",
    )
    yield _v(
        "both-dates-of-year-one",
        [got(receipt(date_created="0001-01-01T00:00:00Z", date_updated="0001-01-01T00:00:00Z"))],
        "w receipt.early-date@/date_created 0",
        "w receipt.early-date@/date_updated 0",
    )
    yield _v(
        "sid-with-a-line-end",
        [got(receipt(participant_sid=sid("MB", 1) + "\n"))],
        "e schema.pattern@/participant_sid 0",
    )
    yield _v(
        "url-over-plain-http",
        [got(receipt(url=LIST.replace("https", "http") + "/" + sid("DY", 1)), RECEIPT)],
        "w receipt.url-mismatch@/url 0",
    )
    yield _v(
        "url-on-the-messaging-api",
        [got(receipt(url=RECEIPT.replace("conversations.", "api.")), RECEIPT)],
        "w receipt.url-mismatch@/url 0",
    )
    yield _v(
        "url-of-version-2",
        [got(receipt(url=RECEIPT.replace("/v1/", "/v2/")), RECEIPT)],
        "w receipt.url-mismatch@/url 0",
    )
    yield _v(
        "url-without-host",
        [got(receipt(url=RECEIPT.replace(API, "")), RECEIPT)],
        "e schema.format@/url 0",
    )
    yield _v(
        "receipt-answered-as-text-in-json",
        [got(json.dumps(json.dumps(receipt())), RECEIPT)],
        "e schema.type@ 0",
    )
    yield _v(
        "receipts-changed-hands",
        [
            got(page(receipt(1), receipt(2))),
            got(
                page(
                    receipt(1, participant_sid=sid("MB", 2)),
                    receipt(2, participant_sid=sid("MB", 1)),
                )
            ),
        ],
        "e timeline.identity@/delivery_receipts/0/participant_sid 1",
        "e timeline.identity@/delivery_receipts/1/participant_sid 1",
    )
    yield _v(
        "negative-code",
        [got(receipt(1, "failed", error_code=-30008))],
        "e schema.minimum@/error_code 0",
    )
    yield _v(
        "fractional-code",
        [got(receipt(1, "failed", error_code=30008.5))],
        "e schema.type@/error_code 0",
    )
    yield _v(
        "rows-by-sid",
        [got({**page(), "delivery_receipts": {sid("DY", 1): receipt()}}, LIST)],
        "e schema.type@/delivery_receipts 0",
    )
    yield _v(
        "rows-null",
        [got({**page(), "delivery_receipts": None}, LIST)],
        "e schema.type@/delivery_receipts 0",
    )
    yield _v("python-repr", [got(repr(receipt()), RECEIPT)], "e json.syntax@ 0")


def _of_http() -> Iterator[Variant]:
    """Yield wrong methods, statuses, parameters and bodies."""
    yield _v(
        "receipts-created-by-post",
        [got(receipt(), LIST, 201, method="POST", headers=AS_FORM, body="Status=read")],
        "i http.unknown-operation@ 0",
    )
    yield _v(
        "message-changed-by-patch",
        [got(msg(), method="PATCH", headers=AS_FORM, body="Body=x")],
        "i http.unknown-operation@ 0",
    )
    yield _v(
        "receipt-beside-404",
        [got(receipt(), status=404)],
        "e error.shape@ 0",
        "e error.shape@ 0",
        "e error.shape@/status 0",
    )
    yield _v(
        "error-in-xml",
        [
            answered(
                404,
                LIST,
                body="<TwilioResponse><RestException/></TwilioResponse>",
                kind="application/xml",
            )
        ],
        "e http.media-type@ 0",
    )
    yield _v(
        "problem-of-rfc-9457",
        [
            got(
                {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "no"},
                LIST,
                404,
            )
        ],
        "e error.shape@ 0",
        "e error.shape@ 0",
    )
    yield _v(
        "error-beside-200",
        [got(error(20404, 404), LIST)],
        "e schema.required@ 0",
        "e schema.required@ 0",
    )
    yield _v(
        "code-of-authentication-beside-404",
        [got({**error(20003, 404)}, LIST, 404)],
        "i error.code-mismatch@/code 0",
    )
    yield _v(
        "page-size-is-a-word",
        [got(page(receipt()), LIST + "?PageSize=all")],
        "e request.parameter@ 0",
    )
    yield _v(
        "page-size-with-exponent",
        [got(page(receipt(), size=10), LIST + "?PageSize=1e1")],
        "e request.parameter@ 0",
    )
    yield _v(
        "empty-page-size", [got(page(receipt()), LIST + "?PageSize=")], "e request.parameter@ 0"
    )
    yield _v(
        "filter-by-status",
        [got(page(receipt()), LIST + "?Status=delivered")],
        "i request.unknown-parameter@ 0",
    )
    yield _v(
        "receipts-as-json-file",
        [got(page(receipt()), LIST + ".json")],
        "i http.unknown-operation@ 0",
    )
    yield _v(
        "message-sid-of-sms-in-path",
        [got(page(), LIST.replace(MESSAGE, sid("SM", 1)))],
        "e request.parameter@ 0",
    )
    yield _v(
        "no-content-with-content",
        [got(msg(), msg()["url"], 204, method="DELETE")],
        "e capture.nothing-judged@ 0",
    )


def _of_webhooks() -> Iterator[Variant]:
    """Webhooks, their signatures and their times."""
    yield _v(
        "event-that-does-not-exist",
        [hook(1, EventType="onMessageDelivered"), hook(2)],
        "i webhook.other-event@ 0",
    )
    yield _v(
        "event-without-its-last-letter",
        [hook(1, EventType="onDeliveryUpdate"), hook(2)],
        "e schema.enum@/EventType 0",
    )
    yield _v(
        "webhook-date-in-milliseconds",
        [hook(1, DateUpdated="1777881605337")],
        "e schema.format@/DateUpdated 0",
    )
    yield _v("webhook-status-in-capitals", [hook(1, "DELIVERED")], "e schema.enum@/Status 0")
    yield _v(
        "webhook-retry-count-in-words",
        [hook(1, RetryCount="first")],
        "e schema.pattern@/RetryCount 0",
    )
    yield _v(
        "webhook-unique-name-for-sid",
        [hook(1, ConversationSid="dinner-42")],
        "e schema.pattern@/ConversationSid 0",
    )
    yield _v(
        "webhook-multipart",
        [
            posted(
                "EventType=onDeliveryUpdated&" + _form(EventType=None),
                Content_Type="multipart/form-data; boundary=x",
            )
        ],
        "i body.unknown-kind@ 0",
    )
    yield _v(
        "signature-in-hexadecimal",
        [posted(_form(), X_Twilio_Signature=base64.b64decode(signature(HOOK, PAIRS)).hex())],
        "e webhook.signature@ 0",
        options=SIGNED,
    )
    yield _v(
        "signature-twice-in-one-header",
        [
            posted(
                _form(), X_Twilio_Signature=signature(HOOK, PAIRS) + ", " + signature(HOOK, PAIRS)
            )
        ],
        "e webhook.signature@ 0",
        options=SIGNED,
    )
    yield _v(
        "signed-by-an-api-key-secret",
        [signed(HOOK, token="otherotherotherotherotherother12")],
        "e webhook.signature@ 0",
        options=SIGNED,
    )
    yield _v(
        "webhook-of-another-message-than-rest",
        [got(receipt(1, "sent")), hook(1, MessageSid=OTHER_MESSAGE)],
        "e timeline.identity@/MessageSid 1",
    )


def _across() -> Iterator[Variant]:
    """Summaries, and observations that cannot follow each other."""
    yield _v(
        "summary-without-members",
        [got(msg(delivery={"total": 1}))],
        "e schema.required@/delivery 0",
        "e schema.required@/delivery 0",
        "e schema.required@/delivery 0",
        "e schema.required@/delivery 0",
        "e schema.required@/delivery 0",
    )
    yield _v(
        "summary-with-counts",
        [got(message(sent=1, delivered=1))],
        "e schema.type@/delivery/delivered 0",
        "e schema.type@/delivery/sent 0",
    )
    yield _v("summary-null-levels", [got(message(read=None))], "e schema.type@/delivery/read 0")
    yield _v(
        "token-of-another-list",
        [
            got(
                page(
                    receipt(1),
                    size=1,
                    more=True,
                    next_page_url=f"{LIST}?PageSize=1&Page=1&PageToken=PTabc",
                )
            ),
            got(
                page(receipt(2, at=OTHER_LIST), number=1, size=1, at=OTHER_LIST),
                OTHER_LIST + "?PageSize=1&Page=1&PageToken=PTabc",
            ),
        ],
        "i listing.truncated@/meta/next_page_url 0",
        "w page.url-mismatch@/meta/url 1",
    )
    yield _v(
        "next-page-under-a-service",
        [
            got(page(receipt(1), size=1, more=True)),
            got(page(receipt(2, at=IN_SERVICE), number=1, size=1, at=IN_SERVICE)),
        ],
        "i listing.truncated@/meta/next_page_url 0",
    )
    yield _v(
        "receipt-of-the-author",
        [got(msg(participant_sid=sid("MB", 1))), got(page(receipt(1)))],
        "w message.receipt-of-author@/delivery_receipts/0/participant_sid 1",
    )
    yield _v(
        "receipt-older-than-its-message",
        [got(msg()), got(receipt(date_created="2026-05-04T06:00:00Z"))],
        "w message.after-receipt@/date_created 1",
    )
    yield _v(
        "message-of-another-account-than-its-receipts",
        [got(msg(account_sid=sid("AC", 2))), got(page(receipt(1)))],
        "e message.identity@/delivery_receipts/0/account_sid 1",
    )
    yield _v(
        "message-in-another-conversation-than-its-receipts",
        [
            got(moved(msg()), msg()["url"].replace(CONVERSATION, OTHER_CONVERSATION)),
            got(page(receipt(1))),
        ],
        "e message.identity@/delivery_receipts/0/conversation_sid 1",
    )
    yield _v(
        "index-of-a-message-changes",
        [got(msg()), got(msg(index=3))],
        "w message.index-changed@/index 1",
    )
    yield _v(
        "deleted-message-is-back",
        [answered(204, msg()["url"], "DELETE"), got(msg())],
        "i message.deleted@/sid 1",
    )
    yield _v(
        "deleted-twice",
        [answered(204, msg()["url"], "DELETE"), answered(204, msg()["url"], "DELETE")],
        "i message.deleted@ 1",
    )
    yield _v(
        "conversation-reopened",
        [
            got(conv(state="closed"), CONV),
            got(conv(state="active", date_updated="2026-05-04T08:00:00Z"), CONV),
        ],
        "w conversation.reopened@/state 1",
    )


def not_yet() -> Iterator[Variant]:
    """
    Yield defects that no rule finds yet.

    They take a comparison of resources with each other, or of the time at which something
    arrived; at most they would be information.
    """
    yield _v(
        "two-receipts-of-one-participant-by-webhook",
        [hook(1, "sent"), hook(2, "sent", ParticipantSid=sid("MB", 1))],
    )
    yield _v(
        "receipt-vanished-from-the-list",
        [got(page(receipt(1), receipt(2))), got(page(receipt(1)))],
    )
    yield _v(
        "list-emptied-by-a-later-poll",
        [got(page(receipt(1), receipt(2, "sent"))), got(page())],
    )
    yield _v(
        "one-idempotency-token-for-two-receipts",
        [
            posted(_form(), I_Twilio_Idempotency_Token=IDEMPOTENT),
            posted(_form(2), I_Twilio_Idempotency_Token=IDEMPOTENT),
        ],
    )
    yield _v(
        "webhook-dates-after-it-arrived",
        [{**hook(1, DateUpdated="2026-05-04T11:00:05.337Z"), "time": "2026-05-04T08:00:06Z"}],
    )
    yield _v(
        "receipt-updated-after-it-was-answered",
        [],
        files={
            "a.har": har(
                ("2026-05-04T08:01:00.000Z", got(receipt(date_updated="2026-05-04T12:00:05Z")))
            )
        },
    )
    yield _v(
        "chat-participant-has-a-receipt",
        [
            got(
                part(1, identity="anna", messaging_binding=None),
                f"{CONV}/Participants/{sid('MB', 1)}",
            ),
            got(page(receipt(1))),
        ],
    )
    yield _v(
        "name-taken-twice",
        [
            sent(conv(CONV, unique_name="dinner"), CONVERSATIONS, "UniqueName=dinner"),
            sent(conv(OTHER_CONV, unique_name="dinner"), CONVERSATIONS, "UniqueName=dinner"),
        ],
    )
    yield _v(
        "message-into-a-closed-conversation",
        [got(conv(state="closed"), CONV), sent(msg(), f"{CONV}/Messages", "Body=Hi")],
    )
