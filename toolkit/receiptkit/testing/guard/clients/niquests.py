"""
niquests, synchronous and asynchronous.

It grew out of requests, and differs where bodies are read: `content` reads `raw` itself. A response
of a multiplexed session comes later, when it is first looked at or gathered; it is seen then.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.body_reader import BodyReader
from receiptkit.testing.guard.clients.requests import (
    Around,
    Meet,
    around_sending,
    own_sending,
    show,
    show_read,
)
from receiptkit.testing.guard.doors import Doors, is_new
from receiptkit.testing.guard.patches import Patches

MODULE = "niquests"
_doors = Doors("niquests")
#: Responses of multiplexed sessions that have not come yet.
_pending: list[Any] = []


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap the doors of both sessions, and the arrival of multiplexed responses."""
    response_type, error_type = module.Response, module.RequestException

    def meet(response: Any, request: Any, met: list[Any]) -> None:
        with watchers.harmless():
            if not isinstance(response, response_type) or not is_new(response, met):
                return
            if getattr(response, "lazy", False):
                _pending.append(response)
            else:
                show(request, response, _stream)

    around = _doors, error_type, meet
    for door in ("Session.request", "Session.send"):
        patches.wrap(module, door, around_sending(*around))
    for door in ("AsyncSession.request", "AsyncSession.send"):
        patches.wrap(module, door, _around_async(*around))
    patches.wrap(module, "adapters.HTTPAdapter.gather", _around_gather(meet))


def _around_async(doors: Doors, error_type: type[Exception], meet: Meet) -> Around:
    """Return what wraps an asynchronous door; see `around_sending`."""

    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        async def sending(self: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if watchers.current() is None:
                return await inner(self, *args, **kwargs)
            request = args[0] if args else kwargs.get("request")
            with doors.open() as met:
                try:
                    with own_sending(request):
                        response = await inner(self, *args, **kwargs)
                except error_type as error:
                    meet(getattr(error, "response", None), request, met)
                    raise
                meet(response, request, met)
            return response

        return sending

    return around


def _around_gather(meet: Meet) -> Around:
    """Return what wraps the gathering of multiplexed responses."""

    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        def gather(self: Any, *responses: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            result = inner(self, *responses, **kwargs)
            for response in [each for each in _pending if not each.lazy]:
                _pending.remove(response)
                meet(response, None, [])
            return result

        return gather

    return around


def _stream(request: Any, response: Any) -> None:
    if response.raw is not None:
        BodyReader(response.raw, lambda read: show_read(request, response, read))
