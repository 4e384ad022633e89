"""Each keyword's violation has its whole message and hint."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit import Contract
from receiptkit.rules import catalogue
from receiptkit.rules.examples import sample
from receiptkit.schema.engine import Engine
from receiptkit.schema.hints import hint
from receiptkit.schema.messages import message

#: A closed object that describes one member.
CLOSED_OBJECT = {"properties": {"a": True}, "additionalProperties": False}


def said(schema: dict[str, Any], value: Any) -> list[tuple[str, str | None]]:
    """Message and hint of every violation."""
    return [
        (message(violation), hint(violation))
        for violation in Engine({}).body(schema).violations(value)
    ]


SID = "^DY[0-9a-fA-F]{32}$"


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "string"}, None, "the value is null, not a string"),
        ({"type": "string"}, True, "the value is a boolean, not a string"),
        ({"type": "string"}, 1, "the value is an integer, not a string"),
        ({"type": "string"}, 1.5, "the value is a number, not a string"),
        ({"type": "integer"}, "x", "the value is a string, not an integer"),
        ({"type": "object"}, [], "the value is an array, not an object"),
        ({"type": "array"}, {}, "the value is an object, not an array"),
        ({"type": ["boolean", "null"]}, "x", "the value is a string, not a boolean or null"),
        (
            {"type": ["boolean", "number", "null"]},
            "x",
            "the value is a string, not a boolean, a number or null",
        ),
        ({"enum": ["a"]}, 1, "the value must be a"),
        ({"enum": ["a", "b"]}, 1, "the value is not a or b"),
        ({"enum": ["a", "", None, 1]}, 2, 'the value is not one of a, "", null or 1'),
        ({"enum": list(range(3))}, -1, "the value is not one of 0, 1 or 2"),
        ({"enum": list(range(13))}, -1, "the value is not one of the 13 values in the document"),
        ({"enum": []}, -1, "the value is not one of the 0 values in the document"),
        ({"const": {"a": True}}, 1, 'the value must be {"a": true}'),
        ({"pattern": "^a$"}, "b", "the value does not match ^a$"),
        ({"pattern": "^DY[0-9a-f]{32}$"}, "b", "the value does not match ^DY[0-9a-f]{32}$"),
        (
            {"pattern": SID},
            "b",
            "the value must be a delivery receipt SID: DY and 32 hexadecimal digits",
        ),
        (
            {"format": "date-time"},
            "b",
            "the value is not an RFC 3339 date-time such as 2026-03-02T09:15:04Z",
        ),
        ({"format": "uri"}, "b", "the value is not an absolute URI"),
        ({"format": "email"}, "b", "the value is not a valid email"),
        ({"minLength": 2}, "b", "the value has 1 character; at least 2 are required"),
        ({"maxLength": 2}, "abc", "the value has 3 characters; at most 2 are allowed"),
        ({"minItems": 1}, [], "the value has 0 items; at least 1 is required"),
        ({"maxItems": 1}, [1, 2], "the value has 2 items; at most 1 is allowed"),
        ({"minProperties": 1}, {}, "the value has 0 fields; at least 1 is required"),
        ({"maxProperties": 0}, {"a": 1}, "the value has 1 field; at most 0 are allowed"),
        ({"minimum": 3}, 2, "the value must be at least 3"),
        ({"exclusiveMinimum": 3}, 3, "the value must be greater than 3"),
        ({"maximum": 3}, 4, "the value must be at most 3"),
        ({"exclusiveMaximum": 3}, 3, "the value must be less than 3"),
        ({"required": ["a"]}, {}, "required field `a` is missing"),
        (CLOSED_OBJECT, {"A": 1}, "unknown field `A`"),
        (CLOSED_OBJECT, {"bcd": 1}, "unknown field <name, 3 characters>"),
        (
            {"properties": {"ab_c": True}, "unevaluatedProperties": False},
            {"abC": 1},
            "unknown field `abC`",
        ),
        (
            {"properties": {"n": True}, "required": ["n" * 61]},
            {},
            f"required field `{'n' * 57}…` is missing",
        ),
        ({"properties": {"a": False}}, {"a": 1}, "`a` is not allowed here"),
        ({"properties": {"a": {"type": "null"}}}, {"a": 1}, "`a` is an integer, not null"),
        (
            {"properties": {"a": {"items": {"type": "null"}}}},
            {"a": [1]},
            "an item of `a` is an integer, not null",
        ),
        ({"items": {"type": "null"}}, [1], "this value is an integer, not null"),
        (
            {"additionalProperties": {"type": "null"}},
            {"secret": 1},
            "this value is an integer, not null",
        ),
        (
            {"additionalProperties": {"items": {"type": "null"}}},
            {"secret": [1]},
            "this value is an integer, not null",
        ),
        ({"multipleOf": 2}, 3, "the value is not a multiple of 2"),
        ({"uniqueItems": True}, [1, 1], "the value has the same item twice"),
        (
            {"anyOf": [{"const": 1}, {"const": 2}]},
            3,
            "the value does not match any of the schemas in `anyOf`",
        ),
        ({"oneOf": [{}, {}]}, 3, "the value does not match exactly one of the schemas in `oneOf`"),
        ({"not": {}}, 3, "the value breaks the keyword `not` of its schema"),
    ],
)
def test_messages(schema: dict[str, Any], value: Any, expected: str) -> None:
    """Each keyword's message is right; neither values nor the body's own names are shown."""
    assert [text for text, _ in said(schema, value)] == [expected]


def test_messages_of_a_rule() -> None:
    """A rule of the catalogue adds its words to the message of the keyword; advice about a whole value is in its words alone."""
    added = "an error response has code, message, more_info and status"
    page = "https://www.twilio.com/docs/errors/1"
    body = {"code": 1, "message": "x", "more_info": page, "status": 400, "stranger": 1}
    (finding,) = Contract.load("strict").check(body, operation="error")
    assert (finding.message, finding.rule) == (
        f"unknown field <name, 8 characters>; {added}",
        "error.shape",
    )
    del body["stranger"], body["message"]
    (finding,) = Contract.load().check(body, operation="error")
    assert finding.message == f"required field `message` is missing; {added}"
    (finding,) = Contract.load().check(
        {**sample("receipt"), "channel_message_sid": "QQ" + "1f" * 16}
    )
    assert finding.message == catalogue.find("receipt.unknown-channel").message


DATE_TIME, URI = {"format": "date-time"}, {"format": "uri"}
RFC_2822 = "this is an RFC 2822 date, as in Twilio's 2010-04-01 API; Conversations uses RFC 3339"
SPACE = "write T between date and time, not a space"
ZONE = "the time zone is missing; Twilio sends Z"
QUOTES = "send the number without quotes"
CLOSED = {"properties": {"participant_sid": True, "status": True}, "additionalProperties": False}
PLACEHOLDER = "this placeholder was never filled in"


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
        (URI, "/v1/Conversations", "this is a path; Twilio sends the absolute URL"),
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
            "rename `participantSid` to `participant_sid`",
        ),
        (
            {"required": ["participant_sid"]},
            {"participant-sids": 1},
            "rename `participant-sids` to `participant_sid`",
        ),
        (
            {"required": ["participant_sid"], "properties": {"participantSid": True}},
            {"participantSid": 1},
            None,
        ),
        ({"required": ["participant_sid"]}, {"stranger": 1}, None),
        ({"required": ["a_b_c"]}, {"abc": 1}, "rename `abc` to `a_b_c`"),
        ({"required": ["abc"]}, {"A-B-C": 1}, "rename `A-B-C` to `abc`"),
        (
            {"required": ["n" * 79]},
            {"N" * 79: 1},
            f"rename `{'N' * 79}` to `{'n' * 79}`",
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
            "this SID is masked; in a mock, use one with 32 hexadecimal digits",
        ),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "CHXXX", "a SID has 34 characters; this one has 5"),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "<conversation>", PLACEHOLDER),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "ConversationSid", PLACEHOLDER),
        (
            {"pattern": "^CH[0-9a-f]{32}$"},
            "CH" + "1f" * 16 + " ",
            "remove the white space around it",
        ),
        (
            {"pattern": "^CH[0-9a-f]{32}$"},
            "SM" + "1f" * 16,
            "this is the SID of an SMS (SM), not of a conversation (CH)",
        ),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "QQ" + "1f" * 16, None),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "CH" + "zz" * 16, None),
        ({"pattern": "^QQ[0-9a-f]{32}$"}, "SM" + "1f" * 16, None),
        (
            {"pattern": "^CH[0-9a-f]{32}$"},
            "chxxxx",
            "this SID is masked; in a mock, use one with 32 hexadecimal digits",
        ),
        (
            {"pattern": "^CH[0-9a-f]{32}$"},
            "CH" + "1f" * 16 + "1",
            "a SID has 34 characters; this one has 35",
        ),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "CH-1", None),
        ({"pattern": "^CH[0-9a-f]{32}$"}, "my room", None),
        ({"required": ["status"]}, {"state": 1}, None),
        ({"multipleOf": 2}, 3, None),
    ],
)
def test_hints(schema: dict[str, Any], value: Any, expected: str | None) -> None:
    """Known mistakes have a hint; others have none."""
    assert [each for _, each in said(schema, value)] == [expected]


def test_a_misspelt_member_of_a_closed_object() -> None:
    """Under `strict`, where objects are closed, a member that should not be there is taken for the one that it resembles."""
    findings = Contract.load("strict").check(
        {**sample("receipt"), "dateUpdated": "2026-03-02T09:15:04Z"}
    )
    assert [(finding.message, finding.hint) for finding in findings] == [
        ("unknown field `dateUpdated`", "did you mean `date_updated`?")
    ]


def test_names_that_are_no_text() -> None:
    """A member name that is a number, as only Python has, causes no crash."""
    findings = Contract.load(engine="reference").check({1: 2}, operation="receipt")
    assert {finding.hint for finding in findings} == {None}
