"""Responses without a request, errors, bodies of a named kind, and problems that supersede others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proofs.verdicts import skipped
from receiptkit import Contract, Exchange, UsageError, WebhookRequest
from receiptkit.contract.body_checks import without_superseded
from receiptkit.contract.result import Result
from receiptkit.model.exchange import NOT_CAPTURED
from receiptkit.model.finding import Finding
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import sample

ITEM = sample("receipt")["url"]
SERVICE_ITEM = sample("service receipt")["url"]
JSON = {"Content-Type": "application/json"}


def said(findings: list[Finding]) -> list[tuple[str, str, str | None]]:
    return [(finding.rule, finding.message, finding.operation) for finding in findings]


def outcome(verdict: Result) -> tuple[list[str], str | None, str | None]:
    return [finding.rule for finding in verdict.findings], verdict.kind, verdict.unchecked


def own(folder: Path, paths: dict[str, Any], **more: Any) -> Contract:
    """The contract of a document of one's own."""
    path = folder / "mine.json"
    path.write_text(json.dumps({"openapi": "3.1.0", "paths": paths, **more}))
    return Contract.load(document=path)


def answers(**responses: Any) -> dict[str, Any]:
    """Return a GET operation with responses by status (`_404`): a required member, or media types."""
    described = {}
    for status, what in responses.items():
        media = [what] if isinstance(what, str) else what
        described[status[1:]] = {
            "content": {name: {"schema": needs(name)} for name in media}
            if "/" in media[0]
            else json_of(what)
        }
    return {"get": {"responses": described}}


def needs(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [name],
        "properties": {name: True, "code": True, "message": True, "status": True},
    }


def json_of(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": needs(name)}}


# -- answers to requests that nobody knows


@pytest.mark.parametrize(
    ("status", "body", "headers", "operation", "expected"),
    [
        (0, "", {}, None, ([], None, "no response was captured")),
        (304, "", {}, None, ([], None, "not modified: the body is in a cache")),
        (301, "<html>", {}, None, ([], None, "a redirect")),
        (308, "<html>", {}, None, ([], None, "a redirect")),
        (200, NOT_CAPTURED, {}, None, ([], None, "no body was captured")),
        (
            200,
            "ok",
            {},
            None,
            ([], None, "a response that is not JSON, captured without its request"),
        ),
        (
            200,
            "{}",
            {"content-type": "text/html"},
            None,
            ([], None, "a response that is not JSON, captured without its request"),
        ),
        (200, "{", JSON, None, (["json.syntax"], None, None)),
        (200, {}, {}, "page", (["schema.required"] * 2, "page", None)),
        (200, "{}", {}, "page", (["schema.required"] * 2, "page", None)),
        (200, sample("receipt"), {}, None, ([], "receipt", None)),
        (200, sample("error"), {}, None, ([], None, None)),
        (399, sample("receipt"), {}, None, ([], "receipt", None)),
        (400, sample("receipt"), {}, None, ([], None, None)),
        (404, sample("error"), {}, None, ([], None, None)),
        (400, sample("error"), {}, None, (["error.status-mismatch"], None, None)),
        (400, json.dumps(sample("error")), {}, None, (["error.status-mismatch"], None, None)),
        (500, json.dumps(sample("error")), {}, None, (["error.status-mismatch"], None, None)),
        (404, {"status": 500}, {}, None, (["body.unknown-kind"], None, "unknown body")),
    ],
)
def test_responses_alone(
    contract: Contract,
    status: int,
    body: Any,
    headers: dict[str, str],
    operation: str | None,
    expected: Any,
) -> None:
    """A response is checked by its body, an error by its status, too; an unchecked one has a reason."""
    assert (
        outcome(
            contract.validator.validate_response(Exchange("", "", status, body, headers), operation)
        )
        == expected
    )
    assert (
        contract.validator.validate_response(
            Exchange("", "", status, body, headers), operation
        ).kind
        is expected[1]
    )


def test_an_unchecked_exchange(contract: Contract) -> None:
    """The finding of an unchecked body has the reason and the operation."""
    (finding,) = contract.check_exchange(Exchange("GET", ITEM, 304, ""))
    assert said([finding]) == [
        (
            "body.unchecked",
            "not checked: not modified: the body is in a cache",
            "FetchConversationMessageReceipt",
        )
    ]


def test_text_of_a_kind(contract: Contract) -> None:
    """The kind of text can be named, too; text that is not JSON is a finding."""
    assert [finding.pointer for finding in contract.check("{}", operation="page")] == ["", ""]
    assert said(contract.check(b"{}", operation="page"))[0] == (
        "schema.required",
        "required field `delivery_receipts` is missing",
        "ListConversationMessageReceipt",
    )
    assert [finding.rule for finding in contract.check("{", operation="page")] == ["json.syntax"]


# -- the scope of a body of a named kind


def without(name: str, *members: str) -> dict[str, Any]:
    return {member: value for member, value in sample(name).items() if member not in members}


def page_of(*rows: Any) -> dict[str, Any]:
    return {"meta": {}, "delivery_receipts": list(rows)}


@pytest.mark.parametrize(
    ("kind", "body", "operation"),
    [
        ("receipt", sample("receipt"), "FetchConversationMessageReceipt"),
        ("receipt", {"url": SERVICE_ITEM}, "FetchServiceConversationMessageReceipt"),
        ("receipt", {"url": ITEM, "chat_service_sid": "IS1"}, "FetchConversationMessageReceipt"),
        (
            "receipt",
            {"url": "/elsewhere", "chat_service_sid": "IS1"},
            "FetchServiceConversationMessageReceipt",
        ),
        ("receipt", without("service receipt", "url"), "FetchServiceConversationMessageReceipt"),
        ("receipt", {"chat_service_sid": None}, "FetchConversationMessageReceipt"),
        ("receipt", [], "FetchConversationMessageReceipt"),
        ("page", sample("page"), "ListConversationMessageReceipt"),
        (
            "page",
            {"meta": {"url": SERVICE_ITEM.rpartition("/")[0]}},
            "ListServiceConversationMessageReceipt",
        ),
        ("page", page_of({"chat_service_sid": "IS1"}), "ListServiceConversationMessageReceipt"),
        ("page", page_of({"chat_service_sid": 3}), "ListConversationMessageReceipt"),
        ("page", page_of({"sid": "DY1"}), "ListConversationMessageReceipt"),
        ("page", page_of("chat_service_sid"), "ListConversationMessageReceipt"),
        ("page", page_of(), "ListConversationMessageReceipt"),
        ("page", {"delivery_receipts": {}}, "ListConversationMessageReceipt"),
        ("error", {}, None),
    ],
)
def test_the_scope_of_a_kind(
    contract: Contract, kind: str, body: Any, operation: str | None
) -> None:
    """A body is of a Conversation Service if its url says so; where that says nothing, if it, or the first row of a page, names one."""
    verdict = contract.validator.validate_body(body, kind)
    assert verdict.operation == operation
    assert {finding.operation for finding in verdict.findings} <= {operation}


def test_a_kind_of_no_other_document(tmp_path: Path) -> None:
    """An operation of any path can be named; `error` only where the document describes one."""
    contract = own(
        tmp_path,
        {
            "/orders": {
                "get": {
                    "operationId": "Orders",
                    "responses": {"200": {"content": json_of("total")}},
                }
            }
        },
    )
    assert said(contract.check({}, operation="Orders")) == [
        ("schema.required", "required field `total` is missing", "Orders")
    ]
    with pytest.raises(UsageError, match="the contract has no operation or kind 'error'"):
        contract.check({}, operation="error")


# -- errors

FIRST, SECOND = (
    "/v1/Conversations/{C}/Messages/{M}/Receipts",
    "/v1/Conversations/{C}/Messages/{M}/Receipts/{Sid}",
)


@pytest.mark.parametrize(
    ("status", "missing"),
    [
        (400, "a"),
        (401, "b"),
        (404, "c"),
        (499, "c"),
        (500, "d"),
        (599, "d"),
        (399, "a"),
        (600, "a"),
        ("404", "a"),
        (None, "a"),
    ],
)
def test_checks_errors_by_the_status_in_them(tmp_path: Path, status: Any, missing: str) -> None:
    """An error body is checked by the status in it; without one of an error, as 400."""
    contract = own(tmp_path, {FIRST: answers(_400="a", _401="b", _4XX="c", _5XX="d")})
    assert said(contract.check({"status": status}, operation="error")) == [
        ("schema.required", f"required field `{missing}` is missing", None)
    ]


def test_errors_are_described_by_a_receipt_operation(tmp_path: Path) -> None:
    """The first receipt operation that describes an error in JSON describes all errors."""
    paths = {
        "/orders": answers(_404="order"),
        FIRST: answers(_404=["text/plain"]),
        SECOND: answers(_404="code"),
    }
    contract = own(tmp_path, paths)
    assert said(contract.check({"status": 404}, operation="error")) == [
        ("schema.required", "required field `code` is missing", None)
    ]
    contract = own(tmp_path, {FIRST: answers(_503="code")})
    assert said(contract.check({"status": 404}, operation="error")) == [
        ("body.unchecked", "not checked: the document has no schema for errors", None)
    ]


def test_an_error_that_is_no_object(contract: Contract) -> None:
    """A list that is named an error has the wrong type."""
    assert [
        (finding.pointer, finding.operation) for finding in contract.check([], operation="error")
    ] == [("", None)]


# -- exchanges


def test_media_types_that_are_described(tmp_path: Path) -> None:
    """The finding of an undescribed media type names all described ones, and has the one that was sent."""
    contract = own(tmp_path, {FIRST: answers(_200=["text/csv", "application/xml"])})
    (finding,) = contract.check_exchange(
        Exchange(
            "GET",
            "/v1/Conversations/CH1/Messages/IM1/Receipts",
            200,
            "x",
            {"content-type": "text/html"},
        )
    )
    assert finding.message == "Content-Type is text/html, not text/csv or application/xml"
    assert finding.value == "text/html"


@pytest.mark.parametrize(
    "write",
    [lambda body: body, json.dumps, lambda body: json.dumps(body).encode()],
    ids=["parsed", "text", "bytes"],
)
def test_checks_another_host_by_its_body(contract: Contract, write: Any) -> None:
    """A response of another host is checked if its body looks like one, as text and parsed."""
    url = "https://api.acme.test/v1/Configuration/Webhooks"
    assert (
        contract.validator.validate_exchange(
            Exchange("GET", url, 200, write(sample("configuration")))
        ).operation
        == "FetchConfigurationWebhook"
    )
    assert (
        contract.validator.validate_exchange(
            Exchange("GET", url, 200, write({"webhooks": []}))
        ).operation
        is None
    )


def test_schemas_of_responses(tmp_path: Path) -> None:
    """A response that is not described as JSON has no schema."""
    contract = own(tmp_path, {FIRST: answers(_200="rows", _404=["text/plain"])})
    (operation,) = contract.operations.all
    assert contract.validator.schemas.of_body(operation, 200).is_clean({"rows": []})
    for status in (404, 500):
        with pytest.raises(
            UsageError,
            match=f"^GET {FIRST} has no JSON response {status} in the document$".replace(
                "{", r"\{"
            ),
        ):
            contract.validator.schemas.of_body(operation, status)


# -- which findings stand


def test_supersedes_findings_at_the_same_place_only() -> None:
    """A rule supersedes another at the same place only; rules outside the catalogue supersede none."""
    better, worse = "webhook.field-name", "webhook.unknown-parameter"
    problems = [
        Problem(pointer, "", rule=rule)
        for rule, pointer in (
            (worse, "/a"),
            (better, "/a"),
            (worse, "/b"),
            ("ours.rule", "/a"),
            ("ours.rule", ""),
        )
    ]
    assert [(each.rule, each.pointer) for each in without_superseded(problems)] == [
        (better, "/a"),
        (worse, "/b"),
        ("ours.rule", "/a"),
        ("ours.rule", ""),
    ]
    assert without_superseded(problems[2:]) == problems[2:]
    assert without_superseded(problems[:1], problems[1:2]) == []


def test_a_request_that_holds_a_list(contract: Contract) -> None:
    """A request with a JSON list is no webhook."""
    assert said(contract.check_webhook(WebhookRequest(body="[1]"))) == [
        (
            "body.unknown-kind",
            skipped(" (not a JSON object)"),
            None,
        )
    ]


def test_a_request_that_cannot_be_read(contract: Contract) -> None:
    """Broken JSON is the only finding of a request with it."""
    verdict = contract.validator.validate_webhook(WebhookRequest(body="{"))
    assert ([finding.rule for finding in verdict.findings], verdict.part) == (
        ["json.syntax"],
        "request",
    )
