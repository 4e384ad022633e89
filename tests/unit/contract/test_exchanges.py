"""Exchanges: findings about parameters, status, media type and host, and what is left unchecked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proofs.verdicts import answers, become, own, title, told
from receiptkit import Contract, Exchange
from receiptkit.contract.profile import Profile
from receiptkit.contract.validator import Validator
from receiptkit.model.exchange import NotCaptured
from receiptkit.model.finding import NO_VALUE
from receiptkit.openapi.operation import ResponseKey
from receiptkit.rules import catalogue
from receiptkit.rules.examples import form, sample
from receiptkit.schema.engine import BodySchema, Engine

LIST = sample("page")["meta"]["url"].partition("?")[0]
PATH = LIST.removeprefix("https://conversations.twilio.com")
HOOK = "https://example.com/hook"
PARAMETERS: dict[str, str] = sample("webhook")["params"]
FIRST = "/v1/Conversations/{C}/Messages/{M}/Receipts"
SETTINGS = "/v1/Configuration/Webhooks"
HTML = {"Content-Type": "text/html"}

# -- parameters


def asks(*parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        SETTINGS: {
            "get": {
                "operationId": "Fetch",
                "parameters": parameters,
                "responses": {"200": {"description": "Done."}},
            }
        },
        "/v1/Rooms/{Room}": {
            "parameters": [
                {
                    "name": "Room",
                    "in": "path",
                    "required": True,
                    "schema": {"pattern": "^CH[0-9a-f]{32}$"},
                }
            ],
            "get": {"operationId": "Room", "responses": {"200": {"description": "Done."}}},
        },
    }


def query(name: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, **more}


WANTED = (
    query("Size", {"type": ["integer", "null"], "maximum": 50, "multipleOf": 5}),
    query("Count", {"type": "integer"}, required=True),
    query("Flag", {"enum": ["on", "off"]}),
    query("Loose", 3, required=False),
    {"name": "X-Header", "in": "header", "required": True, "schema": {"type": "string"}},
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{SETTINGS}?Count=1&Size=50&Flag=on", []),
        (f"{SETTINGS}?Count=x&Count=1#?Flag=none", []),
        (f"{SETTINGS}?Size=50", [("the query parameter Count is missing", None)]),
        (f"{SETTINGS}#?Count=1", [("the query parameter Count is missing", None)]),
        (f"{SETTINGS}?Count=", [("query parameter Count is not an integer", None)]),
        (f"{SETTINGS}?Count=01", [("query parameter Count is not an integer", None)]),
        (f"{SETTINGS}?Count=-1", []),
        (f"{SETTINGS}?Count=1?", [("query parameter Count is not an integer", None)]),
        (
            f"{SETTINGS}?Count=1&Size=52",
            [("query parameter Size must be at most 50", None)],
        ),
        (f"{SETTINGS}?Count=1&Size=x", [("query parameter Size is not an integer or null", None)]),
        (
            f"{SETTINGS}?Count=1&Flag=onn",
            [("query parameter Flag is not on or off", "did you mean `on`?")],
        ),
        (
            "/v1/Rooms/CHXXXXXX",
            [
                (
                    "path parameter Room does not match ^CH[0-9a-f]{32}$",
                    "this SID is masked; in a mock, use one with 32 hexadecimal digits",
                )
            ],
        ),
    ],
)
def test_parameters(tmp_path: Path, url: str, expected: list[tuple[str, str | None]]) -> None:
    """A parameter has one finding at most; the last value counts, a fragment does not, and types fit text."""
    contract = own(tmp_path, asks(*WANTED))
    found = contract.validator.validate_exchange(Exchange("GET", url, 200)).findings
    findings = [each for each in found if each.rule != "request.repeated-parameter"]
    assert [(finding.message, finding.hint) for finding in findings] == expected
    operation = "Room" if "Rooms" in url else "Fetch"
    for finding in findings:
        assert (finding.rule, finding.pointer, finding.operation) == (
            "request.parameter",
            "",
            operation,
        )


def test_a_parameter_of_any_name(tmp_path: Path) -> None:
    """A path parameter may have a name that is no identifier."""
    parameter = {"name": "seat-no.", "in": "path", "required": True, "schema": {"type": "integer"}}
    route = {
        "/v1/Seats/{seat-no.}": {
            "get": {"operationId": "Seat", "parameters": [parameter], "responses": {"200": {}}}
        }
    }
    judge = own(tmp_path, route).validator
    found = [
        [
            each.message
            for each in judge.validate_exchange(Exchange("GET", f"/v1/Seats/{no}", 200)).findings
        ]
        for no in ("4", "x")
    ]
    assert found == [[], ["path parameter seat-no. is not an integer"]]


def test_the_grounding_of_parameters(tmp_path: Path) -> None:
    """A wrong value cites the document, a missing parameter our rule."""
    contract = own(tmp_path, asks(*WANTED))
    missing, wrong = contract.validator.validate_exchange(
        Exchange("GET", f"{SETTINGS}?Flag=%6Fnn", 200)
    ).findings
    assert (wrong.value, wrong.grounding) == ("onn", "mine.json, Fetch")
    assert (missing.value, missing.grounding) == (
        NO_VALUE,
        catalogue.find("request.parameter").grounding,
    )


# -- exchanges


def test_a_status_that_is_not_documented(contract: Contract) -> None:
    """Findings of the request are reported beside an undocumented status; the body is not checked."""
    verdict = contract.validator.validate_exchange(
        Exchange("GET", f"{LIST}?PageSize=51", 202, {"odd": 1})
    )
    operation = "ListConversationMessageReceipt"
    assert become(verdict) == (
        [
            (
                "request.parameter",
                "",
                "query parameter PageSize must be at most 50",
                operation,
            ),
            (
                "http.undocumented-status",
                "",
                "status 202 is not documented for this operation (200 or an error)",
                operation,
            ),
        ],
        operation,
        "undocumented status",
        "response",
        None,
    )
    assert verdict.findings[0].grounding == f"{contract.document.provenance}, {operation}"
    assert [finding.value for finding in verdict.findings] == ["51", 202]


@pytest.mark.parametrize(("status", "count"), [(200, 1), (399, 1), (400, 0), (401, 0)])
def test_parameters_of_requests_that_failed(tmp_path: Path, status: int, count: int) -> None:
    """Parameters of a request that Twilio refused are not checked."""
    path = {
        "get": {
            "parameters": [query("Size", {"type": "integer"})],
            "responses": {"default": {"description": "Done."}},
        }
    }
    contract = own(tmp_path, {SETTINGS: path})
    verdict = contract.validator.validate_exchange(
        Exchange("GET", f"{SETTINGS}?Size=x", status, "x")
    )
    assert [finding.rule for finding in verdict.findings] == ["request.parameter"] * count
    assert verdict.unchecked == "the document has no body for this response"


@pytest.mark.parametrize(
    "url", ["https://mock.acme.test" + PATH, "https://mock.acme.test" + PATH + "/DY1"]
)
def test_checks_another_host_by_its_sids(contract: Contract, url: str) -> None:
    """A response of another host is checked if its path has a SID, whatever its body is."""
    assert (
        contract.validator.validate_exchange(Exchange("GET", url, 200, {"odd": 1})).operation
        is not None
    )
    foreign = "https://mock.acme.test/v1/Conversations/C1/Messages/M1/Receipts"
    assert (
        contract.validator.validate_exchange(Exchange("GET", foreign, 200, {"odd": 1})).operation
        is None
    )


FIVE = dict(list(PARAMETERS.items())[1:6])
OTHER = (
    [("http.unknown-operation", "", title("http.unknown-operation"), None)],
    None,
    "no operation of the contract",
    "response",
    None,
)
PREFLIGHT: tuple[Any, ...] = ([], None, "a CORS preflight", "response", None)


@pytest.mark.parametrize(
    ("exchange", "expected"),
    [
        (Exchange("GET", HOOK, 200, "", request_body=""), OTHER),
        (Exchange("POST", HOOK, 200, "", request_body=[1]), OTHER),
        (Exchange("POST", HOOK, 200, "", request_body=dict(list(FIVE.items())[1:])), OTHER),
        (Exchange("POST", HOOK, 200, "", request_body=sample("receipt")), OTHER),
        (Exchange("OPTIONS", LIST, 204, ""), PREFLIGHT),
        (Exchange("options", LIST, 204, ""), PREFLIGHT),
        (Exchange("OPTIONS", HOOK, 204, ""), OTHER),
        (Exchange("DELETE", LIST, 204, ""), OTHER),
    ],
)
def test_exchanges_of_no_operation(contract: Contract, exchange: Exchange, expected: Any) -> None:
    """Other exchanges are unchecked, and a browser's preflight is not even mentioned."""
    assert become(contract.validator.validate_exchange(exchange)) == expected


def test_an_exchange_that_is_a_webhook(contract: Contract) -> None:
    """A request with five parameters of a webhook is checked as one."""
    verdict = contract.validator.validate_exchange(
        Exchange("POST", HOOK, 200, "", request_body=form())
    )
    assert become(verdict) == ([], "onDeliveryUpdated", None, "request", "webhook")
    assert verdict.body == PARAMETERS
    verdict = contract.validator.validate_exchange(
        Exchange("POST", HOOK, 200, "", request_body=FIVE)
    )
    assert (verdict.part, verdict.operation) == ("request", "onDeliveryUpdated")
    assert verdict.findings


def test_responses_without_a_schema(tmp_path: Path) -> None:
    """A response whose body the document does not describe is unchecked, with the reason."""
    silent_ones: list[dict[str, Any]] = [{}, {"schema": {}}, {"schema": True}]
    for described in silent_ones:
        silent = {
            "get": {
                "operationId": "Get",
                "responses": {"200": {"content": {"application/json": described}}},
            }
        }
        verdict = own(tmp_path, {SETTINGS: silent}).validator.validate_exchange(
            Exchange("GET", SETTINGS, 200, {})
        )
        assert become(verdict) == (
            [],
            "Get",
            "the document has no schema for this body",
            "response",
            None,
        )


def test_a_body_that_was_not_captured(contract: Contract) -> None:
    """The reason is the capture's."""
    verdict = contract.validator.validate_exchange(
        Exchange("GET", LIST, 200, NotCaptured("cut off"))
    )
    assert become(verdict) == ([], "ListConversationMessageReceipt", "cut off", "response", None)


def test_a_wrong_media_type_is_not_all(contract: Contract) -> None:
    """JSON with another media type is checked; text of that type is not."""
    operation = "ListConversationMessageReceipt"
    wrong = (
        "http.media-type",
        "",
        "Content-Type is text/html, not application/json",
        operation,
    )
    verdict = contract.validator.validate_exchange(
        Exchange("GET", LIST, 200, json.dumps({"meta": {}}), HTML)
    )
    assert told(verdict.findings)[0] == wrong
    assert (
        "schema.required",
        "",
        "required field `delivery_receipts` is missing",
        operation,
    ) in told(verdict.findings)
    assert (verdict.kind, verdict.body) == ("page", {"meta": {}})
    assert told(
        contract.validator.validate_exchange(Exchange("GET", LIST, 200, "<html>", HTML)).findings
    ) == [wrong]
    repeated = json.dumps(sample("page"))[:-1] + ', "meta": {}}'
    assert [
        finding.rule
        for finding in contract.validator.validate_exchange(
            Exchange("GET", LIST, 200, repeated, HTML)
        ).findings
    ][:2] == [
        "http.media-type",
        "json.duplicate-key",
    ]


def test_responses_of_any_media_type(tmp_path: Path) -> None:
    """Without a Content-Type, text that begins like JSON is JSON, and other text any other described type."""
    required = [("schema.required", "", "required field `a` is missing", "Get")]
    url = FIRST.replace("{C}", "CH1").replace("{M}", "IM1")
    json_alone: dict[str, Any] = {"application/json": {"schema": {"required": ["a"]}}}
    for described, says_nothing in ((json_alone, False), ({**json_alone, "*/*": {}}, True)):
        contract = own(
            tmp_path,
            {FIRST: {"get": {"operationId": "Get", "responses": {"200": {"content": described}}}}},
        )
        for text in ("plain", b"\xff", ""):
            verdict = contract.validator.validate_exchange(Exchange("GET", url, 200, text))
            assert verdict.unchecked == (
                "the document has no schema for this body" if says_nothing else None
            )
            assert bool(verdict.findings) is not says_nothing
        bodies: tuple[Any, ...] = ("{}", {})
        for body in bodies:
            assert (
                told(contract.validator.validate_exchange(Exchange("GET", url, 200, body)).findings)
                == required
            )
    said = {"Content-Type": "text/plain"}
    contract = own(tmp_path, {FIRST: answers("*/*", "application/json", a=True)})
    assert (
        told(
            contract.validator.validate_exchange(
                Exchange("GET", url, 200, '{"a": 1}', said)
            ).findings
        )
        == []
    )
    assert (
        told(contract.validator.validate_exchange(Exchange("GET", url, 200, "{}", said)).findings)
        == required
    )


class Second(Engine):
    """An engine that looks up the schema of a response, and finds another one."""

    asked: list[ResponseKey]

    def answered(self, schema: BodySchema, answer: ResponseKey) -> BodySchema:
        self.asked.append(answer)
        return self.body({**schema.source, "required": ["second"]})


def test_an_engine_may_look_up_schemas_itself(tmp_path: Path) -> None:
    """An exchange is checked by the schema that the engine finds for operation, status and media type."""
    contract = own(tmp_path, {FIRST: answers("application/json", first=True)})
    engine = Second(contract.document.content)
    engine.asked = []
    judge = Validator(Profile("documented", contract.document), contract.operations, engine, None)
    url = FIRST.replace("{C}", "CH1").replace("{M}", "IM1")
    (finding,) = judge.validate_exchange(Exchange("GET", url, 200, {"first": 1})).findings
    assert finding.message == "required field `second` is missing"
    assert finding.grounding.endswith(
        f"paths/{FIRST}/get/responses/200/content/application/json/schema/required"
    )
    assert engine.asked == [ResponseKey(contract.operations.all[0], 200, "application/json")]


def test_an_error_of_another_status(contract: Contract) -> None:
    """It is found at the operation that was asked for."""
    verdict = contract.validator.validate_exchange(Exchange("GET", LIST, 400, sample("error")))
    assert [(finding.rule, finding.operation) for finding in verdict.findings] == [
        ("error.status-mismatch", "ListConversationMessageReceipt")
    ]
    assert (verdict.kind, verdict.body) == (None, None)


def test_compares_every_body_with_its_request(contract: Contract) -> None:
    """Pages, receipts and messages are compared with their request, even beside other findings."""
    page, row, message = sample("page"), sample("receipt"), sample("message")
    twice = {**page, "delivery_receipts": page["delivery_receipts"] * 2}
    asked = page["meta"]["url"].replace("PageSize=50", "PageSize=20")
    other = "DY" + "0123456789abcdef" * 2

    def found(url: str, body: Any) -> list[tuple[str, str]]:
        exchange = Exchange("GET", url, 200, body, {"content-type": "application/json"})
        return [(finding.rule, finding.pointer) for finding in contract.check_exchange(exchange)]

    mismatch = ("page.request-mismatch", "/meta/page_size")
    assert found(asked, page) == [mismatch]
    assert found(asked, twice) == [("page.duplicate-receipt", "/delivery_receipts/1/sid"), mismatch]
    assert found(row["url"].replace(row["sid"], other), row) == [
        ("receipt.not-what-was-asked", "/sid")
    ]
    assert found(message["url"].replace(message["sid"], "IM" + other[2:]), message) == [
        ("receipt.not-what-was-asked", "/sid")
    ]
