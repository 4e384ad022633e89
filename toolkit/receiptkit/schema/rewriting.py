"""
Schemas rewritten for the engine: advice folded in or left out, and a form that is quicker to
evaluate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from receiptkit.model.errors import DocumentError
from receiptkit.model.finding import Severity
from receiptkit.model.regex import regex
from receiptkit.openapi.walking import Place, with_inner
from receiptkit.schema.formats import PROVEN_PREFIXES

ADVICE = "x-receiptkit-advice"
#: Marks, in a rewritten schema, what was an entry of advice in the document.
ENTRY = "x-receiptkit-entry"

#: Keywords whose value is no schema.
_OPAQUE = (
    "enum",
    "const",
    "default",
    "example",
    "examples",
    "required",
    ENTRY,
    "x-receiptkit-source",
)
#: Below these a stricter schema can accept more, so nothing there may be replaced by something
#: stricter.
_INVERTING = (
    "not",
    "if",
    "oneOf",
    "contains",
    "propertyNames",
    "dependentSchemas",
    "unevaluatedProperties",
    "unevaluatedItems",
)
#: Keywords that look at their neighbours: a schema with one of them is not merged with another.
_SIBLINGS = {
    "$ref",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "items",
    "else",
    "if",
    "minContains",
    "maxContains",
}
_PIECE = regex(r"(?:[A-Za-z0-9]|\[[A-Za-z0-9-]+\])(?:\{([0-9]+)\})?")
_COUNTED = regex(rf"\^(?:{_PIECE.pattern})*\$")
#: Dates that are no longer than that have no room for a fraction, which the pattern forbids.
_NO_FRACTION = {"pattern": "^[^.]*$"}
_WHOLE_SECONDS = {"maxLength": len("2026-03-02T09:15:04Z")}

_Change = Callable[[dict[str, Any]], dict[str, Any]]
_HERE = Place()


def rewritten(schema: Any, change: _Change, place: Place = _HERE) -> Any:
    """
    Return a schema with every subschema changed, the innermost first.

    Args:
        schema: the schema.
        change: what changes one.
        place: where it is, for messages.

    Raises:
        DocumentError: something in it cannot be a schema.
    """
    if not isinstance(schema, dict):
        return schema
    for name, value in schema.items():
        if lack := _lack(name, value):
            at = f" at {place}" if place.steps else ""
            raise DocumentError(f"the contract document{at}: {name} must be {lack}")
    return change(with_inner(schema, place, lambda inner, at: rewritten(inner, change, at)))


def _lack(name: str, value: Any) -> str:
    """Return what a value must be that is put together before a library sees it; empty if it is."""
    if name == "allOf" and not isinstance(value, list):
        return "a list of schemas"
    if name == "required" and not (
        isinstance(value, list) and all(isinstance(each, str) for each in value)
    ):
        return "a list of names"
    if name == "minProperties" and (not isinstance(value, (int, float)) or isinstance(value, bool)):
        return "a number"
    if name == "properties" and not isinstance(value, dict):
        return "an object with a schema for each name"
    return ""


def with_advice(schema: dict[str, Any]) -> dict[str, Any]:
    """
    Return every entry of advice as one more member of `allOf`, marked with its rule and severity.

    An entry is `{rule, severity, schema}`; `{unless, advice}` holds entries that say nothing of
    what matches the schema `unless`.
    """
    advice = schema.pop(ADVICE, None)
    if advice is not None:
        schema["allOf"] = [*schema.get("allOf", []), *_folded(advice)]
    return schema


def _folded(advice: Any) -> list[dict[str, Any]]:
    if not isinstance(advice, list) or not all(isinstance(item, dict) for item in advice):
        raise DocumentError(f"the contract document: {ADVICE} must be a list of entries")
    return [
        {"if": item["unless"], "else": {"allOf": _folded(item["advice"])}}
        if {"unless", "advice"} <= item.keys()
        else {ENTRY: _entry(item), "allOf": [item["schema"]]}
        for item in advice
    ]


def without_advice(schema: dict[str, Any]) -> dict[str, Any]:
    """No advice."""
    schema.pop(ADVICE, None)
    return schema


def only_advice(keeps: Callable[[object], bool]) -> _Change:
    """Return a change that leaves only the advice of rules that `keeps` accepts."""

    def kept(advice: Any) -> Any:
        return [
            {**item, "advice": kept(item["advice"])}
            if isinstance(item, dict) and "advice" in item
            else item
            for item in advice
            if not isinstance(item, dict) or "rule" not in item or keeps(item["rule"])
        ]

    def change(schema: dict[str, Any]) -> dict[str, Any]:
        if isinstance(schema.get(ADVICE), list):
            schema[ADVICE] = kept(schema[ADVICE])
        return schema

    return change


def _entry(item: Any) -> dict[str, str]:
    try:
        rule, severity, _ = item["rule"], Severity(item["severity"]), item["schema"]
        return {"rule": str(rule), "severity": severity.value}
    except (TypeError, KeyError, ValueError):
        raise DocumentError(
            f"the contract document: an entry of {ADVICE} must be "
            f"{{rule, severity: error|warning|info, schema}}"
        ) from None


def accelerated(schema: dict[str, Any]) -> dict[str, Any]:
    """
    Return a schema that accepts no more, is quicker to evaluate, and does not say why.

    Formats are left to the native check, joined with a prefix under which it is surely right.
    Lengths that the pattern implies go, and a pattern that a length implies. The consequence of a
    condition that needs a pattern is evaluated first. Members of `allOf` that share no keyword are
    merged.
    """
    schemas = _flat(schema.pop("allOf", []))
    schema.pop(ENTRY, None)
    if isinstance(schema.get("format"), str) and schema["format"] in PROVEN_PREFIXES:
        schemas.append({"pattern": PROVEN_PREFIXES[schema["format"]]})
    if schema.get("format") == "date-time":
        schemas = [_WHOLE_SECONDS if part == _NO_FRACTION else part for part in schemas]
    _shorten(schema)
    return _merged(schemas, schema)


def _shorten(schema: dict[str, Any]) -> None:
    """Drop lengths that the pattern implies, and evaluate a consequence before its condition."""
    length = _length(schema.get("pattern"))
    for keyword in ("minLength", "maxLength"):
        if length is not None and schema.get(keyword) == length:
            del schema[keyword]
    if {"if", "else"} <= schema.keys() and not {"then", "anyOf"} & schema.keys():
        schema["anyOf"] = [schema.pop("if"), schema.pop("else")]
    if (
        "then" in schema
        and _has_pattern(schema.get("if"))
        and not {"else", "anyOf"} & schema.keys()
    ):
        schema["anyOf"] = [schema.pop("then"), {"not": schema.pop("if")}]


def _merged(schemas: list[Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with the parts of its `allOf`, merged into it where they share nothing."""
    rest = []
    for part in schemas:
        if isinstance(part, dict) and set(part) == {"required"} and "required" in schema:
            schema["required"] = list(dict.fromkeys([*schema["required"], *part["required"]]))
        elif _only_adds_properties(part, schema):
            schema["properties"] = {**schema["properties"], **part["properties"]}
        elif (
            isinstance(part, dict)
            and not part.keys() & schema.keys()
            and not _SIBLINGS & (part.keys() | schema.keys())
        ):
            schema |= part
        else:
            rest.append(part)
    # A part that was merged may have brought its own `allOf`.
    rest = [*schema.pop("allOf", []), *rest]
    return schema | {"allOf": rest} if rest else schema


def _only_adds_properties(part: Any, schema: dict[str, Any]) -> bool:
    """Return True if a schema is only about members that another, open one does not mention."""
    if (
        not isinstance(part, dict)
        or set(part) != {"properties"}
        or not isinstance(schema.get("properties"), dict)
    ):
        return False
    return (
        not part["properties"].keys() & schema["properties"].keys()
        and not _SIBLINGS & schema.keys()
    )


def _has_pattern(schema: Any) -> bool:
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    return any(isinstance(inner, dict) and "pattern" in inner for inner in properties.values())


def _flat(schemas: list[Any]) -> list[Any]:
    """Members of `allOf` that are nothing but an `allOf` themselves, replaced by theirs."""
    return [
        inner
        for item in schemas
        for inner in (
            item["allOf"] if isinstance(item, dict) and set(item) == {"allOf"} else [item]
        )
    ]


def _length(pattern: Any) -> int | None:
    """Return the length of every text that an anchored pattern matches; None if that varies."""
    if not isinstance(pattern, str) or not _COUNTED.fullmatch(pattern):
        return None
    return sum(int(piece[1] or 1) for piece in _PIECE.finditer(pattern))


def has_inverted_formats(node: Any, inverted: bool = False) -> bool:
    """Return True if a format or a reference is where a stricter schema would accept more."""
    if isinstance(node, list):
        return any(has_inverted_formats(item, inverted) for item in node)
    if not isinstance(node, dict):
        return False
    if inverted and ("$ref" in node or "format" in node):
        return True
    return any(
        has_inverted_formats(value, inverted or name in _INVERTING)
        for name, value in node.items()
        if name not in _OPAQUE
    )
