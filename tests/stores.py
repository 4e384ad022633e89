"""A real S3 API on loopback, from moto; one of Google; and plain HTTP that breaks what it sends."""

from __future__ import annotations

import http.server
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

#: Of nobody.
KEY, SECRET = "AKIAIOSFODNN7NOBODY", "wJalrXUtnFEMI0K7MDENG"
BUCKET = "hooks"


class Bucket:
    """A bucket of a server, and the way to what is in it."""

    def __init__(self, endpoint: str) -> None:
        from fsspec import filesystem

        self.endpoint = endpoint
        self.files: Any = filesystem("s3", use_listings_cache=False)
        self.files.mkdir(BUCKET)

    def put(self, name: str, content: bytes) -> str:
        """Write an object; return its URL."""
        self.files.pipe_file(f"{BUCKET}/{name}", content)
        return f"s3://{BUCKET}/{name}"

    def get(self, name: str) -> bytes:
        """Return the content of an object."""
        return bytes(self.files.cat_file(f"{BUCKET}/{name}"))


@contextmanager
def bucket() -> Iterator[Bucket]:
    """Start a server with an empty bucket, which the environment leads to."""
    pytest.importorskip("s3fs", reason="needs the extra `remote`")
    pytest.importorskip("flask_cors", reason="needs the group `scale`")
    from moto.server import ThreadedMotoServer
    from s3fs import S3FileSystem

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", endpoint)
        patch.setenv("AWS_ACCESS_KEY_ID", KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_CONFIG_FILE", "/nowhere")
        # Servers of one process share what they store.
        reset = urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")
        urllib.request.urlopen(reset).close()
        # A client that is kept talks to the server of an earlier test.
        S3FileSystem.clear_instance_cache()
        try:
            yield Bucket(endpoint)
        finally:
            server.stop()


@contextmanager
def google() -> Iterator[Any]:
    """Start a server of Google Cloud Storage with an empty bucket; yield the way to what is in it."""
    pytest.importorskip("gcsfs", reason="needs the extra `remote`")
    pytest.importorskip("gcp_storage_emulator", reason="needs the group `scale`")
    from gcsfs import GCSFileSystem

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "gcp_storage_emulator", "start", "--in-memory", "--port", port]
    # It tells of every connection that a client closes.
    server = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--default-bucket", BUCKET],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{port}")
        # Nobody is asked for credentials of this machine.
        patch.setenv("NO_GCE_CHECK", "true")
        GCSFileSystem.clear_instance_cache()
        try:
            _await(int(port))
            yield GCSFileSystem(use_listings_cache=False)
        finally:
            GCSFileSystem.clear_instance_cache()
            server.terminate()
            server.wait(30)


def _await(port: int) -> None:
    """Wait until a server listens."""
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)


@contextmanager
def web(contents: dict[str, tuple[int, bytes]]) -> Iterator[str]:
    """Serve contents by their paths, each with its declared length; yield the address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            length, content = contents.get(self.path.partition("?")[0], (-1, b""))
            self.send_response(404 if length < 0 else 200)
            self.send_header("Content-Length", str(max(length, 0)))
            self.end_headers()
            if body:
                self.wfile.write(content)
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
