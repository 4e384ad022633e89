"""Paths and their operations, with those that the server does not have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT
from receiptkit.generation.api_errors import REFUSALS
from receiptkit.server.operations import UNSUPPORTED, api_path
from serving import Caller

#: Twilio's own document, beside the checkout where the project is developed.
UPSTREAM = ROOT.parent / "shared" / "data" / "upstream" / "twilio_conversations_v1.yaml"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/Conversations", ("Conversations", None, ())),
        ("/v1/Conversations/a%2Fb%3F", ("Conversations/*", None, ("a/b?",))),
        ("/v1/Conversations/Webhooks", ("Conversations/Webhooks", None, ())),
        ("/v1/Conversations/x/Webhooks", ("Conversations/*/Webhooks", None, ("x",))),
        ("/v1/Services", ("Services", None, ())),
        ("/v1/Services/IS1", ("Services/*", None, ("IS1",))),
        ("/v1/Services/IS1/Configuration", ("Services/*/Configuration", "IS1", ())),
        ("/v1/Configuration/Webhooks", ("Configuration/Webhooks", None, ())),
        ("/v1/Configuration/Addresses/IG1", ("Configuration/Addresses/*", None, ("IG1",))),
        ("/v1/Services/IS1/Users/US1", ("Services/*/Users/*", "IS1", ("US1",))),
        ("/v1/", None),
        ("/v1/Conversations/", None),
        ("/v2/Conversations", None),
        ("Conversations", None),
        ("/", None),
    ],
)
def test_paths(path: str, expected: tuple[str, str | None, tuple[str, ...]] | None) -> None:
    assert api_path(path) == expected


def test_names_unsupported_operations(capsys: pytest.CaptureFixture[str]) -> None:
    """An unsupported operation is answered with 501 and its name, and noted once on stderr."""
    caller = Caller("none")
    for (key, method), operation in UNSUPPORTED.items():
        path = f"/v1/{key}".replace(
            "Services/*", f"Services/{caller.control.state.chat_service_sid}"
        )
        for _ in range(2):
            answer = caller.call(method, path.replace("*", "x"), [] if method == "POST" else None)
            assert (answer.status_code, answer.json()["status"]) == (501, 501)
            assert f"receiptkit does not implement {operation} (" in answer.json()["message"]
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(UNSUPPORTED)
    assert all(line.startswith("receiptkit: note: ") for line in lines)


@pytest.mark.parametrize(
    "path", ["/v1/Nothing", "/v1/Users/x/Nothing", "/", "/v1", "/v1/Roles/x/y/z"]
)
def test_an_unknown_path_is_twilios_404(path: str) -> None:
    answer = Caller("none").get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


@pytest.mark.parametrize("path", ["/v1/Users", "/v1/Conversations", "/v1/Services/IS1/Roles/RL1"])
def test_a_method_that_a_path_does_not_have(path: str) -> None:
    answer = Caller("none").call("PUT", path)
    assert (answer.status_code, answer.json()["code"]) == (405, 20004)
    assert "GET" in answer.headers["Allow"]


@pytest.mark.skipif(not UPSTREAM.exists(), reason="Twilio's own document is not here")
def test_every_operation_of_twilio_has_a_response() -> None:
    """Every operation of the document has a response or 501, never 404 or 405 for its path."""
    document: dict[str, Any] = yaml.load(Path(UPSTREAM).read_bytes(), yaml.CSafeLoader)
    caller = Caller("none")
    handlers = set()
    for path, item in document["paths"].items():
        for method in ("get", "post", "delete"):
            if method not in item:
                continue
            parsed = api_path(path.replace("{", "").replace("}", ""))
            assert parsed is not None
            is_known = (parsed.key, method.upper()) in UNSUPPORTED
            if is_known:
                operation = UNSUPPORTED[parsed.key, method.upper()]
                assert operation == item[method]["operationId"]
            else:
                answer = caller.call(method.upper(), path.replace("{", "").replace("}", ""), [])
                assert answer.status_code not in (405, 501), path
                handlers.add((path, method))
    assert (len(handlers), len(UNSUPPORTED)) == (60, 43)


def test_every_error_has_a_code_a_status_and_a_text() -> None:
    """No refusal is without one; its body links the page of its code."""
    for code, kind in REFUSALS.items():
        assert (kind.code, 400 <= kind.status < 500, kind.message != "") == (code, True, True)
        assert kind.body()["more_info"].endswith(f"/{code}")
    assert {50304, 50353, 50377, 50407, 50416, 50433, 50441, 50513, 50204} <= set(REFUSALS)
