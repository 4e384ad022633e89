"""Check captures with receiptkit, many at a time, by its command line in this process."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from receiptkit.cli import main

from .stories import Captures
from .webhooks import TOKEN

#: How many captures are judged in one run.
BATCH = 50


class Judged:
    """
    Findings and counts of captures.

    Attributes:
        alarms: errors, warnings, problems, and counts of observations that are wrong.
        infos, unchecked, seen: counts by rule, by reason, and of what was covered.
        observations: how many there were.
    """

    def __init__(self) -> None:
        self.alarms: list[str] = []
        self.infos: Counter[str] = Counter()
        self.unchecked: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()
        self.observations = 0

    def judge(self, many: Iterable[Captures], folder: Path) -> None:
        """Check captures; files that can be checked together are given to one run."""
        for batch in _batches(many):
            for options, group in _by_options(batch).items():
                self._run(group, options, folder)
            for each in batch:
                self.seen.update(each.seen)

    def _run(self, group: list[Captures], options: tuple[str, ...], folder: Path) -> None:
        paths = []
        for name, content in (file for each in group for file in each.files):
            (folder / name).write_bytes(content)
            paths.append(str(folder / name))
        if not paths:
            return
        report = run(["--format", "json", "--jobs", "1", "--allow-empty", *options, *paths])
        expected = sum(each.observations for each in group)
        summary = report["summary"]
        self.observations += summary["observations"]
        self.unchecked.update(summary["unchecked_reasons"])
        self.alarms += [f"problem: {problem}" for problem in summary["problems"]]
        if summary["observations"] != expected:
            self.alarms.append(
                f"{summary['observations']} observations of {expected} in {paths[0]} and those after it"
            )
        for finding in report["findings"]:
            if finding["severity"] == "info":
                self.infos[finding["rule"]] += 1
            else:
                self.alarms.append(_line(finding))
        if not any(finding["severity"] != "info" for finding in report["findings"]):
            for path in paths:
                os.unlink(path)

    def table(self) -> str:
        """Return the counts as lines."""
        parts = {"covered": self.seen, "infos": self.infos, "unchecked": self.unchecked}
        lines = [f"{self.observations} observations"]
        for title, counts in parts.items():
            lines += [
                f"{title}:",
                *(f"  {count:8}  {name}" for name, count in sorted(counts.items()) if count),
            ]
        return "\n".join(lines)


def run(arguments: list[str]) -> Any:
    """Return the JSON report of `receiptkit validate`."""
    os.environ["SIMULATOR_TOKEN"] = TOKEN
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        main(["validate", *arguments])
    return json.loads(out.getvalue())


def has_option(name: str) -> bool:
    """Return True if `receiptkit validate` has an option."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main(["validate", "--help"])
    return name in out.getvalue()


def _batches(many: Iterable[Captures]) -> Iterator[list[Captures]]:
    batch: list[Captures] = []
    for each in many:
        batch.append(each)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _by_options(batch: list[Captures]) -> dict[tuple[str, ...], list[Captures]]:
    found: dict[tuple[str, ...], list[Captures]] = defaultdict(list)
    for each in batch:
        found[each.options].append(each)
    return found


def _line(finding: dict[str, Any]) -> str:
    origin = finding["origin"]
    place = f"{origin['file']}:{origin['line']}, entry {origin['entry']}"
    return f"{place}: {finding['severity']} {finding['rule']} {finding['pointer']}: {finding['message']}"
