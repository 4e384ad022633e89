"""Schemas as the engine evaluates them: accelerated, with advice and without."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import pytest

from receiptkit import DocumentError
from receiptkit.schema.engine import Engine
from receiptkit.schema.rewriting import (
    ADVICE,
    ENTRY,
    accelerated,
    has_inverted_formats,
    rewritten,
    with_advice,
    without_advice,
)

TEXT = {"type": "string"}
REFERENCE = {"$ref": "#/components/schemas/leaf"}


def test_a_date_without_a_fraction_is_a_short_one() -> None:
    whole = {"pattern": "^[^.]*$"}
    date = accelerated({"format": "date-time", "allOf": [whole]})
    assert date == {"format": "date-time", "maxLength": 20, "pattern": "^2"}
    assert accelerated({"format": "uri", "allOf": [whole]})["pattern"] == "^[^.]*$"


def test_without_advice() -> None:
    """Advice can be removed anywhere in a schema; schemas without it do not change."""
    schema = {
        "x-receiptkit-advice": [],
        "properties": {"a": {"x-receiptkit-advice": [{}], **TEXT}},
        "items": TEXT,
    }
    assert rewritten(schema, without_advice) == {"properties": {"a": TEXT}, "items": TEXT}


def test_advice_does_not_decide_whether_a_body_conforms() -> None:
    """A value that violates only advice conforms."""
    advice = [{"rule": "ours.short", "severity": "warning", "schema": {"maxLength": 3}}]
    schema = Engine({}).body({"type": "string", "x-receiptkit-advice": advice})
    assert [schema.conforms(value) for value in ("abc", "abcd", 3)] == [True, True, False]
    assert [schema.is_clean(value) for value in ("abc", "abcd", 3)] == [True, False, False]


# -- every schema, and what a schema is made of


def test_every_schema_is_rewritten() -> None:
    """Schemas are rewritten, the innermost first; values, member names and advice are not."""
    schema = {
        "const": {"a": 1},
        "x-receiptkit-source": {"const": {}},
        ADVICE: [{"rule": "a.b", "severity": "info", "schema": {}}],
        "properties": {"const": {"enum": [{}]}, "open": True},
        "allOf": [{"items": {}}, True],
        "not": {},
        "minLength": 1,
    }
    seen: list[dict[str, Any]] = []

    def mark(each: dict[str, Any]) -> dict[str, Any]:
        seen.append(each)
        return {**each, "seen": len(seen)}

    assert rewritten(schema, mark) == {
        "const": {"a": 1},
        "x-receiptkit-source": {"const": {}},
        ADVICE: [{"rule": "a.b", "severity": "info", "schema": {}}],
        "properties": {"const": {"enum": [{}], "seen": 1}, "open": True},
        "allOf": [{"items": {"seen": 2}, "seen": 3}, True],
        "not": {"seen": 4},
        "minLength": 1,
        "seen": 5,
    }


def test_advice_comes_after_the_schema() -> None:
    """Advice is appended to `allOf`; grouped advice is appended with its condition."""
    one, two = (
        {"rule": f"our.{name}", "severity": "warning", "schema": {"const": name}}
        for name in ("one", "two")
    )
    marked = [
        {ENTRY: {"rule": f"our.{name}", "severity": "warning"}, "allOf": [{"const": name}]}
        for name in ("one", "two")
    ]
    folded = with_advice(
        {"allOf": [TEXT], ADVICE: [one, {"unless": {"const": 3}, "advice": [two]}]}
    )
    assert folded == {
        "allOf": [TEXT, marked[0], {"if": {"const": 3}, "else": {"allOf": [marked[1]]}}]
    }
    assert with_advice({ADVICE: []}) == {"allOf": []}
    assert with_advice({"type": "string"}) == TEXT


AN_ENTRY = "an entry of x-receiptkit-advice must be {rule, severity: error|warning|info, schema}"
A_LIST = "x-receiptkit-advice must be a list of entries"


@pytest.mark.parametrize(
    ("schema", "message", "at"),
    [
        ({"allOf": 5}, "allOf must be a list of schemas", ""),
        ({"allOf": {"required": ["a"]}}, "allOf must be a list of schemas", ""),
        ({"required": None}, "required must be a list of names", ""),
        ({"required": [["a"]]}, "required must be a list of names", ""),
        ({"items": {"required": "a"}}, "required must be a list of names", " at items"),
        ({"properties": ["a"]}, "properties must be an object with a schema for each name", ""),
        ({"minProperties": "3"}, "minProperties must be a number", ""),
        ({"items": {"minProperties": None}}, "minProperties must be a number", " at items"),
        ({"minProperties": True}, "minProperties must be a number", ""),
    ],
)
def test_refuses_invalid_schemas(schema: dict[str, Any], message: str, at: str) -> None:
    """An invalid schema is refused with its place before it is combined."""
    with pytest.raises(DocumentError, match=f"^the contract document{at}: {message}$"):
        rewritten(schema, without_advice)
    assert rewritten({"properties": {"required": {"allOf": []}, "allOf": True}}, without_advice)


@pytest.mark.parametrize(
    ("advice", "message"),
    [
        ("none", A_LIST),
        ({}, A_LIST),
        ([3], A_LIST),
        ([{"unless": {}, "advice": 3}], A_LIST),
        ([{}], AN_ENTRY),
        ([{"unless": {}}], AN_ENTRY),
        ([{"rule": "a.b", "severity": "info"}], AN_ENTRY),
        ([{"rule": "a.b", "severity": "bad", "schema": {}}], AN_ENTRY),
    ],
)
def test_refuses_invalid_advice(advice: Any, message: str) -> None:
    """Invalid advice is refused in one line."""
    with pytest.raises(DocumentError) as caught:
        with_advice({ADVICE: advice})
    assert str(caught.value) == f"the contract document: {message}"


PATTERN = {"properties": {"a": {"pattern": "x"}}}
PLAIN = {"properties": {"a": {"type": "string"}, "b": True}}
URI = "^https://[A-Za-z0-9.-]+/"


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (
            {"type": "string", "allOf": [{"allOf": [{"minLength": 1}, {"maxLength": 2}]}]},
            {**TEXT, "minLength": 1, "maxLength": 2},
        ),
        ({ENTRY: {"rule": "a.b"}, "allOf": [TEXT]}, TEXT),
        ({"format": "date-time"}, {"format": "date-time", "pattern": "^2"}),
        (
            {"format": "uri", "pattern": "^h"},
            {"format": "uri", "pattern": "^h", "allOf": [{"pattern": URI}]},
        ),
        ({"format": "email"}, None),
        ({"format": 3}, None),
        (
            {"pattern": "^DY[0-9a-f]{32}$", "minLength": 34, "maxLength": 34},
            {"pattern": "^DY[0-9a-f]{32}$"},
        ),
        ({"pattern": "^ab$", "minLength": 2, "maxLength": 3}, {"pattern": "^ab$", "maxLength": 3}),
        ({"pattern": "^ab$", "minLength": 1, "maxLength": 2}, {"pattern": "^ab$", "minLength": 1}),
        ({"pattern": "ab", "minLength": 2}, None),
        ({"pattern": "^a+$", "minLength": 1}, None),
        ({"pattern": 3, "minLength": 1}, None),
        ({"minLength": 2}, None),
        ({"if": TEXT, "else": PLAIN}, {"anyOf": [TEXT, PLAIN]}),
        ({"if": TEXT, "else": PLAIN, "title": "x"}, {"anyOf": [TEXT, PLAIN], "title": "x"}),
        ({"if": PATTERN, "then": TEXT, "else": PLAIN}, None),
        ({"if": PATTERN, "then": TEXT, "anyOf": [TEXT]}, None),
        ({"if": TEXT, "else": PLAIN, "anyOf": [TEXT]}, None),
        ({"if": PATTERN, "then": TEXT}, {"anyOf": [TEXT, {"not": PATTERN}]}),
        ({"if": PATTERN}, None),
        ({"if": PLAIN, "then": TEXT}, None),
        ({"if": {"required": ["a"]}, "then": TEXT}, None),
        ({"if": True, "then": TEXT}, None),
        ({"then": TEXT}, None),
        ({"required": ["a"], "allOf": [{"required": ["b", "a"]}]}, {"required": ["a", "b"]}),
        ({"allOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"required": ["a", "b"]}),
        ({"required": ["a"], "allOf": [{"required": ["b"], "minProperties": 1}]}, None),
        (
            {"properties": {"a": TEXT}, "allOf": [{"properties": {"b": True}}]},
            {"properties": {"a": TEXT, "b": True}},
        ),
        ({"properties": {"a": TEXT}, "allOf": [{"properties": {"a": True, "b": True}}]}, None),
        (
            {
                "properties": {"a": TEXT},
                "additionalProperties": False,
                "allOf": [{"properties": {"b": True}}],
            },
            None,
        ),
        (
            {"type": "object", "allOf": [{"properties": {"b": True}}]},
            {"type": "object", "properties": {"b": True}},
        ),
        ({"type": "object", "allOf": [REFERENCE]}, None),
        ({**REFERENCE, "allOf": [TEXT]}, None),
        ({"type": "object", "allOf": [False]}, None),
        ({"type": "string", "allOf": [{"type": ["string", "null"]}]}, None),
    ],
)
def test_hastened(schema: dict[str, Any], expected: dict[str, Any] | None) -> None:
    """A schema is rewritten for speed only where it accepts no more afterwards."""
    assert accelerated(copy.deepcopy(schema)) == (schema if expected is None else expected)


def test_conditions_of_one_part_are_all_kept() -> None:
    """Two conditions within a part of `allOf` both hold in the quick schema."""
    conditions = [
        {"if": {"properties": {"a": {"pattern": f"^{letter}"}}}, "then": {"required": [letter]}}
        for letter in "xyz"
    ]
    quick = accelerated(
        {"allOf": [accelerated({"allOf": [accelerated(each) for each in conditions]})]}
    )
    for letter in "xyz":
        assert not jsonschema.Draft202012Validator(quick).is_valid({"a": letter})
        assert jsonschema.Draft202012Validator(quick).is_valid({"a": letter, letter: 1})


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"format": "uri"}, False),
        ({"not": {"format": "uri"}}, True),
        ({"not": REFERENCE}, True),
        ({"not": TEXT}, False),
        ({"oneOf": [{"type": "null"}, {"items": {"format": "uri"}}]}, True),
        ({"allOf": [{"oneOf": [TEXT, {"allOf": [{"format": "uri"}]}]}]}, True),
        ({"allOf": [{"format": "uri"}, REFERENCE]}, False),
        ({"not": {"const": {"format": "uri"}}}, False),
        (True, False),
    ],
)
def test_inverted_formats(schema: Any, expected: bool) -> None:
    """Below keywords that invert a result, formats and references must not become stricter."""
    assert has_inverted_formats(schema) is expected
