"""Members that go one way: hidden ones need not be there, in their direction alone."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.openapi.directions import with_directions

REF = {"$ref": "#/components/schemas/It"}
IT = {
    "required": ["id", "secret", "name"],
    "properties": {"id": {"readOnly": True}, "secret": {"writeOnly": True}, "name": {}},
}


def document(schema: Any, **schemas: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    operation = {"requestBody": {"content": content}, "responses": {"200": {"content": content}}}
    return {"paths": {"/": {"post": operation}}, "components": {"schemas": {"It": IT, **schemas}}}


def schemas_of(changed: dict[str, Any]) -> tuple[Any, Any]:
    """Return the schemas of the response and of the request, references followed."""
    operation = changed["paths"]["/"]["post"]
    found = []
    for part in (operation["responses"]["200"], operation["requestBody"]):
        schema = part["content"]["application/json"]["schema"]
        while "$ref" in schema:
            schema = changed["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        found.append(schema)
    return found[0], found[1]


def test_each_direction_requires_what_it_shows() -> None:
    response, request = schemas_of(with_directions(document(REF)))
    assert response["required"] == ["id", "name"]
    assert request["required"] == ["secret", "name"]


def test_references_between_schemas_of_requests() -> None:
    """A schema that a request reaches through another is the request's own, and a circle of them ends."""
    outer = {"properties": {"it": REF, "outer": {"$ref": "#/components/schemas/Outer"}}}
    changed = with_directions(document({"$ref": "#/components/schemas/Outer"}, Outer=outer))
    response, request = schemas_of(changed)
    schemas = changed["components"]["schemas"]
    assert response["properties"]["it"] == REF
    own = schemas[request["properties"]["it"]["$ref"].rpartition("/")[2]]
    assert own["required"] == ["secret", "name"]
    assert schemas["It"]["required"] == ["id", "name"]


@pytest.mark.parametrize(
    "schema",
    [
        {"not": {"required": ["secret"]}, **IT},
        {"oneOf": [{"required": ["secret"]}, {"required": ["name"]}], **IT},
        {"if": {"required": ["secret"]}, **IT},
    ],
)
def test_conditions_may_still_ask(schema: dict[str, Any]) -> None:
    """Nothing is removed below `not`, `oneOf` and `if`, where it would change the meaning."""
    response, _ = schemas_of(with_directions(document(schema)))
    for name in ("not", "oneOf", "if"):
        assert response.get(name) == schema.get(name)


def test_documents_without_marks_stay() -> None:
    plain = document(REF)
    plain["components"]["schemas"]["It"] = {"required": ["a"], "properties": {"readOnly": {}}}
    assert with_directions(plain) is plain
