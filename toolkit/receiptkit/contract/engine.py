"""
The default engine: one compiled schema for each body, on jsonschema-rs.

Each body is compiled twice. The *fast* schema is the contract with the advice folded in and nothing but native checks: what it
accepts has no finding at all, which is nearly everything, at native speed. What it does not accept is judged by the *exact* schema,
with our own format functions, and every error is traced back to the place in the document it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jsonschema_rs

from receiptkit import pointers
from receiptkit.contract.formats import FORMATS, SURELY
from receiptkit.errors import DocumentError
from receiptkit.findings import Severity
from receiptkit.rules.schema import rule_id

_ADVICE = "x-receiptkit-advice"
_RULE = "x-receiptkit-rule"
_SOURCE = "x-receiptkit-source"
#: Marks, in a compiled schema, what was an entry of advice in the document.
_ENTRY = "x-receiptkit-entry"

#: Of several errors about one value, the first of these stands; keywords not named here are about something else.
_RANK = {
    "type": 0,
    "const": 1,
    "enum": 1,
    "pattern": 2,
    "format": 3,
    "minLength": 4,
    "maxLength": 4,
    "minimum": 5,
    "maximum": 5,
    "exclusiveMinimum": 5,
    "exclusiveMaximum": 5,
    "multipleOf": 6,
}
#: Below these a stricter schema can accept more, so nothing there may be replaced by something stricter.
_INVERTING = ("not", "if", "oneOf", "contains", "propertyNames", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems")


@dataclass(frozen=True, slots=True)
class Violation:
    """
    One place where a body breaks its schema, or the advice beside it.

    Attributes:
        rule: the rule it is reported under.
        keyword: the JSON Schema keyword that failed.
        pointer: the value concerned.
        value: that value.
        expected: the value of the keyword.
        name: the member that is missing or too many, for keywords that are about one.
        schema: the subschema that holds the keyword.
        place: where that is in the compiled schema.
        severity: given by an entry of advice; None for an error of the schema.
        source: what the document itself names as its ground, if it does.
    """

    rule: str
    keyword: str
    pointer: str
    value: Any
    expected: Any
    name: str | None
    schema: Any
    place: tuple[str | int, ...]
    severity: Severity | None
    source: str | None


class BodySchema:
    """One schema of a document, compiled on first use."""

    def __init__(self, document: dict[str, Any], schema: Any) -> None:
        self._document = document
        self._schema = schema

    @cached_property
    def is_clean(self) -> Any:
        """A function: whether a value surely has no violation. False says nothing."""
        return _quick(self._exact).is_valid

    @cached_property
    def conforms(self) -> Any:
        """A function: whether a value surely breaks no keyword of the schema, advice left aside. False says nothing."""
        return _quick(_without_advice(self._root)).is_valid

    def violations(self, value: Any) -> list[Violation]:
        """Every violation, one for each mistake, in the order of the places in the body."""
        try:
            errors = list(self._validator.iter_errors(value))
        except UnicodeEncodeError:
            return []
        return _one_a_mistake([violation for error in errors for violation in self._trace(error)])

    @property
    def _root(self) -> dict[str, Any]:
        schema = self._schema if isinstance(self._schema, dict) else {"allOf": [self._schema]}
        return {"components": self._document.get("components", {}), **schema}

    @cached_property
    def _exact(self) -> Any:
        return _with_advice(self._root)

    @cached_property
    def _validator(self) -> Any:
        return _compile(self._exact, FORMATS)

    def _trace(self, error: Any) -> Iterator[Violation]:
        place = tuple(error.schema_path)
        node, labels, source = self._exact, [], None
        for step, token in enumerate(place):
            if isinstance(node, dict):
                labels.append(node)
                if step == len(place) - 1:
                    source = node.get(_SOURCE, {}).get(token)
            node = node[token] if isinstance(node, list) or token in node else None
        keyword = str(place[-1]) if place else "false"
        entry = next((label[_ENTRY] for label in labels if _ENTRY in label), None)
        label = next((label[_RULE] for label in reversed(labels) if _RULE in label), None)
        pointer = pointers.join(error.instance_path)
        common = {
            "rule": entry["rule"] if entry else label or rule_id("false" if _is_false(error) else keyword),
            "keyword": "false" if _is_false(error) else keyword,
            "expected": node,
            "schema": labels[-1] if labels else {},
            "place": place,
            "severity": Severity(entry["severity"]) if entry else None,
            "source": source,
        }
        if keyword == "required":
            yield Violation(pointer=pointer, value=error.instance, name=error.kind.property, **common)
        elif keyword in ("additionalProperties", "unevaluatedProperties") and hasattr(error.kind, "unexpected"):
            for name in error.kind.unexpected:
                yield Violation(pointer=pointer + pointers.join([name]), value=error.instance.get(name), name=name, **common)
        else:
            name = str(error.instance_path[-1]) if _is_false(error) and error.instance_path else None
            yield Violation(pointer=pointer, value=error.instance, name=name, **common)


def _is_false(error: Any) -> bool:
    return bool(error.kind.name == "falseSchema")


def _compile(schema: Any, formats: dict[str, Any]) -> Any:
    try:
        return jsonschema_rs.Draft202012Validator(schema, formats=formats, validate_formats=True, offline=True)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise DocumentError(f"the contract document holds a schema that cannot be compiled: {str(error).splitlines()[0]}") from None


def _quick(schema: Any) -> Any:
    """A validator that accepts no more than the schema does, at native speed where that is possible."""
    if _has_inverted_formats(schema):
        return _compile(schema, FORMATS)
    return _compile(_hastened(schema), {})


def _without_advice(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_advice(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {name: value if name in ("enum", "const") else _without_advice(value) for name, value in node.items() if name != _ADVICE}


def _with_advice(node: Any) -> Any:
    """The schema with every entry of advice as one more member of `allOf`, marked."""
    if isinstance(node, list):
        return [_with_advice(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {name: value if name in ("enum", "const", _ADVICE) else _with_advice(value) for name, value in node.items()}
    advice = result.pop(_ADVICE, None)
    if isinstance(advice, list):
        result["allOf"] = [*result.get("allOf", []), *({_ENTRY: _entry(item), "allOf": [item["schema"]]} for item in advice)]
    return result


def _entry(item: Any) -> dict[str, str]:
    try:
        rule, severity, _ = item["rule"], Severity(item["severity"]), item["schema"]
        return {"rule": str(rule), "severity": severity.value}
    except (TypeError, KeyError, ValueError):
        raise DocumentError(f"the contract document: an entry of {_ADVICE} is {{rule, severity: error|warning|info, schema}}") from None


def _hastened(node: Any) -> Any:
    """
    The schema in a form that accepts no more, is quicker to evaluate, and says nothing about why.

    Formats are left to the native check, joined with a prefix under which it is surely right; a condition is asked for its
    consequence first; annotations go.
    """
    if isinstance(node, list):
        return [_hastened(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {
        name: value if name in ("enum", "const") else _hastened(value)
        for name, value in node.items()
        if not name.startswith("x-receiptkit-") and not (name == "description" and isinstance(value, str))
    }
    extra = []
    if isinstance(result.get("format"), str) and result["format"] in SURELY:
        extra.append({"pattern": SURELY[result["format"]]})
    if "if" in result and "then" in result and "else" not in result and "anyOf" not in result:
        result["anyOf"] = [result.pop("then"), {"not": result.pop("if")}]
    if extra or "allOf" in result:
        result["allOf"] = [*_flat(result.get("allOf", [])), *extra]
    return result


def _flat(schemas: list[Any]) -> list[Any]:
    """Members of `allOf` that are nothing but an `allOf` themselves, replaced by theirs."""
    return [inner for item in schemas for inner in (item["allOf"] if isinstance(item, dict) and set(item) == {"allOf"} else [item])]


def _has_inverted_formats(node: Any, inverted: bool = False) -> bool:
    """Whether a format or a reference stands where a stricter schema would accept more."""
    if isinstance(node, list):
        return any(_has_inverted_formats(item, inverted) for item in node)
    if not isinstance(node, dict):
        return False
    if inverted and ("$ref" in node or "format" in node):
        return True
    return any(_has_inverted_formats(value, inverted or name in _INVERTING) for name, value in node.items() if name not in ("enum", "const"))


def _one_a_mistake(violations: list[Violation]) -> list[Violation]:
    """At one pointer the first of type, const or enum, pattern, format, length stands, and no advice beside it."""
    best: dict[str, int] = {}
    for violation in violations:
        if violation.severity is None and violation.keyword in _RANK:
            best[violation.pointer] = min(best.get(violation.pointer, 99), _RANK[violation.keyword])
        elif violation.severity is None and violation.name is not None and violation.keyword != "required":
            best[violation.pointer] = -1
    kept: dict[tuple[str, str, str | None], Violation] = {}
    for violation in violations:
        rank = best.get(violation.pointer)
        about_a_member = violation.keyword == "required"
        if rank is not None and not about_a_member and (violation.severity is not None or _RANK.get(violation.keyword, rank) > rank):
            continue
        kept.setdefault((violation.pointer, violation.rule, violation.name), violation)
    return list(kept.values())
