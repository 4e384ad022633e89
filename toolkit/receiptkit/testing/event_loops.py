"""
Event loops: asyncio, or trio where that one is running. Waits end by the real clock, also while a
test has frozen time.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar

_Result = TypeVar("_Result")

#: How long tasks that still run may go on when all else is done, in seconds.
_GRACE = 1


def is_running() -> bool:
    """Return True if this is called within a loop of asyncio."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def event() -> Any:
    """Make an event of the loop that is running."""
    return asyncio.Event() if is_running() else import_module("trio").Event()


async def within(seconds: float, work: Coroutine[Any, Any, _Result]) -> _Result | None:
    """Return the result of some work; None if it takes longer."""
    if is_running():
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
        with _alarm(seconds, lambda: loop.call_soon_threadsafe(task.cancel)) as has_rung:
            try:
                return await task
            except asyncio.CancelledError:
                if not has_rung():
                    task.cancel()
                    raise
        return None
    trio = import_module("trio")
    token = trio.lowlevel.current_trio_token()
    with (
        trio.CancelScope() as scope,
        _alarm(seconds, lambda: token.run_sync_soon(scope.cancel)),
    ):
        return await work
    return None


@contextmanager
def _alarm(seconds: float, ring: Callable[[], object]) -> Iterator[Callable[[], bool]]:
    """
    Call something after so many seconds, unless this has ended.

    Yields a function that returns True if it was called.
    """
    rung: list[bool] = []

    def wake() -> None:
        rung.append(True)
        ring()

    # A thread waits by the real clock, which no library freezes.
    timer = threading.Timer(seconds, wake)
    timer.daemon = True
    timer.start()
    try:
        yield lambda: bool(rung)
    finally:
        timer.cancel()


async def in_thread(call: Callable[..., _Result], *args: object) -> _Result:
    """Call something that blocks, while the loop runs on."""
    if is_running():
        return await asyncio.to_thread(call, *args)
    result: _Result = await import_module("trio").to_thread.run_sync(call, *args)
    return result


def run(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Run something in a new loop; the tasks that it has begun may go on for a while."""
    __tracebackhide__ = True

    async def all_of_it() -> _Result:
        __tracebackhide__ = True
        result = await work
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await within(_GRACE, _ended(others))
        return result

    return asyncio.run(all_of_it())


async def _ended(tasks: set[asyncio.Task[Any]]) -> None:
    await asyncio.wait(tasks)
