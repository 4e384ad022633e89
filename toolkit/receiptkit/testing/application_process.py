"""The application under test as its own process, against a local Twilio."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, NamedTuple

from receiptkit.model.display import printable
from receiptkit.model.errors import UsageError

#: How long an application may take to listen, and then to end, in seconds.
_TO_START, _TO_END = 30.0, 5.0
#: How much of what it printed is in a message, in characters.
_SHOWN = 2000


class Application(NamedTuple):
    """
    An application that runs.

    Attributes:
        url: where it listens.
        pid: the number of its process.
    """

    url: str
    pid: int


class _Started(NamedTuple):
    process: subprocess.Popen[bytes]
    log: IO[bytes]
    watcher: subprocess.Popen[bytes] | None


class Applications:
    """
    Starts applications, and ends each with all processes that it started.

    Args:
        twilio: URL, account SID and auth token of the local Twilio, which applications find as
            TWILIO_BASE_URL, TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.
    """

    def __init__(self, twilio: tuple[str, str, str]) -> None:
        names = "TWILIO_BASE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"
        self._twilio = dict(zip(names, twilio, strict=True))
        self._running: list[_Started] = []

    def __call__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        port_variable: str = "PORT",
        timeout: float = _TO_START,
    ) -> Application:
        """
        Start an application, and wait until it listens.

        Args:
            command: the program and its arguments; `{port}` in one becomes the port.
            env: more variables of its environment.
            port_variable: the variable that tells it its port.
            timeout: how long it may take to listen, in seconds.

        Raises:
            UsageError: it cannot be started, ends, or does not listen in time.
        """
        if isinstance(command, str) or not command:
            raise UsageError('the command must be a list, such as ["node", "app.js"]')
        port = _free_port()
        arguments = [str(each).replace("{port}", str(port)) for each in command]
        variables = {**os.environ, **self._twilio, port_variable: str(port), **(env or {})}
        process, log = _launched(arguments, variables)
        self._running.append(_Started(process, log, _watcher(process.pid)))
        reason = _reason_not_listening(process, port, timeout)
        if reason is not None:
            advice = (
                f"it has to listen at the port in {port_variable}, or at {{port}} of its arguments"
            )
            raise UsageError(f"{arguments[0]} {reason}; {advice}; it printed: {_tail(log)}")
        return Application(f"http://127.0.0.1:{port}", process.pid)

    def end(self) -> None:
        """End every application, the last one first, and what it started."""
        while self._running:
            started = self._running.pop()
            _end(started.process)
            started.log.close()
            if started.watcher is not None:
                started.watcher.kill()
                started.watcher.communicate()


def _launched(
    arguments: list[str], variables: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
    """Start a program; return its process, and the file that it prints to."""
    # A pipe without a reader would stop it.
    log = tempfile.TemporaryFile()  # noqa: SIM115 # closed with the application
    try:
        process = subprocess.Popen(  # noqa: S603 # the user's own command
            arguments,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        log.close()
        raise UsageError(f"{arguments[0]} cannot be started: {error.strerror}") from None
    return process, log


def _watcher(group: int) -> subprocess.Popen[bytes] | None:
    """
    Start what ends a group of processes if this process is killed.

    It reads from a pipe without a writer, which ends with the only process that holds it.
    """
    if not hasattr(os, "killpg"):
        return None
    return subprocess.Popen(  # noqa: S603 # our own command
        ["/bin/sh", "-c", 'read _; kill -s KILL -- "-$0"', str(group)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _free_port() -> int:
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        port: int = own.getsockname()[1]
        return port


def _reason_not_listening(
    process: subprocess.Popen[bytes], port: int, timeout: float
) -> str | None:
    """Wait until a process listens; return why it does not, or None."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        if process.poll() is not None:
            return f"ended with {process.returncode} before it listened"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return None
        time.sleep(0.02)
    return f"did not listen at port {port} within {timeout:g} seconds"


def _tail(log: IO[bytes]) -> str:
    """Return the end of what was printed in one line, as the message of an error is."""
    log.seek(0)
    text = log.read()[-_SHOWN:].decode("utf-8", "replace")
    lines = [printable(line.strip()) for line in text.splitlines() if line.strip()]
    return " | ".join(lines) or "nothing"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process and its children to end, and end them if they do not."""
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, number)
            else:
                process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_TO_END)
