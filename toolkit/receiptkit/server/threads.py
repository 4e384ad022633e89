"""
Needs of a server in a thread of a test's process: real threads, and a clock
that goes on.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable

from receiptkit.model.errors import UsageError

#: How long to wait for the start and for the end of a server, in seconds.
PATIENCE = 30


def demand_real_threads() -> None:
    """
    Demand that threads are real.

    Raises:
        UsageError: gevent or eventlet has replaced them by tasks that take turns, so that a
            server would wait for itself.
    """
    gevent, eventlet = sys.modules.get("gevent.monkey"), sys.modules.get("eventlet.patcher")
    for name, is_patched in (
        ("gevent", getattr(gevent, "is_module_patched", None)),
        ("eventlet", getattr(eventlet, "is_monkey_patched", None)),
    ):
        if is_patched is not None and is_patched("threading" if name == "gevent" else "thread"):
            raise UsageError(
                f"a server cannot run in this process: {name} has replaced its threads; "
                "start `receiptkit serve` in its own process"
            )


def keep_real_time(loop: asyncio.AbstractEventLoop) -> None:
    """Let a loop go by the real clock, also while a test has frozen time."""
    clock = _real_monotonic()
    try:
        loop.time = clock  # type: ignore[method-assign]
    except AttributeError:
        return  # uvloop has its own clock, which no library freezes


def _real_monotonic() -> Callable[[], float]:
    real = getattr(sys.modules.get("freezegun.api"), "real_monotonic", None)
    return real if callable(real) else time.monotonic
