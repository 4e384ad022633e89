"""Costs of live traffic: webhooks a second that `listen` checks, keeps and forwards; time that `proxy` adds."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from receiptkit.generation import Generator
from receiptkit.server import running

#: Webhooks of one run, and how many are on their way at a time.
WEBHOOKS, SENDERS = 3000, 16
CALLS = 300


class _Application(asyncio.Protocol):
    """Answers every request that is whole, without a framework whose time would be measured."""

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, mark, body = self._received.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
        if mark and len(body) >= length:
            self._received = b""
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")  # type: ignore[attr-defined]


@contextlib.contextmanager
def process(*arguments: str) -> Iterator[str]:
    """A command in a process of its own, and its URL."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        command = [
            sys.executable,
            "-m",
            "receiptkit",
            *arguments,
            "--log",
            "off",
            "--ready-file",
            str(ready),
        ]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as child:
            try:
                while not ready.exists():
                    time.sleep(0.02)
                yield json.loads(ready.read_text())["url"]
            finally:
                child.terminate()


def bodies() -> list[bytes]:
    """Forms of webhooks, each of another message."""
    generator, found = Generator(), []
    for seed in range(200):
        webhooks = generator.webhooks(generator.world("group-sms", seed=seed))
        found += [urlencode(webhooks.parameters(event)).encode() for event in webhooks.events]
    return found


async def _listened(file: Path) -> float:
    """Return the webhooks a second that a listener takes."""
    loop, forms = asyncio.get_running_loop(), bodies()
    own = await loop.create_server(_Application, "127.0.0.1", 0)
    port = own.sockets[0].getsockname()[1]
    with process("listen", "--forward-to", f"http://127.0.0.1:{port}", "-o", str(file)) as url:
        parts = urlsplit(url)
        left = iter(range(WEBHOOKS))

        async def send() -> None:
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            for number in left:
                body = forms[number % len(forms)]
                writer.write(
                    b"POST /hook HTTP/1.1\r\nHost: hooks.example.com\r\nUser-Agent: TwilioProxy/1.1\r\n"
                    b"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
                    b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
                )
                head = await reader.readuntil(b"\r\n\r\n")
                assert b" 200 " in head, head
            writer.close()

        began = time.perf_counter()
        await asyncio.gather(*(send() for _ in range(SENDERS)))
        took = time.perf_counter() - began
    own.close()
    return WEBHOOKS / took


async def _call(url: str, target: str, authorization: bytes) -> list[float]:
    """Return how long each of some calls took, in milliseconds."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    request = b"GET %b HTTP/1.1\r\nHost: %b\r\nAuthorization: Basic %b\r\n\r\n" % (
        target.encode(),
        parts.netloc.encode(),
        authorization,
    )
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head, head
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        times.append((time.perf_counter() - began) * 1000)
    writer.close()
    return times


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "kept.ndjson"
        rate = asyncio.run(_listened(file))
        kept = file.read_bytes().count(b'"status":200')
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        each = (used.ru_utime + used.ru_stime) * 1000 / WEBHOOKS
        print(f"listen: {each:.1f} ms of processor time a webhook, with the start of the process")
        print(
            f"listen: {rate:,.0f} webhooks a second judged, kept and forwarded; {kept:,} of {WEBHOOKS:,} kept"
        )
        with running(scenarios="full-house", clock="manual") as twilio:
            twilio.advance(to="end")
            world = twilio.worlds[0]
            target = f"/v1/Conversations/{world.conversation_sid}/Messages/{world.message.sid}"
            authorization = base64.b64encode(f"{twilio.account_sid}:secret".encode())
            with process(
                "proxy", "--upstream", twilio.url, "-o", str(Path(folder) / "day.ndjson")
            ) as url:
                for what in ("", "/Receipts"):
                    direct = statistics.median(
                        asyncio.run(_call(twilio.url, target + what, authorization))
                    )
                    through = statistics.median(
                        asyncio.run(_call(url, target + what, authorization))
                    )
                    name = "a page of receipts" if what else "a message"
                    print(
                        f"proxy: {through - direct:.1f} ms more at the median for {name} ({direct:.1f} ms without it)"
                    )


if __name__ == "__main__":
    main()
