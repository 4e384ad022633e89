"""Reading JSON text: the fast parser, the slow scanner, places."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiptkit.model import pointers
from receiptkit.text.json_locate import LineIndex, elements, offsets
from receiptkit.text.json_scan import scan
from receiptkit.text.json_text import MAX_DEPTH, is_shallow, read

_TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        _TEXT,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_TEXT, inner, max_size=4)),
    max_leaves=12,
)
_STYLES = st.sampled_from(
    [
        {},
        {"indent": 1},
        {"separators": (",", ":")},
        {"ensure_ascii": False},
        {"indent": 2, "separators": (" ,", " : ")},
    ]
)


@given(_VALUES, _STYLES)
def test_reading_gives_the_value(value: Any, style: dict[str, Any]) -> None:
    """Any value, however it is written, is read back without a defect; the scanner reads the same."""
    text = json.dumps(value, **style)
    parsed = read(text.encode())
    assert (parsed.value, parsed.problems, parsed.readable) == (value, (), True)
    scanned = scan(text, MAX_DEPTH)
    assert (scanned.value, scanned.problems, scanned.readable) == (value, [], True)


@given(
    _VALUES,
    st.integers(0, 200),
    st.sampled_from([*'"{}[]:,\\0-1eE.tfn \n\x00u', "\u201c", "é", ""]),
)
def test_reading_broken_text_never_fails(value: Any, at: int, patch: str) -> None:
    """A text changed at one place is read or refused as by the standard library, with a place."""
    text = json.dumps(value)
    at %= len(text)
    text = text[:at] + patch + text[at + 1 :]
    parsed = read(text.encode())
    try:
        expected, readable = json.loads(text), True
    except ValueError:
        expected, readable = None, False
    assert parsed.readable or not readable
    if parsed.readable and not parsed.problems:
        assert parsed.value == expected
    assert all(0 <= problem.offset <= len(text) for problem in parsed.problems)
    assert parsed.readable or parsed.problems


@pytest.mark.parametrize(
    ("text", "rule", "place", "words"),
    [
        ("", "json.syntax", (1, 1), "nothing here"),
        ("  \n ", "json.syntax", (2, 2), "nothing here"),
        (
            '{"a": 1',
            "json.syntax",
            (1, 8),
            "expected a comma or the end of the object, but the text ends",
        ),
        ('{"a": "b', "json.syntax", (1, 9), "ends inside a string"),
        ('{"a": ', "json.syntax", (1, 7), "expected a JSON value, but the text ends"),
        ("{\u201ca\u201d: 1}", "json.syntax", (1, 2), "typographic quote"),
        ("{'a': 1}", "json.syntax", (1, 2), "single quote"),
        ('{"a": None}', "json.syntax", (1, 7), "literal of another language"),
        ('{"a": 1,}', "json.syntax", (1, 8), "comma before the closing bracket"),
        ("[1,\n]", "json.syntax", (1, 3), "comma before the closing bracket"),
        ("[1] // no", "json.syntax", (1, 5), "more after the end"),
        ("// no\n[1]", "json.syntax", (1, 1), "a comment"),
        ("{}\n{}", "json.syntax", (2, 1), "more after the end"),
        ('["\t"]', "json.syntax", (1, 3), "raw control character (U+0009)"),
        ('["\\x"]', "json.syntax", (1, 3), "unknown escape"),
        ("[01]", "json.syntax", (1, 3), "a comma or the end"),
        ("[1\x00]", "json.syntax", (1, 3), "control character (U+0000)"),
        ("[+1]", "json.syntax", (1, 2), "expected a JSON value"),
        ("[tru]", "json.syntax", (1, 2), "expected a JSON value"),
        ('{"é": 1, "é": 2}', "json.duplicate-key", (1, 10), "duplicate"),
        ('{"a": {"b": 1, "\\u0062": 2}}', "json.duplicate-key", (1, 16), "duplicate"),
        ('{"a\\u003a": 1, "a:": 2}', "json.duplicate-key", (1, 16), "duplicate"),
        ("[1, NaN]", "json.not-finite", (1, 5), "NaN and Infinity"),
        ("[-Infinity]", "json.not-finite", (1, 2), "NaN and Infinity"),
        ("[1e400]", "json.not-finite", (1, 2), "double"),
        ("[" + "1" * 100_000 + "]", "json.not-finite", (1, 2), "double"),
        ('["a", "\\ud83d x"]', "json.lone-surrogate", (1, 7), "unpaired surrogate"),
        (
            "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
            "json.too-deep",
            (1, MAX_DEPTH + 1),
            "more than 100 levels",
        ),
        (
            "[" * 100_000 + "]" * 100_000,
            "json.too-deep",
            (1, MAX_DEPTH + 1),
            "more than 100 levels",
        ),
        ('{"a":' * 500 + "1" + "}" * 500, "json.too-deep", (1, 501), "more than 100 levels"),
    ],
)
def test_defects(text: str, rule: str, place: tuple[int, int], words: str) -> None:
    """Each defect of a text is named, in words, at its place in code points."""
    (problem,) = read(text.encode("utf-8", "surrogatepass")).problems
    assert problem.rule == rule
    assert words in problem.message
    assert LineIndex(text).place(problem.offset) == place


@pytest.mark.parametrize(
    ("raw", "words", "readable"),
    [
        ("{}".encode("utf-16"), "UTF-16", False),
        ("{}".encode("utf-16-le"), "UTF-16 or UTF-32 without", False),
        ("{}".encode("utf-32"), "UTF-32", False),
        (b'{"a": "\xff"}', "not UTF-8", False),
        (b'{"a": "\xed\xa0\x80"}', "not UTF-8", False),
        (b"\xef\xbb\xbf{}", "byte order mark", True),
    ],
)
def test_encodings(raw: bytes, words: str, readable: bool) -> None:
    """The problem of another encoding names it; a byte order mark alone is only a warning."""
    parsed = read(raw)
    (problem,) = parsed.problems
    assert (problem.rule, parsed.readable) == ("json.encoding", readable)
    assert words in problem.message
    assert problem.severity == ("warning" if readable else None)


def test_reading_goes_on_where_it_can() -> None:
    """All problems of a text are found, and the rest is still read."""
    parsed = read(b'{"a": NaN, "b": 1, "b": 2, "c": "\\udc00"}')
    assert [(problem.rule, problem.pointer) for problem in parsed.problems] == [
        ("json.not-finite", "/a"),
        ("json.duplicate-key", "/b"),
        ("json.lone-surrogate", "/c"),
    ]
    assert parsed.value == {"a": 0, "b": 2, "c": "\ufffd"}


def test_depth_is_counted_in_brackets_that_nest() -> None:
    """A wide text, or one with brackets in its strings, is not deep."""
    assert read(json.dumps([[{"a": "[[[{{{"}]] * 500).encode()).problems == ()
    assert read(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH).problems == ()
    assert is_shallow(json.dumps([{}] * 5000).encode())
    assert read(json.dumps(["[" * 5000]).encode()).problems == ()


@given(_VALUES, _STYLES)
def test_places_are_those_of_the_values(value: Any, style: dict[str, Any]) -> None:
    """Each pointer's offset is where its value begins."""
    text = json.dumps(value, **style)
    expected = dict(everything(value))
    for pointer, at in offsets(text, expected).items():
        decoded, _ = json.JSONDecoder().raw_decode(text, at)
        assert decoded == expected[pointer]
    if isinstance(value, list):
        assert [json.JSONDecoder().raw_decode(text, at)[0] for at in elements(text)] == value


def everything(value: Any, pointer: str = "") -> list[tuple[str, Any]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [
        (pointer, value),
        *(
            pair
            for key, below in inner
            for pair in everything(below, pointer + pointers.join([key]))
        ),
    ]


def test_a_pointer_that_leads_nowhere_has_the_place_above_it() -> None:
    """A missing member has the place of its parent; of a repeated member, the last one counts."""
    text = '{"a": {"b": 1}, "c": [2], "c": [3]}'
    assert offsets(text, ["/a/x/y", "/z", "/c/0", ""]) == {"/a/x/y": 6, "/z": 0, "/c/0": 32, "": 0}


@given(st.lists(st.one_of(_TEXT, st.integers(0, 99))))
def test_pointers_round_trip(path: list[str | int]) -> None:
    """A pointer splits into the tokens it was joined from."""
    assert pointers.split(pointers.join(path)) == [str(token) for token in path]
