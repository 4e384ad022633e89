"""The corpus: complete, proven, reproducible, and careful with other people's files."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conftest import ROOT
from receiptkit import Contract, UsageError
from receiptkit.corpus import corpus
from receiptkit.generation import SCENARIOS, Generator, breakages
from receiptkit.generation.breakage import Breakage
from receiptkit.rules.examples import Example
from receiptkit.text.forms import decode_form
from receiptkit.webhooks import HEADER, verify

Run = Callable[..., tuple[int, str, str]]
FIXTURES = ROOT / "fixtures"
STRICT = Contract.load("strict")
MANIFEST = json.loads((FIXTURES / "manifest.json").read_text())


def test_the_manifest_keeps_its_schema() -> None:
    """The manifest is valid by the schema beside it, lists every file once, with the hash it has."""
    schema = json.loads((FIXTURES / "manifest.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(MANIFEST)
    listed = [entry["file"] for entry in (*MANIFEST["files"], *MANIFEST["about"])]
    there = [
        path.relative_to(FIXTURES).as_posix() for path in FIXTURES.rglob("*") if path.is_file()
    ]
    assert sorted(listed) == sorted(
        path for path in there if path != "manifest.json" and not path.startswith("samples/")
    )
    for entry in MANIFEST["files"]:
        assert (
            hashlib.sha256((FIXTURES / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        )


def test_everything_is_in_it() -> None:
    """Every scenario in both scopes, every breakage, and not more than three megabytes."""
    shown = {
        (entry.get("scenario"), entry.get("scope"))
        for entry in MANIFEST["files"]
        if entry["file"].startswith("scenarios/")
    }
    assert shown == {(name, scope) for name in SCENARIOS for scope in ("default", "service")}
    broken = [
        entry
        for entry in MANIFEST["files"]
        if entry["file"].startswith("breakages/") and entry.get("needs") != "strict"
    ]
    assert len(broken) == len(
        [
            *breakages.breakages(Generator()),
            *breakages.capture_breakages(Generator()),
        ]
    )
    assert any(entry.get("needs") == "strict" for entry in MANIFEST["files"])
    assert sum(path.stat().st_size for path in FIXTURES.rglob("*") if path.is_file()) < 3_000_000


@pytest.mark.parametrize("entry", MANIFEST["files"], ids=lambda entry: entry["file"])
def test_committed_files_have_their_findings(
    entry: dict[str, Any], contract: Contract, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file, read as it was committed, has exactly the findings that the manifest says."""
    raw = (FIXTURES / entry["file"]).read_bytes()
    if entry["kind"] == "capture":
        arguments = ["--auth-token-env", "TOKEN"] if entry.get("needs") == "auth_token" else []
        monkeypatch.setenv("TOKEN", MANIFEST["auth_token"])
        arguments += ["--format", "json", "--show-values"]
        _, out, _ = run("validate", *arguments, FIXTURES / entry["file"])
        said = [
            {
                name: (each | each["origin"])[name]
                for name in ("rule", "severity", "pointer", "entry")
            }
            for each in json.loads(out)["findings"]
        ]
        assert said == entry["expected"]
        return
    if entry["kind"] == "webhooks":
        for line in raw.splitlines():
            request = json.loads(line)
            parameters = [(each.name, each.value) for each in decode_form(request["body"])]
            assert contract.check(dict(parameters), operation="webhook") == []
            assert verify(
                request["url"], MANIFEST["auth_token"], request["headers"][HEADER], parameters
            )
        return
    if entry.get("needs") == "strict":
        contract = STRICT
    kind = entry["kind"]
    operation = kind
    if entry.get("scope") and kind not in {"webhook", "error"}:
        operation = (
            Generator(contract)
            .vocabulary.operation(kind, in_service=entry["scope"] == "service")
            .id
        )
    found = contract.check(raw, operation=operation)
    assert [
        {"rule": each.rule, "severity": each.severity.value, "pointer": each.pointer}
        for each in found
    ] == entry["expected"]


def test_a_file_that_does_not_prove_itself_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """A breakage that causes something else than it should stops the corpus."""
    wrong = Breakage("schema.type", "/status", "receipt", Example("receipt", {"/status": "queued"}))
    monkeypatch.setattr(
        sys.modules["receiptkit.corpus.corpus"], "breakages", lambda generator: [wrong]
    )
    with pytest.raises(
        UsageError,
        match=r"breakages/schema.type/receipt-status.json: has the findings .*schema.enum",
    ):
        list(corpus(Generator()))


def test_write_and_check(run: Run, tmp_path: Path) -> None:
    """A second run writes the same corpus with its seed; another seed another one; --check writes nothing."""
    code, out, _ = run("fixtures", "write", tmp_path)
    assert (code, out.startswith(f"{tmp_path}: {len(MANIFEST['files']) + 3} files, ")) == (0, True)
    assert run("fixtures", "write", tmp_path, "--check") == (0, "", "")
    assert (tmp_path / "manifest.json").read_bytes() == (FIXTURES / "manifest.json").read_bytes()
    error = tmp_path / "errors" / "404-not-found.json"
    error.unlink()
    assert run("fixtures", "write", tmp_path, "--check") == (1, f"{error}: missing\n", "")
    assert not error.exists()
    assert run("fixtures", "write", tmp_path, "--seed", 1)[0] == 0
    assert run("fixtures", "write", tmp_path, "--seed", 0, "--check")[0] == 1
    for more in ((), ("--seed", 1)):
        assert run("fixtures", "write", tmp_path, *more, "--check") == (0, "", "")
    manifest = (tmp_path / "manifest.json").read_bytes()
    assert run("fixtures", "write", tmp_path)[0] == 0
    assert (tmp_path / "manifest.json").read_bytes() == manifest
    for odd in (b"[]", b'{"seed": true}', b"no JSON"):
        (tmp_path / "manifest.json").write_bytes(odd)
        assert run("fixtures", "write", tmp_path, "--check")[0] == 1


def test_overwrites_changed_files_only_with_force(run: Run, tmp_path: Path) -> None:
    """A changed or foreign file is overwritten with --force only; files beside it are always kept."""
    assert run("fixtures", "write", tmp_path)[0] == 0
    mine, theirs = tmp_path / "errors" / "404-not-found.json", tmp_path / "notes.txt"
    mine.write_text("changed")
    theirs.write_text("notes")
    code, out, err = run("fixtures", "write", tmp_path)
    assert (code, out) == (2, "")
    assert err == f"receiptkit: {mine}: changed, or not written by receiptkit; --force overwrites\n"
    assert mine.read_text() == "changed"
    assert run("fixtures", "write", tmp_path, "--force")[0] == 0
    assert mine.read_text() != "changed"
    assert theirs.read_text() == "notes"


def test_files_of_an_earlier_corpus_go(run: Run, tmp_path: Path) -> None:
    """An unchanged file of an earlier manifest is removed, never one outside of the folder."""
    corpus_folder, outside = tmp_path / "corpus", tmp_path / "precious.json"
    assert run("fixtures", "write", corpus_folder)[0] == 0
    for path in (corpus_folder / "errors" / "old.json", outside):
        path.write_text("{}")
    manifest = json.loads((corpus_folder / "manifest.json").read_text())
    sha256 = hashlib.sha256(b"{}").hexdigest()
    manifest["files"] += [
        {"file": "errors/old.json", "sha256": sha256},
        {"file": "../precious.json", "sha256": sha256},
    ]
    (corpus_folder / "manifest.json").write_text(json.dumps(manifest))
    code, out, _ = run("fixtures", "write", corpus_folder, "--check")
    assert (code, f"{corpus_folder}/errors/old.json: no longer generated" in out) == (1, True)
    assert run("fixtures", "write", corpus_folder)[0] == 0
    assert not (corpus_folder / "errors" / "old.json").exists()
    assert outside.read_text() == "{}"


def test_places_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    """A folder that cannot be made is reported in one line, before anything is written."""
    (tmp_path / "errors").write_text("")
    code, out, err = run("fixtures", "write", tmp_path)
    assert (code, out, err) == (
        2,
        "",
        f"receiptkit: {tmp_path / 'errors'}: the folder cannot be made: file exists\n",
    )
    assert all(path.is_dir() or path.name == "errors" for path in tmp_path.rglob("*"))
    assert run("fixtures", "write", "") == (
        2,
        "",
        "receiptkit: DIRECTORY is empty; . is the working directory\n",
    )
    assert run("fixtures", "write", tmp_path, "--seed", 2**64)[0] == 2


@pytest.mark.parametrize(
    "manifest", ["", "[]", "{}", '{"files": 5}', '{"files": [{"file": "x"}], "about": []}', "\x00"]
)
def test_keeps_a_foreign_manifest(run: Run, tmp_path: Path, manifest: str) -> None:
    """A manifest.json of another kind is treated as a foreign file."""
    (tmp_path / "manifest.json").write_text(manifest)
    code, _, err = run("fixtures", "write", tmp_path)
    assert (code, "manifest.json: changed, or not written by receiptkit" in err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]
    assert run("fixtures", "write", tmp_path, "--force")[0] == 0
    assert run("fixtures", "write", tmp_path, "--check")[0] == 0
