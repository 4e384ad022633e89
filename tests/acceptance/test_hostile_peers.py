"""Clients of `listen` and `proxy` get a response, and the log no traceback, whatever the server behind does."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from live_sockets import exchange
from receiptkit.live import Live, listen, proxy

#: Of the contract, and not.
_PATHS = ("/v1/Conversations/CH" + "1" * 32, "/2010-04-01/x")
_JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Run a server that sends these bytes for each request and then ends the connection."""

    def run() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with closing(connection):
                    connection.recv(1 << 16)
                    connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def asked(live: Live, path: str, method: str = "GET") -> bytes:
    return exchange(
        live.url, f"{method} {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode()
    )


@pytest.mark.parametrize(
    ("answer", "status", "outcome"),
    [
        (_JSON + b'Content-Length: 100\r\n\r\n{"a":', 502, "connection closed amid the answer"),
        (
            _JSON + b"Transfer-Encoding: chunked\r\n\r\n50\r\n{",
            502,
            "connection closed amid the answer",
        ),
        (b"", 502, "connection closed without an answer"),
        (b"hello\r\n\r\n", 502, "connection closed without an answer"),
        (_JSON + b"X-A: a\x01b\r\nContent-Length: 2\r\n\r\n{}", 502, "invalid answer"),
        (b"HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\n{}", 502, "invalid answer"),
        (b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 9\r\n\r\n', 304, 304),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 204, 204),
        (b"HTTP/1.0 200 OK\r\n\r\n{}", 200, 200),
        (_JSON + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-T: 1\r\n\r\n", 200, 200),
    ],
)
def test_responds_and_notes_the_outcome(
    answer: bytes, status: int, outcome: int | str, caplog: pytest.LogCaptureFixture
) -> None:
    """Both commands respond, and note the outcome."""
    with answering(answer) as url, listen(url) as receiver, proxy(url) as front:
        results = [asked(receiver, "/hook"), *(asked(front, path) for path in _PATHS)]
    # A streamed answer has begun when the server breaks off.
    begun = isinstance(outcome, str) and "amid" in outcome
    for number, result in enumerate(results):
        expected = 200 if begun and number == 2 else status
        assert result.startswith(b"HTTP/1.1 %d " % expected), result
    for each in (*receiver.handled, *front.handled):
        assert str(each.outcome).startswith(str(outcome))
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_a_request_for_another_protocol(caplog: pytest.LogCaptureFixture) -> None:
    """A client that asks for a WebSocket gets the server's HTTP response; no WebSocket library is needed."""
    with answering(_JSON + b"Content-Length: 2\r\n\r\n{}") as url, proxy(url) as live:
        fields = "Upgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\n"
        answer = exchange(live.url, f"GET /x HTTP/1.1\r\nHost: h\r\n{fields}\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"{}")
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_an_upstream_below_a_path() -> None:
    """Responses of an API below a path prefix are checked; those outside it are not."""
    with (
        answering(_JSON + b"Content-Length: 2\r\n\r\n{}") as url,
        proxy(f"{url}/prefix/") as live,
    ):
        assert b"x-receiptkit-findings: 5; schema.required" in asked(live, _PATHS[0])
        assert b"x-receiptkit-findings" not in asked(live, _PATHS[1])
