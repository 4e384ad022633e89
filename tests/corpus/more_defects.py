"""More defects, of kinds that `defect_variants` does not have, each with the findings that it must have."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from pieces import (
    API,
    CONVERSATION,
    HOOK,
    LIST,
    MESSAGE,
    SERVICE,
    SIGNED,
    TOKEN,
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
    walk,
    with_meta,
)

TRUNCATED = "i listing.truncated@/meta/next_page_url 0"
FORGED = "e webhook.signature@ 0"
_OTHER = sid("CH", 2)
_ELSEWHERE = LIST.replace(CONVERSATION, _OTHER)


def messages() -> Iterator[Variant]:
    """Yield messages that are another conversation's elsewhere, and whose links lead elsewhere."""
    foreign = receipt(2, at=_ELSEWHERE, conversation_sid=_OTHER)
    rule = "e message.identity@"
    yield Variant(
        "one message in two conversations, by two lists",
        [got(page(receipt(1))), got(page(foreign, at=_ELSEWHERE))],
        [f"{rule}/delivery_receipts/0/conversation_sid 1"],
    )
    yield Variant(
        "one message in two conversations, by two webhooks",
        [hook(1), hook(2, ConversationSid=_OTHER)],
        [f"{rule}/ConversationSid 1"],
    )
    yield Variant(
        "one message in two conversations, by a webhook and a receipt",
        [hook(1), got(foreign)],
        [f"{rule}/conversation_sid 1"],
    )
    for what, member, link in (
        ("a link to another host", "links/delivery_receipts", LIST.replace(API, "https://a.test")),
        ("a url without TLS", "url", message_url().replace("https", "http")),
    ):
        body = message(total=1, sent="all")
        changed = {"url": link} if member == "url" else {"links": {"delivery_receipts": link}}
        yield Variant(
            f"a message with {what}",
            [got({**body, **changed}, message_url())],
            [f"w message.url-mismatch@/{member} 0"],
        )


def summaries() -> Iterator[Variant]:
    """Yield summaries that contradict webhooks, or earlier ones."""
    early = {"DateUpdated": "2026-05-04T08:00:01.000Z"}
    told = [hook(1, **early), hook(2, **early), hook(3)]
    yield Variant(
        "a total of one, though webhooks told of three",
        [*told, got(message(total=1, sent="all"))],
        ["i delivery.total@/delivery/total 3"],
    )
    yield Variant(
        "none delivered, though webhooks told of two",
        [*told, got(message(total=3, sent="all"))],
        ["i delivery.disagrees-with-receipts@/delivery/delivered 3"],
    )
    yield Variant(
        "no summary, though webhooks told of two",
        [*told, got(message())],
        ["i delivery.disagrees-with-receipts@/delivery 3"],
    )
    three = message(total=3, sent="all", delivered="all", read="some")
    for what, member, later in (
        ("its total shrinks", "total", {"total": 2, "read": "some"}),
        ("nobody has read it any more", "read", {"total": 3}),
    ):
        yield Variant(
            f"a summary goes back: {what}",
            [got(three), got(message(**{"sent": "all", "delivered": "all", **later}))],
            [f"i delivery.went-back@/delivery/{member} 1"],
        )


def lists() -> Iterator[Variant]:
    """Yield receipts and pages with links or members that mislead clients."""
    for what, body in (
        ("at another host", receipt(1, url=f"https://api.example.net/v1/{sid('DY', 1)}")),
        ("without TLS", receipt(1, url=f"{LIST}/{sid('DY', 1)}".replace("https", "http"))),
        ("of its list", receipt(1, url=LIST)),
        ("of its message", receipt(1, url=message_url())),
    ):
        yield Variant(
            f"a row with the url {what}",
            [got(page(body, receipt(2)))],
            ["w receipt.url-mismatch@/delivery_receipts/0/url 0"],
        )
        yield Variant(
            f"a receipt with the url {what}",
            [got(body, f"{LIST}/{sid('DY', 1)}")],
            ["w receipt.url-mismatch@/url 0"],
        )
    first, second, third = walk(2, 2, 1)
    with_password = first["meta"]["next_page_url"].replace("//", "//AC1:9d8c7b6a5f4e@")
    yield Variant(
        "a next link with a password",
        [got(with_meta(first, next_page_url=with_password))],
        ["w capture.secret@ 0", TRUNCATED],
    )
    path = first["meta"]["next_page_url"].removeprefix(API)
    yield Variant(
        "a next link that is a path",
        [got(with_meta(first, next_page_url=path))],
        ["e schema.format@/meta/next_page_url 0", TRUNCATED],
    )
    swapped = with_meta(
        second,
        next_page_url=second["meta"]["previous_page_url"],
        previous_page_url=second["meta"]["next_page_url"],
    )
    yield Variant(
        "previous and next link changed places",
        [got(first), got(swapped), got(third)],
        [
            "e listing.loop@/meta/next_page_url 1",
            "w page.next-index@/meta/next_page_url 1",
            "w page.next-without-token@/meta/next_page_url 1",
            "w page.previous-elsewhere@/meta/previous_page_url 1",
        ],
    )
    yield Variant(
        "a page with the member that tells Java of another API",
        [got({**page(receipt(1)), "uri": "/v1/Receipts"})],
        ["w page.uri@/uri 0"],
    )


def receipts() -> Iterator[Variant]:
    """Yield receipts with dates and numbers that libraries do not read, and impossible paths."""
    for what, date in (
        ("in small letters", "2026-05-04t08:00:05z"),
        ("with an offset", "2026-05-04T10:00:05+02:00"),
    ):
        yield Variant(
            f"a date {what}",
            [got(receipt(1, date_updated=date))],
            ["i receipt.date-form@/date_updated 0"],
        )
    yield Variant(
        "a code with a decimal point",
        [got(receipt(1, "failed", error_code=30008.0))],
        ["i json.integer-form@/error_code 0"],
    )
    yield Variant(
        "a page number with a decimal point",
        [got(with_meta(page(receipt(1)), page=0.0))],
        ["i json.integer-form@/meta/page 0"],
    )
    yield Variant(
        "delivered, and never updated",
        [got(receipt(1, date_updated=None))],
        ["i receipt.never-updated@/date_updated 0"],
    )
    later = {"date_updated": "2026-05-04T08:01:00Z"}
    yield Variant(
        "failed after undelivered",
        [got(receipt(1, "undelivered")), got(receipt(1, "failed", **later))],
        ["w timeline.after-terminal@/status 1"],
    )
    yield Variant(
        "sent twice, with two dates",
        [
            hook(1, "sent", DateUpdated="2026-05-04T08:00:01.000Z"),
            hook(1, "sent", DateUpdated="2026-05-04T08:00:04.000Z"),
        ],
        ["i timeline.duplicate@/Status 1"],
    )


def exchanges() -> Iterator[Variant]:
    """Yield answers whose status, body and request do not fit together."""
    yield Variant(
        "500 with the body of 404",
        [got(error(20404, 404), LIST, 500)],
        ["w error.status-mismatch@/status 0"],
    )
    lost = (
        f"The requested resource /Conversations/{_OTHER}/Messages/{MESSAGE}/Receipts was not found"
    )
    yield Variant(
        "404 about another conversation",
        [got({**error(20404, 404), "message": lost}, LIST, 404)],
        ["i error.not-what-was-asked@/message 0"],
    )
    yield Variant(
        "an error that claims success",
        [got(error(20404, 404), LIST)],
        ["e schema.required@ 0"] * 2,
    )
    yield Variant(
        "a receipt that claims to be lost",
        [got(receipt(1), f"{LIST}/{sid('DY', 1)}", 404)],
        ["e error.shape@ 0", "e error.shape@ 0", "e error.shape@/status 0"],
    )
    yield Variant("404 with an empty body", [got("", LIST, 404)], ["e json.syntax@ 0"])
    yield Variant("200 with an empty body", [got("", LIST)], ["e json.syntax@ 0"])
    problem = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "no"}
    as_problem = got(problem, LIST, 404)
    as_problem["response"]["headers"] = {"Content-Type": "application/problem+json"}
    yield Variant(
        "an error by RFC 9457",
        [as_problem],
        ["e error.shape@ 0", "e error.shape@ 0", "e http.media-type@ 0"],
    )
    of_text = got(page(receipt(1)))
    of_text["response"]["headers"] = {"content-type": "TEXT/JSON"}
    yield Variant("JSON as text/json", [of_text], ["e http.media-type@ 0"])
    yield Variant(
        "PageSize twice",
        [got(page(receipt(1)), f"{LIST}?PageSize=50&PageSize=20")],
        ["w request.repeated-parameter@ 0"],
    )


def configurations() -> Iterator[Variant]:
    """Yield configurations that receive nothing, or differ from the request."""
    plain = configured("Filters=onDeliveryUpdated")
    body = plain["response"]["body"]
    unheard = {"post_webhook_url": None, "pre_webhook_url": "https://example.com/pre"}
    yield Variant(
        "receipts are wanted, but only the URL for events before is set",
        [got({**body, **unheard})],
        ["i configuration.no-post-url@/post_webhook_url 0"],
    )
    for what, form, member in (
        ("filters", "Filters=onDeliveryUpdated&Filters=onMessageAdded", "filters"),
        ("method", "Filters=onDeliveryUpdated&Method=GET", "method"),
        ("URL", "PostWebhookUrl=https%3A%2F%2Fexample.com%2Fother", "post_webhook_url"),
    ):
        yield Variant(
            f"another {what} than was configured",
            [configured(form)],
            [f"i configuration.not-what-was-sent@/{member} 0"],
        )
    url = f"{API}/v1/Services/{SERVICE}/Configuration/Webhooks"
    other = url.replace(SERVICE, sid("IS", 2))
    of_service = {name: value for name, value in body.items() if name != "target"}
    yield Variant(
        "the configuration of another service",
        [got({**of_service, "chat_service_sid": sid("IS", 2), "url": other}, url)],
        ["e receipt.not-what-was-asked@/chat_service_sid 0"],
    )


def webhooks() -> Iterator[Variant]:
    """Yield webhooks with impossible values, and those that are sent in another way."""
    for what, changes, finding in (
        ("a RetryCount in words", {"RetryCount": "one"}, "e schema.pattern@/RetryCount 0"),
        ("a date in seconds", {"DateUpdated": "1777881605"}, "e schema.format@/DateUpdated 0"),
        ("a blank status", {"Status": ""}, "e schema.enum@/Status 0"),
    ):
        yield Variant(f"a webhook with {what}", [hook(1, **changes)], [finding])
    yield Variant(
        "a form by GET",
        [posted(urlencode(parameters()), method="GET")],
        ["w webhook.method@ 0"],
    )


def signatures() -> Iterator[Variant]:
    """Yield signatures that were computed otherwise, each with its cause."""
    pairs = list(parameters().items())
    in_order = HOOK + "".join(name + value for name, value in sorted(pairs))
    digest = hmac.new(TOKEN.encode(), in_order.encode(), hashlib.sha1).digest()
    wide = hmac.new(TOKEN.encode(), in_order.encode(), hashlib.sha256).digest()
    form = urlencode(pairs)
    as_sent = HOOK + "".join(name + value for name, value in pairs)
    found: dict[str, tuple[str, str]] = {
        "by SHA-256": ("SHA-1", base64.b64encode(wide).decode()),
        "in hexadecimal": ("base64", digest.hex()),
        "in base64 for URLs": ("base64", _signed_with_sign()),
        "over the parameters in the order of the form": ("sorts", signature(as_sent)),
        "over the form as text": ("parameters", signature(HOOK + form)),
    }
    for what, (says, value) in found.items():
        sent = _other_form() if "for URLs" in what else form
        yield Variant(
            f"signed {what}", [posted(sent, X_Twilio_Signature=value)], [FORGED], SIGNED, says
        )
    forged: dict[str, Any] = {"x_twilio_signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}
    yield Variant("a forged signature in small letters", [posted(form, **forged)], [FORGED], SIGNED)


def _other_form() -> str:
    """Return a form whose signature has a character that base64 for URLs writes otherwise."""
    return urlencode(parameters(_number()))


def _signed_with_sign() -> str:
    pairs = list(parameters(_number()).items())
    return signature(HOOK, pairs).replace("+", "-").replace("/", "_")


def _number() -> int:
    """Return the first receipt whose signature has such a character."""
    return next(
        number
        for number in range(1, 100)
        if set("+/") & set(signature(HOOK, list(parameters(number).items())))
    )


def more_defects() -> list[Variant]:
    """Return every defect."""
    kinds = (
        *(messages, summaries, lists, receipts, exchanges),
        *(configurations, webhooks, signatures),
    )
    return [variant for kind in kinds for variant in kind()]
