"""A hundred servers in a row leave nothing behind: no thread, descriptor, port, file or process."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from receiptkit.live import listen, proxy
from receiptkit.server import running
from receiptkit.testing.application_process import Applications

_COUNT = 100
#: Of what takes longer.
_FEW = 30
_APPLICATION = (
    "import http.server, sys; "
    "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), None).serve_forever()"
)


def run_server() -> None:
    with running(scenarios="landline", clock="manual") as twilio:
        twilio.advance(to="end")


def run_with_tls() -> None:
    with running(scenarios="none", tls=True):
        pass


def run_live() -> None:
    with listen() as live, proxy(live.url):
        pass


def run_application() -> None:
    applications = Applications(("a", "b", "c"))
    applications([sys.executable, "-S", "-c", _APPLICATION, "{port}"])
    applications.end()


def serve() -> None:
    """The command, until it is ready; then TERM."""
    command = [sys.executable, "-m", "receiptkit", "serve", "--scenario", "none"]
    with subprocess.Popen(
        [*command, "--tls", "--ready-file", "-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline()
        child.terminate()
    assert child.returncode == 0


def left(folder: Path) -> dict[str, set[str]]:
    """Return what there is: threads, open files, listening sockets, files for a while, processes."""
    gc.collect()
    descriptors = Path("/proc/self/fd")
    inodes = {os.readlink(each) for each in descriptors.iterdir() if each.exists()}
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return {
        "threads": {each.name for each in threading.enumerate()},
        "descriptors": {each for each in inodes if not each.startswith("/proc/")},
        "files": {each.name for each in folder.iterdir()},
        "children": set(children),
    }


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc here")
@pytest.mark.parametrize(
    ("start", "count"),
    [
        (run_server, _COUNT),
        (run_with_tls, _COUNT),
        (run_live, _FEW),
        (run_application, _FEW),
        (serve, _COUNT),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
def test_starts_leave_nothing(
    start: Callable[[], None], count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every start but the first leaves nothing behind, such as modules or files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    start()
    before = left(tmp_path)
    for _ in range(count):
        start()
    after = left(tmp_path)
    assert [found - before[name] for name, found in after.items()] == [set()] * len(after)
