"""Many clients at once: no error, and each gets its own response."""

from __future__ import annotations

import asyncio
import hashlib
import resource
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from receiptkit.server import Running, running
from serving import basic


async def client(server: Running, bodies: list[tuple[str, str]], number: int, until: float) -> int:
    """One client with a connection of its own, which asks for one list after another; how many answers it got."""
    parts = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    count = 0
    try:
        while not count or time.monotonic() < until:
            path, digest = bodies[(number + count * 7) % len(bodies)]
            request = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: {basic(server.account_sid, 'x')}\r\n\r\n"
            writer.write(request.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            assert hashlib.sha256(await reader.readexactly(length)).hexdigest() == digest
            count += 1
    finally:
        writer.close()
        await writer.wait_closed()
    return count


def expected(server: Running) -> list[tuple[str, str]]:
    """The pages of every world in both scopes, and what each has to be."""
    import orjson

    found = []
    for life in server.control.state.lives:
        for world in (life.world, life.in_service):
            rendering = server.control.state.speaking(server.url).at(world)
            for number in range(len(list(rendering.pages(20)))):
                path = rendering.page_url(number, 20).removeprefix(server.url)
                found.append(
                    (path, hashlib.sha256(orjson.dumps(rendering.page(number, 20))).hexdigest())
                )
    return found


def crowd(clients: int, seconds: float, **settings: Any) -> list[int]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4 * clients + 200), hard), hard))

    async def run(server: Running, bodies: list[tuple[str, str]]) -> list[int]:
        until = time.monotonic() + seconds
        return list(
            await asyncio.gather(
                *(client(server, bodies, number, until) for number in range(clients))
            )
        )

    with running(clock="manual", **settings) as server:
        server.advance(to="end")
        bodies = expected(server)
        assert len({digest for _, digest in bodies}) == len(bodies) > 40
        return asyncio.run(run(server, bodies))


def test_a_hundred_clients() -> None:
    """A hundred clients at once get exactly what each requested."""
    assert all(crowd(100, 0.5))


@pytest.mark.soak
def test_a_thousand_clients_for_a_minute() -> None:
    """A thousand clients on a hundred worlds, for a minute: no error, no mixed-up response."""
    counts = crowd(1000, 60, count=5)
    assert len(counts) == 1000
    assert all(counts)
    print(f"{sum(counts):,} answers, {min(counts)} to {max(counts)} a client")
