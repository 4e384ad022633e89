"""A comment in a capture suppresses findings by their rules: counted, listed, never in silence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import traffic
from conftest import ROOT
from receiptkit.captures import Limits, Source
from receiptkit.captures.suppressions import Suppression

Run = Callable[..., tuple[int, str, str]]
SAMPLES = ROOT / "fixtures" / "samples"


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    """The recorded sample; its webhook is wrong on purpose, and a failure has no code."""
    lines = (SAMPLES / "recorded.yaml").read_text().splitlines(keepends=True)
    _, page, webhook = (n for n, line in enumerate(lines) if line.startswith("- request"))
    lines[webhook] = f"# receiptkit: ignore[webhook.field-name] the old logger\n{lines[webhook]}"
    lines[page] = "- request: # receiptkit: ignore[receipt.failure-without-code, page.key]\n"
    path = tmp_path / "cassettes" / "recorded.yaml"
    path.parent.mkdir()
    path.write_text("".join(lines))
    return path


def report(run: Run, *arguments: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("validate", *arguments, "--format", "json")[1])
    return found


@pytest.mark.parametrize("options", [(), ("--no-bulk",), ("--jobs", 2), ("--join",)])
def test_they_are_counted_and_do_not_fail(
    run: Run, cassette: Path, options: tuple[object, ...]
) -> None:
    code, out, _ = run("validate", cassette.parent, "--fail-on", "warning", *options)
    assert code == 0
    assert "webhook.field-name" not in out
    assert "0 errors, 0 warnings, 1 info; 2 suppressed\n" in out
    assert f"info: {cassette}:18: ignore[page.key] matches no finding\n" in out


def test_they_are_listed(run: Run, cassette: Path) -> None:
    """`--list-suppressed`, `-v` and JSON name place, rule, comment and reason."""
    line = r":75:\d+ suppressed error webhook\.field-name \(by line 73\): the old logger\n"
    for option in ("--list-suppressed", "-v"):
        assert re.search(line, run("validate", cassette, option)[1])
    assert "the old logger" not in run("validate", cassette)[1]
    found = report(run, cassette)
    assert [(each["rule"], each["comment_line"]) for each in found["suppressed"]] == [
        ("receipt.failure-without-code", 18),
        ("webhook.field-name", 73),
    ]
    assert found["suppressed"][1]["reason"] == "the old logger"
    assert found["unused_suppressions"] == [{"file": str(cassette), "line": 18, "rule": "page.key"}]
    assert (found["summary"]["suppressed"], found["summary"]["errors"]) == (2, 0)


def test_a_rule_that_is_not_reported_is_not_missed(run: Run, cassette: Path) -> None:
    """A comment for an ignored rule is no mistake; one for an unknown rule always is."""
    assert report(run, cassette, "--ignore", "page.*")["unused_suppressions"] == []
    cassette.write_text(cassette.read_text().replace("page.key", "page.kye"))
    out = run("validate", cassette, "--ignore", "page.*")[1]
    assert "ignore[page.kye] names no rule" in out


def test_the_baseline_does_not_hold_them(run: Run, cassette: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "known.json"
    run("validate", cassette, "--write-baseline", baseline)
    assert "webhook.field-name" not in baseline.read_text()
    found = report(run, cassette, "--baseline", baseline)["summary"]
    assert (found["known"], found["suppressed"], found["infos"]) == (1, 2, 0)


def test_findings_between_observations(run: Run, tmp_path: Path) -> None:
    """A comment above the later line suppresses its contradiction with an earlier one."""
    capture = tmp_path / "capture.ndjson"
    breakage = ROOT / "fixtures" / "breakages" / "timeline.after-terminal" / "capture.ndjson"
    first, second = breakage.read_text().splitlines(keepends=True)
    capture.write_text(f"{first}# receiptkit: ignore[timeline.after-terminal] known\n{second}")
    code, out, _ = run("validate", capture, "--fail-on", "info")
    assert (code, out.count("; 1 suppressed")) == (0, 1)


@pytest.mark.parametrize("options", [(), ("--no-bulk",), ("--jobs", 2)])
def test_an_unused_one_among_many_clean_lines(
    run: Run, tmp_path: Path, options: tuple[object, ...]
) -> None:
    made = traffic.Traffic(1)
    lines = [json.dumps(made.receipt()) + "\n" for _ in range(400)]
    lines.insert(300, "# receiptkit: ignore[schema.enum] no longer\n")
    path = tmp_path / "clean.ndjson"
    path.write_text("".join(lines))
    code, out, _ = run("validate", path, *options)
    assert code == 0
    assert f"info: {path}:301: ignore[schema.enum] matches no finding\n" in out


def test_a_clean_file_without_comments_is_read_once(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []

    def search(source: Source, _: Limits) -> list[Suppression]:
        searched.append(Path(source.name).name)
        return []

    monkeypatch.setattr("receiptkit.validation.suppressing.suppressions_in", search)
    made = traffic.Traffic(1)
    lines = [json.dumps(made.receipt()) + "\n" for _ in range(60)]
    (tmp_path / "clean.ndjson").write_text("".join(lines))
    (tmp_path / "commented.ndjson").write_text("".join([lines[0], "# a comment\n", *lines[1:]]))
    assert run("validate", tmp_path / "clean.ndjson", tmp_path / "commented.ndjson")[0] == 0
    assert searched == ["commented.ndjson"]


def test_a_har(run: Run, tmp_path: Path) -> None:
    """The comment of an entry holds for this entry only."""
    har = tmp_path / "a.har"
    run("generate", "all-delivered", "--as", "har", "-o", har)
    document = json.loads(har.read_text())
    entries = document["log"]["entries"]
    contents = [each["response"]["content"] for each in entries]
    status = re.compile(r'("status": ?)"(?:delivered|read)"')
    wrong = next(n for n, held in enumerate(contents) if status.search(held.get("text", "")))
    contents[wrong]["text"] = status.sub(r'\1"queued"', contents[wrong]["text"], count=1)

    def summary_with(entry: int) -> dict[str, Any]:
        for number, each in enumerate(entries):
            each["comment"] = "receiptkit: ignore[schema.enum]" if number == entry else ""
        har.write_text(json.dumps(document))
        return report(run, har, "--select", "schema.enum")

    found = summary_with(wrong)
    assert (found["summary"]["suppressed"], found["unused_suppressions"]) == (1, [])
    found = summary_with(wrong - 1)
    assert (found["summary"]["suppressed"], len(found["unused_suppressions"])) == (0, 1)


def test_the_job_summary_counts_them(run: Run, cassette: Path) -> None:
    out = run("validate", cassette, "--format", "markdown")[1]
    assert "1 unchecked; 2 suppressed." in out
    assert "matches no finding" in out
