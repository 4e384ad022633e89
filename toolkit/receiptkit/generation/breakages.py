"""
Breakages: minimal flaws, each of which causes one finding, known beforehand.

Those of schema keywords are derived from the contract document; those of rules stand here, beside the facts they twist.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

from receiptkit.generation.capture_breakages import OF_CAPTURES, CaptureBreakage
from receiptkit.generation.generator import Generator
from receiptkit.generation.object_schema import ObjectSchema
from receiptkit.generation.rendering import Rendering
from receiptkit.generation.world import World
from receiptkit.model import pointers
from receiptkit.model.errors import UsageError

#: Set at a pointer: the member is taken away.
ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "ABSENT"})()

#: New values by the pointer they are set at, worked out from the body that is to be broken.
Changes = Callable[[dict[str, Any]], dict[str, Any]]

#: A member that no document knows.
_STRANGER = "stranger"
_KEYWORDS = ("required", "type", "enum", "const", "pattern", "format", "minimum", "maximum")


class Breakage(NamedTuple):
    """
    One flaw in a body.

    Attributes:
        rule: the rule whose finding it causes.
        pointer: where that finding is.
        kind: what it is a flaw of: page, receipt, message, configuration, error or webhook (its parameters).
        scenario: a world whose rendering can have it.
        changes: what it sets in such a rendering.
        facts: what the world needs besides, as for `Generator.world`.
        member: the pointer of what is changed, where that is not where the finding is: of a member that is missing.
        keyword: the keyword of the document that it breaks, if it is derived from one.
    """

    rule: str
    pointer: str
    kind: str
    scenario: str
    changes: Changes
    facts: tuple[tuple[str, Any], ...] = ()
    member: str | None = None
    keyword: str | None = None

    @property
    def at(self) -> str:
        """The pointer of what is changed."""
        return self.pointer if self.member is None else self.member

    def world(self, generator: Generator, seed: int = 0) -> World:
        """A world that it can be shown in."""
        return generator.world(self.scenario, seed=seed, **dict(self.facts))

    def applied(self, body: dict[str, Any]) -> dict[str, Any]:
        """A body of its kind, broken; the body itself is left alone."""
        broken = copy.deepcopy(body)
        for pointer, value in self.changes(broken).items():
            _set(broken, pointers.split(pointer), value)
        return broken

    def body(self, generator: Generator, seed: int = 0) -> dict[str, Any]:
        """A generated body of its kind, broken."""
        return self.applied(rendered(generator, self.world(generator, seed), self.kind))


def rendered(generator: Generator, world: World, kind: str) -> dict[str, Any]:
    """The body of a kind that a world has at its end; of a webhook, the parameters of its last one."""
    if kind == "webhook":
        webhooks = generator.webhooks(world)
        return dict(webhooks.parameters(webhooks.events[-1]))
    if kind == "error":
        body: dict[str, Any] = generator.at(world).error("not-found").body
        return body
    makers: dict[str, Callable[[Rendering], dict[str, Any]]] = {
        "page": Rendering.page,
        "receipt": Rendering.receipt,
        "message": Rendering.message,
        "configuration": Rendering.configuration,
    }
    return makers[kind](generator.at(world))


def _set(node: Any, path: list[str], value: Any) -> None:
    for token in path[:-1]:
        node = node[int(token)] if isinstance(node, list) else node[token]
    last = path[-1]
    if isinstance(node, list):
        index = len(node) if last == "-" else int(last)
        node[index : index + 1] = [value]
    elif value is ABSENT:
        node.pop(last, None)
    else:
        node[last] = value


# -- of rules


def _to(pointer: str, value: Any) -> Changes:
    return lambda body: {pointer: value}


def _second_row(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Changes:
    """Another member or two in the second row of a page."""
    return lambda page: {
        f"/delivery_receipts/1/{name}": value
        for name, value in change(page["delivery_receipts"][1]).items()
    }


def _next(change: Callable[[str], str]) -> Changes:
    return lambda page: {"/meta/next_page_url": change(page["meta"]["next_page_url"])}


def _with_next(query: str) -> Changes:
    return lambda page: {"/meta/next_page_url": page["meta"]["url"].partition("?")[0] + query}


def _placeholder(row: dict[str, Any]) -> dict[str, Any]:
    sid = row["sid"][:2] + "a" * (len(row["sid"]) - 2)
    return {"/sid": sid, "/url": row["url"].replace(row["sid"], sid)}


_ONE, _WA, _THREE = "agent-and-sms", "agent-and-whatsapp-read", "three-pages"
_FAILED = "handset-unreachable"
_SECOND_MESSAGE = "IM" + "0123456789abcdef" * 2
_NEXT = "/meta/next_page_url"

OF_RULES = (
    Breakage(
        "receipt.scope",
        "",
        "receipt",
        _ONE,
        _to("/chat_service_sid", ABSENT),
        (("in_service", True),),
    ),
    Breakage("receipt.expected-field", "", "receipt", _ONE, _to("/account_sid", ABSENT)),
    Breakage(
        "receipt.code-without-failure", "/error_code", "receipt", _ONE, _to("/error_code", 30003)
    ),
    Breakage(
        "receipt.failure-without-code", "/error_code", "receipt", _FAILED, _to("/error_code", None)
    ),
    Breakage("receipt.unknown-code", "/error_code", "receipt", _FAILED, _to("/error_code", 3000)),
    Breakage(
        "receipt.code-of-other-channel",
        "/error_code",
        "receipt",
        _FAILED,
        _to("/error_code", 63016),
    ),
    Breakage("receipt.read-on-sms", "/status", "receipt", _ONE, _to("/status", "read")),
    Breakage("receipt.placeholder", "/sid", "receipt", _ONE, _placeholder),
    Breakage(
        "receipt.fractional-seconds",
        "/date_updated",
        "receipt",
        _ONE,
        lambda row: {"/date_updated": row["date_updated"][:-1] + ".250Z"},
    ),
    Breakage(
        "receipt.unknown-channel",
        "/channel_message_sid",
        "receipt",
        _ONE,
        lambda row: {"/channel_message_sid": "XE" + row["channel_message_sid"][2:]},
    ),
    Breakage(
        "receipt.updated-before-created",
        "/date_updated",
        "receipt",
        _ONE,
        lambda row: {"/date_updated": "2020" + row["date_created"][4:]},
    ),
    Breakage(
        "receipt.url-mismatch",
        "/url",
        "receipt",
        _ONE,
        lambda row: {"/url": row["url"].replace(row["message_sid"], _SECOND_MESSAGE)},
    ),
    Breakage("page.key", "/meta/key", "page", _ONE, _to("/meta/key", "receipts")),
    Breakage(
        "page.too-many-rows",
        "/delivery_receipts",
        "page",
        "group-sms",
        lambda page: {
            "/meta/page_size": 2,
            **{
                f"/meta/{name}": page["meta"][name].replace("PageSize=50", "PageSize=2")
                for name in ("url", "first_page_url")
            },
        },
    ),
    Breakage(
        "page.duplicate-receipt",
        "/delivery_receipts/1/sid",
        "page",
        "group-sms",
        lambda page: {"/delivery_receipts/1": page["delivery_receipts"][0]},
    ),
    Breakage(
        "page.first-url",
        "/meta/first_page_url",
        "page",
        _ONE,
        lambda page: {
            "/meta/first_page_url": page["meta"]["first_page_url"].replace("Page=0", "Page=1")
        },
    ),
    Breakage(
        "page.previous-on-first",
        "/meta/previous_page_url",
        "page",
        _ONE,
        lambda page: {"/meta/previous_page_url": page["meta"]["url"]},
    ),
    Breakage(
        "page.previous-missing",
        "/meta/previous_page_url",
        "page",
        _ONE,
        lambda page: {
            "/meta/page": 1,
            "/meta/url": page["meta"]["url"].replace("Page=0", "Page=1&PageToken=PT50"),
        },
    ),
    Breakage(
        "page.next-without-token",
        _NEXT,
        "page",
        _THREE,
        _next(lambda url: url.partition("&PageToken")[0]),
    ),
    Breakage("page.next-is-self", _NEXT, "page", _THREE, lambda page: {_NEXT: page["meta"]["url"]}),
    Breakage(
        "page.next-elsewhere",
        _NEXT,
        "page",
        _THREE,
        _next(lambda url: url.replace("conversations.twilio.com", "example.com")),
    ),
    Breakage(
        "page.next-index", _NEXT, "page", _THREE, _next(lambda url: url.replace("Page=1", "Page=2"))
    ),
    Breakage(
        "page.next-on-short-page",
        _NEXT,
        "page",
        _ONE,
        _with_next("?PageSize=50&Page=1&PageToken=PT50"),
    ),
    Breakage(
        "page.url-mismatch",
        "/meta/url",
        "page",
        _ONE,
        lambda page: {"/meta/url": page["meta"]["url"].replace("PageSize=50", "PageSize=20")},
    ),
    Breakage(
        "page.mixed-parents",
        "/delivery_receipts/1/account_sid",
        "page",
        "group-sms",
        _second_row(lambda row: {"account_sid": "AC" + "0123456789abcdef" * 2}),
    ),
    Breakage(
        "delivery.cumulative",
        "/delivery/delivered",
        "message",
        _WA,
        _to("/delivery/delivered", "some"),
    ),
    Breakage("error.shape", "/code", "error", _ONE, _to("/code", "20404")),
    Breakage(
        "error.code-mismatch",
        "/more_info",
        "error",
        _ONE,
        _to("/more_info", "https://www.twilio.com/docs/errors/20003"),
    ),
    Breakage("json.member-case", "/Status", "receipt", _ONE, _to("/Status", "failed")),
    Breakage(
        "webhook.event-case",
        "/EventType",
        "webhook",
        _ONE,
        _to("/EventType", "ondeliveryupdated"),
    ),
    Breakage(
        "webhook.field-name",
        "/DeliveryStatus",
        "webhook",
        _ONE,
        lambda given: {"/Status": ABSENT, "/DeliveryStatus": given["Status"]},
    ),
    Breakage("webhook.other-event", "", "webhook", _ONE, _to("/EventType", "onMessageAdded")),
    Breakage("webhook.unknown-parameter", "/Carrier", "webhook", _ONE, _to("/Carrier", "none")),
    Breakage(
        "configuration.not-subscribed",
        "/filters",
        "configuration",
        _ONE,
        _to("/filters", ["onMessageAdded"]),
    ),
    Breakage(
        "configuration.unknown-filter",
        "/filters/0",
        "configuration",
        _ONE,
        _to("/filters", ["onMessageSent", "onDeliveryUpdated"]),
    ),
    Breakage(
        "configuration.insecure-url",
        "/post_webhook_url",
        "configuration",
        _ONE,
        _to("/post_webhook_url", "http://example.com/"),
    ),
)


# -- of schema keywords


def of_keywords(generator: Generator) -> Iterator[Breakage]:
    """A breakage for each keyword that stands at a member of a body in the document, of either scope."""
    vocabulary = generator.vocabulary
    for in_service in (False, True):
        facts = (("in_service", in_service),)
        for kind in ("receipt", "message", "configuration", "page"):
            yield from _of_shape(vocabulary.shape(kind, in_service=in_service), "", kind, facts)
        yield from _of_shape(
            vocabulary.shape("receipt", in_service=in_service),
            "/delivery_receipts/0",
            "page",
            facts,
        )
        yield from _of_shape(
            vocabulary.inner("page", "meta", in_service=in_service), "/meta", "page", facts
        )
        yield from _of_shape(
            vocabulary.inner("message", "delivery", in_service=in_service),
            "/delivery",
            "message",
            facts,
        )
    if generator.contract.operations.webhooks:
        yield from _of_shape(vocabulary.shape("webhook"), "", "webhook", ())


def _of_shape(
    shape: ObjectSchema, at: str, kind: str, facts: tuple[tuple[str, Any], ...]
) -> Iterator[Breakage]:
    if shape.is_closed:
        pointer = f"{at}/{_STRANGER}"
        yield Breakage(
            "schema.additional-properties",
            pointer,
            kind,
            _ONE,
            _to(pointer, "?"),
            facts,
            keyword="additionalProperties",
        )
    for name, view in shape.properties.items():
        pointer = f"{at}{pointers.join([name])}"
        for keyword in _KEYWORDS:
            for value in _wrong(keyword, name, view, shape):
                by_part = shape.ruled.get(name) if keyword in ("required", "type") else None
                by_member = view.get("x-receiptkit-rule") if keyword != "required" else None
                rule = by_part or by_member or f"schema.{keyword}"
                found_at = at if keyword == "required" else pointer
                yield Breakage(
                    rule, found_at, kind, _ONE, _to(pointer, value), facts, pointer, keyword
                )


def _wrong(keyword: str, name: str, view: dict[str, Any], shape: ObjectSchema) -> Iterator[Any]:
    """A value that breaks one keyword of a member and no other, where there is one."""
    types = view.get("type", [])
    types = types if isinstance(types, list) else [types]
    if keyword == "required":
        if name in shape.required:
            yield ABSENT
    elif keyword == "type" and types:
        yield {"an": "object"} if "object" not in types else ["a list"]
    elif keyword == "enum" and "enum" in view and "string" in types and name != "EventType":
        # Another event is no flaw of this one.
        yield "no-such-thing"
    elif keyword == "pattern" and "pattern" in view:
        yield "?" * view.get("minLength", 1)
    elif (
        keyword == "format" and view.get("format") in ("date-time", "uri") and "pattern" not in view
    ):
        yield "yesterday" if view["format"] == "date-time" else "no url"
    elif keyword == "minimum" and "minimum" in view:
        yield view["minimum"] - 1
    elif keyword == "maximum" and "maximum" in view:
        yield view["maximum"] + 1


def breakages(generator: Generator) -> list[Breakage]:
    """Every breakage: those of rules, and those derived from the document of the generator's contract."""
    return [*OF_RULES, *of_keywords(generator)]


def of_rule(generator: Generator, wanted: str) -> list[Breakage] | list[CaptureBreakage]:
    """
    The breakages of a rule: of bodies, or of a capture where one body cannot show it.

    Args:
        generator: from whose document those of keywords are derived.
        wanted: a rule; or `RULE@POINTER`, of which only those at that member are wanted.

    Raises:
        UsageError: it has none, or none there.
    """
    rule, at, pointer = wanted.partition("@")
    of_captures = [each for each in OF_CAPTURES if each.rule == rule]
    of_bodies = [each for each in breakages(generator) if each.rule == rule]
    if not of_captures and not of_bodies:
        close = get_close_matches(rule, sorted(breakable(generator)), n=1)
        raise UsageError(
            f"there is no breakage of {rule!r}" + (f": did you mean {close[0]}?" if close else "")
        )
    if not at:
        return of_bodies or of_captures
    there = [each for each in of_bodies if each.at == pointer]
    if not there:
        places = sorted({each.at for each in of_bodies if each.at})
        close = get_close_matches(pointer, places, n=3) or places[:3]
        raise UsageError(
            f"no breakage of {rule} is at {pointer!r}"
            + (f": there is {', '.join(close)}" if close else "")
        )
    return there


def breakable(generator: Generator) -> set[str]:
    """The rules that have a breakage."""
    return {each.rule for each in breakages(generator)} | {each.rule for each in OF_CAPTURES}
