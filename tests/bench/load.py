"""Asks for URLs in turn over several connections, and prints the responses a second. Input: {urls, authorization, seconds, connections}."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from typing import Any
from urllib.parse import urlsplit


class Connection(asyncio.Protocol):
    """Asks for one URL after another."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.held = b""
        self.left = -1

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.transport.write(next(self.load.requests))

    def data_received(self, data: bytes) -> None:
        if self.left < 0:
            self.held += data
            head, end, rest = self.held.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(head.decode())
            self.left = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]) - len(
                rest
            )
        else:
            self.left -= len(data)
        if self.left <= 0:
            self.left, self.held = -1, b""
            self.load.answers += 1
            self.transport.write(next(self.load.requests))


class Load:
    def __init__(self, urls: list[str], authorization: str) -> None:
        hosts = [urlsplit(url) for url in urls]
        self.host, self.port = hosts[0].hostname or "", hosts[0].port or 80
        self.requests = itertools.cycle(
            f"GET {each.path}?{each.query} HTTP/1.1\r\nHost: {each.netloc}\r\nAuthorization: {authorization}\r\n\r\n".encode()
            for each in hosts
        )
        self.answers = 0

    async def run(self, seconds: float, connections: int) -> float:
        """Answers per second, after a short while to warm up."""
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            await loop.create_connection(lambda: Connection(self), self.host, self.port)
        await asyncio.sleep(seconds / 4)
        before, start = self.answers, time.perf_counter()
        await asyncio.sleep(seconds)
        return (self.answers - before) / (time.perf_counter() - start)


given = json.load(sys.stdin)
print(
    asyncio.run(
        Load(given["urls"], given["authorization"]).run(given["seconds"], given["connections"])
    )
)
