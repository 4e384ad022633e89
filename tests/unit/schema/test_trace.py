"""Violations know their place in the document; one is reported for each mistake, as findings of a profile."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit import Finding, Severity
from receiptkit.contract.profile import Profile
from receiptkit.model.finding import NO_VALUE
from receiptkit.model.location import Location
from receiptkit.model.problem import Problem
from receiptkit.openapi.document import Document
from receiptkit.openapi.operation import Media
from receiptkit.rules import catalogue
from receiptkit.schema.engine import Engine
from receiptkit.schema.messages import problem as worded
from receiptkit.schema.reference import ReferenceEngine
from receiptkit.schema.trace import Violation, one_a_mistake


def of(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


COMPONENTS: dict[str, Any] = {
    "text": {"type": "string", "x-receiptkit-source": [{"keyword": "type", "source": "a page"}]},
    "alias": {"$ref": "#/components/schemas/text"},
    "$ref": {"properties": {"$ref": of("text")}},
    "ruled": {
        "x-receiptkit-rule": "ours.outer",
        "properties": {
            "a": {"x-receiptkit-rule": "ours.inner", "type": "string"},
            "b": {"const": 3},
        },
    },
}


OPEN = {"properties": {"b": True}, "additionalProperties": False}
NOTE = {
    "rule": "ours.note",
    "severity": "warning",
    "schema": {"properties": {"a": {"maxLength": 1}}},
}
AT = ("components", "schemas")


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "string"}, 1, [("schema.type", "", 1, "string", None, ("type",), None)]),
        (
            {"properties": {"a": of("alias")}},
            {"a": 1},
            [("schema.type", "/a", 1, "string", None, (*AT, "text", "type"), "a page")],
        ),
        (
            {"prefixItems": [True, of("text")]},
            [0, 1],
            [("schema.type", "/1", 1, "string", None, (*AT, "text", "type"), "a page")],
        ),
        (
            of("ruled"),
            {"a": 1, "b": 2},
            [
                (
                    "ours.inner",
                    "/a",
                    1,
                    "string",
                    None,
                    (*AT, "ruled", "properties", "a", "type"),
                    None,
                ),
                ("ours.outer", "/b", 2, 3, None, (*AT, "ruled", "properties", "b", "const"), None),
            ],
        ),
        (
            {"properties": {"a": {"x-receiptkit-rule": "ours.passed", "allOf": [of("alias")]}}},
            {"a": 1},
            [("ours.passed", "/a", 1, "string", None, (*AT, "text", "type"), "a page")],
        ),
        (
            of("$ref"),
            {"$ref": 1},
            [("schema.type", "/$ref", 1, "string", None, (*AT, "text", "type"), "a page")],
        ),
        (
            {"x-receiptkit-advice": [{**NOTE, "schema": of("text")}]},
            1,
            [("ours.note", "", 1, "string", None, (*AT, "text", "type"), "a page")],
        ),
        (
            {"type": "string", "x-receiptkit-source": [{"keyword": "type", "source": 5}]},
            1,
            [("schema.type", "", 1, "string", None, ("type",), None)],
        ),
        (
            {"type": "string", "x-receiptkit-source": ["type"]},
            1,
            [("schema.type", "", 1, "string", None, ("type",), None)],
        ),
        (
            {"type": "string", "x-receiptkit-rule": 5},
            1,
            [("schema.type", "", 1, "string", None, ("type",), None)],
        ),
        (
            {
                "required": ["a", "b"],
                "x-receiptkit-source": [{"keyword": "type", "source": "another"}, 3],
            },
            {},
            [
                ("schema.required", "", {}, ["a", "b"], "a", ("required",), None),
                ("schema.required", "", {}, ["a", "b"], "b", ("required",), None),
            ],
        ),
        (
            {"properties": {"x/y": OPEN}},
            {"x/y": {"b": 1, "c": 5, "d~": 6}},
            [
                (
                    "schema.additional-properties",
                    "/x~1y/c",
                    5,
                    False,
                    "c",
                    ("properties", "x/y", "additionalProperties"),
                    None,
                ),
                (
                    "schema.additional-properties",
                    "/x~1y/d~0",
                    6,
                    False,
                    "d~",
                    ("properties", "x/y", "additionalProperties"),
                    None,
                ),
            ],
        ),
        (
            {"properties": {"b": True}, "unevaluatedProperties": False},
            {"c": 5},
            [
                (
                    "schema.unevaluated-properties",
                    "/c",
                    5,
                    False,
                    "c",
                    ("unevaluatedProperties",),
                    None,
                )
            ],
        ),
        (
            {"properties": {"a": False}},
            {"a": 1},
            [("schema.false", "/a", 1, False, "a", ("properties", "a"), None)],
        ),
        ({"items": False}, [1], [("schema.false", "/0", 1, False, "0", ("items",), None)]),
        ({"allOf": [False]}, 1, [("schema.false", "", 1, False, None, ("allOf", 0), None)]),
        (False, 1, [("schema.false", "", 1, False, None, (), None)]),
        (
            {"x-receiptkit-advice": [NOTE]},
            {"a": "long"},
            [
                (
                    "ours.note",
                    "/a",
                    "long",
                    1,
                    None,
                    ("allOf", 0, "allOf", 0, "properties", "a", "maxLength"),
                    None,
                )
            ],
        ),
    ],
)
def test_violations_know_their_place(
    schema: Any, value: Any, expected: list[tuple[Any, ...]]
) -> None:
    """A violation has its rule, pointer, value, name, source, and its place behind all references."""
    found = Engine({"components": {"schemas": COMPONENTS}}).body(schema).violations(value)
    assert [
        (each.rule, each.pointer, each.value, each.expected, each.name, each.place, each.source)
        for each in found
    ] == expected
    assert {each.severity for each in found} == {
        Severity.WARNING if "x-receiptkit-advice" in str(schema) else None
    }
    for each in found:
        assert each.schema.get(each.keyword, each.expected) == each.expected


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"properties": {"a": of("alias")}}, {"a": 1}),
        (
            {"properties": {"a": {"x-receiptkit-rule": "ours.passed", "allOf": [of("alias")]}}},
            {"a": 1},
        ),
        (of("ruled"), {"a": 1, "b": 2}),
        (of("$ref"), {"$ref": 1}),
        ({"x-receiptkit-advice": [{**NOTE, "schema": of("text")}]}, 1),
        ({"x-receiptkit-advice": [{**NOTE, "schema": {**of("alias"), "const": "x"}}]}, "y"),
    ],
)
def test_both_engines_find_the_place(schema: Any, value: Any) -> None:
    """Both engines find the same place, whether or not their library names references."""
    document = {"components": {"schemas": COMPONENTS}}
    ours, theirs = (
        engine(document).body(schema).violations(value) for engine in (Engine, ReferenceEngine)
    )
    assert ours
    assert sorted(map(str, ours)) == sorted(map(str, theirs))


def one(keyword: str, pointer: str = "/a", **more: Any) -> Violation:
    """Return a violation at a pointer, by default that of an error of the schema."""
    said: dict[str, Any] = {
        "rule": f"schema.{keyword}",
        "value": None,
        "expected": None,
        "name": None,
        "schema": {},
        "place": (),
        "severity": None,
        "source": None,
    }
    return Violation(keyword=keyword, pointer=pointer, **{**said, **more})


ADVISED = {"rule": "ours.advice", "severity": Severity.INFO}


@pytest.mark.parametrize(
    ("violations", "kept"),
    [
        ([one("type"), one("pattern")], [0]),
        ([one("pattern"), one("type")], [1]),
        ([one("format"), one("enum"), one("pattern"), one("minLength")], [1]),
        ([one("enum"), one("const")], [0, 1]),
        ([one("type"), one("type", "/b")], [0, 1]),
        ([one("type"), one("pattern", "/b")], [0, 1]),
        ([one("type"), one("anyOf")], [0, 1]),
        ([one("type"), one("type")], [0]),
        ([one("type"), one("const", **ADVISED), one("type", "/b", **ADVISED)], [0, 2]),
        ([one("const", **ADVISED), one("type"), one("enum", "/b")], [1, 2]),
        ([one("anyOf"), one("const", **ADVISED)], [0, 1]),
        ([one("type", **ADVISED), one("pattern")], [1]),
        ([one("type"), one("required", name="b"), one("required", name="c", **ADVISED)], [0, 1, 2]),
        ([one("required", name="b"), one("required", name="b"), one("type")], [0, 2]),
        ([one("type"), one("additionalProperties", name="a")], [1]),
        ([one("false", name="a"), one("type"), one("anyOf"), one("type", "/b")], [0, 2, 3]),
        ([one("additionalProperties", name="a"), one("const", **ADVISED)], [0]),
        ([one("additionalProperties", name="a", **ADVISED), one("type")], [1]),
        ([one("type"), one("additionalProperties", name="a", **ADVISED)], [0]),
        ([one("minProperties"), one("type")], [0, 1]),
        ([one("type"), one("type", rule="ours.type"), one("format", "/b")], [1, 2]),
        ([one("type", rule="ours.type"), one("type"), one("type", rule="ours.other")], [0, 2]),
        ([one("type", rule="ours.type"), one("type", "/b")], [0, 1]),
        ([one("anyOf", rule="ours.any"), one("type")], [0, 1]),
        ([one("type"), one("anyOf", **ADVISED), one("anyOf")], [0, 2]),
        ([one("required", name="a", rule="ours.rule"), one("required", name="b")], [0, 1]),
    ],
)
def test_keeps_one_violation_a_mistake(violations: list[Violation], kept: list[int]) -> None:
    """Of several violations at one pointer, the first keyword is kept.

    The order is type, const or enum, pattern, format, length. Advice is dropped beside them, and
    everything beside a member that is not allowed. A rule supersedes its keyword. Each missing
    member counts.
    """
    assert one_a_mistake(violations) == [violations[number] for number in kept]


# -- the findings of a profile

DOCUMENT = Document(
    {"info": {"x-receiptkit-provenance": {"repository": "some/where", "commit": "abc"}}},
    b"",
    "mine.yaml",
)
MEDIA = Media({}, ("paths", "/a"))
BAD, SO_SO, NOTED = Severity.ERROR, Severity.WARNING, Severity.INFO
#: A rule that is information, a warning that `vendor` does not report, and a rule of a document of one's own.
KEPT, DROPPED, OURS = "body.unchecked", "receipt.expected-field", "ours.rule"


@pytest.mark.parametrize(
    ("rule", "given", "severities"),
    [
        (KEPT, None, {"vendor": NOTED, "documented": NOTED, "strict": NOTED}),
        (KEPT, SO_SO, {"vendor": SO_SO, "documented": SO_SO, "strict": BAD}),
        (DROPPED, None, {"vendor": None, "documented": SO_SO, "strict": BAD}),
        (DROPPED, BAD, {"vendor": None, "documented": BAD, "strict": BAD}),
    ],
)
@pytest.mark.parametrize("profile", ["vendor", "documented", "strict"])
def test_severities_in_each_profile(
    profile: str, rule: str, given: Severity | None, severities: dict[str, Severity | None]
) -> None:
    """A given severity overrides the rule's; `strict` has no warnings, `vendor` only Twilio's published facts."""
    judging, expected = Profile(profile, DOCUMENT), severities[profile]
    grounding = catalogue.find(rule).grounding
    problem = Problem("/a", "is wrong", "mend it", rule=rule, severity=given, offset=7, value=3)
    violation = one("type", rule=rule, value=1, expected="string", severity=given)

    def found(
        message: str, hint: str | None, operation: str | None, location: Location | None
    ) -> list[Finding]:
        return (
            [Finding(rule, expected, "/a", message, hint, grounding, operation, location)]
            if expected is not None
            else []
        )

    seen = Location("file", 4)
    assert judging.findings([problem], "Fetch", locate=lambda _: seen) == found(
        "is wrong", "mend it", "Fetch", seen
    )
    assert [finding.value for finding in judging.findings([problem])] == (
        [3] if expected is not None else []
    )
    assert judging.text_findings([problem], lambda offset: (offset, 9)) == found(
        "is wrong", "mend it", None, Location(line=7, column=9)
    )
    message = "this value is an integer, not a string"
    words = catalogue.find(rule).message
    plain = message if given is None else catalogue.find(rule).title
    said = words.format(message) if words else plain
    assert judging.findings([worded(violation)], "Fetch", media=MEDIA) == found(
        said, None, "Fetch", None
    )
    assert [
        finding.value for finding in judging.findings([worded(violation)], "Fetch", media=MEDIA)
    ] == ([1] if expected is not None else [])


def test_findings_in_their_order() -> None:
    """One that a profile does not report leaves the others where they are."""
    vendor = Profile("vendor", DOCUMENT)
    rules = [KEPT, DROPPED, "json.syntax", DROPPED, KEPT]
    kept = [KEPT, "json.syntax", KEPT]
    assert [
        each.rule for each in vendor.findings([Problem("", "x", rule=rule) for rule in rules])
    ] == kept
    assert [
        each.rule
        for each in vendor.text_findings(
            [Problem("", "x", rule=rule, offset=0) for rule in rules], lambda at: (at, at)
        )
    ] == kept
    violations = [one("type", rule=rule, value=1, expected="string") for rule in rules]
    assert [each.rule for each in vendor.findings(map(worded, violations), media=MEDIA)] == kept
    assert vendor.findings([Problem("", "x", rule=KEPT)])[0].value is NO_VALUE


@pytest.mark.parametrize(
    ("more", "grounding"),
    [
        ({"rule": "schema.type"}, "some/where abc, paths//a/allOf/0/type"),
        (
            {"rule": "schema.type", "place": (*AT, "text", "type")},
            "some/where abc, components/schemas/text/type",
        ),
        ({"rule": OURS}, "some/where abc, paths//a/allOf/0/type"),
        ({"rule": KEPT}, catalogue.find(KEPT).grounding),
        ({"rule": "schema.type", "source": "a page"}, "a page"),
        ({"rule": KEPT, "source": "a page"}, "a page"),
    ],
)
def test_the_grounding_of_violations(more: dict[str, Any], grounding: str) -> None:
    """The grounding is the document's source, the rule's grounding, or the place in the document."""
    violation = one(
        "type", **{"place": ("allOf", 0, "type"), "value": 1, "expected": "string", **more}
    )
    (finding,) = Profile("documented", DOCUMENT).findings([worded(violation)], media=MEDIA)
    assert finding.grounding == grounding


def test_the_grounding_of_problems() -> None:
    """A problem's own grounding overrides that of its rule."""
    findings = Profile("documented", DOCUMENT).findings
    own, of_rule = findings(
        [Problem("", "x", rule=KEPT, grounding="a page"), Problem("", "x", rule=KEPT)]
    )
    assert (own.grounding, of_rule.grounding) == ("a page", catalogue.find(KEPT).grounding)
