"""Commands that a signal interrupts at a moment of the test's choice."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path


def handles(pid: int, number: int) -> bool:
    """Return True if a process handles a signal, or has ended; Linux shows it."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (number - 1) & 1) or "(zombie)" in status


def interrupted(
    command: Sequence[str], number: signal.Signals, delay: float, folder: Path
) -> tuple[int, bytes]:
    """
    Start a command, and send it a signal.

    Args:
        command: handles TERM; before that, Python itself is not ready.
        number: the signal.
        delay: how long to wait once the command handles signals, in seconds.
        folder: its working directory.

    Returns:
        The exit code, and what it wrote to standard error.
    """
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        deadline = time.monotonic() + 60
        while not handles(process.pid, signal.SIGTERM) and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(delay)
        process.send_signal(number)
        try:
            _, err = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return process.returncode, err
