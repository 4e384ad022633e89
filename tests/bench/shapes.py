"""The whole command on every shape of traffic, beside reading and parsing the same file alone.

Each capture is made with n and with 5n receipts or webhooks; the ratio of the differences counts,
so that start-up counts for neither. It is measured in processor time, both in turn, and the least of
several runs counts.

Other tables: signatures; two processes beside one, on the clock; and other tools: a script as people
write it (orjson, parse_qsl, a pydantic model for each webhook, no rule across records), and Redocly's
`drift`.

    python tests/bench/shapes.py [--receipts N] [--runs N] [--only NAME] [--style other] [--exact] [--tables shapes,signed,…]
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl

import yaml

from receiptkit.webhooks.signature import AUTH_TOKEN, sign

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import traffic

FOLDER = Path(__file__).resolve().parents[2] / ".bench"
_PARSE = """
import sys, orjson
from urllib.parse import parse_qsl
path, kind = sys.argv[1:]
if kind == "har":
    with open(path, "rb") as stream:
        for entry in orjson.loads(stream.read())["log"]["entries"]:
            orjson.loads(entry["response"]["content"]["text"])
elif kind == "yaml":
    import yaml
    with open(path, "rb") as stream:
        for each in yaml.load(stream, Loader=yaml.CSafeLoader)["interactions"]:
            orjson.loads(each["response"]["body"]["string"])
else:
    with open(path, "rb") as stream:
        for line in stream:
            if kind == "form":
                parse_qsl(line.decode())
                continue
            value = orjson.loads(line)
            if type(value.get("body")) is str:
                parse_qsl(value["body"])
"""
#: What people write to check webhooks: a model of the parameters, and nothing beyond one request.
_SCRIPT = """
import sys, orjson
from typing import Literal, Optional
from urllib.parse import parse_qsl
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

def sid(prefix): return Field(pattern=f"^{prefix}[0-9a-f]{{32}}$")

class Delivery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    EventType: Literal["onDeliveryUpdated"]
    AccountSid: str = sid("AC")
    ChatServiceSid: str = sid("IS")
    ConversationSid: str = sid("CH")
    MessageSid: str = sid("IM")
    ParticipantSid: str = sid("MB")
    ChannelMessageSid: str = sid("[A-Z]{2}")
    DeliveryReceiptSid: str = sid("DY")
    Status: Literal["queued", "sent", "delivered", "read", "failed", "undelivered"]
    ErrorCode: Optional[int] = None
    DateCreated: AwareDatetime
    DateUpdated: AwareDatetime
    RetryCount: int

with open(sys.argv[1], "rb") as stream:
    for line in stream:
        text = line.decode() if sys.argv[2] == "form" else orjson.loads(line)["body"]
        Delivery.model_validate(dict(parse_qsl(text.strip())))
"""
_TOKEN = {"BENCH_TOKEN": AUTH_TOKEN}
#: By name: the suffix, the receipts or webhooks of a line, and the lines.
SHAPES: dict[str, tuple[str, float, Callable[[traffic.Traffic], Iterator[str]]]] = {
    **{
        name: ("ndjson", receipts, lambda made, name=name: lines_of(made, name))  # type: ignore[misc]
        for name, receipts in (
            ("pages of 50", 50),
            ("pages of 4", 4),
            ("receipts", 1),
            ("exchanges with pages of 50", 50),
            ("exchanges with pages of 4", 4),
            ("webhook requests", 1),
            ("signed webhook requests", 1),
            ("exchanges and webhooks", 1.6),
        )
    },
    "webhooks as forms": ("form", 1, lambda made: (made.form() for _ in iter(int, 1))),
    "HAR, pages of 4": ("har", 4, lambda made: (_ for _ in ())),
    "VCR cassette, YAML": ("yaml", 4, lambda made: (_ for _ in ())),
}


#: The captures that Redocly's `drift` reads.
_FOR_DRIFT = ("exchanges with pages of 4", "exchanges with pages of 50", "HAR, pages of 4")


def lines_of(made: traffic.Traffic, name: str) -> Iterator[str]:
    """Return the lines of a layout."""
    if name.startswith("signed"):
        return (signed(made) for _ in iter(int, 1))
    return traffic.lines(made)[name]


def signed(made: traffic.Traffic) -> str:
    """Return a webhook request with the signature that a token makes."""
    request = made.webhook()
    signature = sign(request["url"], AUTH_TOKEN, parse_qsl(request["body"]))
    request["headers"]["X-Twilio-Signature"] = signature
    return made.style.dumps(request)


def capture(name: str, count: int, style: str) -> Path:
    """Return a capture of about so many receipts or webhooks; made once and kept."""
    suffix, receipts, lines = SHAPES[name]
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name.replace(' ', '-').replace(',', '')}-{style}-{count}.{suffix}"
    if path.exists():
        return path
    made = traffic.Traffic(1, traffic.PLAIN if style == "plain" else traffic.OTHER)
    bodies = (made.page(4) for _ in range(count // 4))
    with path.open("w") as out:
        if suffix == "har":
            out.writelines(line + "\n" for line in made.har(bodies))
        elif suffix == "yaml":
            found = {"interactions": [made.interaction(body) for body in bodies], "version": 1}
            yaml.dump(found, out, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))
        else:
            taken = islice(lines(made), int(count / receipts))
            out.writelines(line + "\n" for line in taken)
    return path


def drift_command() -> list[str]:
    """Return Redocly's command line, installed beside the captures; nothing without Node.js."""
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


class Cost(NamedTuple):
    """Seconds of processor time, and on the clock."""

    busy: float
    elapsed: float


def cost(command: list[str], codes: tuple[int, ...] = (0,)) -> Cost:
    """Return the cost of a command, which must end with one of these codes."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **_TOKEN},
        check=False,
    )
    after, elapsed = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - start
    if done.returncode not in codes:
        raise SystemExit(f"{' '.join(command)[:200]} exited {done.returncode}")
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(busy, elapsed)


def validate(path: Path, *more: str, jobs: str = "1") -> list[str]:
    command = [sys.executable, "-m", "receiptkit", "validate", "-q", "--jobs", jobs]
    return [*command, *more, str(path)]


def against_parsing(name: str, options: argparse.Namespace, more: list[str]) -> str:
    """Return a line of the table: above start-up, by the difference of a small capture and a large one."""
    count = options.receipts
    paths = [capture(name, count, options.style), capture(name, 5 * count, options.style)]
    kind = SHAPES[name][0]
    parsing: list[list[float]] = [[], []]
    judging: list[list[float]] = [[], []]
    for _ in range(options.runs):
        for path, parsed, judged in zip(paths, parsing, judging, strict=True):
            parsed.append(cost([sys.executable, "-c", _PARSE, str(path), kind]).busy)
            judged.append(cost(validate(path, *more)).busy)
    # Whatever else a machine does only adds to a time.
    theirs, ours = (
        (min(large) - min(small)) * 1e6 / (4 * count) for small, large in (parsing, judging)
    )
    ratio = ours / theirs
    return f"  {name:28} {theirs:7.2f} µs   {ours:7.2f} µs   {ratio:6.2f} x"


def two_processes(name: str, options: argparse.Namespace) -> str:
    """Return how much sooner two processes are ready than one, on a capture of about 90 MB or more."""
    path = capture(name, 7 * options.receipts, options.style)
    found = []
    for _ in range(options.runs):
        one, two = (cost(validate(path, jobs=jobs)).elapsed for jobs in ("1", "2"))
        found.append((one, two, one / two))
    one, two, gain = map(statistics.median, zip(*found, strict=True))
    size = path.stat().st_size / 1e6
    return f"  {name:28} {size:4.0f} MB   one {one:6.2f} s   two {two:6.2f} s   {gain:5.2f} times as fast"


def others(name: str, options: argparse.Namespace) -> str:
    """Return what others take for a capture, in processor time; Redocly's `drift` on the clock, beside the default number of processes."""
    path = capture(name, 5 * options.receipts, options.style)
    codes: tuple[int, ...] = (0,)
    what = "script"
    command = [sys.executable, "-c", _SCRIPT, str(path), SHAPES[name][0]]
    if "webhook" not in name:
        drift = drift_command()
        if not drift:
            return f"  {name:28} redocly drift: skipped, there is no Node.js here"
        what, codes = "redocly drift", (0, 1)
        command = [*drift, str(path), "--api", "spec/documented.yaml"]
    jobs, measured = ("1", "busy") if what == "script" else (str(os.cpu_count()), "elapsed")
    found = []
    for _ in range(options.runs):
        theirs = getattr(cost(command, codes), measured)
        found.append((theirs, getattr(cost(validate(path, jobs=jobs)), measured)))
    ratio = statistics.median(theirs / ours for theirs, ours in found)
    theirs, ours = map(statistics.median, zip(*found, strict=True))
    return (
        f"  {name:28} {what} {theirs:6.2f} s   validate {ours:6.2f} s   {ratio:5.1f} times as fast"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--style", choices=["plain", "other"], default="plain")
    parser.add_argument("--tables", default="shapes,signed,processes,others")
    parser.add_argument("--exact", action="store_true", help="measure with --no-bulk")
    options = parser.parse_args()
    tables = options.tables.split(",")
    os.chdir(FOLDER.parent)
    names = [name for name in SHAPES if options.only in name]
    plain = [name for name in names if not name.startswith("signed")]
    if "shapes" in tables:
        print(f"a receipt or webhook, style {options.style!r}: parsing alone, validate, ratio")
        for name in plain:
            more = ["--no-bulk"] if options.exact else []
            print(against_parsing(name, options, more), flush=True)
    if "signed" in tables:
        print("with signatures judged")
        for name in names:
            if name.startswith("signed"):
                more = ["--auth-token-env", "BENCH_TOKEN"]
                print(against_parsing(name, options, more), flush=True)
    if "processes" in tables:
        print("two processes")
        for name in plain:
            print(two_processes(name, options), flush=True)
    if "others" in tables:
        print("others")
        for name in plain:
            if ("webhook" in name and "exchanges" not in name) or name in _FOR_DRIFT:
                print(others(name, options), flush=True)


if __name__ == "__main__":
    main()
