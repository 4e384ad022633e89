"""Simulate Windows on Linux: what its Python lacks, how it starts processes, its streams and its names."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from acceptance.test_every_command import COMMANDS, Run, line
from acceptance.test_every_command import busy as _busy
from acceptance.test_every_command import folder as _folder
from acceptance.test_listen_command import process
from conftest import ROOT
from receiptkit.rules.examples import sample

busy, folder = _busy, _folder

#: Runs before the command. Libraries are imported first, for they would look for what only Windows has.
SIMULATION = """
import asyncio, multiprocessing, multiprocessing.popen_spawn_posix, os, selectors, shutil, signal
import subprocess, sys, tempfile
import anyio, click, click.testing, httpx, rich.console, uvicorn
import multiprocessing.resource_tracker, multiprocessing.connection
for name in ("fork", "forkpty", "getppid", "mkfifo", "sched_getaffinity", "getuid", "geteuid",
             "O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY", "O_CLOEXEC", "fchmod", "chown", "killpg"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGHUP", "SIGKILL", "SIGUSR1", "SIGPIPE", "SIGALRM", "setitimer"):
    delattr(signal, name)
for name in ("fcntl", "resource", "termios", "pwd", "grp", "uvloop"):
    sys.modules[name] = None
asyncio.ProactorEventLoop = asyncio.SelectorEventLoop
sys.platform = "win32"
"""
#: Names that Windows keeps for devices, also with an extension.
RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a Python that has only what it has on Windows."""
    place = tmp_path / "simulation"
    place.mkdir()
    (place / "sitecustomize.py").write_text(SIMULATION)
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(place), str(ROOT / "toolkit"))),
        "PYTHONIOENCODING": "cp1252",
    }


def rename(folder: Path) -> None:
    """
    Call the system otherwise: libraries that send or start processes would look for what only
    Windows has.
    """
    simulation = folder / "simulation" / "sitecustomize.py"
    simulation.write_text(SIMULATION.replace('"win32"', '"simulated"'))


def command(environment: dict[str, str], folder: Path, *arguments: str) -> tuple[int, bytes, bytes]:
    found = subprocess.run(
        [sys.executable, "-m", "receiptkit", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=240,
        check=False,
    )
    assert b"Traceback" not in found.stderr, found.stderr[-800:]
    assert b"internal error" not in found.stderr, found.stderr[-800:]
    return found.returncode, found.stdout, found.stderr


def test_the_simulation_holds(environment: dict[str, str], tmp_path: Path) -> None:
    """Without it, the tests here would show nothing."""
    script = "import os, signal, sys; print(sys.platform, hasattr(os, 'fork'), hasattr(signal, 'SIGKILL'))"
    found = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["win32", "False", "False"]


@pytest.mark.proofs
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_runs_without_what_windows_lacks(
    environment: dict[str, str], folder: Path, busy: str, name: str
) -> None:
    """Each command ends as it does here, apart from words about the system itself."""
    if name in ("trigger", "replay"):
        rename(folder)
    here = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    plain = command(here, folder, *line(name, busy))
    for path in folder.glob("made*"):
        path.rename(folder / f"here-{path.name}")
    simulated = command(environment, folder, *line(name, busy))
    assert simulated[0] == plain[0]
    if name not in ("doctor", "spec update"):
        assert simulated[1] == plain[1]


@pytest.mark.proofs
def test_jobs_start_without_fork(environment: dict[str, str], tmp_path: Path) -> None:
    """A started process compiles its own contract, and finds the same."""
    rename(tmp_path)
    good = json.dumps(sample("receipt"))
    lines = [good, good.replace('"delivered"', '"queued"')] * 40
    for name in ("a.ndjson", "b.ndjson", "c.ndjson"):
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    arguments = ["validate", "a.ndjson", "b.ndjson", "c.ndjson", "--format", "ndjson"]
    alone = command(environment, tmp_path, *arguments, "--jobs", "1")
    together = command(environment, tmp_path, *arguments, "--jobs", "2")
    assert alone == together
    assert alone[0] == 1
    assert alone[1].count(b"schema.enum") == 120


@pytest.mark.proofs
def test_a_server_ends_without_uvloop(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends it, and its ready file goes with it."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with process(tmp_path, "serve", "--scenario", "landline") as (child, _):
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert (child.returncode, "receiptkit: stopped" in err) == (0, True), (out, err)
    assert not (tmp_path / "ready.json").exists()


def test_generated_names_can_be_files_of_windows(run: Run, tmp_path: Path) -> None:
    """No name is reserved, has a character that Windows refuses, ends with a dot or a blank, or differs from another in case only."""
    assert run("fixtures", "write", str(tmp_path / "made"))[0] == 0
    paths = [path.relative_to(tmp_path) for path in (tmp_path / "made").rglob("*")]
    assert len(paths) > 200
    for path in paths:
        assert not RESERVED.fullmatch(path.name), path
        assert not re.search(r'[<>:"|?*\\\x00-\x1f]|[. ]$', path.name), path
        assert len(str(path)) < 200, path
    assert len({str(path).lower() for path in paths}) == len(paths)


@pytest.mark.parametrize("name", ["aux.json", "CON", "a:b.json", "trailing. ", "Ä.json"])
def test_a_recorded_name_is_no_file(run: Run, tmp_path: Path, name: str) -> None:
    """File names within a capture are never written to."""
    entry = {
        "request": {"method": "GET", "url": sample("page")["meta"]["url"], "headers": []},
        "response": {"status": 200, "headers": [], "content": {"_file": name}},
    }
    (tmp_path / "x.har").write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    before = sorted(tmp_path.iterdir())
    for arguments in (["validate"], ["scrub"], ["validate", "-v", "--list-unchecked"]):
        code, out, err = run(*arguments, str(tmp_path / "x.har"))
        assert code in (0, 1, 2)
        assert "internal error" not in out + err
    assert sorted(tmp_path.iterdir()) == before
