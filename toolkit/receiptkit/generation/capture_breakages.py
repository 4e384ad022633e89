"""
Breakages of captures: what is wrong with a text, between a request and its answer, or between things seen one after the other.

Each is a capture of a few records, which conform but for one flaw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from receiptkit.generation import recording
from receiptkit.generation.generator import Generator
from receiptkit.generation.stream import form_of
from receiptkit.generation.world import World, milliseconds, webhook_date
from receiptkit.model.exchange import Exchange, WebhookRequest
from receiptkit.webhooks import AUTH_TOKEN, HEADER, sign

#: An exchange, a webhook request, a bare body; or a text as it is.
CaptureRecord = Exchange | WebhookRequest | dict[str, Any] | bytes
_HOUR = 3_600_000
_STRANGER = "0123456789abcdef" * 2


class CaptureBreakage(NamedTuple):
    """
    One flaw in a capture.

    Attributes:
        rule: the rule whose finding it causes.
        entry, pointer: in which record that finding is, from 0, and where.
        scenario: a world whose capture can have it.
        records: makes the capture of such a world.
        facts: what the world needs besides, as for `Generator.world`.
        is_signed: whether it is a flaw only to whoever knows the auth token.
        beside: rules whose findings it cannot but cause, too.
    """

    rule: str
    entry: int
    pointer: str
    scenario: str
    records: Callable[[Generator, World], list[CaptureRecord]]
    facts: tuple[tuple[str, Any], ...] = ()
    is_signed: bool = False
    beside: tuple[str, ...] = ()

    def capture(self, generator: Generator, seed: int = 0) -> bytes:
        """The capture as NDJSON; a text that is broken itself stands alone."""
        return self.of(generator, generator.world(self.scenario, seed=seed, **dict(self.facts)))

    def of(self, generator: Generator, world: World) -> bytes:
        """The same of a world of one's own, which may not have what it takes; `IndexError` or `KeyError` if so."""
        return b"".join(map(_line, self.records(generator, world)))


def _line(record: CaptureRecord) -> bytes:
    if isinstance(record, bytes):
        return record + b"\n"
    if isinstance(record, dict):
        return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
    return next(recording.ndjson([(0, record)]))


# -- texts


def _text(change: Callable[[bytes], bytes]) -> Callable[[Generator, World], list[CaptureRecord]]:
    return lambda generator, world: [change(orjson.dumps(generator.at(world).receipt()))]


def _with_member(member: bytes) -> Callable[[Generator, World], list[CaptureRecord]]:
    """One more member at the end of a receipt."""
    return _text(lambda text: text[:-1] + b"," + member + b"}")


# -- exchanges


def _exchange(
    change: Callable[[Exchange], Exchange], *, judged: bool = True
) -> Callable[[Generator, World], list[CaptureRecord]]:
    """A receipt as it was fetched, changed; beside one that is judged, if this one is not."""

    def records(generator: Generator, world: World) -> list[CaptureRecord]:
        seen = generator.at(world).get_receipt()
        return [change(seen)] if judged else [change(seen), seen]

    return records


def _page(
    change: Callable[[Exchange], Exchange],
) -> Callable[[Generator, World], list[CaptureRecord]]:
    return lambda generator, world: [change(next(iter(generator.at(world).get_pages())))]


def _without_token(generator: Generator, world: World) -> list[CaptureRecord]:
    *_, last = generator.at(world).get_pages()
    return [replace(last, url=last.url.partition("&PageToken")[0])]


def _error(generator: Generator, world: World) -> list[CaptureRecord]:
    return [replace(generator.at(world).error("not-found"), status=400)]


def _legacy(generator: Generator, world: World) -> list[CaptureRecord]:
    body = generator.at(world).configuration()
    return [{**body, "url": body["url"].replace("/Configuration/", "/Conversations/")}]


def _configurations(generator: Generator, world: World) -> list[CaptureRecord]:
    of_service = generator.at(
        generator.world(world.scenario, seed=0, in_service=True)
    ).configuration()
    return [generator.at(world).configuration(), {**of_service, "account_sid": world.account_sid}]


# -- pages, one after the other


def _walk(
    change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
) -> Callable[[Generator, World], list[CaptureRecord]]:
    return lambda generator, world: [*change(list(generator.at(world).pages()))]


def _looped(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last page leads back to the one before it; links without an index, so that nothing else is wrong with them."""
    first, second, last = pages
    link = second["meta"]["url"].replace("Page=1&", "")
    first["meta"]["next_page_url"] = second["meta"]["url"] = last["meta"]["next_page_url"] = link
    return pages


def _overlapping(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    pages[1]["delivery_receipts"][0] = pages[0]["delivery_receipts"][0]
    return pages


def _resized(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    meta = pages[1]["meta"]
    for name in ("url", "first_page_url", "previous_page_url"):
        meta[name] = meta[name].replace("PageSize=20", "PageSize=25")
    meta["page_size"] = 25
    return pages[:2]


def _elsewhere(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    pages[1]["meta"]["url"] += "0"
    return pages


def _summed_up(member: str, value: object) -> Callable[[Generator, World], list[CaptureRecord]]:
    """The whole list, and then a message with another summary."""

    def records(generator: Generator, world: World) -> list[CaptureRecord]:
        end = generator.at(world)
        message = end.message()
        return [*end.pages(), {**message, "delivery": {**message["delivery"], member: value}}]

    return records


# -- webhooks


def _webhooks(
    change: Callable[[list[dict[str, str]]], list[dict[str, str]]],
) -> Callable[[Generator, World], list[CaptureRecord]]:
    """The webhooks of the first receipt, changed, in the order in which they are to arrive."""

    def records(generator: Generator, world: World) -> list[CaptureRecord]:
        webhooks = generator.webhooks(world)
        own = [
            event
            for event in webhooks.events
            if event.receipt.sid == webhooks.events[0].receipt.sid
        ]
        sample = webhooks.request(own[0])
        return [
            replace(sample, body=form_of(each))
            for each in change([webhooks.parameters(event) for event in own])
        ]

    return records


def _request(
    change: Callable[[WebhookRequest], WebhookRequest],
) -> Callable[[Generator, World], list[CaptureRecord]]:
    def records(generator: Generator, world: World) -> list[CaptureRecord]:
        webhooks = generator.webhooks(world)
        return [change(webhooks.request(webhooks.events[0]))]

    return records


def _moved(date: str, by: int) -> str:
    return webhook_date(milliseconds(date) + by)


def _later(parameters: dict[str, str], **changes: str) -> dict[str, str]:
    """The same parameters with changes, an hour later."""
    return parameters | {"DateUpdated": _moved(parameters["DateUpdated"], _HOUR)} | changes


def _without_code(parameters: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if name != "ErrorCode"}


def _disagreeing(generator: Generator, world: World) -> list[CaptureRecord]:
    webhooks = generator.webhooks(world)
    told = webhooks.parameters(webhooks.events[-1])
    told["DateCreated"] = _moved(told["DateCreated"], -_HOUR)
    return [
        replace(webhooks.request(webhooks.events[-1]), body=form_of(told)),
        generator.at(world).receipt(),
    ]


def _signed_otherwise(request: WebhookRequest) -> WebhookRequest:
    return replace(
        request,
        headers={**request.headers, HEADER: sign(request.url, AUTH_TOKEN, {"Status": "sent"})},
    )


_ONE, _FAILED, _THREE, _GROUP = "agent-and-sms", "handset-unreachable", "three-pages", "group-sms"
_CLASSIC = f"MessageSid=SM{_STRANGER}&SmsSid=SM{_STRANGER}&SmsStatus=sent&MessageStatus=sent&To=%2B15550100"
_EVENT_STREAM = {
    "specversion": "1.0",
    "type": "com.twilio.conversations.delivery.updated",
    "id": "1",
    "data": {},
}

OF_CAPTURES = (
    CaptureBreakage("json.syntax", 0, "", _ONE, _text(lambda text: text[:-1])),
    CaptureBreakage("json.encoding", 0, "", _ONE, _with_member(b'"note":"\xff"')),
    CaptureBreakage(
        "json.duplicate-key",
        0,
        "/sid",
        _ONE,
        _text(lambda text: text[:-1] + b"," + text[text.index(b'"sid"') :][:42] + b"}"),
    ),
    CaptureBreakage("json.not-finite", 0, "/note", _ONE, _with_member(b'"note":NaN')),
    CaptureBreakage(
        "json.too-deep", 0, "", _ONE, _with_member(b'"note":' + b"[" * 101 + b"]" * 101)
    ),
    CaptureBreakage("json.lone-surrogate", 0, "/note", _ONE, _with_member(b'"note":"\\ud800"')),
    CaptureBreakage(
        "body.unknown-kind",
        0,
        "",
        _ONE,
        lambda generator, world: [
            {"sid": world.conversation_sid, "friendly_name": "support", "state": "active"},
            generator.at(world).receipt(),
        ],
    ),
    CaptureBreakage(
        "http.unknown-operation",
        0,
        "",
        _ONE,
        _exchange(
            lambda seen: replace(
                seen, url="https://conversations.twilio.com/v1/Users", body={"users": []}
            ),
            judged=False,
        ),
    ),
    CaptureBreakage(
        "http.undocumented-status",
        0,
        "",
        _ONE,
        _exchange(lambda seen: replace(seen, status=202), judged=False),
    ),
    CaptureBreakage(
        "http.media-type",
        0,
        "",
        _ONE,
        _exchange(lambda seen: replace(seen, headers={"Content-Type": "text/html"})),
    ),
    CaptureBreakage(
        "request.parameter",
        0,
        "",
        _ONE,
        _page(lambda seen: replace(seen, url=seen.url.replace("PageSize=50", "PageSize=51"))),
    ),
    CaptureBreakage(
        "request.unknown-parameter",
        0,
        "",
        _ONE,
        _page(lambda seen: replace(seen, url=f"{seen.url}&pageToken=PT1")),
    ),
    CaptureBreakage("request.page-without-token", 0, "", _THREE, _without_token),
    CaptureBreakage(
        "webhook.method", 0, "", _ONE, _request(lambda request: replace(request, method="PUT"))
    ),
    CaptureBreakage(
        "webhook.media-type",
        0,
        "",
        _ONE,
        _request(lambda request: replace(request, headers={"Content-Type": "text/plain"})),
    ),
    CaptureBreakage("error.status-mismatch", 0, "/status", _ONE, _error),
    CaptureBreakage(
        "receipt.not-what-was-asked",
        0,
        "/sid",
        _ONE,
        _exchange(lambda seen: replace(seen, url=f"{seen.url.rpartition('/')[0]}/DY{_STRANGER}")),
    ),
    CaptureBreakage(
        "page.request-mismatch",
        0,
        "/meta/page_size",
        _ONE,
        _page(lambda seen: replace(seen, url=seen.url.replace("PageSize=50", "PageSize=20"))),
    ),
    CaptureBreakage(
        "capture.secret",
        0,
        "",
        _ONE,
        _exchange(
            lambda seen: replace(
                seen, request_headers={"Authorization": "Bearer 4f9d1c7ab23e4d58a6b0"}
            )
        ),
    ),
    CaptureBreakage(
        "capture.nothing-judged",
        0,
        "",
        _ONE,
        _exchange(lambda seen: replace(seen, method="OPTIONS", status=204, body=None)),
    ),
    CaptureBreakage("configuration.legacy-path", 0, "", _ONE, _legacy),
    CaptureBreakage("configuration.shadowed", 0, "/post_webhook_url", _ONE, _configurations),
    CaptureBreakage(
        "listing.loop",
        2,
        "/meta/next_page_url",
        _THREE,
        _walk(_looped),
        (("receipts", 45), ("page_size", 15)),
    ),
    CaptureBreakage("listing.overlap", 1, "/delivery_receipts/0/sid", _THREE, _walk(_overlapping)),
    CaptureBreakage(
        "listing.gap", 1, "/meta/page", _THREE, _walk(lambda pages: [pages[0], pages[2]])
    ),
    CaptureBreakage(
        "listing.size-changed", 1, "/meta/page_size", _THREE, _walk(_resized), (("receipts", 30),)
    ),
    CaptureBreakage("listing.url-mismatch", 1, "/meta/url", _THREE, _walk(_elsewhere)),
    CaptureBreakage(
        "listing.truncated", 1, "/meta/next_page_url", _THREE, _walk(lambda pages: pages[:2])
    ),
    CaptureBreakage("delivery.total", 1, "/delivery/total", _GROUP, _summed_up("total", 40)),
    CaptureBreakage(
        "delivery.disagrees-with-receipts",
        1,
        "/delivery/delivered",
        _GROUP,
        _summed_up("delivered", "some"),
    ),
    CaptureBreakage(
        "timeline.regression",
        1,
        "/Status",
        _ONE,
        _webhooks(lambda own: [own[1], _later(own[1], Status="sent")]),
    ),
    CaptureBreakage(
        "timeline.after-terminal",
        2,
        "/Status",
        _FAILED,
        _webhooks(lambda own: [*own, _without_code(_later(own[1], Status="delivered"))]),
    ),
    CaptureBreakage(
        "timeline.arrived-late", 1, "/Status", _ONE, _webhooks(lambda own: [own[1], own[0]])
    ),
    CaptureBreakage(
        "timeline.duplicate", 1, "/Status", _ONE, _webhooks(lambda own: [own[0], own[0], own[1]])
    ),
    CaptureBreakage(
        "timeline.clock-backwards",
        1,
        "/DateUpdated",
        _ONE,
        _webhooks(lambda own: [_later(own[0]), own[1]]),
    ),
    CaptureBreakage(
        "timeline.identity",
        1,
        "/ParticipantSid",
        _ONE,
        _webhooks(lambda own: [own[0], own[1] | {"ParticipantSid": f"MB{_STRANGER}"}]),
    ),
    CaptureBreakage(
        "timeline.code-wiped",
        2,
        "/Status",
        _FAILED,
        _webhooks(lambda own: [*own, _without_code(_later(own[1]))]),
        beside=("receipt.failure-without-code",),
    ),
    CaptureBreakage("webhook.disagrees-with-receipt", 0, "/DateCreated", _ONE, _disagreeing),
    CaptureBreakage(
        "webhook.classic-callback",
        0,
        "",
        _ONE,
        _request(lambda request: replace(request, body=_CLASSIC)),
    ),
    CaptureBreakage(
        "webhook.event-stream", 0, "", _ONE, lambda generator, world: [dict(_EVENT_STREAM)]
    ),
    CaptureBreakage(
        "webhook.repeated-parameter",
        0,
        "/Status",
        _ONE,
        _request(lambda request: replace(request, body=f"{request.body}&Status=delivered")),
    ),
    CaptureBreakage(
        "webhook.encoding",
        0,
        "/ClientIdentity",
        _ONE,
        _request(lambda request: replace(request, body=f"{request.body}&ClientIdentity=100%")),
    ),
    CaptureBreakage(
        "webhook.signature-missing", 0, "", _ONE, _request(lambda request: request), is_signed=True
    ),
    CaptureBreakage("webhook.signature", 0, "", _ONE, _request(_signed_otherwise), is_signed=True),
)
