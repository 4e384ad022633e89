"""The suite itself: it runs in the background, and says beforehand what it skips."""

from __future__ import annotations

import signal
import subprocess
import sys

from conftest import ROOT
from missing import line


def test_works_with_interrupts_ignored() -> None:
    """After `nohup make test &`, SIGINT is ignored; tests that interrupt a process still end."""
    test = "tests/acceptance/test_trigger_command.py::test_serve_can_be_stopped_at_once"
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "", "-p", "no:cacheprovider", test],
        cwd=ROOT,
        # As a shell does for a job in the background.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # no threads here
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "2 passed" in found.stdout, found.stdout
    first = found.stdout.splitlines()[0]
    assert first == line() or not line()
