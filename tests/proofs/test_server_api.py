"""Schemathesis drives the server with our own contract document, and finds nothing."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import httpx
import pytest

from receiptkit.server import running
from serving import CONTRACT, basic

pytest.importorskip(
    "schemathesis",
    reason="schemathesis needs Python 3.11, and newer packages than the lowest we allow",
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st
    from schemathesis.core.result import Ok
    from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance


def document(known: dict[str, list[str]]) -> dict[str, Any]:
    """
    Return our document, with path parameters narrowed to values by the collection before them.

    Authorization is tested separately.
    """
    content: dict[str, Any] = copy.deepcopy(
        {**CONTRACT.document.content, "servers": [{"url": "/"}]}
    )
    for path, item in content["paths"].items():
        for operation in item.values():
            operation.pop("security", None)
            for parameter in operation.get("parameters", ()):
                before = path.partition("{" + parameter["name"] + "}")[0].rsplit("/", 2)[-2]
                if parameter["in"] == "path" and before in known:
                    parameter["schema"] = {"enum": known[before]}
    return content


@pytest.mark.parametrize("is_known", [True, False], ids=["what is there", "anything"])
def test_schemathesis_finds_nothing(is_known: bool) -> None:
    """
    Whatever it sends, conforming or not: answers conform, and what breaks the schema is refused. One check is left out: the document takes any
    text for the method and the URL of webhooks, and we do not.
    """
    with running(scenarios=["three-pages"], clock="manual", strict_page_size=True) as server:
        server.advance(to="end")
        headers = {"Authorization": basic(server.account_sid, server.auth_token)}
        known = existing(server, headers)
        server.snapshot("begin")
        asked: set[tuple[str, int]] = set()
        if is_known:
            # A document cannot say that one of two parameters is needed, and not both.
            path = "/v1/ParticipantConversations"
            answer = httpx.get(f"{server.url}{path}?Identity=anna", headers=headers)
            asked.add((f"GET {path}", answer.status_code))
        for result in schemathesis.openapi.from_dict(
            document(known if is_known else {})
        ).get_all_operations():
            assert isinstance(result, Ok), result
            # What one operation deletes is there for the next.
            server.restore("begin")
            ask(result.ok(), server.url, headers, asked)
    labels = {label for label, _ in asked if not label.startswith("POST")}
    found = {label for label, status in asked if status < 300}
    assert len({label for label, _ in asked}) == len(CONTRACT.operations.all)
    assert is_known is (labels <= found)
    statuses = {200, 201, 400, 404} | ({204} if is_known else set())
    assert {status for _, status in asked} >= statuses


def existing(server: Any, headers: dict[str, str]) -> dict[str, list[str]]:
    """Return identifiers by the collection before them."""

    def make(path: str, **form: str) -> str:
        fields = {name.replace("__", "."): value for name, value in form.items()}
        answer = httpx.post(f"{server.url}/v1/{path}", data=fields, headers=headers)
        return str(answer.json()["sid"])

    world = server.worlds[0]
    conversation = f"Conversations/{world.conversation_sid}"
    hook = make(f"{conversation}/Webhooks", Target="studio", Configuration__FlowSid=f"FW{1:032x}")
    return {
        "Services": [world.chat_service_sid, make("Services", FriendlyName="x")],
        "Conversations": [world.conversation_sid],
        "Messages": [world.message.sid],
        "Receipts": [world.receipts[0].sid],
        "Participants": [make(f"{conversation}/Participants", Identity="anna"), "anna"],
        "Webhooks": [hook],
    }


def ask(operation: Any, url: str, headers: dict[str, str], asked: set[tuple[str, int]]) -> None:
    """Ask one operation for what its parameters allow, and for what they forbid."""
    modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]

    @given(case=st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes]))
    @settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
    def check(case: Any) -> None:
        answer = case.call(base_url=url, headers=headers)
        asked.add((operation.label, answer.status_code))
        fields = case.body.values() if isinstance(case.body, dict) else ()
        # A blank field is the form's way to clear a value, whatever format values have. And nobody knows what Twilio does with another
        # value of the header: the server takes it for false.
        is_lenient = "" in fields or "X-Twilio-Webhook-Enabled" in (case.headers or {})
        excluded = [negative_data_rejection] if is_lenient else []
        case.validate_response(answer, excluded_checks=[positive_data_acceptance, *excluded])

    check()
