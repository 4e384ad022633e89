"""Bodies are recognised by event, by member names and their types, and by url."""

from __future__ import annotations

import re
from typing import Any

import pytest

from receiptkit import Contract
from receiptkit.contract.recognition import Recogniser, Recognition
from receiptkit.openapi.operations import Operations
from receiptkit.rules.examples import sample

PATHS = {
    "Rows": "/v1/Rooms/{Room}/Receipts",
    "One": "/v1/Rooms/{Room}/Receipts/{Sid}",
    "Scoped": "/v1/Services/{Service}/Rooms/{Room}/Receipts/{Sid}",
    "Message": "/v1/Rooms/{Room}/Messages/{Sid}",
    "Settings": "/v1/Configuration/Webhooks",
    "User": "/v1/Users/{Sid}",
}
ROW = {
    "sid": {"type": "string"},
    "status": {"$ref": "#/components/schemas/status"},
    "code": {"type": "integer"},
    "size": {"type": "number"},
    "gone": {"type": "boolean"},
    "note": {"type": ["null", "string"]},
    "extra": {"description": "anything"},
    "url": {"type": "string"},
}
COMPONENTS = {
    "status": {"type": "string", "enum": ["sent", "read"]},
    "row": {"properties": ROW},
    "meta": {
        "type": "object",
        "properties": {"page": {"type": "integer"}, "key": {"type": "string"}, "url": True},
    },
    "base": {"properties": {"sid": {"type": "string"}, "url": {"type": "string"}}},
    "round": {
        "allOf": [{"$ref": "#/components/schemas/round"}],
        "properties": {"body": {"type": "string"}},
    },
    "self": {"$ref": "#/components/schemas/self"},
}
SCHEMAS: dict[str, Any] = {
    "Rows": {
        "properties": {
            "meta": {"$ref": "#/components/schemas/meta"},
            "rows": {"type": "array", "items": {"$ref": "#/components/schemas/row"}},
            "links": {"properties": {"next": True}},
        }
    },
    "One": {"$ref": "#/components/schemas/row"},
    "Message": {
        "allOf": [{"$ref": "#/components/schemas/base"}, {"$ref": "#/components/schemas/round"}, 3],
        "properties": {"author": {"type": "string"}, "media": {"type": "array"}},
    },
    "Settings": {
        "allOf": 3,
        "properties": {"method": {"type": "string"}, "filters": {"type": "array"}},
    },
    "User": {"properties": {"name": True, "mail": True}},
}


def described(schema: Any, status: str = "200", media: str = "application/json") -> dict[str, Any]:
    return {"responses": {status: {"content": {media: {"schema": schema}}}}}


def recogniser(schemas: dict[str, Any], **more: Any) -> Recogniser:
    """Of a document that answers with these schemas, by the names of their paths."""
    paths = {
        PATHS[name]: {"get": {"operationId": name, **described(schema)}}
        for name, schema in schemas.items()
    }
    document = {"paths": paths, "components": {"schemas": COMPONENTS}, **more}
    return Recogniser(Operations(document), document)


def taken_for(recognition: Recognition) -> tuple[str, str | None] | str:
    """Return kind and operation, or the reason why a body has none."""
    operation = recognition.operation
    return (
        (recognition.kind, operation and operation.id)
        if recognition.kind is not None
        else recognition.reason
    )


TOO_FEW = "it shares too few field names with any response of the contract"
NOT_OURS = "its url belongs to no operation of the contract"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (["sid"], "not a JSON object"),
        ({}, "an empty object could be anything"),
        ({"status": "sent"}, TOO_FEW),
        ({"a": 1, "b": 2}, TOO_FEW),
        ({"status": "sent", "code": 1}, ("receipt", "One")),
        ({"status": "sent", "code": "1"}, TOO_FEW),
        ({"status": 1, "code": 1}, TOO_FEW),
        ({"size": 1, "gone": False}, ("receipt", "One")),
        ({"size": 1.5, "gone": 0}, TOO_FEW),
        ({"size": "1", "gone": False}, TOO_FEW),
        ({"note": "x", "extra": None}, ("receipt", "One")),
        ({"note": 1, "extra": None}, TOO_FEW),
        ({"odd": 1, "status": "sent", "even": 2, "code": 1}, ("receipt", "One")),
        ({"odd": 1, "status": "sent", "even": 2, "code": 1, "far": 3}, TOO_FEW),
        ({"status": 1, "code": "1", "size": "1"}, TOO_FEW),
        ({"status": 1, "code": "1", "size": "1", "gone": 2}, ("receipt", "One")),
        ({"method": 1, "filters": 2}, ("configuration", "Settings")),
        ({"method": 1, "odd": 2}, TOO_FEW),
        ({"status": "sent", "code": 1, "url": 3}, ("receipt", "One")),
        ({"status": "sent", "code": 1, "url": "/elsewhere/2010-04-01/"}, ("receipt", "One")),
        (
            {"status": "sent", "code": 1, "url": "https://api.twilio.com/2010-04-01/Accounts"},
            NOT_OURS,
        ),
        ({"status": "sent", "code": 1, "url": "/v2/Rooms/R/Receipts/D"}, NOT_OURS),
        ({"status": "sent", "code": 1, "url": "https://gw.test/a/b/v1/Roles/R"}, NOT_OURS),
        ({"status": "sent", "code": 1, "url": "/v1/gateway/v1/Roles/R"}, NOT_OURS),
        ({"status": "sent", "code": 1, "url": "/gateway/v1/"}, ("receipt", "One")),
        ({"sid": "D", "url": "https://gw.test/a/v1/Rooms/R/Messages/D"}, ("message", "Message")),
        ({"sid": "D", "url": "/v1/gateway/v1/Rooms/R/Receipts/D"}, ("receipt", "One")),
        ({"sid": "D", "url": "/v1/Rooms/R/Receipts/D"}, ("receipt", "One")),
        ({"sid": "D", "url": "/v1/Rooms/R/Messages/D"}, ("message", "Message")),
        ({"sid": "D", "url": "/v1/Users/U"}, TOO_FEW),
        ({"sid": "D", "url": "/elsewhere"}, TOO_FEW),
        ({"sid": 4, "url": "/v1/Rooms/R/Receipts/D"}, TOO_FEW),
        ({"author": "me", "media": []}, ("message", "Message")),
        ({"author": "me", "body": "x"}, ("message", "Message")),
        ({"author": "me", "media": {}}, TOO_FEW),
        ({"name": "me", "mail": "x"}, TOO_FEW),
        ({"meta": {"page": 1}}, ("page", "Rows")),
        ({"meta": {"page": 1, "url": "/v1/Nowhere/At/All"}}, NOT_OURS),
        ({"meta": {"pages": 1}}, TOO_FEW),
        ({"meta": ["page"]}, TOO_FEW),
        ({"meta": 3, "odd": 4}, TOO_FEW),
        ({"rows": [{"sid": "D"}, 3]}, ("page", "Rows")),
        ({"rows": []}, TOO_FEW),
        ({"rows": [{"odd": 1}, {"sid": "D"}]}, TOO_FEW),
        ({"links": 3}, TOO_FEW),
        ({"links": {"next": 3}}, ("page", "Rows")),
        (
            {"meta": {"page": 1, "key": "rows"}, "status": 1, "code": "1", "size": "1", "gone": 2},
            ("receipt", "One"),
        ),
    ],
)
def test_recognises_bodies(body: Any, expected: tuple[str, str] | str) -> None:
    """Bodies are recognised by shared names, then types, then url.

    At least two names must match, and half of those in the body. Up to three count by their types,
    unless the body has no more. Names of nested objects and of the first row count, too.
    """
    assert taken_for(recogniser(SCHEMAS).recognise(body)) == expected


OTHER_LIST = "its meta.key names the list of another resource"


@pytest.mark.parametrize("rows", [[], [{"sid": "R", "status": "sent"}]])
@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("participants", OTHER_LIST),
        ("users", OTHER_LIST),
        ("rows", ("page", "Rows")),
        ("row", ("page", "Rows")),
        ("arrows", ("page", "Rows")),
    ],
)
def test_lists_of_other_resources(
    key: str, rows: list[Any], expected: tuple[str, str] | str
) -> None:
    """A list with another key is not recognised, unless the key is much like ours."""
    body = {"meta": {"page": 0, "key": key}, key: rows}
    assert taken_for(recogniser(SCHEMAS).recognise(body)) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"rows": []},
        {"users": {}},
        {"meta": {"page": 0, "key": "roles"}},
        {"meta": {"page": 0, "key": ["users"]}},
        {"meta": {"page": 0, "key": "users", "url": "/v1/Rooms/R/Receipts"}},
        {"meta": {"page": 0, "key": "users", "url": "https://gw.test/a/v1/Rooms/R/Receipts"}},
    ],
)
def test_pages_that_name_another_list(change: dict[str, Any]) -> None:
    """A page of ours stays one if it has our list, lacks the list that it names, or says so by its url."""
    body = {"meta": {"page": 0, "key": "users"}, "users": [], **change}
    assert taken_for(recogniser(SCHEMAS).recognise(body)) == ("page", "Rows")


def test_most_names_of_one_operation() -> None:
    """The operation with the most shared names decides the kind; the scope decides the operation."""
    scoped = {"properties": {"token": True, "secret": True}}
    both = recogniser({"One": SCHEMAS["One"], "Scoped": scoped})
    assert taken_for(both.recognise({"status": "sent", "code": 1})) == ("receipt", "One")
    assert taken_for(both.recognise({"token": 1, "secret": 2})) == ("receipt", "One")
    assert taken_for(both.recognise({"token": 1, "secret": 2, "chat_service_sid": "IS"})) == (
        "receipt",
        "Scoped",
    )
    only = recogniser({"Scoped": scoped})
    assert taken_for(only.recognise({"token": 1, "secret": 2})) == ("receipt", "Scoped")
    assert only.has_in_common("receipt", {"token": 1, "more": 2}) == 1
    assert only.has_in_common("page", {"token": 1}) == 0


def test_no_kinds() -> None:
    """A document without operations of the contract recognises nothing."""
    none = recogniser({"User": SCHEMAS["User"]})
    assert none.kinds == []
    assert taken_for(none.recognise({"name": 1, "mail": 2})) == TOO_FEW


@pytest.mark.parametrize("more", [{"components": {}}, {"components": {"schemas": {}}}, {}])
def test_references_that_lead_nowhere(more: dict[str, Any]) -> None:
    """A schema that is not there, and one that refers to itself, has no members and any type."""
    paths = {
        PATHS["One"]: {
            "get": {"operationId": "One", **described({"$ref": "#/components/schemas/row"})}
        }
    }
    document = {"paths": paths, **more}
    nowhere = Recogniser(Operations(document), document)
    assert nowhere.kinds == ["receipt"]
    assert taken_for(nowhere.recognise({"status": "sent", "code": 1})) == TOO_FEW
    circle = recogniser(
        {
            "One": {
                "properties": {
                    "a": {"$ref": "#/components/schemas/self"},
                    "b": 3,
                    "c": {"type": "odd"},
                    "d": {"type": {}},
                }
            }
        }
    )
    for name in ("b", "c", "d"):
        assert taken_for(circle.recognise({"a": 1, name: 2})) == ("receipt", "One")


def test_members_in_layers() -> None:
    """Members are found eight layers of `allOf` deep, and the later of two that are called the same counts."""
    schema: Any = {"properties": {"deep": {"type": "string"}, "low": {"type": "integer"}}}
    for _ in range(8):
        schema = {"allOf": [schema]}
    schema["properties"] = {"low": {"type": "string"}}
    layered = recogniser({"One": schema, "Message": {"properties": {"a": True, "b": True}}})
    assert layered.has_in_common("receipt", {"deep": 1, "low": 2}) == 2
    assert taken_for(layered.recognise({"deep": "x", "low": "x", "o": 1})) == ("receipt", "One")


# -- errors and webhooks


def test_errors_are_a_separate_kind() -> None:
    """A body described for 4XX and 5XX is an error, without an operation."""
    failed = {"properties": {"code": True, "message": True}}
    paths = {
        PATHS["One"]: {"get": described(failed, "4XX")},
        PATHS["Message"]: {"get": described(failed, "500")},
    }
    document = {"paths": paths}
    errors = Recogniser(Operations(document), document)
    assert errors.kinds == ["error"]
    assert errors.recognise({"code": 1, "message": "x"}) == Recognition("error")


def webhooks(**events: Any) -> dict[str, Any]:
    """Webhooks by name, each with the schema of its EventType and the media type that it is sent as."""
    return {
        name: {
            "post": {
                "requestBody": {
                    "content": {
                        media: {
                            "schema": {"properties": {"EventType": event, "Sid": True, "To": True}}
                        }
                    }
                }
            }
        }
        for name, (event, media) in events.items()
    }


FORM = "application/x-www-form-urlencoded"


def test_webhooks_by_their_event() -> None:
    """The event decides, however much else is there; one that no webhook names does not."""
    documented = webhooks(
        first=({"enum": ["onFirst", "onOther", 3]}, FORM),
        second=({"$ref": "#/components/schemas/event"}, FORM),
        third=({"type": "string"}, FORM),
        fourth=(True, FORM),
        fifth=({"$ref": "#/components/schemas/nowhere"}, "application/json"),
    )
    found = recogniser(
        {"One": SCHEMAS["One"]},
        webhooks=documented,
        components={"schemas": {**COMPONENTS, "event": {"enum": ["onSecond"]}}},
    )
    receipt = {"sid": "D", "status": "sent", "code": 1, "size": 2, "gone": True}
    assert found.kinds == ["receipt", "webhook"]
    for event, operation in (("onFirst", "first"), ("onOther", "first"), ("onSecond", "second")):
        assert taken_for(found.recognise({**receipt, "EventType": event})) == ("webhook", operation)
    for odd in ("onThird", 3, None, ["onFirst"]):
        assert taken_for(found.recognise({**receipt, "EventType": odd})) == ("receipt", "One")
    assert taken_for(found.recognise({"EventType": "onThird", "Sid": "D"})) == ("webhook", "first")
    assert found.has_in_common("webhook", {"EventType": 1, "To": 2, "sid": 3}) == 2


def test_a_webhook_without_an_event() -> None:
    """A webhook without an event is recognised by its parameter names alone."""
    sent = {
        "requestBody": {"content": {FORM: {"schema": {"properties": {"Sid": True, "To": True}}}}}
    }
    document = {"webhooks": {"only": {"post": sent}}}
    only = Recogniser(Operations(document), document)
    assert taken_for(only.recognise({"Sid": 1, "To": 2})) == ("webhook", "only")


# -- many at once

ROOM = "/v1/Rooms/R/Receipts/"
LONG = "0123456789abcdef" * 2


def row(url: Any) -> dict[str, Any]:
    return {"status": "sent", "code": 1, "size": 2, "gone": True, "url": url}


def test_names_of_client_libraries(contract: Contract) -> None:
    """A body whose names are in camelCase is not recognised; the reason says where they are from."""
    camel = {
        re.sub("_(.)", lambda found: found[1].upper(), name): value
        for name, value in sample("receipt").items()
    }
    (finding,) = contract.check(camel)
    assert finding.rule == "body.unknown-kind"
    assert (
        "of a receipt in camelCase, as client libraries have them; give the body" in finding.message
    )
