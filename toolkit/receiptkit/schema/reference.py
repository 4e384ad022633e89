"""
The reference engine: the same contract judged by openapi-core and jsonschema, slowly, as a second
opinion.

It shares with the default engine what no library decides: the two formats, the anchoring of
patterns, which of several errors about a value is reported. Answers to requests go through
openapi-core, which finds operation, status, media type and schema by itself. Bare bodies and forms,
of which openapi-core would drop undeclared fields, go through jsonschema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, cast

import orjson
from jsonschema import Draft202012Validator, FormatChecker, SchemaError
from jsonschema.exceptions import ValidationError
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from receiptkit.model.errors import DocumentError
from receiptkit.openapi.operation import ResponseKey
from receiptkit.schema.choices import CHOICES, meant
from receiptkit.schema.engine import BodySchema, Engine, compiled
from receiptkit.schema.formats import FORMATS
from receiptkit.schema.trace import Violation, one_a_mistake, traced

_ANYWHERE = "https://receiptkit.invalid"
#: ECMAScript patterns that Python reads differently: `$` before a line break, `\d` and `\w`
#: beyond ASCII.
_PIECE = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", re.DOTALL)
_CLASSES = {r"\d": "0-9", r"\w": "A-Za-z0-9_"}


def _of_text(accepts: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or accepts(value)


_CHECKS = {name: _of_text(accepts) for name, accepts in FORMATS.items()}


#: Keywords whose values are compared, and are what they are.
_VALUES = ("const", "enum")
#: Allows nothing.
_NOTHING: dict[str, Any] = {"not": {}}


class ReferenceEngine(Engine):
    """The schemas of a document, judged by other people's validators."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__(document)
        self._document = document

    def body(self, schema: Any) -> BodySchema:
        return _Schema(self, schema)

    def answered(self, schema: BodySchema, answer: ResponseKey) -> BodySchema:
        """
        Return the schema of a response, looked up and checked by openapi-core; what is advice comes
        from `schema`.
        """
        if "*" in answer.media_type:
            # openapi-core reads no body of a range of media types.
            return schema
        operation = answer.operation
        # The path has its parameters unfilled, because their values do not matter here.
        request = MockRequest(_ANYWHERE, operation.method, operation.path)

        def errors(value: Any) -> Iterator[ValidationError]:
            response = MockResponse(
                orjson.dumps(value), answer.status, content_type=answer.media_type
            )
            openapi = self._openapi
            try:
                said: list[Exception] = list(openapi.iter_response_errors(request, response))
            except Exception as failure:  # noqa: BLE001 # its libraries fail in many ways
                said = [failure]
            for error in said:
                found = getattr(error.__cause__, "schema_errors", None)
                if found is None:
                    raise DocumentError(
                        f"openapi-core cannot check {operation.id}: {type(error).__name__}"
                    )
                yield from found

        return _Answer(self, cast("_Schema", schema), errors)

    @cached_property
    def _openapi(self) -> OpenAPI:
        # Any host will do, as for the default engine.
        document = {**_without_servers(_prepared(self._document)), "servers": [{"url": _ANYWHERE}]}
        try:
            return OpenAPI.from_dict(document, config=Config(extra_format_validators=_CHECKS))
        except Exception as error:  # noqa: BLE001 # its libraries fail in many ways
            raise DocumentError(
                f"openapi-core cannot use the contract document: {type(error).__name__}"
            ) from None


class _Schema(BodySchema):
    """A schema judged by jsonschema."""

    @cached_property
    def is_clean(self) -> Callable[[Any], bool]:
        return lambda value: not self.violations(value)

    @cached_property
    def conforms(self) -> Callable[[Any], bool]:
        return lambda value: all(
            violation.severity is not None for violation in self.violations(value)
        )

    def violations(self, value: Any) -> list[Violation]:
        return one_a_mistake(list(self.traced(self.validator.iter_errors(value))))

    def traced(self, errors: Iterable[ValidationError]) -> Iterator[Violation]:
        """Yield the violations of errors of jsonschema."""
        for error in errors:
            branch = _branch(error) if error.validator in CHOICES else []
            if branch:
                yield from self.traced(branch)
                continue
            place = tuple(error.absolute_schema_path)
            keyword = str(error.validator)
            if error.schema == _NOTHING:
                place, keyword = place[:-1], "false"
            yield from traced(
                self._exact,
                place,
                keyword,
                list(error.absolute_path),
                error.instance,
                _names(error),
            )

    @cached_property
    def validator(self) -> Any:
        checker = FormatChecker(formats=())
        for name, accepts in _CHECKS.items():
            checker.checks(name)(accepts)
        schema = _prepared(self._exact)
        # jsonschema looks at what is referred to when it is met, and it may be anything.
        compiled(self._exact, FORMATS)
        try:
            Draft202012Validator.check_schema(schema)
        except SchemaError as error:
            raise DocumentError(
                f"the contract document holds a schema that cannot be compiled: {error.message}"
            ) from None
        return Draft202012Validator(schema, format_checker=checker)


class _Answer(_Schema):
    """The schema of a response: errors by openapi-core, advice by jsonschema."""

    def __init__(
        self, engine: Engine, schema: _Schema, errors: Callable[[Any], Iterator[ValidationError]]
    ) -> None:
        super().__init__(engine, schema.source)
        self._described = schema
        self._errors = errors

    @cached_property
    def validator(self) -> Any:
        # Compiled once for all answers of this schema, of which each has its own operation.
        return self._described.validator

    def violations(self, value: Any) -> list[Violation]:
        advice = [
            violation
            for violation in self.traced(self.validator.iter_errors(value))
            if violation.severity is not None
        ]
        return one_a_mistake([*self.traced(self._errors(value)), *advice])


def _without_servers(node: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """Return a document without the servers of its paths and operations."""
    return {
        name: _without_servers(inner, depth + 1)
        if isinstance(inner, dict) and (name == "paths" or depth in (1, 2))
        else inner
        for name, inner in node.items()
        if name != "servers" or depth not in (2, 3)
    }


def _branch(error: ValidationError) -> list[ValidationError]:
    branches: dict[Any, list[ValidationError]] = {}
    for each in error.context or ():
        branches.setdefault(each.schema_path[0], []).append(each)
    return meant(
        branches.values(), lambda each: each.validator == "type" and not each.relative_path
    )


def _names(error: ValidationError) -> list[str] | None:
    """Return the members an error is about; jsonschema names them in its message only."""
    value: Any = error.instance
    expected: Any = error.validator_value
    schema: Any = error.schema
    if error.validator == "required":
        return [name for name in expected if name not in value]
    if error.validator == "additionalProperties":
        known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
        return [
            name
            for name in value
            if name not in known and not any(re.search(pattern, name) for pattern in patterns)
        ]
    return None


def _prepared(node: Any, name: str = "") -> Any:
    """
    Return a schema or document in the form that gives it the same meaning in these libraries.

    Patterns are anchored as ECMAScript has it. A member that is forbidden (`false`) forbids
    everything (`{"not": {}}`), because jsonschema does not say where the former was.
    """
    if name in _VALUES:
        return node
    if isinstance(node, list):
        return [_prepared(item) for item in node]
    if isinstance(node, str) and name == "pattern":
        return _understood(python_pattern(node))
    if not isinstance(node, dict):
        return node
    if name == "patternProperties":
        return {_understood(key): _prepared(value) for key, value in node.items()}
    if name == "properties":
        return {
            key: dict(_NOTHING) if value is False else _prepared(value)
            for key, value in node.items()
        }
    return {key: _prepared(value, key) for key, value in node.items()}


def _understood(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise DocumentError(
            f"the contract document has a pattern that Python cannot read: {pattern}: {error}"
        ) from None
    return pattern


def python_pattern(pattern: str) -> str:
    """Return an ECMAScript pattern, written so that Python's `re` and ECMAScript agree."""
    return _PIECE.sub(_translated, pattern)


def _translated(piece: re.Match[str]) -> str:
    text = piece[0]
    if text == "$":
        return r"(?![\s\S])"
    if text in _CLASSES:
        return f"[{_CLASSES[text]}]"
    if text.startswith("["):
        return re.sub(r"\\.", lambda escape: _CLASSES.get(escape[0], escape[0]), text)
    return text
