"""The control of a local Twilio, and the OpenAPI document that describes it."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema_rs
import pytest
from openapi_spec_validator import validate
from starlette.routing import Route

from control_page import DOCUMENT, FILE, body_of, operations, page, resolved
from receiptkit.server import Running, app, panel, running

#: What `running()` has beside the operations: how to reach the server, and what `show` says of it.
_MEMBERS = {
    "account_sid",
    "auth_token",
    "chat_service_sid",
    "control_token",
    "deliveries",
    "worlds",
}
_ALL = [pytest.param(*each, id=each[2]["operationId"]) for each in operations()]
#: How the types of JSON Schema are called where the control checks arguments.
_TYPES = {
    "integer": int,
    "number": float,
    "string": str,
    "boolean": bool,
    "object": dict,
    "null": type(None),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    settings: dict[str, Any] = {"clock": "manual", "webhook_url": "http://127.0.0.1:9/hook#rc=0"}
    with running(scenarios=["landline"], control_token="secret", **settings) as twilio:
        twilio.advance(to="end")
        twilio.snapshot("begin")
        yield twilio


def send(
    server: Running, method: str, path: str, body: Any = None, token: str = "secret"
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    content = None if body is None else json.dumps(body)
    return httpx.request(
        method,
        server.url + path.replace("{number}", "0"),
        headers=headers,
        content=content,
        timeout=30,
    )


def check(response: httpx.Response, answer: dict[str, Any]) -> None:
    """Check a response against the document."""
    kind = response.headers["content-type"].partition(";")[0]
    schema = resolved(answer)["content"][kind]["schema"]
    value = response.json() if kind == "application/json" else response.text
    root = {"components": DOCUMENT["components"], "allOf": [schema]}
    jsonschema_rs.validator_for(root, validate_formats=True).validate(value)


def test_the_document_is_valid_and_its_page_fresh() -> None:
    validate(DOCUMENT)
    assert FILE.read_text() == page()


def test_every_route_is_in_the_document() -> None:
    """The document has each route of the control, and nothing else."""
    routes = {
        (method, route.path.replace(":int", ""))
        for route in app("none").routes
        if isinstance(route, Route) and route.path.startswith(panel.PREFIX)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert routes == {(method, path) for method, path, _ in operations()}


@pytest.mark.parametrize(("method", "path", "operation"), _ALL)
def test_each_operation_answers_as_the_document_says(
    server: Running, method: str, path: str, operation: dict[str, Any]
) -> None:
    """With each example of its arguments it succeeds; without its token, or with a wrong argument, it refuses."""
    schema = body_of(operation)
    bodies = [None] if schema is None else schema.get("examples", [{}])
    if operation["operationId"] == "events":
        # It has no end.
        with httpx.stream(
            method, server.url + path, headers={"Authorization": "Bearer secret"}
        ) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert next(stream.iter_text()).startswith("data: {")
        return
    for body in bodies:
        answer = send(server, method, path, body)
        assert answer.status_code == 200, answer.text
        check(answer, operation["responses"]["200"])
    refused = send(server, method, path, token="wrong")
    if operation.get("security") == []:
        assert refused.status_code == 200
        return
    assert refused.status_code == 401
    check(refused, operation["responses"]["default"])
    if schema is not None:
        wrongs: tuple[Any, ...] = ([], {"unknown": 1})
        for wrong in wrongs:
            refused = send(server, method, path, wrong)
            assert refused.status_code == 400, (wrong, refused.text)
            check(refused, operation["responses"]["default"])


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        (
            "POST",
            "/fault",
            (
                "POST /_receiptkit/fault is not an operation of the control; "
                "/_receiptkit/openapi.yaml lists them"
            ),
        ),
        (
            "GET",
            "/clock/advance",
            "GET /_receiptkit/clock/advance is not an operation of the control; use POST",
        ),
        (
            "PUT",
            "/faults",
            "PUT /_receiptkit/faults is not an operation of the control; use POST or DELETE",
        ),
    ],
)
def test_names_what_an_unknown_operation_could_be(
    server: Running, method: str, path: str, error: str
) -> None:
    """A wrong path or method is refused in the way of the control; callers without the token learn nothing."""
    refused = send(server, method, panel.PREFIX + path)
    assert (refused.status_code, refused.json()) == (404, {"error": error})
    assert send(server, method, panel.PREFIX + path, token="").status_code == 401


def test_running_can_do_the_same(server: Running) -> None:
    """Each operation of the control is a method of `running()` with the same arguments, and each method an operation."""
    documented = {
        operation["operationId"]: operation
        for _, _, operation in operations()
        if "control" in operation["tags"]
    }
    members = {name for name in dir(Running) if not name.startswith("_")}
    assert members - _MEMBERS == set(documented)
    for name, operation in documented.items():
        member = getattr(Running, name)
        if isinstance(member, property):
            continue
        parameters = dict(inspect.signature(member).parameters)
        del parameters["self"]
        takes_more = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
        named = {each for each, one in parameters.items() if one.kind is not one.VAR_KEYWORD}
        arguments = {resolved(each)["name"] for each in operation.get("parameters", ())}
        arguments |= set((body_of(operation) or {}).get("properties", ()))
        assert named <= arguments if takes_more else named == arguments, name
    show = server.show()
    assert (show["account_sid"], show["sent"]) == (server.account_sid, len(server.sent))


def test_methods_clear_and_resend(server: Running) -> None:
    """Faults, outcomes and webhooks can be cleared and sent again by methods, as by requests."""
    server.fault("slow")
    server.outcome("read")
    assert (len(server.show()["faults"]) > 0, len(server.show()["outcomes"]) > 0) == (True, True)
    server.clear_faults()
    server.clear_outcomes()
    assert (server.show()["faults"], server.show()["outcomes"]) == ([], [])
    server.reset()
    server.advance(to="end")
    again = server.resend(0, set={"Status": "failed"})
    assert "Status=failed" in str(again.delivery.body)
    assert server.details(len(server.sent) - 1)["parameters"]["Status"] == "failed"


@pytest.mark.parametrize(("method", "path", "operation"), _ALL)
def test_arguments_are_those_that_are_checked(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    """Names and types of arguments in the document are those that the control accepts."""
    known: dict[str, Any] = {}
    for table in panel.ACTIONS:
        if (table[0], panel.PREFIX + table[1]) == (method, path):
            known = {name: set(types) for name, types in table[2].items()}
    if operation["operationId"] in ("resend", "details"):
        return
    schema = body_of(operation) or {}
    documented = {name: _types_of(each) for name, each in schema.get("properties", {}).items()}
    assert documented == known


def _types_of(schema: dict[str, Any]) -> set[type]:
    names = schema.get("type")
    if names is None:
        return {type(each) for each in schema["enum"]}
    found = {_TYPES[name] for name in ([names] if isinstance(names, str) else names)}
    return found | ({int} if float in found else set())
