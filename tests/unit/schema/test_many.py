"""Many bodies judged at once: no quicker way accepts what is refused one by one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT, receipt
from proofs.mutants import ATOMS, containers
from receiptkit import Contract, Finding
from receiptkit.captures import Source
from receiptkit.generation import Generator
from receiptkit.openapi.document import PROFILES
from receiptkit.rules.examples import sample
from receiptkit.schema.engine import Engine
from receiptkit.schema.many import closed, depth, names_all
from receiptkit.validation.run import Validation

TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (True, True),
        (TEXT, TEXT),
        ({"properties": {"a": TEXT}}, {"properties": {"a": TEXT}, "additionalProperties": False}),
        (
            {"type": "object", "properties": {"a": TEXT}, "additionalProperties": True},
            {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False},
        ),
        (
            {"properties": {"a": TEXT, "b": True}, "required": ["b", "a"]},
            {
                "properties": {"a": TEXT, "b": True},
                "additionalProperties": False,
                "minProperties": 2,
            },
        ),
        (
            {"properties": {"a": TEXT, "gone": False}, "required": ["a"]},
            {
                "properties": {"a": TEXT, "gone": False},
                "additionalProperties": False,
                "minProperties": 1,
            },
        ),
        (
            {"properties": {"a": TEXT, "b": TEXT}, "required": ["a"]},
            {
                "properties": {"a": TEXT, "b": TEXT},
                "additionalProperties": False,
                "required": ["a"],
            },
        ),
        (
            {"properties": {"a": TEXT}, "required": ["a", "b"]},
            {"properties": {"a": TEXT}, "additionalProperties": False, "required": ["a", "b"]},
        ),
        (
            {
                "properties": {"a": TEXT, "b": TEXT},
                "required": ["a"],
                "allOf": [{"required": ["b"]}, True],
            },
            {
                "properties": {"a": TEXT, "b": TEXT},
                "allOf": [{"required": ["b"]}, True],
                "additionalProperties": False,
                "minProperties": 2,
            },
        ),
        (
            {"properties": {"a": TEXT}, "allOf": [{"required": ["a"]}]},
            {
                "properties": {"a": TEXT},
                "allOf": [{"required": ["a"]}],
                "additionalProperties": False,
                "minProperties": 1,
            },
        ),
        (
            {"properties": {"a": TEXT}, "required": ["a"], "minProperties": 3},
            {"properties": {"a": TEXT}, "additionalProperties": False, "minProperties": 3},
        ),
        ({"properties": {}}, {"properties": {}, "additionalProperties": False}),
        ({"properties": {"a": TEXT}, "patternProperties": {"^x": TEXT}}, None),
        ({"not": {"properties": {"a": TEXT}}}, None),
        ({"const": {"properties": {"a": 1}}}, None),
        (
            {"items": {"properties": {"a": TEXT}}},
            {"items": {"properties": {"a": TEXT}, "additionalProperties": False}},
        ),
        (
            {"properties": {"a": {"properties": {}}}},
            {
                "properties": {"a": {"properties": {}, "additionalProperties": False}},
                "additionalProperties": False,
            },
        ),
    ],
)
def test_closed(schema: Any, expected: Any) -> None:
    """A closed schema accepts no member that it does not name, and counts those that are required where they are all there can be."""
    before = copy.deepcopy(schema)
    assert closed(schema) == (before if expected is None else expected)
    assert schema == before


def object_of(**members: Any) -> dict[str, Any]:
    return {"type": "object", "properties": members, "additionalProperties": False}


def list_of(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item}


def at(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS = {
    "leaf": TEXT,
    "alias": at("leaf"),
    "tree": object_of(left=at("tree")),
    "nest": list_of(at("nest")),
    "circle": at("circle"),
    "array": list_of(TEXT),
}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (False, 0),
        (True, inf),
        ({}, inf),
        (TEXT, 0),
        ({"type": ["integer", "null"]}, 0),
        ({"type": "object"}, inf),
        ({"type": "array"}, inf),
        ({"type": ["array", "null"]}, inf),
        ({"type": ["object", "null"]}, inf),
        ({"type": ["object", "string"]}, inf),
        (list_of(TEXT), 1),
        (list_of(list_of(TEXT)), 2),
        (list_of(at("array")), 2),
        (list_of(False), 1),
        (list_of(True), inf),
        ({"type": ["array", "null"], "items": TEXT}, 1),
        ({"type": ["array", "object"], "items": TEXT}, inf),
        ({"items": TEXT}, inf),
        ({**list_of(TEXT), "prefixItems": [True]}, inf),
        (object_of(), 1),
        (object_of(a=TEXT), 1),
        (object_of(a=TEXT, b=list_of(object_of(c=TEXT))), 3),
        (object_of(a=True), inf),
        ({"type": "object", "properties": {"a": TEXT}}, inf),
        ({"type": "object", "properties": {"a": TEXT}, "additionalProperties": True}, inf),
        ({"type": "object", "additionalProperties": False}, 1),
        ({**object_of(a=TEXT), "patternProperties": {"^x": True}}, inf),
        ({**object_of(a=TEXT), "type": ["object", "array"]}, inf),
        ({"properties": {"a": TEXT}, "additionalProperties": False}, inf),
        (at("leaf"), 0),
        (at("alias"), 0),
        (at("array"), 1),
        (object_of(a=at("leaf"), b=at("leaf")), 1),
        (at("tree"), inf),
        (at("nest"), inf),
        (at("circle"), inf),
        (at("nowhere"), inf),
    ],
)
def test_depth(schema: Any, expected: float) -> None:
    """A schema says how deep its values nest where it is closed and has no circle; of any other nothing is known."""
    assert depth(schema, SCHEMAS) == expected


def test_many_bodies_at_once() -> None:
    """A list of bodies is accepted if each of them is, and has no member that the document does not know."""
    engine = Engine(
        {"components": {"schemas": {"inner": {"type": "object", "properties": {"b": TEXT}}}}}
    )
    accepts, deepest, names_all = engine.body(
        {"type": "object", "properties": {"a": at("inner")}}
    ).for_many()
    assert (deepest, names_all) == (3, False)
    assert accepts([])
    assert accepts([[{"a": {"b": "x"}}, {}], []])
    assert not accepts([[{}, {"a": {"b": 1}}]])
    assert not accepts([[{}], [{"a": {"b": 1}}]])
    assert not accepts([[{"a": {"b": "x"}, "stranger": 1}]])
    assert not accepts([[{"a": {"b": "x", "stranger": 1}}]])


@pytest.mark.parametrize(
    "schemas",
    [
        {"web": {"format": "uri"}, "later": {"format": "date-time"}},
        {"web": {"format": "uri"}, "odd": {"not": {"format": "date-time"}}},
    ],
    ids=["in the schema", "in the document"],
)
def test_many_bodies_where_a_format_is_denied(schemas: dict[str, Any]) -> None:
    """Below `not` a format is judged by our own functions, as it is of one body, and no depth is known."""
    engine = Engine({"components": {"schemas": schemas}})
    accepts, deepest, names_all = engine.body({"properties": {"a": {"not": at("web")}}}).for_many()
    assert (deepest, names_all) == (inf, False)
    assert accepts([[{"a": "no URL"}, {"a": "https://0@"}], [{"stranger": 1}]])
    assert not accepts([[{"a": "no URL"}, {"a": "https://example.com/"}]])


def with_receipts(folder: Path, change: Callable[[dict[str, Any]], None]) -> Contract:
    """The contract of a document of one's own, whose receipts are changed."""
    document = json.loads((ROOT / "spec" / "documented.json").read_text())
    change(
        document["components"]["schemas"][
            "conversations.v1.conversation.conversation_message.conversation_message_receipt"
        ]
    )
    path = folder / "mine.json"
    path.write_text(json.dumps(document))
    return Contract.load(document=path)


def test_a_closed_object_without_members_in_a_document(tmp_path: Path) -> None:
    """An object that may have no member at all is judged like any other, in captures of many bodies, too."""
    closed_object = {"type": "object", "additionalProperties": False}
    contract = with_receipts(
        tmp_path, lambda resource: resource["properties"].update(nothing=closed_object)
    )
    texts = [
        json.dumps({**receipt(f"DY{digit}{'5e' * 15}0"), "nothing": {}}).encode() for digit in "12"
    ]
    assert contract.validator.validate_body(json.loads(texts[0])).findings == []
    kind, bodies = contract.validator.proven_clean(texts) or (None, [])
    assert (kind, len(bodies)) == ("receipt", 2)


def test_a_member_that_is_required_and_not_described(tmp_path: Path) -> None:
    """A member that a document requires without describing it is missed in captures of many bodies, too."""
    contract = with_receipts(
        tmp_path, lambda resource: resource.update(required=[*resource["properties"], "note"])
    )
    texts = [json.dumps(receipt(f"DY{digit}{'5e' * 15}0")).encode() for digit in "12"]
    assert [
        finding.message for finding in contract.check(texts[0]) if "note" in finding.message
    ] == ["required field `note` is missing"]
    assert contract.validator.proven_clean(texts) is None


ROW = {**object_of(message_sid=TEXT, status=TEXT), "minProperties": 2}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (ROW, True),
        ({**ROW, "properties": {**ROW["properties"], "gone": False}}, True),
        ({**ROW, "minProperties": 1}, False),
        ({**ROW, "additionalProperties": True}, False),
        ({**ROW, "patternProperties": {"^x": TEXT}}, False),
        (object_of(a=TEXT), False),
        ({"type": "object", "additionalProperties": False}, False),
        ({"type": "object", "additionalProperties": False, "minProperties": 0}, False),
        (True, False),
    ],
)
def test_whether_all_members_are_named(schema: Any, expected: bool) -> None:
    """All that a schema accepts have the same members where it counts those that it names."""
    assert names_all(schema) == expected


# -- nothing is lost on the quick way

ODD: tuple[Any, ...] = (
    None,
    1,
    True,
    1.0,
    "",
    " ",
    "x",
    "DY",
    "SM/",
    [],
    {},
    "2026-03-02T09:15:04.25Z",
    "0000-01-01T00:00:00Z",
    "DY" + "a" * 32,
    "read",
    3000,
)
GENERATOR = Generator()


def changed(
    rows: list[dict[str, Any]], index: int, member: str, value: Any
) -> list[dict[str, Any]]:
    rows = copy.deepcopy(rows)
    rows[index][member] = value
    return rows


@pytest.mark.parametrize("in_service", [False, True], ids=["default", "service"])
def test_a_row_among_others(in_service: bool) -> None:
    """Whatever a member of any row is changed to: what has a finding by itself is not accepted among others."""
    contract = Contract.load()
    view = GENERATOR.at(GENERATOR.world("group-sms", seed=3, receipts=3, in_service=in_service))
    (page,), rows = view.pages(), view.receipts
    others = [
        *ODD,
        *sorted({value for row in rows for value in row.values() if isinstance(value, str)}),
    ]
    assert contract.check(page) == [] == contract.check(rows[0])
    assert contract.validator.proven_clean([json.dumps(page).encode()] * 2)
    assert contract.validator.proven_clean([json.dumps(row).encode() for row in rows])
    accepted = 0
    for index in range(len(rows)):
        for member in rows[0]:
            for value in others:
                wrong = changed(rows, index, member, value)
                listed = {**page, "delivery_receipts": wrong}
                texts = [json.dumps(listed).encode()], [json.dumps(row).encode() for row in wrong]
                for each in texts:
                    if contract.validator.proven_clean(each):
                        accepted += 1
                        assert [finding for text in each for finding in contract.check(text)] == []
    assert accepted > len(rows) * len(rows[0]), "what changes nothing is accepted, at the least"


def test_a_service_that_only_some_receipts_name(tmp_path: Path) -> None:
    """Where a document lets receipts do without a member, it is judged in all of them that have it."""
    contract = with_receipts(
        tmp_path,
        lambda resource: resource["properties"].update(chat_service_sid={"type": "string"}),
    )
    good = receipt("DY1" + "5e" * 15 + "0")
    wrong = {**receipt("DY2" + "5e" * 15 + "0"), "chat_service_sid": 5}
    assert contract.check(good) == []
    assert [finding.rule for finding in contract.check(wrong)] == ["schema.type"]
    assert (
        contract.validator.proven_clean([json.dumps(row).encode() for row in (good, wrong)]) is None
    )


def test_receipts_with_other_members(tmp_path: Path) -> None:
    """Where a document lets receipts do without a member, nothing is said of those with other members than one that was recognised."""
    contract = with_receipts(
        tmp_path, lambda resource: resource["properties"].update(note={"type": "string"})
    )
    rows = [receipt(f"DY{digit}{'5e' * 15}0") for digit in "12"]
    assert contract.check(rows[0]) == []
    texts = [json.dumps(row).encode() for row in (*rows, {**rows[1], "note": ""})]
    assert contract.validator.proven_clean(texts[:2]) == ("receipt", rows)
    assert contract.validator.proven_clean(texts) is None


# -- a run says the same, whichever way it goes


class Collected(list[Finding]):
    """A sink that keeps what it is given."""

    finding = list.append

    def end_of_file(self) -> None:
        pass


CONTRACTS = {profile: Contract.load(profile) for profile in PROFILES}


@st.composite
def captures(draw: st.DrawFn) -> bytes:
    """Receipts and pages of a few messages, a line each, of which some are seen again, and a few are wrong."""
    bodies: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, 3))):
        view = GENERATOR.at(
            GENERATOR.world(
                draw(st.sampled_from(["group-sms", "agent-and-sms"])),
                seed=draw(st.integers(0, 50)),
                receipts=draw(st.integers(1, 4)),
                in_service=draw(st.booleans()),
            )
        )
        bodies += (
            view.receipts if draw(st.booleans()) else view.pages(draw(st.sampled_from([None, 2])))
        )
    bodies = copy.deepcopy(bodies * draw(st.integers(1, 2)))
    for _ in range(draw(st.integers(0, 2))):
        nodes = [
            node for body in bodies for node in containers(body) if isinstance(node, dict) and node
        ]
        node = draw(st.sampled_from(nodes))
        member = draw(st.sampled_from([*node, "stranger"]))
        node[member] = draw(st.one_of(ATOMS, st.sampled_from([each.get(member) for each in nodes])))
    gaps = draw(st.lists(st.integers(1, 2), min_size=len(bodies), max_size=len(bodies)))
    return b"".join(
        json.dumps(body).encode() + b"\n" * gap for body, gap in zip(bodies, gaps, strict=True)
    )


def said(contract: Contract, capture: bytes) -> Collected:
    found = Collected()
    Validation(contract).run([Source("a.ndjson", content=capture)], found)
    return found


def agree(profile: str, capture: bytes) -> None:
    contract = CONTRACTS[profile]
    for name in ("receipt", "service receipt", "page"):
        contract.check(sample(name))
    quick = said(contract, capture)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("receiptkit.contract.validator.Validator.proven_clean", lambda *_: None)
        assert said(contract, capture) == quick


@given(st.sampled_from(PROFILES), captures())
def test_the_quick_way_says_the_same(profile: str, capture: bytes) -> None:
    """Every finding, and where it is, is that of bodies judged one by one."""
    agree(profile, capture)


@pytest.mark.soak
def test_the_quick_way_says_the_same_of_many() -> None:
    """The same of twenty thousand others."""

    @settings(max_examples=20_000, derandomize=False)
    @given(st.sampled_from(PROFILES), captures())
    def prove(profile: str, capture: bytes) -> None:
        agree(profile, capture)

    prove()
