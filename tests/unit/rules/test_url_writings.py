"""A URL is written in the ways that libraries have, in order, each with its cause."""

from __future__ import annotations

import pytest

from receiptkit.rules.url_writings import paths_otherwise, written_otherwise

HOST = "the URL has another spelling of the scheme or the host: validate the configured one"
QUERY = "an empty query was dropped: keep the `?`"


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://a.example/x?y=1", []),
        ("https://127.0.0.1:80/x?y", []),
        ("https://A.Example:8443/x?y=1", ["https://a.example:8443/x?y=1"]),
        ("HTTPS://a.example/x?y", ["https://a.example/x?y"]),
        (
            "https://B\u00dcCHER.example:8443/x?y",
            [
                "https://b\u00fccher.example:8443/x?y",
                "https://xn--bcher-kva.example:8443/x?y",
            ],
        ),
        ("https://xn--bcher-kva.example/x?y", ["https://b\u00fccher.example/x?y"]),
        (
            "https://[2001:DB8::1]:8443/x?y",
            [
                "https://[2001:db8::1]:8443/x?y",
                "https://[2001:0db8:0000:0000:0000:0000:0000:0001]:8443/x?y",
            ],
        ),
        (
            "https://[2001:db8:0:0::1]/x?y",
            [
                "https://[2001:db8::1]/x?y",
                "https://[2001:0db8:0000:0000:0000:0000:0000:0001]/x?y",
            ],
        ),
        (
            f"https://\u00fc.{'a' * 60}:8443/x?y",
            [f"https://xn--tda.{'a' * 60}:8443/x?y"],
        ),
        ("https://[v1.a]/x?y", []),
        # No such hosts are in the domain name system.
        ("https://a..b/x?y", []),
        (f"https://{'a' * 64}.example/x?y", []),
        ("https://xn--a.example/x?y", []),
    ],
)
def test_other_spellings_of_the_host(url: str, hosts: list[str]) -> None:
    assert list(written_otherwise(url)) == [(each, HOST) for each in hosts]


def test_an_empty_query_may_have_been_dropped() -> None:
    assert list(written_otherwise("https://a.example/x")) == [("https://a.example/x?", QUERY)]
    assert list(written_otherwise("https://A.example/x?")) == [
        ("https://A.example/x", HOST),
        ("https://a.example/x", HOST),
        ("https://A.example/x?", QUERY),
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a", []),
        ("/a-_.~b%:@!$&'()*+,;=", []),
        ("/a%2fb%3Dc", ["/a%2Fb%3Dc", "/a%2fb%3dc", "/a/b=c"]),
        ("/a%2Fb", ["/a%2fb", "/a/b"]),
        ("/a%2fb", ["/a%2Fb", "/a/b"]),
        ("/%C3%A9", ["/%c3%a9", "/\u00e9"]),
        ("/\u00e9|b", ["/%C3%A9%7Cb"]),
    ],
)
def test_other_spellings_of_a_path(path: str, expected: list[str]) -> None:
    assert paths_otherwise(path) == expected
