"""The process of a command: signals, standard streams, garbage collection."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: Signals that ask a command to end. On Windows, nothing sends SIGTERM.
_ENDING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def at_interrupt(handler: Callable[[int, Any], object]) -> Iterator[None]:
    """Handle Ctrl-C and TERM, unless the program around this one does."""
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
        yield
    finally:
        for number, current in replaced.items():
            signal.signal(number, current)


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C and TERM set; a library may swallow their exception."""
    stop = threading.Event()

    def interrupt(number: int, frame: Any) -> None:
        stop.set()
        raise KeyboardInterrupt

    with at_interrupt(interrupt):
        yield stop


def prepare_process() -> None:
    """Let TERM end the process like Ctrl-C, and every stream bear any text."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _interrupt)
    _fill_descriptors()
    if sys.stdout is None:
        sys.stdout = _ClosedStream()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 # stays open
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def end_quietly() -> None:
    """Ignore the signals that ask to end, now that the process does."""
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
    """Stands for standard output that is closed."""

    def __init__(self) -> None:
        super().__init__(_ClosedBuffer(), encoding="utf-8", write_through=True)


class _ClosedBuffer(io.BytesIO):
    def write(self, data: Any) -> int:
        raise OSError("standard output is closed")


@contextmanager
def collector_off() -> Iterator[None]:
    """
    Turn garbage collection off: bodies hold no cycles, and looking for some takes a tenth of the
    run.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
