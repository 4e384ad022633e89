"""Choices between single values, as annotated enums are written: in one form with `enum`."""

from __future__ import annotations

import json
from typing import Any

from receiptkit.openapi.references import listed, types_of

#: Keywords of a branch that name its values; whatever else it holds must say nothing of them.
_VALUES = {"const", "enum", "type"}
_NOTES = {"title", "description", "deprecated", "example", "examples"}
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def with_enum(schema: dict[str, Any]) -> dict[str, Any]:
    """
    Return a schema with an `enum` in the place of a choice whose branches are single values.

    A schema with any other choice, or with its own `enum`, is returned unchanged.
    """
    for keyword in ("oneOf", "anyOf"):
        branches = [_values(each) for each in listed(schema.get(keyword))]
        values = [value for each in branches for value in each or ()]
        # `oneOf` does not accept a value that two of its branches accept.
        is_plain = keyword == "anyOf" or len({json.dumps(each) for each in values}) == len(values)
        if branches and None not in branches and is_plain and not {"enum", "const"} & schema.keys():
            rest = {name: part for name, part in schema.items() if name != keyword}
            return {**rest, "enum": values}
    return schema


def _values(branch: Any) -> list[Any] | None:
    """Return the values that a branch accepts; None if it does not name them."""
    if not isinstance(branch, dict) or branch.keys() - _VALUES - _NOTES:
        return None
    if branch.keys() & _VALUES == {"type"}:
        return [None] if branch["type"] == "null" else None
    if {"const", "enum"} <= branch.keys():
        return None
    values = [branch["const"]] if "const" in branch else branch.get("enum")
    if not isinstance(values, list) or not values:
        return None
    types = types_of(branch)
    if types and not all(_TYPES.get(type(value)) in types for value in values):
        return None
    return values
