"""Breakages of schema keywords, derived from the contract document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.generation.breakage import Breakage
from receiptkit.generation.generator import Generator
from receiptkit.generation.object_schema import ObjectSchema
from receiptkit.model import pointers
from receiptkit.openapi.references import RULE, types_of
from receiptkit.rules.examples import ABSENT, Example

#: A member that no document knows.
_STRANGER = "stranger"
_KEYWORDS = ("required", "type", "enum", "const", "pattern", "format", "minimum", "maximum")


def of_keywords(generator: Generator) -> Iterator[Breakage]:
    """Yield a breakage for each keyword at a member of a body in the document, of either scope."""
    vocabulary = generator.vocabulary
    for in_service in (False, True):
        for kind in ("receipt", "message", "configuration", "page"):
            schema = vocabulary.object_schema(kind, in_service=in_service)
            yield from _of_object(schema, "", kind, in_service)
        row = vocabulary.object_schema("receipt", in_service=in_service)
        yield from _of_object(row, "/delivery_receipts/0", "page", in_service)
        for kind, member in (("page", "meta"), ("message", "delivery")):
            schema = vocabulary.inner_schema(kind, member, in_service=in_service)
            yield from _of_object(schema, f"/{member}", kind, in_service)
    if generator.contract.operations.webhooks:
        yield from _of_object(vocabulary.object_schema("webhook"), "", "webhook", False)


def _of_object(schema: ObjectSchema, at: str, kind: str, in_service: bool) -> Iterator[Breakage]:
    if schema.is_closed:
        keyword, pointer = "additionalProperties", f"{at}/{_STRANGER}"
        change = Example(kind, {pointer: "?"})
        rule = "schema.additional-properties"
        yield Breakage(rule, pointer, kind, change, in_service, keyword=keyword)
    for name, view in schema.properties.items():
        pointer = f"{at}{pointers.join([name])}"
        for keyword in _KEYWORDS:
            for value in _wrong(keyword, name, view, schema):
                by_part = schema.ruled.get(name) if keyword in ("required", "type") else None
                by_member = view.get(RULE) if keyword != "required" else None
                rule = by_part or by_member or f"schema.{keyword}"
                found_at = at if keyword == "required" else pointer
                change = Example(kind, {pointer: value})
                yield Breakage(rule, found_at, kind, change, in_service, pointer, keyword)


def _wrong(keyword: str, name: str, view: dict[str, Any], schema: ObjectSchema) -> Iterator[Any]:
    """Yield a value that breaks one keyword of a member and no other, where there is one."""
    types = types_of(view)
    if keyword == "required":
        if name in schema.required:
            yield ABSENT
    elif keyword == "type" and types:
        yield {"an": "object"} if "object" not in types else ["a list"]
    elif keyword == "enum" and "enum" in view and "string" in types and name != "EventType":
        # Another event is no flaw of this one.
        yield "no-such-thing"
    elif keyword == "pattern" and "pattern" in view:
        yield "?" * view.get("minLength", 1)
    elif (
        keyword == "format" and view.get("format") in ("date-time", "uri") and "pattern" not in view
    ):
        yield "yesterday" if view["format"] == "date-time" else "no url"
    elif keyword == "minimum" and "minimum" in view:
        yield view["minimum"] - 1
    elif keyword == "maximum" and "maximum" in view:
        yield view["maximum"] + 1
