"""`receiptkit scrub`: captures that can be committed."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT

Run = Callable[..., tuple[int, str, str]]
SID = "CH2e603b8c5d7f90a1b2c3d4e5f6071829"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with two captures in a folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "captures" / "deep").mkdir(parents=True)
    (tmp_path / "captures" / "a.json").write_text(json.dumps({"sid": SID, "author": "Ada"}))
    (tmp_path / "captures" / "deep" / "b.form").write_text(f"ConversationSid={SID}&Author=Ada")
    (tmp_path / "key").write_text("0123456789abcdef0123456789abcdef\n")
    return tmp_path


def test_a_folder_is_scrubbed_into_another(folder: Path, run: Run) -> None:
    """Every file has its place in the new folder, and one value one pseudonym in all of them."""
    assert run("scrub", "captures", "-o", "clean", "--key-file", "key") == (0, "", "")
    made = json.loads((folder / "clean" / "a.json").read_text())
    form = (folder / "clean" / "deep" / "b.form").read_text()
    assert form == f"ConversationSid={made['sid']}&Author={made['author']}"
    assert run("scrub", "captures", "-o", "again", "--key-file", "key")[0] == 0
    assert (folder / "again" / "a.json").read_bytes() == (folder / "clean" / "a.json").read_bytes()
    assert run("scrub", "captures", "-o", "other")[0] == 0
    assert (folder / "other" / "a.json").read_bytes() != (folder / "clean" / "a.json").read_bytes()


def test_check_needs_no_key(folder: Path, run: Run) -> None:
    """Unscrubbed values are counted by kind, and never shown."""
    code, out, err = run("scrub", "--check", "captures")
    assert (code, out) == (1, "")
    assert err == (
        "receiptkit: captures/a.json: not scrubbed: 1 name, 1 sid\n"
        "receiptkit: captures/deep/b.form: not scrubbed: 1 name, 1 sid\n"
    )
    run("scrub", "captures", "-o", "clean", "--key-file", "key")
    assert run("scrub", "--check", "clean") == (0, "", "")


def test_explain_lists_kinds(folder: Path, run: Run) -> None:
    """The kinds are listed with their counts; values never are."""
    code, out, _ = run("scrub", "captures", "--check", "--explain")
    assert code == 1
    assert out == "       2 name\n       2 sid\n"


def test_nothing_is_overwritten(folder: Path, run: Run) -> None:
    """A capture stays, also with --force; an earlier output goes only with --force."""
    capture = folder / "captures" / "a.json"
    before = capture.read_bytes()
    code, _, err = run("scrub", capture, "-o", capture, "--force")
    assert (code, capture.read_bytes()) == (2, before)
    assert "this is one of the captures" in err
    assert run("scrub", capture, "-o", "out.json")[0] == 0
    assert run("scrub", capture, "-o", "out.json")[0] == 2
    assert run("scrub", capture, "-o", "out.json", "--force")[0] == 0


def test_the_key_is_never_overwritten(folder: Path, run: Run) -> None:
    """Not even with --force: without the key, no later run gives the same pseudonyms."""
    key = (folder / "key").read_bytes()
    for out in ("key", "./captures/../key"):
        code, _, err = run("scrub", "captures/a.json", "-o", out, "--key-file", "key", "--force")
        assert (code, (folder / "key").read_bytes()) == (2, key)
        assert "this is the key; it is never overwritten" in err


def test_two_captures_never_become_one_file(folder: Path, run: Run) -> None:
    """The second would replace the first; so nothing is written."""
    (folder / "more").mkdir()
    (folder / "more" / "a.json").write_text("{}")
    code, _, err = run("scrub", "captures/a.json", "more/a.json", "-o", "clean", "--force")
    assert (code, (folder / "clean").exists()) == (2, False)
    assert "captures/a.json and more/a.json would both be written there" in err


def test_no_folder_behind_a_link_is_written_to(folder: Path, run: Run) -> None:
    """A link in the folder of the output may lead to files of the user's."""
    (folder / "mine").mkdir()
    (folder / "clean").mkdir()
    (folder / "clean" / "deep").symlink_to("../mine")
    code, _, err = run("scrub", "captures", "-o", "clean", "--force")
    assert (code, list((folder / "mine").iterdir())) == (2, [])
    assert "this is a link to another folder; nothing is written there" in err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_in_a_folder_is_passed_over_in_one_line(folder: Path, run: Run) -> None:
    """A pipe is skipped with one line, since it may never have a writer."""
    os.mkfifo(folder / "captures" / "pipe.json")
    code, _, err = run("scrub", "captures", "-o", "clean")
    assert (code, err.count("\n")) == (2, 1)
    assert "captures/pipe.json: this is a pipe" in err
    assert (folder / "clean" / "a.json").exists()


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="open files have no names")
def test_a_pipe_that_is_named_is_read_once(folder: Path, run: Run) -> None:
    """As in `receiptkit scrub <(curl …)`."""
    reading, writing = os.pipe()
    os.write(writing, json.dumps({"sid": SID}).encode())
    os.close(writing)
    assert run("scrub", f"/dev/fd/{reading}", "-o", "out.json")[0] == 0
    os.close(reading)
    assert json.loads((folder / "out.json").read_text())["sid"].startswith("CH")


def test_pictures_in_an_archive_stay_and_are_counted(folder: Path, run: Run) -> None:
    """Pictures are counted and kept, since they cannot be scrubbed."""
    with zipfile.ZipFile(folder / "trace.zip", "w") as archive:
        archive.writestr("page.jpeg", b"\xff\xd8\xff\0picture")
        archive.writestr("a.json", json.dumps({"sid": SID}))
    code, _, err = run("scrub", "trace.zip", "-o", "clean.zip")
    assert (code, err) == (
        0,
        "receiptkit: note: 1 picture, font or the like in an archive stays as it is\n",
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["captures"], "give either -o OUT or --check"),
        (["captures", "-o", "x", "--check"], "give either -o OUT or --check"),
        (["captures", "-o", "x", "--key-env", "NO_KEY"], "this environment variable is not set"),
        (["captures", "-o", "x", "--key-file", "missing"], "--key-file missing: no such file"),
        (["captures", "-o", "x", "--key-file", "/dev/zero"], "larger than 65,536 bytes"),
        (["captures", "-o", "x", "--key-env", "SHORT"], "the key has fewer than 16 bytes"),
        (["captures", "-o", "x", "--auth-token-env", "SHORT"], "belong together: give both"),
        (["missing.json", "-o", "x"], "missing.json: no such file"),
        (["big.json", "-o", "x", "--max-record", "1K"], "big.json: is larger than 1,024 bytes"),
    ],
)
def test_a_mistake_is_one_line(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    """A mistake of the user's is one line, and exit 2."""
    monkeypatch.setenv("SHORT", "abc")
    (folder / "big.json").write_text(json.dumps(["x" * 2000]))
    code, out, err = run("scrub", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert not os.path.exists("x")


def test_a_cassette_stays_one(folder: Path, run: Run) -> None:
    """A cassette of vcrpy stays a cassette, with the same findings."""
    source = ROOT / "fixtures" / "samples" / "recorded.yaml"
    assert run("scrub", source, "-o", "clean.yaml")[0] == 0
    before, after = source.read_text(), (folder / "clean.yaml").read_text()
    assert len(before.splitlines()) == len(after.splitlines())
    assert SID in before
    assert SID not in after
    findings = [
        [
            (each["rule"], each["pointer"])
            for each in json.loads(run("validate", "--format", "json", path)[1])["findings"]
        ]
        for path in (source, "clean.yaml")
    ]
    assert findings[0] == findings[1] != []
