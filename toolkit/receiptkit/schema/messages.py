"""The sentence of a violation. It never contains the offending value: captures hold other people's data."""

from __future__ import annotations

import json
from typing import Any

from receiptkit.model.display import printable
from receiptkit.rules import catalogue
from receiptkit.schema.trace import Violation

_ARTICLES = {"integer": "an integer", "array": "an array", "object": "an object", "null": "null"}
_FORMATS = {"date-time": "an RFC 3339 date-time", "uri": "an absolute URI"}


def message(violation: Violation) -> str:
    """What is wrong, in one line: the keyword's own words, after the title of the rule where a rule has been given."""
    if violation.rule.startswith("schema."):
        return _say(violation)
    rule = catalogue.get(violation.rule)
    if rule is None:
        return _say(violation)
    if violation.name is not None:
        what = "is missing" if violation.keyword == "required" else "has no place here"
        return f"{rule.title}; {_quoted(violation.name)} {what}"
    if violation.severity is None:
        return f"{rule.title}: this {_say(violation)}"
    return rule.title


def _say(violation: Violation) -> str:
    expected = violation.expected
    match violation.keyword:
        case "type":
            types = expected if isinstance(expected, list) else [expected]
            return f"is {_kind(violation.value)}, not {_either([_ARTICLES.get(name, f'a {name}') for name in types])}"
        case "enum":
            return f"is not {_either([_literal(option) for option in expected])}"
        case "const":
            return f"is not {_literal(expected)}"
        case "pattern":
            return f"does not match {expected}"
        case "format":
            return f"is not {_FORMATS.get(expected, f'a valid {expected}')}"
        case "minLength" | "maxLength":
            return f"has {len(violation.value)} characters, {_bound(violation.keyword)} {expected} wanted"
        case "minItems" | "maxItems" | "minProperties" | "maxProperties":
            return (
                f"has {len(violation.value)} members, {_bound(violation.keyword)} {expected} wanted"
            )
        case "minimum" | "exclusiveMinimum":
            return f"is below the minimum of {expected}"
        case "maximum" | "exclusiveMaximum":
            return f"is above the maximum of {expected}"
        case "required":
            return f"the member {_quoted(violation.name or '')} is missing"
        case "additionalProperties" | "unevaluatedProperties":
            return f"the document knows no member {_quoted(violation.name or '')} here"
        case "false":
            return "must not be here"
    return f"breaks the keyword `{violation.keyword}` of its schema"


def _bound(keyword: str) -> str:
    return "at least" if keyword.startswith("min") else "at most"


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


def _literal(option: Any) -> str:
    text = option if isinstance(option, str) else json.dumps(option)
    return text or '""'


def _either(options: list[str]) -> str:
    if not 0 < len(options) <= 12:
        return f"one of the {len(options)} values the document lists"
    return options[0] if len(options) == 1 else ", ".join(options[:-1]) + " or " + options[-1]


def _quoted(name: str) -> str:
    """A member name in quotes; long ones are cut."""
    return f'"{printable(name if len(name) <= 60 else name[:57] + "…")}"'
