"""Findings across observations do not depend on pieces or processes, and legitimate traffic has none."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sampling
from receiptkit import Contract, Exchange, History, Severity, WebhookRequest
from receiptkit.captures import Source
from receiptkit.generation import SCENARIOS, Generator
from receiptkit.generation.breakages import capture_breakages
from receiptkit.generation.recording import seen
from receiptkit.history import Memory, OwnShare, problems_of_shares
from receiptkit.history.remains import compared
from receiptkit.model.finding import Finding
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules import catalogue
from receiptkit.rules.examples import sample
from receiptkit.validation.choices import Choices
from receiptkit.validation.run import Validation

Run = Callable[..., tuple[int, str, str]]
GENERATOR = Generator()
CONTRACT = GENERATOR.contract


class Collected(list[Finding]):
    """A sink that keeps what it is given."""

    finding = list.append

    def end_of_file(self) -> None:
        pass


def told(*lines: Any, join: bool = False) -> list[tuple[str, str, int]]:
    """Rule, pointer and entry of the findings across observations: of one file, or of one for each list."""
    found = Collected()
    files = [lines] if not isinstance(lines[0], list) else lines
    sources = [
        Source(
            f"{number}.ndjson", content=b"".join(json.dumps(line).encode() + b"\n" for line in file)
        )
        for number, file in enumerate(files)
    ]
    Validation(CONTRACT, Choices(join=join)).run(sources, found)
    return [
        (each.rule, each.pointer, each.location.entry)
        for each in found
        if each.rule in catalogue.across() and each.location
    ]


def receipt(**members: Any) -> dict[str, Any]:
    return {**sample("receipt"), **members}


def webhook(**parameters: Any) -> dict[str, Any]:
    body: dict[str, Any] = sample("webhook")
    return {**body, "params": {**body["params"], **parameters}}


SENT, LATER = "2026-03-02T09:15:02Z", "2026-03-02T09:16:00Z"


# -- timelines


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("sent", SENT), ("delivered", LATER), None),
        (("delivered", SENT), ("sent", LATER), "timeline.regression"),
        (("delivered", LATER), ("sent", SENT), "timeline.arrived-late"),
        (("sent", LATER), ("delivered", SENT), "timeline.clock-backwards"),
        (("delivered", SENT), ("undelivered", LATER), "timeline.regression"),
        (("undelivered", SENT), ("delivered", LATER), "timeline.after-terminal"),
        (("undelivered", LATER), ("delivered", SENT), "timeline.regression"),
        (("failed", SENT), ("undelivered", LATER), "timeline.after-terminal"),
        (("failed", SENT), ("sent", LATER), "timeline.after-terminal"),
        (("read", SENT), ("failed", LATER), "timeline.after-terminal"),
        (("read", SENT), ("delivered", LATER), "timeline.after-terminal"),
        ((None, SENT), ("read", LATER), None),
        (("sent", SENT), (None, LATER), "timeline.regression"),
        (("delivered", SENT), ("sent", "2026-03-02T09:15:03Z"), "timeline.regression"),
        # A tie is never a regression, but two responses hardly see both statuses of one second.
        (("sent", SENT), ("delivered", SENT), "timeline.date-kept"),
        (("delivered", SENT), ("sent", SENT), "timeline.arrived-late"),
        # Neither can follow the other.
        (("delivered", SENT), ("undelivered", SENT), "timeline.after-terminal"),
    ],
)
def test_two_states(before: tuple[str, str], after: tuple[str, str], expected: str | None) -> None:
    """Two states of a receipt have the expected finding, at the second one."""
    first, second = (receipt(status=status, date_updated=date) for status, date in (before, after))
    found = told(first, second)
    assert [rule for rule, _, _ in found] == ([expected] if expected else [])
    assert all(entry == 1 for _, _, entry in found)


def test_compares_with_the_furthest_state() -> None:
    """Stragglers are compared with the furthest state, not with one another."""
    states = [("sent", "02"), ("read", "09"), ("delivered", "05"), ("sent", "02")]
    lines = [
        receipt(status=status, date_updated=f"2026-03-02T09:15:{second}Z")
        for status, second in states
    ]
    assert told(*lines) == [
        ("timeline.arrived-late", "/status", 2),
        ("timeline.arrived-late", "/status", 3),
    ]


def states(*said: tuple[str | None, int]) -> list[tuple[str, int]]:
    """The findings between states of a receipt, each with its status and the second of its date."""
    lines = [
        receipt(status=status, date_updated=f"2026-03-02T09:15:{second:02}Z")
        for status, second in said
    ]
    return [(rule, entry) for rule, _, entry in told(*lines)]


def test_the_furthest_state() -> None:
    """A later date of the same status is further; of two final states, the one with the later date."""
    assert states(("delivered", 2), ("delivered", 30), ("sent", 10)) == [
        ("timeline.arrived-late", 2)
    ]
    assert states(("delivered", 2), ("delivered", 3), ("sent", 3)) == [("timeline.arrived-late", 2)]
    assert states(("delivered", 30), ("delivered", 2), ("sent", 10)) == [
        ("timeline.arrived-late", 1),
        ("timeline.arrived-late", 2),
    ]
    assert states(("read", 9), ("sent", 2), ("delivered", 5)) == [
        ("timeline.arrived-late", 1),
        ("timeline.arrived-late", 2),
    ]
    # Two ends of one second: nobody knows which came first, and neither may follow the other.
    assert states(("undelivered", 2), ("failed", 2), ("undelivered", 9)) == [
        ("timeline.after-terminal", 1)
    ]
    assert states(("failed", 2), ("undelivered", 3), ("failed", 4)) == [
        ("timeline.after-terminal", 1),
        ("timeline.after-terminal", 2),
    ]
    code = [
        receipt(status="failed", error_code=code, date_updated=f"2026-03-02T09:15:{second}Z")
        for code, second in ((30003, 10), (0, 20), (0, 30))
    ]
    assert told(*code) == [("timeline.code-wiped", "/error_code", entry) for entry in (1, 2)]


def test_stale_responses() -> None:
    """A response that repeats an older state after a newer one is stale, unless the dates contradict it."""
    assert states((None, 2), ("sent", 3), (None, 2)) == [("timeline.arrived-late", 2)]
    assert states(("sent", 2), ("delivered", 2), ("sent", 2)) == [
        ("timeline.date-kept", 1),
        ("timeline.arrived-late", 2),
    ]
    assert states(
        ("sent", 2), ("sent", 2), ("delivered", 3), ("read", 4), ("delivered", 3), ("sent", 2)
    ) == [
        ("timeline.arrived-late", 4),
        ("timeline.arrived-late", 5),
    ]
    nothing, sent = (
        receipt(status=None, date_updated=SENT),
        receipt(status="sent", date_updated=LATER),
    )
    assert said(nothing, sent, nothing) == [
        "`null` again after `sent`; the response is stale; compare line 2"
    ]
    assert said({**nothing, "date_updated": LATER}, {**sent, "date_updated": SENT}) == [
        "status went from `null` to `sent`, but date_updated went back; compare line 1"
    ]


def test_repeated_polls_are_no_duplicates() -> None:
    """Repeated responses have no finding; a repeated webhook has one."""
    page = sample("page")
    assert told(page, page, sample("receipt"), page, page) == []
    assert told(webhook(), webhook(), webhook()) == [("timeline.duplicate", "/Status", 2)]


def test_a_second_is_a_tie_between_sources() -> None:
    """REST dates are whole seconds, cut or rounded: beside a webhook's, a second says nothing."""
    rounded = receipt(status="sent", date_updated="2026-03-02T09:15:09Z")
    assert told(rounded, webhook(Status="delivered", DateUpdated="2026-03-02T09:15:08.600Z")) == []
    early = webhook(Status="delivered", DateUpdated="2026-03-02T09:15:07.600Z")
    assert told(rounded, early) == [("timeline.clock-backwards", "/DateUpdated", 1)]
    late = webhook(Status="sent", DateUpdated="2026-03-02T09:15:08.600Z")
    assert told(receipt(date_updated="2026-03-02T09:15:08Z"), late) == [
        ("timeline.arrived-late", "/Status", 1)
    ]
    late = webhook(Status="sent", DateUpdated="2026-03-02T09:15:09.600Z")
    assert told(receipt(date_updated="2026-03-02T09:15:08Z"), late) == [
        ("timeline.arrived-late", "/Status", 1)
    ]


def test_creation_stays() -> None:
    """A receipt is created once."""
    moved = receipt(date_created="2026-03-02T09:14:00Z")
    assert told(sample("receipt"), moved) == [("timeline.clock-backwards", "/date_created", 1)]


def said(*lines: Any) -> list[str]:
    """Return the messages of findings across observations of one file."""
    found = Collected()
    content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    Validation(CONTRACT).run([Source("x.ndjson", content=content)], found)
    return [each.message for each in found if each.rule in catalogue.across()]


def test_messages_name_both_states() -> None:
    """Messages name both states and the later date; a webhook's lost code is found at its status."""
    sent = receipt(status="sent", date_updated=SENT)
    assert said(sent, receipt(date_created="2026-03-02T09:14:00Z")) == [
        "the same receipt has another date_created in an earlier observation; compare line 1"
    ]
    assert said(receipt(), {**sent, "date_updated": LATER}) == [
        "status goes back: `sent` is dated after `delivered`; compare line 1"
    ]
    back = receipt(status="undelivered", error_code=30003, date_updated=LATER)
    assert said(back, receipt(date_updated=SENT)) == [
        "`undelivered` is dated after `delivered`, which it cannot follow; compare line 1"
    ]
    assert said(sent, receipt(status=None, date_updated=LATER)) == [
        "status goes back: `null` is dated after `sent`; compare line 1"
    ]
    failed = [
        webhook(Status="failed", DateUpdated=f"2026-03-02T09:15:0{second}.100Z")
        for second in (7, 9)
    ]
    failed[0]["params"]["ErrorCode"] = "30003"
    assert said(*failed) == ["`failed` has lost the error code that it had before; compare line 1"]
    assert told(*failed) == [("timeline.code-wiped", "/Status", 1)]


def test_only_a_failure_has_a_code_to_lose() -> None:
    """A code beside a status that is no failure may disappear."""
    wrong = receipt(error_code=30003, date_updated=SENT)
    assert told(wrong, receipt(date_updated=LATER)) == []
    assert told([wrong], [receipt(date_updated=LATER)], join=True) == []


def test_reports_only_the_identity_of_two_receipts() -> None:
    """If one SID belongs to two receipts, their states are not compared."""
    other = receipt(
        participant_sid="MB" + "0123456789abcdef" * 2, status="sent", date_updated=LATER
    )
    assert told(sample("receipt"), other) == [("timeline.identity", "/participant_sid", 1)]
    for member, name, prefix in (
        ("message_sid", "MessageSid", "IM"),
        ("conversation_sid", "ConversationSid", "CH"),
    ):
        sid = prefix + "0123456789abcdef" * 2
        assert told(
            sample("receipt"),
            {**other, "participant_sid": sample("receipt")["participant_sid"], member: sid},
        ) == [("timeline.identity", f"/{member}", 1)]
        assert told(webhook(), webhook(**{name: sid})) == [("timeline.identity", f"/{name}", 1)]


@pytest.mark.parametrize("sid", ["DY" + "a" * 32, "DY" + "0" * 32, "DY" + "X" * 32, "DYxxxx"])
def test_placeholders_never_join(sid: str) -> None:
    """A placeholder SID may belong to many receipts."""
    first, second = (
        receipt(sid=sid),
        receipt(sid=sid, status="sent", date_updated=LATER, participant_sid="MB" + "0f" * 16),
    )
    assert told(first, second) == []


def test_a_stale_response() -> None:
    """A response older than the one before is late, even if it equals an earlier one."""
    sent = receipt(status="sent", date_updated=SENT)
    assert told(sent, receipt(), sent) == [("timeline.arrived-late", "/status", 2)]


def test_sources_agree() -> None:
    """Webhook and response with one status have one error code; missing, null and 0 are the same."""
    failed = receipt(status="failed", error_code=30003)
    assert told(webhook(Status="failed", ErrorCode="30003"), failed) == []
    assert told(webhook(Status="failed", ErrorCode="30008"), failed) == [
        ("webhook.disagrees-with-receipt", "/ErrorCode", 0)
    ]
    assert told(webhook(Status="delivered"), receipt(error_code=None)) == []
    other = "SM" + "0123456789abcdef" * 2
    found = [("webhook.disagrees-with-receipt", "/ChannelMessageSid", 0)]
    assert told(webhook(Status="delivered", ChannelMessageSid=other), receipt()) == found
    assert told(webhook(Status="delivered"), receipt(channel_message_sid=None)) == []
    for second, expected in (("03", found), ("04", []), ("05", []), ("06", []), ("07", found)):
        created = webhook(
            Status="delivered",
            DateCreated=f"2026-03-02T09:15:{second}.120Z",
            DateUpdated="2026-03-02T09:15:08.120Z",
        )
        answer = receipt(date_created="2026-03-02T09:15:05Z", date_updated="2026-03-02T09:15:08Z")
        assert told(created, answer) == [(rule, "/DateCreated", at) for rule, _, at in expected]
    at = "; compare line 2"
    assert said(webhook(Status="delivered", ChannelMessageSid=other), receipt()) == [
        f"ChannelMessageSid differs from channel_message_sid of the receipt{at}"
    ]
    assert said(webhook(Status="failed", ErrorCode="30008"), failed) == [
        f"the error code differs from error_code of the receipt{at}"
    ]
    assert told(webhook(Status="failed"), failed) == [
        ("webhook.disagrees-with-receipt", "/Status", 0)
    ]
    without = {"Status": "read", "DateUpdated": "2026-03-02T09:15:09.100Z"}
    assert ("webhook.disagrees-with-receipt", "/ErrorCode", 2) in told(
        receipt(), webhook(**without), webhook(Status="delivered", ErrorCode="30008")
    )
    # One of the responses is enough.
    late = {**failed, "error_code": 0, "date_updated": LATER}
    assert [
        rule for rule, _, _ in told(late, failed, webhook(Status="failed", ErrorCode="30003"))
    ] == ["timeline.arrived-late"]


# -- lists


def pages(size: int = 20, receipts: int = 50) -> list[dict[str, Any]]:
    return list(GENERATOR.at(GENERATOR.world("three-pages", receipts=receipts)).pages(size))


def test_complete_paginations_have_no_finding() -> None:
    """Complete paginations have no finding: once, twice, two at once, and on a single page."""
    first, second, third = pages()
    (whole,) = pages(50)
    assert told(first, second, third) == []
    assert told(first, second, third, first, second, third, whole) == []
    assert told(first, first, second, second, third, third) == []
    assert told(first, whole) == []


def test_reports_pages_missing_from_a_pagination() -> None:
    """A pagination that ends early is information, one with a hole a warning; a late beginning is neither."""
    first, second, third = pages()
    assert told(first, second) == [("listing.truncated", "/meta/next_page_url", 1)]
    assert told(first, third) == [("listing.gap", "/meta/page", 1)]
    assert told(second, third) == []


def exchange(body: dict[str, Any], url: str = "", made_at: str = "") -> dict[str, Any]:
    """Return a response with its request, and its time if there is one, as in a HAR."""
    url = url or body.get("meta", body)["url"]
    return {
        "request": {"method": "GET", "url": url},
        "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": body},
    } | ({"startedDateTime": made_at} if made_at else {})


def test_pages_of_several_clients() -> None:
    """Pages in another order than their links belong to several paginations: no loop, and no page missing."""
    first, second, third = map(exchange, pages())
    assert told(first, third, second, third) == []
    assert told(first, second, first, third, second, third) == []
    assert told(first, third, second) == [("listing.truncated", "/meta/next_page_url", 2)]
    one, two, three, four = map(exchange, pages(15))
    assert told(one, two, four, three, four) == []


def test_reports_a_list_that_ignores_page_tokens() -> None:
    """A mock that returns the same page for every link is reported once, as a loop."""
    first, *_ = pages()
    following = first["meta"]["next_page_url"]
    loop = ("listing.loop", "/meta/next_page_url", 1)
    assert told(exchange(first), exchange(first, following)) == [loop]
    assert told(exchange(first), *[exchange(first, following)] * 3) == [loop]
    assert told(exchange(first, following)) == [("listing.loop", "/meta/next_page_url", 0)]
    local = following.replace("https://conversations.twilio.com", "http://localhost:8080")
    assert told(
        exchange(first, "http://localhost:8080/v1/" + first["meta"]["url"].partition("/v1/")[2]),
        exchange(first, local),
    ) == [("listing.truncated", "/meta/next_page_url", 1)]


def test_a_pagination_through_a_proxy() -> None:
    """Pages continue each other by their own links, even if their requests had another host."""
    local = [
        exchange(
            page,
            page["meta"]["url"].replace(
                "https://conversations.twilio.com", "http://localhost:8080"
            ),
        )
        for page in pages()
    ]
    assert told(*local) == []
    assert told(*local[:2]) == [("listing.truncated", "/meta/next_page_url", 1)]


def test_follows_a_pagination_across_files() -> None:
    """A link that another file follows is not reported."""
    first, second, third = map(exchange, pages())
    assert told([first, second], [third], join=True) == []
    assert told([first, second], [third]) == [("listing.truncated", "/meta/next_page_url", 1)]


def test_entries_of_a_har_are_in_the_order_of_their_time() -> None:
    """A HAR may hold its entries in any order; one without a time came after the one before it."""
    first, second, third = pages()
    world = GENERATOR.world("agent-and-sms")
    early, end = GENERATOR.at(world, "start").message(), GENERATOR.at(world)

    def har(*entries: dict[str, Any]) -> list[tuple[str, str, int]]:
        for entry in entries:
            text = json.dumps(entry["response"].pop("body"))
            entry["response"] |= {
                "content": {"mimeType": "application/json", "text": text},
                "headers": [],
            }
        found = Collected()
        content = json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()
        Validation(CONTRACT).run([Source("x.har", content=content)], found)
        return [
            (each.rule, each.pointer, each.location.entry)
            for each in found
            if each.rule in catalogue.across() and each.location
        ]

    assert (
        har(
            exchange(first, made_at="2026-03-02T09:00:01.000Z"),
            exchange(third, made_at="2026-03-02T09:00:03.000Z"),
            exchange(second, made_at="2026-03-02T10:00:02.5+01:00"),
        )
        == []
    )
    assert (
        har(
            exchange(end.page(), made_at="2026-03-02T09:00:10.2Z"),
            exchange(early, made_at="2026-03-02T09:00:10.1Z"),
        )
        == []
    )
    wrong = {**end.message()["delivery"], "failed": "all"}
    late = (
        exchange(end.page(), made_at="2026-03-02T09:00:10Z"),
        exchange({**end.message(), "delivery": wrong}),
    )
    assert har(*late) == [("delivery.disagrees-with-receipts", "/delivery/failed", 1)]


def test_messages_name_the_pages() -> None:
    """Messages name the pages, the rows and the other observation."""
    first, second, third = pages()
    assert said(first, third) == ["page 1 is missing: this page 2 follows page 0; compare line 1"]
    assert said(first, second) == [
        "next_page_url was never fetched, so some receipts are missing from this capture"
    ]
    other = {**second["meta"], "url": second["meta"]["url"] + "x"}
    assert said(first, {**second, "meta": other}, third) == [
        "this is not the page that next_page_url named; follow it unchanged; compare line 1"
    ]
    (larger,) = [page for page in pages(40) if page["meta"]["page"] == 1]
    assert said(first, larger) == []
    token = first["meta"]["next_page_url"].rpartition("=")[2]
    url = f"{larger['meta']['url'].rpartition('=')[0]}={token}"
    larger = {**larger, "meta": {**larger["meta"], "url": url}}
    assert (
        said(first, larger)[0]
        == "page_size changed (was 20); follow next_page_url unchanged; compare line 1"
    )
    again = {
        **second,
        "delivery_receipts": [*first["delivery_receipts"][:2], *second["delivery_receipts"][2:]],
    }
    assert said(first, again, third) == [
        "this receipt and 1 more are also on an earlier page; compare line 1"
    ]
    once = {
        **second,
        "delivery_receipts": [first["delivery_receipts"][0], *second["delivery_receipts"][1:]],
    }
    assert said(first, once, third) == ["this receipt is also on an earlier page; compare line 1"]
    assert told(first, once, third) == [("listing.overlap", "/delivery_receipts/0/sid", 1)]
    back = {**third, "meta": {**third["meta"], "next_page_url": second["meta"]["url"]}}
    assert said(first, second, back) == [
        "next_page_url leads back to an earlier page; compare line 2"
    ]
    assert said(exchange(first), exchange(first, first["meta"]["next_page_url"])) == [
        "next_page_url leads back to this page"
    ]


def test_an_overlap_without_links_is_information() -> None:
    """Only links prove that two pages belong to one pagination."""
    first, _, third = pages()
    third["delivery_receipts"][0] = first["delivery_receipts"][0]
    found = Collected()
    lines = b"".join(json.dumps(page).encode() + b"\n" for page in (first, third))
    Validation(CONTRACT).run([Source("x.ndjson", content=lines)], found)
    assert {(each.rule, each.severity) for each in found if each.rule == "listing.overlap"} == {
        ("listing.overlap", Severity.INFO)
    }


# -- summaries


def test_compares_summaries_with_final_receipts() -> None:
    """A summary is compared only with an earlier whole list whose receipts are final."""
    world = GENERATOR.world("group-sms")
    end, early = GENERATOR.at(world), GENERATOR.at(world, "start")
    page, message = end.page(), end.message()
    wrong = {**message, "delivery": {**message["delivery"], "total": 1}}
    assert told(page, message) == []
    assert told(page, wrong) == [("delivery.total", "/delivery/total", 1)]
    assert told(wrong, page) == []
    assert told(early.page(), wrong) == []
    assert told(page, {**message, "delivery": None}) == [
        ("delivery.disagrees-with-receipts", "/delivery", 1)
    ]


def listed(*rows: dict[str, Any]) -> dict[str, Any]:
    return {**sample("page"), "delivery_receipts": list(rows)}


def summed_up(**levels: Any) -> dict[str, Any]:
    return {**sample("message"), "delivery": {**sample("message")["delivery"], **levels}}


ENDS = {"delivered", "read", "failed", "undelivered"}
SECOND = {"sid": "DY" + "0123456789abcdef" * 2, "participant_sid": "MB" + "0123456789abcdef" * 2}


@pytest.mark.parametrize("channel", ["SM", "WA"])
def test_a_delivered_receipt_may_have_been_read(channel: str) -> None:
    """A delivered receipt may be read a moment later, but becomes nothing else."""
    page = listed(receipt(channel_message_sid=channel + "0123456789abcdef" * 2))
    assert told(page, summed_up(read="all")) == []
    # The summary may be a second behind.
    assert told(page, summed_up(delivered="none")) == []
    assert told(page, summed_up(failed="some")) == [
        ("delivery.disagrees-with-receipts", "/delivery/failed", 1)
    ]


def test_messages_compare_summaries_with_receipts() -> None:
    """Messages about a summary say what the receipts have instead."""
    both = listed(receipt(), receipt(**SECOND, status="undelivered", error_code=30003))
    at = "; compare line 1"
    assert said(both, summed_up(total=0)) == [
        f"total is lower than the number of receipts in the list (2){at}"
    ]
    assert said(both, {**sample("message"), "delivery": None}) == [
        f"delivery is null, but the list has 2 receipts{at}"
    ]
    levels = summed_up(total=2, delivered="some", undelivered="some", failed="none")
    assert said(both, levels) == []
    assert told(
        both,
        {
            **levels,
            "delivery": {
                **levels["delivery"],
                "delivered": "all",
                "undelivered": "all",
                "failed": "some",
            },
        },
    ) == [
        ("delivery.disagrees-with-receipts", f"/delivery/{member}", 1)
        for member in ("delivered", "failed", "undelivered")
    ]
    later = receipt(**SECOND, status="read", date_updated="2026-03-02T09:16:00Z")
    read = listed(receipt(status="read"), later)
    assert said(read, summed_up(total=2, read="some")) == []
    assert said(read, summed_up(total=2, read="none")) == [
        f"`read` should be `some` or `all`: at least one receipt is read{at}"
    ]
    assert said(read, summed_up(total=2, read="few")) == []


def test_summaries_are_held_against_the_last_list() -> None:
    """A list that was seen since tells more than one before it, also where it is not at its end, or is a part."""
    page, more = listed(receipt()), listed(receipt(), receipt(**SECOND, status="sent"))
    wrong = summed_up(total=0)
    disagrees = [("delivery.total", "/delivery/total", 2)]
    assert told(page, more, wrong) == []
    assert told(page, more, wrong, page) == []
    assert told(page, more, page, wrong) == [("delivery.total", "/delivery/total", 3)]
    assert told(page, page, wrong) == disagrees
    assert told(page, listed(), wrong) == []
    both = listed(receipt(), receipt(**SECOND))
    right, fewer = summed_up(total=2), summed_up(total=1)
    assert told(page, wrong, both, right, fewer) == [
        ("delivery.total", "/delivery/total", 1),
        ("delivery.total", "/delivery/total", 4),
        ("delivery.went-back", "/delivery/total", 4),
    ]


def test_summaries_and_paginations() -> None:
    """A list is seen at its last page; summaries are not compared with a part of one."""
    first, second = GENERATOR.at(GENERATOR.world("three-pages", receipts=2)).pages(1)
    rows = [page["delivery_receipts"][0] for page in (first, second)]
    (whole,) = GENERATOR.at(GENERATOR.world("three-pages", receipts=2)).pages(50)
    early = {
        **whole,
        "delivery_receipts": [{**row, "status": "sent", "error_code": 0} for row in rows],
    }
    message = GENERATOR.at(GENERATOR.world("three-pages", receipts=2)).message()
    wrong = {**message, "delivery": {**message["delivery"], "total": 0}}
    found = [each for each in told(first, early, second, wrong) if each[0].startswith("delivery")]
    assert {row["status"] for row in rows} <= ENDS
    assert found == [("delivery.total", "/delivery/total", 3)]
    assert [each for each in told(first, wrong) if each[0].startswith("delivery")] == []


def test_a_repeated_update_counts_between_list_and_summary() -> None:
    """An update between a list and a summary counts, however often it arrived before and after."""
    told_before = webhook(Status="sent", DateUpdated="2026-03-02T09:15:02.100Z")
    page, message = listed(receipt()), summed_up(total=0)
    rule = ("delivery.total", "/delivery/total", 1)
    assert rule in told(page, message)
    across = [
        each
        for count in range(3)
        for each in told(told_before, page, told_before, message, *[told_before] * count)
    ]
    assert "delivery.total" not in [name for name, *_ in across]


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        (
            webhook(
                DeliveryReceiptSid=SECOND["sid"],
                ParticipantSid=SECOND["participant_sid"],
                Status="sent",
            ),
            [],
        ),
        (receipt(status="read", date_updated="2026-03-02T09:15:09Z"), []),
        (webhook(Status="delivered", DateUpdated="2026-03-02T09:15:08.100Z"), ["delivery.total"]),
        (receipt(), ["delivery.total"]),
        (receipt(**SECOND, status=None, date_updated=None), []),
    ],
)
def test_does_not_compare_a_summary_after_news(news: dict[str, Any], expected: list[str]) -> None:
    """After news of a receipt, a summary is no longer compared with an older list."""
    wrong = summed_up(total=0)
    assert [rule for rule, _, _ in told(listed(receipt()), news, wrong)] == expected
    assert [rule for rule, _, _ in told(listed(receipt()), wrong, news)] == ["delivery.total"]


@pytest.mark.parametrize("total", [True, 1e300, "1", None])
def test_leaves_an_invalid_total_to_the_schema(total: object) -> None:
    """An invalid total has only the schema's finding."""
    assert told(listed(receipt(), receipt(**SECOND)), summed_up(total=total)) == []


@pytest.mark.parametrize("level", [[], {}, None, 0, "few"])
def test_leaves_an_invalid_level_to_the_schema(level: object) -> None:
    """An invalid level has only the schema's finding; the others are compared."""
    found = [("delivery.disagrees-with-receipts", "/delivery/failed", 1)]
    assert told(listed(receipt()), summed_up(delivered=level, failed="some")) == found


# -- files


def test_files_are_apart_unless_joined() -> None:
    """Two files are two histories; with `join` their dates alone give the order."""
    polls, log = (
        [receipt(status="sent", date_updated=LATER)],
        [webhook(Status="delivered", DateUpdated="2026-03-02T09:15:08Z")],
    )
    assert told(polls, log) == []
    assert told(polls, log, join=True) == [("timeline.regression", "/status", 0)]
    assert told(log, polls, join=True) == [("timeline.regression", "/status", 0)]


def test_reports_across_files_what_needs_no_order() -> None:
    """A changed date of creation and a lost code are found in any order of files."""
    first, other = (
        webhook(),
        webhook(Status="delivered", DateUpdated=LATER, DateCreated="2026-03-02T09:14:00.120Z"),
    )
    assert told([first], [other], join=True) == [("timeline.clock-backwards", "/DateCreated", 0)]
    failed = {"status": "failed", "date_updated": SENT}
    files = [receipt(**failed, error_code=30003)], [receipt(**{**failed, "date_updated": LATER})]
    assert (
        told(*files, join=True)
        == told(*reversed(files), join=True)
        == [("timeline.code-wiped", "/error_code", 0)]
    )


def test_a_severity_of_a_team_holds_across_observations(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings' severity of a rule across observations decides the exit code, too."""
    monkeypatch.chdir(tmp_path)
    back = (receipt(), receipt(status="sent", date_updated=LATER))
    (tmp_path / "a.ndjson").write_text("".join(json.dumps(each) + "\n" for each in back))
    assert run("validate", "a.ndjson")[0] == 0
    for severity, arguments, expected in (("error", (), 1), ("info", ("--fail-on", "warning"), 0)):
        (tmp_path / "receiptkit.toml").write_text(f'[severity]\n"timeline.*" = "{severity}"\n')
        code, out, _ = run("validate", "a.ndjson", *arguments)
        assert (code, f" {severity} timeline.regression: " in out) == (expected, True)


def test_joining_keeps_the_findings_of_each_file() -> None:
    """Joining adds findings and removes none."""
    late = [receipt(), receipt(status="sent", date_updated=SENT)]
    assert told(late) == [("timeline.arrived-late", "/status", 1)]
    assert told(
        late,
        [receipt()],
        [webhook(Status="delivered", DateUpdated="2026-03-02T09:15:04Z")],
        join=True,
    ) == told(late)


def test_a_truncated_file_is_not_a_whole_history(tmp_path: Path, run: Run) -> None:
    """A file that cannot be read to its end has no finding that needs all of it."""
    first, *_ = pages()
    path = tmp_path / "long.ndjson"
    path.write_text(json.dumps(first) + "\n" + "x" * 100_000 + "\n")
    for arguments in ((), ("--join",), ("--jobs", 2)):
        code, out, err = run("validate", path, "--max-record", "60K", *arguments)
        assert (code, "listing.truncated" in out, "line 2 is larger" in err) == (2, False, True)


# -- pieces


_OTHERS = 12


ACROSS = [each for each in capture_breakages(GENERATOR) if each.rule in catalogue.across()]


def stories() -> list[tuple[str, Any]]:
    """Kinds and bodies of which nearly every rule has something to say, in an order of arrival."""
    entered: list[tuple[str, Any]] = []
    for each in ACROSS:
        for line in each.capture(GENERATOR, len(each.rule)).splitlines():
            record = json.loads(line)
            judge = CONTRACT.validator
            if "headers" in record:
                verdict = judge.validate_webhook(WebhookRequest(**record))
            elif record.get("request", {}).get("method") == "DELETE":
                url = record["request"]["url"]
                verdict = judge.validate_exchange(Exchange("DELETE", url, 204, b""))
            else:
                body = record["response"]["body"] if "response" in record else record
                verdict = judge.validate_body(body)
            assert verdict.kind is not None
            entered.append((verdict.kind, verdict.body))
    # More states of a receipt than are compared with a new one.
    entered += [
        ("page", listed(receipt(date_updated=f"2026-03-02T10:00:{second:02}Z")))
        for second in range(_OTHERS)
    ]
    # A list, summaries that disagree with it, and news of which they may be: one receipt that it holds, and one that it does not.
    news = [receipt(status="read"), receipt(**SECOND)]
    entered += [("page", listed(receipt())), *(("receipt", each) for each in news)]
    entered += [("message", summed_up(total=total)) for total in (2, 3)]
    return entered


STORIES = stories()


@pytest.mark.parametrize("repeated", [1, 2, 3])
def test_pieces_of_what_is_repeated(repeated: int) -> None:
    """A statement that arrives again is treated alike in all pieces, even after many others."""
    sent = ("webhook", webhook(Status="sent", DateUpdated="2026-03-02T09:15:02.100Z")["params"])
    others = [story for story in STORIES if story[0] == "page"][-1 - _OTHERS : -1]
    page, message = ("page", listed(receipt())), ("message", summed_up(total=0))
    arrivals = [sent, *others, page, *[sent] * (repeated - 1), message, *others, sent]
    cuts = [
        [entry // size for entry in range(len(arrivals))] for size in range(1, len(arrivals) + 1)
    ]
    apart = [int(story in others) for story in arrivals]
    for pieces in (*cuts, apart, [1 - piece for piece in apart]):
        parts = [Memory() for _ in range(max(pieces) + 1)]
        for entry, (piece, (kind, body)) in enumerate(zip(pieces, arrivals, strict=True)):
            parts[piece].enter(kind, body, Arrival(entry=entry))
        assert ("delivery.total" in {each.rule for each in findings(*parts)}) == (repeated == 1)


def findings(*memories: Memory) -> list[Problem]:
    """Return the findings of one or several memories, in order, after they left out what is not needed."""
    held = [each.prints() for each in memories]
    known = [each for each in held if each is not None]
    if len(known) == len(memories) > 1:
        named = compared(known)
        for each in memories:
            each.keep(*named)
    found = (
        problems_of_shares([OwnShare(each.partitions()) for each in memories])
        if len(memories) > 1
        else memories[0].findings()
    )
    return sorted(found, key=lambda each: (each.at or Arrival(), each.pointer, each.rule))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_pieces_in_any_order(data: st.DataObject) -> None:
    """A capture cut into pieces at random, each remembered by itself, in memory or in a file: the same findings, at the same places."""
    stories = range(
        len(STORIES) - data.draw(st.sampled_from([len(STORIES), 5, 5 + _OTHERS])), len(STORIES)
    )
    chosen = data.draw(
        st.lists(st.sampled_from(stories), min_size=1, max_size=60), label="arrivals"
    )
    files = data.draw(st.integers(1, 3), label="files")
    pieces = data.draw(st.integers(1, 5), label="pieces")
    limits = st.sampled_from([1, 5000, 1 << 20])
    whole, parts = Memory(), [Memory(data.draw(limits)) for _ in range(pieces)]
    for number, story in enumerate(chosen):
        kind, body = STORIES[story]
        at = Arrival(file=number * files // len(chosen), entry=number)
        whole.enter(kind, body, at)
        data.draw(st.sampled_from(parts)).enter(kind, body, at)
    assert findings(*data.draw(st.permutations(parts))) == findings(whole)


def test_counts_duplicates_over_all_pieces() -> None:
    """Repeated webhooks are counted over all pieces of a file, and for each file."""
    memories = [Memory(), Memory(1), Memory()]
    for file in range(2):
        for entry in range(3):
            at = Arrival(file=file, entry=entry)
            memories[entry].enter("webhook", webhook()["params"], at)
    found = findings(*memories)
    assert [(each.at, each.rule) for each in found] == [
        (Arrival(file, entry=2), "timeline.duplicate") for file in range(2)
    ]
    assert {each.message for each in found} == {"the same webhook arrived 3 times; process it once"}


def test_a_receipt_of_two_messages_is_reported_once() -> None:
    """A receipt with two messages is reported once, in one memory or two, and its states are not compared."""
    bodies = [receipt(status="read"), receipt(status="sent", message_sid="IM" + "0f" * 16)]
    whole, parts = Memory(), [Memory(1), Memory()]
    for entry, body in enumerate(bodies):
        whole.enter("receipt", body, Arrival(entry=entry))
        parts[entry].enter("receipt", body, Arrival(entry=entry))
    assert findings(*parts) == findings(whole)
    assert [each.rule for each in findings(whole)] == ["timeline.identity"]


def test_states_that_come_in_turn() -> None:
    """However many states a receipt has, each is compared once, and where it came last."""
    states = [
        webhook(DateUpdated=f"2026-03-02T09:15:{second:02}.000Z")["params"]
        for second in range(10, 30)
    ]
    ledger = Memory()
    for entry, body in enumerate(states * 2):
        ledger.enter("webhook", body, Arrival(entry=entry))
    for _ in range(2):
        found = [each for each in findings(ledger) if each.rule == "timeline.duplicate"]
        assert [each.at and each.at.entry for each in found] == list(range(20, 40))
        assert {each.message for each in found} == {
            "the same webhook arrived twice; process it once"
        }


def test_news_that_another_process_has() -> None:
    """Receipts that another process saw count for the summary of their message."""
    mine, other = Memory(), Memory()
    mine.enter("page", listed(receipt()), Arrival(entry=0))
    mine.enter("message", summed_up(total=0), Arrival(entry=2))
    other.enter("receipt", receipt(**SECOND), Arrival(entry=1))
    assert [each.rule for each in findings(mine)] == ["delivery.total"]
    assert findings(mine, other) == []


def test_every_rule_across_observations_is_in_these_stories() -> None:
    """The proofs above are about all of them."""
    ledger = Memory()
    for number, (kind, body) in enumerate(STORIES):
        ledger.enter(kind, body, Arrival(file=number, entry=number))
    assert {each.rule for each in ACROSS} == set(catalogue.across())


@given(st.data())
def test_receipts_a_line_each(data: st.DataObject) -> None:
    """Receipts on separate lines are remembered at their lines, whatever is between them."""
    CONTRACT.check(receipt())
    worlds = [
        GENERATOR.at(GENERATOR.world("group-sms", seed=seed, receipts=3)).receipts
        for seed in range(2)
    ]
    states = ("sent", SENT), ("delivered", "2030-03-02T09:15:02Z"), ("sent", "2031-01-01T00:00:00Z")
    drawn: list[Any] = []
    for _ in range(data.draw(st.integers(2, 6))):
        for row in data.draw(st.permutations(data.draw(st.sampled_from(worlds)))):
            status, date = data.draw(st.sampled_from(states))
            drawn.append(
                {
                    **row,
                    "status": status,
                    "error_code": 0,
                    "date_created": SENT,
                    "date_updated": date,
                }
            )
            drawn.extend([None] * data.draw(st.sampled_from([0, 0, 0, 1, 2])))
    source = Source(
        "a.ndjson",
        content=b"".join(json.dumps(line).encode() + b"\n" if line else b"\n" for line in drawn),
    )
    quick, slow = Collected(), Collected()
    Validation(CONTRACT).run([source], quick)
    Validation(CONTRACT, Choices(bulk=False)).run([source], slow)
    assert quick == slow


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sid": "DY1", "delivery_receipts": [None, 3, {"sid": []}], "meta": {}},
        {
            "delivery_receipts": [{"sid": "DY" + "0f" * 16, "status": {}}] * 2,
            "meta": {"url": 3, "next_page_url": [], "page": True},
        },
        {
            "delivery_receipts": [],
            "meta": {"url": "/", "next_page_url": "?", "page": 0, "page_size": 1 << 80},
        },
        {"sid": "IM" + "0f" * 16, "delivery": {"total": "all", "sent": []}},
        {"account_sid": [], "filters": 3},
        {
            "DeliveryReceiptSid": "DY" + "0f" * 16,
            "Status": 3,
            "ErrorCode": "9" * 5000,
            "DateCreated": "\ud800",
        },
        {"sid": "DY" + "0f" * 16, "error_code": 1 << 70},
    ],
)
@pytest.mark.parametrize(
    "kind", ["page", "receipt", "message", "configuration", "webhook", "error", "x"]
)
def test_anything_can_be_remembered(kind: str, body: Any) -> None:
    """Remembering and checking never fails, for any body."""
    ledger = Memory()
    for number in range(3):
        ledger.enter(kind, body, Arrival(entry=number))
    list(ledger.findings())
    findings(ledger, ledger)


def test_many_states_of_one_receipt() -> None:
    """Many states of a receipt, or lists and summaries of a message, are each compared a few times only."""
    ledger = Memory()
    count = 20_000
    first, second, _ = pages()
    row, message = receipt(status="sent"), sample("message")
    whole = sample("page")
    for number in range(count):
        date = f"2026-03-{2 + number // 3600 % 20:02d}T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"
        for again in range(2):
            ledger.enter(
                "receipt",
                {**row, "date_updated": date},
                Arrival(entry=2 * number + again * 3 * count),
            )
        link = first["meta"]["url"].replace("Page=0", f"Page={number}")
        meta = {
            **first["meta"],
            "page": number,
            "url": link,
            "next_page_url": f"{link}&PageToken=x",
        }
        ledger.enter(
            "page",
            {**first, "meta": meta, "delivery_receipts": second["delivery_receipts"][:1]},
            Arrival(entry=number),
        )
        rows = [{**whole["delivery_receipts"][0], "sid": f"DY{number:032x}"}]
        ledger.enter("page", {**whole, "delivery_receipts": rows}, Arrival(entry=number))
        ledger.enter(
            "message",
            {**message, "delivery": {**message["delivery"], "total": number}},
            Arrival(entry=count + number),
        )
    assert len(list(ledger.findings())) > count


# -- from Python


def test_a_missing_status_is_not_null() -> None:
    """A body without a status is compared with no other; the schema reports the missing status."""
    without = receipt(date_updated=LATER)
    del without["status"]
    assert told(receipt(), without) == []
    silent = webhook(DateUpdated="2026-03-02T09:20:00.100Z")
    del silent["params"]["Status"]
    assert told(webhook(Status="delivered"), silent) == []


def test_a_document_that_asks_for_less(tmp_path: Path, run: Run) -> None:
    """A member that the user's document does not require may be missing from every row."""
    document = Contract.load().document.content
    path = tmp_path / "loose.json"
    path.write_text(
        re.sub(r'"required": \[[^\]]*\]', '"required": []', json.dumps(document)).replace(
            "x-receiptkit-advice", "x-other"
        )
    )
    page = sample("page")
    for name in ("participant_sid", "status", "error_code", "channel_message_sid"):
        del page["delivery_receipts"][0][name]
    capture = tmp_path / "pages.ndjson"
    capture.write_text((json.dumps(page) + "\n") * 500)
    code, out, _ = run("validate", capture, "--document", path)
    assert (code, out.splitlines()[-1]) == (
        0,
        "1 file, 500 observations: 500 judged, 0 unchecked; 0 errors, 0 warnings, 0 info",
    )


def test_history() -> None:
    """A history checks as its contract does; `finish` returns the findings across observations."""
    history = History(CONTRACT)
    world = GENERATOR.world("out-of-order", seed=3)
    webhooks = GENERATOR.webhooks(world)
    for event in webhooks.events:
        assert history.check_webhook(webhooks.request(event)) == []
    assert history.check(sample("receipt") | {"status": "queued"})[0].rule == "schema.enum"
    found = history.finish()
    assert {each.rule for each in found} == {"timeline.arrived-late"}
    assert found[0].location is not None
    assert "; compare observation " in found[0].message
    assert history.finish() == []
    exchange = GENERATOR.at(world).get_receipt()
    assert history.check_exchange(exchange) == CONTRACT.check_exchange(exchange) == []
    assert history.check_exchange(Exchange("GET", "/nothing", 200)) == CONTRACT.check_exchange(
        Exchange("GET", "/nothing", 200)
    )


# -- no false alarm


def test_a_history_counts_its_observations() -> None:
    """Findings number observations from 0, anew after each end; the kind of a body can be named."""
    history = History(CONTRACT)
    for _ in range(2):
        states = [
            receipt(status="read", date_updated=LATER),
            {"a": 1},
            receipt(status="sent", date_updated=SENT),
        ]
        assert history.check(states[0], operation="receipt") != history.check(states[1])
        assert history.check({}, operation="receipt")[0].rule == "schema.required"
        history.check(states[2])
        (found,) = history.finish()
        assert found.location is not None
        assert (
            found.rule,
            found.location.entry,
            found.message.endswith("; compare observation 0"),
        ) == (
            "timeline.arrived-late",
            3,
            True,
        )


def test_only_a_requested_page_begins_a_pagination() -> None:
    """A page with a next link was left by its consumer only if it came with a request."""
    exchange = next(iter(GENERATOR.at(GENERATOR.world("three-pages")).get_pages()))
    history = History(CONTRACT)
    history.check_exchange(exchange)
    assert [finding.rule for finding in history.finish()] == ["listing.truncated"]
    history.check(exchange.body)
    assert history.finish() == []


def _worlds_in_order(count: int) -> None:
    judge = GENERATOR.contract.validator
    ledger = Memory()
    for number, (world, _) in enumerate(sampling.worlds(GENERATOR, count, seed=11)):
        for entry, (_, item) in enumerate(seen(GENERATOR, world)):
            verdict = (
                judge.validate_exchange(item)
                if isinstance(item, Exchange)
                else judge.validate_webhook(item)
            )
            if verdict.kind is not None:
                ledger.enter(
                    verdict.kind,
                    verdict.body,
                    Arrival(file=number % 2, entry=number * 1000 + entry),
                )
        if number % 100 == 99:
            bad = [
                found
                for found in ledger.findings()
                if catalogue.find(found.rule).severity is not Severity.INFO
            ]
            assert bad == []
            ledger = Memory()


def test_worlds_are_in_order() -> None:
    """Recordings of generated worlds, joined, have no error and no warning."""
    _worlds_in_order(400)


@pytest.mark.soak
def test_many_worlds_are_in_order() -> None:
    """The same of a hundred thousand."""
    _worlds_in_order(100_000)


def test_scenarios_are_in_order() -> None:
    """Every scenario, in both scopes, seen page by page and event by event, is information at the most."""
    for name in SCENARIOS:
        for in_service in (False, True):
            world = GENERATOR.world(name, in_service=in_service, page_size=7)
            ledger = Memory()
            moments = sorted(
                {
                    world.message.created,
                    *(step.at for each in world.receipts for step in each.steps),
                }
            )
            entry = 0
            for before, _ in pairwise([*moments, world.end + 1]):
                at_moment = GENERATOR.at(world, before)
                for kind, body in [
                    *(("page", page) for page in at_moment.pages()),
                    ("message", at_moment.message()),
                ]:
                    ledger.enter(kind, body, Arrival(entry=entry))
                    entry += 1
            rules = {found.rule for found in ledger.findings()}
            assert {catalogue.find(rule).severity for rule in rules} <= {Severity.INFO}, (
                name,
                rules,
            )


def test_the_findings_of_requests_and_bodies_are_the_same() -> None:
    """An exchange is remembered as its body is."""
    world = GENERATOR.world("three-pages")
    exchanges = list(GENERATOR.at(world).get_pages())[:2]
    history, bare = History(CONTRACT), History(CONTRACT)
    for exchange in exchanges:
        history.check_exchange(exchange)
        bare.check(replace(exchange).body)
    assert history.finish() == bare.finish() != []


def test_the_vendor_profile_finds_nothing_across() -> None:
    """The vendor profile has no findings across observations."""
    history = History(Contract.load("vendor"))
    for state in (receipt(), receipt(status="sent", date_updated=LATER)):
        history.check(state)
    assert history.finish() == []


def test_a_row_that_is_no_receipt_says_nothing_of_a_message_in_two_conversations() -> None:
    one, other = sample("receipt"), sample("receipt")
    other["sid"], other["conversation_sid"] = "DY" + "12" * 16, "CH" + "12" * 16
    page = sample("page")
    page["delivery_receipts"].append(None)
    assert told(one, other, page) == told(one, other)
