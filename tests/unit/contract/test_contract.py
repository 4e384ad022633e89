"""The contract finds the operation of a body or exchange, and its problems."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from proofs.mutants import BODIES, mutants
from receiptkit import (
    Contract,
    DocumentError,
    Exchange,
    Finding,
    History,
    Severity,
    UsageError,
)
from receiptkit.rules.examples import sample
from receiptkit.schema.engine import Engine
from receiptkit.schema.formats import is_date_time, is_uri

LIST = sample("page")["meta"]["url"]
ITEM = sample("receipt")["url"]
PATH = LIST.removeprefix("https://conversations.twilio.com").partition("?")[0]


def found(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.rule, finding.pointer) for finding in findings]


# -- which operation


@pytest.mark.parametrize(
    ("method", "url", "operation"),
    [
        ("GET", LIST, "ListConversationMessageReceipt"),
        ("get", PATH, "ListConversationMessageReceipt"),
        ("GET", f"http://localhost:4010{PATH}/?PageSize=2#top", "ListConversationMessageReceipt"),
        ("GET", ITEM, "FetchConversationMessageReceipt"),
        (
            "GET",
            "https://x/v1/Services/IS1/Conversations/CH1/Messages/IM1/Receipts",
            "ListServiceConversationMessageReceipt",
        ),
        (
            "GET",
            "https://x/v1/Services/IS1/Conversations/CH1/Messages/IM1/Receipts/DY1",
            "FetchServiceConversationMessageReceipt",
        ),
        ("GET", "/v1/Conversations/my%20room/Messages/IM1", "FetchConversationMessage"),
        (
            "GET",
            "/v1/Services/IS1/Conversations/CH1/Messages/IM1",
            "FetchServiceConversationMessage",
        ),
        ("POST", "/v1/Configuration/Webhooks", "UpdateConfigurationWebhook"),
        ("GET", "/v1/Services/IS1/Configuration/Webhooks", "FetchServiceWebhookConfiguration"),
        ("POST", "/v1/Conversations/Webhooks", "UpdateLegacyConfigurationWebhook"),
        ("POST", PATH, None),
        ("GET", "/v1/Conversations/CH1/Messages", "ListConversationMessage"),
        ("DELETE", "/v1/Conversations/CH1", "DeleteConversation"),
        ("PUT", "/v1/Conversations/CH1", None),
        ("GET", "/v1/Users", None),
        ("GET", "/v2" + PATH[3:], None),
        ("GET", "/prefix" + PATH, None),
        ("GET", "http://[broken", None),
        ("GET", "", None),
    ],
)
def test_resolve(contract: Contract, method: str, url: str, operation: str | None) -> None:
    """A method and a URL of any host mean one operation, or none."""
    resolved = contract.operations.resolve(method, url)
    assert (resolved[0].id if resolved else None) == operation


# -- what a bare body is


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("receipt", "FetchConversationMessageReceipt"),
        ("service receipt", "FetchServiceConversationMessageReceipt"),
        ("page", "ListConversationMessageReceipt"),
        ("message", "FetchConversationMessage"),
        ("configuration", "FetchConfigurationWebhook"),
        ("error", None),
    ],
)
def test_samples_are_recognised_and_conform(
    contract: Contract, name: str, operation: str | None
) -> None:
    """Each sample is recognised and conforms."""
    verdict = contract.validator.validate_body(sample(name))
    assert (verdict.operation, verdict.findings, verdict.unchecked) == (operation, [], None)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        3,
        {"sid": "DY1"},
        {"status": "ok", "message": "hello"},
        {
            "sid": "CH1",
            "account_sid": "AC1",
            "url": "https://conversations.twilio.com/v1/Users/US1",
            "date_created": "x",
        },
        {
            "sid": "CH1",
            "url": "https://conversations.twilio.com/v1/Conversations/CH1",
            "title": "x",
            "owner": "y",
        },
        {
            "sid": "SM1",
            "body": "x",
            "status": "sent",
            "error_code": None,
            "from": "+15550100",
            "to": "+15550101",
            "num_segments": "1",
            "uri": "/x",
        },
        {"total": 1, "sent": "all"},
    ],
)
def test_leaves_an_unknown_body_unchecked(contract: Contract, body: Any) -> None:
    """A body that shares too little with any response is unchecked, and a finding says so."""
    assert found(contract.check(body)) == [("body.unknown-kind", "")]
    assert contract.validator.validate_body(body).unchecked == "unknown body"


@pytest.mark.parametrize("missing", list(sample("receipt")))
def test_no_single_member_decides(contract: Contract, missing: str) -> None:
    """A receipt without any one of its members is still a receipt."""
    body = {name: value for name, value in sample("receipt").items() if name != missing}
    assert contract.validator.validate_body(body).operation == "FetchConversationMessageReceipt"


def test_recognises_the_scope_by_url_then_by_service(contract: Contract) -> None:
    """The url decides the scope; without one, chat_service_sid does."""
    body = sample("service receipt")
    del body["url"]
    assert (
        contract.validator.validate_body(body).operation == "FetchServiceConversationMessageReceipt"
    )
    body["url"] = ITEM
    assert contract.validator.validate_body(body).operation == "FetchConversationMessageReceipt"
    assert ("receipt.scope", "/chat_service_sid") in found(contract.check(body))


def test_a_named_operation_is_believed(contract: Contract) -> None:
    """`operation` takes an operationId or a kind, and refuses anything else by name."""
    assert found(contract.check({}, operation="page")) == [("schema.required", "")] * 2
    assert (
        found(contract.check({}, operation="FetchConversationMessage"))
        == [("schema.required", "")] * 3
    )
    with pytest.raises(
        UsageError,
        match="no operation or kind 'receipts': kinds are configuration, error, message, page, receipt, webhook",
    ):
        contract.check({}, operation="receipts")


def test_text_is_read_strictly(contract: Contract) -> None:
    """Given as text, a body's own defects are found too, with their place."""
    text = json.dumps(sample("receipt"), indent=1).replace('"error_code": 0', '"error_code": NaN')
    (finding,) = contract.check(text)
    assert (finding.rule, finding.pointer) == ("json.not-finite", "/error_code")
    assert finding.location is not None
    assert (finding.location.line, finding.location.column) == (9, 16)
    assert contract.check(json.dumps(sample("receipt")).encode()) == []


# -- exchanges


def exchange(**changes: Any) -> Exchange:
    return Exchange(
        **{"method": "GET", "url": LIST, "status": 200, "body": sample("page"), **changes}
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"headers": {"content-type": "application/json; charset=utf-8"}}, []),
        ({"body": json.dumps(sample("page"))}, []),
        ({"headers": {"Content-Type": "text/html"}}, [("http.media-type", "")]),
        ({"headers": {"Content-Type": "text/html"}, "body": "<html>"}, [("http.media-type", "")]),
        ({"body": "{"}, [("json.syntax", "")]),
        ({"body": ""}, [("json.syntax", "")]),
        ({"status": 202}, [("http.undocumented-status", "")]),
        ({"status": 304, "body": ""}, [("body.unchecked", "")]),
        ({"status": 307, "body": "<html>moved</html>"}, [("body.unchecked", "")]),
        ({"url": "https://x/v1/Users"}, [("http.unknown-operation", "")]),
        ({"url": PATH + "?PageSize=51"}, [("request.parameter", "")]),
        ({"url": PATH + "?PageSize=0"}, [("request.parameter", "")]),
        ({"url": PATH + "?PageSize=٣"}, [("request.parameter", "")]),
        ({"url": PATH + "?PageSize=5%0A"}, [("request.parameter", "")]),
        ({"url": PATH + "?PageSize="}, [("request.parameter", "")]),
        ({"url": PATH + "?Page=-1&PageSize=99"}, [("request.parameter", "")] * 2),
        (
            {"url": PATH + "?PageSize=50&Page=1&PageToken=PT50"},
            [("page.request-mismatch", "/meta/page")],
        ),
        ({"url": PATH.replace("/IM", "/XX")}, [("request.parameter", "")]),
        ({"status": 404, "body": sample("error")}, []),
        ({"status": 404, "body": sample("error"), "url": PATH + "?PageSize=51"}, []),
        ({"status": 400, "body": sample("error")}, [("error.status-mismatch", "/status")]),
        ({"status": 404, "body": {"error": "gone"}}, [("error.shape", "")] * 3),
        ({"status": 404, "body": {**sample("error"), "code": "20404"}}, [("error.shape", "/code")]),
        (
            {"status": 404, "body": "<html>", "headers": {"Content-Type": "text/html"}},
            [("http.media-type", "")],
        ),
        ({"status": 500, "body": {"message": "An error occurred", "status": 500}}, []),
        (
            {"status": 503, "body": "<html>", "headers": {"Content-Type": "text/html"}},
            [("body.unchecked", "")],
        ),
        ({"status": 502, "body": ""}, []),
    ],
)
def test_exchanges(
    contract: Contract, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Parameters, status, media type and body are each checked by the operation's description."""
    assert found(contract.check_exchange(exchange(**changes))) == expected


def test_vendor_leaves_errors_unchecked() -> None:
    """Twilio's document describes 200 only, so `vendor` has no finding for other responses."""
    verdict = Contract.load("vendor").validator.validate_exchange(exchange(status=404, body={}))
    assert (verdict.findings, verdict.unchecked) == ([], "undocumented status")


# -- one mistake is one finding


@pytest.mark.parametrize(
    ("pointer", "value", "rule"),
    [
        ("status", 3, "schema.type"),
        ("status", "queued", "schema.enum"),
        ("sid", None, "schema.type"),
        ("sid", "", "schema.pattern"),
        ("sid", "DY" + "0" * 33, "schema.pattern"),
        ("sid", sample("receipt")["sid"] + "\n", "schema.pattern"),
        ("sid", sample("receipt")["sid"][:-1] + "٣", "schema.pattern"),
        ("date_created", "yesterday", "schema.format"),
        ("date_created", "2026-02-30T00:00:00Z", "schema.format"),
        ("date_created", "2026-03-02T09:15:04Z\n", "schema.format"),
        ("url", "not a url", "schema.format"),
        ("url", "https://", "schema.format"),
        ("error_code", -1, "schema.minimum"),
        ("error_code", 1.5, "schema.type"),
        ("error_code", True, "schema.type"),
    ],
)
def test_one_mistake_is_one_finding(
    contract: Contract, pointer: str, value: Any, rule: str
) -> None:
    """Of the keywords that fail on one value, the most telling one is reported, and no advice beside it."""
    findings = contract.check({**sample("receipt"), pointer: value})
    assert found(findings) == [(rule, f"/{pointer}")]
    assert findings[0].severity is Severity.ERROR
    assert findings[0].grounding


def test_two_unknown_members_are_two_findings() -> None:
    """One additionalProperties error about two names is two mistakes."""
    findings = Contract.load("strict").check({**sample("receipt"), "a": 1, "b/c": 2})
    assert sorted(found(findings)) == [
        ("schema.additional-properties", "/a"),
        ("schema.additional-properties", "/b~1c"),
    ]


def test_strict_counts_warnings_as_errors() -> None:
    """The profile `strict` has no warnings."""
    body = {**sample("receipt"), "error_code": 30008}
    assert [finding.severity for finding in Contract.load().check(body)] == [Severity.WARNING]
    assert [finding.severity for finding in Contract.load("strict").check(body)] == [Severity.ERROR]


def test_vendor_follows_the_published_document() -> None:
    """Under `vendor` a null status is an error, and a missing member has no finding."""
    contract = Contract.load("vendor")
    body = {**sample("receipt"), "status": None}
    del body["participant_sid"]
    assert found(contract.check(body)) == [("schema.type", "/status")]
    assert contract.check({**sample("receipt"), "status": "failed", "error_code": 3000}) == []


def test_values_stay_out_of_messages(contract: Contract) -> None:
    """Neither message nor repr of a finding has values of the body."""
    secret = "SECRET-0123456789"
    body = dict.fromkeys(sample("receipt"), secret)
    findings = contract.check(body, operation="receipt")
    assert len(findings) == len(body)
    assert secret not in repr(findings)
    assert all(secret not in f"{finding.message}{finding.hint}" for finding in findings)
    assert all(finding.value == secret for finding in findings)


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        (
            {"status": "queued"},
            "`queued` is a status of Programmable Messaging messages; a delivery receipt never has it",
        ),
        ({"status": "Delivered"}, "did you mean `delivered`?"),
        ({"status": "undeliverd"}, "did you mean `undelivered`?"),
        (
            {"sid": "DY" + "X" * 32},
            "this SID is masked; in a mock, use one with 32 hexadecimal digits",
        ),
        ({"conversation_sid": "ConversationSid"}, "this placeholder was never filled in"),
        ({"conversation_sid": "{{ conversation }}"}, "this placeholder was never filled in"),
        (
            {"message_sid": "DY" + "01" * 16},
            "this is the SID of a delivery receipt (DY), not of a message (IM)",
        ),
        ({"message_sid": "IM" + "01" * 15}, "a SID has 34 characters; this one has 32"),
        ({"error_code": "30008"}, "send the number without quotes"),
        ({"date_created": "2026-03-02 09:15:00"}, "write T between date and time, not a space"),
        ({"date_created": "2026-03-02T09:15:00"}, "the time zone is missing; Twilio sends Z"),
        ({"url": PATH}, "this is a path; Twilio sends the absolute URL"),
    ],
)
def test_hints(contract: Contract, changes: dict[str, Any], hint: str) -> None:
    """Findings of known mistakes have a hint."""
    (finding,) = [
        finding
        for finding in contract.check({**sample("receipt"), **changes})
        if finding.severity is Severity.ERROR
    ]
    assert finding.hint == hint


def test_a_misspelt_member_is_suggested(contract: Contract) -> None:
    """A stranger that looks like the missing member is named in the hint."""
    body = sample("receipt")
    body["participantSid"] = body.pop("participant_sid")
    (finding,) = contract.check(body)
    assert (finding.rule, finding.hint) == (
        "schema.required",
        "rename `participantSid` to `participant_sid`",
    )
    assert finding.message == "required field `participant_sid` is missing"


# -- the document decides


def test_changing_the_document_changes_the_findings(tmp_path: Path) -> None:
    """Another status, prefix and limit in a copy of the document change the findings, without any code."""
    changed = (ROOT / "spec" / "documented.yaml").read_text()
    assert changed.count("- undelivered\n      - sent\n      - null\n") == 1
    changed = changed.replace(
        "- undelivered\n      - sent\n", "- undelivered\n      - recalled\n      - sent\n"
    )
    changed = changed.replace("^DY[0-9a-fA-F]{32}$", "^DZ[0-9a-fA-F]{32}$").replace(
        "maximum: 50", "maximum: 100"
    )
    path = tmp_path / "mine.yaml"
    path.write_text(changed)
    before, after = Contract.load(), Contract.load(document=path)
    body = sample("receipt")
    recalled = {**body, "status": "recalled"}
    renamed = json.loads(json.dumps(body).replace(body["sid"], "DZ" + body["sid"][2:]))
    large = sample("page")
    large["meta"]["page_size"] = 100
    for name in ("url", "first_page_url"):
        large["meta"][name] = large["meta"][name].replace("PageSize=50", "PageSize=100")
    assert found(before.check(recalled)) == [("schema.enum", "/status")]
    assert found(before.check(renamed)) == [("schema.pattern", "/sid")]
    assert found(before.check(large)) == [("schema.maximum", "/meta/page_size")]
    assert found(after.check(body)) == [("schema.pattern", "/sid")]
    assert after.check({**renamed, "status": "recalled"}) == []
    large["delivery_receipts"] = [renamed for _ in large["delivery_receipts"]]
    assert after.check(large) == []
    assert after.document.sha256 != before.document.sha256


def test_advice_of_the_document_is_a_rule(tmp_path: Path) -> None:
    """A rule that only a user's document knows is reported under its own id and severity."""
    document = yaml.load((ROOT / "spec" / "documented.yaml").read_text(), yaml.CSafeLoader)
    receipt = document["components"]["schemas"][
        "conversations.v1.conversation.conversation_message.conversation_message_receipt"
    ]
    receipt["properties"]["participant_sid"]["x-receiptkit-rule"] = "ours.participant"
    receipt["x-receiptkit-advice"].append(
        {
            "rule": "ours.hurry",
            "severity": "warning",
            "schema": {"properties": {"status": {"not": {"const": "sent"}}}},
        }
    )
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(document))
    contract = Contract.load(document=path)
    findings = contract.check({**sample("receipt"), "status": "sent", "participant_sid": "MB"})
    assert sorted(found(findings)) == [
        ("ours.hurry", "/status"),
        ("ours.participant", "/participant_sid"),
    ]
    assert {"ours.hurry", "ours.participant"} <= set(contract.rule_ids)


def test_checks_by_twilios_own_document(reference: Path) -> None:
    """Twilio's document is upgraded from OpenAPI 3.0 without overlays, and notes say both."""
    path = reference / "upstream" / "twilio_conversations_v1.receipts.yaml"
    contract = Contract.load(document=path)
    assert [note.rpartition(": ")[2] for note in contract.document.notes] == [
        "receiptkit's overlays are not applied to it",
        "read as its 3.1 equivalent",
    ]
    assert contract.check(sample("receipt")) == []
    assert found(contract.check({**sample("receipt"), "status": None})) == [
        ("schema.type", "/status")
    ]
    assert {"UpdateConversationMessage", "DeleteConversationMessage"} <= set(
        contract.operations.by_id
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not an OpenAPI document"),
        ("[]", "not an OpenAPI document"),
        ("{", "expected a field name in double quotes, but the text ends"),
        ("a: [", "not YAML"),
        ("swagger: '2.0'", "a Swagger 2.0 document; convert it"),
        ("openapi: 4.0.0", r"not an OpenAPI 3\.0, 3\.1 or 3\.2 document"),
        ("openapi: 3.1.0\npaths: 3", "`paths` is not an object"),
    ],
)
def test_rejects_an_invalid_document(tmp_path: Path, content: str, message: str) -> None:
    """An invalid document is refused in one line."""
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    with pytest.raises(DocumentError, match=message) as caught:
        Contract.load(document=path)
    assert "\n" not in str(caught.value)


def test_odd_documents_do_not_crash(tmp_path: Path) -> None:
    """A document of little sense is used as far as it goes."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        "openapi: 3.1.0\npaths: {/a: 3, /b: {get: []}, '/c/{x}/{x}': {get: {parameters: [3, {name: x, in: path}], responses: {200: 4}}}}\n"
    )
    contract = Contract.load(document=path)
    assert contract.kinds == []
    assert found(contract.check(sample("receipt"))) == [("body.unknown-kind", "")]
    assert found(contract.check_exchange(Exchange("GET", "/c/1/2", 200, {}))) == [
        ("http.undocumented-status", "")
    ]


def test_a_schema_that_cannot_be_compiled_is_one_line(tmp_path: Path) -> None:
    """A broken pattern or an unknown reference in a document is the document's error."""
    document = yaml.load((ROOT / "spec" / "documented.yaml").read_text(), yaml.CSafeLoader)
    document["components"]["schemas"]["conversation_message_receipt_enum_delivery_status"][
        "pattern"
    ] = "("
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(document))
    with pytest.raises(DocumentError, match="cannot be compiled") as caught:
        Contract.load(document=path).check(sample("receipt"))
    assert "\n" not in str(caught.value)


# -- the fast path and the exact one


def agree(contract: Contract, kind: str, body: Any) -> None:
    before = copy.deepcopy(body)
    recognition = contract.validator.recogniser.of_kind(kind, body)
    operation, status = recognition.operation, 200
    if operation is None:
        operation, status = contract.operations.by_id["FetchConversationMessage"], 404
    schema = contract.validator.schemas.of_body(operation, status)
    violations = schema.violations(body)
    errors = [violation for violation in violations if violation.severity is None]
    if schema.is_clean(body):
        assert violations == []
    if schema.conforms(body):
        assert errors == []
    assert contract.check(body, operation=kind) is not None
    assert body == before


@given(mutants(BODIES))
def test_engine_agrees_with_itself(mutant: tuple[str, Any]) -> None:
    """A body that the fast path accepts has no finding."""
    agree(CONTRACT, *mutant)


@pytest.mark.soak
def test_engine_agrees_for_long() -> None:
    """The same over many more mutants."""
    from hypothesis import settings

    @settings(max_examples=20_000, derandomize=False)
    @given(mutants(BODIES))
    def prove(mutant: tuple[str, Any]) -> None:
        agree(CONTRACT, *mutant)

    prove()


CONTRACT = Contract.load()


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("2026-03-02T09:15:04Z", True),
        ("2026-03-02t09:15:04z", True),
        ("2026-03-02T09:15:04.123456789+14:00", True),
        ("2024-02-29T00:00:00Z", True),
        ("2023-02-29T00:00:00Z", False),
        ("0000-01-01T00:00:00Z", False),
        ("2016-12-31T23:59:60Z", True),
        ("2017-01-01T00:59:60+01:00", True),
        ("2017-01-01T12:00:60Z", False),
        ("2016-12-31T18:59:60-05:00", True),
        ("2017-01-01T05:29:60+05:30", True),
        ("2016-12-31T23:59:61Z", False),
        ("2026-03-02T23:00:00+23:59", True),
        ("2026-03-02T09:15:04+00:60", False),
        ("2026-03-02T09:60:04Z", False),
        ("2026-03-02T09:15:61Z", False),
        ("2026-03-02T24:00:00Z", False),
        ("2026-03-02T09:15Z", False),
        ("2026-03-02T09:15:04", False),
        ("2026-03-02 09:15:04Z", False),
        ("2026-03-02T09:15:04Z\n", False),
        ("٢٠٢٦-03-02T09:15:04Z", False),
        ("2026-03-02T09:15:04.Z", False),
        ("2026-03-02T09:15:04+24:00", False),
        ("", False),
    ],
)
def test_date_time(text: str, accepted: bool) -> None:
    """A date-time is RFC 3339 with a real day."""
    assert is_date_time(text) is accepted


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("https://example.com", True),
        ("https://example.com:8443/a?b=c#d", True),
        ("https://user:pw@example.com/", True),
        ("https://[::1]:80/", True),
        ("https://[v7.ab]/", True),
        ("https://[V7F.AB]/", True),
        ("https://[fe80::1%25eth0]/", False),
        ("https://[::g]/", False),
        ("urn:isbn:1", True),
        ("mailto:a@example.com", True),
        ("https://x/%41", True),
        ("https://x/%4", False),
        ("https://", False),
        ("https:///path", False),
        ("http:path", False),
        ("https:path", False),
        ("http://", False),
        ("HTTP://:80/", False),
        ("https://x/\n", False),
        ("https://x/ y", False),
        ("https://x/é", False),
        ("https://a:b/", False),
        ("//x/y", False),
        ("/x", False),
        ("x", False),
        ("", False),
    ],
)
def test_uri(text: str, accepted: bool) -> None:
    """A URI is absolute, RFC 3986, and one of http or https has a host."""
    assert is_uri(text) is accepted


_NATIVE = Engine({}).body(
    {"items": {"properties": {"t": {"format": "date-time"}, "u": {"format": "uri"}}}}
)


@given(
    st.from_regex(
        r"\A2[0-9]{3}-[0-9]{2}-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{0,3})?([Zz]|[+-][0-2][0-9]:[0-6][0-9])?\n?\Z"
    )
)
def test_the_native_date_time_accepts_no_more(text: str) -> None:
    """A date that the native check accepts is one for our check, too."""
    if _NATIVE.is_clean([{"t": text}]):
        assert is_date_time(text)


@given(st.from_regex(r"\Ahttps://[A-Za-z0-9][A-Za-z0-9.:@%\[\]_~-]{0,8}[/?#]?[ -~é]{0,8}\n?\Z"))
def test_native_uri_is_surely_right(text: str) -> None:
    """The same for URIs."""
    assert not _NATIVE.is_clean([{"u": "https://0@"}])
    if _NATIVE.is_clean([{"u": text}]):
        assert is_uri(text)


@pytest.mark.parametrize("rows", [[], [{"sid": "MB" + "1" * 32, "url": None}]])
@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("Conversations/CH{}/Participants", "participants"),
        ("Services/IS{}/Conversations/CH{}/Messages", "messages"),
        ("Conversations", "conversations"),
        ("Conversations/CH{}/Webhooks", "webhooks"),
        ("Services/IS{}/Users/US{}/Conversations", "conversations"),
        ("Users", "users"),
        ("Services/IS{}/Bindings", "bindings"),
        ("Roles", "roles"),
    ],
)
@pytest.mark.parametrize(
    "base", ["https://conversations.twilio.com/v1/", "https://gateway.test/twilio/v1/", "/", None]
)
def test_lists_of_other_resources_are_no_pages_of_receipts(
    base: str | None, path: str, key: str, rows: list[Any]
) -> None:
    """A list of another resource is not checked as a page of receipts, at any base URL."""
    url = base and base + path.replace("{}", "1" * 32)
    meta = {
        "page": 0,
        "page_size": 5,
        "first_page_url": url,
        "previous_page_url": None,
        "url": url,
        "next_page_url": None,
        "key": key,
    }
    found = Contract.load().check({"meta": meta, key: rows})
    about_rows = f"/{key}/0"
    assert [
        each
        for each in found
        if each.severity is not Severity.INFO and not each.pointer.startswith(about_rows)
    ] == []


def test_a_limit_that_leaves_something_out_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that is checked in part has a finding: for rows, for members, and in a history."""
    monkeypatch.setenv("RECEIPTKIT_LIMITS", "rows=10,members=100")
    contract = Contract.load()
    rows = {**sample("page"), "delivery_receipts": [sample("receipt")] * 25}
    meta = {**sample("page")["meta"], **{f"x{number}": 1 for number in range(100)}}
    members = {**sample("page"), "meta": meta}
    for body, words in (
        (rows, "15 rows beyond the limit; RECEIPTKIT_LIMITS=rows=N allows more"),
        (members, f"{len(meta) - 100} fields, parameters or headers beyond the limit"),
    ):
        for findings in (contract.check(body), History(contract).check(body)):
            (found,) = (each for each in findings if each.rule == "body.unchecked")
            assert found.message.startswith(f"not checked: {words}")
            assert found.severity is Severity.INFO
    assert not [each for each in contract.check(sample("page")) if each.rule == "body.unchecked"]
