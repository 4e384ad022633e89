"""The contract documents: sources, overlays, builds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from conftest import ROOT
from receiptkit import Contract
from receiptkit.model.errors import DocumentError
from receiptkit.model.finding import Severity
from receiptkit.openapi import build
from receiptkit.openapi.document import PROFILES
from receiptkit.openapi.overlay import apply
from receiptkit.openapi.upgrade import upgrade
from receiptkit.rules import catalogue

SPEC = ROOT / "spec"
PUBLISHED = SPEC / "upstream" / "twilio_conversations_v1.yaml"
#: What the published document has and our upstream leaves out.
_LEFT_OUT = (
    "description",
    "summary",
    "title",
    "x-twilio",
    "examples",
    "headers",
    "tags",
    "servers",
)


def load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(path.read_text(), yaml.CSafeLoader)
    return content


def facts(node: Any) -> Any:
    """A document without texts and what is left out on purpose."""
    if isinstance(node, list):
        return [facts(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        name: facts(value)
        for name, value in node.items()
        if not (name in _LEFT_OUT and not _is_property(value))
    }


def _is_property(value: Any) -> bool:
    return isinstance(value, dict) and ("type" in value or "$ref" in value)


def test_upstream_adds_nothing() -> None:
    """Upstream has the published facts of its operations: none is missing, none added."""
    published = load(PUBLISHED)
    ours = load(SPEC / build.UPSTREAM)
    for path, item in ours["paths"].items():
        for method, operation in item.items():
            assert facts(operation) == facts(published["paths"][path][method]), f"{method} {path}"
    for name, schema in ours["components"]["schemas"].items():
        assert facts(schema) == facts(published["components"]["schemas"][name]), name


def test_upstream_is_the_reference_pages_schema(reference: Path) -> None:
    """The schema printed on the Receipt resource page is the one of upstream."""
    printed = json.loads((reference / "captured" / "seeds" / "001_schema.json").read_text())
    ours = load(SPEC / build.UPSTREAM)["components"]["schemas"]
    receipt = facts(
        ours["conversations.v1.conversation.conversation_message.conversation_message_receipt"]
    )
    receipt["properties"]["status"] = facts(
        ours["conversation_message_receipt_enum_delivery_status"]
    )
    names = ("refName", "modelName")
    stated = {name: value for name, value in facts(printed).items() if name not in names}
    stated["properties"]["status"] = {
        name: value for name, value in stated["properties"]["status"].items() if name not in names
    }
    assert receipt == stated


def test_upstream_is_in_our_own_words() -> None:
    """No description is the published one."""
    published = set(texts(load(PUBLISHED)))
    assert not published & set(texts(load(SPEC / build.UPSTREAM)))


def texts(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for item in node for text in texts(item)]
    if not isinstance(node, dict):
        return []
    own = [
        value
        for name, value in node.items()
        if name == "description" and isinstance(value, str) and len(value) > 20
    ]
    return own + [text for value in node.values() for text in texts(value)]


@pytest.mark.parametrize("profile", PROFILES)
def test_built_documents_are_openapi(profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every built document passes openapi-spec-validator, as YAML and as JSON."""
    monkeypatch.setenv("OPENAPI_SPEC_VALIDATOR_SCHEMA_VALIDATOR_BACKEND", "jsonschema")
    document = load(SPEC / f"{profile}.yaml")
    OpenAPIV31SpecValidator(document).validate()
    short = json.loads((SPEC / f"{profile}.json").read_text())
    OpenAPIV31SpecValidator(short).validate()
    assert without_examples(document) == without_examples(short)


def without_examples(node: Any) -> Any:
    if isinstance(node, list):
        return [without_examples(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {name: without_examples(value) for name, value in node.items() if name != "examples"}


@pytest.mark.parametrize("profile", PROFILES)
def test_every_operation_and_status_has_named_examples(profile: str) -> None:
    """Every operation and status has examples; those of one name belong together."""
    document = load(SPEC / f"{profile}.yaml")
    examples = document["components"]["examples"]
    contract = Contract.load(profile)
    for operation in (*contract.operations.all, *contract.operations.webhooks):
        for response in operation.responses.values():
            for media_type, media in response.content.items():
                if media_type == "*/*":
                    continue
                node: Any = document
                for step in media.place[:-1]:
                    node = node[step]
                named = {
                    name: examples[each["$ref"].rpartition("/")[2]]["value"]
                    for name, each in node["examples"].items()
                }
                assert named
                for body in named.values():
                    found = contract.check(body)
                    assert not [each for each in found if each.severity is Severity.ERROR]
    for name in ("agent-and-sms", "partial-failure"):
        page = examples[f"page.{name}"]["value"]["delivery_receipts"]
        receipt = examples[f"receipt.{name}"]["value"]
        assert receipt == page[0]
        assert examples[f"message.{name}"]["value"]["sid"] == receipt["message_sid"]
        if profile != "vendor":
            assert examples[f"webhook.{name}"]["value"]["MessageSid"] == receipt["message_sid"]


KEYWORDS = ("$ref", "$id", "$anchor", "$dynamicRef", "$schema")


@pytest.mark.parametrize("profile", PROFILES)
def test_no_extension_means_anything_to_other_tools(profile: str) -> None:
    """Members of our extensions have no name that other tools follow; arrays have items."""

    def look(node: Any, ours: bool) -> None:
        if isinstance(node, dict):
            assert not (ours and set(KEYWORDS) & node.keys())
            assert not (ours and node.get("type") == "array" and "items" not in node)
        for name, value in (
            node.items()
            if isinstance(node, dict)
            else enumerate(node)
            if isinstance(node, list)
            else ()
        ):
            look(value, ours or str(name).startswith("x-receiptkit-"))

    look(load(SPEC / f"{profile}.yaml"), False)


@pytest.mark.parametrize("profile", PROFILES)
def test_lists_have_each_value_once(profile: str) -> None:
    """No list has a value twice, though overlay updates concatenate arrays."""

    def look(node: Any) -> None:
        for name in ("enum", "required"):
            values = node.get(name) if isinstance(node, dict) else None
            if isinstance(values, list):
                assert len(values) == len(set(values)), values
        for value in (
            node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        ):
            look(value)

    look(load(SPEC / f"{profile}.yaml"))


def test_profiles_say_what_they_are() -> None:
    infos = [load(SPEC / f"{profile}.yaml")["info"] for profile in PROFILES]
    for name in ("title", "version", "description"):
        assert len({info[name] for info in infos}) == 3
    assert {info["license"]["name"] for info in infos} == {"MIT"}


def test_built_documents_are_fresh(run: Callable[..., tuple[int, str, str]]) -> None:
    """`spec build --check` accepts the committed documents."""
    assert run("spec", "build", "--check") == (0, "", "")


def test_check_names_what_is_stale(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]]
) -> None:
    """A changed source makes `--check` exit 1 and name the files; building mends it."""
    folder = tmp_path / "spec"
    shutil.copytree(SPEC, folder)
    overlay = folder / "overlays" / "strict.yaml"
    overlay.write_text(
        overlay.read_text()
        .replace("A page is its rows and its meta.", "x")
        .replace("    additionalProperties: false", "    minProperties: 1")
    )
    code, out, _ = run("spec", "build", "--check", "--directory", folder)
    assert code == 1
    assert "strict.yaml" in out
    assert "documented.yaml" not in out
    assert run("spec", "build", "--directory", folder)[0] == 0
    assert run("spec", "build", "--check", "--directory", folder)[0] == 0


def test_vendor_is_upstream_and_nothing_else() -> None:
    """The vendor document is upstream, upgraded; only its title, version, licence and description are its own."""
    vendor, upstream = load(SPEC / "vendor.yaml"), upgrade(load(SPEC / build.UPSTREAM))
    own = ("title", "version", "description", "license", "x-receiptkit-profile")
    assert not {vendor["info"].pop(name) for name in own[:3]} & {
        upstream["info"].pop(name) for name in own[:3]
    }
    assert [vendor["info"].pop(name) for name in own[3:]][1] == "vendor"
    assert without_examples(vendor) == upstream


@pytest.mark.parametrize("name", ["conversations", "documented", "strict"])
def test_every_action_has_a_reason(name: str) -> None:
    """Every action of an overlay says why, and one that tightens says who says so."""
    for number, action in enumerate(load(SPEC / "overlays" / f"{name}.yaml")["actions"]):
        assert action.get("description"), f"action {number + 1}"
        if "required" in action.get("update", {}):
            assert action.get("x-source"), f"action {number + 1}"


def test_every_rule_of_the_documents_is_in_the_catalogue() -> None:
    """A document names no rule that `receiptkit explain` does not know."""
    known = {rule.id for rule in catalogue.RULES}
    for profile in PROFILES:
        named = set(named_rules(load(SPEC / f"{profile}.yaml")))
        assert named <= known
    assert {"receipt.scope", "page.key", "error.shape", "page.first-url"} <= named


def named_rules(node: Any) -> list[str]:
    if isinstance(node, list):
        return [name for item in node for name in named_rules(item)]
    if not isinstance(node, dict):
        return []
    own = [node[name] for name in ("rule", "x-receiptkit-rule") if isinstance(node.get(name), str)]
    return own + [name for value in node.values() for name in named_rules(value)]


def test_an_action_without_a_match_is_an_error() -> None:
    """The error of a target without a match names the overlay and the action."""
    overlay = {
        "actions": [
            {"target": "$.info", "update": {"x": 1}},
            {"target": "$.paths['/gone']", "update": {}},
        ]
    }
    with pytest.raises(
        DocumentError,
        match=r"mine\.yaml, action 2: the target matches nothing: \$\.paths\['/gone'\]",
    ):
        apply({"info": {}, "paths": {}}, overlay, "mine.yaml")


@pytest.mark.parametrize("action", [{}, {"target": 3}, {"target": "$.["}, "no"])
def test_an_invalid_action_is_an_error(action: Any) -> None:
    """An invalid action is refused in one line."""
    with pytest.raises(DocumentError, match="action 1: ") as caught:
        apply({"info": {}}, {"actions": [action]}, "mine.yaml")
    assert "\n" not in str(caught.value)


def test_overlay_semantics() -> None:
    """An update merges objects and concatenates arrays; a removal removes; sources are noted beside their members."""
    document = {"a": {"list": [1], "gone": 1, "deep": {"x": 1}}}
    actions = [
        {"target": "$.a", "update": {"list": [2], "deep": {"y": 2}}, "x-source": "page"},
        {"target": "$.a.gone", "remove": True},
    ]
    assert apply(document, {"actions": actions}, "o") == {
        "a": {
            "list": [1, 2],
            "deep": {"x": 1, "y": 2},
            "x-receiptkit-source": [
                {"keyword": "list", "source": "page"},
                {"keyword": "deep", "source": "page"},
            ],
        }
    }
    assert document == {"a": {"list": [1], "gone": 1, "deep": {"x": 1}}}


def test_overlays_copy_one_node() -> None:
    """A copy is an update with another node; with both, the update wins."""
    document = {"a": {"x": 1}, "b": {"y": 2}, "c": {"z": 3}}
    copied = [{"target": "$.a", "copy": "$.b"}]
    assert apply(document, {"actions": copied}, "o")["a"] == {"x": 1, "y": 2}
    both = [{"target": "$.a", "copy": "$.b", "update": {"x": 4}}]
    assert apply(document, {"actions": both}, "o")["a"] == {"x": 4}
    for path, number in (("$.gone", 0), ("$.*", 3)):
        with pytest.raises(DocumentError, match=f"`copy` names {number} nodes, not one"):
            apply(document, {"actions": [{"target": "$.a", "copy": path}]}, "o")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        (
            {"type": "string", "nullable": True, "enum": ["a"]},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        (
            {"type": "string", "nullable": True, "enum": ["a", None]},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"nullable": True}, {}),
        ({"$ref": "#/x", "nullable": True}, {"$ref": "#/x"}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
        (
            {"properties": {"nullable": {"type": "string"}}},
            {"properties": {"nullable": {"type": "string"}}},
        ),
        (
            {"properties": {"default": {"type": "string", "nullable": True}}},
            {"properties": {"default": {"type": ["string", "null"]}}},
        ),
    ],
)
def test_upgrade(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Schemas of OpenAPI 3.0 become their 3.1 equivalents."""
    document = {"openapi": "3.0.1", "components": {"schemas": {"x": before}}}
    assert upgrade(document) == {"openapi": "3.1.0", "components": {"schemas": {"x": after}}}


def test_show_prints_the_document(run: Callable[..., tuple[int, str, str]]) -> None:
    """`spec show` prints the committed document."""
    assert run("spec", "show", "--profile", "strict") == (0, (SPEC / "strict.yaml").read_text(), "")
