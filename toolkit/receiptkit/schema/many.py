"""Schemas that check many bodies at once, and accept no more than the exact ones."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, NamedTuple


class Many(NamedTuple):
    """
    What judges lists of bodies.

    Attributes:
        accepts: whether surely none of the bodies has a violation. False says nothing: a member that the document does not know is enough.
        depth: how deep such bodies, and a list of them, can nest.
        names_all: whether all bodies that are accepted have the same members.
    """

    accepts: Callable[[list[list[Any]]], bool]
    depth: float
    names_all: bool


def closed(schema: Any) -> Any:
    """
    A schema that accepts no more: no member that it does not name, in whatever it describes itself.

    Where those are all required, and nothing else is, they are counted instead of looked up.
    """
    if not isinstance(schema, dict):
        return schema
    schema = {name: closed(value) if name == "items" else value for name, value in schema.items()}
    if not isinstance(schema.get("properties"), dict) or "patternProperties" in schema:
        return schema
    properties = {name: closed(inner) for name, inner in schema["properties"].items()}
    schema |= {"properties": properties, "additionalProperties": False}
    present = {name for name, inner in properties.items() if inner is not False}
    required = {
        name
        for part in (schema, *schema.get("allOf", ()))
        if isinstance(part, dict)
        for name in part.get("required", ())
    }
    if present and present == required:
        schema["minProperties"] = max(len(present), schema.get("minProperties", 0))
        schema.pop("required", None)
    return schema


def names_all(schema: Any) -> bool:
    """Whether all objects that a closed schema accepts have the same members."""
    if (
        not isinstance(schema, dict)
        or schema.get("additionalProperties") is not False
        or "patternProperties" in schema
    ):
        return False
    properties = schema.get("properties")
    return isinstance(properties, dict) and schema.get("minProperties") == sum(
        each is not False for each in properties.values()
    )


def of_lists(body: Any) -> dict[str, Any]:
    """Return the schema of lists of bodies."""
    return {"items": {"items": body}}


def depth(schema: Any, schemas: dict[str, Any], trail: tuple[str, ...] = ()) -> float:
    """How deep the values nest that a closed schema accepts; infinity where it does not say."""
    if not isinstance(schema, dict):
        return 0 if schema is False else inf
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.rpartition("/")[2]
        return inf if name in trail else depth(schemas.get(name), schemas, (*trail, name))
    types = schema.get("type", [])
    types = {types} if isinstance(types, str) else set(types)
    deepest: float = 0 if types and types.isdisjoint(("object", "array")) else inf
    if types and "object" not in types and "items" in schema and "prefixItems" not in schema:
        deepest = 1 + depth(schema["items"], schemas, trail)
    elif (
        types
        and "array" not in types
        and schema.get("additionalProperties") is False
        and "patternProperties" not in schema
    ):
        deepest = 1 + max(
            (depth(inner, schemas, trail) for inner in schema.get("properties", {}).values()),
            default=0,
        )
    return deepest


def followed(schema: Any, schemas: dict[str, Any]) -> Any:
    """What a reference leads to; anything else as it is."""
    reference = schema.get("$ref") if isinstance(schema, dict) and len(schema) == 1 else None
    return (
        schemas.get(reference.rpartition("/")[2], schema) if isinstance(reference, str) else schema
    )
