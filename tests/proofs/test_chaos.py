"""Chaos: commands that are killed, interrupted, or run out of space or of readers lose no file and leave no process."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from receiptkit.openapi.document import spec_directory
from receiptkit.rules.examples import form, sample

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "500"))
_KILLS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
_BAD = json.dumps(sample("receipt")).replace('"delivered"', '"queued"') + "\n"

#: Commands with what they write; the last of these is a folder.
COMMANDS: tuple[tuple[list[str], str], ...] = (
    (["validate", "captures", "-o", "json=report"], "report"),
    (["validate", "captures", "-o", "report", "-j", "2"], "report"),
    (["validate", "captures", "-o", "sarif=report", "-o", "html=page", "-j", "3"], "report"),
    (["validate", "captures", "--write-baseline", "known.json"], "known.json"),
    (["validate", "captures", "-v", "-j", "2"], ""),
    (
        ["generate", "partial-failure", "--as", "har", "--count", "30", "-o", "made", "--force"],
        "made",
    ),
    (
        ["trigger", "landline", "--to", "http://127.0.0.1:1/", "--dry-run", "--collect", "sent"],
        "sent",
    ),
    (["fixtures", "write", "corpus"], "corpus"),
    (["spec", "build", "--directory", "spec"], "spec"),
)


def prepared(folder: Path) -> None:
    """Fill a folder with files of a user's."""
    (folder / "captures").mkdir()
    for name in ("a", "b", "c"):
        (folder / "captures" / f"{name}.ndjson").write_text(_BAD * 1500)
    (folder / "captures" / "hooks.form").write_text(f"{form()}\n" * 200)
    (folder / "receiptkit.toml").write_text('profile = "strict"\n')
    (folder / "notes.txt").write_text("mine\n")
    shutil.copytree(spec_directory(), folder / "spec")


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, without those that a killed run leaves."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".receiptkit-")
    }


def undisturbed(folder: Path, copy: Path) -> dict[str, set[bytes]]:
    """Return what each command writes when nothing happens, by the names of the files."""
    shutil.copytree(folder, copy)
    whole: dict[str, set[bytes]] = {}
    for arguments, _ in COMMANDS:
        for output in ("report", "page"):
            (copy / output).unlink(missing_ok=True)
        command = [sys.executable, "-m", "receiptkit", *arguments]
        subprocess.run(command, cwd=copy, capture_output=True, check=False)
        for name, content in contents(copy).items():
            whole.setdefault(name, set()).add(content)
    return whole


def is_output(name: str, outputs: tuple[str, ...]) -> bool:
    return any(name == each or name.startswith(f"{each}/") for each in outputs if each)


def members(session: int) -> list[int]:
    """Return the processes of a session."""
    found = []
    for path in Path("/proc").iterdir():
        with suppress(OSError, ValueError, IndexError):
            fields = (path / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] not in ("Z", "X"):
                found.append(int(path.name))
    return found


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path | None]:
    """Yield a folder on a small file system; None where none may be made."""
    place = folder / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(place)]
    is_mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield place if is_mounted else None
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)
        place.rmdir()


def disturbed(
    arguments: list[str],
    folder: Path,
    rng: random.Random,
    how: str,
    limit: Callable[[], None] | None,
) -> tuple[int, bytes]:
    """Run a command and disturb it; return its exit code and standard error."""
    with subprocess.Popen(
        [sys.executable, "-m", "receiptkit", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=limit,  # noqa: PLW1509 # no threads here
    ) as process:
        assert process.stdout is not None
        if how in ("pipe", "stderr"):
            stream = process.stdout if how == "pipe" else process.stderr
            assert stream is not None
            if how == "pipe":
                stream.read(rng.randrange(3) * 100)
            stream.close()
            other = process.stderr if how == "pipe" else process.stdout
            assert other is not None
            err = other.read()
            code = process.wait(timeout=120)
            err = err if how == "pipe" else b""
        else:
            if how.startswith("SIG"):
                time.sleep(rng.uniform(0.05, 1.2))
                with suppress(ProcessLookupError):
                    process.send_signal(getattr(signal, how))
            _, err = process.communicate(timeout=120)
            code = process.returncode
    deadline = time.monotonic() + 20
    while members(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = members(process.pid)
    for number in left:
        os.kill(number, signal.SIGKILL)
    assert not left, (arguments, how, "left processes behind")
    return code, err


def _full(kilobytes: int) -> Callable[[], None]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes << 10, kilobytes << 10))

    return limit


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_chaos(tmp_path: Path) -> None:
    """Five hundred rounds: no file of the user changes, an output is whole or as before, no process stays."""
    seed = int(os.environ.get("CHAOS_SEED", "0"))
    rng = random.Random(seed)
    folder = tmp_path / "project"
    folder.mkdir()
    prepared(folder)
    whole = undisturbed(folder, tmp_path / "copy")
    codes: dict[str, int] = {}
    for number in range(ROUNDS):
        arguments, output = rng.choice(COMMANDS)
        how = rng.choice(
            [*(kill.name for kill in _KILLS), "SIGKILL", "space", "disk", "pipe", "stderr"]
        )
        where = f"round {number} of seed {seed}: {how}: {' '.join(arguments)}"
        if how == "disk":
            _on_a_small_disk(folder, arguments, output, rng, where)
            continue
        before = contents(folder)
        limit = _full(rng.choice([1, 8, 64, 300])) if how == "space" else None
        code, err = disturbed(arguments, folder, rng, how, limit)
        _judge(before, contents(folder), (output, "page"), whole, where)
        _judge_end(code, err, how, where)
        codes[f"{how} {code}"] = codes.get(f"{how} {code}", 0) + 1
    # The next runs remove what killed ones left.
    for arguments, _ in COMMANDS:
        subprocess.run(
            [sys.executable, "-m", "receiptkit", *arguments],
            cwd=folder,
            capture_output=True,
            check=False,
        )
    assert not list(folder.rglob(".receiptkit-*"))
    assert len(codes) > 5, codes


def _judge(
    before: dict[str, bytes],
    after: dict[str, bytes],
    outputs: tuple[str, ...],
    whole: dict[str, set[bytes]] | None,
    where: str,
) -> None:
    """Demand that files are as before, and outputs as before or as an undisturbed run writes them."""
    for name, content in before.items():
        assert name in after, (where, name, "is gone")
        if not is_output(name, outputs):
            assert after[name] == content, (where, name, "changed")
    for name, content in after.items():
        if name not in before:
            assert is_output(name, outputs), (where, name, "appeared")
        if is_output(name, outputs) and before.get(name) != content:
            # What was collected before a command failed was sent, and stays.
            is_part = (
                name == "sent"
                and any(
                    each.startswith(content) and content.endswith(b"\n") for each in whole[name]
                )
                if whole is not None
                else True
            )
            assert is_part or content in (whole or {})[name], (where, name, "cut off")


def _judge_end(code: int, err: bytes, how: str, where: str) -> None:
    """Demand that a command ends by its signal, or says in one line why it failed."""
    if how.startswith("SIG") and code in (-9, -2, -15):
        return
    assert code in (0, 1, 2), (where, code, err[-300:])
    if code == 2 and how != "stderr" and b"Traceback" in err:
        # Python itself, before receiptkit is ready to handle a signal.
        assert how.startswith("SIG"), (where, err[-500:])
        assert b"cli/validate.py" not in err, (where, err[-500:])
    assert b"internal error" not in err, (where, err[-300:])


def _on_a_small_disk(
    folder: Path, arguments: list[str], output: str, rng: random.Random, where: str
) -> None:
    """Run a command in a folder on a file system that is nearly full."""
    with small_disk(folder, 3000) as place:
        if place is None:
            return
        for name in ("captures", "receiptkit.toml", "notes.txt"):
            source = folder / name
            if source.is_dir():
                shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("[bc].ndjson"))
            else:
                shutil.copy(source, place / name)
        left = os.statvfs(place)
        free = left.f_bavail * left.f_frsize
        with suppress(OSError):
            (place / "filler").write_bytes(b"x" * max(free - rng.choice([0, 4096, 40_960]), 0))
        before = contents(place)
        if "spec" in arguments:
            return
        code, err = disturbed(arguments, place, rng, "disk", None)
        _judge(before, contents(place), (output, "page"), None, where)
        _judge_end(code, err, "disk", where)
        assert not list(place.rglob(".receiptkit-*")), (where, "a temporary file stays")
