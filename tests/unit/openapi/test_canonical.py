"""Documents of users, in any style, have the same findings, and a note on what has no effect."""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from receiptkit import Contract, DocumentError, Exchange
from receiptkit.openapi import document as documents

CASES = Path(__file__).parent / "documents"
LIST = "/v1/Conversations/{ConversationSid}/Messages/{MessageSid}/Receipts"
STATUSES = ["read", "failed", "delivered", "undelivered", "sent"]
STATUS = {"type": "string", "enum": STATUSES}
NULL = {"type": "null"}
AS_IT_IS = "{}: receiptkit's overlays are not applied to it"
#: The notes of the cases that have some besides that.
NOTES = {
    "d08-nullable-beside-ref.yaml": [
        "OpenAPI 3.0.3: read as its 3.1 equivalent",
        "`nullable` beside `$ref` has no effect in OpenAPI 3.0 (components/schemas/Receipt/properties/status)",
    ],
    "d08b-nullable-allof.yaml": [
        "OpenAPI 3.0.3: read as its 3.1 equivalent",
        "`nullable` without `type` has no effect in OpenAPI 3.0 (components/schemas/Receipt/properties/status)",
    ],
    "d08c-nullable-in-31.yaml": [
        "`nullable` has no effect in OpenAPI 3.1; add null to `type` (components/schemas/Receipt/properties/status)",
    ],
}


def exchange(name: str) -> Exchange:
    captured = json.loads((CASES / name).read_text())
    request, response = captured["request"], captured["response"]
    return Exchange(request["method"], request["url"], 200, response["body"], response["headers"])


def found(path: Path, capture: str, engine: str = "default") -> list[tuple[str, str]]:
    contract = Contract.load(document=path, engine=engine)
    return [(each.rule, each.pointer) for each in contract.check_exchange(exchange(capture))]


LIE = [("schema.enum", "/delivery_receipts/0/status")]


def demand_the_lie_alone(path: Path) -> None:
    for engine in ("default", "reference"):
        assert found(path, "good.json", engine) == []
        assert found(path, "lie.json", engine) == LIE


@pytest.mark.parametrize("path", sorted(CASES.glob("d[01]*.yaml")), ids=lambda path: path.stem)
def test_cases(path: Path) -> None:
    demand_the_lie_alone(path)
    notes = documents.read(path).notes[1:]
    expected = NOTES.get(path.name, [])
    assert len(notes) == len(expected)
    for note, end in zip(notes, expected, strict=True):
        assert note.endswith(end)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("document-self-alias.yaml", "line 3: the alias *p refers to a value that contains it"),
        (
            "document-laughs.yaml",
            "line 8: its aliases make more than 1,000,000 values of it; --limit aliases=N allows more",
        ),
        (
            "document-ref-cycle.json",
            "components/schemas/R refers to itself, without a member or an item in between",
        ),
        (
            "document-diamond.json",
            "components/schemas/X21 expands to more than 10,000 schemas; --limit schemas=N allows more",
        ),
    ],
)
def test_cycles_and_bombs_end_in_a_line(name: str, message: str) -> None:
    begun = time.monotonic()
    with pytest.raises(DocumentError) as caught:
        documents.read(CASES / name)
    assert str(caught.value) == f"{CASES / name}: {message}"
    assert time.monotonic() - begun < 2


# -- more of the same kinds


def plain() -> dict[str, Any]:
    """Return a document in which a receipt has a status."""
    page = {
        "type": "object",
        "properties": {
            "delivery_receipts": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/Receipt"},
            }
        },
    }
    names = ("ConversationSid", "MessageSid")
    operation = {
        "operationId": "List",
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in names
        ],
        "responses": {
            "200": {"description": "ok", "content": {"application/json": {"schema": page}}}
        },
    }
    receipt = {"type": "object", "properties": {"status": {"$ref": "#/components/schemas/Status"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://conversations.twilio.com"}],
        "paths": {LIST: {"get": operation}},
        "components": {"schemas": {"Receipt": receipt, "Status": copy.deepcopy(STATUS)}},
    }


def status_is(schema: Any, **schemas: Any) -> Any:
    """Return a function that replaces the schema of the status."""

    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["Receipt"]["properties"]["status"] = schema
        document["components"]["schemas"].update(schemas)

    return change


def receipt_is(schema: Any, **schemas: Any) -> Any:
    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["Receipt"] = schema
        document["components"]["schemas"].update(schemas)

    return change


def version_is(version: str, change: Any = lambda document: None) -> Any:
    def with_version(document: dict[str, Any]) -> None:
        document["openapi"] = version
        change(document)

    return with_version


def content_is(**content: Any) -> Any:
    def change(document: dict[str, Any]) -> None:
        response = document["paths"][LIST]["get"]["responses"]["200"]
        (schema,) = response["content"].values()
        response["content"] = {
            name.replace("_", "/"): {**schema, **more} for name, more in content.items()
        }

    return change


def servers_are(*servers: Any, path: str = LIST, place: str = "document") -> Any:
    def change(document: dict[str, Any]) -> None:
        item = document["paths"].pop(LIST)
        document["paths"][path] = item
        {"document": document, "path": item, "operation": item["get"]}[place]["servers"] = servers

    return change


def component(kind: str, place: tuple[str, ...], *, twice: bool = False) -> Any:
    """Return what puts a part of the operation among the components, and a reference in its place."""

    def change(document: dict[str, Any]) -> None:
        node: Any = document["paths"][LIST]
        for name in place[:-1]:
            node = node[name]
        named = {"It": node[place[-1]]}
        node[place[-1]] = {"$ref": f"#/components/{kind}/It"}
        if twice:
            named["It"], named["%7BIt%7D"] = (
                {"$ref": f"#/components/{kind}/%257BIt%257D"},
                named["It"],
            )
        document["components"][kind] = named

    return change


def path_is_beside_parameters(document: dict[str, Any]) -> None:
    item = document["paths"][LIST]
    item["parameters"] = item["get"].pop("parameters")
    document["components"]["pathItems"] = {"It": {"get": item.pop("get")}}
    item["$ref"] = "#/components/pathItems/It"


def with_anchor(document: dict[str, Any]) -> None:
    status_is({"$ref": "#state"})(document)
    document["components"]["schemas"]["Status"]["$anchor"] = "state"


PROPERTY = "#/components/schemas/Holder/properties/"
HOLDER = {
    "type": "object",
    "properties": {
        "a b": STATUS,
        "50%": STATUS,
        "x/y~z": STATUS,
        "ü": STATUS,
        "$ref": STATUS,
        "enum": STATUS,
    },
}
HIDDEN = {"type": "string", "writeOnly": True}
RECEIPT = {"type": "object", "properties": {"status": STATUS}}

SAME: dict[str, Any] = {
    "plain": lambda document: None,
    "space": status_is({"$ref": PROPERTY + "a%20b"}, Holder=HOLDER),
    "percent": status_is({"$ref": PROPERTY + "50%25"}, Holder=HOLDER),
    "percent as it is": status_is({"$ref": PROPERTY + "50%"}, Holder=HOLDER),
    "slash": status_is({"$ref": PROPERTY + "x~1y~0z"}, Holder=HOLDER),
    "slash encoded": status_is({"$ref": PROPERTY + "x%7E1y%7E0z"}, Holder=HOLDER),
    "not encoded": status_is({"$ref": PROPERTY + "ü"}, Holder=HOLDER),
    "letters encoded": status_is({"$ref": PROPERTY + "%C3%BC"}, Holder=HOLDER),
    "called like a keyword": status_is({"$ref": PROPERTY + "enum"}, Holder=HOLDER),
    "called like a reference": status_is({"$ref": PROPERTY + "$ref"}, Holder=HOLDER),
    "definitions": status_is(
        {"$ref": "#/components/schemas/Receipt/$defs/Status"},
        Receipt={
            "type": "object",
            "properties": {"status": {"$ref": "#/components/schemas/Receipt/$defs/Status"}},
            "$defs": {"Status": STATUS},
        },
    ),
    "definitions of a schema with an id": receipt_is(
        {
            "$id": "https://example.com/receipt",
            "type": "object",
            "properties": {"status": {"$ref": "#/$defs/Status"}},
            "$defs": {"Status": STATUS},
        }
    ),
    "discriminator of a choice": receipt_is(
        {
            "oneOf": [{"$ref": "#/components/schemas/Sms"}],
            "discriminator": {"propertyName": "channel"},
        },
        Sms=RECEIPT,
    ),
    "chain": status_is(
        {"$ref": "#/components/schemas/A"},
        A={"$ref": "#/components/schemas/B"},
        B={"$ref": "#/components/schemas/Status"},
    ),
    "anchor": with_anchor,
    "generic": receipt_is({"$ref": "#/components/schemas/Of%3CA%2CB%3E"}, **{"Of<A,B>": RECEIPT}),
    "tree": receipt_is(
        {
            **RECEIPT,
            "properties": {
                "status": STATUS,
                "next": {"$ref": "#/components/schemas/Receipt"},
                "all": {"type": "array", "items": {"$ref": "#/components/schemas/Receipt"}},
            },
        }
    ),
    "response": component("responses", ("get", "responses", "200")),
    "parameter": component("parameters", ("get", "parameters", 0)),  # type: ignore[arg-type]
    "response twice": component("responses", ("get", "responses", "200"), twice=True),
    "media type": version_is(
        "3.2.0", component("mediaTypes", ("get", "responses", "200", "content", "application/json"))
    ),
    "path beside parameters": path_is_beside_parameters,
    "capitals": content_is(Application_JSON={}),
    "quoted parameter": content_is(**{'application_json;charset="utf-8";v=1': {}}),
    "range": content_is(**{"application_*": {}}),
    "any": content_is(**{"*_*": {}}),
    "with and without": content_is(
        **{"application_json; v=2": {"schema": {"type": "integer"}}, "application_json": {}}
    ),
    "variable in the host": servers_are(
        {"url": "https://{product}.twilio.com", "variables": {"product": {"default": "x"}}}
    ),
    "variable in the path": servers_are(
        {"url": "/{v}", "variables": {"v": {"default": "v1", "enum": ["v1", "v2"]}}},
        path=LIST.removeprefix("/v1"),
    ),
    "other value": servers_are(
        {"url": "/{v}", "variables": {"v": {"default": "v2", "enum": ["v2", "v1"]}}},
        path=LIST.removeprefix("/v1"),
    ),
    "any value": servers_are(
        {"url": "/{v}", "variables": {"v": {"default": "v2"}}}, path=LIST.removeprefix("/v1")
    ),
    "two variables": servers_are(
        {
            "url": "https://h/{a}/{b}/",
            "variables": {"a": {"default": "v1"}, "b": {"default": "Conversations"}},
        },
        path=LIST.removeprefix("/v1/Conversations"),
    ),
    "relative server": servers_are({"url": "v1/"}, path=LIST.removeprefix("/v1")),
    "server of a path": servers_are(
        {"url": "https://h/v1"}, path=LIST.removeprefix("/v1"), place="path"
    ),
    "server of an operation": servers_are(
        {"url": "/v1"}, path=LIST.removeprefix("/v1"), place="operation"
    ),
    "null first": status_is({"anyOf": [NULL, {"$ref": "#/components/schemas/Status"}]}),
    "oneOf": status_is({"oneOf": [{"$ref": "#/components/schemas/Status"}, NULL]}),
    "choice by type": status_is({"oneOf": [{"type": "integer"}, STATUS, NULL]}),
    "choice in a choice": status_is({"anyOf": [{"anyOf": [STATUS, NULL]}, {"type": "array"}]}),
    "choice by reference": status_is(
        {"$ref": "#/components/schemas/Maybe"}, Maybe={"anyOf": [STATUS, NULL]}
    ),
    "constants": status_is({"oneOf": [{"const": each, "title": each} for each in STATUSES]}),
    "constants or null": status_is(
        {"type": ["string", "null"], "anyOf": [*({"const": each} for each in STATUSES), NULL]}
    ),
    "enums of one": version_is(
        "3.0.3",
        status_is({"oneOf": [{"type": "string", "enum": [each]} for each in STATUSES]}),
    ),
    "constants by reference": status_is(
        {"anyOf": [{"$ref": "#/components/schemas/Known"}, NULL]},
        Known={"oneOf": [{"const": each, "description": "a status"} for each in STATUSES]},
    ),
    "receipt or null": receipt_is({"anyOf": [RECEIPT, NULL]}),
    "hidden": receipt_is(
        {
            "type": "object",
            "required": ["secret"],
            "properties": {"status": STATUS, "secret": HIDDEN},
        }
    ),
    "hidden by reference": receipt_is(
        {
            "type": "object",
            "required": ["secret"],
            "properties": {"status": STATUS, "secret": {"$ref": "#/components/schemas/Hidden"}},
        },
        Hidden=HIDDEN,
    ),
    "hidden in a part": receipt_is(
        {
            "required": ["secret"],
            "allOf": [RECEIPT, {"properties": {"secret": {"allOf": [HIDDEN]}}}],
        }
    ),
    "required in a part": receipt_is(
        {**RECEIPT, "allOf": [{"required": ["secret"]}, {"properties": {"secret": HIDDEN}}]}
    ),
    "required in another": receipt_is(
        {"allOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]},
        A={"required": ["secret"]},
        B={"properties": {"status": STATUS, "secret": HIDDEN}},
    ),
    "3.0": version_is("3.0.4"),
    "3.0 nullable": version_is("3.0.0", status_is({**STATUS, "nullable": True})),
    "3.2": version_is("3.2.0"),
    "3.2 with a name": version_is(
        "3.2.0",
        lambda document: (
            document.update({"$self": "https://example.com/api.json#"})
            or status_is({"$ref": "https://example.com/api.json#/components/schemas/Status"})(
                document
            )
        ),
    ),
    "examples with references": status_is(
        {**STATUS, "example": {"$ref": "https://nowhere.example/x"}, "examples": [{"$ref": "../x"}]}
    ),
    "extensions": status_is({**STATUS, "x-any": {"required": 3, "properties": 5, "$ref": "../x"}}),
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME.keys())
def test_has_the_same_findings(tmp_path: Path, change: Any) -> None:
    document = plain()
    change(document)
    for name, text in (
        ("mine.json", json.dumps(document)),
        ("mine.yaml", yaml.safe_dump(document, allow_unicode=True)),
    ):
        (tmp_path / name).write_text(text)
        demand_the_lie_alone(tmp_path / name)


# -- what has no effect is reported, once, with its place

AT = "components/schemas/Receipt/properties/status"
REPORTED: dict[str, tuple[Any, str]] = {
    "id": (
        status_is({**STATUS, "$id": "https://example.com/s"}),
        f"`$id` is ignored: references in a schema are read from its document ({AT})",
    ),
    "dialect": (
        status_is({**STATUS, "$schema": "http://json-schema.org/draft-07/schema#"}),
        f"`$schema` is ignored: schemas are read as JSON Schema 2020-12 ({AT})",
    ),
    "dynamic": (
        status_is({"$dynamicRef": "#/components/schemas/Status"}),
        f"`$dynamicRef` is read as `$ref` ({AT})",
    ),
    "discriminator": (
        receipt_is({**RECEIPT, "discriminator": {"propertyName": "status"}}),
        "`discriminator` is not followed (components/schemas/Receipt)",
    ),
    "x-nullable": (status_is({**STATUS, "x-nullable": True}), f"`x-nullable` has no effect ({AT})"),
    "nullable twice": (
        receipt_is(
            {
                "type": "object",
                "nullable": False,
                "properties": {"status": {**STATUS, "nullable": True}},
            }
        ),
        f"`nullable` has no effect in OpenAPI 3.1; add null to `type` ({AT}, and 1 more)",
    ),
    "nullable beside an enum": (
        version_is("3.0.3", status_is({**STATUS, "nullable": True})),
        f"`nullable` beside an `enum` without null: null is accepted ({AT})",
    ),
    "beside a reference in 3.0": (
        version_is("3.0.3", status_is({"$ref": "#/components/schemas/Status", "enum": ["x"]})),
        f"`enum` beside `$ref` has no effect in OpenAPI 3.0 ({AT})",
    ),
    "draft 7": (
        receipt_is({**RECEIPT, "dependencies": {"status": ["x"]}}),
        "`dependencies` has no effect; use `dependentRequired` or `dependentSchemas` (components/schemas/Receipt)",
    ),
    "path with a query": (
        lambda document: document["paths"].update({"/x?y=1": {}}),
        "a path with a query or without `/` in front matches no URL (paths//x?y=1)",
    ),
    "path with a blank": (
        lambda document: document["paths"].update({"/x ": {}}),
        "a path with blanks matches no URL (paths//x )",
    ),
    "method in capitals": (
        lambda document: document["paths"][LIST].update(
            POST={"responses": {"200": {"description": "x"}}}
        ),
        f"`POST` is no method, and not checked; write `post` (paths/{LIST})",
    ),
    "nullable as text": (
        version_is("3.0.3", status_is({**STATUS, "nullable": "yes"})),
        f"`nullable` is neither true nor false, and ignored ({AT})",
    ),
    "limit": (
        status_is({**STATUS, "minimum": 3, "exclusiveMinimum": True}),
        f"an exclusive limit that is true or false is read as in OpenAPI 3.0 ({AT})",
    ),
    "callbacks": (
        lambda document: document["paths"][LIST]["get"].update(callbacks={"x": {}}),
        f"`callbacks` are not checked (paths/{LIST}/get/callbacks)",
    ),
    "header": (
        lambda document: document["paths"][LIST]["get"]["responses"]["200"].update(
            headers={"X": {"required": True, "schema": {}}}
        ),
        f"required headers of responses are not checked (paths/{LIST}/get/responses/200/X)",
    ),
    "header of requests": (
        lambda document: document["paths"][LIST]["get"]["parameters"].append(
            {"name": "X", "in": "header", "required": True, "schema": {}}
        ),
        f"required parameters in `header` are not checked (paths/{LIST}/get/parameters/2)",
    ),
    "deep": (
        lambda document: document["paths"][LIST]["get"]["parameters"].append(
            {"name": "X", "in": "query", "style": "deepObject", "schema": {"type": "object"}}
        ),
        f"parameters that are objects, or joined otherwise, are not checked (paths/{LIST}/get/parameters/2)",
    ),
    "content of a parameter": (
        lambda document: document["paths"][LIST]["get"]["parameters"].append(
            {"name": "X", "in": "query", "content": {"application/json": {"schema": {}}}}
        ),
        f"parameters with `content` are not checked (paths/{LIST}/get/parameters/2)",
    ),
    "methods": (
        version_is(
            "3.2.0", lambda document: document["paths"][LIST].update(additionalOperations={})
        ),
        f"`additionalOperations` are not checked (paths/{LIST})",
    ),
    "stream": (
        version_is(
            "3.2.0",
            lambda document: document["paths"][LIST]["get"]["responses"]["200"]["content"].update(
                {"text/event-stream": {"itemSchema": {}}}
            ),
        ),
        f"`itemSchema` of streams is not checked (paths/{LIST}/get/responses/200/content/text/event-stream)",
    ),
    "path nowhere": (
        lambda document: document["paths"].update({"/x": {"$ref": "#/components/pathItems/X"}}),
        "`$ref: #/components/pathItems/X` leads nowhere, and is left out (paths//x)",
    ),
    "path to itself": (
        lambda document: document["paths"].update({"/x": {"$ref": "#/paths/~1x"}}),
        "`$ref: #/paths/~1x` leads to itself, and is left out (paths//x)",
    ),
    "schema nowhere": (
        receipt_is(RECEIPT, Lost={"items": {"$ref": "#/components/schemas/Gone"}}),
        "`$ref: #/components/schemas/Gone` leads nowhere (components/schemas/Lost/items)",
    ),
}


@pytest.mark.parametrize(("change", "note"), REPORTED.values(), ids=REPORTED.keys())
def test_reports_what_has_no_effect(tmp_path: Path, change: Any, note: str) -> None:
    document = plain()
    change(document)
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(document))
    assert f"{path}: {note}" in documents.read(path).notes
    # openapi-core refuses a whole document with a reference that leads nowhere.
    for engine in ("default",) if "leads nowhere" in note else ("default", "reference"):
        assert found(path, "good.json", engine) == []
        assert found(path, "lie.json", engine) == LIE


def test_ordinary_documents_have_no_report(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(plain()))
    assert documents.read(path).notes == (AS_IT_IS.format(path),)


def test_a_schema_that_is_missing_where_it_is_needed(tmp_path: Path) -> None:
    document = plain()
    del document["components"]["schemas"]["Status"]
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(document))
    with pytest.raises(DocumentError, match="leads nowhere") as caught:
        found(path, "good.json")
    assert "\n" not in str(caught.value)


def test_the_grounding_names_the_place_in_the_document(tmp_path: Path) -> None:
    """A finding leads to where the user wrote the keyword, in whichever file."""
    document = plain()
    status_is({"$ref": PROPERTY + "x~1y~0z"}, Holder=HOLDER)(document)
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(document))
    (finding,) = Contract.load(document=path).check_exchange(exchange("lie.json"))
    assert finding.grounding == "mine.json, components/schemas/Holder/properties/x/y~z/enum"
    (finding,) = Contract.load(document=CASES / "d10-external-ref.yaml").check_exchange(
        exchange("lie.json")
    )
    assert finding.grounding == "d10-external-ref.yaml, common.yaml#/Status/enum"


@pytest.mark.parametrize(
    "schemas",
    [
        {"Receipt": {"allOf": [{"$ref": "#/components/schemas/Receipt"}]}},
        {
            "Receipt": {"not": {"$ref": "#/components/schemas/A"}},
            "A": {"if": {"$ref": "#/components/schemas/Receipt"}},
        },
        {
            f"S{number}": {"anyOf": [{"$ref": f"#/components/schemas/S{number + 1}"}] * 3}
            for number in range(30)
        }
        | {"S30": {}},
        {f"S{number}": {"$ref": f"#/components/schemas/S{number + 1}"} for number in range(5000)}
        | {"S5000": {}},
        {
            f"S{number}": {
                "dependentSchemas": {
                    key: {"$ref": f"#/components/schemas/S{number + 1}"} for key in "abc"
                }
            }
            for number in range(30)
        }
        | {"S30": {}},
    ],
    ids=["part", "condition", "choices", "chain", "dependent"],
)
def test_more_cycles_and_bombs(tmp_path: Path, schemas: dict[str, Any]) -> None:
    document = plain()
    document["components"]["schemas"].update(schemas)
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(document))
    begun = time.monotonic()
    with pytest.raises(DocumentError) as caught:
        documents.read(path)
    assert str(caught.value).startswith(f"{path}: components/schemas/")
    assert "\n" not in str(caught.value)
    assert time.monotonic() - begun < 2


def test_schemas_that_lead_on_and_on(tmp_path: Path) -> None:
    """A long chain of schemas is accepted."""
    document = plain()
    document["components"]["schemas"]["Receipt"]["properties"]["n"] = {
        "$ref": "#/components/schemas/S0"
    }
    document["components"]["schemas"] |= {
        f"S{number}": {"properties": {"n": {"$ref": f"#/components/schemas/S{number + 1}"}}}
        for number in range(2000)
    } | {"S2000": {}}
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(document))
    assert found(path, "good.json") == []
    assert found(path, "lie.json") == LIE
