"""Parameters of a request and the fields of its form, compared with their schemas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from receiptkit.contract.webhook_payload import is_form_request
from receiptkit.model.exchange import Exchange, WebhookRequest, text_of
from receiptkit.model.limits import limit
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.openapi.operation import Operation, Parameter
from receiptkit.rules import catalogue
from receiptkit.rules.views import RequestView
from receiptkit.schema.engine import BodySchema
from receiptkit.text.forms import decode_form, decode_query

#: A number as JSON writes it, but for an exponent; and what turns the text of each type into its
#: value.
_INTEGER = regex(r"-?(?:0|[1-9][0-9]{0,30})")
_NUMBER = regex(rf"{_INTEGER.pattern}(?:\.[0-9]{{1,30}})?")
_READERS: dict[str, tuple[re.Pattern[str], Callable[[str], Any]]] = {
    "integer": (_INTEGER, int),
    "number": (_NUMBER, float),
    "boolean": (re.compile("true|false"), lambda text: text == "true"),
}
#: The locations of parameters whose names a request may repeat.
_REPEATED = ("query", "form")

#: The texts of each parameter by its name.
Texts = Mapping[str, list[str]]
SchemaOf = Callable[[Operation, Parameter], BodySchema]


def request_view(
    exchange: Exchange,
    operation: Operation,
    values: dict[str, str],
    schema_of: SchemaOf,
    source: str,
) -> RequestView:
    """
    Return what the checks of requests look at.

    Args:
        exchange: the request with its response.
        operation: what was asked for.
        values: the values of the path parameters, decoded.
        schema_of: gives the compiled schema of a parameter.
        source: where the document comes from.
    """
    request, query = exchange.request(), _query_texts(exchange.url)
    sent = [each for each in operation.parameters if each.location in _REPEATED]
    takes_form = any(each.location == "form" for each in sent)
    is_form = not takes_form or is_form_request(request)
    form = _form_texts(request) if takes_form and is_form else {}

    def problems() -> Iterator[Problem]:
        path = {name: [value] for name, value in values.items()}
        headers = _header_texts(exchange, operation)
        texts = {"path": path, "query": query, "form": form, "header": headers}
        return iter(_parameter_problems(operation, texts, schema_of, source))

    return RequestView(
        operation.id,
        exchange.method.upper(),
        {role: values[name] for name, role in operation.roles.items()},
        exchange.url,
        problems,
        query,
        form,
        tuple(each.name for each in sent),
        tuple(each.name for each in sent if "array" in each.types),
        is_form,
        _only_in_forms(sent),
        _has_body(request),
    )


def _header_texts(exchange: Exchange, operation: Operation) -> dict[str, list[str]]:
    """Return the values of the headers that an operation names."""
    sent = {key.lower(): [value] for key, value in exchange.request_headers.items()}
    return {
        each.name: sent[each.name.lower()]
        for each in operation.parameters
        if each.location == "header" and each.name.lower() in sent
    }


def _has_body(request: WebhookRequest) -> bool:
    """
    Return True if a text with anything in it was captured.

    An object or a list in its place may be what a tool says of a body.
    """
    text = text_of(request.body)
    return text is not None and bool(text.strip())


def _only_in_forms(sent: Iterable[Parameter]) -> tuple[str, ...]:
    """Return the names of the parameters that are fields of a form and nothing else."""
    elsewhere = {each.name for each in sent if each.location != "form"}
    return tuple(each.name for each in sent if each.name not in elsewhere)


def _query_texts(url: str) -> dict[str, list[str]]:
    """Return the values of each query parameter of a URL, blank ones too."""
    query: dict[str, list[str]] = {}
    for field in decode_query(url, limit("members")):
        query.setdefault(field.name, []).append(field.value)
    return query


def _form_texts(request: WebhookRequest) -> dict[str, list[str]]:
    """
    Return the values of each field of a request's form; none of a body that was not captured or is
    no form.
    """
    raw = text_of(request.body)
    if raw is None:
        return _of_mapping(request.body) if isinstance(request.body, Mapping) else {}
    content_type = request.header("content-type")
    form: dict[str, list[str]] = {}
    text = raw.decode("utf-8", "replace").strip()
    for field in decode_form(text, content_type, limit("members")):
        form.setdefault(field.name, []).append(field.value)
    return form


def _of_mapping(fields: Mapping[Any, Any]) -> dict[str, list[str]]:
    """Return the fields of a form that was logged parsed."""
    lists = {
        str(name): value if isinstance(value, list) else [value] for name, value in fields.items()
    }
    return {name: [str(each) for each in value] for name, value in lists.items() if value}


def _parameter_problems(
    operation: Operation, texts: Mapping[str, Texts], schema_of: SchemaOf, source: str
) -> list[Problem]:
    """
    Return what is wrong with the parameters of a request.

    Args:
        operation: what was asked for.
        texts: by location, the texts of each parameter, decoded. Of one that is repeated the last
            value counts,
            unless it is a list.
        schema_of: gives the compiled schema of a parameter.
        source: where the document comes from.
    """
    problems = []
    for parameter in operation.parameters:
        own = texts.get(parameter.location, {}).get(parameter.name)
        # A blank field takes a value away.
        if own and (parameter.location != "form" or own[-1]):
            schema = schema_of(operation, parameter)
            problems += _problems(operation, parameter, own, schema, source)
        elif parameter.required and (
            parameter.location == "query" or (parameter.location == "form" and texts["form"])
        ):
            what = f"the {parameter.location} parameter {parameter.name} is missing"
            problems.append(Problem("", what))
    return problems


def _problems(
    operation: Operation, parameter: Parameter, texts: list[str], schema: BodySchema, source: str
) -> list[Problem]:
    value = _value(parameter, texts)
    if schema.is_clean(value):
        return []
    from receiptkit.schema.hints import hint
    from receiptkit.schema.messages import message

    first = next(iter(schema.violations(value)), None)
    if first is None:
        return []
    if first.severity is not None:
        rule = catalogue.get(first.rule)
        text = rule.advice if rule is not None else f"{parameter.name} is not as advised"
        return [Problem("", text, None, first.rule, first.severity, value=first.value)]
    # Everything in a URL is text, so the message leaves the type out.
    what = message(first, f"{parameter.location} parameter {parameter.name}")
    what = what.replace("is a string, not", "is not")
    help_ = None if first.keyword == "type" else hint(first)
    return [Problem("", what, help_, grounding=f"{source}, {operation.id}", value=texts[-1])]


def _value(parameter: Parameter, texts: list[str]) -> Any:
    """Return the value of the texts of a parameter; a text of another type does not change."""
    if "array" not in parameter.types:
        return _typed(texts[-1], parameter.types)
    repeated = parameter.explode and parameter.location in _REPEATED
    items = texts if repeated else texts[-1].split(",")
    return [_typed(item, parameter.item_types) for item in items]


def _typed(text: str, types: tuple[str, ...]) -> Any:
    for name in types:
        pattern, read = _READERS.get(name, (None, str))
        if pattern is not None and pattern.fullmatch(text):
            return read(text)
    return text
