"""Findings of a baseline are counted but not reported, even if they move, until they are gone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from receiptkit.rules.examples import sample

Run = Callable[..., tuple[int, str, str]]
CONFORMING = sample("page")
BAD = json.loads(json.dumps(CONFORMING).replace('"delivered"', '"queued"'))


def lines(*bodies: Any) -> str:
    return "".join(json.dumps(body) + "\n" for body in bodies)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "captures").mkdir()
    (tmp_path / "captures" / "a.ndjson").write_text(lines(BAD, CONFORMING, BAD))
    return tmp_path


def test_known_findings_do_not_fail(project: Path, run: Run) -> None:
    """Findings of the baseline are counted, and the next run passes."""
    assert run("validate", "captures")[0] == 1
    code, out, err = run("validate", "captures", "--write-baseline", "known.json", "-q")
    assert (code, err) == (0, "receiptkit: note: known.json: saved 2 findings as the baseline\n")
    assert (
        out
        == "1 file, 3 observations: 3 judged, 0 unchecked; 0 errors, 0 warnings, 0 info; 2 in the baseline\n"
    )
    code, out, err = run("validate", "captures", "--baseline", "known.json", "--format", "json")
    assert (code, err) == (0, "")
    report = json.loads(out)
    assert (report["findings"], report["summary"]["errors"], report["summary"]["known"]) == (
        [],
        0,
        2,
    )


def test_lines_may_move_and_entries_be_added(project: Path, run: Run) -> None:
    """A finding is recognised by its file, rule and pointer; one more of the same kind is new."""
    run("validate", "captures", "--write-baseline", "known.json")
    path = project / "captures" / "a.ndjson"
    path.write_text(lines(CONFORMING, CONFORMING) + "\n\n" + lines(BAD, CONFORMING, BAD))
    assert run("validate", "captures", "--baseline", "known.json")[0] == 0
    path.write_text(lines(BAD, BAD, BAD))
    code, out, _ = run("validate", "captures", "--baseline", "known.json")
    assert (code, out.splitlines()[0].split()[0]) == (1, "captures/a.ndjson:3:823")


def test_another_rule_or_file_is_new(project: Path, run: Run) -> None:
    """The baseline of one file or rule does not cover another."""
    run("validate", "captures", "--write-baseline", "known.json")
    (project / "captures" / "b.ndjson").write_text(lines(BAD))
    code, out, _ = run("validate", "captures", "--baseline", "known.json", "-q")
    assert (code, out.endswith("1 error, 0 warnings, 0 info; 2 in the baseline\n")) == (1, True)


def test_notes_findings_that_are_gone(project: Path, run: Run) -> None:
    """A note says which findings no longer occur, but not for unchecked files or rules."""
    (project / "b.ndjson").write_text(lines(BAD))
    run("validate", "captures", "b.ndjson", "--write-baseline", "known.json")
    gone = "receiptkit: note: known.json: 2 findings of it no longer occur; --write-baseline known.json removes them\n"
    assert run("validate", "b.ndjson", "--baseline", "known.json")[2] == ""
    (project / "captures" / "a.ndjson").write_text(lines(CONFORMING))
    assert run("validate", "captures", "--baseline", "known.json")[2] == gone
    assert run("validate", "captures", "--baseline", "known.json", "--ignore", "schema.*")[2] == ""
    (project / "captures" / "a.ndjson").unlink()
    assert run("validate", "b.ndjson", "--baseline", "known.json")[2] == gone


def test_paths_are_relative_to_the_baseline(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A baseline applies from any working directory, however the captures are named."""
    (project / "settings").mkdir()
    run("validate", "captures", "--write-baseline", "settings/known.json")
    assert '"file": "../captures/a.ndjson"' in (project / "settings" / "known.json").read_text()
    assert run("validate", project / "captures", "--baseline", "settings/known.json")[0] == 0
    monkeypatch.chdir(project / "captures")
    assert run("validate", "a.ndjson", "--baseline", "../settings/known.json")[0] == 0
    (project / "receiptkit.toml").write_text('baseline = "settings/known.json"')
    assert run("validate", "a.ndjson")[0] == 0


def test_it_holds_no_values(project: Path, run: Run) -> None:
    """A baseline has no captured value, and a stable order, so that it can be committed."""
    run("validate", "captures", "--write-baseline", "known.json")
    text = (project / "known.json").read_text()
    assert "queued" not in text
    assert "DY" not in text
    assert text == (
        '{"version": 2, "known": [\n'
        '{"file": "captures/a.ndjson", "rule": "schema.enum", "pointer": "/delivery_receipts/*/status", '
        '"operation": "ListConversationMessageReceipt", "count": 2}\n]}\n'
    )


@pytest.mark.parametrize("jobs", [1, 2])
def test_with_several_processes(project: Path, run: Run, jobs: int) -> None:
    """The same is known with several processes."""
    (project / "captures" / "b.ndjson").write_text(lines(BAD, BAD))
    run("validate", "captures", "--write-baseline", "known.json", "--jobs", jobs)
    assert run("validate", "captures", "--baseline", "known.json", "--jobs", jobs)[0] == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file; --write-baseline known.json creates it"),
        ("{", "not a baseline of receiptkit: not JSON"),
        ("[]", "not a baseline of receiptkit"),
        ('{"version": 1, "known": [{"file": 3}]}', "not a baseline of receiptkit"),
        ('{"version": 1, "known": 5}', "not a baseline of receiptkit"),
        (
            '{"version": 1, "known": [{"file": "a", "rule": "page.key", "pointer": "/x", "digest": "1", "count": -5}]}',
            "not a baseline of receiptkit",
        ),
        (
            '{"version": 3, "known": []}',
            "a baseline of another version; this receiptkit reads version 1 and 2",
        ),
    ],
)
def test_mistakes(project: Path, run: Run, content: str | None, said: str) -> None:
    """An invalid baseline is one line and exit 2."""
    if content is not None:
        (project / "known.json").write_text(content)
    assert run("validate", "captures", "--baseline", "known.json") == (
        2,
        "",
        f"receiptkit: known.json: {said}\n",
    )


def test_does_not_read_its_own_output(project: Path, run: Run) -> None:
    """A baseline and reports may be in the folder that is checked, and be rewritten."""
    (project / "receiptkit.toml").write_text('baseline = "captures/known.json"\n')
    for _ in range(2):
        code, _, err = run(
            "validate",
            "captures",
            "--write-baseline",
            "captures/known.json",
            "-o",
            "json=captures/report.json",
        )
        assert (code, err) == (
            0,
            "receiptkit: note: captures/known.json: saved 2 findings as the baseline\n",
        )
    code, out, err = run(
        "validate", "captures", "--fail-on", "info", "-o", "json=captures/report.json", "-q"
    )
    assert (code, err) == (0, "")
    assert (
        out
        == "1 file, 3 observations: 3 judged, 0 unchecked; 0 errors, 0 warnings, 0 info; 2 in the baseline\n"
    )


def test_a_report_does_not_go_where_the_baseline_is(project: Path, run: Run) -> None:
    """A report never overwrites the baseline."""
    run("validate", "captures", "--write-baseline", "known.json")
    kept = (project / "known.json").read_bytes()
    for arguments in (
        ("--baseline", "known.json", "-o", "./known.json"),
        ("--write-baseline", "known.json", "-o", "json=known.json"),
    ):
        code, out, err = run("validate", "captures", *arguments)
        assert (code, out) == (2, "")
        assert (
            err
            == f"receiptkit: -o {arguments[3].removeprefix('json=')}: this is the baseline; it is never overwritten\n"
        )
    assert (project / "known.json").read_bytes() == kept


def test_a_file_name_in_no_charset(project: Path, run: Run) -> None:
    """Names of files are bytes, and are kept as such."""
    (project / "captures" / "a.ndjson").rename(project / "captures" / os.fsdecode(b"e\xff.ndjson"))
    for _ in range(2):
        assert run("validate", "captures", "--write-baseline", "known.json")[0] == 0
    assert run("validate", "captures", "--baseline", "known.json")[0] == 0


def test_a_folder_that_is_not_there(project: Path, run: Run) -> None:
    """The error of a missing folder names the option."""
    err = run("validate", "captures", "--write-baseline", "nowhere/known.json")[2]
    assert err == "receiptkit: --write-baseline nowhere/known.json: no such file or directory\n"


def test_captures_are_not_overwritten(project: Path, run: Run) -> None:
    """A baseline never takes the place of a capture."""
    code, _, err = run("validate", "captures/a.ndjson", "--write-baseline", "captures/a.ndjson")
    expected = "receiptkit: --write-baseline captures/a.ndjson: this is one of the captures; it is never overwritten\n"
    assert (code, err) == (2, expected)
    assert json.loads((project / "captures" / "a.ndjson").read_text().splitlines()[0]) == BAD


def test_a_baseline_overwrites_only_a_baseline(project: Path, run: Run) -> None:
    """Other files are kept, and a run that could not check everything writes no baseline."""
    (project / "notes.json").write_text("{}")
    code, _, err = run("validate", "captures", "--write-baseline", "notes.json")
    assert (code, err) == (
        2,
        "receiptkit: --write-baseline notes.json: this file exists, and is not a baseline; --force overwrites it\n",
    )
    assert (project / "notes.json").read_text() == "{}"
    code, _, err = run("validate", "captures", "nothing.json", "--write-baseline", "known.json")
    assert (code, err) == (2, "receiptkit: nothing.json: no such file or directory\n")
    assert not (project / "known.json").exists()
    for _ in range(2):
        assert run("validate", "captures", "--write-baseline", "known.json")[0] == 0


def test_numbers_in_a_message_do_not_matter(project: Path, run: Run) -> None:
    """A finding stays known when its message changes, as with the number of rows, or with a release."""
    path = project / "captures" / "a.ndjson"
    full = {**CONFORMING, "delivery_receipts": CONFORMING["delivery_receipts"] * 2}
    full["meta"] = json.loads(json.dumps(full["meta"]).replace("PageSize=50", "PageSize=1")) | {
        "page_size": 1
    }
    path.write_text(lines(full))
    run("validate", "captures", "--write-baseline", "known.json")
    full["delivery_receipts"] *= 2
    path.write_text(lines(full))
    found = [
        line
        for line in run("validate", "captures", "--baseline", "known.json")[1].splitlines()
        if "too-many-rows" in line
    ]
    assert found == []


def test_a_baseline_of_0_1_0_is_read(project: Path, run: Run) -> None:
    """Baselines of version 1 hold messages, which may have been reworded since; findings that differ in it alone add up."""
    entry = {
        "file": "captures/a.ndjson",
        "rule": "schema.enum",
        "pointer": "/delivery_receipts/*/status",
        "operation": "ListConversationMessageReceipt",
    }
    known = [{**entry, "message": text, "count": 1} for text in ("is not read", "another")]
    (project / "known.json").write_text(json.dumps({"version": 1, "known": known}))
    code, out, err = run("validate", "captures", "--baseline", "known.json", "-q")
    assert (code, err, out.endswith("; 2 in the baseline\n")) == (0, "", True)


def test_a_baseline_holds_no_unknown_names(project: Path, run: Run) -> None:
    """A name that the contract does not know is masked; a baseline of 0.1.0 that holds it is read."""
    path = project / "captures" / "a.ndjson"
    path.write_text(lines({**sample("receipt"), "Mr and Mrs Doe": 1}))
    run("validate", "captures", "--profile", "strict", "--write-baseline", "known.json")
    text = (project / "known.json").read_text()
    assert "Doe" not in text
    assert "/<name, 14 characters>" in text
    arguments = ("--profile", "strict", "--baseline", "known.json", "--fail-on", "info")
    code, _, err = run("validate", "captures", *arguments)
    assert (code, err) == (0, "")
    (project / "known.json").write_text(text.replace("<name, 14 characters>", "Mr and Mrs Doe"))
    assert run("validate", "captures", *arguments)[0] == 0


def test_force_overwrites_another_file(project: Path, run: Run) -> None:
    """With --force, a file that is no baseline is replaced by one."""
    (project / "notes.json").write_text("{}")
    assert run("validate", "captures", "--write-baseline", "notes.json", "--force")[0] == 0
    assert run("validate", "captures", "--baseline", "notes.json")[0] == 0


def test_a_baseline_without_end_is_refused(run: Run) -> None:
    """A device is not read for ever."""
    code, out, err = run("validate", "fixtures/samples", "--baseline", "/dev/zero")
    assert (code, out) == (2, "")
    assert (
        err
        == "receiptkit: /dev/zero: larger than 67,108,864 bytes; --limit baseline=N allows more\n"
    )
