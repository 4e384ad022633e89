"""Formats describe themselves, are found by being there, and fill the table in the documentation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import formats_page
from conftest import ROOT
from receiptkit.captures.format import beginning
from receiptkit.captures.formats import _WITHOUT_BRACE, formats

MODULE = '''"""Lines of semicolons."""

from receiptkit.captures.format import Format
from receiptkit.captures.observation import Observation
from receiptkit.captures.records import text_record
from receiptkit.model.exchange import WebhookRequest
from receiptkit.model.location import Position


def recognise(name, head):
    return "it begins with new;" if head.startswith(b"new;") else ""


def read(stream, name, limits):
    for entry, line in enumerate(stream):
        body = line[4:].strip()
        record = text_record(body.decode(), Position(entry + 1, 5))
        yield Observation(entry, record, WebhookRequest(body=body), rule="a new rule")


FORMAT = Format("new", "a new format", "a new format", recognise, read)
'''


def test_names_are_unique() -> None:
    """No two formats have one name, and each says what it is."""
    names = [each.name for each in formats()]
    assert len(names) == len(set(names))
    assert all(each.title and each.description for each in formats())


def test_the_documentation_has_every_format() -> None:
    """The tables in docs/formats.md are those of the registry."""
    assert formats_page.FILE.read_text() == formats_page.page()


def test_no_format_is_passed_over() -> None:
    """Modules that are not imported for a file that begins with a brace recognise none."""
    heads = {
        raw
        for folder in (ROOT / "fixtures", ROOT / "tests")
        for path in folder.rglob("*")
        if path.is_file() and beginning(raw := path.read_bytes()[:4096]).startswith(b"{")
    }
    assert len(heads) > 100
    others = [each for each in formats() if each not in formats(_WITHOUT_BRACE)]
    assert len(others) > 10
    assert not [each.name for each in others if any(each.evidence("a", head) for head in heads)]


def test_a_format_is_one_module(tmp_path: Path) -> None:
    """A module that is added is tried, read, explained, offered by `--as`, and in the table; no other file changes."""
    package = tmp_path / "receiptkit"
    shutil.copytree(
        ROOT / "toolkit" / "receiptkit", package, ignore=shutil.ignore_patterns("__pycache__")
    )
    if (ROOT / "spec").is_dir() and not (package / "_spec").exists():
        shutil.copytree(ROOT / "spec", package / "_spec")
    (package / "captures" / "formats" / "new.py").write_text(MODULE)
    capture = tmp_path / "capture"
    capture.write_text("new;EventType=onDeliveryUpdated&Status=queued\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    def call(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "receiptkit", "validate", *arguments],
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
            check=False,
        ).stdout

    out = call("-v", str(capture))
    assert "capture:1:40 /Status error schema.enum" in out
    assert "read as new: it begins with new;; a new rule (1)" in out
    assert "new" in call("--help")
