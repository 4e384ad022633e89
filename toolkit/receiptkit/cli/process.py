"""The process of a command: signals, standard streams, garbage collection."""

from __future__ import annotations

import _thread
import gc
import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from receiptkit.model.display import printable, without_users
from receiptkit.model.errors import UsageError

_T = TypeVar("_T")
#: Signals that ask a command to end. On Windows, nothing sends SIGTERM.
_ENDING = (signal.SIGINT, signal.SIGTERM)
#: How often a process looks for its parent, in seconds.
_PARENT_INTERVAL = 0.3
#: How long a signal waits that came while Python swallowed exceptions, in seconds.
_AGAIN = 0.02


class Interrupted(KeyboardInterrupt):
    """
    Ends a command after Ctrl-C or TERM.

    A class of ours: if a plain KeyboardInterrupt passes through `exec` of a text, as in a
    namedtuple or dataclass, `python -m` ends by SIGINT although it was handled.
    """


class _Signals:
    """Remembers that one came; what Python calls back, such as `__del__`, swallows exceptions."""

    came = False


@contextmanager
def at_interrupt(handler: Callable[[int, Any], object]) -> Iterator[None]:
    """
    Handle Ctrl-C and TERM, unless the program around this one does.

    Raises:
        Interrupted: a signal came before.
    """
    replaced = {}
    if threading.current_thread() is threading.main_thread():
        replaced = {
            number: current
            for number in _ENDING
            if (current := signal.getsignal(number))
            in (signal.default_int_handler, signal.SIG_DFL, _interrupt)
        }
    for number in replaced:
        signal.signal(number, handler)
    try:
        if _interrupt in replaced.values() and _Signals.came:
            _Signals.came = False
            raise Interrupted
        yield
    finally:
        for number, current in replaced.items():
            signal.signal(number, current)


def _interrupt(number: int, frame: Any) -> None:
    _Signals.came = True
    raise Interrupted


def catch_signals() -> None:
    """Let Ctrl-C and TERM end the process in one way, unless the program around it handles them."""
    for number in _ENDING:
        if signal.getsignal(number) in (signal.default_int_handler, signal.SIG_DFL):
            signal.signal(number, _interrupt)
    report = sys.unraisablehook

    def unraisable(lost: Any) -> None:
        if not isinstance(lost.exc_value, Interrupted):
            report(lost)
        elif _Signals.came:
            threading.Thread(target=_interrupt_again, daemon=True).start()

    sys.unraisablehook = unraisable


def _interrupt_again() -> None:
    """Repeat a signal whose exception Python has swallowed, a moment later."""
    time.sleep(_AGAIN)
    if not _Signals.came:
        return
    if hasattr(signal, "pthread_kill") and (main := threading.main_thread().ident):
        signal.pthread_kill(main, signal.SIGINT)
    else:
        _thread.interrupt_main()


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C and TERM set; a library may swallow their exception."""
    stop = threading.Event()

    def interrupt(number: int, frame: Any) -> None:
        stop.set()
        _interrupt(number, frame)

    with at_interrupt(interrupt):
        yield stop


def run_async(work: Coroutine[Any, Any, _T]) -> _T:
    """
    Run a coroutine to its end.

    A signal cancels it: asyncio would print an exception in the middle of a library's tasks.

    Raises:
        Interrupted: a signal came.
    """
    import asyncio

    async def cancellable() -> _T:
        loop = asyncio.get_running_loop()
        task: Any = asyncio.current_task()
        with at_interrupt(lambda *_: loop.call_soon_threadsafe(task.cancel)):
            return await work

    try:
        return asyncio.run(cancellable())
    except asyncio.CancelledError:
        raise Interrupted from None


def after_parent(act: Callable[[], object]) -> None:
    """
    Do something when the process that started this one has ended.

    Args:
        act: is called in another thread.

    Raises:
        UsageError: this system does not show that it ended.
    """
    if os.name == "nt":
        raise UsageError("--exit-with-parent: Windows does not show when that process ends")
    parent = os.getppid()

    def wait() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_INTERVAL)
        act()

    threading.Thread(target=wait, name="receiptkit-parent", daemon=True).start()


def prepare_process() -> None:
    """Let every stream bear any text."""
    _fill_descriptors()
    if sys.stdout is None:
        sys.stdout = _ClosedStream()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 # stays open
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def begin_work() -> None:
    """Collect garbage from now on, but never among what has been imported."""
    gc.freeze()
    gc.enable()


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for garbage only among what comes after this, until the block ends."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def end_quietly() -> None:
    """Ignore the signals that ask to end, and garbage, now that the process ends."""
    gc.freeze()
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


def _fill_descriptors() -> None:
    """
    Open the null device for each standard stream that is closed, so that no file of the run takes
    its number.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) < 3:
        pass
    os.close(descriptor)


class _ClosedStream(io.TextIOWrapper):
    """Replaces standard output that is closed."""

    def __init__(self) -> None:
        super().__init__(_ClosedBuffer(), encoding="utf-8", write_through=True)


class _ClosedBuffer(io.BytesIO):
    def write(self, data: Any) -> int:
        raise OSError("standard output is closed")


def processors() -> int:
    """Return how many processes this machine can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def say(text: str) -> None:
    """Write a line on standard error."""
    # Signals are caught before anything as large as click is imported.
    import click

    click.echo(f"receiptkit: {printable(without_users(text))}", err=True)


def note(text: str) -> None:
    """Write a line that is no complaint on standard error."""
    say(f"note: {text}")
