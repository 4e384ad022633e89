"""Rules that carry the keywords of the document: `schema.` and the name of the JSON Schema keyword."""

from __future__ import annotations

from receiptkit.model.finding import Severity
from receiptkit.openapi.keywords import rule_of_keyword
from receiptkit.rules.examples import ABSENT, Example
from receiptkit.rules.registry import rule

_GROUNDING = "the contract document; the finding names the place in it"
_ACTION = "Compare the value with the contract (`receiptkit spec show`). In a mock: correct it. In a real response: please report it, the document is behind."

#: Title, reason and examples; no example can show a wrong length alone, because in the documents a pattern always fails first.
_EXAMPLES: dict[str, tuple[str, str, Example | None, Example | None]] = {
    "type": (
        "the value has another JSON type",
        "Typed clients fail on it or, worse, convert it silently: Go cannot decode a string error_code, Python hides it.",
        Example("receipt", {"/error_code": 30008, "/status": "failed"}),
        Example("receipt", {"/error_code": "30008", "/status": "failed"}),
    ),
    "enum": (
        "the value is none of those the document lists",
        "A consumer with an exhaustive match crashes, one with a default branch does the wrong thing.",
        Example("receipt", {"/status": "undelivered", "/error_code": 30005}),
        Example("receipt", {"/status": "queued"}),
    ),
    "pattern": (
        "the value does not have the form the document gives",
        "SIDs are told apart by their two letters; a value of another form joins with nothing.",
        Example("receipt"),
        Example("receipt", {"/participant_sid": "MBXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"}),
    ),
    "format": (
        "the value is not what its format says",
        "A date or URL that does not parse is handed on as a raw string by client libraries.",
        Example("receipt"),
        Example("receipt", {"/date_updated": "Mon, 02 Mar 2026 09:15:04 +0000"}),
    ),
    "required": (
        "a member that every response carries is missing",
        "Code written against such a mock has never met the real thing.",
        Example("receipt"),
        Example("receipt", {"/participant_sid": ABSENT}),
    ),
    "minimum": (
        "the number is below what the document allows",
        "Limits are part of the contract: a page index counts from 0.",
        Example("page"),
        Example("page", {"/meta/page": -1}),
    ),
    "maximum": (
        "the number is above what the document allows",
        "Limits are part of the contract: a page has at most 50 rows.",
        Example("page"),
        Example("page", {"/meta/page_size": 1000}),
    ),
    "min-length": (
        "the text is shorter than the document allows",
        "Reported where a value has the right form and the wrong length.",
        None,
        None,
    ),
    "max-length": (
        "the text is longer than the document allows",
        "Reported where a value has the right form and the wrong length.",
        None,
        None,
    ),
    "additional-properties": (
        "a member that the document does not know",
        "Twilio adds members without notice, so only the profile `strict`, made for mocks, closes its objects.",
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
    )

# Keywords that only a contract document of the user's own can bring in.
for _name in _KEYWORDS.split():
    rule(
        rule_of_keyword(_name),
        on="body",
        severity=Severity.ERROR,
        title=f"the value breaks the keyword `{_name}` of the document",
        why="None of receiptkit's own documents reports this keyword by its name; "
        "one given with --document may.",
        grounding=_GROUNDING,
        action=_ACTION,
        vendor=True,
        listed=False,
    )
