"""Results of bodies, alone and many at once, and the parts of a contract."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from proofs.verdicts import answers, become, left, own, told
from receiptkit import Contract, Severity, UsageError
from receiptkit.openapi import document as documents
from receiptkit.rules.examples import sample

PARAMETERS: dict[str, str] = sample("webhook")["params"]
SETTINGS = "/v1/Configuration/Webhooks"
EVENT_STREAM = {
    "specversion": "1.0",
    "type": "com.twilio.conversations.delivery.updated",
    "id": "1",
    "data": {},
}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (EVENT_STREAM, ([left("webhook.event-stream")], None, None, "response", None)),
        (sample("receipt"), ([], "FetchConversationMessageReceipt", None, "response", "receipt")),
        (PARAMETERS, ([], "onDeliveryUpdated", None, "response", "webhook")),
        (sample("error"), ([], None, None, "response", None)),
        (
            [],
            (
                [left("body.unknown-kind", " (not a JSON object)")],
                None,
                "unknown body",
                "response",
                None,
            ),
        ),
        (
            {**PARAMETERS, "Status": 3},
            (
                [
                    (
                        "schema.type",
                        "/Status",
                        "`Status` is an integer, not a string",
                        "onDeliveryUpdated",
                    )
                ],
                "onDeliveryUpdated",
                None,
                "response",
                "webhook",
            ),
        ),
        (
            {"a": 1},
            (
                [
                    left(
                        "body.unknown-kind",
                        " (it shares too few field names with any response of the contract)",
                    )
                ],
                None,
                "unknown body",
                "response",
                None,
            ),
        ),
    ],
)
def test_bodies(contract: Contract, body: Any, expected: Any) -> None:
    """A body alone is recognised; the result holds the body that was checked."""
    verdict = contract.validator.validate_body(body)
    assert become(verdict) == expected
    assert verdict.body == (body if verdict.kind is not None else None)


def test_undescribed_responses(tmp_path: Path) -> None:
    """A named operation without a 200 response in JSON leaves the body unchecked."""
    for described in (
        answers("text/csv"),
        answers("application/json", status="201"),
        {"get": {"operationId": "Get"}},
    ):
        contract = own(tmp_path, {"/orders": described})
        expected: tuple[Any, ...] = (
            [],
            "Get",
            "the document has no schema for this body",
            "response",
            None,
        )
        assert become(contract.validator.validate_body({"a": 1}, "Get")) == expected


def test_checks_null(tmp_path: Path) -> None:
    """A schema without a type accepts null, and still checks objects."""
    contract = own(tmp_path, {"/orders": answers("application/json", total=True)})
    assert contract.check(None, operation="Get") == []
    assert told(contract.check({}, operation="Get")) == [
        ("schema.required", "", "required field `total` is missing", "Get")
    ]


def test_reports_a_syntax_problem_once(contract: Contract) -> None:
    """NaN is reported once; other problems are reported, too."""
    text = json.dumps({**sample("receipt"), "status": 3}).replace(
        '"error_code": 0', '"error_code": NaN'
    )
    assert [(finding.rule, finding.pointer) for finding in contract.check(text)] == [
        ("json.not-finite", "/error_code"),
        ("schema.type", "/status"),
    ]
    text = json.dumps({**sample("receipt"), "status": 3})[:-1] + ', "status": 4}'
    assert [(finding.rule, finding.pointer) for finding in contract.check(text)] == [
        ("json.duplicate-key", "/status"),
        ("schema.type", "/status"),
    ]


# -- contracts


def test_a_contract_has_a_profile_and_an_engine() -> None:
    """A contract has a profile and an engine, `default` unless it is named."""
    contract = Contract(documents.built("strict"), "strict")
    assert (contract.profile, contract.engine, contract.validator.auth_token) == (
        "strict",
        "default",
        None,
    )
    (finding,) = contract.check({**sample("receipt"), "error_code": 30008})
    assert finding.severity is Severity.ERROR
    loaded = Contract.load("vendor", engine="reference", auth_token="secret")
    assert (loaded.profile, loaded.engine, loaded.validator.auth_token) == (
        "vendor",
        "reference",
        "secret",
    )


def test_schemas_are_compiled_once() -> None:
    """A contract compiles the schema of a response at its first use, and keeps it."""
    contract = Contract.load()
    operation = contract.operations.by_id["FetchConversationMessage"]
    assert contract.validator.schemas.of_body(operation, 200) is contract.validator.schemas.of_body(
        operation, 200
    )


def test_refuses_unknown_profiles_and_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown profile or engine is refused with the known names; a missing package, with what to install."""
    with pytest.raises(UsageError) as caught:
        Contract.load("stricter")
    assert str(caught.value) == "unknown profile 'stricter'; use vendor, documented, strict"
    with pytest.raises(UsageError) as caught:
        Contract.load(engine="third")
    assert str(caught.value) == "unknown engine 'third'; use default or reference"
    monkeypatch.setitem(sys.modules, "openapi_core", None)
    monkeypatch.delitem(sys.modules, "receiptkit.schema.reference", raising=False)
    with pytest.raises(UsageError) as caught:
        Contract.load(engine="reference")
    assert (
        str(caught.value)
        == "the reference engine needs openapi_core: pip install 'receiptkit[reference]'"
    )
