"""The url and the links of a message, held against its SIDs."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit import Contract
from receiptkit.rules.examples import sample

MESSAGE = sample("message")
URL: str = MESSAGE["url"]
OTHER = "0123456789abcdef" * 2
GATEWAY = "https://gateway.test/twilio/v1"
METADATA = f"{URL}/ChannelMetadata"
SERVICE = "IS1d5f2a7b4c6e8f90a1b2c3d4e5f60718"
SCOPED = URL.replace("/v1/", f"/v1/Services/{SERVICE}/")


def found(contract: Contract, **change: Any) -> list[tuple[str, str, str]]:
    """Return what is wrong with a message: rule, pointer and message."""
    return [
        (each.rule, each.pointer, each.message) for each in contract.check({**MESSAGE, **change})
    ]


def links(url: str, **more: Any) -> dict[str, Any]:
    return {"delivery_receipts": f"{url}/Receipts", **more}


@pytest.mark.parametrize("member", ["sid", "conversation_sid"])
def test_links_to_another_message_are_reported(contract: Contract, member: str) -> None:
    sid = MESSAGE[member]
    url = URL.replace(sid, sid[:2] + OTHER)
    said = f"names another {member} than the body"
    assert found(contract, links=links(url)) == [
        ("message.url-mismatch", "/links/delivery_receipts", f"delivery_receipts {said}")
    ]
    assert found(contract, links=links(URL, channel_metadata=f"{url}/ChannelMetadata")) == [
        ("message.url-mismatch", "/links/channel_metadata", f"channel_metadata {said}")
    ]
    assert found(contract, url=url) == [("message.url-mismatch", "/url", f"url {said}")]


def test_links_of_another_service_are_reported(contract: Contract) -> None:
    other = SCOPED.replace(SERVICE, f"IS{OTHER}")
    body = {"chat_service_sid": SERVICE, "url": SCOPED, "links": links(other)}
    assert found(contract, **body) == [
        (
            "message.url-mismatch",
            "/links/delivery_receipts",
            "delivery_receipts names another chat_service_sid than the body",
        )
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"links": links(URL, channel_metadata=METADATA)},
        {"links": links(URL.replace("https://conversations.twilio.com/v1", GATEWAY))},
        {"links": links(URL.replace(MESSAGE["conversation_sid"], "support"))},
        {"url": f"{URL}?x=1#y", "links": links(URL)},
        {"chat_service_sid": SERVICE, "url": SCOPED, "links": links(SCOPED)},
    ],
)
def test_links_to_the_message_itself_are_sound(contract: Contract, change: dict[str, Any]) -> None:
    assert [each for each in found(contract, **change) if each[0].startswith("message.")] == []


def test_a_masked_sid_is_one_mistake(contract: Contract) -> None:
    rules = [rule for rule, _, _ in found(contract, sid="IM" + "X" * 32)]
    assert rules == ["schema.pattern"]
