"""Links are parsed so that they compare as a client resolves them."""

from __future__ import annotations

import pytest

from receiptkit.rules.links import (
    ReceiptsPath,
    address_of,
    are_of_one_server,
    origin_of,
    query_of,
    receipts_path,
)
from receiptkit.rules.states import Link, token_of

API = "https://conversations.twilio.com"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Example.com/x?y", "https://example.com"),
        ("https://example.com:443/", "https://example.com"),
        ("http://example.com:80/", "http://example.com"),
        ("http://example.com:443/", "http://example.com:443"),
        ("https://example.com:8443", "https://example.com:8443"),
        ("https://user:x@example.com/", "https://example.com"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("/v1/Conversations", None),
        ("ftp://example.com/", None),
        ("https://", None),
        ("https://example.com:port/", None),
        ("https://[::1/", None),
    ],
)
def test_origin_has_no_default_port(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("url", "other", "expected"),
    [
        (f"{API}/a", f"{API}:443/b", True),
        (f"{API}/a", "/b", True),
        ("/a", f"{API}/b", True),
        (f"{API}/a", "https://conversations.dublin.ie1.twilio.com/b", True),
        (
            "https://conversations.sydney.au1.twilio.com/",
            "https://conversations.us1.twilio.com/",
            True,
        ),
        (f"{API}/a", "http://conversations.twilio.com/a", False),
        (f"{API}/a", f"{API}:8443/a", False),
        (f"{API}/a", f"{API}.example.com/a", False),
        (f"{API}/a", "https://conversations.a.b.c.twilio.com/a", False),
        (f"{API}/a", "https://api.twilio.com/a", False),
        ("https://mock.example.com/a", f"{API}/a", False),
    ],
)
def test_hosts_of_regions_are_one_server(url: str, other: str, expected: bool) -> None:
    assert are_of_one_server(url, other) is expected


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://Example.com:443/A?b#c", "https://example.com/A"),
        ("https://example.com/a#b?c", "https://example.com/a"),
        ("/a?b", "/a"),
        ("a#b", "a"),
    ],
)
def test_address_keeps_the_path_as_it_is(url: str, address: str) -> None:
    assert address_of(url) == address


@pytest.mark.parametrize(
    ("url", "named"),
    [
        (f"{API}/v1/Conversations/CH1/Messages/IM1/Receipts", (None, "CH1", "IM1")),
        (f"{API}/v1/Conversations/CH1/Messages/IM1/Receipts/DY1?a", (None, "CH1", "IM1")),
        (f"{API}/v1/Services/IS1/Conversations/CH1/Messages/IM1/Receipts/", ("IS1", "CH1", "IM1")),
        ("/mock/Services/IS1/Conversations/CH1/Messages/IM1/Receipts#x", ("IS1", "CH1", "IM1")),
    ],
)
def test_path_of_receipts_names_its_scope(url: str, named: tuple[str | None, str, str]) -> None:
    assert receipts_path(url) == ReceiptsPath(*named)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/Conversations/CH1/Messages/IM1",
        "/v1/Conversations/CH1/Messages/IM1/ReceiptsX",
        "/v1/Conversations/CH1/Messages/IM1/Receipts/DY1/x",
        "/v1/Conversations/CH1/Messages/IM1?x=/Conversations/CH1/Messages/IM1/Receipts",
    ],
)
def test_other_paths_name_no_receipts(path: str) -> None:
    assert receipts_path(path) is None


def test_last_of_repeated_parameters_counts() -> None:
    assert query_of("/a?Page=1&Page=2&Token=PT%3A1#x=y") == {"Page": "2", "Token": "PT:1"}


def test_equal_links_differ_in_order_encoding_and_default_port_only() -> None:
    link = Link.of(f"{API}/a?Page=1&PageToken=PT:1")
    assert Link.of("https://CONVERSATIONS.twilio.com:443/a?PageToken=PT%3a1&Page=1#x") == link
    for other in (
        "/a?Page=1&PageToken=pt:1",
        "/A?Page=1&PageToken=PT:1",
        "/a?Page=1",
        "/a?Page=1&Page=1&PageToken=PT:1",
    ):
        assert Link.of(API + other) != link
    assert [token_of(url) for url in (f"{API}/a?PageToken=PT%2B1", f"{API}/a", None)] == [
        "PT+1",
        None,
        None,
    ]
