"""Rules about the names of members, in any body."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from receiptkit.model import pointers
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.registry import rule
from receiptkit.text.containers import objects

#: Names of objects that were found to be different whatever their case: most objects are alike.
_distinct: set[tuple[Any, ...]] = set()
_MOST_REMEMBERED, _LONGEST = 256, 2048

#: The members of the API that are whole numbers.
_INTEGERS = frozenset({"error_code", "page", "page_size", "total", "index", "code", "status"})


@rule(
    "json.member-case",
    on="text",
    severity=Severity.INFO,
    title="two fields of one object differ in upper and lower case only",
    why="Go's decoder and others match names without regard to case. The order decides which "
    "of the two they take.",
    grounding="RFC 8259 section 4; documentation of Go's encoding/json",
    action="In a mock: remove the one that is not of the API.",
    good=Example("receipt"),
    bad=Example("receipt", {"/Status": "failed"}),
)
def member_case(body: Any) -> Iterator[Problem]:
    """Yield a problem for each member whose name an earlier member has in another case."""
    if all(map(_are_distinct, {tuple(node) for node in objects(body)})):
        return
    for path, node in _objects(body):
        if not _are_distinct(tuple(node)):
            yield from _twice(path, node)


def _objects(body: Any) -> Iterator[tuple[tuple[str | int, ...], dict[Any, Any]]]:
    """Yield every object of a body with its path."""
    pending: list[tuple[tuple[str | int, ...], Any]] = [((), body)]
    while pending:
        path, node = pending.pop()
        if isinstance(node, list):
            pending += [((*path, index), each) for index, each in enumerate(node)]
        elif isinstance(node, dict):
            yield path, node
            for name, each in node.items():
                if isinstance(each, (dict, list)):
                    pending.append(((*path, name), each))


def _are_distinct(names: tuple[Any, ...]) -> bool:
    """Return True if no two names of an object differ in case only."""
    if names in _distinct:
        return True
    lowered = {name.lower() for name in map(str, names)}
    if len(lowered) < len(names):
        return False
    if len(_distinct) < _MOST_REMEMBERED and sum(map(len, lowered)) <= _LONGEST:
        _distinct.add(names)
    return True


@rule(
    "json.integer-form",
    on="text",
    severity=Severity.INFO,
    title="a whole number is written with a decimal point or an exponent",
    why="JSON Schema takes 30008.0 for an integer. Go's decoder and others refuse it.",
    grounding="RFC 8259 section 6; documentation of Go's encoding/json",
    action="In a mock: write the number without a point.",
    good=Example("receipt"),
    bad=Example("receipt", {"/status": "failed", "/error_code": 30008.0}),
)
def integer_form(body: Any) -> Iterator[Problem]:
    """Yield a problem for each number of the API that is whole and not written as such."""
    values = chain.from_iterable(node.values() for node in objects(body))
    if float not in set(map(type, values)):
        return
    for path, node in _objects(body):
        for name, value in node.items():
            if isinstance(value, float) and name in _INTEGERS and value.is_integer():
                message = "this whole number has a decimal point or an exponent"
                yield Problem(pointers.join((*path, name)), message, value=value)


def _twice(path: tuple[str | int, ...], node: dict[str, Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    for name, value in node.items():
        if str(name).lower() in seen:
            message = "this field differs from an earlier one in upper and lower case only"
            yield Problem(pointers.join((*path, name)), message, value=value)
        seen.add(str(name).lower())
