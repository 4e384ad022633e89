"""Each kind of edit of the vendor's document is reported by its consequence, and nothing else is."""

from __future__ import annotations

import copy
import json
import random
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT
from receiptkit import DocumentError
from receiptkit.drift import Change, drift
from receiptkit.drift.comparison import compare
from receiptkit.drift.sides import Side
from receiptkit.openapi.document import built

SPEC = ROOT / "spec"
PUBLISHED = SPEC / "upstream" / "twilio_conversations_v1.yaml"
RECEIPT = "conversations.v1.conversation.conversation_message.conversation_message_receipt"
MESSAGE = "conversations.v1.conversation.conversation_message"
STATUS = "conversation_message_receipt_enum_delivery_status"
LIST = "/v1/Conversations/{ConversationSid}/Messages/{MessageSid}/Receipts"
MESSAGE_PATH = LIST.removesuffix("/Receipts").replace("MessageSid", "Sid")
CONFIGURATION = "/v1/Configuration/Webhooks"
CONFIGURED = "conversations.v1.configuration.configuration_webhook"
TARGET = "configuration_webhook_enum_target"
Edit = Callable[[dict[str, Any]], Any]


@cache
def published() -> str:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return json.dumps(yaml.load(PUBLISHED.read_bytes(), Loader=loader), default=str)


def edited(folder: Path, *edits: Edit) -> Path:
    document = json.loads(published())
    for edit in edits:
        edit(document)
    path = folder / "newer.json"
    path.write_text(json.dumps(document))
    return path


def property_of(schema: str, name: str, **keywords: Any) -> Edit:
    """Return an edit that changes keywords of a property; None removes one."""

    def edit(document: dict[str, Any]) -> None:
        own = document["components"]["schemas"][schema]["properties"][name]
        for keyword, value in keywords.items():
            own[keyword] = value
            if value is None:
                del own[keyword]

    return edit


def schema_of(name: str, change: Callable[[dict[str, Any]], Any]) -> Edit:
    return lambda document: change(document["components"]["schemas"][name])


def parameters(path: str, change: Callable[[list[Any]], Any], method: str = "get") -> Edit:
    return lambda document: change(document["paths"][path][method].setdefault("parameters", []))


def rename(schema: str, old: str, new: str) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        properties = document["components"]["schemas"][schema]["properties"]
        properties[new] = properties.pop(old)

    return edit


def move(document: dict[str, Any]) -> None:
    document["paths"][LIST.replace("Receipts", "DeliveryReceipts")] = document["paths"].pop(LIST)


def form(document: dict[str, Any]) -> dict[str, Any]:
    (media,) = document["paths"][CONFIGURATION]["post"]["requestBody"]["content"].values()
    schema: dict[str, Any] = media["schema"]
    return schema


def responses(document: dict[str, Any], path: str) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][path]["get"]["responses"]
    return found


#: Edits, and the kinds and places of what they cause under `documented`.
EDITS: dict[str, tuple[Edit, set[tuple[str, str]]]] = {
    "status added": (
        schema_of(STATUS, lambda own: own["enum"].append("expired")),
        {("value-arrives", "/delivery_receipts/0/status"), ("value-arrives", "/Status")},
    ),
    "status removed": (
        schema_of(STATUS, lambda own: own["enum"].remove("read")),
        {("capture-fails", "/delivery_receipts/0/status"), ("capture-fails", "/Status")},
    ),
    "limit": (
        property_of(RECEIPT, "error_code", maximum=99_999),
        {("capture-fails", "/delivery_receipts/0/error_code")},
    ),
    "pattern": (
        property_of(RECEIPT, "channel_message_sid", pattern="^SM[0-9a-fA-F]{32}$"),
        {("capture-fails", "/delivery_receipts/0/channel_message_sid")},
    ),
    "pattern loosened": (
        property_of(RECEIPT, "channel_message_sid", pattern="^[a-zA-Z0-9]{2}[0-9a-fA-F]{32}$"),
        {("value-arrives", "/delivery_receipts/0/channel_message_sid")},
    ),
    "required": (
        schema_of(RECEIPT, lambda own: own.update(required=["url"])),
        {("capture-fails", "/delivery_receipts/0/url")},
    ),
    "removed": (
        schema_of(RECEIPT, lambda own: own["properties"].pop("account_sid")),
        {("gone", "/delivery_receipts/0/account_sid")},
    ),
    "added": (
        schema_of(RECEIPT, lambda own: own["properties"].update(region={"type": "string"})),
        {("new", "/delivery_receipts/0/region")},
    ),
    "renamed": (
        rename(RECEIPT, "account_sid", "owner_account_sid"),
        {("renamed", "/delivery_receipts/0/account_sid")},
    ),
    "null removed": (
        property_of(RECEIPT, "account_sid", nullable=None),
        {("capture-fails", "/delivery_receipts/0/account_sid")},
    ),
    "null added": (
        property_of(MESSAGE, "url", nullable=True),
        set(),
    ),
    "type": (
        property_of(MESSAGE, "author", type="integer"),
        {("capture-fails", "/author"), ("value-arrives", "/author")},
    ),
    "format": (
        property_of(RECEIPT, "account_sid", format="uri"),
        {("capture-fails", "/delivery_receipts/0/account_sid")},
    ),
    "closed": (
        schema_of(RECEIPT, lambda own: own.update(additionalProperties=False)),
        {("capture-fails", "/delivery_receipts/0")},
    ),
    "page size": (
        parameters(LIST, lambda own: next(each for each in own if each["name"] == "PageSize")["schema"].update(maximum=20)),
        {("request-refused", "query parameter PageSize")},
    ),
    "larger pages": (
        parameters(LIST, lambda own: next(each for each in own if each["name"] == "PageSize")["schema"].update(maximum=100)),
        {("accepted", "query parameter PageSize")},
    ),
    "parameter gone": (
        parameters(LIST, lambda own: own.remove(next(each for each in own if each["name"] == "Page"))),
        {("gone", "query parameter Page")},
    ),
    "parameter new": (
        parameters(LIST, lambda own: own.append({"name": "Order", "in": "query", "schema": {"type": "string"}})),
        {("new", "query parameter Order")},
    ),
    "parameter required": (
        parameters(LIST, lambda own: own.append({"name": "Order", "in": "query", "required": True, "schema": {"type": "string"}})),
        {("request-refused", "query parameter Order")},
    ),
    "form field required": (
        lambda document: form(document).update(required=["Method"]),
        {("request-refused", "form parameter Method")},
    ),
    "form field gone": (
        lambda document: form(document)["properties"].pop("Target"),
        {("gone", "form parameter Target"), ("overlay-lost", "")},
    ),
    "moved": (move, {("moved", "")}),
    "gone": (lambda document: document["paths"].pop(LIST), {("gone", "")}),
    "scope gone": (
        lambda document: [document["paths"].pop(path) for path in list(document["paths"]) if path.endswith("/Receipts")],
        {("gone", ""), ("overlay-lost", "")},
    ),
    "another status": (
        lambda document: document["paths"][LIST]["get"]["responses"].update({"202": {"description": "x"}}),
        {("value-arrives", "")},
    ),
    "another media type": (
        lambda document: responses(document, LIST)["200"]["content"].update({"text/csv": {}}),
        {("value-arrives", "")},
    ),
    "media type gone": (
        lambda document: responses(document, MESSAGE_PATH)["200"].update(content={"text/plain": {}}),
        {("capture-fails", ""), ("value-arrives", "")},
    ),
    "status gone": (
        lambda document: responses(document, MESSAGE_PATH).update({"203": responses(document, MESSAGE_PATH).pop("200")}),
        {("gone", ""), ("value-arrives", "")},
    ),
    "shorter": (
        property_of(MESSAGE, "author", maxLength=10),
        {("capture-fails", "/author")},
    ),
    "longer": (
        property_of(MESSAGE, "content_sid", maxLength=36, pattern="^HX[0-9a-fA-F]{32,34}$"),
        {("value-arrives", "/content_sid")},
    ),
    "format gone": (
        property_of(MESSAGE, "date_updated", format=None),
        {("value-arrives", "/date_updated")},
    ),
    "items": (
        lambda document: document["components"]["schemas"][CONFIGURED]["properties"]["filters"]["items"].update(enum=["onMessageAdded"]),
        {("capture-fails", "/filters/0")},
    ),
    "path parameter": (
        parameters(LIST, lambda own: own[0]["schema"].update(pattern="^CH[0-9a-f]{32}$")),
        {("request-refused", "path parameter ConversationSid")},
    ),
    "fewer targets": (
        schema_of(TARGET, lambda own: own["enum"].remove("flex")),
        {("request-refused", "form parameter Target"), ("capture-fails", "/target")},
    ),
    "more targets": (
        schema_of(TARGET, lambda own: own["enum"].append("queue")),
        {("accepted", "form parameter Target"), ("value-arrives", "/target")},
    ),
    "texts": (property_of(RECEIPT, "sid", description="Another text.", example="DY"), set()),
    "other operations": (lambda document: document["paths"].pop("/v1/Users"), set()),
    "another operationId": (lambda document: document["paths"][LIST]["get"].update(operationId="ListReceipts"), set()),
    "the same in other words": (
        schema_of(MESSAGE, lambda own: own["properties"].update(body={"allOf": [own["properties"]["body"]]})),
        set(),
    ),
}  # fmt: skip


def outline(changes: list[Change]) -> set[tuple[str, str]]:
    return {(each.kind, "" if each.kind.startswith("overlay") else each.where) for each in changes}


@pytest.mark.parametrize(("edit", "expected"), EDITS.values(), ids=EDITS.keys())
def test_each_kind_of_edit(tmp_path: Path, edit: Edit, expected: set[tuple[str, str]]) -> None:
    changes = drift(edited(tmp_path, edit))
    assert outline([each for each in changes if each.kind != "overlay-idle"]) == expected
    for change in changes:
        demand_a_checked_example(change)


#: What both documents say of the example of a consequence.
VERDICTS = {
    "capture-fails": (True, False),
    "request-refused": (True, False),
    "moved": (True, False),
    "value-arrives": (False, True),
    "accepted": (False, True),
    "overlay-idle": (False, True),
}


def demand_a_checked_example(change: Change) -> None:
    """Assert that a change has both places and an example that the documents accept differently."""
    assert change.old_place
    assert change.new_place
    assert change.example is not None
    verdicts = (change.old_accepts, change.new_accepts)
    assert verdicts == VERDICTS.get(change.kind, verdicts)
    assert None not in verdicts
    if "parameter" in change.where or change.message == "the operation is gone":
        assert set(verdicts) == {True, False}
        assert change.example["url"].startswith("https://conversations.twilio.com/v1/")


@pytest.mark.parametrize("profile", ["vendor", "documented", "strict"])
def test_the_document_of_today_has_no_drift(profile: str) -> None:
    assert drift(PUBLISHED, profile) == []


def test_it_is_the_published_document(reference: Path) -> None:
    assert PUBLISHED.read_bytes() == (reference / "upstream" / PUBLISHED.name).read_bytes()


def test_overlay_actions_that_are_no_longer_needed(tmp_path: Path) -> None:
    """An overlay action is reported once Twilio's document no longer needs it."""
    edit = schema_of(STATUS, lambda own: own.update(nullable=True, enum=[*own["enum"], None]))
    (change,) = drift(edited(tmp_path, edit))
    assert change.kind == "overlay-idle"
    assert change.message.startswith(
        'overlay action is no longer needed: The description says "or null"'
    )


#: Edits of one place, of which a composition has at most one.
SAME_PLACE = [
    {"status added", "status removed"},
    {"pattern", "pattern loosened"},
    {"removed", "renamed", "null removed", "format"},
    {"type", "shorter"},
    {"page size", "larger pages"},
    {"parameter new", "parameter required"},
    {"form field gone", "fewer targets", "more targets"},
    {"another status", "another media type"},
    {"media type gone", "status gone", "type", "shorter", "longer", "format gone"},
]
APART = [name for name in EDITS if name not in ("moved", "gone", "scope gone", "closed")]


def composition(rng: random.Random) -> list[str]:
    chosen: list[str] = []
    for name in rng.sample(APART, rng.randint(2, 12)):
        if not any(name in group and group & set(chosen) for group in SAME_PLACE):
            chosen.append(name)
    return chosen


@pytest.mark.parametrize("seed", range(4))
def test_compositions(tmp_path: Path, seed: int) -> None:
    """Several edits are reported as each by itself, and nothing else."""
    chosen = composition(random.Random(seed))
    changes = drift(edited(tmp_path, *(EDITS[name][0] for name in chosen)))
    expected = set().union(*(EDITS[name][1] for name in chosen))
    assert outline([each for each in changes if each.kind != "overlay-idle"]) == expected, chosen
    for change in changes:
        demand_a_checked_example(change)


@pytest.mark.proofs
@pytest.mark.parametrize("seed", range(4, 104))
def test_more_compositions(tmp_path: Path, seed: int) -> None:
    test_compositions(tmp_path, seed)


def test_parameters_that_may_be_left_out() -> None:
    """The other direction of a parameter that is required now."""
    document = built("documented").content
    required = copy.deepcopy(document)
    required["paths"][LIST]["get"]["parameters"][-1]["required"] = True
    (change,) = compare((Side(required), Side(document)))
    assert (change.kind, change.where) == ("accepted", "query parameter PageToken")
    demand_a_checked_example(change)


def test_a_document_of_openapi_3_1(tmp_path: Path) -> None:
    """The same document in 3.1 has the same meaning."""
    path = edited(tmp_path)
    text = path.read_text()
    document = json.loads(text)

    def modern(node: Any) -> Any:
        if isinstance(node, list):
            return [modern(item) for item in node]
        if not isinstance(node, dict):
            return node
        node = {name: modern(value) for name, value in node.items()}
        if node.get("nullable") is True and isinstance(node.get("type"), str):
            node["type"] = [node["type"], "null"]
            del node["nullable"]
        return node

    path.write_text(json.dumps({**modern(document), "openapi": "3.1.0"}))
    assert drift(path) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "not an OpenAPI 3.0 or 3.1 document"),
        ('{"openapi": "3.0.1", "paths": {}}', "has none of the operations of the contract"),
        ("- 1", "not an OpenAPI document"),
    ],
)
def test_documents_that_cannot_be_used(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "newer.yaml"
    path.write_text(content)
    with pytest.raises(DocumentError) as caught:
        drift(path)
    assert str(caught.value) == f"{path}: {message}"


# -- the commands


def test_reports(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    assert run("drift", PUBLISHED) == (0, "", "")
    path = edited(tmp_path, EDITS["status added"][0])
    code, text, _ = run("drift", path)
    assert code == 1
    assert text.startswith(
        "warning value-arrives ListConversationMessageReceipt /delivery_receipts/0/status: "
        "a value you may not handle can now arrive: `status` can now be expired\n"
        f"    before: components/schemas/{STATUS} (refuses the example)\n"
        f"    after: components/schemas/{STATUS} (accepts the example)\n"
        "    example: {"
    )
    code, text, _ = run("drift", path, "--format", "json")
    first = json.loads(text)[0]
    assert first["example"]["delivery_receipts"][0]["status"] == "expired"
    assert (first["before"]["accepts"], first["after"]["accepts"]) == (False, True)
    code, text, _ = run("drift", path, "--format", "markdown")
    assert text.startswith("### warning: a value you may not handle can now arrive: ")
    assert run("drift", edited(tmp_path, EDITS["added"][0]))[0] == 0
    assert run("drift", tmp_path / "gone")[0] == 2


def test_update(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    """The facts are taken over and our texts stay; building gives the document that drift compared."""
    folder = tmp_path / "spec"
    shutil.copytree(SPEC, folder)
    source = folder / "upstream" / "twilio_conversations_v1.facts.yaml"
    before = yaml.load(source.read_text(), yaml.CSafeLoader)
    assert run("spec", "update", PUBLISHED, "--directory", folder)[0] == 0
    assert yaml.load(source.read_text(), yaml.CSafeLoader) == before
    path = edited(tmp_path, EDITS["status added"][0], EDITS["added"][0])
    assert run("spec", "update", path, "--directory", folder, "--commit", "abc1234")[0] == 0
    after = yaml.load(source.read_text(), yaml.CSafeLoader)
    assert after["info"]["x-receiptkit-provenance"]["commit"] == "abc1234"
    expected = copy.deepcopy(before)
    expected["info"]["x-receiptkit-provenance"]["commit"] = "abc1234"
    expected["components"]["schemas"][STATUS]["enum"].append("expired")
    expected["components"]["schemas"][RECEIPT]["properties"]["region"] = {"type": "string"}
    assert after == expected
    code, out, _ = run(
        "spec", "update", edited(tmp_path, EDITS["scope gone"][0]), "--directory", folder
    )
    assert code == 1
    assert "action" in out
    assert "no longer applies" in out
