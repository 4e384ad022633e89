"""Schemas of objects in the contract document, and values that conform to them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

from receiptkit.generation.templates import Template
from receiptkit.openapi.references import RULE, References, listed


class ObjectSchema(NamedTuple):
    """
    The schema of an object.

    Attributes:
        place: what it is, for messages.
        properties: the schema of each member, in the document's order, references followed.
        required: the members that it must have.
        ruled: the rule of each member that has its own rule.
        is_closed: whether it may have no other members.
    """

    place: str
    properties: dict[str, dict[str, Any]]
    required: frozenset[str]
    ruled: dict[str, str]
    is_closed: bool


class ObjectSchemas:
    """The schemas of a document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._references = References(document)

    def view(self, schema: Any) -> dict[str, Any]:
        """Return a schema with its references followed and its `allOf` put together."""
        return self._references.view(schema)

    def object_schema(self, schema: Any, place: str) -> ObjectSchema:
        """Return the members of an object."""
        view = self.view(schema)
        properties = {name: self.view(part) for name, part in view.get("properties", {}).items()}
        is_closed = view.get("additionalProperties") is False
        required = frozenset(view.get("required", ()))
        return ObjectSchema(place, properties, required, self._ruled(schema), is_closed)

    def _ruled(self, schema: Any) -> dict[str, str]:
        """Return the rule of each member that a part of `allOf` with its own rule is about."""
        return {
            name: part[RULE]
            for whole in self._references.parts(schema)
            for part in listed(whole.get("allOf"))
            if isinstance(part, dict) and RULE in part
            for name in (*part.get("required", ()), *part.get("properties", ()))
        }


def is_nullable(view: dict[str, Any]) -> bool:
    """Return True if a member can be null."""
    types = view.get("type", "null")
    return "null" in (types if isinstance(types, list) else [types]) and None in view.get(
        "enum", [None]
    )


def find_advice(view: dict[str, Any], rule: str) -> dict[str, Any] | None:
    """Return the schema of the advice under a rule; None if a schema lacks it."""
    return next(
        (
            item["schema"]
            for item in _advice(view.get("x-receiptkit-advice", []))
            if item.get("rule") == rule
        ),
        None,
    )


def _advice(entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        yield from _advice(entry["advice"]) if "advice" in entry else [entry]


def make_value(view: dict[str, Any], place: str, rng: random.Random, *, date: str, url: str) -> Any:
    """
    Return a value for a member that the world says nothing about.

    Raises:
        UsageError: its pattern cannot be served.
    """
    if "const" in view:
        return view["const"]
    if "enum" in view:
        values = [value for value in view["enum"] if value is not None] or [None]
        return values[int(rng.random() * len(values))]
    types = view.get("type", "null")
    kind = next(
        (name for name in (types if isinstance(types, list) else [types]) if name != "null"), "null"
    )
    if kind == "string":
        if "pattern" in view:
            return Template(view["pattern"], place).fill(rng)
        by_format = {"date-time": date, "uri": url, "date": date[:10]}
        return by_format.get(view.get("format", ""), "x" * view.get("minLength", 1))
    if kind in ("integer", "number"):
        low = int(view.get("minimum", 0))
        return low + int(rng.random() * (min(int(view.get("maximum", low + 9)), low + 9) - low + 1))
    if kind == "object":
        parts = view.get("properties", {})
        return {
            name: make_value(parts.get(name, {}), f"{place}/{name}", rng, date=date, url=url)
            for name in view.get("required", ())
        }
    if kind == "array":
        return [
            make_value(view.get("items", {}), place, rng, date=date, url=url)
            for _ in range(view.get("minItems", 0))
        ]
    return False if kind == "boolean" else None
