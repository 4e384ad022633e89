"""The servers of a document: its address, and the beginnings of request paths."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.openapi.servers import Prefixes, server_of


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        (None, None),
        ("https://example.com", None),
        (
            [3, {"url": 5}, {"url": "/v1"}, {"url": "https://example.com/api/"}],
            "https://example.com/api",
        ),
        ([{"url": "http://localhost:3000"}], "http://localhost:3000"),
        (
            [
                {
                    "url": "https://{area}.example.com/{none}",
                    "variables": {"area": {"default": "ie1"}, "other": 3},
                }
            ],
            "https://ie1.example.com/{none}",
        ),
        ([{"url": "{scheme}://x", "variables": {"scheme": {}}}], None),
        (
            [{"url": "https://{area}example.com/X", "variables": {"area": {}}}],
            "https://example.com/X",
        ),
    ],
)
def test_the_server_of_a_document(servers: Any, expected: str | None) -> None:
    """The first server with a scheme and a host counts, with the defaults of its variables."""
    assert server_of({"servers": servers}) == expected


@pytest.mark.parametrize(
    ("document", "path", "expected"),
    [
        ({}, "/v1/x", [0]),
        ({"servers": [{"url": "https://h/v1"}]}, "/v1/x", [3, 0]),
        ({"servers": [{"url": "https://h/v1/"}]}, "/v2/x", [0]),
        ({"servers": [{"url": "/{v}", "variables": {"v": {"default": "v1"}}}]}, "/v9/x", [0, 3]),
        (
            {"servers": [{"url": "/{v}", "variables": {"v": {"default": "v1", "enum": ["v2"]}}}]},
            "/v2/x",
            [3, 0],
        ),
        (
            {"servers": [{"url": "/{v}", "variables": {"v": {"default": "v1", "enum": ["v2"]}}}]},
            "/v9/x",
            [0],
        ),
        ({"paths": {"/x": {"servers": [{"url": "/v1"}]}}}, "/v1/x", [3, 0]),
        ({"paths": {"/x": {"get": {"servers": [{"url": "/v1"}]}}}}, "/v1/x", [3, 0]),
        ({"servers": [3, {"url": 5}], "paths": [1]}, "/v1/x", [0]),
    ],
)
def test_prefixes(document: dict[str, Any], path: str, expected: list[int]) -> None:
    assert list(Prefixes(document).ends(path)) == expected


def test_a_server_of_very_many_addresses() -> None:
    names = "abcdefgh"
    url = "https://h" + "".join(f"/{{{name}}}" for name in names)
    variables = {
        name: {"default": "0", "enum": [str(number) for number in range(100)]} for name in names
    }
    ends = list(Prefixes({"servers": [{"url": url, "variables": variables}]}).ends("/0" * 8 + "/x"))
    assert ends == [16, 0]
