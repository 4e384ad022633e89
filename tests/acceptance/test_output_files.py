"""Commands never overwrite a file that they read, or that receiptkit did not write."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from receiptkit import reports
from receiptkit.openapi.document import spec_directory
from receiptkit.rules.examples import sample

Run = Callable[..., tuple[int, str, str]]
FORMATS = reports.names()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a capture in a folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "captures").mkdir()
    (tmp_path / "captures" / "x.json").write_text(json.dumps(sample("page")))
    return tmp_path


def refused(result: tuple[int, str, str], words: str) -> None:
    """Hold a result against a refusal in one line."""
    code, _, err = result
    *notes, line = err.splitlines()
    assert code == 2
    assert all(note.startswith("receiptkit: note: ") for note in notes)
    assert words in line


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("source", ["captures", "captures/x.json"])
@pytest.mark.parametrize("target", ["captures/x.json", "captures/../captures/x.json", "hard.json"])
@pytest.mark.parametrize("option", ["-o", "--write-baseline"])
def test_a_capture_is_never_replaced(
    folder: Path, run: Run, force: list[str], source: str, target: str, option: str
) -> None:
    """A capture, named or found in a folder, under any of its names, stays, also with --force."""
    capture = folder / "captures" / "x.json"
    os.link(capture, folder / "hard.json")
    before = capture.read_bytes()
    refused(run("validate", source, option, target, *force), "this is one of the captures")
    assert capture.read_bytes() == before


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize(
    ("arguments", "target", "noun"),
    [
        (["--document", "doc.json"], "doc.json", "the document"),
        (["--config", "own.toml"], "own.toml", "the settings file"),
        ([], "receiptkit.toml", "the settings file"),
        (["--baseline", "known.json"], "known.json", "the baseline"),
    ],
)
def test_never_overwrites_its_inputs(
    folder: Path, run: Run, force: list[str], arguments: list[str], target: str, noun: str
) -> None:
    """The document, settings and baseline are never overwritten, even with --force."""
    (folder / "doc.json").write_bytes((spec_directory() / "documented.json").read_bytes())
    (folder / "own.toml").write_text('profile = "strict"\n')
    (folder / "receiptkit.toml").write_text('profile = "strict"\n')
    (folder / "known.json").write_text('{"version": 2, "known": []}')
    before = (folder / target).read_bytes()
    refused(run("validate", "captures", *arguments, "-o", target, *force), f"this is {noun};")
    assert (folder / target).read_bytes() == before


@pytest.mark.parametrize("format_", FORMATS)
def test_only_a_report_of_the_same_format_is_replaced(folder: Path, run: Run, format_: str) -> None:
    """An earlier report is replaced, and so is an empty file; anything else needs --force."""
    bad = json.dumps(sample("page")).replace('"delivered"', '"queued"')
    (folder / "bad.json").write_text(bad)
    report = folder / "report"
    report.touch()
    for capture in ("bad.json", "captures/x.json", "bad.json"):
        assert run("validate", capture, "-o", f"{format_}=report")[0] in (0, 1)
    alike = {"text", "github"}
    for other in FORMATS:
        if other != format_ and {other, format_} != alike:
            result = run("validate", "bad.json", "-o", f"{other}=report")
            refused(result, f"exists, and is not a report in {other}; --force overwrites it")
    report.write_text("notes of mine\n")
    refused(run("validate", "bad.json", "-o", f"{format_}=report"), "--force")
    assert report.read_text() == "notes of mine\n"
    assert run("validate", "bad.json", "-o", f"{format_}=report", "--force")[0] == 1
    assert report.read_text() != "notes of mine\n"


@pytest.mark.parametrize(
    ("arguments", "noted"),
    [
        (["-o", "out.json"], True),
        (["-o", "out.json", "--format", "json"], False),
        (["-o", "json=out.json"], False),
        (["-o", "out.txt"], False),
    ],
)
def test_a_report_in_text_with_the_name_of_another_is_noted(
    folder: Path, run: Run, arguments: list[str], noted: bool
) -> None:
    """The note says how to write the other format."""
    code, _, err = run("validate", *arguments, "captures")
    note = "receiptkit: note: -o out.json: this is a report in text; -o json=out.json writes json\n"
    assert code == 0
    assert (note in err) is noted
    assert "a report in text" not in err.replace(note, "")


@pytest.mark.parametrize("target", ["folder", "nowhere/report"])
def test_a_place_that_cannot_be_written(folder: Path, run: Run, target: str) -> None:
    """A folder, or a file in a folder that is not there, is one line."""
    (folder / "folder").mkdir()
    refused(run("validate", "captures", "-o", target), f"-o {target}: ")


@pytest.mark.parametrize("name", ["generate", "trigger", "fixtures"])
def test_no_command_writes_through_a_link(folder: Path, run: Run, name: str) -> None:
    """A link to a file or folder is refused, also one that leads nowhere yet."""
    mine = folder / "mine"
    mine.mkdir()
    (folder / "link").symlink_to(mine / "file")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "errors").symlink_to(mine)
    arguments = {
        "generate": ["generate", "landline", "-o", "link", "--force"],
        "trigger": [
            *("trigger", "landline", "--to", "http://127.0.0.1:1/", "--dry-run"),
            *("--collect", "link", "--force"),
        ],
        "fixtures": ["fixtures", "write", "corpus", "--force"],
    }[name]
    refused(run(*arguments), "a link")
    assert not list(mine.iterdir())


def test_collected_requests_replace_only_their_kind(folder: Path, run: Run) -> None:
    """`trigger --collect` overwrites its own files, and others only with --force."""
    command = ["trigger", "landline", "--to", "http://127.0.0.1:1/", "--dry-run"]
    for _ in range(2):
        assert run(*command, "--collect", "sent.ndjson")[0] == 0
    notes = folder / "notes.txt"
    notes.write_text("mine\n")
    refused(run(*command, "--collect", "notes.txt"), "is not requests of --collect; --force")
    assert notes.read_text() == "mine\n"
    assert run(*command, "--collect", "notes.txt", "--force")[0] == 0
    assert notes.read_text() == (folder / "sent.ndjson").read_text()


def test_removes_temporary_files_of_killed_runs(folder: Path, run: Run) -> None:
    """A temporary file is removed by the next run in its folder, unless another run still writes it."""
    old, busy = folder / ".receiptkit-1-0.tmp", folder / ".receiptkit-2-0.tmp"
    old.write_text("x")
    with busy.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert run("validate", "captures", "-o", "report.txt")[0] == 0
        assert (old.exists(), busy.exists()) == (False, True)
    assert run("validate", "captures", "-o", "report.txt")[0] == 0
    assert sorted(path.name for path in folder.iterdir()) == ["captures", "report.txt"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_leaves_the_old_file(folder: Path, number: signal.Signals) -> None:
    """The report of an earlier run stays whole, whenever the next run ends."""
    report = folder / "report.ndjson"
    report.write_bytes(b"")
    line = json.dumps(sample("receipt")).replace('"delivered"', '"queued"') + "\n"
    (folder / "long.ndjson").write_text(line * 40_000)
    command = [sys.executable, "-m", "receiptkit", "validate", "long.ndjson", "-j1"]
    with subprocess.Popen(
        [*command, "-o", "ndjson=report.ndjson", "-q"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        deadline = time.monotonic() + 30
        while not list(folder.glob(".receiptkit-*.tmp")) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(number)
        assert process.stderr is not None
        err = process.stderr.read()
    assert report.read_bytes() == b""
    if number is signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
    else:
        assert (process.returncode, err.lstrip()) == (2, b"receiptkit: interrupted\n")
        assert not list(folder.glob(".receiptkit-*"))


def test_files_beside_the_document_are_never_replaced(folder: Path, run: Run) -> None:
    """A file that the document refers to is read, too."""
    document = json.loads((spec_directory() / "documented.json").read_text())
    document["components"]["schemas"]["mine"] = {"$ref": "common.json#/a"}
    (folder / "doc.json").write_text(json.dumps(document))
    common = folder / "common.json"
    common.write_text('{"a": {"type": "object"}}')
    command = ("validate", "captures", "--document", "doc.json", "-o", "json=common.json")
    refused(run(*command, "--force"), "this is the document;")
    assert common.read_text() == '{"a": {"type": "object"}}'


@pytest.mark.parametrize("option", ["-o", "--write-baseline"])
def test_bodies_beside_a_capture_are_never_replaced(folder: Path, run: Run, option: str) -> None:
    """A file that holds a body of a capture is read, too."""
    mapping = {
        "request": {"method": "GET", "url": sample("page")["meta"]["url"]},
        "response": {"status": 200, "bodyFileName": "body.json"},
    }
    (folder / "mapping.json").write_text(json.dumps({"mappings": [mapping]}))
    body = folder / "body.json"
    body.write_text(json.dumps(sample("page")))
    before = body.read_bytes()
    code, _, err = run("validate", "mapping.json", option, "body.json", "--force")
    assert (code, body.read_bytes()) == (2, before)
    assert "this is read beside a capture; it is never overwritten" in err
    assert not list(folder.glob(".receiptkit-*"))


def test_never_overwrites_the_file_behind_standard_input(folder: Path) -> None:
    """`validate - < capture -o capture` keeps the capture."""
    capture = folder / "captures" / "x.json"
    before = capture.read_bytes()
    with capture.open("rb") as stream:
        result = subprocess.run(
            [sys.executable, "-m", "receiptkit", "validate", "-", "-o", capture, "--force"],
            stdin=stream,
            capture_output=True,
            check=False,
        )
    assert (result.returncode, capture.read_bytes()) == (2, before)


def test_collects_whole_lines_until_the_disk_is_full(folder: Path) -> None:
    """If the disk is full, the requests that were sent stay in the file, in whole lines."""
    script = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))\n"
        "from receiptkit.cli import main\n"
        "raise SystemExit(main(sys.argv[1:]))\n"
    )
    command = ["trigger", "landline", "--to", "http://127.0.0.1:1/", "--dry-run", "--collect", "x"]
    result = subprocess.run(
        [sys.executable, "-c", script, *command], capture_output=True, check=False
    )
    content = (folder / "x").read_text()
    assert result.returncode == 2
    assert content.count("\n") >= 1
    assert [json.loads(line) for line in content.splitlines()]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_report_that_cannot_be_written_ends_the_run(run: Run, tmp_path: Path) -> None:
    """It is not taken for a capture that cannot be read; no other report appears with the findings until then."""
    capture, page = tmp_path / "captures.ndjson", tmp_path / "page"
    line = json.dumps({**sample("receipt"), "status": "queued"})
    capture.write_text(f"{line}\n" * 500)
    code, _, err = run("validate", capture, "-o", "ndjson=/dev/full", "-o", f"html={page}")
    assert (code, page.exists()) == (2, False)
    assert err == "receiptkit: the report cannot be written: no space left on device\n"
