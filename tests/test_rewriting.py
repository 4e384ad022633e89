"""Schemas as the engine evaluates them: closed for many bodies at once, measured, and without advice."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, receipt
from receiptkit import Contract, DocumentError
from receiptkit.contract.engine import Engine
from receiptkit.contract.rewriting import (
    ADVICE,
    ENTRY,
    closed,
    depth,
    has_inverted_formats,
    hastened,
    rewritten,
    with_advice,
    without_advice,
)

TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (True, True),
        (TEXT, TEXT),
        ({"properties": {"a": TEXT}}, {"properties": {"a": TEXT}, "additionalProperties": False}),
        (
            {"type": "object", "properties": {"a": TEXT}, "additionalProperties": True},
            {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False},
        ),
        (
            {"properties": {"a": TEXT, "b": True}, "required": ["b", "a"]},
            {"properties": {"a": TEXT, "b": True}, "additionalProperties": False, "minProperties": 2},
        ),
        (
            {"properties": {"a": TEXT, "gone": False}, "required": ["a"]},
            {"properties": {"a": TEXT, "gone": False}, "additionalProperties": False, "minProperties": 1},
        ),
        (
            {"properties": {"a": TEXT, "b": TEXT}, "required": ["a"]},
            {"properties": {"a": TEXT, "b": TEXT}, "additionalProperties": False, "required": ["a"]},
        ),
        (
            {"properties": {"a": TEXT}, "required": ["a", "b"]},
            {"properties": {"a": TEXT}, "additionalProperties": False, "required": ["a", "b"]},
        ),
        ({"properties": {}}, {"properties": {}, "additionalProperties": False}),
        ({"properties": {"a": TEXT}, "patternProperties": {"^x": TEXT}}, None),
        ({"not": {"properties": {"a": TEXT}}}, None),
        ({"const": {"properties": {"a": 1}}}, None),
        ({"items": {"properties": {"a": TEXT}}}, {"items": {"properties": {"a": TEXT}, "additionalProperties": False}}),
        (
            {"properties": {"a": {"properties": {}}}},
            {
                "properties": {"a": {"properties": {}, "additionalProperties": False}},
                "additionalProperties": False,
            },
        ),
    ],
)
def test_closed(schema: Any, expected: Any) -> None:
    """A closed schema accepts no member that it does not name, and counts those that are required where they are all there can be."""
    before = copy.deepcopy(schema)
    assert closed(schema) == (before if expected is None else expected)
    assert schema == before


def object_of(**members: Any) -> dict[str, Any]:
    return {"type": "object", "properties": members, "additionalProperties": False}


def list_of(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item}


def at(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS = {
    "leaf": TEXT,
    "alias": at("leaf"),
    "tree": object_of(left=at("tree")),
    "nest": list_of(at("nest")),
    "circle": at("circle"),
    "array": list_of(TEXT),
}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (False, 0),
        (True, inf),
        ({}, inf),
        (TEXT, 0),
        ({"type": ["integer", "null"]}, 0),
        ({"type": "object"}, inf),
        ({"type": "array"}, inf),
        ({"type": ["array", "null"]}, inf),
        ({"type": ["object", "null"]}, inf),
        ({"type": ["object", "string"]}, inf),
        (list_of(TEXT), 1),
        (list_of(list_of(TEXT)), 2),
        (list_of(at("array")), 2),
        (list_of(False), 1),
        (list_of(True), inf),
        ({"type": ["array", "null"], "items": TEXT}, 1),
        ({"type": ["array", "object"], "items": TEXT}, inf),
        ({"items": TEXT}, inf),
        ({**list_of(TEXT), "prefixItems": [True]}, inf),
        (object_of(), 1),
        (object_of(a=TEXT), 1),
        (object_of(a=TEXT, b=list_of(object_of(c=TEXT))), 3),
        (object_of(a=True), inf),
        ({"type": "object", "properties": {"a": TEXT}}, inf),
        ({"type": "object", "properties": {"a": TEXT}, "additionalProperties": True}, inf),
        ({"type": "object", "additionalProperties": False}, 1),
        ({**object_of(a=TEXT), "patternProperties": {"^x": True}}, inf),
        ({**object_of(a=TEXT), "type": ["object", "array"]}, inf),
        ({"properties": {"a": TEXT}, "additionalProperties": False}, inf),
        (at("leaf"), 0),
        (at("alias"), 0),
        (at("array"), 1),
        (object_of(a=at("leaf"), b=at("leaf")), 1),
        (at("tree"), inf),
        (at("nest"), inf),
        (at("circle"), inf),
        (at("nowhere"), inf),
    ],
)
def test_depth(schema: Any, expected: float) -> None:
    """A schema says how deep its values nest where it is closed and has no circle; of any other nothing is known."""
    assert depth(schema, SCHEMAS) == expected


def test_a_date_without_a_fraction_is_a_short_one() -> None:
    whole = {"pattern": "^[^.]*$"}
    date = hastened({"format": "date-time", "allOf": [whole]})
    assert date == {"format": "date-time", "maxLength": 20, "pattern": "^2"}
    assert hastened({"format": "uri", "allOf": [whole]})["pattern"] == "^[^.]*$"


def test_without_advice() -> None:
    """Advice can be left out, wherever it stands; what has none stays as it is."""
    schema = {"x-receiptkit-advice": [], "properties": {"a": {"x-receiptkit-advice": [{}], **TEXT}}, "items": TEXT}
    assert rewritten(schema, without_advice) == {"properties": {"a": TEXT}, "items": TEXT}


def test_advice_does_not_decide_whether_a_body_conforms() -> None:
    """What only advice speaks against breaks no keyword of the schema."""
    advice = [{"rule": "ours.short", "severity": "warning", "schema": {"maxLength": 3}}]
    schema = Engine({}).body({"type": "string", "x-receiptkit-advice": advice})
    assert [schema.conforms(value) for value in ("abc", "abcd", 3)] == [True, True, False]
    assert [schema.is_clean(value) for value in ("abc", "abcd", 3)] == [True, False, False]


def test_many_bodies_at_once() -> None:
    """A list of bodies is accepted if each of them is, and has no member that the document does not know."""
    engine = Engine({"components": {"schemas": {"inner": {"type": "object", "properties": {"b": TEXT}}}}})
    accepts, deepest = engine.body({"type": "object", "properties": {"a": at("inner")}}).for_many
    assert deepest == 3
    assert accepts([])
    assert accepts([{"a": {"b": "x"}}, {}])
    assert not accepts([{}, {"a": {"b": 1}}])
    assert not accepts([{"a": {"b": "x"}, "stranger": 1}])
    assert not accepts([{"a": {"b": "x", "stranger": 1}}])


@pytest.mark.parametrize(
    "schemas",
    [
        {"web": {"format": "uri"}, "later": {"format": "date-time"}},
        {"web": {"format": "uri"}, "odd": {"not": {"format": "date-time"}}},
    ],
    ids=["in the schema", "in the document"],
)
def test_many_bodies_where_a_format_is_denied(schemas: dict[str, Any]) -> None:
    """Below `not` a format is judged by our own functions, as it is of one body, and no depth is known."""
    engine = Engine({"components": {"schemas": schemas}})
    accepts, deepest = engine.body({"properties": {"a": {"not": at("web")}}}).for_many
    assert deepest == inf
    assert accepts([{"a": "no URL"}, {"a": "https://0@"}, {"stranger": 1}])
    assert not accepts([{"a": "no URL"}, {"a": "https://example.com/"}])


def with_receipts(folder: Path, change: Callable[[dict[str, Any]], None]) -> Contract:
    """The contract of a document of one's own, whose receipts are changed."""
    document = json.loads((ROOT / "spec" / "documented.json").read_text())
    change(document["components"]["schemas"]["conversations.v1.conversation.conversation_message.conversation_message_receipt"])
    path = folder / "mine.json"
    path.write_text(json.dumps(document))
    return Contract.load(document=path)


def test_a_closed_object_without_members_in_a_document(tmp_path: Path) -> None:
    """An object that may have no member at all is judged like any other, in captures of many bodies, too."""
    closed_object = {"type": "object", "additionalProperties": False}
    contract = with_receipts(tmp_path, lambda resource: resource["properties"].update(nothing=closed_object))
    texts = [json.dumps({**receipt(f"DY{digit}{'5e' * 15}0"), "nothing": {}}).encode() for digit in "12"]
    assert contract.judge.body(json.loads(texts[0])).findings == []
    kind, bodies = contract.judge.conforming(texts) or (None, [])
    assert (kind, len(bodies)) == ("receipt", 2)


def test_a_member_that_is_required_and_not_described(tmp_path: Path) -> None:
    """A member that a document requires without describing it is missed in captures of many bodies, too."""
    contract = with_receipts(tmp_path, lambda resource: resource.update(required=[*resource["properties"], "note"]))
    texts = [json.dumps(receipt(f"DY{digit}{'5e' * 15}0")).encode() for digit in "12"]
    assert [finding.message for finding in contract.check(texts[0]) if "note" in finding.message] == [
        'the member "note" is missing'
    ]
    assert contract.judge.conforming(texts) is None


# -- every schema, and what a schema is made of


def test_every_schema_is_rewritten() -> None:
    """What is a schema is changed, the innermost first; values, names of members and advice are left as they are."""
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
    """Entries of advice join what `allOf` holds; those of a group stand behind its condition."""
    one, two = ({"rule": f"our.{name}", "severity": "warning", "schema": {"const": name}} for name in ("one", "two"))
    marked = [{ENTRY: {"rule": f"our.{name}", "severity": "warning"}, "allOf": [{"const": name}]} for name in ("one", "two")]
    folded = with_advice({"allOf": [TEXT], ADVICE: [one, {"unless": {"const": 3}, "advice": [two]}]})
    assert folded == {"allOf": [TEXT, marked[0], {"if": {"const": 3}, "else": {"allOf": [marked[1]]}}]}
    assert with_advice({ADVICE: []}) == {"allOf": []}
    assert with_advice({"type": "string"}) == TEXT


AN_ENTRY = "an entry of x-receiptkit-advice is {rule, severity: error|warning|info, schema}"
A_LIST = "x-receiptkit-advice is a list of entries"


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
def test_advice_that_is_none(advice: Any, message: str) -> None:
    """What is no advice is refused in one line."""
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
        ({"format": "uri", "pattern": "^h"}, {"format": "uri", "pattern": "^h", "allOf": [{"pattern": URI}]}),
        ({"format": "email"}, None),
        ({"format": 3}, None),
        ({"pattern": "^DY[0-9a-f]{32}$", "minLength": 34, "maxLength": 34}, {"pattern": "^DY[0-9a-f]{32}$"}),
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
        ({"required": ["a"], "allOf": [{"required": ["b"]}]}, {"required": ["a", "b"]}),
        ({"allOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"required": ["a", "b"]}),
        ({"required": ["a"], "allOf": [{"required": ["b"], "minProperties": 1}]}, None),
        ({"properties": {"a": TEXT}, "allOf": [{"properties": {"b": True}}]}, {"properties": {"a": TEXT, "b": True}}),
        ({"properties": {"a": TEXT}, "allOf": [{"properties": {"a": True, "b": True}}]}, None),
        ({"properties": {"a": TEXT}, "additionalProperties": False, "allOf": [{"properties": {"b": True}}]}, None),
        ({"type": "object", "allOf": [{"properties": {"b": True}}]}, {"type": "object", "properties": {"b": True}}),
        ({"type": "object", "allOf": [at("leaf")]}, None),
        ({**at("leaf"), "allOf": [TEXT]}, None),
        ({"type": "object", "allOf": [False]}, None),
        ({"type": "string", "allOf": [{"type": ["string", "null"]}]}, None),
    ],
)
def test_hastened(schema: dict[str, Any], expected: dict[str, Any] | None) -> None:
    """A schema is made quicker only where it accepts no more afterwards; what looks at its neighbours is left where it is."""
    assert hastened(copy.deepcopy(schema)) == (schema if expected is None else expected)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"format": "uri"}, False),
        ({"not": {"format": "uri"}}, True),
        ({"not": at("leaf")}, True),
        ({"not": TEXT}, False),
        ({"oneOf": [{"type": "null"}, {"items": {"format": "uri"}}]}, True),
        ({"allOf": [{"oneOf": [TEXT, {"allOf": [{"format": "uri"}]}]}]}, True),
        ({"allOf": [{"format": "uri"}, at("leaf")]}, False),
        ({"not": {"const": {"format": "uri"}}}, False),
        (True, False),
    ],
)
def test_inverted_formats(schema: Any, expected: bool) -> None:
    """Below what turns a verdict round no format and no reference may be replaced by what is stricter."""
    assert has_inverted_formats(schema) is expected
