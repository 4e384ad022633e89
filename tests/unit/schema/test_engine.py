"""The engine: its fast path accepts no more than the schema, and errors are traced to their place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from receiptkit import DocumentError
from receiptkit.schema.engine import BodySchema, Engine, first_violation

TEXT = {"type": "string"}
ADVICE = {"rule": "ours.advice", "severity": "info", "schema": {"maxLength": 3}}
COMPONENTS: dict[str, dict[str, Any]] = {
    "text": {"type": "string", "x-receiptkit-advice": [ADVICE]},
    "date": {"type": "string", "format": "date-time"},
}
#: A schema in which a stricter format would accept more.
INVERTED = {"not": {"type": "string", "format": "date-time"}}


def of(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize("beside", [{}, INVERTED, {"allOf": [{"not": of("date")}]}])
@pytest.mark.parametrize("within", [{}, {"inverted": INVERTED}])
@pytest.mark.parametrize(
    ("value", "clean", "conforms"),
    [("abc", True, True), ("abcd", False, True), (3, False, False), (None, False, False)],
)
def test_with_advice_and_without(
    beside: dict[str, Any], within: dict[str, Any], value: Any, clean: bool, conforms: bool
) -> None:
    """A value that violates only advice conforms but is not clean, also behind references and in any evaluation."""
    for schema in (of("text"), COMPONENTS["text"]):
        body = Engine({"components": {"schemas": {**COMPONENTS, **within}}}).body(
            {**schema, **beside}
        )
        assert (body.is_clean(value), body.conforms(value)) == (clean, conforms)
        assert [violation.severity is None for violation in body.violations(value)] == (
            [] if clean else [not conforms]
        )


@pytest.mark.parametrize(
    "name",
    ["1", "01", "+1", "-1", "1.0", "0", "00", "~", "a/b", "", "9" * 25, "0" * 36, "0" * 5000 + "7"],
)
def test_members_whose_names_are_numbers(name: str) -> None:
    """A violation within such a member is at that member, not at an item."""
    schema = {"additionalProperties": {"items": TEXT, "additionalProperties": TEXT}}
    body = Engine({}).body(schema)
    pointer = f"/{name.replace('~', '~0').replace('/', '~1')}"
    for value in ({name: 5}, ["a", 5]):
        (violation,) = body.violations({name: value})
        assert violation.pointer == pointer + (pointer if isinstance(value, dict) else "/1")
    assert first_violation(schema, {name: {name: 5}}) == ([name, name], "type")


def test_formats_where_stricter_is_laxer() -> None:
    """Below `not` a date is what the function accepts: 1999 is a date, the year 0 is not."""
    documents: list[dict[str, Any]] = [
        {},
        {"components": {}},
        {"components": {"schemas": {"inverted": INVERTED}}},
    ]
    for document in documents:
        for schema in (INVERTED, {"allOf": [INVERTED]}):
            body = Engine(document).body(schema)
            for accepts in (body.is_clean, body.conforms):
                assert not accepts("1999-01-01T00:00:00Z")
                assert accepts("0000-01-01T00:00:00Z")
                assert accepts("yesterday")


@pytest.mark.parametrize("schema", [True, False])
def test_schemas_that_are_no_object(schema: bool) -> None:
    """`true` accepts everything, `false` nothing, and says so once."""
    body = Engine({"components": {}}).body(schema)
    assert (body.is_clean(1), body.conforms(1)) == (schema, schema)
    found = [
        (violation.rule, violation.keyword, violation.pointer, violation.place, violation.schema)
        for violation in body.violations(1)
    ]
    assert found == ([] if schema else [("schema.false", "false", "", (), {})])


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"pattern": "("}, "/pattern: "),
        ({"type": 3}, "/type: "),
        ({"items": {"properties": {"a/b": {"minimum": ""}}}}, "/items/properties/a~1b/minimum: "),
        (3, ""),
    ],
)
def test_schemas_that_cannot_be_compiled(schema: Any, place: str) -> None:
    """The error has the place in the document and the first line of the library's message."""
    with pytest.raises(
        (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError)
    ) as theirs:
        jsonschema_rs.Draft202012Validator(
            {**schema, "components": {"schemas": {}}} if isinstance(schema, dict) else schema
        )
    with pytest.raises(DocumentError) as caught:
        Engine({}).body(schema).violations(1)
    reason = str(theirs.value).splitlines()[0]
    assert (
        str(caught.value)
        == f"the contract document holds a schema that cannot be compiled: {place}{reason}"
    )


def test_references_that_lead_nowhere() -> None:
    with pytest.raises(DocumentError) as caught:
        Engine({}).body({"$ref": "#/components/schemas/nowhere"}).violations(1)
    assert str(caught.value) == "the contract document: `$ref: nowhere` leads nowhere"


def test_locates_a_schema_that_cannot_be_compiled() -> None:
    """The error names the place in the document, even of a rewritten schema."""
    advice = {"rule": "ours.short", "severity": "info", "schema": {"maxLength": 3}}
    inner = {
        "allOf": [
            {"properties": {"a": {"type": "string"}}},
            {"properties": {"b": {"type": "strng"}}},
        ],
        "x-receiptkit-advice": [advice],
    }
    engine = Engine({"components": {"schemas": {"inner": inner}}})
    judges: list[Callable[[BodySchema], Any]] = [
        lambda body: body.is_clean,
        lambda body: body.conforms,
    ]
    for judge in judges:
        with pytest.raises(
            DocumentError,
            match="cannot be compiled: /components/schemas/inner/allOf/1/properties/b/type: ",
        ):
            judge(engine.body(of("inner")))


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """A reference to another file is refused: the engine reads no file and no network."""
    path = tmp_path / "other.json"
    path.write_text(json.dumps(TEXT))
    with pytest.raises(DocumentError, match="cannot be compiled"):
        Engine({}).body({"$ref": path.as_uri()}).violations(1)
