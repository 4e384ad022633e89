"""The rules for JSON Schema keywords: `schema.` and the name of the keyword."""

from __future__ import annotations

from receiptkit.model.finding import Severity
from receiptkit.openapi.keywords import rule_of_keyword
from receiptkit.rules.examples import ABSENT, Example
from receiptkit.rules.registry import rule

_GROUNDING = "the contract document; the finding names the place in it"
_ACTION = (
    "Compare the value with the contract (`receiptkit spec show`). In a mock: correct it. "
    "In a real response: the document is out of date; pass a newer one with --document."
)

#: Title, reason and examples. A wrong length has none: in our documents a pattern fails first.
_EXAMPLES: dict[str, tuple[str, str, Example | None, Example | None]] = {
    "type": (
        "the value has the wrong JSON type",
        (
            "Typed clients fail on it or convert it silently: Go cannot decode a string "
            "error_code, and Python hides it."
        ),
        Example("receipt", {"/error_code": 30008, "/status": "failed"}),
        Example("receipt", {"/error_code": "30008", "/status": "failed"}),
    ),
    "enum": (
        "the value is not one of the documented values",
        (
            "An application with an exhaustive match crashes; one with a default branch "
            "does the wrong thing."
        ),
        Example("receipt", {"/status": "undelivered", "/error_code": 30005}),
        Example("receipt", {"/status": "queued"}),
    ),
    "pattern": (
        "the value does not match the documented pattern, such as that of a SID",
        (
            "The two letters of a SID tell its kind. A value of another form cannot be "
            "joined with anything."
        ),
        Example("receipt"),
        Example("receipt", {"/participant_sid": "MBXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"}),
    ),
    "format": (
        "the value is not in the documented format, such as date-time or URI",
        "Client libraries return a date or URL that does not parse as a plain string.",
        Example("receipt"),
        Example("receipt", {"/date_updated": "Mon, 02 Mar 2026 09:15:04 +0000"}),
    ),
    "required": (
        "a required field is missing",
        "Code that was written against such a mock has never met the real API.",
        Example("receipt"),
        Example("receipt", {"/participant_sid": ABSENT}),
    ),
    "minimum": (
        "the number is below the documented minimum",
        "Limits are part of the contract: a page index counts from 0.",
        Example("page"),
        Example("page", {"/meta/page": -1}),
    ),
    "maximum": (
        "the number is above the documented maximum",
        "Limits are part of the contract: a page has at most 50 rows.",
        Example("page"),
        Example("page", {"/meta/page_size": 1000}),
    ),
    "min-length": (
        "the text is shorter than documented",
        "It is reported for a value with the right form and the wrong length.",
        None,
        None,
    ),
    "max-length": (
        "the text is longer than documented",
        "It is reported for a value with the right form and the wrong length.",
        None,
        None,
    ),
    "additional-properties": (
        "unknown field",
        (
            "Twilio adds fields without notice. So only the profile `strict`, made for "
            "mocks, closes its objects."
        ),
        Example("receipt"),
        Example("receipt", {"/delivered_at": "2026-03-02T09:15:04Z"}),
    ),
}


_KEYWORDS = (
    "allOf anyOf const contains dependentRequired dependentSchemas else exclusiveMaximum "
    "exclusiveMinimum if items maxContains maxItems maxProperties minContains minItems "
    "minProperties multipleOf not oneOf patternProperties prefixItems properties propertyNames "
    "then unevaluatedItems unevaluatedProperties uniqueItems"
)

#: Rules about unknown fields that a closed object refuses anyway.
_KNOWN_FOREIGN = ("receipt.foreign-field", "page.other-envelope", "delivery.unknown-level")

for _name, (_title, _why, _good, _bad) in _EXAMPLES.items():
    rule(
        f"schema.{_name}",
        on="body",
        severity=Severity.ERROR,
        title=_title,
        why=_why,
        grounding=_GROUNDING,
        action=_ACTION,
        good=_good,
        bad=_bad,
        vendor=True,
        profile="strict" if _name == "additional-properties" else "documented",
        supersedes=_KNOWN_FOREIGN if _name == "additional-properties" else (),
    )

# Keywords that only a contract document of the user's own can bring in.
for _name in _KEYWORDS.split():
    rule(
        rule_of_keyword(_name),
        on="body",
        severity=Severity.ERROR,
        title=f"the value breaks the document's keyword `{_name}`",
        why="None of receiptkit's own documents reports this keyword by its name; "
        "one given with --document may.",
        grounding=_GROUNDING,
        action=_ACTION,
        vendor=True,
        listed=False,
    )
