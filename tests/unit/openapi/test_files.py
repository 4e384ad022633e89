"""Files beside a document: read by relative path, within its folder, and never from elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from receiptkit import DocumentError
from receiptkit.openapi import document as documents

STATUS = "type: string\nenum: [sent]\n"


def schema_of(path: Path, ref: str) -> Any:
    """Return what the schema `It` of a document is, which is nothing but a reference."""
    path.write_text(
        f"openapi: 3.1.0\ncomponents: {{schemas: {{It: {{$ref: '{ref}'}}, Own: {{type: integer}}}}}}\n"
    )
    schemas = documents.read(path).content["components"]["schemas"]
    return schemas[schemas["It"]["$ref"].rpartition("/")[2]]


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("status.yaml", "status.yaml"),
        ("status.yaml", "./status.yaml#"),
        ("status.yaml", "status.yaml#/"),
        ("deep/er/status.yaml", "deep/er/status.yaml"),
        ("a b.yaml", "a%20b.yaml"),
        ("deep/status.yaml", "other/../deep/status.yaml"),
    ],
)
def test_files_beside_the_document(tmp_path: Path, name: str, ref: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    text = STATUS if not ref.endswith("/") else f"'': {{{STATUS.strip().replace(chr(10), ', ')}}}"
    (tmp_path / name).write_text(text)
    assert schema_of(tmp_path / "mine.yaml", ref) == {"type": "string", "enum": ["sent"]}


def test_files_refer_to_each_other(tmp_path: Path) -> None:
    """Each reference counts from its own file; circles of files are read once."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.yaml").write_text(
        "A: {properties: {b: {$ref: '../b.yaml#/B'}, own: {$ref: '#/Own'}}}\nOwn: {type: number}\n"
    )
    (tmp_path / "b.yaml").write_text(
        "B: {properties: {a: {$ref: 'deep/a.yaml#/A'}, it: {$ref: 'mine.yaml#/components/schemas/Own'}}}\n"
    )
    path = tmp_path / "mine.yaml"
    assert set(schema_of(path, "deep/a.yaml#/A")["properties"]) == {"b", "own"}
    read = documents.read(path)
    assert len(read.content["components"]["schemas"]) == 5
    assert read.raw == b"".join(
        (tmp_path / name).read_bytes() for name in ("mine.yaml", "deep/a.yaml", "b.yaml")
    )


@pytest.mark.parametrize(
    ("ref", "reason"),
    [
        (
            "https://example.com/s.yaml#/S",
            "only files beside the document are read; bundle the document first",
        ),
        (
            "//example.com/s.yaml",
            "only files beside the document are read; bundle the document first",
        ),
        (
            "file:///etc/passwd",
            "only files beside the document are read; bundle the document first",
        ),
        ("../s.yaml", "outside the folder of the document; bundle the document first"),
        ("%2e%2e/s.yaml", "outside the folder of the document; bundle the document first"),
        ("..%2Fs.yaml", "outside the folder of the document; bundle the document first"),
        ("/etc/passwd", "outside the folder of the document; bundle the document first"),
        ("%2Fetc%2Fpasswd", "outside the folder of the document; bundle the document first"),
        ("link.yaml", "outside the folder of the document; bundle the document first"),
        ("gone.yaml#/S", "no such file beside the document"),
        ("folder", "no such file beside the document"),
        ("pipe", "no such file beside the document"),
    ],
)
def test_files_that_are_never_read(tmp_path: Path, ref: str, reason: str) -> None:
    (tmp_path / "s.yaml").write_text(STATUS)
    folder = tmp_path / "api"
    (folder / "folder").mkdir(parents=True)
    (folder / "link.yaml").symlink_to(tmp_path / "s.yaml")
    os.mkfifo(folder / "pipe")
    path = folder / "mine.yaml"
    with pytest.raises(DocumentError) as caught:
        schema_of(path, ref)
    start = f"{path}: `$ref: {ref}` (components/schemas/It): {reason}"
    assert str(caught.value).startswith(start)


def test_a_file_that_is_not_a_document(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("a: [")
    with pytest.raises(DocumentError, match=r"s\.yaml: not YAML at line 2"):
        schema_of(tmp_path / "mine.yaml", "s.yaml")


def test_folders_that_are_links(tmp_path: Path) -> None:
    """A document that is reached through a link has its files beside it all the same."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "s.yaml").write_text(STATUS)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert schema_of(tmp_path / "link" / "mine.yaml", "s.yaml")["enum"] == ["sent"]
