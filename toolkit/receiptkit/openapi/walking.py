"""Iterate over the schemas of an OpenAPI document, and those within a schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

#: Keywords that hold one schema, a list of them, or schemas by name.
ONE = (
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
)
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
MAPS = ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties")
METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace", "query")


class Place(NamedTuple):
    """
    A place in a document: the file, empty for the document itself,
    and the names that lead to it.
    """

    file: str = ""
    steps: tuple[str, ...] = ()

    def __str__(self) -> str:
        path = "/".join(self.steps)
        return f"{self.file}#/{path}" if self.file else path or "the document"

    def at(self, *steps: str | int) -> Place:
        """Return a place within this one."""
        return Place(self.file, (*self.steps, *map(str, steps)))


#: Changes the node at a place.
Change = Callable[[Any, Place], Any]


def with_inner(schema: dict[str, Any], place: Place, change: Change) -> dict[str, Any]:
    """Return a schema with its direct subschemas changed."""
    return {name: _inner(name, value, place.at(name), change) for name, value in schema.items()}


def _inner(name: str, value: Any, place: Place, change: Change) -> Any:
    if name in ONE:
        return change(value, place)
    if name in LISTS:
        return each(value, place, change)
    return by_name(value, place, change) if name in MAPS else value


def each(value: Any, place: Place, change: Change) -> Any:
    """Return a list with every item changed; anything else unchanged."""
    if not isinstance(value, list):
        return value
    return [change(item, place.at(number)) for number, item in enumerate(value)]


def by_name(value: Any, place: Place, change: Change) -> Any:
    """Return a mapping with every value changed; anything else unchanged."""
    if not isinstance(value, dict):
        return value
    return {name: change(item, place.at(name)) for name, item in value.items()}


class Walker:
    """Visits every schema of a document, and returns the document with what came of them."""

    def schema(self, node: Any, place: Place) -> Any:
        """Return what to put in the place of a schema."""
        raise NotImplementedError

    def resolve(self, node: Any, place: Place) -> tuple[Any, Place]:
        """Return the node to read for one that may be a reference, and its place."""
        return node, place

    def document(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the document with every schema changed."""
        parts = {
            **dict.fromkeys(("paths", "webhooks", "x-webhooks"), _named(self.path_item)),
            "components": self.components,
        }
        changed: dict[str, Any] = self._parts(document, Place(), parts)
        return changed

    def components(self, node: Any, place: Place) -> Any:
        parts = {
            "schemas": self.schema,
            "responses": self.response,
            "parameters": self.parameter,
            "requestBodies": self.request_body,
            "headers": self.parameter,
            "pathItems": self.path_item,
            "callbacks": _named(self.path_item),
            "mediaTypes": self.media,
        }
        return self._parts(node, place, {name: _named(part) for name, part in parts.items()})

    def path_item(self, node: Any, place: Place) -> Any:
        node, place = self.resolve(node, place)
        methods = dict.fromkeys(METHODS, self.operation)
        return self._parts(node, place, {**methods, "parameters": _listed(self.parameter)})

    def operation(self, node: Any, place: Place) -> Any:
        parts = {
            "parameters": _listed(self.parameter),
            "requestBody": self.request_body,
            "responses": _named(self.response),
            "callbacks": _named(_named(self.path_item)),
        }
        return self._parts(node, place, parts)

    def request_body(self, node: Any, place: Place) -> Any:
        return self.response(node, place)

    def response(self, node: Any, place: Place) -> Any:
        node, place = self.resolve(node, place)
        parts = {"content": _named(self.media), "headers": _named(self.parameter)}
        return self._parts(node, place, parts)

    def parameter(self, node: Any, place: Place) -> Any:
        node, place = self.resolve(node, place)
        return self._parts(node, place, {"schema": self.schema, "content": _named(self.media)})

    def media(self, node: Any, place: Place) -> Any:
        node, place = self.resolve(node, place)
        return self._parts(node, place, {"schema": self.schema, "itemSchema": self.schema})

    @staticmethod
    def _parts(node: Any, place: Place, changes: dict[str, Change]) -> Any:
        if not isinstance(node, dict):
            return node
        return {
            name: changes[name](value, place.at(name)) if name in changes else value
            for name, value in node.items()
        }


def _named(change: Change) -> Change:
    return lambda value, place: by_name(value, place, change)


def _listed(change: Change) -> Change:
    return lambda value, place: each(value, place, change)
