"""Laws that hold for every command and every option, as click knows them."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from interrupting import interrupted
from receiptkit.cli.commands import cli
from receiptkit.openapi.build import UPSTREAM
from receiptkit.openapi.document import spec_directory
from receiptkit.rules.examples import form, sample

Run = Callable[..., tuple[int, str, str]]
SECRET = "zqk7hush4fort9"
#: Nobody listens there.
NOWHERE = "http://127.0.0.1:1/"


def commands(
    command: click.Command = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that is not a group, with its name."""
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        yield from commands(inner, (*path, name))


COMMANDS = dict(commands())
#: What each command needs to do something here; `BUSY` is a port that is taken, so that servers end.
FITTING: dict[str, list[str]] = {
    "validate": ["captures"],
    "scan": ["."],
    "scrub": ["captures/x.json"],
    "generate": ["landline"],
    "scenarios": [],
    "serve": ["--port", "BUSY"],
    "trigger": ["landline", "--to", NOWHERE],
    "listen": ["--port", "BUSY"],
    "proxy": ["--upstream", NOWHERE, "--port", "BUSY"],
    "replay": ["captures/hooks.ndjson", "--to", NOWHERE],
    "fixtures write": ["made"],
    "rules": [],
    "explain": ["page.key"],
    "spec build": ["--directory", "spec"],
    "spec show": [],
    "spec update": ["doc.yaml", "--directory", "spec"],
    "drift": ["doc.yaml"],
    "init": ["--no-tests"],
    "doctor": [],
}
#: Commands that may end with 1, which means findings, or generated files that are out of date.
JUDGING = (
    "validate",
    "scan",
    "scrub",
    "trigger",
    "listen",
    "proxy",
    "replay",
    "drift",
    "fixtures write",
    "spec",
)
#: In the place of any value.
ODD = ("", " ", "-1", "9" * 40, "nan", "é\n\x1b[0m", "/dev/zero", ".", "nothing/x", "a=b", "\udcff")


@pytest.fixture(scope="session")
def busy() -> Iterator[str]:
    """Return a port on which this process listens without a response."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield str(taken.getsockname()[1])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working directory with a file of each kind, and secrets in all foreign ones."""
    monkeypatch.chdir(tmp_path)
    captures = tmp_path / "captures"
    captures.mkdir()
    bad = {**sample("receipt"), SECRET: SECRET, "status": f"x {SECRET}"}
    (captures / "x.json").write_text(json.dumps(bad))
    sent = {
        "method": "POST",
        "url": f"https://{SECRET}.example/{SECRET}?{SECRET}={SECRET}",
        "headers": {"Content-Type": "application/x-www-form-urlencoded", "Authorization": SECRET},
        "body": f"{form()}&{SECRET}={SECRET}&Body={SECRET}",
    }
    (captures / "hooks.ndjson").write_text(json.dumps(sent) + "\n")
    (tmp_path / "test_app.py").write_text(f"RECEIPT = {bad!r}\n")
    (tmp_path / "doc.yaml").write_bytes((spec_directory() / UPSTREAM).read_bytes())
    (tmp_path / "receiptkit.toml").write_text('profile = "strict"\n')
    (tmp_path / "known.json").write_text('{"version": 2, "known": []}')
    (tmp_path / "notes.txt").write_text("mine\n")
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def line(
    name: str, busy: str, parameter: click.Parameter | None = None, value: str = ""
) -> list[str]:
    """Return the command line of a command, with another value for one of its parameters."""
    fitting = [busy if each == "BUSY" else each for each in FITTING[name]]
    if isinstance(parameter, click.Argument):
        fitting = ["--", value] if not FITTING[name] else [*fitting[1:], "--", value]
    elif parameter is not None:
        fitting += [f"{max(parameter.opts, key=len)}={value}"]
    return [*name.split(), *fitting]


def valued(command: click.Command, *kinds: type[object]) -> list[click.Parameter]:
    """Return the parameters of a command that take a value of some kinds, of any by default."""
    return [
        each
        for each in command.params
        if not getattr(each, "is_flag", False) and isinstance(each.type, kinds or click.ParamType)
    ]


def test_every_command_is_here() -> None:
    """A new command is tried like all others."""
    assert set(FITTING) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_file_of_the_user_changes(folder: Path, busy: str, run: Run, name: str) -> None:
    """No option overwrites a foreign file; those that are read stay even with --force."""
    if name.startswith("spec"):
        shutil.copytree(spec_directory(), folder / "spec")
    before = contents(folder)
    command = COMMANDS[name]
    has_force = any(each.name == "force" for each in command.params)
    for parameter in valued(command, click.Path, type(click.STRING)):
        for target in ("notes.txt", "captures/x.json", "captures/hooks.ndjson", "receiptkit.toml"):
            run(*line(name, busy, parameter, target))
            after = contents(folder)
            # What `spec` builds is its own.
            changed = {each for each in before if after.get(each) != before[each]}
            assert not {each for each in changed if not each.startswith("spec/")}, (
                parameter.opts,
                target,
            )
        # `--force` replaces what somebody else wrote, but not what the same run reads.
        read = next((each for each in FITTING[name] if (folder / each).is_file()), None)
        if has_force and read is not None and isinstance(parameter, click.Option):
            run(*line(name, busy, parameter, read), "--force")
            assert contents(folder)[read] == before[read], parameter.opts


@pytest.mark.parametrize("name", COMMANDS)
def test_no_secret_appears(folder: Path, busy: str, run: Run, name: str) -> None:
    """No flag or format prints foreign content, except --show-values."""
    variants: list[list[str]] = [[]]
    for parameter in COMMANDS[name].params:
        option = max(parameter.opts, key=len)
        if parameter.name == "stay":  # until somebody ends it
            continue
        if getattr(parameter, "is_flag", False) and parameter.name not in ("show_values", "force"):
            variants.append([option])
        elif isinstance(parameter, click.Option) and isinstance(parameter.type, click.Choice):
            variants += [[option, str(choice)] for choice in parameter.type.choices]
    if name.startswith("spec"):
        shutil.copytree(spec_directory(), folder / "spec")
    for more in variants:
        _, out, err = run(*line(name, busy), *more)
        # What `scrub` replaces is its result.
        assert SECRET not in (err if name == "scrub" and not more else out + err), more


@pytest.mark.proofs
@pytest.mark.parametrize("name", COMMANDS)
def test_odd_values(folder: Path, busy: str, run: Run, name: str) -> None:
    """With any value of a parameter, a command ends with 0 or 2, or 1 if it checks, and one line for an error."""
    for parameter in valued(COMMANDS[name]):
        for odd in ODD:
            if (name, parameter.name, odd[:1]) == ("generate", "count", "9"):
                continue  # so many are made
            code, _, err = run(*line(name, busy, parameter, odd))
            where = (parameter.opts, odd, code, err[-300:])
            assert code in (0, 1, 2), where
            assert code != 1 or name.startswith(JUDGING), where
            lines = err.splitlines()
            errors = [each for each in lines if each.startswith("receiptkit: ")]
            assert code != 2 or errors, where
            assert not [each for each in ("internal error", "Traceback", "\x1b[") if each in err], (
                where
            )


def _command(name: str, busy: str) -> list[str]:
    return [sys.executable, "-m", "receiptkit", *line(name, busy)]


@pytest.mark.proofs
@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
@pytest.mark.parametrize("name", COMMANDS)
def test_closed_and_narrow_streams(folder: Path, busy: str, name: str) -> None:
    """A stream that is closed, full, or narrow makes no traceback, and no exit code of findings."""
    shutil.copytree(spec_directory(), folder / "spec")
    for how, encoding in (
        *((">&-", "utf-8"), ("2>&-", "utf-8"), ("<&-", "utf-8"), (">/dev/full", "utf-8")),
        *(("| true", "utf-8"), ("", "ascii"), ("", "cp1252"), ("", "latin-1")),
    ):
        found = subprocess.run(
            ["/bin/sh", "-c", f'"$@" {how}', "sh", *_command(name, busy)],
            env={**os.environ, "PYTHONIOENCODING": encoding},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert b"Traceback" not in found.stderr, (how, found.stderr[-500:])
        assert b"internal error" not in found.stderr, (how, found.stderr[-500:])
        assert found.returncode in (0, 1, 2), how
        assert found.returncode != 1 or name.startswith(JUDGING), how


#: These end when they are asked to; the code is that of such an end.
SERVERS = {"serve": 0, "listen": 2, "proxy": 2}


@pytest.mark.proofs
@pytest.mark.skipif(sys.platform != "linux", reason="needs signals, and to see who handles them")
@pytest.mark.parametrize("name", COMMANDS)
def test_signals(folder: Path, name: str) -> None:
    """Ctrl-C and TERM end a command with exit 2 and one line, or have no effect; no file is left half-written."""
    shutil.copytree(spec_directory(), folder / "spec")
    rng = random.Random(name)
    command = _command(name, "0")
    started = time.monotonic()
    undisturbed = (
        SERVERS[name]
        if name in SERVERS
        else subprocess.run(command, capture_output=True, timeout=120, check=False).returncode
    )
    longest = time.monotonic() - started if name not in SERVERS else 1.5
    for number in (signal.SIGINT, signal.SIGTERM) * 2:
        code, err = interrupted(command, number, rng.uniform(0, longest), folder)
        said = err.rstrip().endswith(b"receiptkit: interrupted")
        assert code == (2 if said else undisturbed), (number, err[-300:])
        assert b"internal error" not in err, err[-300:]
        assert b"Traceback" not in err, err[-500:]
    assert not [path for path in folder.rglob("*") if path.suffix == ".tmp"]
