"""Rules about the names of members, in any body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.model import pointers
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.registry import rule


@rule(
    "json.member-case",
    on="text",
    severity=Severity.INFO,
    title="two members of one object differ in upper and lower case only",
    why="Go's decoder and others match names without regard to case. The order decides which "
    "of the two they take.",
    grounding="RFC 8259 section 4; documentation of Go's encoding/json",
    action="In a mock: remove the one that is not of the API.",
    good=Example("receipt"),
    bad=Example("receipt", {"/Status": "failed"}),
)
def member_case(body: Any) -> Iterator[Problem]:
    """Yield a problem for each member whose name an earlier member has in another case."""
    pending: list[tuple[tuple[str | int, ...], Any]] = [((), body)]
    while pending:
        path, node = pending.pop()
        if isinstance(node, list):
            pending += [((*path, index), each) for index, each in enumerate(node)]
        elif isinstance(node, dict):
            if len({str(name).lower() for name in node}) < len(node):
                yield from _twice(path, node)
            pending += [((*path, name), each) for name, each in node.items() if _is_nested(each)]


def _is_nested(value: Any) -> bool:
    return isinstance(value, (dict, list))


def _twice(path: tuple[str | int, ...], node: dict[str, Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    for name, value in node.items():
        if str(name).lower() in seen:
            message = "this member differs from an earlier one in upper and lower case only"
            yield Problem(pointers.join((*path, name)), message, value=value)
        seen.add(str(name).lower())
