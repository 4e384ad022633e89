"""
The default engine: one compiled schema for each body, on jsonschema-rs.

Each body is compiled twice. The *fast* schema is the contract with the advice folded in and nothing
but native checks. What it accepts has no finding at all; that is nearly everything, at native
speed. What it does not accept is judged by the *exact* schema, with our own format functions. Every
error is traced back to its place in the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from typing import Any

from receiptkit.model import pointers
from receiptkit.model.errors import DocumentError
from receiptkit.model.problem import Problem
from receiptkit.model.signals import signals_held
from receiptkit.openapi.operation import ResponseKey
from receiptkit.openapi.references import REF, schema_name, unsafe
from receiptkit.openapi.walking import Place
from receiptkit.schema.choices import CHOICES, meant
from receiptkit.schema.formats import FORMATS
from receiptkit.schema.rewriting import (
    accelerated,
    has_inverted_formats,
    only_advice,
    rewritten,
    with_advice,
    without_advice,
)
from receiptkit.schema.trace import Violation, one_a_mistake, traced

with signals_held():  # amid this import, the exception of a handler would be a panic of Rust's
    import jsonschema_rs

#: What the library below takes for the number of an item.
_NUMBER = re.compile(r"\+?0*([0-9]{1,20})")


def first_violation(schema: Any, value: Any) -> tuple[list[str | int], str] | None:
    """
    Return the place in a value, and the keyword, of its first violation of a lone JSON Schema.

    None if it conforms.
    """
    error = next(iter(jsonschema_rs.validator_for(schema).iter_errors(value)), None)
    if error is None:
        return None
    return _path(error, value), str(error.schema_path[-1])


def _path(error: Any, value: Any) -> list[str | int]:
    """
    Return the path of an error in a value.

    The library takes members called "1", "01" or "+1" for items, and leaves out those without a
    name.
    """
    path: list[str | int] = []
    for step in error.instance_path:
        while isinstance(value, dict) and _member(value, step) is None and "" in value:
            path.append("")
            value = value[""]
        if isinstance(value, dict):
            path.append(_member(value, step) or str(step))
            value = value.get(path[-1])
        else:
            path.append(step)
            value = value[step] if isinstance(value, list) and isinstance(step, int) else None
    while isinstance(value, dict) and "" in value and value != error.instance:
        path.append("")
        value = value[""]
    return path


def _member(value: dict[str, Any], step: str | int) -> str | None:
    """Return the name of the member that a step leads to; None without one."""
    if isinstance(step, str):
        return step if step in value else None
    numbers = ((name, _NUMBER.fullmatch(name)) for name in value)
    return next((name for name, found in numbers if found and int(found[1]) == step), None)


class Engine:
    """The schemas of a document, prepared once for all bodies that refer to them."""

    def __init__(self, document: dict[str, Any]) -> None:
        components = document.get("components")
        schemas = components.get("schemas", {}) if isinstance(components, dict) else {}
        self._document, self._schemas = document, schemas
        self._exact = _Rewritten(schemas, with_advice)
        self._plain = _Rewritten(schemas, without_advice)
        self._quick_advised = _Rewritten(self._exact, accelerated)
        self._quick_plain = _Rewritten(self._plain, accelerated)

    def body(self, schema: Any) -> BodySchema:
        """Return a body's schema, ready to be compiled on first use."""
        return BodySchema(self, schema)

    def advising(self, schema: BodySchema, keeps: Callable[[object], bool]) -> BodySchema:
        """Return a body's schema with only the advice of rules that `keeps` accepts."""
        change = only_advice(keeps)
        components = {"schemas": _Rewritten(self._schemas, change)}
        engine = type(self)({**self._document, "components": components})
        return engine.body(rewritten(schema.source, change))

    # Other engines look it up themselves.
    def answered(self, schema: BodySchema, answer: ResponseKey) -> BodySchema:  # noqa: ARG002
        """Return the schema that checks a response, given the one that our look-up has found."""
        return schema

    def exact(self, schema: Any) -> Any:
        """Return the schema and all it refers to, advice folded in."""
        return _with(rewritten(schema, with_advice), self._exact)

    def quick(self, schema: Any, *, advice: bool) -> Any:
        """
        Return a validator that accepts no more than the schema does, at native speed where that is
        possible.
        """
        fold = with_advice if advice else without_advice
        plain = rewritten(schema, fold)
        if has_inverted_formats(_with(plain, self._exact)):
            return compiled(_with(plain, self._exact if advice else self._plain), FORMATS)
        return self._quickest(
            _with(
                rewritten(plain, accelerated), self._quick_advised if advice else self._quick_plain
            ),
            schema,
        )

    def _quickest(self, accelerated: Any, schema: Any) -> Any:
        try:
            return compiled(accelerated, {}, is_rewritten=True)
        except DocumentError:
            # It says where something is wrong as the document has it.
            compiled(self.exact(schema), FORMATS)
            raise


class _Rewritten(dict[str, Any]):
    """Schemas by name, each of which is changed when it is first asked for."""

    def __init__(
        self, source: dict[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> None:
        super().__init__()
        self._source = source
        self._change = change

    def __missing__(self, name: str) -> Any:
        place = Place(steps=("components", "schemas", name))
        self[name] = rewritten(self._source[name], self._change, place)
        return self[name]


def _with(schema: Any, schemas: _Rewritten) -> Any:
    """Return a schema with what its references lead to; without references it is compiled alone."""
    needed: dict[str, Any] = {}
    waiting = [schema]
    while waiting:
        for ref in _references(waiting.pop()):
            name = schema_name(ref)
            if name is not None and name not in needed:
                with suppress(KeyError):
                    needed[name] = schemas[name]
                    waiting.append(needed[name])
    refers = next(_references(schema), None) is not None
    return {**schema, "components": {"schemas": needed}} if refers else schema


class BodySchema:
    """One schema of a document, compiled on first use; `source` is how the document has it."""

    def __init__(self, engine: Engine, schema: Any) -> None:
        self._engine = engine
        self.source = schema

    @cached_property
    def is_clean(self) -> Callable[[Any], bool]:
        """Return a function that returns True only if a value is proven to conform."""
        accepts: Callable[[Any], bool] = self._engine.quick(self.source, advice=True).is_valid
        return accepts

    @cached_property
    def conforms(self) -> Callable[[Any], bool]:
        """
        Return a function that returns True only if a value is proven to break no keyword of the
        schema, advice left aside.
        """
        accepts: Callable[[Any], bool] = self._engine.quick(self.source, advice=False).is_valid
        return accepts

    def problems(self, value: Any) -> list[Problem]:
        """Return a problem for each mistake, in the order of the places in the body."""
        violations = self.violations(value)
        if not violations:
            return []
        from receiptkit.schema.messages import problem

        return [problem(each) for each in violations]

    def violations(self, value: Any) -> list[Violation]:
        """Return every violation, one for each mistake, in the order of the places in the body."""
        try:
            errors = list(self._validator.iter_errors(value))
        except UnicodeEncodeError:
            return []
        return one_a_mistake(
            [violation for error in errors for violation in self._trace(error, value)]
        )

    @cached_property
    def _exact(self) -> Any:
        return self._engine.exact(self.source)

    @cached_property
    def _validator(self) -> Any:
        return compiled(self._exact, FORMATS)

    def _trace(self, error: Any, body: Any) -> Iterator[Violation]:
        branch = _branch(error) if error.kind.name in CHOICES else []
        if branch:
            for each in branch:
                yield from self._trace(each, body)
            return
        # Not `schema_path`, which leaves out what was passed before the last reference: a rule, or
        # that it is advice.
        place = tuple(error.evaluation_path)
        keyword = "false" if error.kind.name == "falseSchema" else str(place[-1])
        names = None
        if keyword == "required":
            names = [error.kind.property]
        elif keyword in ("additionalProperties", "unevaluatedProperties"):
            names = getattr(error.kind, "unexpected", None)
        path = _path(error, body)
        yield from traced(self._exact, place, keyword, path, error.instance, names)


def _branch(error: Any) -> list[Any]:
    path = error.instance_path
    return meant(
        getattr(error.kind, "context", ()),
        lambda each: each.kind.name == "type" and each.instance_path == path,
    )


def compiled(schema: Any, formats: dict[str, Any], *, is_rewritten: bool = False) -> Any:
    """
    Return a validator for a schema.

    Args:
        schema: the schema with what it refers to.
        formats: functions by the name of the format that they check.
        is_rewritten: True if places in the schema are not those of the document, and do not help.

    Raises:
        DocumentError: it is not a schema, or refers to nothing.
    """
    try:
        return jsonschema_rs.Draft202012Validator(
            schema, formats=formats, validate_formats=True, offline=True
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        place = (
            ""
            if is_rewritten
            else pointers.join(map(str, getattr(error, "instance_path", None) or ()))
        )
        said = f"{place}: {str(error).splitlines()[0]}" if place else str(error).splitlines()[0]
        lost = next(_leading_nowhere(schema), None)
        raise DocumentError(
            f"the contract document: `$ref: {lost}` leads nowhere"
            if lost is not None
            else f"the contract document holds a schema that cannot be compiled: {said}"
        ) from None


def _leading_nowhere(schema: Any) -> Iterator[str]:
    """Yield the references to schemas that the document does not have."""
    known = schema.get("components", {}).get("schemas", {}) if isinstance(schema, dict) else {}
    for ref in _references(schema):
        name = schema_name(ref)
        if name is not None and name not in known:
            yield unsafe(name)


def _references(node: Any) -> Iterator[str]:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and isinstance(node.get(REF), str):
        yield node[REF]
    for each in inner:
        yield from _references(each)
