"""Path and query parameters of a request, held against their schemas."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from receiptkit.model.problem import Problem
from receiptkit.openapi.operations import Operation, Parameter
from receiptkit.schema.engine import BodySchema

#: A number as JSON writes it, but for an exponent; and what turns the text of each type into its value.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})")
_NUMBER = re.compile(rf"{_INTEGER.pattern}(?:\.[0-9]{{1,30}})?")
_READERS: dict[str, tuple[re.Pattern[str], Callable[[str], Any]]] = {
    "integer": (_INTEGER, int),
    "number": (_NUMBER, float),
    "boolean": (re.compile("true|false"), lambda text: text == "true"),
}

SchemaOf = Callable[[Operation, Parameter], BodySchema]


def parameter_problems(
    operation: Operation, path: dict[str, str], url: str, schema_of: SchemaOf, source: str
) -> list[Problem]:
    """
    Return what is wrong with the parameters of a request.

    Args:
        operation: what was asked for.
        path: the values of the path parameters, decoded.
        url: the URL with its query; of a parameter that is given twice the last value counts, unless it is a list.
        schema_of: gives the compiled schema of a parameter.
        source: where the document comes from.
    """
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(_query(url), keep_blank_values=True):
        query.setdefault(name, []).append(value)
    by_location = {"path": {name: [value] for name, value in path.items()}, "query": query}
    problems = []
    for parameter in operation.parameters:
        texts = by_location.get(parameter.location, {}).get(parameter.name)
        if texts is not None:
            schema = schema_of(operation, parameter)
            problems += _problems(operation, parameter, texts, schema, source)
        elif parameter.required and parameter.location == "query":
            problems.append(Problem("", f"the query parameter {parameter.name} is missing"))
    return problems


def _query(url: str) -> str:
    return url.partition("#")[0].partition("?")[2]


def _problems(
    operation: Operation, parameter: Parameter, texts: list[str], schema: BodySchema, source: str
) -> list[Problem]:
    value = _value(parameter, texts)
    if schema.is_clean(value):
        return []
    from receiptkit.schema.wording import hint, message

    first = next(iter(schema.violations(value)), None)
    if first is None:
        return []
    # In a URL everything is text, so its type is no news.
    what = message(first).replace("is a string, not", "is not")
    what = f"{parameter.location} parameter {parameter.name} {what}"
    help_ = None if first.keyword == "type" else hint(first)
    return [Problem("", what, help_, grounding=f"{source}, {operation.id}", value=texts[-1])]


def _value(parameter: Parameter, texts: list[str]) -> Any:
    """Return the value that the texts of a parameter stand for; a text that is not of the type stays as it is."""
    if "array" not in parameter.types:
        return _typed(texts[-1], parameter.types)
    repeated = parameter.explode and parameter.location == "query"
    items = texts if repeated else texts[-1].split(",")
    return [_typed(item, parameter.item_types) for item in items]


def _typed(text: str, types: tuple[str, ...]) -> Any:
    for name in types:
        pattern, read = _READERS.get(name, (None, str))
        if pattern is not None and pattern.fullmatch(text):
            return read(text)
    return text
