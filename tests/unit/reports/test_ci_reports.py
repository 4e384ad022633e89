"""The reports for CI servers: annotations of GitHub Actions, JUnit's XML."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator

from conftest import ROOT, receipt
from receiptkit.rules.examples import sample

Run = Callable[..., tuple[int, str, str]]
COMMAND = re.compile(r"::(error|warning|notice) ((?:\w+=[^:,\n]*,?)+)::(.*)")


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A page with three receipts queued, and an unread link."""
    page = sample("page")
    page["delivery_receipts"] = [
        {
            **receipt(f"DY{n:032x}"),
            "status": "queued",
            "participant_sid": f"MB{n:032x}",
            "channel_message_sid": f"SM{n:032x}",
        }
        for n in range(1, 4)
    ]
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
    """No text of a capture, nor its name, becomes a workflow command."""
    path = tmp_path / "x\n::error::y.json"
    path.write_text(json.dumps({**sample("receipt"), "a\n::set-output name=x::y": 1}))
    _, out, err = run("validate", "--profile", "strict", "--format", "github", path)
    assert not [
        line
        for line in (out + err).splitlines()
        if line.startswith("::") and not line.startswith("::error file=")
    ]


def test_junit(run: Run, bad: Path, tmp_path: Path) -> None:
    """Errors are failures with type, message and place; warnings pass and say so; the counts and unreadable files are cases, too."""
    broken = tmp_path / "broken.gz"
    broken.write_bytes(b"\x1f\x8b\x08\x00")
    code, out, _ = run("validate", "--format", "junit", bad, broken)
    assert code == 2
    (suite,) = ET.fromstring(out).findall("testsuite")
    failures = [
        (case.get("classname"), failure.get("type"))
        for case in suite
        for failure in case.findall("failure")
    ]
    assert failures == [(str(bad), "schema.enum")]
    passed = [
        case.findtext("system-out") or "" for case in suite if case.find("system-out") is not None
    ]
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
    (case,) = ET.fromstring(out).findall(".//testcase")
    assert (case.get("name") or "").startswith("1 file, ")
    assert (
        "::" not in run("validate", "--format", "github", "fixtures/samples/conforming.ndjson")[1]
    )


# -- SARIF


@pytest.fixture(scope="module")
def sarif_schema() -> dict[str, Any]:
    """The JSON Schema of SARIF 2.1.0, as a package of its makers for Node.js has it."""
    packages = Path(sys.prefix) / "node" / "node_modules"
    path = packages / "@microsoft" / "jest-sarif" / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json"
    if not path.exists():
        pytest.skip("the schema of SARIF comes with a package for Node.js, which is not installed")
    schema: dict[str, Any] = json.loads(path.read_text())
    return schema


def sarif(run: Run, *arguments: object) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(run("validate", "--format", "sarif", *arguments)[1])
    return said


def test_sarif_keeps_its_schema(
    run: Run, bad: Path, sarif_schema: dict[str, Any], tmp_path: Path
) -> None:
    """The report is valid by the schema of SARIF 2.1.0, with any finding or problem."""
    broken = tmp_path / "broken.gz"
    broken.write_bytes(b"\x1f\x8b damaged")
    corpus = ROOT / "fixtures"
    validator = Draft4Validator(sarif_schema)
    for arguments in (
        [bad],
        [corpus],
        [bad, broken, tmp_path / "nothing"],
        [corpus / "samples" / "recorded.yaml", "--show-values"],
    ):
        validator.validate(sarif(run, *arguments))


def test_sarif(run: Run, bad: Path) -> None:
    """Each finding is a result at its place in the capture, and its rule has a help text."""
    said = sarif(run, bad)["runs"][0]
    first = said["results"][0]
    assert said["columnKind"] == "unicodeCodePoints"
    assert (first["ruleId"], first["level"]) == ("page.previous-on-first", "warning")
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == bad.as_uri()
    assert place["region"]["startLine"] > 1
    assert first["locations"][0]["logicalLocations"] == [
        {"fullyQualifiedName": "/meta/previous_page_url"}
    ]
    rules = said["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in said["results"]] == [
        result["ruleId"] for result in said["results"]
    ]
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)
    queued = [result for result in said["results"] if result["ruleId"] == "schema.enum"]
    assert len({result["partialFingerprints"]["receiptkit/v2"] for result in queued}) == 1
    assert said["invocations"][0]["executionSuccessful"] is True


def test_sarif_paths(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is a reference that code scanning can resolve, with any characters."""
    monkeypatch.chdir(tmp_path)
    Path("a b").mkdir()
    Path("a b/ü%.json").write_text("{")
    result = sarif(run, "./a b/ü%.json")["runs"][0]["results"][0]
    assert (
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        == "a%20b/%C3%BC%25.json"
    )


def test_sarif_says_what_could_not_be_read(run: Run, tmp_path: Path) -> None:
    """A file that could not be read makes the invocation unsuccessful."""
    invocation = sarif(run, tmp_path / "nothing.json")["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert "no such file" in invocation["toolExecutionNotifications"][0]["message"]["text"]


# -- several at once


def test_several_reports(run: Run, bad: Path, tmp_path: Path) -> None:
    """Each of several reports is the same as alone."""
    alone = {
        name: run("validate", "--format", name, bad)[1]
        for name in ("text", "json", "junit", "sarif", "github", "ndjson")
    }
    more = [
        part for name in alone if name != "github" for part in ("-o", f"{name}={tmp_path / name}")
    ]
    code, out, _ = run("validate", "--format", "github", *more, bad)
    assert (code, out) == (1, alone["github"])
    assert {name: (tmp_path / name).read_text() for name in alone if name != "github"} == {
        name: text for name, text in alone.items() if name != "github"
    }
    assert (
        run(
            "validate",
            "--format",
            "json",
            "-o",
            tmp_path / "main.json",
            "-o",
            f"text={tmp_path / 'main.txt'}",
            bad,
        )[1]
        == ""
    )
    assert (tmp_path / "main.json").read_text() == alone["json"]


@pytest.mark.parametrize("name", ["sairf", "SARIF", "juint"])
def test_a_report_that_is_misspelt(
    run: Run, bad: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A misspelt format is refused; `./` makes it a file name."""
    monkeypatch.chdir(tmp_path)
    code, out, err = run("validate", "-o", f"{name}=report", bad)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert re.match(
        f"receiptkit: -o {name}=report: unknown report format '{name}'; did you mean (sarif|junit)\\?",
        err,
    )
    assert not (tmp_path / f"{name}=report").exists()
    path = f"./{name}=report"
    assert run("validate", "-o", path, bad)[:2] == (1, "")
    assert (tmp_path / path).exists()


def test_two_reports_do_not_share_a_place(run: Run, bad: Path, tmp_path: Path) -> None:
    """Two reports for one place, and two main reports, are refused in a line."""
    path = tmp_path / "report"
    code, out, err = run("validate", "-o", f"json={path}", "-o", f"sarif={path}", bad)
    assert (code, out, err) == (
        2,
        "",
        f"receiptkit: -o {path}: two reports would be written there\n",
    )
    code, _, err = run("validate", "-o", path, "-o", tmp_path / "other", bad)
    assert code == 2
    assert err.startswith(
        f"receiptkit: -o {tmp_path / 'other'}: there is already a report in text; use -o FORMAT=FILE for another (github, "
    )
    assert not path.exists()
