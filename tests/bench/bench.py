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
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import generation
import plugin
import server
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from receiptkit import Contract
from receiptkit.rules import catalogue
from receiptkit.rules.examples import sample

FOLDER = Path(__file__).resolve().parents[2] / ".bench"
PAGE_SIZE = 50


def page(number: int, rows: int = PAGE_SIZE) -> dict[str, Any]:
    """The page of the receipts of a message, all of which conform; another message for each number."""
    message = sid("IM", number)
    body: dict[str, Any] = json.loads(
        json.dumps(sample("page")).replace(sample("message")["sid"], message)
    )
    row = body["delivery_receipts"][0]
    serials = range(number * rows, (number + 1) * rows)
    body["delivery_receipts"] = [
        {
            **row,
            "sid": sid("DY", serial),
            "channel_message_sid": sid("SM", serial),
            "participant_sid": sid("MB", serial % PAGE_SIZE),
            "url": row["url"][:-34] + sid("DY", serial),
        }
        for serial in serials
    ]
    return body


def sid(prefix: str, serial: int) -> str:
    """A SID that looks like any, and is another one for each serial number."""
    return (
        f"{prefix}{(serial + 0x1F2E3D4C5B6A798) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 16**32:032x}"
    )


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


class Cost(NamedTuple):
    """The cost of a command: seconds on the clock, seconds of processor time, peak memory in MiB."""

    elapsed: float
    busy: float
    memory: float


def process(command: list[str], codes: tuple[int, ...] = (0,)) -> Cost:
    """Return the cost of a command, which must end with one of these codes."""
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    start = time.perf_counter()
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    _, status, usage = os.wait4(child.pid, 0)
    elapsed = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in codes:
        raise SystemExit(f"{' '.join(command)} exited {child.returncode}")
    return Cost(elapsed, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def validate(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "receiptkit", "validate", *map(str, arguments)]


def peak_memory(arguments: list[str]) -> float:
    """
    The peak memory of the command line in MiB, as the process itself reads it at its end (Linux).

    What the operating system tells a parent would include the parent's own size.
    """
    script = "import sys\nfrom receiptkit.cli import main\nmain(sys.argv[1:])\nprint(open('/proc/self/status').read())"
    result = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    return int(result.stdout.partition("VmHWM:")[2].split()[0]) / 1024


#: Leaves away all that takes more than one observation to see.
ONE_BY_ONE = [part for rule in catalogue.across() for part in ("--ignore", rule)]


def rules_across(receipts: int, runs: int) -> None:
    print(
        f"\nwhat the rules across observations cost; {receipts:,} receipts as NDJSON, one process"
    )
    paths = dict(captures(receipts))
    paths["pages of 3 rows"] = written(
        "small", receipts, ([page(number, 3)] for number in range(receipts // 3))
    )
    paths["pages of 3 rows, polled"] = written(
        "polled", receipts, (polled(page(number, 3)) for number in range(receipts // 3))
    )
    for name, path in paths.items():
        gain = statistics.median(
            process(validate("--jobs", 1, path)).busy
            / process(validate("--jobs", 1, *ONE_BY_ONE, path)).busy
            for _ in range(runs)
        )
        without, memory = (
            peak_memory(["validate", "--jobs", "1", *more, str(path)]) for more in (ONE_BY_ONE, [])
        )
        each = (memory - without) * 2**20 / receipts
        print(
            f"  {name:24} {gain:.2f} times the time   {without:.0f} MiB without, {memory:.0f} MiB with: {each:.0f} bytes a receipt"
        )


def written(name: str, receipts: int, groups: Iterable[list[dict[str, Any]]]) -> Path:
    """Pages as NDJSON; made once and kept."""
    path = FOLDER / f"{name}-{receipts}.ndjson"
    if not path.exists():
        with path.open("w") as out:
            out.writelines(json.dumps(body) + "\n" for group in groups for body in group)
    return path


def polled(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a page polled four times: sent, the first receipt delivered, all of them, and again."""

    def at(delivered: int) -> dict[str, Any]:
        rows = [
            row
            if index < delivered
            else {**row, "status": "sent", "date_updated": "2026-03-02T09:15:01Z"}
            for index, row in enumerate(body["delivery_receipts"])
        ]
        return {**body, "delivery_receipts": rows}

    return [at(0), at(1), body, body]


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
    schema = contract.validator.schemas.of_body(operation, 200)
    assert schema.conforms(body)
    assert schema.is_clean(body)
    assert contract.check(body) == []
    request = MockRequest(
        "https://conversations.twilio.com",
        "get",
        url.removeprefix("https://conversations.twilio.com").partition("?")[0],
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


def generating(runs: int, receipts: int = 1_000_000) -> None:
    generation.rates(runs)
    generation.beside_json(runs)
    print(
        f"\n`receiptkit generate full-house` on so many worlds that they have {receipts:,} receipts"
    )
    for form in ("receipts", "pages"):
        memory = {}
        for count in (receipts // 500, receipts // 50):
            arguments = [
                "generate",
                "full-house",
                "--count",
                str(count),
                "--as",
                form,
                "-o",
                os.devnull,
            ]
            memory[count] = peak_memory(arguments)
        took = process([sys.executable, "-m", "receiptkit", *arguments]).elapsed
        few, many = memory.values()
        print(
            f"  {form:10} {took:.1f} s   {receipts / took:,.0f} receipts/s   {many:.0f} MiB, with a tenth of them {few:.0f} MiB"
        )


def start_up(runs: int) -> None:
    print("\nstart-up")
    for arguments in (
        ["-c", "pass"],
        ["-m", "receiptkit", "--version"],
        ["-m", "receiptkit", "validate", "fixtures/samples/conforming.ndjson"],
        ["-m", "receiptkit", "generate", "group-sms"],
    ):
        seconds = statistics.median(process([sys.executable, *arguments]).busy for _ in range(runs))
        print(f"  python {' '.join(arguments):70} {seconds * 1e3:4.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    os.chdir(FOLDER.parent)
    schema_check()
    rules_across(options.receipts, options.runs)
    generating(options.runs)
    start_up(options.runs)
    plugin.idle(options.runs)
    server.measure(options.runs)


if __name__ == "__main__":
    main()
