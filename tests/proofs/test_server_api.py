"""Schemathesis drives the server with our own contract document, and finds nothing."""

from __future__ import annotations

import copy
import warnings
from typing import Any

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
    """Our document, in which the parameters of paths can be narrowed to values. Who is let in is tested by itself."""
    content: dict[str, Any] = copy.deepcopy(
        {**CONTRACT.document.content, "servers": [{"url": "/"}]}
    )
    for item in content["paths"].values():
        for operation in item.values():
            operation.pop("security", None)
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in known:
                    parameter["schema"] = {"enum": known[parameter["name"]]}
    return content


@pytest.mark.parametrize("is_known", [True, False], ids=["what is there", "anything"])
def test_schemathesis_finds_nothing(is_known: bool) -> None:
    """
    Whatever it sends, conforming or not: answers conform, and what breaks the schema is refused. One check is left out: the document takes any
    text for the method and the URL of webhooks, and we do not.
    """
    with running(scenarios=["three-pages"], clock="manual", strict_page_size=True) as server:
        server.advance(to="end")
        world = server.worlds[0]
        known = {
            "ConversationSid": [world.conversation_sid],
            "MessageSid": [world.message.sid],
            "ChatServiceSid": [world.chat_service_sid],
            "Sid": [world.message.sid, world.receipts[0].sid],
        }
        headers = {"Authorization": basic(server.account_sid, server.auth_token)}
        asked: set[tuple[str, int]] = set()
        for result in schemathesis.openapi.from_dict(
            document(known if is_known else {})
        ).get_all_operations():
            assert isinstance(result, Ok), result
            ask(result.ok(), server.url, headers, asked)
    found = {label for label, status in asked if status == 200}
    assert is_known is (found == {label for label, _ in asked})
    assert {status for _, status in asked} >= {200, 400, 404}


def ask(operation: Any, url: str, headers: dict[str, str], asked: set[tuple[str, int]]) -> None:
    """Ask one operation for what its parameters allow, and for what they forbid."""
    modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]

    @given(case=st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes]))
    @settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
    def check(case: Any) -> None:
        answer = case.call(base_url=url, headers=headers)
        asked.add((operation.label, answer.status_code))
        fields = case.body.values() if isinstance(case.body, dict) else ()
        # A blank field is the form's way to clear a value, whatever format values have.
        excluded = [negative_data_rejection] if "" in fields else []
        case.validate_response(answer, excluded_checks=[positive_data_acceptance, *excluded])

    check()
