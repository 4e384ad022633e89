"""Compare the findings of `receiptkit validate` in the corpus with the expected ones.

`python tests/corpus/score.py` prints the score.

`expected.json` lists the inputs, each with a sentence on its kind, its ground, and its findings as
`rule@pointer`. `*` in a finding matches anything. Any finding of a list suffices, where several
places name the same mistake. `entry` is the number of the observation in its file, `says` a pattern
that message or hint must match, `checked` the number of observations that must be checked, `exit`
the possible exit codes. Findings in `allowed` are optional; every other one is a false alarm.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent

Entry = dict[str, Any]


class Outcome(NamedTuple):
    """
    The difference between what was expected of an input and what came of it.

    Attributes:
        missed: expected findings, counts and exit codes that were not there.
        false_alarms: errors and warnings that should not be there.
        unlisted: information that the entry does not list.
    """

    missed: list[str]
    false_alarms: list[str]
    unlisted: list[str]

    @property
    def is_as_expected(self) -> bool:
        """Return True if there is no difference."""
        return not (self.missed or self.false_alarms or self.unlisted)


def entries() -> list[Entry]:
    """Read the entries of `expected.json`."""
    found: list[Entry] = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))["entries"]
    return found


def arguments(entry: Entry) -> list[str]:
    """Return the command line that validates the input of an entry."""
    paths = [str(HERE / path) for path in entry["paths"]]
    return ["validate", "--format", "json", *entry.get("options", []), *paths]


def outcome(entry: Entry, code: int, output: str) -> Outcome:
    """Compare the exit code and the JSON report of a run with the entry."""
    try:
        report = json.loads(output)
    except ValueError:
        return Outcome([f"a JSON report; the exit code is {code}"], [], [])
    findings = report["findings"]
    wanted = entry["expected"]
    missed = [
        _text(each) for each in wanted if not any(_matches(finding, each) for finding in findings)
    ]
    if "exit" in entry and code not in entry["exit"]:
        missed.append(f"exit code {entry['exit']}, not {code}")
    checked = report["summary"]["checked"]
    if entry.get("checked", checked) != checked:
        missed.append(f"{entry['checked']} observations judged, not {checked}")
    others = [finding for finding in findings if not _is_expected(finding, entry)]
    alarms = [finding for finding in others if finding["severity"] != "info"]
    return Outcome(
        missed,
        [_shown(each) for each in alarms],
        [_shown(each) for each in others if each not in alarms],
    )


def _is_expected(finding: Entry, entry: Entry) -> bool:
    allowed = [{"finding": entry["allowed"]}] if entry.get("allowed") else []
    return any(_matches(finding, each) for each in (*entry["expected"], *allowed))


def _matches(finding: Entry, expected: Entry) -> bool:
    """Return True if a finding is one that an entry lists; what it does not give counts for nothing."""
    name, origin = f"{finding['rule']}@{finding['pointer']}", finding["origin"]
    return (
        any(_pattern(each).fullmatch(name) for each in _listed(expected["finding"]))
        and finding["severity"] in _listed(expected.get("severity", finding["severity"]))
        and Path(origin["file"]).name == expected.get("file", Path(origin["file"]).name)
        and origin["entry"] == expected.get("entry", origin["entry"])
        and re.search(
            expected.get("says", ""), f"{finding['message']} {finding['hint']}", re.IGNORECASE
        )
        is not None
    )


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, text.split("*"))))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(expected: Entry) -> str:
    return (
        f"{' or '.join(_listed(expected['severity']))} {' or '.join(_listed(expected['finding']))}"
    )


def _shown(finding: Entry) -> str:
    origin = finding["origin"]
    return f"{finding['severity']} {finding['rule']}@{finding['pointer']} in entry {origin['entry']} of {Path(origin['file']).name}"


def _run(entry: Entry) -> Outcome:
    """Validate the input of an entry in this process."""
    from receiptkit.cli.commands import run

    os.environ.update(entry.get("env", {}))
    output = io.StringIO()
    with redirect_stdout(output):
        code = run(arguments(entry))
    return outcome(entry, code, output.getvalue())


def _print_score() -> None:
    of_defects, of_controls, alarms = [0, 0], [0, 0], 0
    for entry in entries():
        result = _run(entry)
        is_defect = entry["paths"][0].startswith("defects/")
        counts = of_defects if is_defect else of_controls
        counts[0] += not result.missed if is_defect else result.is_as_expected
        counts[1] += 1
        alarms += len(result.false_alarms)
        if result.is_as_expected:
            continue
        print(f"{entry['name']}: {entry['kind']}")
        for title, lines in zip(("missed", "false alarm", "not listed"), result, strict=True):
            for line in lines:
                print(f"    {title}: {line}")
    print(
        f"defects: {of_defects[0]} of {of_defects[1]} found, {of_defects[1] - of_defects[0]} missed"
    )
    print(
        f"controls: {of_controls[0]} of {of_controls[1]} as expected; false alarms in all: {alarms}"
    )


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1] / "toolkit"))
    _print_score()
