"""Examples of rules in generated bodies: a new rule has its breakage without being named anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from receiptkit import Contract, Severity
from receiptkit.corpus import check_capture
from receiptkit.generation import Generator
from receiptkit.generation.breakage import Breakage, rendered
from receiptkit.generation.breakages import of_rules
from receiptkit.generation.capture_breakages import _RECORDS, CaptureBreakage
from receiptkit.generation.fitting import fitted, fitted_text
from receiptkit.model.problem import Problem
from receiptkit.rules import catalogue, examples, registry
from receiptkit.rules.examples import ABSENT, Example, sample
from receiptkit.rules.views import ReceiptView

GENERATOR = Generator()
WORLD = GENERATOR.world("agent-and-sms", seed=7)
RECEIPT = GENERATOR.at(WORLD).receipt()
PAGE = GENERATOR.at(WORLD).page()


def test_identifiers_become_those_of_the_body() -> None:
    """A SID of the sample becomes that of the body, with any prefix; others stay."""
    sids = sample("receipt")
    changes = {
        "/participant_sid": "MB" + sids["message_sid"][2:],
        "/channel_message_sid": "SM" + "0123456789abcdef" * 2,
    }
    broken = fitted(Example("receipt", changes), RECEIPT)
    assert broken["participant_sid"] == "MB" + RECEIPT["message_sid"][2:]
    assert broken["channel_message_sid"] == "SM" + "0123456789abcdef" * 2
    assert {
        **broken,
        **{name: RECEIPT[name] for name in ("participant_sid", "channel_message_sid")},
    } == RECEIPT


@pytest.mark.parametrize(
    ("date", "moved"),
    [
        ("2026-03-02T09:14:59Z", True),
        ("2026-03-02T09:15:00.120Z", True),
        ("1970-01-01T00:00:00Z", False),
        ("2026-02-30T00:00:00Z", False),
        ("yesterday", False),
    ],
)
def test_dates_move_with_the_body(date: str, moved: bool) -> None:
    """A date near the sample's moves with the body's date; another date stays."""
    broken = fitted(Example("receipt", {"/date_updated": date}), RECEIPT)
    assert (broken["date_updated"] != date) is moved
    assert len(broken["date_updated"]) == len(date)
    if date == "2026-03-02T09:14:59Z":
        assert broken["date_updated"] < RECEIPT["date_created"]


def test_rows_become_those_of_the_page() -> None:
    """A row of an example is a row of the page with the same changes, members of the page's own included."""
    in_service = GENERATOR.at(GENERATOR.world(seed=7, in_service=True)).page()
    row = {**sample("receipt"), "sid": "DY" + "0123456789abcdef" * 2}
    for page in (PAGE, in_service):
        first, second = fitted(Example("page", {"/delivery_receipts/-": row}), page)[
            "delivery_receipts"
        ]
        assert second == {**first, "sid": row["sid"]}


def test_the_server_becomes_that_of_the_body() -> None:
    """URLs of an example are on the server of the body."""
    generator = Generator(host="http://localhost:4010")
    page = generator.at(generator.world()).page()
    broken = fitted(Example("page", {"/meta/next_page_url": sample("page")["meta"]["url"]}), page)
    assert broken["meta"]["next_page_url"] == broken["meta"]["url"]
    assert fitted_text(sample("receipt")["sid"], "receipt", RECEIPT) == RECEIPT["sid"]


def test_bodies_without_the_place_are_refused() -> None:
    """A body without the place of the change raises, and is not changed."""
    nobody = GENERATOR.at(GENERATOR.world("chat-only")).page()
    for pointer in ("/delivery_receipts/0/sid", "/meta/url/x", "/nothing/x"):
        with pytest.raises((LookupError, AttributeError, TypeError)):
            fitted(Example("page", {pointer: 1}), nobody)
    assert nobody == GENERATOR.at(GENERATOR.world("chat-only")).page()


def test_every_sample_is_generated() -> None:
    """Whatever sample an example is of, there is a generated record in its place, with its members."""
    assert _RECORDS.keys() == examples._SAMPLES.keys()
    for name, make in _RECORDS.items():
        assert examples._SAMPLES[name].keys() <= make(GENERATOR, WORLD).keys()


def shouting(receipt: ReceiptView) -> Iterator[Problem]:
    if receipt.get("status") == "failed" and receipt.get("error_code") in (30035, "30035"):
        yield Problem(receipt.pointer("error_code"), "is shouted")


def sorted_rows(page: dict[str, Any]) -> Iterator[Problem]:
    dates = [row["date_created"] for row in page["delivery_receipts"]]
    for index in range(1, len(dates)):
        if dates[index] < dates[index - 1]:
            yield Problem(f"/delivery_receipts/{index}/date_created", "is before the row above")


def many_states(history: Any) -> Iterator[Problem]:
    if len(history.states) == 2 and history.states[0].status == "undelivered":
        yield Problem("/Status", "is the second", at=history.states[1].first)


OTHER = "DY" + "0123456789abcdef" * 2
EARLIER = {**sample("receipt"), "sid": OTHER, "date_created": "2026-03-02T09:14:00Z"}
EARLIER["url"] = EARLIER["url"].replace(sample("receipt")["sid"], OTHER)
FAILED = {"/status": "failed", "/error_code": 30035}
AGAIN = {"/params/Status": "undelivered", "/params/ErrorCode": "30003"}


@pytest.mark.parametrize(
    ("on", "check", "bad", "pointer"),
    [
        ("receipt", shouting, Example("receipt", FAILED), "/error_code"),
        ("page", sorted_rows, Example("page", {"/delivery_receipts/-": EARLIER}), "/delivery_receipts/1/date_created"),
        (
            "receipt history",
            many_states,
            Example("webhook", AGAIN, then=Example("webhook", {**AGAIN, "/params/DateUpdated": "2026-03-02T09:15:30.100Z"})),
            "/Status",
        ),
    ],
    ids=["receipt", "page", "history"],
)  # fmt: skip
def test_a_new_rule_has_a_breakage(
    monkeypatch: pytest.MonkeyPatch, on: registry.Subject, check: Any, bad: Example, pointer: str
) -> None:
    """A rule that is registered and nothing else has a breakage, with its finding where its check puts it."""
    for name in ("_rules", "_checks"):
        monkeypatch.setattr(registry, name, {**getattr(registry, name)})
    monkeypatch.setattr(
        registry, "_checks", {each: [*own] for each, own in registry._checks.items()}
    )
    texts = dict.fromkeys(("title", "why", "grounding", "action"), "x")
    registry.rule("new.rule", on=on, severity=Severity.WARNING, bad=bad, **texts)(check)
    monkeypatch.setattr(catalogue, "RULES", (registry.rules()["new.rule"],))
    generator = Generator(Contract.load())
    (breakage,) = of_rules(generator)
    assert breakage.rule == "new.rule"
    if isinstance(breakage, CaptureBreakage):
        capture = breakage.capture(generator, 3)
        found = check_capture(generator.contract, breakage, capture)
        # The history has one status twice, which is a rule of its own.
        own = [each for each in found if each.rule != "timeline.duplicate"]
        assert [(each.rule, each.pointer) for each in own] == [("new.rule", pointer)]
    else:
        assert isinstance(breakage, Breakage)
        assert breakage.pointer == pointer
        assert breakage.body(generator) != rendered(
            generator, breakage.world(generator), breakage.kind
        )


def test_absent_members_are_taken_away() -> None:
    """An example without a member leaves the body without it."""
    assert "account_sid" not in fitted(Example("receipt", {"/account_sid": ABSENT}), RECEIPT)
