"""Scrubbed captures: the same findings in every format, nothing left, nothing changed twice."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from proofs import wrapping
from proofs.test_formats import broken_page
from receiptkit.rules.examples import sample
from receiptkit.scrubbing.files import Scrubber

Report = Callable[..., dict[str, Any]]
_SIDS = re.compile(rb"(?<![0-9a-fA-F])[A-Z]{2}[0-9a-f]{32}(?![0-9a-fA-F])")
#: Read only by packages of their own.
_BINARY = () if find_spec("pyarrow") else (".parquet",)


def found(report: dict[str, Any]) -> tuple[list[Any], Any]:
    """Return the findings of a report, without credentials, which scrubbing removes."""
    findings = [
        (each["rule"], each["severity"], each["pointer"], each["origin"]["entry"])
        for each in report["findings"]
        if each["rule"] != "capture.secret"
    ]
    summary = report["summary"]
    return sorted(findings), (summary["checked"], summary["unchecked_reasons"])


def hold(path: Path, report: Report) -> bool:
    """Scrub a file in place, and compare its findings with those before; return True if it changed."""
    raw, before = path.read_bytes(), report(path)
    scrubbed = Scrubber(b"k" * 32).scrub(raw, str(path))
    path.write_bytes(scrubbed)
    assert found(report(path)) == found(before), path.name
    assert Scrubber(b"z" * 32).scrub(scrubbed, str(path)) == scrubbed, path.name
    left = {sid for sid in _SIDS.findall(raw) if len(set(sid[2:])) > 1 and sid in scrubbed}
    assert not left, path.name
    return scrubbed != raw


def wrapped() -> Iterator[tuple[str, str, bytes]]:
    """A page and a webhook with something wrong, in every format."""
    page = broken_page()
    text = json.dumps(page, indent=2, ensure_ascii=False)
    for name, wrap in wrapping.WRAPPED.items():
        yield name, "capture", wrap(page["meta"]["url"], 200, text)
    webhook = {**sample("webhook")["params"], "Status": "queued", "ClientIdentity": "é & =+"}
    for name, of in wrapping.WEBHOOKS.items():
        yield name, "capture.log" if name == "log" else "capture", of(webhook)


@pytest.mark.parametrize(
    ("name", "file", "raw"),
    list(wrapped()),
    ids=lambda value: value if isinstance(value, str) else "-",
)
def test_every_format(tmp_path: Path, report: Report, name: str, file: str, raw: bytes) -> None:
    """Scrubbing keeps every finding, and replaces every SID."""
    (tmp_path / file).write_bytes(raw)
    assert hold(tmp_path / file, report), name


def test_samples_of_other_people(reference: Path, tmp_path: Path, report: Report) -> None:
    """Captures, and files of tools, say the same after they are scrubbed."""
    changed = 0
    for folder in (ROOT / "fixtures" / "samples", reference / "captured", reference / "wrappers"):
        for source in sorted(folder.rglob("*")):
            if source.is_file() and source.suffix not in _BINARY:
                path = tmp_path / source.name
                path.write_bytes(source.read_bytes())
                changed += hold(path, report)
                path.unlink()
    assert changed > 100
