"""The second engine, openapi-core and jsonschema, has the same findings, with the same messages."""

from __future__ import annotations

import builtins
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from proofs.mutants import KINDS, mutants
from receiptkit import Contract, DocumentError, Exchange, UsageError, WebhookRequest
from receiptkit.contract.contract import ENGINES
from receiptkit.model.finding import Finding
from receiptkit.openapi.document import PROFILES, Document
from receiptkit.rules.examples import sample
from receiptkit.schema.formats import is_uri
from receiptkit.schema.reference import _of_text, _prepared, python_pattern

BOTH = {
    profile: (Contract.load(profile), Contract.load(profile, engine="reference"))
    for profile in PROFILES
}


def told(findings: list[Finding]) -> list[tuple[Any, ...]]:
    return sorted(
        (item.rule, item.severity.value, item.pointer, item.message, item.grounding)
        for item in findings
    )


def agree(profile: str, kind: str, body: Any) -> None:
    """Hold both engines to the same findings on a bare body, on an exchange, and on the text of it."""
    ours, theirs = BOTH[profile]
    if kind not in ours.validator.kinds:
        return
    if kind == "webhook":
        delivery = WebhookRequest(body=body)
        assert told(ours.check_webhook(delivery)) == told(theirs.check_webhook(delivery))
        return
    assert told(ours.check(body, operation=kind)) == told(theirs.check(body, operation=kind))
    operation = ours.validator.recogniser.of_kind(kind, body).operation if kind != "error" else None
    path = operation.path if operation else "/v1/Configuration/Webhooks"
    url = re.sub(r"\{(.*?)\}", lambda name: SIDS.get(name[1], "CH" + "1" * 32), path)
    exchange = Exchange("GET", url, 404 if operation is None else 200, json.dumps(body))
    assert told(ours.check_exchange(exchange)) == told(theirs.check_exchange(exchange))


SIDS = {
    name: prefix + "1" * 32
    for name, prefix in (("MessageSid", "IM"), ("ChatServiceSid", "IS"), ("Sid", "DY"))
}


@settings(max_examples=1000)
@given(st.sampled_from(PROFILES), mutants(KINDS))
def test_random_mutants(profile: str, mutant: tuple[str, Any]) -> None:
    """On a thousand random mutants of bodies both engines say the same."""
    agree(profile, *mutant)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(20))
def test_many_random_mutants(part: int) -> None:
    """On twenty thousand others they do, too: twenty parts, of which each is drawn by its seed."""

    @seed(part)
    @settings(max_examples=1000, derandomize=False, database=None)
    @given(st.sampled_from(PROFILES), mutants(KINDS))
    def prove(profile: str, mutant: tuple[str, Any]) -> None:
        agree(profile, *mutant)

    prove()


def test_the_corpus(reference: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    """On samples of other people's the whole report is the same."""
    folders = [
        reference / "captured" / name for name in ("oai", "rest", "errors", "webhook", "seeds")
    ]
    for profile in PROFILES:
        arguments = ("validate", "--format", "json", "--profile", profile, *folders)
        assert run(*arguments, "--engine", "reference") == run(*arguments)


def test_own_samples(run: Callable[..., tuple[int, str, str]]) -> None:
    """On the samples of the repository it is, too."""
    assert run("validate", "fixtures/samples", "--engine", "reference") == run(
        "validate", "fixtures/samples"
    )


def test_checks_forms_whole() -> None:
    """Undeclared fields are not dropped before the check, as openapi-core would do."""
    ours, theirs = BOTH["strict"]
    delivery = WebhookRequest(body={**sample("webhook")["params"], "Stranger": "x"})
    assert [item.pointer for item in theirs.check_webhook(delivery)] == ["/Stranger"]
    assert told(ours.check_webhook(delivery)) == told(theirs.check_webhook(delivery))


@pytest.mark.parametrize(
    ("pattern", "accepted", "refused"),
    [
        ("^a$", ["a"], ["a\n", "ba"]),
        (r"^\d+$", ["12"], ["٣", ""]),
        (r"^[\d$]+\$$", ["1$$"], ["٣$", "1$\n"]),
        (r"^\w{2}\\$", ["a_\\"], ["éé\\"]),
        (r"[^\w]$", ["-", "é"], ["a", "-\n"[:0]]),
    ],
)
def test_patterns_mean_what_ecmascript_means(
    pattern: str, accepted: list[str], refused: list[str]
) -> None:
    """A pattern is anchored, and its classes are ASCII, as the default engine has it."""
    translated = re.compile(python_pattern(pattern))
    default = Contract.load().validator.schemas._engine.body({"type": "string", "pattern": pattern})
    for text in accepted:
        assert translated.search(text)
        assert default.is_clean(text)
    for text in refused:
        assert not translated.search(text)
        assert not default.is_clean(text)


LIST_PATH = "/v1/Conversations/{C}/Messages/{M}/Receipts"
IN_PATH = [
    {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    for name in ("C", "M")
]
TEXT = {"type": "string"}


def own(
    folder: Path, schema: Any, engine: str, *, parameters: Any = IN_PATH, **answer: Any
) -> Contract:
    """The contract of a document of one's own, in which lists are answered with a schema as JSON:API, and with any object as JSON."""
    media = {
        "application/json": {"schema": {"type": "object"}},
        "application/vnd.api+json": {"schema": schema},
    }
    operation = {"operationId": "List", "parameters": parameters}
    paths = {
        LIST_PATH: {
            "get": {
                **operation,
                "responses": {"200": {"description": "a list", "content": media, **answer}},
            }
        }
    }
    path = folder / "mine.json"
    path.write_text(
        json.dumps({"openapi": "3.1.0", "info": {"title": "mine", "version": "1"}, "paths": paths})
    )
    return Contract.load(document=path, engine=engine)


def listed(body: Any) -> Exchange:
    url = LIST_PATH.replace("{C}", "my%2Froom{C}").replace("{M}", "IM1")
    return Exchange("GET", url, 200, body, {"content-type": "application/vnd.api+json"})


@pytest.mark.parametrize(
    ("schema", "body", "expected"),
    [
        ({"type": "object"}, {}, []),
        (
            {"type": "object", "required": ["a", "b"]},
            {"b": 1},
            [("schema.required", "", "required field `a` is missing")],
        ),
        (
            {"type": "object", "required": ["a", "b"]},
            {},
            [
                ("schema.required", "", "required field `a` is missing"),
                ("schema.required", "", "required field `b` is missing"),
            ],
        ),
        (
            {"properties": {"a": TEXT}},
            {"a": 1},
            [("schema.type", "/a", "`a` is an integer, not a string")],
        ),
        (
            {"properties": {"a": False}},
            {"a": 1},
            [("schema.false", "/a", "`a` is not allowed here")],
        ),
        (
            {"properties": {"a": {"properties": {"b": False}}}},
            {"a": {"b": 1}},
            [("schema.false", "/a/b", "`b` is not allowed here")],
        ),
        (
            {"properties": {"pattern": False, "properties": {"properties": {"properties": TEXT}}}},
            {"pattern": 1, "properties": {"properties": 1}},
            [
                ("schema.false", "/pattern", "`pattern` is not allowed here"),
                (
                    "schema.type",
                    "/properties/properties",
                    "`properties` is an integer, not a string",
                ),
            ],
        ),
        (
            {"properties": {"a": True}, "additionalProperties": False},
            {"a": 1, "b": 2, "c": 3},
            [
                ("schema.additional-properties", "/b", "unknown field <name, 1 character>"),
                ("schema.additional-properties", "/c", "unknown field <name, 1 character>"),
            ],
        ),
        (
            {"patternProperties": {"^x": True, "y$": True}, "additionalProperties": False},
            {"ax": 1, "xa": 1, "ay": 1, "ya": 1},
            [
                ("schema.additional-properties", "/ax", "unknown field <name, 2 characters>"),
                ("schema.additional-properties", "/ya", "unknown field <name, 2 characters>"),
            ],
        ),
        (
            {"properties": {"pattern": {"pattern": r"^[\-\.\d]+$"}}},
            {"pattern": "٣"},
            [("schema.pattern", "/pattern", r"`pattern` does not match ^[\-\.\d]+$")],
        ),
        ({"properties": {"a": {"pattern": r"^[\-\.\d]+$"}}}, {"a": "-.3"}, []),
        (
            {"properties": {"a": {"pattern": "^a$"}}},
            {"a": "a\n"},
            [("schema.pattern", "/a", "`a` does not match ^a$")],
        ),
        (
            {"allOf": [{"properties": {"a": {"pattern": "^a$"}}}]},
            {"a": "a\n"},
            [("schema.pattern", "/a", "`a` does not match ^a$")],
        ),
        ({"properties": {"a": {"enum": [r"\d"]}}}, {"a": r"\d"}, []),
        ({"properties": {"a": {"enum": ["^a$"]}}}, {"a": "^a$"}, []),
        (
            {"properties": {"a": {"format": "uri"}}},
            {"a": "x"},
            [("schema.format", "/a", "`a` is not an absolute URI")],
        ),
        ({"properties": {"a": {"format": "uri"}}}, {"a": 3}, []),
        (
            {"properties": {"a": {"format": "date-time"}}},
            {"a": "2026-02-30T00:00:00Z"},
            [
                (
                    "schema.format",
                    "/a",
                    "`a` is not an RFC 3339 date-time such as 2026-03-02T09:15:04Z",
                )
            ],
        ),
    ],
)
def test_documents_of_users(
    tmp_path: Path, schema: Any, body: Any, expected: list[tuple[str, str, str]]
) -> None:
    """Both engines have the same findings by the schema of the media type, in any path."""
    ours, theirs = (
        own(tmp_path, schema, engine).check_exchange(listed(body)) for engine in ENGINES
    )
    assert sorted((item.rule, item.pointer, item.message) for item in ours) == sorted(expected)
    assert told(ours) == told(theirs)


def test_checks_errors_by_their_status() -> None:
    """An error is checked by the document's description of its status."""
    url = sample("page")["meta"]["url"]
    ours, theirs = (
        Contract.load(engine=engine).check_exchange(Exchange("GET", url, 404, {"status": 404}))
        for engine in ENGINES
    )
    assert {item.rule for item in ours} == {"error.shape"}
    assert told(ours) == told(theirs)


@pytest.mark.parametrize("engine", ["default", "reference"])
def test_advice_of_responses(tmp_path: Path, engine: str) -> None:
    """Advice of a document is a finding in either engine, with the document's severity."""
    advice = [
        {
            "rule": "ours.short",
            "severity": "info",
            "schema": {"properties": {"a": {"maxLength": 1}}},
        }
    ]
    contract = own(tmp_path, {"properties": {"a": TEXT}, "x-receiptkit-advice": advice}, engine)
    (finding,) = contract.check_exchange(listed({"a": "xy"}))
    assert (finding.rule, finding.severity.value, finding.pointer) == ("ours.short", "info", "/a")


@pytest.mark.parametrize("engine", ["default", "reference"])
@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"$ref": "#/components/schemas/nowhere"}, ": `$ref: #/components/schemas/nowhere` leads"),
        ({"properties": {"a": {"$ref": "#x"}}}, ": `$ref: #x` leads nowhere"),
        ({"properties": {"a": {"type": 5}}}, " holds a schema that cannot be compiled: /"),
    ],
)
def test_refuses_unresolvable_references(
    tmp_path: Path, engine: str, schema: Any, named: str
) -> None:
    """A reference that can never be resolved is refused by either engine, in one line."""
    contract = own(tmp_path, schema, engine)
    with pytest.raises(DocumentError) as caught:
        contract.check_exchange(listed({}))
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"the contract document{named}")


def test_a_pattern_that_python_cannot_read(tmp_path: Path) -> None:
    """An ECMAScript pattern that Python cannot read is refused by the engine that needs it."""
    for schema in (
        {"properties": {"a": {"pattern": r"\p{L}"}}},
        {"patternProperties": {r"\p{L}": True}},
    ):
        assert own(tmp_path, schema, "default").check_exchange(listed({"a": "x"})) == []
        with pytest.raises(DocumentError) as caught:
            own(tmp_path, schema, "reference").check_exchange(listed({"a": "x"}))
        said = r"the contract document has a pattern that Python cannot read: \p{L}: bad escape \p at position 0"
        assert str(caught.value) == said


def test_reports_what_openapi_core_rejects(tmp_path: Path) -> None:
    """A document or response that only openapi-core rejects is an error of one line."""
    contract = own(tmp_path, {"type": "object"}, "reference", parameters=[])
    with pytest.raises(
        DocumentError, match=r"^openapi-core cannot use the contract document: \w+$"
    ):
        contract.check_exchange(listed({}))
    content = own(tmp_path, {"type": "object"}, "reference").document.content
    response = content["paths"][LIST_PATH]["get"]["responses"]["200"]
    response["headers"] = {"X-Count": {"required": True, "schema": TEXT}}
    contract = Contract(Document(content, b"", "mine"), "documented", "reference")
    with pytest.raises(
        DocumentError, match=r"^openapi-core cannot check List: MissingRequiredHeader$"
    ):
        contract.check_exchange(listed({}))


def test_formats_are_of_texts() -> None:
    """A format applies to text only."""
    check = _of_text(is_uri)
    assert [check(value) for value in ("https://example.com/", "x", 3, None)] == [
        True,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"pattern": "a$"}, {"pattern": r"a(?![\s\S])"}),
        ([{"pattern": "a$"}], [{"pattern": r"a(?![\s\S])"}]),
        ({"title": "a$", "enum": ["a$"]}, {"title": "a$", "enum": ["a$"]}),
        (
            {"const": {"pattern": "a$"}, "enum": [{"pattern": "a$"}]},
            {"const": {"pattern": "a$"}, "enum": [{"pattern": "a$"}]},
        ),
        (
            {"properties": {"pattern": {"title": "a$"}, "b": False}},
            {"properties": {"pattern": {"title": "a$"}, "b": {"not": {}}}},
        ),
        ({"items": False, "minimum": 3}, {"items": False, "minimum": 3}),
        ("a$", "a$"),
        (False, False),
    ],
)
def test_prepares_schemas_for_these_libraries(node: Any, expected: Any) -> None:
    """Patterns are anchored everywhere, and forbidden members forbid everything; nothing else changes."""
    assert _prepared(node) == expected


def test_without_its_packages(
    monkeypatch: pytest.MonkeyPatch, run: Callable[..., tuple[int, str, str]]
) -> None:
    """Without its packages, one line says what to install."""
    real = builtins.__import__

    def missing(name: str, *arguments: Any) -> Any:
        if name == "receiptkit.schema.reference":
            raise ModuleNotFoundError(name=name, path=None) from None
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(UsageError, match=r"pip install 'receiptkit\[reference\]'"):
        Contract.load(engine="reference")
    with pytest.raises(UsageError, match="use default or reference"):
        Contract.load(engine="other")
