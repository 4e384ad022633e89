"""Worlds and their renderings: they conform, they agree with each other, and the document decides what they look like."""

from __future__ import annotations

import copy
import json
import random
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

import sampling
from conftest import ROOT
from receiptkit import Contract, Finding, Severity, UsageError
from receiptkit.generation import (
    ANY,
    ERRORS,
    SCENARIOS,
    STREAMS,
    Generator,
    Outcome,
    RefusedError,
    World,
)
from receiptkit.webhooks import verify


@pytest.fixture(scope="session")
def generator(contract: Contract) -> Generator:
    return Generator(contract)


def rank(status: str | None) -> set[str]:
    """The statuses that a receipt has reached, as facts.md §1.7 counts them."""
    return {
        None: set[str](),
        "sent": {"sent"},
        "delivered": {"sent", "delivered"},
        "read": {"sent", "delivered", "read"},
        "undelivered": {"sent", "undelivered"},
        "failed": {"failed"},
    }[status]


@pytest.mark.parametrize("in_service", [False, True], ids=["default", "service"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_conforms(generator: Generator, name: str, in_service: bool) -> None:
    """No rendering of a scenario has a finding: no error, no warning, no information."""
    world = generator.world(name, seed=1, in_service=in_service)
    for moment in ("start", "1s", "end"):
        assert sampling.findings(generator, world, world.moment(moment)) == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_is_strict(name: str) -> None:
    """Nothing has a member that the reference pages do not name."""
    generator = Generator(Contract.load("strict"))
    world = generator.world(name, seed=2)
    assert sampling.findings(generator, world, world.end) == []


def proof(generator: Generator, count: int, seed: int) -> None:
    shown: set[str] = set()
    for world, moment in sampling.worlds(generator, count, seed):
        found = sampling.findings(generator, world, moment)
        assert [finding for finding in found if finding.severity.value != "info"] == [], world
        agree(generator, world, moment)
        shown |= sampling.shown(generator, world, moment)
    assert sampling.EVERYTHING - shown == set()


def test_random_worlds_conform_and_show_everything(generator: Generator) -> None:
    """2,000 worlds of random scenarios and parameters: no finding, no disagreement, and together they show all there is."""
    proof(generator, 2000, seed=1)


@pytest.mark.soak
def test_very_many_random_worlds(generator: Generator) -> None:
    """The same with 100,000."""
    proof(generator, 100_000, seed=2)


def agree(generator: Generator, world: World, moment: int) -> None:
    """The renderings of a world at a moment tell the same, worked out from the bodies alone."""
    rendering = generator.at(world, moment)
    pages, message = list(rendering.pages()), rendering.message()
    rows = [row for page in pages for row in page["delivery_receipts"]]
    assert rows == rendering.receipts
    assert len({row["sid"] for row in rows}) == len(rows)
    walk(pages)
    summarised(message["delivery"], [row["status"] for row in rows])
    for row in rows:
        assert row["message_sid"] == message["sid"]
        assert (row["error_code"] or 0) > 0 or row["status"] not in ("failed", "undelivered")
        assert not row["error_code"] or row["status"] in ("failed", "undelivered")
        assert row["status"] != "read" or row["channel_message_sid"].startswith("WA")
    webhooks = generator.webhooks(world)
    told = [webhooks.parameters(event) for event in webhooks.events]
    for row in generator.at(world).receipts:
        in_agreement(
            row,
            [parameters for parameters in told if parameters["DeliveryReceiptSid"] == row["sid"]],
        )


def walk(pages: list[dict[str, Any]]) -> None:
    """The links of pages lead from the first to the last and back."""
    metas = [page["meta"] for page in pages]
    assert [meta["page"] for meta in metas] == list(range(len(pages)))
    assert [meta["next_page_url"] for meta in metas] == [*(meta["url"] for meta in metas[1:]), None]
    for before, meta in pairwise(metas):
        back = parse_qs(urlsplit(meta["previous_page_url"]).query)
        assert (back["Page"], back["PageSize"]) == (
            [str(before["page"])],
            [str(before["page_size"])],
        )
        assert parse_qs(urlsplit(meta["url"]).query)["PageToken"][0].startswith("PT")
    assert metas[0]["previous_page_url"] is None
    assert {meta["first_page_url"] for meta in metas} == {metas[0]["url"]}
    assert all(len(page["delivery_receipts"]) == page["meta"]["page_size"] for page in pages[:-1])


def summarised(delivery: dict[str, Any] | None, statuses: list[str | None]) -> None:
    """The summary of a message is that of its receipts."""
    if not statuses:
        assert delivery is None
        return
    assert delivery is not None
    assert delivery["total"] == len(statuses)
    for name in ("sent", "delivered", "read", "failed", "undelivered"):
        count = sum(name in rank(status) for status in statuses)
        assert delivery[name] == ("all" if count == len(statuses) else "some" if count else "none")


def in_agreement(row: dict[str, Any], told: list[dict[str, str]]) -> None:
    """The webhooks about a receipt end where the receipt does."""
    if row["status"] is None:
        assert told == []
        return
    last = max(told, key=lambda parameters: parameters["DateUpdated"])
    assert last["Status"] == row["status"]
    assert last.get("ErrorCode", "0") == str(row["error_code"] or 0)
    assert last["DateUpdated"][:19] == row["date_updated"][:19]
    assert {parameters["DateCreated"][:19] for parameters in told} == {row["date_created"][:19]}
    assert {parameters["ParticipantSid"] for parameters in told} == {row["participant_sid"]}
    assert {parameters["ChannelMessageSid"] for parameters in told} == {row["channel_message_sid"]}
    assert {parameters["Status"] for parameters in told} == rank(row["status"])


FACTS = {
    "agent-and-sms": ["delivered"],
    "agent-and-whatsapp-read": ["read"],
    "sms-and-whatsapp": ["delivered", "read"],
    "just-created": [None, None],
    "chat-only": [],
    "handset-unreachable": [("undelivered", 30003)],
    "landline": [("undelivered", 30006)],
    "carrier-filtered": [("undelivered", 30007)],
    "opted-out": [("failed", 21610)],
    "whatsapp-window-closed": [("failed", 63016)],
    "late-failure": [("undelivered", 30008)],
}


@pytest.mark.parametrize(("name", "expected"), FACTS.items(), ids=list(FACTS))
def test_scenarios_have_their_outcomes(
    generator: Generator, name: str, expected: list[Any]
) -> None:
    """A scenario has the statuses and codes that its name promises."""
    rows = generator.at(generator.world(name, seed=3)).receipts
    found = [
        (row["status"], row["error_code"]) if row["error_code"] else row["status"] for row in rows
    ]
    assert found == expected


def test_sizes(generator: Generator) -> None:
    """A full house has 50 receipts on one page, three pages have 20, 20 and 10; every outcome is among them."""
    house, three = generator.world("full-house"), generator.world("three-pages")
    assert [len(page["delivery_receipts"]) for page in generator.at(house).pages()] == [50]
    assert [len(page["delivery_receipts"]) for page in generator.at(three).pages()] == [20, 20, 10]
    assert {row["status"] for row in generator.at(house).receipts} == {
        "sent",
        "delivered",
        "read",
        "undelivered",
        "failed",
    }


def arrivals(generator: Generator, name: str, seed: int) -> list[list[dict[str, str]]]:
    """The webhooks of a world in the order in which they arrive, receipt by receipt."""
    webhooks = generator.webhooks(generator.world(name, seed=seed))
    told = [webhooks.parameters(event) for event in webhooks.events]
    return [
        [one for one in told if one["DeliveryReceiptSid"] == sid]
        for sid in dict.fromkeys(one["DeliveryReceiptSid"] for one in told)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_webhooks_arrive_as_the_scenario_says(generator: Generator, seed: int) -> None:
    """Webhooks arrive in order, out of order, twice, or again, as the scenario says."""

    def statuses(name: str) -> list[list[str]]:
        return sorted([one["Status"] for one in own] for own in arrivals(generator, name, seed))

    assert statuses("in-order") == [["sent", "delivered"], ["sent", "delivered", "read"]]
    assert all(own.index("delivered") < own.index("sent") for own in statuses("out-of-order"))
    assert statuses("read-before-delivered") == [["sent", "read", "delivered"]]
    for own in arrivals(generator, "duplicated", seed):
        assert all(own.count(one) == 2 for one in own)
    for own in arrivals(generator, "retried", seed):
        assert [one["RetryCount"] for one in own].count("1") * 2 == len(own)


def test_retries_and_copies_share_a_token(generator: Generator) -> None:
    """The idempotency token is that of the event, and no other event has it."""
    for name in ("retried", "duplicated"):
        webhooks = generator.webhooks(generator.world(name, seed=1))
        tokens: dict[str, set[str]] = {}
        for event in webhooks.events:
            request = webhooks.request(event)
            tokens.setdefault(request.headers["I-Twilio-Idempotency-Token"], set()).add(
                f"{event.receipt.sid} {event.step.status}"
            )
        assert all(len(events) == 1 for events in tokens.values())
        assert len(tokens) * 2 == len(webhooks.events)


def test_a_late_failure_is_late(generator: Generator) -> None:
    """The failure comes hours after sent."""
    (own,) = arrivals(generator, "late-failure", seed=1)
    sent, failed = (
        datetime.fromisoformat(one["DateUpdated"].replace("Z", "+00:00")) for one in own
    )
    assert (failed - sent).total_seconds() > 4 * 3600


def test_a_receipt_before_its_message(generator: Generator) -> None:
    """The first webhook is there before the call that created the message returns; in any other scenario it is not."""
    for name in SCENARIOS:
        world = generator.world(name, seed=1)
        first = generator.webhooks(world).events[:1]
        if first:
            assert (first[0].arrives < world.message.answered) is (
                name == "receipt-before-message"
            ), name


def test_moments(generator: Generator) -> None:
    """A world is looked at when one likes: nothing is seen before it happens."""
    world = generator.world("sms-and-whatsapp", seed=1, start="2026-03-02T09:15:00Z")
    assert generator.at(world, "start").message()["delivery"] is None
    assert [row["status"] for row in generator.at(world, "210ms").receipts] == [None, None]
    assert (
        generator.at(world, "2026-03-02T09:15:00.210Z").receipts
        == generator.at(world, "210ms").receipts
    )
    assert generator.at(world, "2d").receipts == generator.at(world).receipts
    assert (
        generator.at(world, "2026-03-02T10:15:00.210+01:00").moment
        == generator.at(world, "210ms").moment
    )
    states = {
        tuple(row["status"] for row in generator.at(world, moment).receipts)
        for moment in range(world.message.created, world.end, 50)
    }
    assert {(), (None, None), ("delivered", "read")} - states == {("delivered", "read")}
    for wrong in ("soon", "5", "2026-13-01", "-5s"):
        with pytest.raises(UsageError, match="not a time"):
            world.moment(wrong)


def test_errors(generator: Generator) -> None:
    """Error responses are those of the error dictionary; the message of a 404 has the path without its version."""
    rendering = generator.at(generator.world("agent-and-sms", seed=1, in_service=True))
    answers = {name: rendering.error(name) for name in ERRORS}
    assert {name: answer.status for name, answer in answers.items()} == {
        "not-found": 404,
        "unauthorized": 401,
        "page-without-token": 400,
        "too-many-requests": 429,
        "server-error": 500,
    }
    assert answers["not-found"].body["message"].startswith("The requested resource /Services/IS")
    assert "code" not in answers["server-error"].body
    with pytest.raises(UsageError, match="unknown error"):
        rendering.error("teapot")


def test_signed_requests(generator: Generator) -> None:
    """Requests verify with their token and no other, posted and in the query; their headers are those that were seen."""
    webhooks = generator.webhooks(generator.world("sms-and-whatsapp", seed=1))
    event = webhooks.events[0]
    posted = webhooks.request(event, auth_token="12345")
    body = dict(parse_qsl(posted.body, strict_parsing=True))
    assert body == webhooks.parameters(event)
    assert posted.headers["Content-Length"] == str(len(posted.body))
    assert verify(posted.url, "12345", posted.headers["X-Twilio-Signature"], body)
    assert not verify(posted.url, "54321", posted.headers["X-Twilio-Signature"], body)
    fetched = webhooks.request(
        event, "https://example.com:8443/hook?tenant=7#rc=2", method="GET", auth_token="12345"
    )
    assert dict(parse_qsl(urlsplit(fetched.url).query))["tenant"] == "7"
    assert verify(fetched.url, "12345", fetched.headers["X-Twilio-Signature"])
    assert (fetched.body, fetched.headers["Host"], "#" in fetched.url) == (
        "",
        "example.com:8443",
        False,
    )
    assert "X-Twilio-Signature" not in webhooks.request(event).headers


# -- parameters and overrides


def test_larger_on_request(generator: Generator) -> None:
    """For load there can be more receipts than a conversation has recipients; they are still on pages of 50."""
    world = generator.world("all-delivered", receipts=120)
    assert [len(page["delivery_receipts"]) for page in generator.at(world).pages()] == [50, 50, 20]
    assert generator.at(world).message()["delivery"]["total"] == 120


def test_another_outcome_leaves_the_rest(generator: Generator) -> None:
    """An override changes its fact in every rendering, and nothing else."""
    plain = generator.world("group-sms", seed=5)
    changed = generator.world(
        "group-sms",
        seed=5,
        set={"receipts.1.status": "undelivered", "receipts.1.error_code": 30005},
    )
    before, after = generator.at(plain).receipts, generator.at(changed).receipts
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True, True]
    assert (after[1]["sid"], after[1]["status"], after[1]["error_code"]) == (
        before[1]["sid"],
        "undelivered",
        30005,
    )
    assert generator.at(changed).message()["delivery"]["delivered"] == "some"
    agree(generator, changed, changed.end)


def test_facts_by_path(generator: Generator) -> None:
    """Every path of an override reaches its place."""
    sids = {
        name: f"{prefix}{0xABCDEF0123456789:032x}"
        for name, prefix in (("account_sid", "AC"), ("conversation_sid", "CH"))
    }
    given: dict[str, Any] = {
        **sids,
        "message.body": "null and void",
        "message.author": None,
        "message.index": 7,
        "receipts.*.status": "failed",
        "receipts.0.channel": "whatsapp",
        "receipts.1.error_code": 30008,
        "receipts.1.participant_sid": f"MB{7:032x}"[:-1] + "8",
    }
    world = generator.world("group-sms", set=given)
    message, rows = generator.at(world).message(), generator.at(world).receipts
    assert {name: message[name] for name in sids} == sids
    assert (message["body"], message["author"], message["index"]) == ("null and void", None, 7)
    assert [row["status"] for row in rows] == ["failed"] * 4
    assert rows[0]["channel_message_sid"].startswith("WA")
    assert 63000 <= rows[0]["error_code"] < 64000
    assert (rows[1]["error_code"], rows[1]["participant_sid"]) == (
        30008,
        given["receipts.1.participant_sid"],
    )


@pytest.mark.parametrize(
    ("facts", "rule", "pointer"),
    [
        ({"set": {"receipts.0.status": "queued"}}, "schema.enum", "/delivery_receipts/0/status"),
        ({"set": {"receipts.0.sid": "DYxyz"}}, "schema.pattern", "/delivery_receipts/0/sid"),
        (
            {"set": {"account_sid": None, "conversation_sid": None}},
            "schema.type",
            "/conversation_sid",
        ),
        (
            {"set": {"receipts.0.error_code": "30003"}},
            "schema.type",
            "/delivery_receipts/0/error_code",
        ),
        ({"set": {"message.attributes": 5}}, "schema.type", "/attributes"),
        ({"page_size": 51}, "schema.maximum", "/meta/page_size"),
    ],
    ids=["status", "sid", "null", "code", "attributes", "page size"],
)
def test_refuses_forbidden_overrides(
    generator: Generator, facts: dict[str, Any], rule: str, pointer: str
) -> None:
    """An override against the contract is refused with the finding."""
    with pytest.raises(RefusedError) as refused:
        generator.world("agent-and-sms", **facts)
    assert (refused.value.findings[0].rule, refused.value.findings[0].pointer) == (rule, pointer)
    assert str(refused.value).startswith(f"the contract forbids it: {pointer} {rule}: ")


def test_a_refusal_of_the_whole_body_shows_an_empty_pointer(generator: Generator) -> None:
    """As reports do, instead of two blanks."""
    finding = Finding("schema.required", Severity.ERROR, "", "required field `url` is missing")
    with pytest.raises(RefusedError, match=r'it: "" schema\.required: '):
        generator.refuse([finding])


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"set": {"receipts.0.stauts": "read"}}, "did you mean receipts.0.status"),
        ({"set": {"recipients": 2}}, "unknown path 'recipients'"),
        ({"set": {"receipts.9.status": "read"}}, "there are 1 receipts, counted from 0"),
        ({"set": {"receipts.0.channel": "chat"}}, "chat participants have no receipts"),
        ({"receipts": -1}, "no -1 receipts"),
        ({"stream": "sideways"}, "unknown stream 'sideways'"),
        ({"start": "yesterday"}, "not a time"),
        ({"name": "agent-and-sm"}, "did you mean agent-and-sms"),
        ({"name": "chat-only", "receipts": 2}, "chat-only has no receipts"),
        ({"name": "just-created", "set": {"receipts.0.error_code": 30003}}, "without a status"),
        ({"outcomes": [Outcome("pigeon", "sent")]}, "unknown channel 'pigeon'"),
    ],
)
def test_mistakes(generator: Generator, facts: dict[str, Any], says: str) -> None:
    """A mistake is one line that lists the valid choices."""
    with pytest.raises(UsageError, match=says) as raised:
        generator.world(**{"name": "agent-and-sms", **facts})
    assert "\n" not in str(raised.value)


def test_a_missing_receipt_or_page_is_a_usage_error(generator: Generator) -> None:
    """A receipt or page that does not exist raises UsageError."""
    rendering = generator.at(generator.world("agent-and-sms"))
    for number in (1, -1):
        with pytest.raises(UsageError, match="there is no receipt"):
            rendering.receipt(number)
        with pytest.raises(UsageError, match="there is no page"):
            rendering.page(number)
    assert generator.at(generator.world("chat-only")).page()["delivery_receipts"] == []


# -- the document decides


def changed(change: Any, tmp_path: Path, profile: str = "documented") -> Generator:
    """A generator of the contract document with a change."""
    document = copy.deepcopy(Contract.load(profile).document.content)
    change(document)
    path = tmp_path / "contract.json"
    path.write_text(json.dumps(document))
    return Generator(Contract.load(profile, path))


def schemas(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]
    return found


RECEIPT = "conversations.v1.conversation.conversation_message.conversation_message_receipt"


def test_another_status(tmp_path: Path) -> None:
    """A status that only the document knows can be asked for, is drawn, and counts in the summary and the webhooks."""

    def change(document: dict[str, Any]) -> None:
        for name in (
            "conversation_message_receipt_enum_delivery_status",
            "webhook_delivery_status",
        ):
            schemas(document)[name]["enum"].append("expired")
        schemas(document)["delivery_summary"]["properties"]["expired"] = {
            "$ref": "#/components/schemas/delivery_amount"
        }

    generator = changed(change, tmp_path)
    world = generator.world("agent-and-sms", set={"receipts.0.status": "expired"})
    assert generator.at(world).receipt()["status"] == "expired"
    assert generator.at(world).message()["delivery"]["expired"] == "all"
    webhooks = generator.webhooks(world)
    assert [webhooks.parameters(event)["Status"] for event in webhooks.events] == [
        "sent",
        "expired",
    ]
    assert "expired" in generator.vocabulary.statuses


def test_a_status_less(tmp_path: Path) -> None:
    """A status that the document no longer allows is refused."""

    def change(document: dict[str, Any]) -> None:
        schemas(document)["conversation_message_receipt_enum_delivery_status"]["enum"].remove(
            "undelivered"
        )

    with pytest.raises(RefusedError, match=r"schema\.enum"):
        changed(change, tmp_path).world("agent-and-sms", set={"receipts.0.status": "undelivered"})


def test_other_patterns_and_limits(tmp_path: Path) -> None:
    """Identifiers, page sizes and hosts are those of the document."""

    def change(document: dict[str, Any]) -> None:
        text = (
            json.dumps(document)
            .replace("^DY[0-9a-fA-F]{32}$", "^RC[0-9]{4}-[A-F]{27}$")
            .replace("conversations.twilio.com", "api.example.com")
        )
        document.update(json.loads(text))
        for path in document["paths"].values():
            for parameter in path.get("get", {}).get("parameters", []):
                if parameter["name"] == "PageSize":
                    parameter["schema"]["maximum"] = 10
        page = document["paths"][
            "/v1/Conversations/{ConversationSid}/Messages/{MessageSid}/Receipts"
        ]["get"]["responses"]["200"]
        page["content"]["application/json"]["schema"]["properties"]["meta"]["properties"][
            "page_size"
        ]["maximum"] = 10

    generator = changed(change, tmp_path)
    world = generator.world("three-pages", receipts=25, page_size=10)
    pages = list(generator.at(world).pages())
    assert [len(page["delivery_receipts"]) for page in pages] == [10, 10, 5]
    row = pages[0]["delivery_receipts"][0]
    assert row["sid"].startswith("RC")
    assert row["sid"][6] == "-"
    assert row["url"].startswith("https://api.example.com/v1/")
    assert [
        len(page["delivery_receipts"])
        for page in generator.at(generator.world("all-delivered")).pages()
    ] == [6]
    assert generator.world("all-delivered").page_size == 10


def test_members_that_only_the_document_knows(tmp_path: Path) -> None:
    """A member without a fact is made up after its schema; a pattern that cannot be served is refused by name."""
    extra: dict[str, Any] = {
        "carrier": {"type": ["string", "null"], "pattern": "^CA[a-f]{6}$"},
        "attempts": {"type": "integer", "minimum": 3, "maximum": 4},
        "final": {"type": "boolean"},
        "country": {"enum": ["CH", "DE"]},
        "seen": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 2}},
        "price": {"type": "object", "required": ["unit"], "properties": {"unit": {"const": "USD"}}},
        "nothing": {"type": "null"},
    }

    def change(document: dict[str, Any]) -> None:
        receipt = schemas(document)[RECEIPT]
        receipt["properties"].update(extra)
        receipt["required"] += list(extra)

    generator = changed(change, tmp_path)
    row = generator.at(
        generator.world("agent-and-sms", set={"receipts.0.status": "sent"})
    ).receipt()
    assert list(row)[-len(extra) :] == list(extra)
    assert generator.contract.check(row) == []
    extra["carrier"]["pattern"] = "^(a|b)$"
    generator = changed(change, tmp_path)
    with pytest.raises(
        UsageError,
        match=r"FetchConversationMessageReceipt/carrier.*does not understand the pattern '\^\(a\|b\)\$'",
    ):
        generator.at(generator.world("agent-and-sms")).receipt()


def test_the_vendor_document() -> None:
    """Twilio's document alone allows no null status and error code; it knows no webhooks."""
    generator = Generator(Contract.load("vendor"))
    row = generator.at(generator.world("agent-and-sms")).receipt()
    assert row["error_code"] == 0
    assert generator.contract.check(row) == []
    with pytest.raises(RefusedError, match="/delivery_receipts/0/status"):
        generator.world("agent-and-sms", set={"receipts.0.status": None})
    with pytest.raises(UsageError, match="describes no webhook"):
        generator.webhooks(generator.world("agent-and-sms"))


def test_a_users_document_without_webhooks(tmp_path: Path) -> None:
    """A user's document without webhooks is named in the error, without advice to change the profile."""
    document = json.loads((ROOT / "spec" / "documented.json").read_text())
    del document["webhooks"]
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(document))
    generator = Generator(Contract.load(document=path))
    with pytest.raises(UsageError, match=r"^mine\.json describes no webhook$"):
        generator.webhooks(generator.world("agent-and-sms"))


def test_worlds_from_a_generator_of_random_numbers(generator: Generator) -> None:
    """A generator of random numbers goes on from world to world, and begins again with its seed."""
    one, other = random.Random(1), random.Random(1)
    first, second = generator.any_world(one), generator.any_world(one)
    assert (first, second) == (generator.any_world(other), generator.any_world(other))
    assert first.account_sid != second.account_sid


def test_scenarios_do_not_share_identifiers(generator: Generator) -> None:
    """A seed gives each scenario other identifiers, so that their files can be checked together."""
    sids = [receipt.sid for name in SCENARIOS for receipt in generator.world(name, seed=1).receipts]
    assert len(set(sids)) == len(sids)


def test_any_code_is_one_of_the_channel(generator: Generator) -> None:
    """A drawn error code fits its channel and is known to the document; all of them come up."""
    drawn: dict[str, set[int]] = {"sms": set(), "whatsapp": set()}
    for seed in range(20):
        world = generator.world(
            "agent-and-sms",
            seed=seed,
            outcomes=[Outcome(channel, "failed", ANY) for channel in drawn for _ in range(50)],
            check=False,
        )
        for receipt in world.receipts:
            drawn[receipt.channel].add(receipt.steps[-1].error_code or 0)
    known = set(generator.vocabulary.error_codes)
    assert drawn["sms"] | drawn["whatsapp"] == known
    assert drawn["whatsapp"] == {code for code in known if 63000 <= code < 64000}


def test_every_stream_is_a_scenario(generator: Generator) -> None:
    """Each manner in which webhooks arrive has a scenario that shows it."""
    assert {recipe.stream for recipe in SCENARIOS.values()} == set(STREAMS)


@pytest.mark.parametrize("start", [datetime(2026, 3, 2), 5, "9999-12-31T23:59:59Z"])  # noqa: DTZ001
def test_refuses_invalid_moments(generator: Any, start: Any) -> None:
    """Invalid and too late times are refused; a datetime is accepted."""
    if isinstance(start, datetime):
        assert generator.world("group-sms", start=start) == generator.world(
            "group-sms", start=start.isoformat()
        )
    else:
        with pytest.raises(UsageError, match=r"is not a time|is too late"):
            generator.world("group-sms", start=start)


@pytest.mark.parametrize("url", [None, 5, "nonsense", "http://[::1", "http://x:99999/"])
def test_webhooks_to_nowhere(generator: Generator, url: Any) -> None:
    """A webhook goes to a URL that can be called."""
    webhooks = generator.webhooks(generator.world("group-sms"))
    for method in ("POST", "GET"):
        with pytest.raises(
            UsageError, match=r"^webhook_url .*: not an absolute http or https URL$"
        ):
            webhooks.request(webhooks.events[0], url, method=method)
