"""
The sentence of a violation. It never contains the offending value: captures hold other people's
data.
"""

from __future__ import annotations

import json
import re
from typing import Any

from receiptkit.model import pointers
from receiptkit.model.display import masked, printable
from receiptkit.model.problem import Problem
from receiptkit.schema.hints import PREFIXES, hint, known_name
from receiptkit.schema.trace import Violation

_ARTICLES = {"integer": "an integer", "array": "an array", "object": "an object", "null": "null"}
_FORMATS = {
    "date-time": "an RFC 3339 date-time such as 2026-03-02T09:15:04Z",
    "uri": "an absolute URI",
}
_SID = re.compile(r"\^([A-Z]{2})\[0-9a-fA-F\]\{32\}\$")
#: Other patterns that the document uses, in words.
_PATTERNS = {
    "^[a-zA-Z]{2}[0-9a-fA-F]{32}$": "must be a SID: two letters and 32 hexadecimal digits",
    "^[0-9]+$": "must be a number in decimal digits",
}
#: A message has only the number of values of a longer list.
_MOST_OPTIONS = 12
_LONGEST_NAME = 60


def problem(violation: Violation) -> Problem:
    """Return the problem of a violation, in words."""
    return Problem(
        violation.pointer,
        message(violation),
        hint(violation),
        rule=violation.rule,
        severity=violation.severity,
        grounding=violation.source,
        value=violation.value,
        missing=violation.name if violation.keyword == "required" else None,
        place=violation.place,
    )


def message(violation: Violation, subject: str | None = None) -> str:
    """
    Return what is wrong, in one sentence that begins with what it is about.

    Args:
        violation: the violation.
        subject: what it is about, where that is no member of a body.
    """
    expected, value = violation.expected, violation.value
    match violation.keyword:
        case "required":
            kind = "required field" if violation.severity is None else "field"
            return f"{kind} {_quoted(violation.name or '')} is missing"
        case "additionalProperties" | "unevaluatedProperties":
            return f"unknown field {_stranger(violation)}"
    subject = subject or _subject(violation)
    match violation.keyword:
        case "type":
            return f"{subject} is {_kind(value)}, not {_types(expected)}"
        case "enum" if isinstance(expected, list) and len(expected) == 1:
            return f"{subject} must be {_literal(expected[0])}"
        case "enum" if isinstance(expected, list):
            return f"{subject} is not {_one_of(expected)}"
        case "const":
            return f"{subject} must be {_literal(expected)}"
        case "pattern":
            return f"{subject} {_pattern(str(expected))}"
        case "format":
            return f"{subject} is not {_FORMATS.get(expected, f'a valid {expected}')}"
        case (
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
        ):
            return f"{subject} has {_count(len(value), violation.keyword)}; {_bound(violation)}"
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            return f"{subject} must be {_LIMITS[violation.keyword]} {expected}"
        case "anyOf" | "oneOf":
            number = "exactly one" if violation.keyword == "oneOf" else "any"
            return f"{subject} does not match {number} of the schemas in `{violation.keyword}`"
    other = _OTHERS.get(violation.keyword, "breaks the keyword `{keyword}` of its schema")
    return f"{subject} {other.format(keyword=violation.keyword, expected=expected)}"


_OTHERS = {
    "multipleOf": "is not a multiple of {expected}",
    "uniqueItems": "has the same item twice",
    "false": "is not allowed here",
}
_LIMITS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "greater than",
    "exclusiveMaximum": "less than",
}


def _subject(violation: Violation) -> str:
    """
    Return the name of the value, if the document knows it; what comes from the body alone is never
    shown.
    """
    path = pointers.split(violation.pointer)
    if not path:
        return "the value"
    if path[-1] in violation.members:
        return _quoted(path[-1])
    if path[-1].isdecimal() and len(path) > 1 and path[-2] in violation.members:
        return f"an item of {_quoted(path[-2])}"
    return "this value"


def _stranger(violation: Violation) -> str:
    """
    Return an unknown name, if it resembles one that the document knows;
    else its length alone.
    """
    name = violation.name or ""
    return _quoted(name) if known_name(violation) else masked(name)


def _pattern(pattern: str) -> str:
    sid = _SID.fullmatch(pattern)
    if sid and sid[1] in PREFIXES:
        return f"must be {PREFIXES[sid[1]]} SID: {sid[1]} and 32 hexadecimal digits"
    return _PATTERNS.get(pattern) or f"does not match {pattern}"


def _count(count: int, keyword: str) -> str:
    noun = {"L": "character", "I": "item", "P": "field"}[keyword[3]]
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _bound(violation: Violation) -> str:
    least = violation.keyword.startswith("min")
    verb = "is" if violation.expected == 1 else "are"
    if least:
        return f"at least {violation.expected} {verb} required"
    return f"at most {violation.expected} {verb} allowed"


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int):
        return "an integer"
    for kind, name in ((float, "a number"), (str, "a string"), (list, "an array")):
        if isinstance(value, kind):
            return name
    return "an object"


def _types(expected: Any) -> str:
    names = expected if isinstance(expected, list) else [expected]
    if not names:
        return "of any type, since the document lists none"
    return _either([_ARTICLES.get(name, f"a {name}") for name in names])


def _one_of(expected: list[Any]) -> str:
    if not 0 < len(expected) <= _MOST_OPTIONS:
        return f"one of the {len(expected)} values in the document"
    options = [_literal(option) for option in expected]
    return _either(options) if len(options) < 3 else f"one of {_either(options)}"


def _literal(option: Any) -> str:
    text = option if isinstance(option, str) else json.dumps(option)
    return text or '""'


def _either(options: list[str]) -> str:
    return options[0] if len(options) == 1 else ", ".join(options[:-1]) + " or " + options[-1]


def _quoted(name: str) -> str:
    """Return a name as code; long ones are cut."""
    short = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 3] + "…"
    return f"`{printable(short)}`"
