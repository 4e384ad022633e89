"""
The default engine: one compiled schema for each body, on jsonschema-rs.

Each body is compiled twice. The *fast* schema is the contract with the advice folded in and nothing but native checks: what it
accepts has no finding at all, which is nearly everything, at native speed. What it does not accept is judged by the *exact* schema,
with our own format functions, and every error is traced back to the place in the document it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import jsonschema_rs

from receiptkit import pointers
from receiptkit.contract.formats import FORMATS
from receiptkit.contract.rewriting import ENTRY, has_inverted_formats, hastened, rewritten, with_advice, without_advice
from receiptkit.errors import DocumentError
from receiptkit.findings import Severity
from receiptkit.rules.schema import rule_id

_RULE = "x-receiptkit-rule"
_SOURCE = "x-receiptkit-source"

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


class Engine:
    """The schemas of a document, prepared once for all bodies that refer to them."""

    def __init__(self, document: dict[str, Any]) -> None:
        components = document.get("components")
        self._schemas = components.get("schemas", {}) if isinstance(components, dict) else {}

    def body(self, schema: Any) -> BodySchema:
        """A body's schema, ready to be compiled on first use."""
        return BodySchema(self, schema)

    def exact(self, schema: Any) -> dict[str, Any]:
        """The schema and all it refers to, advice folded in."""
        return {**rewritten(_object(schema), with_advice), "components": {"schemas": self._exact}}

    def quick(self, schema: Any, *, advice: bool) -> Any:
        """A validator that accepts no more than the schema does, at native speed where that is possible."""
        fold = with_advice if advice else without_advice
        plain = rewritten(_object(schema), fold)
        if self._inverted or has_inverted_formats(plain):
            return _compile({**plain, "components": {"schemas": self._exact if advice else self._plain}}, FORMATS)
        schemas = self._quick_advised if advice else self._quick_plain
        return _compile({**rewritten(plain, hastened), "components": {"schemas": schemas}}, {})

    @cached_property
    def _exact(self) -> dict[str, Any]:
        return self._each(self._schemas, with_advice)

    @cached_property
    def _plain(self) -> dict[str, Any]:
        return self._each(self._schemas, without_advice)

    @cached_property
    def _quick_advised(self) -> dict[str, Any]:
        return self._each(self._exact, hastened)

    @cached_property
    def _quick_plain(self) -> dict[str, Any]:
        return self._each(self._plain, hastened)

    @cached_property
    def _inverted(self) -> bool:
        return has_inverted_formats(self._exact)

    @staticmethod
    def _each(schemas: dict[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        return {name: rewritten(schema, change) for name, schema in schemas.items()}


def _object(schema: Any) -> dict[str, Any]:
    return schema if isinstance(schema, dict) else {"allOf": [schema]}


class BodySchema:
    """One schema of a document, compiled on first use."""

    def __init__(self, engine: Engine, schema: Any) -> None:
        self._engine = engine
        self._schema = schema

    @cached_property
    def is_clean(self) -> Callable[[Any], bool]:
        """A function: whether a value surely has no violation. False says nothing."""
        accepts: Callable[[Any], bool] = self._engine.quick(self._schema, advice=True).is_valid
        return accepts

    @cached_property
    def conforms(self) -> Callable[[Any], bool]:
        """A function: whether a value surely breaks no keyword of the schema, advice left aside. False says nothing."""
        accepts: Callable[[Any], bool] = self._engine.quick(self._schema, advice=False).is_valid
        return accepts

    def violations(self, value: Any) -> list[Violation]:
        """Every violation, one for each mistake, in the order of the places in the body."""
        try:
            errors = list(self._validator.iter_errors(value))
        except UnicodeEncodeError:
            return []
        return _one_a_mistake([violation for error in errors for violation in self._trace(error)])

    @cached_property
    def _exact(self) -> dict[str, Any]:
        return self._engine.exact(self._schema)

    @cached_property
    def _validator(self) -> Any:
        return _compile(self._exact, FORMATS)

    def _trace(self, error: Any) -> Iterator[Violation]:
        """The violations of one error, with what the document says along the way to its keyword."""
        place = tuple(error.schema_path)
        expected, holders = _followed(self._exact, place)
        keyword = "false" if error.kind.name == "falseSchema" else str(place[-1])
        entry = next((holder[ENTRY] for holder in holders if ENTRY in holder), None)
        rule = (
            entry["rule"] if entry else next((holder[_RULE] for holder in reversed(holders) if _RULE in holder), rule_id(keyword))
        )
        violation = Violation(
            rule=rule,
            keyword=keyword,
            pointer=pointers.join(error.instance_path),
            value=error.instance,
            expected=expected,
            name=None,
            schema=holders[-1] if holders else {},
            place=place,
            severity=Severity(entry["severity"]) if entry else None,
            source=holders[-1].get(_SOURCE, {}).get(keyword) if holders else None,
        )
        if keyword == "required":
            yield replace(violation, name=error.kind.property)
        elif keyword in ("additionalProperties", "unevaluatedProperties") and hasattr(error.kind, "unexpected"):
            for name in error.kind.unexpected:
                yield replace(
                    violation, name=name, pointer=violation.pointer + pointers.join([name]), value=error.instance.get(name)
                )
        elif keyword == "false" and error.instance_path:
            yield replace(violation, name=str(error.instance_path[-1]))
        else:
            yield violation


def _followed(schema: Any, place: tuple[Any, ...]) -> tuple[Any, list[dict[str, Any]]]:
    """What stands at a place of a schema, and every object on the way there."""
    holders: list[dict[str, Any]] = []
    for token in place:
        if isinstance(schema, dict):
            holders.append(schema)
        schema = schema[token] if isinstance(schema, list) else schema.get(token)
    return schema, holders


def _compile(schema: Any, formats: dict[str, Any]) -> Any:
    try:
        return jsonschema_rs.Draft202012Validator(schema, formats=formats, validate_formats=True, offline=True)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise DocumentError(
            f"the contract document holds a schema that cannot be compiled: {str(error).splitlines()[0]}"
        ) from None


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
        if (
            rank is not None
            and not about_a_member
            and (violation.severity is not None or _RANK.get(violation.keyword, rank) > rank)
        ):
            continue
        kept.setdefault((violation.pointer, violation.rule, violation.name), violation)
    return list(kept.values())
