"""A process that is killed leaves no server: neither a thread, nor a command that it started, nor an application under test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

#: Each prints the port of a server, and waits.
PARENTS = {
    "running": """
from receiptkit.server import running
with running(scenarios="none") as twilio:
    print(twilio.url.rpartition(":")[2], flush=True)
    input()
""",
    "serve": """
import json, subprocess, sys
command = [sys.executable, "-m", "receiptkit", "serve", "--scenario", "none", "--ready-file", "-", "--exit-with-parent"]
with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
    print(json.loads(child.stdout.readline())["url"].rpartition(":")[2], flush=True)
    input()
""",
    "application": """
import sys
from receiptkit.testing.application_process import Applications
script = "import http.server, sys; http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), None).serve_forever()"
command = ["sh", "-c", f'{sys.executable} -c "{script}" {{port}}; true']
print(Applications(("a", "b", "c"))(command).url.rpartition(":")[2], flush=True)
input()
""",
}


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


@pytest.mark.parametrize("name", PARENTS)
def test_a_killed_parent_leaves_no_server(name: str, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENTS[name]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    ) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        assert listens(port)
        os.kill(parent.pid, signal.SIGKILL)
        until = time.monotonic() + 30
        while listens(port):
            assert time.monotonic() < until
            time.sleep(0.05)
