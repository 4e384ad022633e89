"""Commands end well with closed or narrow streams, signals and odd files. Only findings cause exit 1."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from interrupting import interrupted
from receiptkit import reports
from receiptkit.rules.examples import sample

PYTHON = f"{sys.executable} -m receiptkit"


def shell(
    command: str, folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a command line of a shell in a folder, with `receiptkit` in it."""
    return subprocess.run(
        ["/bin/sh", "-c", command.replace("receiptkit", PYTHON, 1)],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a capture whose name and content are not ASCII."""
    bad = json.dumps({**sample("receipt"), "Größe": 1, "status": "queued"}, ensure_ascii=False)
    (tmp_path / "é-мир.json").write_text(bad)
    (tmp_path / "good.json").write_text(json.dumps(sample("page")))
    return tmp_path


def test_a_closed_output(folder: Path) -> None:
    """Without standard output, nothing can be reported: exit 2 and one line."""
    for command in ("validate good.json", "rules", "generate landline", "scenarios", "spec show"):
        result = shell(f"receiptkit {command} >&-", folder)
        assert (result.returncode, result.stderr.count(b"\n")) == (2, 1), command
        assert b"standard output is closed" in result.stderr


@pytest.mark.parametrize(
    "command", ["validate é-мир.json", "rules", "generate full-house", "scenarios", "doctor"]
)
def test_a_reader_that_goes_away(folder: Path, command: str) -> None:
    """A closed pipe is no finding: exit 2, without a message."""
    process = subprocess.Popen(
        [sys.executable, "-m", "receiptkit", *command.split()],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (2, b"")


def test_a_closed_output_does_not_matter_for_a_file(folder: Path) -> None:
    """A report that goes to a file needs no standard output, and no other file takes its number."""
    result = shell("receiptkit validate good.json -o report.txt >&- 2>&-", folder)
    assert result.returncode == 0
    assert "1 judged" in (folder / "report.txt").read_text()
    assert json.loads((folder / "good.json").read_text()) == sample("page")


@pytest.mark.parametrize(
    "command", ["validate -", "scrub - -o x", "scrub --check -", "replay - --to http://127.0.0.1:1"]
)
def test_a_closed_input(folder: Path, command: str) -> None:
    """Without standard input, `-` cannot be read: exit 2 and one line."""
    result = shell(f"receiptkit {command} <&-", folder)
    assert result.returncode == 2
    assert result.stderr == b"receiptkit: -: standard input is closed\n"


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be removed there")
def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """In a removed folder the message names the folder, not the report."""
    gone = tmp_path / "gone"
    gone.mkdir()
    command = f'cd "{gone}" && rmdir "{gone}" && exec "{sys.executable}" -m receiptkit validate x'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, "the current folder is gone" in done.stderr) == (2, True)


def test_closed_errors(folder: Path) -> None:
    """Without standard error, the exit code is the same."""
    assert shell("receiptkit validate nothing.json 2>&-", folder).returncode == 2
    assert shell("receiptkit validate é-мир.json 2>&-", folder).returncode == 1


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("format_", reports.names())
def test_a_narrow_output(folder: Path, encoding: str, format_: str) -> None:
    """Characters that a stream cannot carry are escaped; reports for programs are always UTF-8."""
    command = f"receiptkit validate é-мир.json nö.json --format {format_} --show-values"
    result = shell(command, folder, {"PYTHONIOENCODING": encoding})
    assert result.returncode == 2
    assert b"Traceback" not in result.stderr
    assert b"\\u043c" in result.stderr or b"n" in result.stderr
    if format_ == "json":
        json.loads(result.stdout)
    elif format_ == "junit":
        assert "é-мир.json" in str(ET.fromstring(result.stdout).find(".//testcase").attrib)  # type: ignore[union-attr]
    elif format_ in ("text", "github"):
        assert rb"\u043c\u0438\u0440" in result.stdout
        assert "é".encode(encoding, "backslashreplace") in result.stdout


@pytest.mark.parametrize("command", ["rules", "explain page.key", "scenarios", "validate --help"])
def test_every_text_fits_a_narrow_output(folder: Path, command: str) -> None:
    """Help, rules and scenarios are printed on any terminal."""
    result = shell(f"receiptkit {command}", folder, {"PYTHONIOENCODING": "ascii"})
    assert (result.returncode, result.stderr) == (0, b"")


def test_a_token_that_is_no_text(folder: Path) -> None:
    """An auth token that is not UTF-8 is one line."""
    arguments = [sys.executable, "-m", "receiptkit", "validate", "good.json"]
    environment = {**os.environb, b"TOKEN": b"\xff\xfe"}
    result = subprocess.run(
        [*arguments, "--auth-token-env", "TOKEN"],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert result.returncode == 2
    assert result.stderr == b"receiptkit: --auth-token-env TOKEN: the token is not UTF-8\n"


@pytest.mark.parametrize("option", ["--config", "--baseline", "--document"])
@pytest.mark.parametrize("path", ["/dev/zero", ".", "pipe", "nothing\n"])
def test_odd_files_for_options(folder: Path, option: str, path: str) -> None:
    """An endless device, a folder, an idle pipe or a name with a line break causes one line at most."""
    os.mkfifo(folder / "pipe")
    process = subprocess.run(
        [sys.executable, "-m", "receiptkit", "validate", "good.json", option, path],
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=False,
    )
    if path == "pipe" and option == "--config":
        # Settings without a setting.
        assert (process.returncode, process.stderr) == (0, b"")
        return
    assert (process.returncode, process.stdout) == (2, b"")
    assert (process.stderr.count(b"\n"), b"Traceback" in process.stderr) == (1, False)


def test_an_interruption_that_python_wraps_is_one(folder: Path) -> None:
    """While a class is made, Python 3.11 and older wrap the exception of Ctrl-C in another."""
    script = (
        "import receiptkit.validation.run as run\n"
        "class Name:\n"
        "    def __set_name__(self, owner, name): raise KeyboardInterrupt\n"
        "def interrupt(*arguments):\n"
        "    try: type('Made', (), {'name': Name()})\n"
        "    except KeyboardInterrupt as error: raise RuntimeError('wrapped') from error\n"
        "run.Validation.check = interrupt\n"
        "from receiptkit.cli import main\n"
        "raise SystemExit(main())\n"
    )
    command = [sys.executable, "-c", script, "validate", "good.json"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr.strip()) == (2, "receiptkit: interrupted")


def test_a_defect_of_receiptkit_is_not_a_finding(folder: Path) -> None:
    """An unexpected exception is exit 2 and one line without a captured value."""
    script = (
        "import receiptkit.validation.run as run\n"
        "def fail(*arguments): raise ValueError('SECRET')\n"
        "run.Validation.check = fail\n"
        "from receiptkit.cli import main\n"
        "raise SystemExit(main())\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, "validate", "good.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert result.stderr.startswith("receiptkit: internal error: ValueError at ")
    assert result.stderr.count("\n") == 1
    assert "SECRET" not in result.stderr


@pytest.mark.proofs
@pytest.mark.skipif(sys.platform != "linux", reason="needs to see who handles signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_any_moment(folder: Path, number: signal.Signals) -> None:
    """Whenever a run is interrupted, it ends with exit 2 and one line, or as if it had not been; never with a traceback of ours."""
    line = json.dumps(sample("receipt")).replace('"delivered"', '"queued"') + "\n"
    (folder / "long.ndjson").write_text(line * 3000)
    command = [sys.executable, "-m", "receiptkit", "validate", "long.ndjson", "-q"]
    randomness = random.Random(int(number))
    for _ in range(12):
        code, err = interrupted(command, number, randomness.uniform(0, 1), folder)
        assert b"Traceback" not in err
        assert (code, b"interrupted" in err) in ((2, True), (1, False)), err[-300:]
        assert code == 1 or err.strip() == b"receiptkit: interrupted"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_python_runs_a_text(folder: Path, number: signal.Signals) -> None:
    """A signal ends `python -m` with our exit code, also while Python makes a dataclass or a namedtuple by `exec`."""
    (folder / "interrupted_text.py").write_text(
        "import receiptkit.validation.run as run\n"
        "def interrupt(*arguments):\n"
        f"    exec('import os; os.kill(os.getpid(), {int(number)}); [0 for _ in range(10**6)]')\n"
        "run.Validation.check = interrupt\n"
        "from receiptkit.cli import main\n"
        "raise SystemExit(main())\n"
    )
    result = subprocess.run(
        [sys.executable, "-m", "interrupted_text", "validate", "good.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr.strip()) == (2, "receiptkit: interrupted")
