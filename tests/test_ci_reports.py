"""The reports for CI servers: annotations of GitHub Actions, JUnit's XML."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from conftest import receipt
from receiptkit.rules.examples import sample

Run = Callable[..., tuple[int, str, str]]
COMMAND = re.compile(r"::(error|warning|notice) ((?:\w+=[^:,\n]*,?)+)::(.*)")


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A page with three receipts queued, and an unread link."""
    page = sample("page")
    page["delivery_receipts"] = [{**receipt(f"DY{n:032x}"), "status": "queued"} for n in range(1, 4)]
    page["meta"]["previous_page_url"] = page["meta"]["url"]
    path = tmp_path / "a,b: 100%.json"
    path.write_text(json.dumps(page, indent=1))
    return path


def test_github(run: Run, bad: Path) -> None:
    """Each finding is a workflow command with file, line, column and title; equal ones are grouped; nothing breaks out of its line."""
    code, out, _ = run("validate", "--format", "github", bad)
    assert code == 1
    *commands, summary, _ = out.splitlines()
    assert summary.startswith("1 file, 1 observation")
    found = []
    for line in commands:
        match = COMMAND.fullmatch(line)
        assert match is not None, line
        properties = dict(part.split("=") for part in match[2].split(","))
        assert unquote(properties["file"]) == str(bad)
        found.append((match[1], properties["title"], int(properties["line"]) > 1))
        assert properties["col"].isdecimal()
    assert sorted(found) == [
        ("error", "receiptkit schema.enum", True),
        ("warning", "receiptkit page.previous-on-first", True),
    ]
    assert "(3 times)%0Ahint: `queued`" in out
    assert len(run("validate", "--format", "github", "-v", bad)[1].splitlines()) == 5


def test_github_takes_no_commands_from_captures(run: Run, tmp_path: Path) -> None:
    """What stands in a capture, or in its name, cannot become a workflow command."""
    path = tmp_path / "x\n::error::y.json"
    path.write_text(json.dumps({**sample("receipt"), "a\n::set-output name=x::y": 1}))
    _, out, err = run("validate", "--profile", "strict", "--format", "github", path)
    assert not [line for line in (out + err).splitlines() if line.startswith("::") and not line.startswith("::error file=")]


def test_junit(run: Run, bad: Path, tmp_path: Path) -> None:
    """Errors are failures with type, message and place; warnings pass and say so; the counts and unreadable files are cases, too."""
    broken = tmp_path / "broken.gz"
    broken.write_bytes(b"\x1f\x8b\x08\x00")
    code, out, _ = run("validate", "--format", "junit", bad, broken)
    assert code == 2
    (suite,) = ET.fromstring(out).findall("testsuite")
    failures = [(case.get("classname"), failure.get("type")) for case in suite for failure in case.findall("failure")]
    assert failures == [(str(bad), "schema.enum")]
    passed = [case.findtext("system-out") or "" for case in suite if case.find("system-out") is not None]
    assert len(passed) == 1
    assert "warning page.previous-on-first" in passed[0]
    assert [case.find("error") is not None for case in suite][-1]
    assert len({case.get("name") for case in suite}) == len(list(suite))


def test_junit_is_xml_whatever_the_capture_holds(run: Run, tmp_path: Path) -> None:
    """Control characters, markup and lone surrogates in names leave the report well-formed."""
    path = tmp_path / "odd.json"
    path.write_text(json.dumps({**sample("receipt"), "<b>\x00\x0b\ufffe\ud800&]]>\"'": 1}))
    _, out, _ = run("validate", "--profile", "strict", "--format", "junit", path)
    assert len(ET.fromstring(out).findall(".//failure")) >= 1


def test_nothing_to_say(run: Run) -> None:
    """A capture that conforms is a suite that passes, and no annotation."""
    _, out, _ = run("validate", "--format", "junit", "fixtures/samples/conforming.ndjson")
    assert ET.fromstring(out).findall(".//failure") == []
    assert len(ET.fromstring(out).findall(".//testcase")) == 1
    assert "::" not in run("validate", "--format", "github", "fixtures/samples/conforming.ndjson")[1]
