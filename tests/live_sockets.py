"""Sockets for tests of live traffic: an application that keeps the bytes it gets, and a client that sends bytes."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class Application(ThreadingHTTPServer):
    """Keeps each request as (request line's target, method, headers, body), and answers after a while."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.seen: list[tuple[str, str, list[tuple[str, str]], bytes]] = []
        self.status, self.delay = 200, 0.0
        self.answer, self.fields = b"<Response/>", [("Content-Type", "text/xml"), ("X-Own", "1")]
        #: The states of receipts, as an application would keep them.
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Application
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # `path` lacks all but one of several slashes at its beginning.
        target = self.requestline.split(" ")[1]
        self.server.seen.append((target, self.command, self.headers.items(), body))
        time.sleep(self.server.delay)
        self.send_response_only(self.server.status)
        for name, value in self.server.fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    do_GET = do_PUT = do_DELETE = do_PATCH = do_POST  # noqa: N815 # the names are those of http.server

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def application(port: int = 0) -> Iterator[Application]:
    with Application(port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def free_port() -> int:
    """Return a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the command in a process, and end it after the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "receiptkit", *arguments],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def exchange(url: str, sent: bytes) -> bytes:
    """Send the bytes of a request with `Connection: close`, and return all that comes back."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=20) as client:
        client.sendall(sent)
        received = b""
        while piece := client.recv(1 << 16):
            received += piece
    return received
