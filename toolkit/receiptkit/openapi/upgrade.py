"""From OpenAPI 3.0 to 3.1: schemas become JSON Schema 2020-12."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from receiptkit.openapi.references import REF, SOURCES, listed
from receiptkit.openapi.walking import Place, Walker, with_inner

#: Keywords that ask nothing of a value.
NOTES = (
    "title",
    "description",
    "default",
    "deprecated",
    "example",
    "examples",
    "externalDocs",
    "readOnly",
    "writeOnly",
    "xml",
)
#: Reports what has no effect, by a sentence and the place.
Report = Callable[[str, Place], None]


def upgrade(document: dict[str, Any]) -> dict[str, Any]:
    """
    Return the same contract as an OpenAPI 3.1 document.

    `nullable` becomes a type (and a member of the enum), boolean exclusive limits become numbers,
    `x-webhooks` becomes `webhooks`. `nullable` beside a `$ref` or without a type has no effect in
    3.0 and is dropped.
    """
    changed = _Upgrade().document(document)
    return {
        "webhooks" if name == "x-webhooks" else name: "3.1.0" if name == "openapi" else value
        for name, value in changed.items()
    }


class _Upgrade(Walker):
    def schema(self, node: Any, place: Place) -> Any:
        if not isinstance(node, dict):
            return node
        required = node.get("required")
        if isinstance(required, list) and all(isinstance(each, str) for each in required):
            # An overlay adds to the list what the document may have by now.
            node = {**node, "required": list(dict.fromkeys(required))}
        return upgraded(with_inner(node, place, self.schema), place, lambda *_: None)


def upgraded(schema: dict[str, Any], place: Place, report: Report) -> dict[str, Any]:
    """
    Return a schema of OpenAPI 3.0 in the keywords of 2020-12;
    those within it are not changed.
    """
    schema = with_limits(schema)
    if "nullable" not in schema:
        return schema
    nullable = schema["nullable"]
    schema = {name: value for name, value in schema.items() if name != "nullable"}
    if SOURCES in schema:
        named = {
            "type" if entry.get("keyword") == "nullable" else entry.get("keyword"): entry
            for entry in listed(schema[SOURCES])
            if isinstance(entry, dict)
        }
        schema[SOURCES] = [{**entry, "keyword": keyword} for keyword, entry in named.items()]
    if not isinstance(nullable, bool):
        report("`nullable` is neither true nor false, and ignored", place)
    elif nullable and REF in schema:
        report("`nullable` beside `$ref` has no effect in OpenAPI 3.0", place)
    elif nullable and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
            report("`nullable` beside an `enum` without null: null is accepted", place)
            schema["enum"] = [*schema["enum"], None]
    elif nullable and any(name not in NOTES and name[:2] != "x-" for name in schema):
        report("`nullable` without `type` has no effect in OpenAPI 3.0", place)
    return schema


def with_limits(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with exclusive limits as numbers, where 3.0 has true beside the limit."""
    schema = dict(schema)
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), bool):
            strict = schema.pop(exclusive)
            if strict and limit in schema:
                schema[exclusive] = schema.pop(limit)
    return schema
