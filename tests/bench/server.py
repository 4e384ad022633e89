"""Speed of the server beside Prism's static mock: lists of 3 and 50 receipts, start-up, memory, many worlds."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import posting

FOLDER = Path(__file__).resolve().parents[2] / ".bench"
PRISM = "@stoplight/prism-cli@5.14.2"
SECONDS = 2.0
CONNECTIONS = 8
_LOAD = Path(__file__).with_name("load.py")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as own:
        return int(own.getsockname()[1])


def get(url: str, authorization: str = "") -> bytes | None:
    """Return the body of a successful response; None without one."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    with contextlib.closing(connection), contextlib.suppress(OSError):
        connection.request(
            "GET", url.partition(parts.netloc)[2], headers={"Authorization": authorization}
        )
        answer = connection.getresponse()
        body = answer.read()
        return body if answer.status == 200 else None
    return None


@contextlib.contextmanager
def process(
    command: list[str], ready: str, authorization: str = ""
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A process while a block lasts, from when it first answers; and how long that took."""
    start = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=FOLDER.parent
    ) as child:
        try:
            while get(ready, authorization) is None:
                if child.poll() is not None:
                    raise SystemExit(f"{' '.join(command)} exited {child.returncode}")
                time.sleep(0.005)
            yield child, time.perf_counter() - start
        finally:
            child.terminate()


def rate(urls: list[str], authorization: str) -> float:
    """Requests per second, of a client in a process of its own that keeps its connections."""
    given = json.dumps(
        {
            "urls": urls,
            "authorization": authorization,
            "seconds": SECONDS,
            "connections": CONNECTIONS,
        }
    )
    result = subprocess.run(
        [sys.executable, str(_LOAD)], input=given, capture_output=True, text=True, check=True
    )
    return float(result.stdout)


@contextlib.contextmanager
def ours(*options: str) -> Iterator[tuple[dict[str, str], list[str], int, float]]:
    """Start our server at the end of its worlds; return its credentials, lists, process and start-up time."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-m",
        "receiptkit",
        "serve",
        "--port",
        str(port),
        "--clock",
        "manual",
        *options,
    ]
    with process(command, f"{url}/_receiptkit/") as (child, took):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        with contextlib.closing(connection):
            connection.request("POST", "/_receiptkit/clock/advance?by=30d")
            assert connection.getresponse().status == 200
        shown = json.loads(get(f"{url}/_receiptkit/") or b"")
        secret = base64.b64encode(f"{shown['account_sid']}:secret".encode()).decode()
        lists = [
            f"{url}/v1/Conversations/{world['conversation_sid']}/Messages/{world['message_sid']}/Receipts"
            for world in shown["worlds"]
        ]
        yield {"authorization": f"Basic {secret}"}, lists, child.pid, took


def memory(pid: int) -> float:
    """The memory of a process in MiB (Linux)."""
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


def processor_time(pid: int) -> float:
    """The processor time of a process in seconds (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def prism() -> list[str]:
    """Return Prism's command line, installed beside the captures; nothing without Node.js."""
    if not shutil.which("npm"):
        return []
    folder = FOLDER / "prism"
    if not (folder / "node_modules").exists():
        install = [
            "npm",
            "install",
            "--silent",
            "--no-fund",
            "--no-audit",
            "--prefix",
            str(folder),
            PRISM,
        ]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
    return [str(folder / "node_modules" / ".bin" / "prism"), "mock", "--verboseLevel", "silent"]


def plain(node: Any) -> Any:
    """A document without extensions: Prism takes a `$ref` in one of ours for a file."""
    if isinstance(node, list):
        return [plain(each) for each in node]
    return (
        {name: plain(each) for name, each in node.items() if not name.startswith("x-")}
        if isinstance(node, dict)
        else node
    )


def with_example(body: bytes) -> Path:
    """Our document with a page as the example of its list, which is what Prism then answers with."""
    document = plain(json.loads((FOLDER.parent / "spec" / "documented.json").read_text()))
    path = "/v1/Conversations/{ConversationSid}/Messages/{MessageSid}/Receipts"
    document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["example"] = (
        json.loads(body)
    )
    target = FOLDER / "prism.json"
    target.write_text(json.dumps(document))
    return target


def beside_prism(runs: int) -> None:
    """The same body from both, in turn."""
    command = prism()
    for receipts in (3, 50):
        with ours("--scenario", "full-house", "--receipts", str(receipts)) as (
            secret,
            (url,),
            pid,
            _,
        ):
            body = get(url, secret["authorization"]) or b""
            if not command:
                print(
                    f"  {receipts:2} receipts   {rate([url], **secret):7,.0f} requests/s   Prism: skipped, there is no Node.js here"
                )
                continue
            port = free_port()
            theirs = f"http://127.0.0.1:{port}{urlsplit(url).path}"
            with process(
                [*command, "-p", str(port), str(with_example(body))],
                theirs,
                secret["authorization"],
            ) as (peer, _):
                assert json.loads(get(theirs, secret["authorization"]) or b"") == json.loads(body)
                pairs = [(rate([url], **secret), rate([theirs], **secret)) for _ in range(runs)]
                mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
                times = statistics.median(one / two for one, two in pairs)
                print(
                    f"  {receipts:2} receipts   {mine:7,.0f} requests/s   Prism {other:5,.0f}   {times:.1f} times"
                    f"   {memory(pid):.0f} MiB, Prism {memory(peer.pid):.0f} MiB"
                )


def many_worlds(runs: int, count: int = 10_000) -> None:
    """The same page with one world there and with ten thousand; and pages of them all, as they come and when they were asked for before."""
    with (
        ours("--scenario", "full-house") as (secret, one, _, _),
        ours("--scenario", "full-house", "--count", str(count)) as many,
    ):
        lists, pid, took = many[1:]
        pairs = [(rate(one, **secret), rate(lists[:1], **many[0])) for _ in range(runs)]
        slower = statistics.median(few / lot for few, lot in pairs) - 1
        print(f"  {count:,} worlds of 50 receipts   {memory(pid):.0f} MiB, start-up {took:.1f} s")
        print(f"    the same page as with one world: {100 * slower:+.0f} % time")
        random.Random(1).shuffle(lists)
        first = [
            rate(lists[start : start + count // 4], **many[0])
            for start in range(0, count, count // 4)
        ]
        again = rate(lists, **many[0])
        alone = statistics.median(few for few, _ in pairs)
        print(
            f"    pages of all worlds in turn: {statistics.median(first):,.0f} requests/s; a second time {again:,.0f}; one page {alone:,.0f}"
        )
        print(f"    then {memory(pid):.0f} MiB")


def start_up(runs: int) -> None:
    took, busy = [], []
    for _ in range(runs):
        with ours() as (_, _, pid, seconds):
            took.append(seconds)
            busy.append(processor_time(pid))
            used = memory(pid)
    print(
        f"  start-up with every scenario {statistics.median(took):.2f} s, to the first answer (goal 0.6);"
        f" {statistics.median(busy):.2f} s of processor time   {used:.0f} MiB"
    )


def measure(runs: int) -> None:
    FOLDER.mkdir(exist_ok=True)
    print(
        f"\n`receiptkit serve`, {CONNECTIONS} connections; requests per second, in turn ({os.cpu_count()} processors)"
    )
    beside_prism(runs)
    start_up(runs)
    many_worlds(runs)
    posting.measure()


if __name__ == "__main__":
    measure(5)
