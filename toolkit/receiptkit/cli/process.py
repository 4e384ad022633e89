"""What a run asks of its process."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def at_interrupt(handler: Callable[[int, Any], object]) -> Iterator[None]:
    """Have Ctrl-C handled, unless somebody does it already."""
    ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if ours:
        signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """Set at Ctrl-C, which also interrupts what is going on; that alone can be lost in a library that calls back."""
    stop = threading.Event()

    def interrupt(number: int, frame: Any) -> None:
        stop.set()
        raise KeyboardInterrupt

    with at_interrupt(interrupt):
        yield stop


@contextmanager
def collector_off() -> Iterator[None]:
    """Bodies hold no cycles; looking for some costs a tenth of the run."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
