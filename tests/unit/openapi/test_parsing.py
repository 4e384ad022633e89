"""YAML and JSON are read as OpenAPI means them: only values of JSON, and none lost silently."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from receiptkit import DocumentError
from receiptkit.openapi.parsing import Parsed, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-05-11", "2026-05-11"),
        ("2026-05-11T05:33:48Z", "2026-05-11T05:33:48Z"),
        ("2026-05-11 05:33:48.5 +2", "2026-05-11 05:33:48.5 +2"),
        ("!!timestamp 2026-05-11", "2026-05-11"),
        ("12:30:45", "12:30:45"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("n", "n"),
        ("=", "="),
        ("1_000", "1_000"),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("+5", 5),
        ("-0", 0),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        (".nan", ".nan"),
        ("-.inf", "-.inf"),
        ("1e999", "1e999"),
        ("~", None),
        ("", None),
        ("''", ""),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("!!binary aGk=", "aGk="),
        ("!Ref x", "x"),
        ("!!python/object/apply:os.system [id]", ["id"]),
        ("'2026-05-11'", "2026-05-11"),
    ],
)
def test_scalars(text: str, value: Any) -> None:
    for document in (f"a: {text}\n", f"a:\n  {text}\n"):
        assert parse(document.encode(), "x").content == {"a": value}


def test_names_are_text() -> None:
    raw = b"200: a\ntrue: b\n2026-01-01: c\n~: d\n1.0: e\n&n on: f\ng: *n\n"
    names = {"200": "a", "true": "b", "2026-01-01": "c", "~": "d", "1.0": "e", "on": "f", "g": "on"}
    assert parse(raw, "x") == Parsed(names)


def test_aliases_and_merges() -> None:
    raw = b"a: &a {b: 1, c: 2}\nd: *a\ne: {<<: *a, c: 3}\nf: {<<: [{c: 4, g: 5}, *a]}\nh: {<<: 6}\n"
    both = {"b": 1, "c": 2}
    assert parse(raw, "x").content == {
        "a": both,
        "d": both,
        "e": {"b": 1, "c": 3},
        "f": {"b": 1, "c": 4, "g": 5},
        "h": {"<<": 6},
    }


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"a: *b\n", "line 1: the alias *b refers to nothing"),
        (b"a: &a\n  b: *a\n", "line 2: the alias *a refers to a value that contains it"),
        (b"a: &a [[*a]]\n", "line 1: the alias *a refers to a value that contains it"),
        (b"a: 1\n---\nb: 2\n", "holds more than one YAML document"),
        (b"? [a]\n: 1\n", "line 1: a name that is a list or an object"),
        (b"? {a: 1}\n: 1\n", "line 1: a name that is a list or an object"),
        (b"a: " + b"[" * 200 + b"]" * 200, "line 1: nested deeper than 100"),
        (b"[" * 100_000, None),
        (b'{"a":' * 100_000, None),
        (b'{"a": 1,}', None),
        (b"a: \xff\n", None),
        (b"\xff\xfea\0", None),
        (b'{"a": 1', None),
    ],
)
def test_refuses_unsafe_documents(raw: bytes, message: str | None) -> None:
    try:
        parsed = parse(raw, "x")
    except DocumentError as error:
        assert "\n" not in str(error)  # noqa: PT017 # some are read
        assert message is None or str(error) == f"x: {message}"  # noqa: PT017
    else:
        assert message is None
        assert parsed.content == {"a": 1}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_members_that_come_twice(mark: bytes) -> None:
    assert parse(mark + b"a: 1\nb: {c: 1, c: 2}\na: 3\n", "x") == Parsed(
        {"a": 3, "b": {"c": 2}}, ("`c` at line 2", "`a` at line 3")
    )
    assert parse(mark + b'{"a": 1,\n "a": 2}', "x") == Parsed({"a": 2}, ("`a` at line 2",))


def test_flow_style_is_no_json() -> None:
    assert parse(b"{a: [b, 'c'], d: 2026-01-01}", "x").content == {
        "a": ["b", "c"],
        "d": "2026-01-01",
    }


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda each: abs(each) < math.inf)
    | st.text(
        st.characters(
            codec="utf-8",
            exclude_categories=("Cc", "Cs"),
            exclude_characters="\ufeff\u2028\u2029\x85",
        )
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abcß~ ", max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text("abc", min_size=1), VALUES))
def test_reads_documents_of_other_writers(document: dict[str, Any]) -> None:
    """A document that PyYAML or json wrote has the same content when it is read."""
    assert parse(json.dumps(document).encode(), "x").content == document
    text = yaml.safe_dump(document, allow_unicode=True)
    assert parse(text.encode(), "x").content == document
