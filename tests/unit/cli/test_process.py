"""Signals that arrive while Python swallows exceptions."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

_SWALLOWED = """
import os, time
from receiptkit.cli.process import Interrupted, catch_signals

class Closing:
    def __del__(self):
        os.kill(os.getpid(), {number})
        for _ in range(1000):
            pass
        print("the signal did not come")

catch_signals()
try:
    closing = Closing()
    del closing
    time.sleep(30)
except Interrupted:
    print("interrupted")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_within_a_finalizer_ends_the_command(number: int) -> None:
    """Python only prints an exception in `__del__`, so the signal is repeated after it."""
    found = subprocess.run(
        [sys.executable, "-c", _SWALLOWED.format(number=int(number))],
        capture_output=True,
        text=True,
        timeout=25,
        check=False,
    )
    assert (found.stdout, found.stderr, found.returncode) == ("interrupted\n", "", 0)
