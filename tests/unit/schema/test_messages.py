"""What is said of a violation: whole messages and hints, of every keyword."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit import Contract
from receiptkit.rules.examples import sample
from receiptkit.schema.engine import Engine
from receiptkit.schema.wording import hint, message

#: A closed object that describes one member.
CLOSED_OBJECT = {"properties": {"a": True}, "additionalProperties": False}


def said(schema: dict[str, Any], value: Any) -> list[tuple[str, str | None]]:
    """Message and hint of every violation."""
    return [
        (message(violation), hint(violation))
        for violation in Engine({}).body(schema).violations(value)
    ]


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "string"}, None, "is null, not a string"),
        ({"type": "string"}, True, "is a boolean, not a string"),
        ({"type": "string"}, 1, "is an integer, not a string"),
        ({"type": "string"}, 1.5, "is a number, not a string"),
        ({"type": "integer"}, "x", "is a string, not an integer"),
        ({"type": "object"}, [], "is an array, not an object"),
        ({"type": "array"}, {}, "is an object, not an array"),
        ({"type": ["boolean", "null"]}, "x", "is a string, not a boolean or null"),
        (
            {"type": ["boolean", "number", "null"]},
            "x",
            "is a string, not a boolean, a number or null",
        ),
        ({"enum": ["a"]}, 1, "is not a"),
        ({"enum": ["a", "", None, 1]}, 2, 'is not a, "", null or 1'),
        ({"enum": list(range(12))}, -1, "is not 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 or 11"),
        ({"enum": list(range(13))}, -1, "is not one of the 13 values the document lists"),
        ({"enum": []}, -1, "is not one of the 0 values the document lists"),
        ({"const": {"a": True}}, 1, 'is not {"a": true}'),
        ({"pattern": "^a$"}, "b", "does not match ^a$"),
        ({"format": "date-time"}, "b", "is not an RFC 3339 date-time"),
        ({"format": "uri"}, "b", "is not an absolute URI"),
        ({"format": "email"}, "b", "is not a valid email"),
        ({"minLength": 2}, "b", "has 1 characters, at least 2 wanted"),
        ({"maxLength": 2}, "abc", "has 3 characters, at most 2 wanted"),
        ({"minItems": 1}, [], "has 0 members, at least 1 wanted"),
        ({"maxItems": 1}, [1, 2], "has 2 members, at most 1 wanted"),
        ({"minProperties": 1}, {}, "has 0 members, at least 1 wanted"),
        ({"maxProperties": 0}, {"a": 1}, "has 1 members, at most 0 wanted"),
        ({"minimum": 3}, 2, "is below the minimum of 3"),
        ({"exclusiveMinimum": 3}, 3, "is below the minimum of 3"),
        ({"maximum": 3}, 4, "is above the maximum of 3"),
        ({"exclusiveMaximum": 3}, 3, "is above the maximum of 3"),
        ({"required": ["a"]}, {}, 'the member "a" is missing'),
        (CLOSED_OBJECT, {"b": 1}, 'the document knows no member "b" here'),
        (
            {"properties": {"a": True}, "unevaluatedProperties": False},
            {"b": 1},
            'the document knows no member "b" here',
        ),
        (CLOSED_OBJECT, {"n" * 60: 1}, f'the document knows no member "{"n" * 60}" here'),
        (CLOSED_OBJECT, {"n" * 61: 1}, f'the document knows no member "{"n" * 57}…" here'),
        ({"properties": {"a": False}}, {"a": 1}, "must not be here"),
        ({"multipleOf": 2}, 3, "breaks the keyword `multipleOf` of its schema"),
    ],
)
def test_messages(schema: dict[str, Any], value: Any, expected: str) -> None:
    """Each keyword says in its own words what is wrong, and never repeats the value."""
    assert [text for text, _ in said(schema, value)] == [expected]


def test_messages_of_a_rule() -> None:
    """A rule that the catalogue knows is named by its title, and the member after it; of any other the keyword speaks."""
    schema = {**CLOSED_OBJECT, "required": ["a"]}
    title = "an error response is {code, message, more_info, status}"
    assert [text for text, _ in said({**schema, "x-receiptkit-rule": "error.shape"}, {"b": 1})] == [
        f'{title}; "b" has no place here',
        f'{title}; "a" is missing',
    ]
    assert [
        text for text, _ in said({**schema, "x-receiptkit-rule": "ours.members"}, {"b": 1})
    ] == [
        'the document knows no member "b" here',
        'the member "a" is missing',
    ]
    assert [
        text for text, _ in said({"type": "string", "x-receiptkit-rule": "error.shape"}, 1)
    ] == [f"{title}: this is an integer, not a string"]
    advice = {"rule": "error.shape", "severity": "info", "schema": {"type": "string"}}
    assert [text for text, _ in said({"x-receiptkit-advice": [advice]}, 1)] == [title]


DATE_TIME, URI = {"format": "date-time"}, {"format": "uri"}
RFC_2822 = "an RFC 2822 date, as in Twilio's 2010-04-01 API; Conversations has 2026-03-02T09:15:04Z"
SPACE, ZONE = "there is a space where T should stand", "there is no time zone: Twilio sends Z"
QUOTES = "a number in quotes: take the quotes away"
CLOSED = {"properties": {"participant_sid": True, "status": True}, "additionalProperties": False}
PLACEHOLDER = "a placeholder that was never filled in"


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (DATE_TIME, "Mon, 02 Mar 2026 09:15:04 +0000", RFC_2822),
        (DATE_TIME, "Mon, ٠٢ Mar 2026 09:15:04 +0000", None),
        (DATE_TIME, "mon, 02 mar 2026 09:15:04 +0000", None),
        (DATE_TIME, "2026-03-02 09:15", SPACE),
        (DATE_TIME, "٢٠٢٦-03-02 09:15:00Z", None),
        (DATE_TIME, "2026-03-02T09:15:04", ZONE),
        (DATE_TIME, "2026-03-02T09:15:04.123", ZONE),
        (DATE_TIME, "٢٠٢٦-03-02T09:15:04", None),
        (DATE_TIME, "yesterday", None),
        (DATE_TIME, "/v1/Conversations", None),
        (URI, "/v1/Conversations", "a path only: Twilio sends the absolute URL"),
        (URI, "v1/Conversations", None),
        (URI, "2026-03-02 09:15", None),
        ({"type": "integer"}, "30008", QUOTES),
        ({"type": ["integer", "null"]}, "-1", QUOTES),
        ({"type": "integer"}, "1" * 19, None),
        ({"type": "integer"}, "1.5", None),
        ({"type": "boolean"}, "1", None),
        ({"type": ["boolean", "null"]}, "1", None),
        ({"type": "string"}, {}, None),
        (
            {"properties": {"attributes": {"type": "string"}}},
            {"attributes": {}},
            "attributes is JSON in a string: serialise the object",
        ),
        ({"properties": {"attributes": {"type": "string"}}}, {"attributes": []}, None),
        ({"properties": {"attributes": {"type": "integer"}}}, {"attributes": {}}, None),
        (CLOSED, {"participantSid": 1}, "did you mean `participant_sid`?"),
        (CLOSED, {"Participant-Sid": 1}, "did you mean `participant_sid`?"),
        (CLOSED, {"statu": 1}, "did you mean `status`?"),
        (CLOSED, {"state": 1}, None),
        (CLOSED, {"stranger": 1}, None),
        (CLOSED, {"": 1}, None),
        ({"patternProperties": {"^x": True}, "additionalProperties": False}, {"stranger": 1}, None),
        (
            {"required": ["participant_sid"]},
            {"participantSid": 1},
            "did you mean `participant_sid` where `participantSid` stands?",
        ),
        (
            {"required": ["participant_sid"]},
            {"participant-sids": 1},
            "did you mean `participant_sid` where `participant-sids` stands?",
        ),
        (
            {"required": ["participant_sid"], "properties": {"participantSid": True}},
            {"participantSid": 1},
            None,
        ),
        ({"required": ["participant_sid"]}, {"stranger": 1}, None),
        ({"required": ["a_b_c"]}, {"abc": 1}, "did you mean `a_b_c` where `abc` stands?"),
        ({"required": ["abc"]}, {"A-B-C": 1}, "did you mean `abc` where `A-B-C` stands?"),
        (
            {"required": ["n" * 79]},
            {"N" * 79: 1},
            f"did you mean `{'n' * 79}` where `{'N' * 79}` stands?",
        ),
        ({"required": ["n" * 80]}, {"N" * 80: 1}, None),
        ({"enum": ["read", "delivered"]}, " READ ", "did you mean `read`?"),
        (
            {"enum": ["read", "delivered"]},
            "queued",
            "`queued` is a status of Programmable Messaging messages; a delivery receipt never has it",
        ),
        ({"enum": ["read", "deliver"]}, "queued", None),
        ({"enum": ["read"]}, "reading", None),
        ({"enum": ["read", None]}, 3, None),
        (
            {"pattern": "^CH[0-9a-f]{32}$"},
            "CHXXXX",
            "a masked SID; in a mock, use one with 32 hexadecimal digits",
        ),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "CHXXX", "a SID has 34 characters, this one 5"),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "<conversation>", PLACEHOLDER),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "ConversationSid", PLACEHOLDER),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "CH" + "1f" * 16 + " ", "there is white space around it"),
        (
            {"pattern": "^CH[0-9a-f]{32}$"},
            "SM" + "1f" * 16,
            "this is the SID of an SMS (SM); a conversation is wanted (CH)",
        ),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "QQ" + "1f" * 16, None),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "CH" + "zz" * 16, None),
        ({"pattern": "^QQ[0-9a-f]{32}$"}, "SM" + "1f" * 16, None),
        (
            {"pattern": "^CH[0-9a-f]{32}$"},
            "chxxxx",
            "a masked SID; in a mock, use one with 32 hexadecimal digits",
        ),
        (
            {"pattern": "^CH[0-9a-f]{32}$"},
            "CH" + "1f" * 16 + "1",
            "a SID has 34 characters, this one 35",
        ),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "CH-1", None),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "my room", None),
        ({"required": ["status"]}, {"state": 1}, None),
        ({"multipleOf": 2}, 3, None),
    ],
)
def test_hints(schema: dict[str, Any], value: Any, expected: str | None) -> None:
    """Where experience tells what a mistake means, it is said; elsewhere nothing is."""
    assert [each for _, each in said(schema, value)] == [expected]


def test_a_misspelt_member_of_a_closed_object() -> None:
    """Under `strict`, where objects are closed, a member that should not be there is taken for the one that it resembles."""
    findings = Contract.load("strict").check(
        {**sample("receipt"), "dateUpdated": "2026-03-02T09:15:04Z"}
    )
    assert [(finding.message, finding.hint) for finding in findings] == [
        ('the document knows no member "dateUpdated" here', "did you mean `date_updated`?")
    ]


def test_names_that_are_no_text() -> None:
    """What only Python can hold, a name that is a number, is no reason to stop."""
    findings = Contract.load(engine="reference").check({1: 2}, operation="receipt")
    assert {finding.hint for finding in findings} == {None}
