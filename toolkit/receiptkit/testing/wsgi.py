"""A request to a WSGI application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit
from wsgiref.util import setup_testing_defaults

from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import WebhookRequest

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def call(
    application: Application, request: WebhookRequest
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return status, headers and body of the response; raise what the application raises."""
    head: list[Any] = []
    written: list[bytes] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _: Any = None
    ) -> Callable[[bytes], None]:
        head[:] = [int(status.split(maxsplit=1)[0]), headers]
        return written.append

    pieces = application(_environment(request), start_response)
    if pieces is None:
        raise UsageError(
            "the WSGI application returned nothing; "
            "it must return the pieces of the body, such as []"
        )
    try:
        written.extend(pieces)
    finally:
        close = getattr(pieces, "close", None)
        if close:
            close()
    if not head:
        raise UsageError(
            "the WSGI application returned without an answer: it must call start_response"
        )
    status, headers = head
    return status, headers, b"".join(written)


def _environment(request: WebhookRequest) -> dict[str, Any]:
    place = urlsplit(request.url)
    port = place.port or {"https": 443}.get(place.scheme, 80)
    environment: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        # As WSGI has it: bytes, written as if they were Latin-1.
        "PATH_INFO": unquote_to_bytes(place.path or "/").decode("latin-1"),
        "QUERY_STRING": place.query,
        "SERVER_NAME": place.hostname or "localhost",
        "SERVER_PORT": str(port),
        "wsgi.url_scheme": place.scheme,
        "wsgi.input": BytesIO(request.body.encode()),
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environment[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    setup_testing_defaults(environment)
    return environment
