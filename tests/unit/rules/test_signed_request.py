"""A signature covers one of the URLs that Twilio may have called, and the parameters."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit import WebhookRequest
from receiptkit.model.exchange import NOT_CAPTURED
from receiptkit.rules.signed_request import (
    HEADER,
    other_urls,
    public_urls,
    signed_form,
    signed_parameters,
    unjudged_reason,
)

SIGNED = {HEADER: "c2lnbmF0dXJl"}
HASHED = "https://a.example.com/x?bodySHA256=00"


def request(
    url: str = "https://a.example.com/x", method: str = "POST", body: Any = "", **headers: str
) -> WebhookRequest:
    """Return a request; names of headers have underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return WebhookRequest(url=url, headers=named, body=body, method=method)


@pytest.mark.parametrize(
    ("url", "headers", "expected"),
    [
        # The log has the whole URL: the headers add one only if they leave nothing open.
        ("https://a.test/x", {}, ["https://a.test/x"]),
        ("https://a.test/x", {"Host": "b.test"}, ["https://a.test/x"]),
        ("https://a.test/x", {"X-Forwarded-Proto": "http"}, ["https://a.test/x"]),
        (
            "http://a.test:3000/x?y=1",
            {"Host": "b.test", "X-Forwarded-Proto": "HTTPS"},
            ["http://a.test:3000/x?y=1", "https://b.test/x?y=1"],
        ),
        ("http://a.test/x", {"Host": "b.test", "X-Forwarded-Proto": "https, http"}, 1),
        ("http://a.test/x", {"Host": "b.test,c.test", "X-Forwarded-Proto": "https"}, 1),
        ("http://a.test/x", {"Host": "b.test", "X-Forwarded-Proto": "wss"}, 1),
        # The log has a path.
        ("/x?y=1", {"Host": "b.test"}, ["https://b.test/x?y=1", "http://b.test/x?y=1"]),
        ("/x", {"Host": "b.test", "X-Forwarded-Proto": "http"}, ["http://b.test/x"]),
        ("/x", {"Host": "b.test", "X-Forwarded-Proto": "http, https"}, ["http://b.test/x"]),
        (
            "/x",
            {"Host": " b.test:81 ", "X-Forwarded-Proto": " https , http"},
            ["https://b.test:81/x"],
        ),
        (
            "/x",
            {"X-Forwarded-Host": "a.test, b.test, a.test", "X-Forwarded-Proto": "https"},
            ["https://a.test/x", "https://b.test/x"],
        ),
        (
            "/x",
            {"X-Forwarded-Host": "a.test", "X-Original-Host": "b.test", "Host": "c.test"},
            ["https://a.test/x", "http://a.test/x"],
        ),
        (
            "/x",
            {"X-Original-Host": "b.test", "Forwarded": "host=c.test", "Host": "d.test"},
            ["https://b.test/x", "http://b.test/x"],
        ),
        (
            "/x",
            {"Forwarded": 'for=1.2.3.4; HOST="c.test:8443" ;Proto=HTTPS;by=x', "Host": "d.test"},
            ["https://c.test:8443/x"],
        ),
        (
            "/x",
            {"Forwarded": "proto=http;host=c.test, host=d.test;proto=https"},
            ["http://c.test/x", "http://d.test/x"],
        ),
        (
            "/x",
            {"Forwarded": "host=c.test;proto=http", "X-Forwarded-Proto": "https"},
            ["https://c.test/x"],
        ),
        # Nothing that can be called.
        ("/x", {}, []),
        ("/x", {"Host": ""}, []),
        ("/x", {"Host": "b.test/y"}, []),
        ("/x", {"Host": "b.test:0"}, []),
        ("/x", {"Host": "b.test:port"}, []),
        ("/x", {"Host": "me@b.test"}, []),
        ("/x", {"Host": "b.test?y"}, []),
        ("/x", {"Host": "b.test#y"}, []),
        ("/x", {"Host": "b c.test"}, []),
        ("/x", {"Host": "[::1"}, []),
        ("x", {"Host": "b.test"}, []),
        ("", {"Host": "b.test"}, []),
        ("ftp://b.test", {"Host": "b.test"}, []),
        ("https://a.test:0/x", {"Host": "b.test"}, []),
        ("https://[::1/x", {"Host": "b.test"}, []),
    ],
)
def test_urls_that_were_certainly_called(
    url: str, headers: dict[str, str], expected: list[str] | int
) -> None:
    found = public_urls(WebhookRequest(url=url, headers=headers, body="", method="POST"))
    assert found == ([url] if expected == 1 else expected)


TLS = "it is over {}://…: a proxy ends TLS; validate against the public URL"
SLASH = "it is over the URL with or without a slash at the end of the path"
NO_QUERY = "it is over the URL without its query: keep the query as it was called"
QUERY = "the query was re-encoded after it was signed: validate the URL that was called"
ORDER = "the parameters of the query were put in another order: keep the query as it was called"
PREFIX = (
    "a proxy or gateway took a prefix from the path, such as its stage: "
    "validate against the public URL"
)
HOST = "it is over the host that {} names: validate against the public URL"


def others(cause: str, url: str, **headers: str) -> list[str]:
    """Return the URLs with a cause, in their order."""
    return [each for each, why in other_urls(request(url, **headers)) if why == cause]


def test_every_other_url_has_a_known_cause() -> None:
    hosts = {"X_Forwarded_Host": "b.test, c.test", "X_Original_Host": "d.test", "Host": "e.test"}
    found = other_urls(request("https://a.test/x/y?b=1&c=%20", Forwarded="host=f.test", **hosts))
    headers = ("first entry of X-Forwarded-Host", "last entry of X-Forwarded-Host")
    assert list(dict.fromkeys(cause for _, cause in found)) == [
        TLS.format("http"),
        *(HOST.format(f"the {each}") for each in headers),
        *(HOST.format(each) for each in ("X-Forwarded-Host", "Forwarded", "the Host header")),
        NO_QUERY,
        SLASH,
        QUERY,
        ORDER,
        PREFIX,
    ]


def test_other_schemes_and_hosts() -> None:
    assert others(TLS.format("http"), "https://a.test/x?y=1") == ["http://a.test/x?y=1"]
    assert others(TLS.format("https"), "http://a.test/x") == ["https://a.test/x"]
    assert others(HOST.format("the Host header"), "http://a.test/x?y=1", Host="b.test") == [
        "https://b.test/x?y=1",
        "http://b.test/x?y=1",
    ]
    listed = {"X_Forwarded_Host": "b.test,c.test,d.test"}
    first, last = (f"the {each} entry of X-Forwarded-Host" for each in ("first", "last"))
    assert others(HOST.format(first), "http://a.test/x", **listed) == [
        "https://b.test/x",
        "http://b.test/x",
    ]
    assert others(HOST.format(last), "http://a.test/x", **listed) == [
        f"{scheme}://{host}.test/x" for host in "cd" for scheme in ("https", "http")
    ]


def test_paths_with_and_without_a_slash() -> None:
    assert others(SLASH, "https://a.test/x?y=1") == [
        "https://a.test/x/?y=1",
        "http://a.test/x/?y=1",
    ]
    assert others(SLASH, "http://a.test/x/") == ["http://a.test/x", "https://a.test/x"]
    # The hosts of headers are tried with each change of the path, too.
    assert others(SLASH, "http://a.test/x", Host="b.test") == [
        f"{scheme}://{host}.test/x/"
        for host, scheme in (
            *(("a", "http"), ("a", "https"), ("b", "https"), ("b", "http")),
            *(("b", "http"), ("b", "https")),
        )
    ]


def test_queries_that_were_dropped_or_put_in_another_order() -> None:
    assert others(NO_QUERY, "https://a.test/x?y=1") == ["https://a.test/x"]
    assert others(NO_QUERY, "https://a.test/x") == []
    at = "https://a.test/x?"
    three = ("a&b&c", "a&c&b", "b&a&c", "b&c&a", "c&a&b", "c&b&a")
    assert others(ORDER, f"{at}a&b&c") == [f"{at}{each}" for each in three]
    assert len(others(ORDER, f"{at}a&b&c&d")) == 24
    assert others(ORDER, f"{at}a&b&c&d&e") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "a=1+2%20b'%27%2f%2F%C3%a9!%7E%2b&c=&d=x=",
            [
                "a=1%202%20b'%27%2f%2F%C3%a9!%7E%2b&c=&d=x=",
                "a=1+2+b'%27%2f%2F%C3%a9!%7E%2b&c=&d=x=",
                "a=1%2B2%20b'%27%2f%2F%C3%a9!%7E%2b&c=&d=x=",
                "a=1+2%20b%27%27%2f%2F%C3%a9!%7E%2b&c=&d=x=",
                "a=1+2%20b''%2f%2F%C3%a9!%7E%2b&c=&d=x=",
                "a=1+2%20b'%27%2F%2F%C3%A9!%7E%2B&c=&d=x=",
                "a=1+2%20b'%27%2f%2f%c3%a9!%7e%2b&c=&d=x=",
                "a=1+2 b''//%C3%a9!~%2b&c=&d=x=",
                "a=1+2%20b%27%27%2f%2F%C3%a9%21%7E%2b&c=&d=x=",
                "a=1+2 b''//é!~+&c=&d=x=",
                "a=1+2%20b''//%C3%a9!~%2b&c=&d=x=",
                "a=1+2+b''//%C3%a9!~%2b&c=&d=x=",
                "a=1+2%20b'%27%2f%2F%C3%a9!%7E%2b&c&d=x",
            ],
        ),
        ("a=1%2B2", ["a=1+2", "a=1%2b2"]),
        ("a=1", []),
        ("", []),
    ],
)
def test_encodings_of_a_query(query: str, expected: list[str]) -> None:
    assert others(QUERY, f"https://a.test/x?{query}") == [
        f"https://a.test/x?{each}" for each in expected
    ]


def test_prefixes_that_were_taken_away() -> None:
    found = others(PREFIX, "https://a.test/x?y=1")
    https = [each for each in found if each.startswith("https:")]
    assert found == https + [each.replace("https", "http") for each in https]
    assert https == [
        f"https://a.test/{stage}/x?y=1"
        for stage in (
            *("prod", "production", "live", "main", "default", "$default", "stage", "staging"),
            *("stg", "test", "qa", "uat", "dev", "development", "beta", "preview", "v1", "v2"),
            *("api", "latest"),
        )
    ]
    deeper = others(PREFIX, "https://a.test/x/y/z")
    assert "https://a.test/y/z" in deeper
    assert "http://a.test/y/z" in deeper
    assert "https://a.test/y/z" in others(PREFIX, "https://a.test//y/z")


@pytest.mark.parametrize(
    ("headers", "path"),
    [
        ({"X_Original_URI": "/p/x?z=2"}, "/p/x"),
        ({"X_Original_URL": "/p/x"}, "/p/x"),
        ({"X_Rewrite_URL": "/p/x"}, "/p/x"),
        ({"X_Forwarded_URI": "/p/x"}, "/p/x"),
        ({"X_Forwarded_Prefix": "/p"}, "/p/x"),
        ({"X_Forwarded_Prefix": "p/"}, "/p/x"),
        ({"X_Forwarded_Prefix": "/X/"}, "/X/x"),
        ({"X_Forwarded_Prefix": " /p/q/ , /r"}, "/p/q/x"),
    ],
)
def test_prefixes_that_headers_name(headers: dict[str, str], path: str) -> None:
    found = others(PREFIX, "https://a.test/x?y=1", **headers)
    assert found[0] == f"https://a.test{path}?y=1"
    assert len(found) == 42


@pytest.mark.parametrize("headers", [{"X_Original_URI": "p/x"}, {"X_Forwarded_Prefix": " / "}])
def test_headers_that_name_no_prefix(headers: dict[str, str]) -> None:
    assert len(others(PREFIX, "https://a.test/x", **headers)) == 40


UNKNOWN_URL = "the URL that was called is unknown"
PARSED = "a JSON body was logged parsed, and its hash needs the bytes"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (request(), "no headers were captured"),
        (request(Host="a.test"), None),
        (request(**SIGNED), None),
        (request("/x", **SIGNED), UNKNOWN_URL),
        (request("/x", "GET", **SIGNED), UNKNOWN_URL),
        (request(method="get", body=NOT_CAPTURED, **SIGNED), None),
        (request(body=NOT_CAPTURED, **SIGNED), "no body was captured"),
        (request(body={"Status": "sent"}, **SIGNED), None),
        (request(HASHED, body={"Status": "sent"}, **SIGNED), PARSED),
        (request(HASHED, body='{"Status": "sent"}', **SIGNED), None),
        (request(body={}, Content_Type="application/JSON", **SIGNED), PARSED),
        (request(body={}, Content_Type="text/plain", **SIGNED), None),
        (request(body=[1], **SIGNED), PARSED),
    ],
)
def test_reasons_why_a_signature_cannot_be_checked(
    seen: WebhookRequest, expected: str | None
) -> None:
    assert unjudged_reason(seen) == expected


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (request(method="get", body="a=1"), ([], None)),
        (request(body={"a": "1", "b": ["2", 3]}), ([("a", "1"), ("b", "2"), ("b", "3")], None)),
        (request(body="a=1&b=%C3%A9+\n"), ([("a", "1"), ("b", "é ")], b"a=1&b=%C3%A9+\n")),
        (request(body=b"a=\xff&a="), ([("a", "\ufffd"), ("a", "")], b"a=\xff&a=")),
        (request(body='{"a": 1}'), ([], b'{"a": 1}')),
        (
            request(
                body="a=%E9", Content_Type="application/x-www-form-urlencoded; charset=iso-8859-1"
            ),
            ([("a", "é")], b"a=%E9"),
        ),
        (request(body=[1]), ([], None)),
    ],
)
def test_parameters_that_a_signature_is_over(seen: WebhookRequest, expected: Any) -> None:
    assert signed_parameters(seen) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"method": "get"},
        {"body": {"b": "1"}},
        {"body": "[1]"},
        {"url": HASHED},
        {"url": "/x"},
        {"url": "https://a.test:0/x"},
    ],
)
def test_the_text_of_a_posted_form(change: dict[str, Any]) -> None:
    form = {"body": "b=1&a=2", **SIGNED}
    expected = ("https://a.example.com/xa2b1", SIGNED[HEADER])
    assert signed_form(request(**form)) == expected
    assert signed_form(request(**{**form, **change})) is None
    assert signed_form(request(body="b=1&a=2")) is None
