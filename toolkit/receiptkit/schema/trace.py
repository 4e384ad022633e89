"""
Violations: where a body breaks its schema, traced back to the place in the document, whichever
library found it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from receiptkit.model import pointers
from receiptkit.model.finding import Severity
from receiptkit.openapi.keywords import rule_of_keyword
from receiptkit.openapi.references import REF, RULE, origin, source_of, tokens
from receiptkit.schema.rewriting import ENTRY

#: References that lead on to references; more than this is a circle.
_MOST_REFERENCES = 20
#: Of several errors about one value, the first of these is kept; keywords not named here are
#: about something else.
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


class Violation(NamedTuple):
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
        members: the names of members that the schemas on the way to the keyword know.
    """

    rule: str
    keyword: str
    pointer: str
    value: Any
    expected: Any
    name: str | None
    schema: dict[str, Any]
    place: tuple[str | int, ...]
    severity: Severity | None
    source: str | None
    members: frozenset[str] = frozenset()


def traced(
    schema: Any,
    place: tuple[Any, ...],
    keyword: str,
    path: list[Any],
    value: Any,
    names: list[str] | None,
) -> Iterator[Violation]:
    """
    Yield the violations of one error, with what the document says along the way to its keyword.

    Args:
        schema: the whole schema that was compiled.
        place: the path to the keyword in it; references that were followed are `$ref` there, or
            left out.
        keyword: the keyword that failed; `false` for a schema that allows nothing.
        path: the path to the value.
        value: that value.
        names: the members that are missing or too many, for keywords about members.
    """
    members = frozenset(
        name for before, name in pairwise(place) if before == "properties" and isinstance(name, str)
    )
    place, expected, holders = _followed(schema, place)
    entry = next((holder[ENTRY] for holder in holders if ENTRY in holder), None)
    named = (holder[RULE] for holder in reversed(holders) if isinstance(holder.get(RULE), str))
    rule = entry["rule"] if entry else next(named, rule_of_keyword(keyword))
    source = source_of(holders[-1], keyword) if holders else None
    whole = Violation(
        rule=rule,
        keyword=keyword,
        pointer=pointers.join(path),
        value=value,
        expected=expected,
        name=None,
        schema=holders[-1] if holders else {},
        place=place,
        severity=Severity(entry["severity"]) if entry else None,
        source=source,
        members=members,
    )
    if names is None:
        yield whole._replace(name=str(path[-1])) if keyword == "false" and path else whole
        return
    for name in names:
        one = whole._replace(name=name)
        if keyword != "required":
            at = pointers.join([*path, name])
            one = one._replace(pointer=at, value=value.get(name))
        yield one


def _followed(
    root: Any, place: tuple[Any, ...]
) -> tuple[tuple[Any, ...], Any, list[dict[str, Any]]]:
    """Return a place with its references resolved, its content, and every object on the way."""
    node, resolved = root, []
    holders: list[dict[str, Any]] = []
    for token in place:
        for _ in range(_MOST_REFERENCES):
            if not isinstance(node, dict) or token in node or not isinstance(node.get(REF), str):
                break
            holders.append(node)
            resolved = tokens(node[REF])
            node = _at(root, resolved)
        if isinstance(node, dict):
            holders.append(node)
        step = _at(node, [token])
        if token == REF and isinstance(step, str):
            resolved = tokens(step)
            node = _at(root, resolved)
        else:
            resolved, node = [*resolved, token], step
    return origin(tuple(resolved)), node, holders


def _at(node: Any, tokens: list[Any]) -> Any:
    for token in tokens:
        node = (
            node[int(token)]
            if isinstance(node, list)
            else node.get(token)
            if isinstance(node, dict)
            else None
        )
    return node


def one_a_mistake(violations: list[Violation]) -> list[Violation]:
    """
    Keep at one pointer the first of type, const or enum, pattern, format, length, and no advice
    beside it.
    """
    best: dict[str, int] = {}
    for violation in violations:
        if violation.severity is None and violation.keyword in _RANK:
            best[violation.pointer] = min(best.get(violation.pointer, 99), _RANK[violation.keyword])
        elif (
            violation.severity is None
            and violation.name is not None
            and violation.keyword != "required"
        ):
            best[violation.pointer] = -1
    kept: dict[tuple[str, str, str | None], Violation] = {}
    ruled = {
        (each.pointer, each.keyword, each.name)
        for each in violations
        if each.severity is None and not each.rule.startswith("schema.")
    }
    for violation in violations:
        twin = (violation.pointer, violation.keyword, violation.name)
        if violation.rule.startswith("schema.") and twin in ruled:
            continue
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
