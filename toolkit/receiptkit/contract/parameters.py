"""Path and query parameters of a request, held against their schemas."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from receiptkit.model.problem import Problem
from receiptkit.openapi.operations import Operation, Parameter
from receiptkit.schema.engine import BodySchema

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})")
_RULE = "request.parameter"

SchemaOf = Callable[[Operation, Parameter], BodySchema]


def parameter_problems(
    operation: Operation, path: dict[str, str], url: str, schema_of: SchemaOf, source: str
) -> list[Problem]:
    """
    What is wrong with the parameters of a request.

    Args:
        operation: what was asked for.
        path: the values of the path parameters, decoded.
        url: the URL with its query; of a parameter that is given twice the last value counts.
        schema_of: gives the compiled schema of a parameter.
        source: where the document comes from.
    """
    query = dict(parse_qsl(url.partition("#")[0].partition("?")[2], keep_blank_values=True))
    given = {"path": path, "query": query}
    problems = []
    for parameter in operation.parameters:
        value = given.get(parameter.location, {}).get(parameter.name)
        if value is not None:
            problems += _problems(
                operation, parameter, value, schema_of(operation, parameter), source
            )
        elif parameter.required and parameter.location == "query":
            problems.append(
                Problem("", f"the query parameter {parameter.name} is missing", rule=_RULE)
            )
    return problems


def _problems(
    operation: Operation, parameter: Parameter, text: str, schema: BodySchema, source: str
) -> list[Problem]:
    value = int(text) if _is_integer(parameter.schema) and _INTEGER.fullmatch(text) else text
    if schema.is_clean(value):
        return []
    from receiptkit.schema.wording import hint, message

    for violation in schema.violations(value):
        # In a URL everything is text: that says nothing, and nothing stands in quotes.
        said = message(violation).replace("is a string, not", "is not")
        what = f"{parameter.location} parameter {parameter.name} {said}"
        help_ = None if violation.keyword == "type" else hint(violation)
        return [
            Problem("", what, help_, rule=_RULE, grounding=f"{source}, {operation.id}", value=text)
        ]
    return []


def _is_integer(schema: Any) -> bool:
    said = schema.get("type") if isinstance(schema, dict) else None
    return said == "integer" or (isinstance(said, list) and "integer" in said)
