"""
`make bench`: what receiptkit costs, beside what it is compared with, in one run.

Machines are noisy: each pair is run in turn, and the ratio of medians is what counts.

    python tests/bench/bench.py [--receipts N] [--runs N]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
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
_PARSE_ONLY = """
import sys, orjson
with open(sys.argv[1], "rb") as stream:
    for line in stream:
        orjson.loads(line)
"""


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
    """What a command took: seconds on the clock, seconds of processor time, peak memory in MiB."""

    elapsed: float
    busy: float
    memory: float


def process(command: list[str], codes: tuple[int, ...] = (0,)) -> Cost:
    """What a command takes, which must end with one of these codes."""
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


def whole_command(receipts: int, runs: int) -> None:
    print(
        f"\nthe whole command on {receipts:,} receipts as NDJSON, beside reading and parsing the file with orjson"
    )
    for name, path in captures(receipts):
        parse, judge = [], []
        for _ in range(runs):
            parse.append(process([sys.executable, "-c", _PARSE_ONLY, str(path)]).busy)
            judge.append(process(validate("--jobs", 1, path)).busy)
        seconds = [statistics.median(parse), statistics.median(judge)]
        ratio = statistics.median(ours / theirs for ours, theirs in zip(judge, parse, strict=True))
        memory = peak_memory(["validate", "--jobs", "1", str(path)])
        print(
            f"  {name:22} {path.stat().st_size / 1e6:5.0f} MB   parse {seconds[0]:.2f} s   validate {seconds[1]:.2f} s"
            f"   ratio {ratio:.2f}   {memory:.0f} MiB   {receipts / seconds[1]:,.0f} receipts/s"
        )


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
    """A page as it is seen three times: sent, the first receipt delivered, all of them; and once more."""

    def at(delivered: int) -> dict[str, Any]:
        rows = [
            row
            if index < delivered
            else {**row, "status": "sent", "date_updated": "2026-03-02T09:15:01Z"}
            for index, row in enumerate(body["delivery_receipts"])
        ]
        return {**body, "delivery_receipts": rows}

    return [at(0), at(1), body, body]


def enveloped(receipts: int) -> dict[str, Path]:
    """The same pages as the traffic they were: exchanges as NDJSON, a HAR, a cassette; made once and kept."""
    names = {"exchanges, NDJSON": "ndjson", "HAR": "har", "cassette, JSON": "cassette.json"}
    paths = {name: FOLDER / f"traffic-{receipts}.{suffix}" for name, suffix in names.items()}
    if not all(path.exists() for path in paths.values()):
        with (
            paths["exchanges, NDJSON"].open("w") as lines,
            paths["HAR"].open("w") as har,
            paths["cassette, JSON"].open("w") as cassette,
        ):
            har.write(
                '{"log": {"version": "1.2", "creator": {"name": "bench", "version": "1"}, "entries": ['
            )
            cassette.write('{"version": 1, "interactions": [')
            for number in range(receipts // PAGE_SIZE):
                body = page(number)
                text, url, separator = (
                    json.dumps(body),
                    body["meta"]["url"],
                    ",\n" if number else "\n",
                )
                head = {"Content-Type": "application/json"}
                exchange = {
                    "request": {"method": "GET", "url": url},
                    "response": {"status": 200, "headers": head, "body": body},
                }
                lines.write(json.dumps(exchange) + "\n")
                har.write(separator + json.dumps(har_entry(url, text)))
                answer = {
                    "status": {"code": 200},
                    "headers": {"Content-Type": ["application/json"]},
                    "body": {"string": text},
                }
                request = {"method": "GET", "uri": url, "body": None, "headers": {}}
                cassette.write(separator + json.dumps({"request": request, "response": answer}))
            har.write("\n]}}\n")
            cassette.write("\n]}\n")
    return paths


def har_entry(url: str, text: str) -> dict[str, Any]:
    """An entry with the members that HAR 1.2 asks for."""
    both = {"httpVersion": "HTTP/1.1", "cookies": [], "headersSize": -1}
    content = {"size": len(text), "mimeType": "application/json", "text": text}
    headers = [{"name": "Content-Type", "value": "application/json"}]
    return {
        "startedDateTime": "2026-03-02T09:15:00.000Z",
        "time": 12,
        "request": {
            "method": "GET",
            "url": url,
            "headers": [],
            "queryString": [],
            "bodySize": 0,
            **both,
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "headers": headers,
            "content": content,
            "redirectURL": "",
            "bodySize": len(text),
            **both,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 12, "receive": 0},
    }


def traffic(receipts: int, runs: int) -> None:
    """HAR and cassette beside NDJSON, several processes beside one, and Redocly's `drift` on the same files."""
    pages = dict(captures(receipts))["pages, json.dumps"]
    paths = {"pages, NDJSON": pages, **enveloped(receipts)}
    drift = drift_command()
    print(f"\nthe same {receipts:,} receipts as traffic, one process; elapsed seconds, in turn")
    ours: dict[str, list[Cost]] = {name: [] for name in paths}
    theirs: dict[str, list[Cost]] = (
        {name: [] for name in ("exchanges, NDJSON", "HAR")} if drift else {}
    )
    for _ in range(runs):
        for name, path in paths.items():
            ours[name].append(process(validate("--jobs", 1, path)))
            if name in theirs:
                theirs[name].append(
                    process([*drift, str(path), "--api", "spec/documented.yaml"], codes=(0, 1))
                )
    for name, path in paths.items():
        took = statistics.median(cost.elapsed for cost in ours[name])
        ratio = statistics.median(
            cost.elapsed / base.elapsed
            for cost, base in zip(ours[name], ours["pages, NDJSON"], strict=True)
        )
        line = f"  {name:20} {path.stat().st_size / 1e6:5.0f} MB   {took:.2f} s   {ratio:.2f} times pages as NDJSON"
        line += f"   {peak_memory(['validate', '--jobs', '1', str(path)]):.0f} MiB"
        if name in theirs:
            peer = statistics.median(cost.elapsed for cost in theirs[name])
            line += f"   redocly drift {peer:.2f} s ({peer / took:.1f} times), {max(cost.memory for cost in theirs[name]):.0f} MiB"
        print(line)
    if not drift:
        print("  redocly drift: skipped, there is no Node.js here")
    print("\nseveral processes on the NDJSON of pages; elapsed seconds, in turn")
    alone, shared = [], []
    for _ in range(2 * runs):
        alone.append(process(validate("--jobs", 1, pages)).elapsed)
        shared.append(process(validate("--jobs", 2, pages)).elapsed)
    gain = statistics.median(one / two for one, two in zip(alone, shared, strict=True))
    print(
        f"  one {statistics.median(alone):.2f} s   two {statistics.median(shared):.2f} s   {gain:.2f} times as fast"
    )


def drift_command() -> list[str]:
    """Redocly's command line, installed beside the captures; nothing where there is no Node.js."""
    if not shutil.which("npm"):
        return []
    folder = FOLDER / "redocly"
    if not folder.exists():
        install = [
            "npm",
            "install",
            "--silent",
            "--no-fund",
            "--no-audit",
            "--prefix",
            str(folder),
            "@redocly/cli@2.77.0",
        ]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
    return [str(folder / "node_modules" / ".bin" / "redocly"), "drift"]


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
    whole_command(options.receipts, options.runs)
    rules_across(options.receipts, options.runs)
    traffic(options.receipts, options.runs)
    generating(options.runs)
    start_up(options.runs)
    plugin.idle(options.runs)
    server.measure(options.runs)


if __name__ == "__main__":
    main()
