"""The operations of a document: their parts, their paths and their responses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from receiptkit import Contract, Exchange, UsageError
from receiptkit.generation import Generator
from receiptkit.openapi.hosts import is_elsewhere
from receiptkit.openapi.operation import Media, Operation, Parameter, Response
from receiptkit.openapi.operations import Operations
from receiptkit.openapi.servers import path_of

#: A text, as a schema says it.
TEXT = {"type": "string"}
DOCUMENT: dict[str, Any] = {
    "servers": [
        {"url": "https://api.example.com/v1"},
        {"url": "/deep/er"},
        {"url": 3},
        "https://x/odd",
        {"name": "none"},
    ],
    "paths": {
        "/{Any}/{Sid}": {"get": {}},
        "/Persons/{Sid}": {
            "parameters": [
                {"name": "Sid", "in": "path", "required": True, "schema": TEXT},
                {"$ref": "#/parts/a~1b%7B/0~1"},
            ],
            "get": {
                "operationId": "FetchUser",
                "parameters": [
                    {"$ref": "#/parts/nowhere"},
                    {"$ref": "#/parts/list/0"},
                    {"in": "query"},
                    {"name": "Loose"},
                    3,
                ],
                "responses": {
                    "200": {
                        "content": {"Application/JSON": {"schema": TEXT}, "text/csv": {}},
                        "x-receiptkit-empty-body": True,
                    },
                    "4xx": {"$ref": "#/parts/failed"},
                    500: {"$ref": "#/parts/nowhere"},
                    "502": {"$ref": "#/parts/failed/description/deeper"},
                    "default": {"content": 3, "x-receiptkit-empty-body": 1},
                },
            },
            "post": {"responses": {"201": {}}},
        },
        "/Persons/me": {"get": {"operationId": "FetchMe"}},
        "/Persons": {"get": {"operationId": "ListPersons", "parameters": 3}},
        "/Rooms/{Room.Sid}/{Room.Sid}/Seats": {
            "parameters": "none",
            "get": {"operationId": "ListSeats"},
        },
        "/Rooms/{Room.Sid}/{Seat}.json": {"get": {"operationId": "FetchSeat"}},
    },
    "webhooks": {
        "joined": {
            "put": {"operationId": "onJoined", "requestBody": {"$ref": "#/parts/sent"}},
        },
        "left": {"post": {}},
        "moved": {"summary": "no operation at all"},
    },
    "parts": {
        "a/b{": {"0/": {"name": "Size", "in": "query", "required": True}},
        "list": [{"name": "First", "in": "query", "explode": False}],
        "failed": {
            "description": "an error",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        "sent": {"content": {"application/x-www-form-urlencoded": {"schema": TEXT}}},
    },
}


def operation(**members: Any) -> Operation:
    return Operation(
        **{"kind": None, "method": "get", "parameters": (), "responses": {}, **members}
    )


def test_reads_operations() -> None:
    """Parameters, references and responses are read, in any case; senseless parts are left out."""
    at = ("paths", "/Persons/{Sid}")
    shared = (
        Parameter("Sid", "path", True, TEXT, ("string",)),
        Parameter("Size", "query", True, True),
    )
    answers = (*at, "get", "responses")
    assert Operations(DOCUMENT).all == [
        operation(id="GET /{Any}/{Sid}", path="/{Any}/{Sid}"),
        operation(
            id="FetchUser",
            path="/Persons/{Sid}",
            parameters=(
                *shared,
                Parameter("First", "query", False, True, explode=False),
                Parameter("Loose", "None", False, True),
            ),
            responses={
                "200": Response(
                    {
                        "application/json": Media(
                            TEXT, (*answers, "200", "content", "Application/JSON", "schema")
                        ),
                        "text/csv": Media(True, (*answers, "200", "content", "text/csv", "schema")),
                    },
                    True,
                ),
                "4XX": Response(
                    {
                        "application/json": Media(
                            {"type": "object"},
                            (*answers, "4xx", "content", "application/json", "schema"),
                        )
                    },
                    False,
                ),
                "500": Response({}, False),
                "502": Response({}, False),
                "default": Response({}, False),
            },
        ),
        operation(
            id="POST /Persons/{Sid}",
            method="post",
            path="/Persons/{Sid}",
            parameters=shared,
            responses={"201": Response({}, False)},
        ),
        operation(id="FetchMe", path="/Persons/me"),
        operation(id="ListPersons", path="/Persons"),
        operation(id="ListSeats", path="/Rooms/{Room.Sid}/{Room.Sid}/Seats"),
        operation(id="FetchSeat", path="/Rooms/{Room.Sid}/{Seat}.json"),
    ]
    user = Operations(DOCUMENT).all[1]
    assert user.response(404) is user.responses["4XX"]


def test_reads_webhooks() -> None:
    """A webhook has the id of its operation or its name; its request has the schema."""
    place = (
        "webhooks",
        "joined",
        "put",
        "requestBody",
        "content",
        "application/x-www-form-urlencoded",
        "schema",
    )
    nothing = {"request": Response({}, False)}
    assert Operations(DOCUMENT).webhooks == [
        operation(
            id="onJoined",
            kind="webhook",
            method="put",
            path="",
            responses={
                "request": Response(
                    {"application/x-www-form-urlencoded": Media(TEXT, place)}, False
                )
            },
        ),
        operation(id="left", kind="webhook", method="post", path="", responses=nothing),
        operation(id="moved", kind="webhook", method="post", path="", responses=nothing),
    ]


def test_references_have_an_end() -> None:
    """Escapes of a reference are undone once, in the right order; one that leads in a circle leads nowhere."""
    paths = {
        "/a": {
            "get": {
                "parameters": [
                    {"$ref": "#/x~01y/a"},
                    {"$ref": "#/round"},
                    {"$ref": "elsewhere.json#/x"},
                    {"$ref": 3},
                ]
            }
        },
    }
    (only,) = Operations(
        {"paths": paths, "x~1y": {"a": {"name": "A"}}, "round": {"$ref": "#/round"}}
    ).all
    assert only.parameters == (Parameter("A", "None", False, True),)


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        ("GET", "https://api.example.com/v1/Persons/me", ("FetchMe", {})),
        ("GET", "/Persons/me/", ("FetchMe", {})),
        ("get", "/deep/er/Persons/U%201?x=1", ("FetchUser", {"Sid": "U 1"})),
        ("POST", "/v1/Persons/me", ("POST /Persons/{Sid}", {"Sid": "me"})),
        ("GET", "/v1/Groups/me", ("GET /{Any}/{Sid}", {"Any": "Groups", "Sid": "me"})),
        ("GET", "/v1/Persons", ("ListPersons", {})),
        ("GET", "/v1/Rooms/R1/R2/Seats", ("ListSeats", {"Room.Sid": "R1"})),
        ("GET", "/v1/Rooms/R1/4.json", ("FetchSeat", {"Room.Sid": "R1", "Seat": "4"})),
        ("GET", "/v1/Rooms/R1/4xjson", None),
        ("GET", "/odd/Persons", ("GET /{Any}/{Sid}", {"Any": "odd", "Sid": "Persons"})),
        ("GET", "/deep/Persons/me", None),
        ("PUT", "/v1/Persons/me", None),
        ("GET", "/v1/Persons/me/more", None),
        ("GET", "/", None),
    ],
)
def test_resolves_operations(
    method: str, url: str, expected: tuple[str, dict[str, str]] | None
) -> None:
    """The longest server path is removed; of several matching paths the most literal one with the method counts."""
    operations = Operations(DOCUMENT)
    resolved = operations.resolve(method, url)
    assert (resolved and (resolved[0].id, resolved[1])) == expected
    at_url = {each.id for each in operations.of_url(url)}
    if expected is not None and method != "POST":
        assert expected[0] in at_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.example.com/v1/Persons/me", ["FetchMe"]),
        ("/Persons/U1", ["FetchUser", "POST /Persons/{Sid}"]),
        ("/v1/Persons", ["ListPersons"]),
        ("/deep/er/Persons/me", ["FetchMe"]),
        ("/deep/Persons/me", []),
        ("/v1/Persons/me/more/and/more", []),
    ],
)
def test_every_operation_at_a_url(url: str, expected: list[str]) -> None:
    """A URL alone means every operation of the most literal path that fits."""
    assert [each.id for each in Operations(DOCUMENT).of_url(url)] == expected


def test_servers_without_a_path() -> None:
    """A server without a path, or with `/` alone, removes nothing; a doubled slash matches no path."""
    for url in ("https://api.example.com", "https://api.example.com/"):
        operations = Operations(
            {
                "servers": [{"url": url}],
                "paths": {"/Persons/": {"get": {"operationId": "ListPersons"}}},
            }
        )
        assert [each.id for each in operations.of_url("/Persons")] == ["ListPersons"]
        assert operations.of_url("//x//Persons") == []
        assert operations.resolve("GET", "//x//Persons") is None
    operations = Operations(
        {"servers": [{"url": "/BOX"}], "paths": {"/X/EX": {"get": {"operationId": "Letters"}}}}
    )
    assert [each.id for each in operations.of_url("/BOX/X/EX")] == ["Letters"]
    assert operations.of_url("/BO/X/EX") == []
    assert operations.of_url("/BOX/X/E") == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example.com/a/b/?c#d", "/a/b"),
        ("/a/BOX#d?c", "/a/BOX"),
        ("https://x.example.com", "/"),
        ("https://x.example.com?c", "/"),
        ("//x.example.com/a", "/a"),
        ("", "/"),
    ],
)
def test_paths_of_urls(url: str, expected: str) -> None:
    """A path has no host, query or trailing slash; an empty one is `/`."""
    assert path_of(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.acme.test/v1", True),
        ("https://user:password@api.acme.test:8443/v1", True),
        ("https://twilio.com.acme.test", True),
        ("https://conversations.twilio.com/v1", False),
        ("HTTPS://CONVERSATIONS.TWILIO.COM/v1", False),
        ("http://mock.local/v1", False),
        ("http://mock.localhost:80", False),
        ("http://mock.internal?x", False),
        ("http://mock:4010/v1", False),
        ("http://testserver/v1", True),
        ("http://10.0.0.7:4010/v1", False),
        ("http://[::ffff:10.0.0.7]:4010/v1", False),
        ("/v1/api.acme.test", False),
        ("", False),
    ],
)
def test_hosts_of_others(url: str, expected: bool) -> None:
    """Twilio's hosts, local names and addresses, and no host at all are not foreign."""
    assert is_elsewhere(url) is expected


JSON, CSV, TEXTS, REST = (
    Media({"const": name}, (name,)) for name in ("json", "csv", "texts", "rest")
)


@pytest.mark.parametrize(
    ("content", "content_type", "expected"),
    [
        ({"text/csv": CSV, "application/json": JSON}, None, JSON),
        ({"text/csv": CSV, "text/*": TEXTS}, None, CSV),
        (
            {"text/csv": CSV, "text/*": TEXTS, "*/*": REST},
            " Text/CSV ; charset=utf-8; header=present",
            CSV,
        ),
        ({"text/csv": CSV, "text/*": TEXTS, "*/*": REST}, "text/html", TEXTS),
        ({"text/csv": CSV, "text/*": TEXTS, "*/*": REST}, "text/html/4", TEXTS),
        ({"text/csv": CSV, "text/*": TEXTS, "*/*": REST}, "image/png", REST),
        ({"text/csv": CSV, "text/*": TEXTS, "*/*": REST}, "", REST),
        ({"text/csv": CSV}, "text/html", None),
    ],
)
def test_media_types(
    content: dict[str, Media], content_type: str | None, expected: Media | None
) -> None:
    """The exact media type comes before its range, and that before any; without one captured, JSON or the first."""
    assert Response(content, False).media(content_type) is expected


@pytest.mark.parametrize(
    ("described", "status", "expected"),
    [
        (("200", "2XX", "default"), 200, "200"),
        (("200", "2XX", "default"), 204, "2XX"),
        (("200", "2XX", "default"), 404, "default"),
        (("200", "2XX"), 404, None),
    ],
)
def test_finds_the_response_of_a_status(
    described: tuple[str, ...], status: int, expected: str | None
) -> None:
    """A status is described by its number, by its class, or by default."""
    responses = {name: Response({name: JSON}, False) for name in described}
    found = operation(id="a", path="/a", responses=responses).response(status)
    assert (found and list(found.content)) == (expected and [expected])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "/v1/Conversations/{c}/Messages/{m}/Receipts",
            {"c": "ConversationSid", "m": "MessageSid"},
        ),
        (
            "/v1/Services/{s}/Conversations/{c}/Messages/{m}/Receipts/{r}",
            {"s": "ChatServiceSid", "c": "ConversationSid", "m": "MessageSid", "r": "Sid"},
        ),
        (
            "/v1/Conversations/{ConversationSid}/Messages/{Sid}/",
            {"ConversationSid": "ConversationSid", "Sid": "Sid"},
        ),
        (
            "/v1/Services/{ChatServiceSid}/Configuration/Webhooks",
            {"ChatServiceSid": "ChatServiceSid"},
        ),
        ("/v1/Rooms/{r}/Seats", {}),
        ("/v1/Messages/{m}.json/Receipts", {}),
        ("/v1/Configuration/Webhooks", {}),
    ],
)
def test_roles_of_path_parameters(path: str, expected: dict[str, str]) -> None:
    """A parameter's role follows from its collection, or the resource, whatever its name is."""
    assert operation(id="x", path=path).roles == expected


def test_documents_that_call_parameters_otherwise(tmp_path: Path) -> None:
    """Bodies are checked and generated for a document with other parameter names."""
    path = tmp_path / "mine.json"
    text = (ROOT / "spec" / "documented.json").read_text()
    for name, called in (("MessageSid", "message-id"), ("ConversationSid", "room")):
        text = text.replace(f"{{{name}}}", f"{{{called}}}").replace(
            f'"name": "{name}"', f'"name": "{called}"'
        )
    path.write_text(text)
    contract = Contract.load(document=path)
    generator = Generator(contract)
    view, other = (generator.at(generator.world("group-sms", seed=seed)) for seed in (1, 2))
    exchange = Exchange(
        "GET", view.page()["meta"]["url"], 200, view.page(), {"content-type": "application/json"}
    )
    assert contract.check_exchange(exchange) == []
    (finding, *_) = contract.check_exchange(replace(exchange, body=other.page()))
    assert (finding.rule, finding.pointer) == (
        "receipt.not-what-was-asked",
        "/delivery_receipts/0/conversation_sid",
    )
    path.write_text(text.replace("/Messages/{message-id}/", "/Messages/{message-id}/{part}/"))
    with pytest.raises(
        UsageError,
        match=r"^ListConversationMessageReceipt: the generator has no value for the path parameter \{part\}$",
    ):
        Generator(Contract.load(document=path)).at(generator.world("group-sms")).page()
