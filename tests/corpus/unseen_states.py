"""
A second set of such defects: receipts, summaries, webhooks and their signatures alone, written before a look at what
the first set had changed. The grounds are those of `unseen_defects`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from pieces import (
    ACCOUNT,
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
from resource_pieces import CONV, har, listed, sent
from unseen import Case

RECEIPT = f"{LIST}/{sid('DY', 1)}"
MESSAGES = f"{CONV}/Messages"
ANY = ("ewi *",)


#: Why no rule finds these.
_REASONS = {
    "WhatsApp fails with 21610": "people opt out of WhatsApp, too",
    "SMS and WhatsApp of one participant": "RCS may fall back to SMS",
    "not sent, and yet with a later date": "no source says what sets date_updated before a message leaves",
    "a total beyond all participants": "limits of an account can be raised",
    "more than fifty receipts over two pages": "limits of an account can be raised",
    "a webhook without ChannelMessageSid": "one that failed at once may have none; one live webhook is known",
    "JSON that is called a form": "loggers write the parsed parameters beside the header of the form",
    "parameters in the address and in the form": "the query belongs to the address of the receiver",
    "an idempotency token in words": "logs mask it",
    "a service for an account of another run": "owners are compared receipt by receipt",
}


def unseen_states() -> list[Case]:
    """Return the defects that have findings."""
    return [case for case in _every() if case.name not in _REASONS]


def not_yet() -> list[tuple[Case, str]]:
    """Return the defects that no rule finds, each with the reason."""
    cases = [case for case in _every() if case.name in _REASONS]
    assert len(cases) == len(_REASONS)
    return [(case, _REASONS[case.name]) for case in cases]


def _every() -> list[Case]:
    kinds = (channels, states, summaries, pages, webhooks, failures, signatures)
    return [case for kind in kinds for case in kind()]


def channels() -> Iterator[Case]:
    """Facts of one channel at a receipt of another."""
    mms, whatsapp = sid("MM", 1), sid("WA", 1)
    yield Case(
        "an MMS is read",
        "F 4.1",
        [got(receipt(1, "read", channel_message_sid=mms))],
        ("i receipt.read-on-sms",),
    )
    yield Case(
        "an MMS fails as WhatsApp does",
        "F 4.2",
        [got(receipt(1, "failed", channel_message_sid=mms, error_code=63016))],
        ("i receipt.code-of-other-channel",),
    )
    for code in (30410, 30500, 21610):
        yield Case(
            f"WhatsApp fails with {code}",
            "F 4.2: codes of SMS alone",
            [got(receipt(1, "failed", channel_message_sid=whatsapp, error_code=code))],
            ANY,
        )
    yield Case(
        "a webhook of an MMS that is read",
        "F 4.1, 2.1",
        [hook(1, "read", ChannelMessageSid=mms)],
        ("i receipt.read-on-sms",),
    )
    yield Case(
        "SMS and WhatsApp of one participant",
        "F 1.2: one binding, one channel",
        [
            got(
                page(
                    receipt(1),
                    receipt(2, participant_sid=sid("MB", 1), channel_message_sid=whatsapp),
                )
            )
        ],
        ANY,
    )


def states() -> Iterator[Case]:
    """States of a receipt that do not follow each other."""
    yield Case(
        "delivered at the date of sent",
        "F 4.1: date_updated changes per transition",
        [got(receipt(1, "sent")), got(receipt(1, "delivered"))],
        ("i timeline.date-kept",),
    )
    timed = [
        ("2026-05-04T08:01:00.000Z", got(receipt(1, "sent"), RECEIPT)),
        ("2026-05-04T08:02:00.000Z", got(receipt(1, "delivered"), RECEIPT)),
    ]
    yield Case(
        "seen as sent a minute after it was delivered",
        "F 4.1",
        wanted=("i timeline.date-kept",),
        files={"a.har": har(*timed)},
    )
    yield Case(
        "sent, and updated before it was created by a webhook",
        "F 4.1",
        [hook(1, "sent", DateUpdated="2026-05-04T07:59:00.000Z")],
        ("w receipt.updated-before-created",),
    )
    yield Case(
        "a failure without a code in a list, with one by webhook",
        "F 4.2",
        [hook(1, "failed"), got(page(receipt(1, "failed", error_code=0)))],
        ("w *",),
        ("w *",),
    )
    yield Case(
        "one receipt in two scopes with two statuses",
        "F 1.1",
        [
            got(page(receipt(1, "failed"))),
            got(page(receipt(1, "delivered", at=IN_SERVICE), at=IN_SERVICE)),
        ],
        ("w timeline.after-terminal",),
    )
    yield Case(
        "created in two hours by page and webhook",
        "F 4.1",
        [got(page(receipt(1))), hook(1, DateCreated="2026-05-04T06:00:00.412Z")],
        ("i webhook.clock", "w webhook.disagrees-with-receipt"),
    )
    yield Case(
        "a null status with an error",
        "F 4.2",
        [got(receipt(1, None, error_code=30003))],
        ("w receipt.code-without-failure",),
        ("w *",),
    )
    yield Case(
        "not sent, and yet with a later date",
        "F 4.1: null is before anything happened",
        [got(receipt(1, None, date_updated="2026-05-04T09:00:05Z"))],
        ANY,
    )


def summaries() -> Iterator[Case]:
    """Summaries beside receipts in an order of their own."""
    everything = {"sent": "all", "delivered": "all"}
    yield Case(
        "the summary first: all delivered, then a failure",
        "F 1.7",
        [got(message(total=1, **everything)), got(page(receipt(1, "failed")))],
        ("wi delivery.*",),
    )
    yield Case(
        "the summary first: all delivered, then a webhook of a failure",
        "F 1.7",
        [got(message(total=1, **everything)), hook(1, "undelivered")],
        ("wi delivery.*",),
    )
    yield Case(
        "the summary first: all delivered, then only sent",
        "F 1.7",
        [got(message(total=1, **everything)), got(page(receipt(1, "sent")))],
        ("i delivery.went-back",),
    )
    yield Case(
        "the summary first: all sent, then no receipt",
        "F 1.7: a receipt for each",
        [got(message(total=2, **everything)), got(page())],
        ("i delivery.went-back",),
    )
    body = message(total=1, **everything)
    of_list = listed("messages", MESSAGES, body)
    yield Case(
        "a list of messages beside its receipts",
        "F 1.7",
        [got(page(receipt(1, "failed"))), got(of_list)],
        ("w delivery.disagrees-with-receipts",),
    )
    yield Case(
        "a list of messages beside a message",
        "F 1.7",
        [got(of_list), got(message(total=1, sent="all", failed="all"))],
        ("i delivery.went-back",),
    )
    yield Case(
        "a total beyond all participants",
        "F 1.4: at most 50 without chat",
        [got(message(total=51, sent="all"))],
        ANY,
    )
    yield Case(
        "all failed and all read",
        "F 1.7",
        [got(message(total=2, sent="all", failed="all", read="all", delivered="all"))],
        ("w delivery.cumulative",),
    )
    yield Case(
        "a summary of receipts",
        "F 1.7",
        [got({**body, "delivery": {"delivery_receipts": [receipt(1)]}})],
        ("e *",),
        ("w *",),
    )


def pages() -> Iterator[Case]:
    """Pages whose links or rows mislead."""
    first, second = walk(2, 1)
    yield Case(
        "the previous link is the page itself",
        "F 1.3",
        [got(first), got(with_meta(second, previous_page_url=second["meta"]["url"]))],
        ("w page.*",),
    )
    yield Case(
        "a row that is null",
        "F 1.2",
        [got({**first, "delivery_receipts": [receipt(1), None]})],
        ("e schema.type",),
    )
    yield Case(
        "a row that is a SID",
        "F 1.2",
        [got({**first, "delivery_receipts": [receipt(1), sid("DY", 2)]})],
        ("e schema.type",),
    )
    yield Case(
        "more than fifty receipts over two pages",
        "F 1.4: at most 50 without chat",
        [got(each) for each in walk(50, 5)],
        ANY,
    )
    yield Case(
        "a page under the name of the message",
        "F 1.3",
        [got({"meta": first["meta"], "delivery_receipts": {"delivery_receipts": []}}, LIST)],
        ("e *",),
        ("ew *",),
    )
    yield Case(
        "the token of the next page in its own link",
        "F 1.4",
        [
            got(
                with_meta(
                    walk(2, 1)[0],
                    url=f"{LIST}?PageSize=2&Page=0&PageToken=PT1",
                    first_page_url=f"{LIST}?PageSize=2&Page=0&PageToken=PT1",
                ),
                f"{LIST}?PageSize=2",
            )
        ],
        ("ew page.*",),
    )
    yield Case(
        "a page in two halves",
        "RFC 8259",
        files={"a.json": json.dumps(page(receipt(1)))[:-40]},
        wanted=("e *",),
    )


def webhooks() -> Iterator[Case]:
    """Webhooks that lack something or have too much."""
    for name in ("AccountSid", "ChannelMessageSid", "DateCreated", "DateUpdated", "Status"):
        yield Case(f"a webhook without {name}", "F 2.1", [hook(1, **{name: None})], ANY)
    yield Case(
        "the parameters of another event, too",
        "F 2.1: no Body",
        [hook(1, Body="Hi", Author="system", Index="0")],
        ("i webhook.unknown-parameter",),
    )
    yield Case(
        "JSON that is called a form",
        "F 2.2",
        [posted(json.dumps(parameters()))],
        ("e *",),
        ("ew *",),
    )
    yield Case(
        "parameters in the address and in the form",
        "F 2.2",
        [posted(urlencode(parameters(1, "sent")), f"{HOOK}?{urlencode(parameters())}")],
        ANY,
    )
    yield Case(
        "a code with a blank", "F 2.1", [hook(1, "failed", ErrorCode="30003 ")], ("e *",), ("w *",)
    )
    yield Case("a status of the client", "F 4.1", [hook(1, "queued")], ("e schema.enum",), ("w *",))
    token = {"I_Twilio_Idempotency_Token": "not a token"}
    yield Case(
        "an idempotency token in words",
        "F 2.2: a GUID",
        [posted(urlencode(parameters()), **token)],
        ANY,
    )
    yield Case(
        "a service for an account of another run",
        "F 2.1",
        [hook(1), hook(2, AccountSid=sid("AC", 9))],
        ANY,
    )


def failures() -> Iterator[Case]:
    """Errors that lack something."""
    whole = error(20404, 404)
    for name in ("code", "message", "more_info", "status"):
        body = {key: value for key, value in whole.items() if key != name}
        yield Case(f"an error without {name}", "F 1.6", [got(body, LIST, 404)], ANY, ("ew *",))
    yield Case(
        "an error without words",
        "F 1.6",
        [got({**whole, "message": ""}, LIST, 404)],
        ("i error.expected-field",),
    )
    yield Case(
        "an error of the sent form",
        "C 3",
        [sent(error(50407, 409), f"{CONV}/Participants", "Identity=anna", 409)],
        ("i error.code-mismatch",),
    )
    yield Case(
        "an error with a status in a text",
        "F 1.6",
        [got({**whole, "status": "404"}, LIST, 404)],
        ("e *",),
    )
    yield Case(
        "a page with an error in it",
        "F 1.6",
        [got({**page(receipt(1)), **whole})],
        ("i page.other-envelope",),
        ("ew *",),
    )


def signatures() -> Iterator[Case]:
    """Signatures of something else."""
    pairs = list(parameters().items())
    form = urlencode(pairs)
    right = signature(HOOK, pairs)
    forged = ("e webhook.signature*",)

    def case(name: str, body: str, said: str, *also: str, url: str = HOOK, **headers: Any) -> Case:
        sent_form: Body = posted(body, url, X_Twilio_Signature=said, **headers)
        return Case(name, "F 2.4", [sent_form], forged, also, SIGNED)

    yield case("a signature in small letters", form, right.lower())
    yield case("a form cut short", form[:-20], right, "ew *")
    yield case("the signature of the next webhook", urlencode(parameters(2)), right)
    yield case(
        "a query that was sorted", form, signature(f"{HOOK}?b=1&a=2", pairs), url=f"{HOOK}?a=2&b=1"
    )
    yield case(
        "a path in small letters",
        form,
        signature("https://hooks.example.com/Twilio/Receipts", pairs),
    )
    unicode = [*pairs, ("Source", "Zo\u00eb")]
    as_latin = urlencode(unicode, encoding="latin-1")
    yield case("a name in Latin-1", as_latin, signature(HOOK, unicode), "ew *")
    yield Case(
        "signed for a service that is not named",
        "F 2.4",
        [signed(HOOK, pairs=pairs, over=[*pairs, ("ChatServiceSid", SERVICE + "0")])],
        forged,
        options=SIGNED,
    )
    yield Case(
        "signed by a message", "F 2.4", [signed(HOOK, token=MESSAGE)], forged, options=SIGNED
    )
    yield Case(
        "signed by the account and its token",
        "F 2.4",
        [signed(HOOK, token=f"{ACCOUNT}:f00dfeed00112233445566778899aabb")],
        forged,
        options=SIGNED,
    )
    rewritten = [(name, value.strip()) for name, value in [*pairs, ("Source", " API ")]]
    yield Case(
        "a value that was trimmed",
        "F 2.4",
        [signed(HOOK, pairs=rewritten, over=[*pairs, ("Source", " API ")])],
        forged,
        options=SIGNED,
    )
