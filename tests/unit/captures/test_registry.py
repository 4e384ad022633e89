"""Formats describe themselves, are found by being there, and fill the table in the documentation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import formats_page
from conftest import ROOT
from receiptkit.captures.formats import formats

MODULE = '''"""Lines of semicolons."""

from receiptkit.captures.format import Format
from receiptkit.captures.observation import Observation
from receiptkit.captures.records import PlacedRecord
from receiptkit.model.exchange import WebhookRequest
from receiptkit.model.location import Position


def recognise(name, head):
    return "it begins with new;" if head.startswith(b"new;") else ""


def read(stream, name, limits):
    for entry, line in enumerate(stream):
        record = PlacedRecord(Position(entry + 1, 5), {}, literal=True)
        yield Observation(entry, record, WebhookRequest(body=line[4:].strip()), rule="a new rule")


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
