"""Event loops: asyncio, or trio where that one is running."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any, TypeVar

_Result = TypeVar("_Result")

#: In seconds: how long tasks that are still running may go on when all else is done.
_GRACE = 1


def is_running() -> bool:
    """Whether this is called within a loop of asyncio's."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def event() -> Any:
    """An event of the loop that runs."""
    return asyncio.Event() if is_running() else import_module("trio").Event()


async def within(seconds: float, work: Coroutine[Any, Any, _Result]) -> _Result | None:
    """What something comes to; None if it takes longer."""
    if is_running():
        try:
            return await asyncio.wait_for(work, seconds)
        except asyncio.TimeoutError:  # another one before Python 3.11
            return None
    with import_module("trio").move_on_after(seconds):
        return await work
    return None


async def in_thread(call: Callable[..., _Result], *args: object) -> _Result:
    """Call something that blocks, while the loop runs on."""
    if is_running():
        return await asyncio.to_thread(call, *args)
    result: _Result = await import_module("trio").to_thread.run_sync(call, *args)
    return result


def run(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Run something in a loop of its own; the tasks that it has begun may go on for a while."""
    __tracebackhide__ = True

    async def all_of_it() -> _Result:
        __tracebackhide__ = True
        result = await work
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=_GRACE)
        return result

    return asyncio.run(all_of_it())
