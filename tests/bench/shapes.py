"""
The whole command on every shape of traffic, beside reading and parsing the same file alone.

Each capture is made with n and with 5n receipts or webhooks; what counts is the ratio of the differences, so that starting up counts
for neither. It is measured in processor time, both in turn.

    python tests/bench/shapes.py [--receipts N] [--runs N] [--only NAME] [--exact]
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import yaml

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
#: By name: the suffix, the receipts or webhooks of a line, and the lines.
SHAPES: dict[str, tuple[str, float, Callable[[traffic.Traffic], Iterator[str]]]] = {
    **{
        name: ("ndjson", receipts, lambda made, name=name: traffic.lines(made)[name])  # type: ignore[misc]
        for name, receipts in (
            ("pages of 50", 50),
            ("pages of 4", 4),
            ("receipts", 1),
            ("exchanges with pages of 50", 50),
            ("exchanges with pages of 4", 4),
            ("webhook requests", 1),
            ("exchanges and webhooks", 1.6),
        )
    },
    "webhooks as forms": ("form", 1, lambda made: (made.form() for _ in iter(int, 1))),
    "HAR, pages of 4": ("har", 4, lambda made: (_ for _ in ())),
    "VCR cassette, YAML": ("yaml", 4, lambda made: (_ for _ in ())),
}


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


def seconds(command: list[str]) -> float:
    """Return the processor time of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(name: str, count: int, runs: int, style: str, more: list[str]) -> str:
    """Return a line of the table."""
    paths = [capture(name, count, style), capture(name, 5 * count, style)]
    kind = SHAPES[name][0]
    parse = [[sys.executable, "-c", _PARSE, str(path), kind] for path in paths]
    judge = [
        [sys.executable, "-m", "receiptkit", "validate", "--jobs", "1", "-q", *more, str(path)]
        for path in paths
    ]
    found = []
    for _ in range(runs):
        costs = [seconds(command) for command in (*parse, *judge)]
        found.append((costs[1] - costs[0], costs[3] - costs[2]))
    ratio = statistics.median(ours / theirs for theirs, ours in found)
    theirs, ours = (
        statistics.median(column) * 1e6 / (4 * count) for column in zip(*found, strict=True)
    )
    return f"  {name:28} {theirs:7.2f} µs   {ours:7.2f} µs   {ratio:6.2f} x"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--style", choices=["plain", "other"], default="plain")
    parser.add_argument("--exact", action="store_true", help="measure with --no-bulk")
    options = parser.parse_args()
    os.chdir(FOLDER.parent)
    print("a receipt or webhook:         parsing alone      validate       ratio")
    for name in SHAPES:
        if options.only in name:
            more = ["--no-bulk"] if options.exact else []
            print(measure(name, options.receipts, options.runs, options.style, more), flush=True)


if __name__ == "__main__":
    main()
