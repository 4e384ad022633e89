"""
Schemas by which many bodies are judged at once: they accept less, and nothing that must be looked up to be told.

The bodies come in lists as `rules.in_order` makes them: all receipts of a list have the same parents, and URLs that differ in their SID alone.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, NamedTuple

from receiptkit.rules.receipt import PARENTS
from receiptkit.schema.formats import SURELY

#: Keywords that ask nothing of a value.
_NOTES = (
    "title",
    "description",
    "default",
    "deprecated",
    "example",
    "examples",
    "readOnly",
    "writeOnly",
)
_EXTENSION = "x-"


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


def of_lists(body: Any, rows: str | None, schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema of lists of bodies, `rows` being the member that is a list of receipts, if they have one."""
    properties = body.get("properties") if isinstance(body, dict) else None
    if isinstance(properties, dict) and rows in properties:
        body = body | {"properties": properties | {rows: _thinned(properties[rows], schemas)}}
    return {"items": _thinned({"items": body}, schemas)}


def _thinned(schema: Any, schemas: dict[str, Any]) -> Any:
    """The schema of a list, in which what all receipts have in common is judged in the first one alone."""
    if not isinstance(schema, dict) or "prefixItems" in schema:
        return schema
    items = followed(schema.get("items"), schemas)
    if not names_all(items):
        return schema
    properties = items["properties"]
    common = {name for name in PARENTS if properties.get(name, False) is not False}
    if _leaves_its_end_open(properties.get("url")):
        common.add("url")
    return schema | {
        "prefixItems": [items],
        "items": items | {"properties": properties | dict.fromkeys(common, True)},
    }


def _leaves_its_end_open(url: Any) -> bool:
    """Whether a schema accepts a URL whatever the SID at its end is."""
    if not isinstance(url, dict):
        return False
    asked = {
        name: value
        for name, value in url.items()
        if name not in _NOTES and not name.startswith(_EXTENSION)
    }
    asked.pop("type", None)
    return asked == {"format": "uri", "pattern": SURELY["uri"]}


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
