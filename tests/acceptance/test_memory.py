"""The history takes no more memory than allowed; the rest is in a file that nobody has to delete."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from receiptkit.generation import Generator
from receiptkit.generation.breakages import capture_breakages
from receiptkit.rules import catalogue
from receiptkit.validation import units

Run = Callable[..., tuple[int, str, str]]
GENERATOR = Generator()


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """Return a capture in which every rule across observations finds something."""
    path = tmp_path / "long.ndjson"
    broken = [
        each.capture(GENERATOR, 1 + at)
        for at, each in enumerate(capture_breakages(GENERATOR))
        if each.rule in catalogue.across()
    ]
    path.write_bytes(b"".join(broken * 2))
    return path


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_little_memory_gives_the_same_report(
    capture: Path, run: Run, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    """Findings and their order do not depend on the memory limit or the number of processes."""
    monkeypatch.setattr(units, "_SPAN", 5000)
    whole = run("validate", "-v", capture, "--jobs", jobs)
    assert "timeline." in whole[1]
    assert "temporary file" not in whole[1]
    code, out, err = run("validate", "-v", capture, "--jobs", jobs, "--memory", "10K")
    lines = out.splitlines()
    (told,) = (line for line in lines if line.endswith("file, as --memory allows no more"))
    lines.remove(told)
    assert (code, lines, err) == (whole[0], whole[1].splitlines(), whole[2])


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_temporary_file_that_cannot_be_written(
    capture: Path, run: Run, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    """Without room for it nothing is compared, and the run says so and fails."""

    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    code, _, err = run("validate", "-q", capture, "--jobs", jobs, "--memory", "10K")
    assert code == 2
    assert err == (
        f"receiptkit: {capture}: a temporary file for more than --memory cannot be written "
        "(No space left on device); set TMPDIR, or allow more memory\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_killed_run_leaves_no_file(capture: Path, tmp_path: Path) -> None:
    """The file has no name, so nothing is left of it, even after `kill -9`."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    command = [sys.executable, "-m", "receiptkit", "validate", "-", "--memory", "10K"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(folder)},
    ) as process:
        assert process.stdin is not None
        process.stdin.write(capture.read_bytes() * 4)
        process.stdin.flush()
        files = Path(f"/proc/{process.pid}/fd")
        until = time.monotonic() + 60
        while not any(str(folder) in os.readlink(each) for each in files.iterdir()):
            assert time.monotonic() < until
            time.sleep(0.05)
        assert list(folder.iterdir()) == []
        process.kill()
    assert list(folder.iterdir()) == []
