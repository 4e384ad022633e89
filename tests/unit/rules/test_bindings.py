"""A binding contradicts itself only where no channel has such a one."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.model.problem import Problem
from receiptkit.rules.bindings import are_of_two_channels, binding, is_no_address, prefix_of
from receiptkit.rules.views import ResourceView

SMS = {"type": "sms", "address": "+15550100001", "proxy_address": "+15550109999"}
WHATSAPP = {"type": "whatsapp", "address": "whatsapp:+15550100001", "proxy_address": None}
AT = "/x/messaging_binding"
TYPE, ADDRESS, PROXY = f"{AT}/type", f"{AT}/address", f"{AT}/proxy_address"
SMALL = "the type of a binding must be in small letters"
PREFIX = "the type differs from the prefix of address"
OWN = "proxy_address is the participant's own address"
OTHER = "proxy_address is of another channel than address"
FORM = "address is not a number in E.164 form"
BOTH = Problem("/x/identity", "a participant has an identity or an address, not both")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"proxy_address": "12345"},
        {"proxy_address": None},
        {"address": None},
        {"address": None, "proxy_address": None},
        {"address": None, "proxy_address": "whatsapp:+15550100001"},
        {"address": "", "proxy_address": ""},
        {"address": 15550100001},
        {"address": "+15550100001, +15550100002"},
        {"address": "a@example.com"},
        {"type": None},
        {"type": ["sms"]},
        {"type": None, "address": "555-0100"},
        {"type": "whatsapp", "address": None},
        WHATSAPP,
        {"type": "line", "address": "line:abc", "proxy_address": "line:d"},
        {"type": "line", "address": "+15550100001"},
        {"type": "messenger", "address": "messenger:abc", "proxy_address": "messenger:d"},
        {"type": "email", "address": "a@b.test", "proxy_address": "c@b.test"},
        {"type": "rcs", "address": "rcs:+1555", "proxy_address": "rcs:x"},
    ],
)
def test_bindings_of_channels(changes: dict[str, Any]) -> None:
    body = {"sid": "MB1", "identity": None, "messaging_binding": {**SMS, **changes}}
    assert list(binding(ResourceView(body, "/x"))) == []


@pytest.mark.parametrize(
    ("changes", "pointer", "message"),
    [
        ({"type": "SMS"}, TYPE, SMALL),
        # One finding is enough.
        ({"type": "SMS", "address": "rcs:x"}, TYPE, SMALL),
        ({"type": "whatsapp"}, TYPE, PREFIX),
        ({"address": "whatsapp:+15550100001"}, TYPE, PREFIX),
        ({**WHATSAPP, "address": "rcs:x"}, TYPE, PREFIX),
        ({"proxy_address": "+15550100001"}, PROXY, OWN),
        ({"proxy_address": "whatsapp:+15550109999"}, PROXY, OTHER),
        ({**WHATSAPP, "proxy_address": "+15550109999"}, PROXY, OTHER),
        ({"address": "555-0100"}, ADDRESS, FORM),
    ],
)
def test_bindings_of_no_channel(changes: dict[str, Any], pointer: str, message: str) -> None:
    own = {**SMS, **changes}
    body = {"sid": "MB1", "identity": None, "messaging_binding": own}
    value = own[pointer.rpartition("/")[2]]
    expected = [Problem(pointer, message, value=value)]
    assert list(binding(ResourceView(body, "/x"))) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"sid": "MB1", "identity": "anna", "messaging_binding": None}, []),
        ({"sid": "MB1", "identity": "anna", "messaging_binding": {"type": "chat"}}, []),
        ({"sid": "MB1", "identity": "anna", "messaging_binding": SMS}, [BOTH]),
        (
            {"sid": "MB1", "identity": None, "messaging_binding": [SMS]},
            [Problem(AT, "messaging_binding must be an object or null")],
        ),
        ({"sid": "CH1", "messaging_binding": [SMS]}, []),
        ({"sid": None, "messaging_binding": [SMS]}, []),
    ],
)
def test_participant(body: dict[str, Any], expected: list[Problem]) -> None:
    assert list(binding(ResourceView(body, "/x"))) == expected


@pytest.mark.parametrize(
    ("address", "prefix", "is_none"),
    [
        ("whatsapp:+15550100001", "whatsapp", False),
        ("rcs:", "", False),
        ("+15550100001", "", False),
        ("+1 555 010 0001", "", False),
        ("+15550100001,12345", "", False),
        ("a@example.com", "", False),
        ("", "", False),
        ("12", "", True),
        ("+15550100001,anna", "", True),
        ("+15550100001;12345", "", True),
    ],
)
def test_addresses(address: str, prefix: str, is_none: bool) -> None:
    assert prefix_of(address) == prefix
    assert is_no_address(address) is is_none


def test_addresses_of_two_channels() -> None:
    assert are_of_two_channels("rcs:x", "+15550100001")
    assert are_of_two_channels("+15550100001", "rcs:x")
    assert not are_of_two_channels("rcs:x", "rcs:y")
    assert not are_of_two_channels("rcs:x", "")
    assert not are_of_two_channels("", "rcs:x")
