"""Run other people's tools, Prism and the local Twilio, for `make interop`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from receiptkit.server import running
from receiptkit.server.background import Running

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SPEC = ROOT / "spec"
#: Where `make interop` installed the tools.
TOOLS = Path(os.environ.get("INTEROP", ROOT / ".venv" / "interop"))
PROFILES = ("vendor", "documented", "strict")
HOST = "https://conversations.twilio.com"
_PATIENCE = 60


class FailedError(Exception):
    """A tool refuses something, or responds with what it should not."""


def path_of(tool: str) -> str:
    """Return the program of a tool: of Node.js, or of the environment for Python tools."""
    for folder in (TOOLS / "node_modules" / ".bin", TOOLS / "venv" / "bin"):
        if (folder / tool).exists():
            return str(folder / tool)
    raise FailedError(f"{tool} is not installed")


def call(tool: str, *arguments: Any, folder: Path | None = None) -> str:
    """Return what a tool prints; fail if it does."""
    done = subprocess.run(
        [path_of(tool), *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        timeout=300,
    )
    if done.returncode:
        raise FailedError((done.stdout + done.stderr).strip()[-2000:])
    return done.stdout + done.stderr


def document(profile: str) -> Path:
    return SPEC / f"{profile}.yaml"


@contextmanager
def server() -> Iterator[Running]:
    with running(
        scenarios=["partial-failure", "chat-only", "agent-and-sms"], clock="manual"
    ) as own:
        own.advance(to="end")
        yield own


def serve(*arguments: str) -> AbstractContextManager[str]:
    """Run `receiptkit serve`, and yield where it listens."""
    return _listener([sys.executable, "-m", "receiptkit", "serve", *arguments], r"at (http://\S+)")


def prism(*arguments: Any) -> AbstractContextManager[str]:
    """Run Prism, and yield where it listens."""
    command = [path_of("prism"), *map(str, arguments), "-p", "0"]
    return _listener(command, r"listening on (http://[0-9.:]+)")


@contextmanager
def _listener(command: list[str], ready: str) -> Iterator[str]:
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield _listening(process, ready)
    finally:
        process.kill()
        process.wait()


def _listening(process: subprocess.Popen[str], ready: str) -> str:
    said = ""
    for line in process.stdout or ():
        said += line
        match = re.search(ready, line)
        if match:
            return match[1]
    raise FailedError(said[-1000:])


def get(url: str, headers: dict[str, str], body: bytes | None = None) -> tuple[Any, int]:
    own = {"Authorization": "Basic eDp5", "Accept": "application/json", **headers}
    request = urllib.request.Request(url, body, own)
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as response:
            return json.loads(response.read()), response.status
    except urllib.error.HTTPError as error:
        return error.read().decode(), error.code
