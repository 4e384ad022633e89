"""
`make bench`: what receiptkit costs, beside what it is compared with, in one run.

Machines are noisy: each pair is run in turn, and the ratio of medians is what counts.

    python tests/bench/bench.py [--receipts N] [--runs N]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from receiptkit import Contract
from receiptkit.rules.examples import sample

FOLDER = Path(__file__).resolve().parents[2] / ".bench"
PAGE_SIZE = 50
_PARSE_ONLY = """
import sys, orjson
with open(sys.argv[1], "rb") as stream:
    for line in stream:
        orjson.loads(line)
"""


def page(number: int) -> dict[str, Any]:
    """A page of 50 receipts that conform, different for each number."""
    body: dict[str, Any] = sample("page")
    row = body["delivery_receipts"][0]
    rows = []
    for index in range(PAGE_SIZE):
        serial = number * PAGE_SIZE + index + 0x1F2E3D4C5B6A798
        sid = f"DY{serial * 0x9E3779B97F4A7C15 % 16**32:032x}"
        rows.append(
            {
                **row,
                "sid": sid,
                "channel_message_sid": f"SM{serial * 0xC2B2AE3D27D4EB4F % 16**32:032x}",
                "url": row["url"][:-34] + sid,
            }
        )
    body["delivery_receipts"] = rows
    return body


def captures(receipts: int) -> Iterator[tuple[str, Path]]:
    """The same receipts as NDJSON in the layouts that captures have; made once and kept."""
    FOLDER.mkdir(exist_ok=True)
    layouts: dict[str, Callable[[dict[str, Any]], list[str]]] = {
        "pages, compact": lambda body: [json.dumps(body, separators=(",", ":"))],
        "pages, json.dumps": lambda body: [json.dumps(body)],
        "receipts, json.dumps": lambda body: [json.dumps(row) for row in body["delivery_receipts"]],
    }
    for name, lines in layouts.items():
        path = FOLDER / f"{name.replace(', ', '-')}-{receipts}.ndjson"
        if not path.exists():
            with path.open("w") as out:
                for number in range(receipts // PAGE_SIZE):
                    out.writelines(line + "\n" for line in lines(page(number)))
        yield name, path


def process(command: list[str]) -> float:
    """Seconds of processor time of a command."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{' '.join(command)} exited {child.returncode}")
    return usage.ru_utime + usage.ru_stime


def peak_memory(arguments: list[str]) -> float:
    """
    The peak memory of the command line in MiB, as the process itself reads it at its end (Linux).

    What the operating system tells a parent would include the parent's own size.
    """
    script = "import sys\nfrom receiptkit.cli import main\nmain(sys.argv[1:])\nprint(open('/proc/self/status').read())"
    result = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    return int(result.stdout.partition("VmHWM:")[2].split()[0]) / 1024


def whole_command(receipts: int, runs: int) -> None:
    print(f"\nthe whole command on {receipts:,} receipts as NDJSON, beside reading and parsing the file with orjson")
    for name, path in captures(receipts):
        parse, judge = [], []
        for _ in range(runs):
            parse.append(process([sys.executable, "-c", _PARSE_ONLY, str(path)]))
            judge.append(process([sys.executable, "-m", "receiptkit", "validate", str(path)]))
        seconds = [statistics.median(parse), statistics.median(judge)]
        ratio = statistics.median(ours / theirs for ours, theirs in zip(judge, parse, strict=True))
        memory = peak_memory(["validate", str(path)])
        print(
            f"  {name:22} {path.stat().st_size / 1e6:5.0f} MB   parse {seconds[0]:.2f} s   validate {seconds[1]:.2f} s"
            f"   ratio {ratio:.2f}   {memory:.0f} MiB   {receipts / seconds[1]:,.0f} receipts/s"
        )


def per_call(call: Callable[[], object], least: float = 0.2) -> float:
    """The seconds of one call: the best of five rounds, each long enough to be measured."""
    call()
    times, best = 1, float("inf")
    for _ in range(5):
        while True:
            start = time.perf_counter()
            for _ in range(times):
                call()
            took = time.perf_counter() - start
            if took >= least / 5:
                best = min(best, took / times)
                break
            times *= 2
    return best


def schema_check() -> None:
    contract = Contract.load()
    body = page(1)
    raw = json.dumps(body).encode()
    url = body["meta"]["url"]
    operation, _ = contract.operations.resolve("GET", url) or (None, None)
    assert operation is not None
    schema = contract.judge.body_schema(operation, 200)
    assert schema.conforms(body)
    assert schema.is_clean(body)
    assert contract.check(body) == []
    request = MockRequest(
        "https://conversations.twilio.com", "get", url.removeprefix("https://conversations.twilio.com").partition("?")[0]
    )
    response = MockResponse(raw)
    openapi = OpenAPI.from_dict(contract.document.content)
    peer = per_call(lambda: openapi.validate_response(request, response))
    print(
        f"a page of {PAGE_SIZE} receipts, parsed, beside openapi-core's validate_response ({peer * 1e3:.1f} ms) on the same document"
    )
    ours = {
        "schema check": lambda: schema.conforms(body),
        "schema check and advice": lambda: schema.is_clean(body),
        "Contract.check, all rules": lambda: contract.check(body),
        "Contract.check of its text": lambda: contract.check(raw),
    }
    for name, call in ours.items():
        took = per_call(call)
        print(f"  {name:28} {took * 1e6:7.0f} µs   {peer / took:5.0f} times as fast")


def start_up(runs: int) -> None:
    print("\nstart-up")
    for arguments in (
        ["-c", "pass"],
        ["-m", "receiptkit", "--version"],
        ["-m", "receiptkit", "validate", "fixtures/samples/conforming.ndjson"],
    ):
        seconds = statistics.median(process([sys.executable, *arguments]) for _ in range(runs))
        print(f"  python {' '.join(arguments):70} {seconds * 1e3:4.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    os.chdir(FOLDER.parent)
    schema_check()
    whole_command(options.receipts, options.runs)
    start_up(options.runs)


if __name__ == "__main__":
    main()
