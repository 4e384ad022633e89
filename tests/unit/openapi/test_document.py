"""Users' documents are refused with the right message, and the profiles' documents are built."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from receiptkit.model.errors import DocumentError, UsageError
from receiptkit.openapi import build, document
from receiptkit.openapi.overlay import apply
from receiptkit.openapi.upgrade import upgrade

NONE = "not an OpenAPI 3.0, 3.1 or 3.2 document (its member `openapi` says which)"
SWAGGER = (
    "a Swagger 2.0 document; convert it to OpenAPI 3 first, for example with `npx swagger2openapi`"
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an OpenAPI document"),
        (b"[]", "not an OpenAPI document"),
        (
            b"{",
            "line 1, column 2: not JSON: expected a field name in double quotes, but the text ends",
        ),
        (b"a: [", "not YAML at line 2: did not find expected node content"),
        (
            b"a: 1\nb: [\n",
            "not YAML at line 3: did not find expected node content",
        ),
        (b"a: 1\n\x07", "not YAML: cannot be read"),
        (b"swagger: '2.0'", SWAGGER),
        (b"openapi: 4.0.0", NONE),
        (b"openapi: 3.1", "`openapi: 3.1` is a number; write '3.1.0'"),
        (b"openapi: 3.1.0\npaths: 3", "`paths` is not an object"),
        (b"openapi: 3.1.0\npaths:", "`paths` is not an object"),
        (b"openapi: 3.0.0\ncomponents: []", "`components` is not an object"),
        (b"openapi: 3.1.0\ncomponents: {schemas: 3}", "`schemas` is not an object"),
    ],
    ids=[
        "empty",
        "list",
        "json",
        "mark",
        "line",
        "unreadable",
        "swagger",
        "later",
        "number",
        "paths",
        "null",
        "components",
        "schemas",
    ],
)
def test_rejects_invalid_documents(tmp_path: Path, content: bytes, message: str) -> None:
    """The one-line error names the file, the problem and its place."""
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(DocumentError) as caught:
        document.read(path)
    assert str(caught.value) == f"{path}: {message}"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A document that is not there, or is a folder, is one line, too."""
    with pytest.raises(DocumentError) as caught:
        document.read(tmp_path / "gone")
    assert str(caught.value) == f"{tmp_path / 'gone'}: no such file or directory"
    with pytest.raises(DocumentError) as caught:
        document.read(str(tmp_path))
    assert str(caught.value) == f"{tmp_path}: is a directory"


def test_json_is_read_as_json(tmp_path: Path) -> None:
    """A document in JSON may be indented with tabs, which are no YAML, and begin with white space."""
    path = tmp_path / "mine.json"
    path.write_text('\n\t{\n\t"openapi": "3.1.0",\n\t"paths": {}\n}\n')
    read = document.read(path)
    assert (read.content, read.name) == ({"openapi": "3.1.0", "paths": {}}, "mine.json")
    assert (read.raw, read.provenance) == (path.read_bytes(), "mine.json")
    assert (read.is_foreign, document.built("vendor").is_foreign) == (True, False)
    assert read.notes == (f"{path}: receiptkit's overlays are not applied to it",)


def test_a_document_of_openapi_3_0(tmp_path: Path) -> None:
    """A 3.0 document is read as its 3.1 equivalent, and a note says so."""
    path = tmp_path / "mine.json"
    path.write_text(
        json.dumps(
            {
                "openapi": "3.0.3",
                "components": {"schemas": {"x": {"type": "string", "nullable": True}}},
            }
        )
    )
    read = document.read(path)
    assert read.content == {
        "openapi": "3.1.0",
        "components": {"schemas": {"x": {"type": ["string", "null"]}}},
    }
    assert read.notes == (
        f"{path}: receiptkit's overlays are not applied to it",
        f"{path} is OpenAPI 3.0.3: read as its 3.1 equivalent",
    )


# -- what is known of a document


def test_rules_that_a_document_names() -> None:
    """Rules are named by keywords of ours, at any depth, and each once."""
    schema = {
        "x-receiptkit-rule": "our.schema",
        "properties": {"rule": {"type": "string", "x-receiptkit-rule": "our.member"}},
    }
    advice = [
        {"rule": "our.advice", "severity": "info", "schema": {}},
        {"unless": {}, "advice": [{"rule": "our.schema"}]},
    ]
    content = {
        "info": {"title": "our.title"},
        "components": {"schemas": {"x": {**schema, "x-receiptkit-advice": advice}, "rule": 3}},
    }
    assert document.Document(content, b"", "mine").rule_ids == [
        "our.advice",
        "our.member",
        "our.schema",
    ]


@pytest.mark.parametrize("where", ["toolkit/receiptkit/_spec", "spec"])
def test_finds_the_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Documents are in the installed package, else in spec/ beside the toolkit."""
    monkeypatch.setattr(document, "_PACKAGE", tmp_path / "toolkit" / "receiptkit")
    folder = tmp_path / where
    with pytest.raises(DocumentError) as caught:
        document.built("strict")
    missing = tmp_path / "spec" / "strict.json"
    assert (
        str(caught.value)
        == f"{missing} is missing: run `receiptkit spec build`, or install receiptkit again"
    )
    folder.mkdir(parents=True)
    (folder / "strict.json").write_text('{"paths": {}}')
    assert document.spec_directory() == folder
    assert document.built("strict") == document.Document(
        {"paths": {}}, b'{"paths": {}}', "receiptkit strict"
    )


def test_refuses_unknown_profiles() -> None:
    """An unknown profile is refused with the known names."""
    with pytest.raises(UsageError) as caught:
        document.built("stricter")
    assert str(caught.value) == "unknown profile 'stricter'; use vendor, documented, strict"


# -- building

UPSTREAM = {"openapi": "3.0.3", "info": {"title": "t"}, "paths": {}, "x-facts": {"a": "é"}}
SPEECH = "A text that is long enough to be broken, " * 4


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A folder of sources, as small as can be."""
    (tmp_path / "upstream").mkdir()
    (tmp_path / "overlays").mkdir()
    (tmp_path / build.UPSTREAM).write_text(json.dumps(UPSTREAM))
    actions = [{"target": "$.x-facts", "update": {"b": "one\ntwo\n", "c": SPEECH}}]
    (tmp_path / "overlays" / "documented.yaml").write_text(json.dumps({"actions": actions}))
    more = {
        "info": {"x-extends": "documented"},
        "actions": [{"target": "$.x-facts", "update": {"b": "strict"}}],
    }
    (tmp_path / "overlays" / "strict.yaml").write_text(json.dumps(more))
    return tmp_path


def test_builds_each_profile(spec: Path) -> None:
    """Each profile is upstream with its overlays, upgraded, as JSON and as readable YAML."""
    files = build.build(spec)
    assert list(files) == [
        f"{profile}.{kind}" for profile in document.PROFILES for kind in ("yaml", "json")
    ]
    contents = {name: yaml.safe_load(content) for name, content in files.items()}
    for profile, facts in {
        "vendor": {"a": "é"},
        "documented": {"a": "é", "b": "one\ntwo\n", "c": SPEECH},
        "strict": {"a": "é", "b": "strict", "c": SPEECH},
    }.items():
        expected = {
            **UPSTREAM,
            "openapi": "3.1.0",
            "info": {"title": "t", "x-receiptkit-profile": profile},
            "x-facts": facts,
        }
        assert contents[f"{profile}.yaml"] == contents[f"{profile}.json"] == expected
    text = files["documented.yaml"].decode()
    assert text.startswith(
        "# Generated by `receiptkit spec build` from upstream/ and overlays/: change those, not this file.\nopenapi: "
    )
    assert "\n  a: é\n  b: |\n    one\n    two\n  c: 'A text" in text
    assert files["vendor.json"].decode() == (
        '{"openapi":"3.1.0","info":{"title":"t","x-receiptkit-profile":"vendor"},"paths":{},"x-facts":{"a":"é"}}\n'
    )


def test_lines_of_generated_documents(spec: Path) -> None:
    """Lines of generated documents break at column 110, on any machine."""
    facts = dict.fromkeys(("c", "cc"), "a " * 100 + "b")
    (spec / build.UPSTREAM).write_text(json.dumps({**UPSTREAM, "x-facts": facts}))
    lines = build.build(spec)["vendor.yaml"].decode().splitlines()
    assert [len(line) for line in lines if "a a" in line] == [112, 97, 111, 99]


def test_finds_stale_files(spec: Path) -> None:
    """A missing file, and one that differs from what its sources make, are stale."""
    assert len(build.stale(spec)) == 6
    for name, content in build.build(spec).items():
        (spec / name).write_bytes(content)
    assert build.stale(spec) == []
    (spec / "strict.json").write_text("{}")
    (spec / "vendor.yaml").unlink()
    assert build.stale(spec) == ["vendor.yaml", "strict.json"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("overlays/strict.yaml", "3", "{}: not a document"),
        (
            "overlays/strict.yaml",
            "a: [\nb:\n}",
            "{}: not YAML: while parsing a flow node",
        ),
        (
            "overlays/documented.yaml",
            '{"actions": [{"target": "$.gone"}]}',
            "overlays/documented.yaml, action 1: the target matches nothing: $.gone",
        ),
    ],
    ids=["number", "broken", "target"],
)
def test_sources_that_cannot_be_used(spec: Path, name: str, content: str, message: str) -> None:
    """One line says which source is wrong, and how."""
    (spec / name).write_text(content)
    with pytest.raises(DocumentError) as caught:
        build.build(spec)
    assert str(caught.value).startswith(message.format(spec / name))
    assert "\n" not in str(caught.value)


def test_sources_that_are_missing(spec: Path) -> None:
    """Without upstream there is nothing to build."""
    shutil.rmtree(spec / "upstream")
    with pytest.raises(DocumentError) as caught:
        build.build(spec)
    assert str(caught.value) == f"{spec / build.UPSTREAM}: no such file or directory"


# -- overlays


@pytest.mark.parametrize(
    ("before", "actions", "after"),
    [
        ({"a": {"b": 1}}, None, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, [{"target": "$.a"}], {"a": {"b": 1}}),
        ({"a": {"b": 1}}, [{"target": "$", "update": {"a": 3}}], {"a": 3}),
        ({"a": 3}, [{"target": "$", "update": {"a": {"b": 1}}}], {"a": {"b": 1}}),
        ({"a": [1]}, [{"target": "$", "update": {"a": 3}}], {"a": 3}),
        ({"a": 3}, [{"target": "$", "update": {"a": [1]}}], {"a": [1]}),
        ({"a": [1]}, [{"target": "$", "update": {"a": {"b": 1}}}], {"a": {"b": 1}}),
        (
            {"a": {"b": {"c": 1, "d": 2}}},
            [{"target": "$.a.b.c", "remove": True}],
            {"a": {"b": {"d": 2}}},
        ),
        (
            {"a": {}, "b": {}},
            [
                {"target": "$[*]", "update": {"deep": {"x": 1, "y": 2}}},
                {"target": "$.a.deep.x", "remove": True},
            ],
            {"a": {"deep": {"y": 2}}, "b": {"deep": {"x": 1, "y": 2}}},
        ),
    ],
)
def test_actions_change_their_targets(
    before: dict[str, Any], actions: Any, after: dict[str, Any]
) -> None:
    """An action changes the places of its target only, in a copy of the document."""
    copy = json.loads(json.dumps(before))
    assert apply(before, {} if actions is None else {"actions": actions}, "o") == after
    assert before == copy


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            "$.paths\n  .gone",
            (
                r"mine, action 1: the target matches nothing: \$\.paths \.gone; if upstream no longer "
                "has this part, change the target, or remove the action"
            ),
        ),
        ("$.[", r"mine, action 1: the target is not a JSONPath: [a-z ]+"),
    ],
    ids=["gone", "none"],
)
def test_targets(target: str, message: str) -> None:
    """An invalid target is refused in one line that says what is wrong."""
    with pytest.raises(DocumentError) as caught:
        apply({"info": {}}, {"actions": [{"target": target}]}, "mine")
    assert re.fullmatch(message, str(caught.value))


# -- from 3.0 to 3.1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"maximum": 9, "exclusiveMaximum": True}, {"exclusiveMaximum": 9}),
        ({"maximum": 9, "exclusiveMaximum": False}, {"maximum": 9}),
        ({"exclusiveMaximum": True}, {}),
        ({"required": ["a", "b", "a"]}, {"required": ["a", "b"]}),
        ({"required": [{}, {}]}, {"required": [{}, {}]}),
        ({"type": "string", "$ref": "#/x", "nullable": True}, {"type": "string", "$ref": "#/x"}),
        ({"example": {"nullable": True, "a": 1}}, {"example": {"nullable": True, "a": 1}}),
        ({"default": {"nullable": True}}, {"default": {"nullable": True}}),
        ({"enum": [{"nullable": True}]}, {"enum": [{"nullable": True}]}),
        (
            {"properties": {"default": {"$ref": "#/x", "nullable": True}}},
            {"properties": {"default": {"$ref": "#/x"}}},
        ),
        (
            {"default": {"content": {"a/b": {"schema": {"nullable": True}}}}},
            {"default": {"content": {"a/b": {"schema": {"nullable": True}}}}},
        ),
        (
            {"example": {"type": "string", "nullable": True}},
            {"example": {"type": "string", "nullable": True}},
        ),
        (
            {"x-else": {"type": "string", "nullable": True}},
            {"x-else": {"type": "string", "nullable": True}},
        ),
    ],
)
def test_upgraded(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Schemas are upgraded everywhere; values and extensions that look like schemas are not."""
    document = {"openapi": "3.0.1", "components": {"schemas": {"x": before}}}
    assert upgrade(document) == {"openapi": "3.1.0", "components": {"schemas": {"x": after}}}
