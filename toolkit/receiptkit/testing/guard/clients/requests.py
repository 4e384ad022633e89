"""
requests, and what is built on it.

`send` itself reads a body that is not streamed. A streamed body is seen when the code under test
has read it to its end, by whatever method: all of them use `iter_content`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.doors import Doors, is_new
from receiptkit.testing.guard.patches import Patches

MODULE = "requests"
#: The doors of a session; requests-mock replaces what the inner one calls.
_DOORS = ("Session.request", "Session.send")
_doors = Doors("requests")
#: Takes a response, its request, and the responses that were met before.
Meet = Callable[[Any, Any, list[Any]], None]
Around = Callable[[Callable[..., Any]], Callable[..., Any]]


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap the doors of a session."""
    response_type = module.Response

    def meet(response: Any, request: Any, met: list[Any]) -> None:
        with watchers.harmless():
            if isinstance(response, response_type) and is_new(response, met):
                show(request, response, _stream)

    around = around_sending(_doors, module.RequestException, meet)
    for door in _DOORS:
        patches.wrap(module, door, around)


def around_sending(doors: Doors, error_type: type[Exception], meet: Meet) -> Around:
    """
    Return what wraps a door.

    Args:
        doors: those of the client.
        error_type: the exceptions that may hold a response.
        meet: takes a response, its request, and the responses that were met before.
    """

    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        def sending(self: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if watchers.current() is None:
                return inner(self, *args, **kwargs)
            request = args[0] if args else kwargs.get("request")
            with doors.open() as met:
                try:
                    with own_sending(request):
                        response = inner(self, *args, **kwargs)
                except error_type as error:
                    # A hook has looked at the response, and the code that catches this can, too.
                    meet(getattr(error, "response", None), request, met)
                    raise
                meet(response, request, met)
            return response

        return sending

    return around


def own_sending(request: Any) -> AbstractContextManager[None]:
    """Return a context in which urllib3 does not show the exchange as well."""
    return watchers.sending(getattr(request, "method", None), getattr(request, "url", None))


def show(request: Any, response: Any, stream: Callable[[Any, Any], None]) -> None:
    """Show a response now, or let `stream` show it when its body has been read."""
    # An adapter of a test need not set the request of its response.
    request = getattr(response, "request", None) or request
    if not watchers.is_wanted(getattr(request, "method", None), getattr(request, "url", None)):
        return
    body = response._content  # noqa: SLF001 # nothing else tells if it has been read
    if body is not False:
        show_read(request, response, body or b"")
    else:
        stream(request, response)


def _stream(request: Any, response: Any) -> None:
    response.iter_content = _collecting(request, response)


def _collecting(request: Any, response: Any) -> Callable[..., Iterator[Any]]:
    inner = response.iter_content
    # The code may look at the beginning in one call and read the rest in another.
    chunks: list[bytes] = []

    def iter_content(*args: Any, **kwargs: Any) -> Iterator[Any]:
        return collected(inner(*args, **kwargs))

    def collected(pieces: Iterator[Any]) -> Iterator[Any]:
        for piece in pieces:
            chunks.append(piece.encode("utf-8", "replace") if isinstance(piece, str) else piece)
            yield piece
        if response.__dict__.pop("iter_content", None) is not None:
            with watchers.harmless():
                show_read(request, response, b"".join(chunks))

    return iter_content


def show_read(request: Any, response: Any, body: bytes) -> None:
    """Show an exchange whose body has been read."""
    watchers.show(
        request.method,
        request.url,
        response.status_code,
        response.headers,
        body,
        request_headers=request.headers,
        request_body=request.body,
    )
