"""Rules about the text itself, before it is anything of Twilio's."""

from __future__ import annotations

from receiptkit.model.finding import Severity
from receiptkit.rules.examples import Example
from receiptkit.rules.registry import rule

_RFC = "RFC 8259"


def _rule(
    name: str, title: str, why: str, action: str, bad: str | bytes, grounding: str = _RFC
) -> None:
    """Register a rule whose problems the scanner of JSON finds."""
    rule(
        f"json.{name}",
        on="text",
        severity=Severity.ERROR,
        title=title,
        why=why,
        grounding=grounding,
        action=action,
        good=Example("error"),
        bad=Example("text", text=bad),
        vendor=True,
    )


_rule(
    "syntax",
    "the text is not JSON",
    "Client libraries cannot read it. Samples copied from web pages often have typographic quotes.",
    "Correct the text at the named position. If it ends too early, capture it again.",
    "{\u201ccode\u201d: 20404}",
)
_rule(
    "encoding",
    "the text is not UTF-8",
    "JSON between systems is UTF-8 without a byte order mark. A mark alone is only a warning.",
    "Save or convert the file as UTF-8.",
    b'{"code": 20404, "message": "Gr\xfc\xdfe", "status": 404}',
    "RFC 8259 section 8.1",
)
_rule(
    "duplicate-key",
    "an object has the same field twice",
    "Most parsers keep the last one, some the first. So two readers see two different receipts.",
    "Remove one of the two.",
    '{"code": 20404, "message": "a", "more_info": null, "status": 404, "sid": "b", "sid": "c"}',
    "RFC 8259 section 4",
)
_rule(
    "not-finite",
    "the number is not finite",
    "JSON has no NaN and no Infinity. 1e400 becomes Infinity in some parsers and "
    "an error in others.",
    "Write a finite number or null.",
    '{"code": 20404, "message": "a", "more_info": null, "note": NaN, "status": 404}',
    "RFC 8259 section 6",
)
_rule(
    "too-deep",
    "the value is nested deeper than 100",
    "Twilio's responses nest at most three levels deep. Deep nesting crashes "
    "recursive parsers, so it is not checked further.",
    "Look at the program that made it.",
    "[" * 101 + "]" * 101,
    "RFC 8259 section 9",
)
_rule(
    "lone-surrogate",
    "the text has an unpaired surrogate escape",
    "It is not a character. Encoding it as UTF-8 raises in Python and replaces it elsewhere.",
    "Write the pair, or the character itself.",
    '{"code": 20404, "message": "a", "more_info": null, "note": "\\ud83d", "status": 404}',
    "RFC 8259 section 8.2",
)
