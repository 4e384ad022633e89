"""Signatures of webhook requests."""

from __future__ import annotations

import base64
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiptkit.rules.examples import sample
from receiptkit.webhooks import sign, verify, with_body_hash
from receiptkit.webhooks.signature import other_making, url_forms

TOKEN = "12345"
URL = "https://example.com/hook?a=1"
PARAMETERS: dict[str, str] = sample("webhook")["params"]


def test_vectors(reference: Path) -> None:
    """Every vector of the client libraries verifies, and equals our signature."""
    folder = reference / "captured" / "signature"
    vectors: list[dict[str, Any]] = [
        *json.loads((folder / "vectors.json").read_text()),
        *json.loads((folder / "conversations_vectors.json").read_text()),
    ]
    assert len(vectors) == 12
    for vector in vectors:
        parameters = (
            vector["params"]
            if isinstance(vector["params"], dict)
            else [tuple(pair) for pair in vector["params"]]
        )
        body = vector["body"].encode() if "body" in vector else None
        assert sign(vector["url"], vector["auth_token"], parameters) == vector["signature"], vector[
            "name"
        ]
        assert verify(vector["url"], vector["auth_token"], vector["signature"], parameters, body), (
            vector["name"]
        )


def test_a_known_signature() -> None:
    """The algorithm, over made-up data, as it was computed once by hand with openssl."""
    assert (
        sign("https://example.com/", "0" * 32, {"b": ["2", "1", "2"], "a": "x"})
        == "uRUMAwSGs1PC6xbXVcpjGhjuBeo="
    )


@pytest.mark.parametrize(
    ("called", "received"),
    [
        ("https://example.com/hook", "https://example.com:443/hook"),
        ("https://example.com:443/hook", "https://example.com/hook"),
        ("https://example.com/hook", "https://example.com:1234/hook"),
        ("http://example.com:1234/hook", "http://example.com:1234/hook"),
        ("http://example.com:80/hook", "http://example.com/hook"),
        ("https://user:p:w@example.com/hook", "https://user:p:w@example.com:443/hook"),
        ("https://[::1]/hook", "https://[::1]:443/hook"),
        ("https://[::1]:443?x", "https://[::1]?x"),
        ("/hook?x=1", "/hook?x=1"),
    ],
)
def test_ports_come_and_go(called: str, received: str) -> None:
    """A signature holds whether a proxy adds the port or takes it away."""
    assert verify(received, TOKEN, sign(called, TOKEN, PARAMETERS), PARAMETERS)


@pytest.mark.parametrize(
    ("url", "token", "parameters"),
    [
        ("http://example.com/hook?a=1", TOKEN, PARAMETERS),
        ("https://example.com/hook", TOKEN, PARAMETERS),
        ("https://example.com/hook?a=2", TOKEN, PARAMETERS),
        ("https://example.org/hook?a=1", TOKEN, PARAMETERS),
        (URL, "54321", PARAMETERS),
        (URL, TOKEN, {**PARAMETERS, "Status": "read"}),
        (URL, TOKEN, {**PARAMETERS, "More": ""}),
        (URL, TOKEN, {}),
    ],
)
def test_rejects_a_changed_request(url: str, token: str, parameters: dict[str, str]) -> None:
    """A signature of another scheme, path, query, host, token or parameter does not verify."""
    assert not verify(url, token, sign(URL, TOKEN, PARAMETERS), parameters)


def test_repeated_names() -> None:
    """Each distinct value counts once, in any order; a mapping of lists equals pairs."""
    pairs = [("b", "2"), ("a", "1"), ("b", "1"), ("b", "2")]
    assert sign(URL, TOKEN, pairs) == sign(URL, TOKEN, {"a": "1", "b": ["1", "2"]})
    assert sign(URL, TOKEN, pairs) != sign(URL, TOKEN, dict(pairs))


def test_json_bodies() -> None:
    """The hash in the query must be that of the body, and the signature that of the URL."""
    body = b'{"Status": "sent"}'
    url = with_body_hash("https://example.com/hook#rc=1", body)
    assert url.startswith("https://example.com/hook?bodySHA256=")
    assert url.endswith("#rc=1")
    assert with_body_hash("https://example.com/hook?a=b", body).startswith(
        "https://example.com/hook?a=b&bodySHA256="
    )
    signature = sign(url, TOKEN)
    assert verify(url, TOKEN, signature, body=body)
    assert not verify(url, TOKEN, signature, body=body + b" ")
    assert not verify(url, TOKEN, signature)
    assert not verify(url, "x", signature, body=body)


@given(st.text(), st.text(), st.lists(st.tuples(st.text(), st.text())))
def test_anything_can_be_signed(url: str, signature: str, pairs: list[tuple[str, str]]) -> None:
    """No URL, signature or parameter raises; a signed request verifies, and others do not."""
    made = sign(url, TOKEN, pairs)
    assert verify(url, TOKEN, made, pairs) or "bodySHA256" in url
    assert not verify(url, TOKEN, signature, pairs)
    assert url in url_forms(url)


def test_a_request_without_a_signature() -> None:
    """A missing or empty signature does not verify."""
    assert not verify("https://example.com/hook", "12345", None)
    assert not verify("https://example.com/hook", "12345", "")


def test_in_which_way_a_signature_was_made_otherwise() -> None:
    url, pairs = "https://example.com/x", [("b", "2"), ("a", "1")]
    text = f"{url}a1b2".encode()
    right = hmac.digest(TOKEN.encode(), text, "sha1")
    wide = hmac.digest(TOKEN.encode(), text, "sha256")
    unsorted = hmac.digest(TOKEN.encode(), f"{url}b2a1".encode(), "sha1")
    with_port = hmac.digest(TOKEN.encode(), b"https://example.com:443/xa1b2", "sha256")
    for said, expected in {
        right.hex(): "writing",
        right.hex().upper(): "writing",
        base64.urlsafe_b64encode(right).decode(): "writing",
        base64.b64encode(right).decode().rstrip("="): "writing",
        base64.b64encode(wide).decode(): "digest",
        wide.hex(): "digest",
        base64.b64encode(with_port).decode(): "digest",
        base64.b64encode(unsorted).decode(): "order",
        base64.b64encode(b"x" * 20).decode(): None,
        "": None,
        "\xff": None,
        "a": None,
    }.items():
        assert other_making(url, TOKEN, said, pairs) == expected
    assert other_making(url, "another", right.hex(), pairs) is None
