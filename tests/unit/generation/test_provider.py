"""The Faker provider, used as one uses any."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from faker import Faker

from receiptkit import Contract, UsageError
from receiptkit.generation import SCENARIOS, ReceiptProvider, RefusedError
from receiptkit.webhooks import HEADER, verify


@pytest.fixture
def fake() -> Faker:
    fake = Faker()
    fake.seed_instance(1)
    fake.add_provider(ReceiptProvider)
    return fake


SIDS = {
    "account_sid": "AC",
    "chat_service_sid": "IS",
    "conversation_sid": "CH",
    "message_sid": "IM",
    "participant_sid": "MB",
    "receipt_sid": "DY",
    "channel_message_sid": "SM",
}


def everything(fake: Any) -> list[Any]:
    """Something of each kind that the provider makes."""
    return [
        *(getattr(fake, name)() for name in SIDS),
        fake.receipt_status(),
        fake.receipt_error_code(),
        fake.receipt_world(),
        fake.delivery_receipt(),
        fake.receipt_page(),
        fake.receipt_pages("three-pages"),
        fake.receipt_message(),
        fake.delivery_webhook(),
        fake.delivery_requests("in-order"),
    ]


def test_identifiers(fake: Any) -> None:
    """SIDs have their prefixes, 34 characters, and are not the same twice."""
    for name, prefix in SIDS.items():
        made = [getattr(fake, name)() for _ in range(20)]
        assert all(sid.startswith(prefix) and len(sid) == 34 for sid in made)
        assert len(set(made)) == 20
    assert fake.channel_message_sid("whatsapp").startswith("WA")


def test_a_seed_decides() -> None:
    """The same seed makes the same, another seed something else; nothing else in the process matters."""

    def made(seed: int) -> list[Any]:
        fake = Faker()
        fake.seed_instance(seed)
        fake.add_provider(ReceiptProvider)
        return everything(fake)

    assert made(7) == made(7)
    assert made(7) != made(8)


def test_bodies_conform(fake: Any, contract: Contract) -> None:
    """Objects that the provider makes have no finding."""
    for _ in range(100):
        assert contract.check(fake.delivery_receipt(), operation="receipt") == []
        assert contract.check(fake.delivery_receipt(in_service=True), operation="receipt") == []
        assert contract.check(fake.delivery_webhook(), operation="webhook") == []
        assert contract.check(fake.receipt_message(), operation="message") == []
        assert contract.check(fake.receipt_page(), operation="page") == []
    assert {fake.receipt_status() for _ in range(100)} == {
        "sent",
        "delivered",
        "read",
        "failed",
        "undelivered",
    }
    assert 63000 <= fake.receipt_error_code("whatsapp") < 64000


def test_receipts_as_wanted(fake: Any) -> None:
    """Status, channel and code can be given; the others are drawn to fit."""
    assert {fake.delivery_receipt()["status"] for _ in range(200)} == {
        None,
        "sent",
        "delivered",
        "read",
        "failed",
        "undelivered",
    }
    for _ in range(20):
        assert fake.delivery_receipt(status="read")["channel_message_sid"].startswith("WA")
        failed = fake.delivery_receipt(status="failed", channel_name="whatsapp", error_code=63016)
        assert (failed["status"], failed["error_code"], failed["channel_message_sid"][:2]) == (
            "failed",
            63016,
            "WA",
        )
        assert fake.delivery_receipt(status=None)["date_updated"] is None
        assert fake.delivery_webhook(status="undelivered")["ErrorCode"].isdecimal()
        assert "ErrorCode" not in fake.delivery_webhook(status="sent")
    with pytest.raises(RefusedError, match=r"schema\.enum"):
        fake.delivery_receipt(status="queued")
    with pytest.raises(UsageError, match="no webhook"):
        fake.delivery_webhook(status=None)


def test_keeps_a_given_code(fake: Any) -> None:
    """A given error code is kept: the status becomes a failure, the channel one with such codes."""
    for _ in range(50):
        phone, whatsapp = (
            fake.delivery_receipt(error_code=30003),
            fake.delivery_receipt(error_code=63016),
        )
        assert (phone["error_code"], phone["channel_message_sid"][:2]) == (30003, "SM")
        assert (whatsapp["error_code"], whatsapp["channel_message_sid"][:2]) == (63016, "WA")
        assert {phone["status"], whatsapp["status"]} <= {"failed", "undelivered"}
        assert fake.delivery_webhook(error_code=30003)["ErrorCode"] == "30003"
        for none in (0, None):
            receipt = fake.delivery_receipt(error_code=none)
            assert receipt["error_code"] == none
            assert receipt["status"] in (None, "sent", "delivered", "read")
    assert fake.delivery_receipt(status="sent", error_code=0)["error_code"] == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"status": "sent", "error_code": 30003}, "an error code is that of failed or undelivered"),
        ({"status": None, "error_code": 30003}, "an error code is that of failed or undelivered"),
        ({"status": "failed", "error_code": 0}, "a failure has an error code"),
        ({"status": "undelivered", "error_code": None}, "a failure has an error code"),
        ({"error_code": "30003"}, "error_code must be a number such as 30003, not '30003'"),
        ({"error_code": True}, "error_code must be a number such as 30003, not True"),
    ],
)
def test_refuses_contradictory_receipts(fake: Any, given: dict[str, Any], message: str) -> None:
    """A contradictory receipt is refused, not changed."""
    with pytest.raises(UsageError) as caught:
        fake.delivery_receipt(**given)
    assert str(caught.value).endswith(message)


def test_worlds_by_scenario(fake: Any) -> None:
    """Pages, messages and requests are those of the scenario that is named."""
    assert [len(page["delivery_receipts"]) for page in fake.receipt_pages("three-pages")] == [
        20,
        20,
        10,
    ]
    assert fake.receipt_message("chat-only")["delivery"] is None
    assert {fake.receipt_world().scenario for _ in range(300)} == set(SCENARIOS)
    (sent, *_) = fake.delivery_requests(
        "in-order", url="https://example.com/hook", method="GET", auth_token="12345"
    )
    assert verify(sent.url, "12345", sent.headers[HEADER])


def test_another_contract() -> None:
    """A provider can be given a contract of one's own."""
    fake = Faker()
    fake.add_provider(ReceiptProvider(fake, Contract.load("vendor")))
    assert fake.delivery_receipt(status="sent")["error_code"] == 0


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [("ReceiptProvider", "faker", "faker"), ("strategies", "hypothesis", "hypothesis")],
)
def test_without_the_package(name: str, module: str, extra: str) -> None:
    """Without Faker or Hypothesis the rest works; what needs them says what to install."""
    code = f"""
import sys
sys.modules[{module!r}] = sys.modules["{module}.providers"] = None
from receiptkit.generation import Generator
assert Generator().world("agent-and-sms").receipts
try:
    from receiptkit.generation import {name}
except Exception as error:
    print(type(error).__name__, error)
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.startswith("UsageError")
    assert f"pip install 'receiptkit[{extra}]'" in result.stdout
