"""A binding contradicts itself only where no channel has such a one."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.rules.bindings import binding
from receiptkit.rules.views import ResourceView

SMS = {"type": "sms", "address": "+15550100001", "proxy_address": "+15550109999"}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({}, None),
        ({"proxy_address": "12345"}, None),
        ({"proxy_address": None}, None),
        ({"address": "+15550100001, +15550100002"}, None),
        ({"type": None}, None),
        ({"type": "line", "address": "line:abc", "proxy_address": "line:d"}, None),
        ({"type": "email", "address": "a@b.test", "proxy_address": "c@b.test"}, None),
        ({"type": "rcs", "address": "rcs:+1555", "proxy_address": "rcs:x"}, None),
        ({"type": "SMS"}, "/messaging_binding/type"),
        ({"type": "whatsapp"}, "/messaging_binding/type"),
        ({"address": "whatsapp:+15550100001"}, "/messaging_binding/type"),
        ({"proxy_address": "+15550100001"}, "/messaging_binding/proxy_address"),
        ({"proxy_address": "whatsapp:+15550109999"}, "/messaging_binding/proxy_address"),
        ({"address": "555-0100"}, "/messaging_binding/address"),
    ],
)
def test_binding(changes: dict[str, Any], pointer: str | None) -> None:
    body = {"sid": "MB1", "identity": None, "messaging_binding": {**SMS, **changes}}
    found = [each.pointer for each in binding(ResourceView(body))]
    assert found == ([pointer] if pointer else [])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"sid": "MB1", "identity": "anna", "messaging_binding": None}, None),
        ({"sid": "MB1", "identity": "anna", "messaging_binding": SMS}, "/x/identity"),
        ({"sid": "MB1", "identity": None, "messaging_binding": [SMS]}, "/x/messaging_binding"),
        ({"sid": "CH1", "messaging_binding": [SMS]}, None),
        ({"sid": None, "messaging_binding": [SMS]}, None),
    ],
)
def test_participant(body: dict[str, Any], pointer: str | None) -> None:
    found = [each.pointer for each in binding(ResourceView(body, "/x"))]
    assert found == ([pointer] if pointer else [])
