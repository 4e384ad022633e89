"""Files that other versions of tools wrote than those of the samples; each name has the version."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from unit.captures.test_wrappers import check_place, in_another_order, lies

Report = Callable[..., dict[str, Any]]
Run = Callable[..., tuple[int, str, str]]
FOLDER = Path(__file__).parent / "written"
#: What is not read: the message names the conversion.
NAMED = {"mitmproxy-10.4.2.flows": "mitmdump -q -nr", "nock-code-13.5.6.js": "node -e"}
FILES = sorted(path.name for path in FOLDER.iterdir() if path.name not in NAMED)
REORDERED = [name for name in FILES if name.endswith((".json", ".ndjson", ".har", ".yaml"))]


def expected(name: str) -> tuple[int, list[str]]:
    return (4, ["/Status", "/status"]) if name.startswith("wiremock") else (2, ["/status"])


def check(judged: dict[str, Any], name: str) -> None:
    """Hold a report to the lies of a file, and to what is clean in it."""
    checked, pointers = expected(name)
    assert judged["summary"]["checked"] == checked
    assert {each["rule"] for each in lies(judged)} == {"schema.enum"}
    found = sorted(each["pointer"].lower() for each in lies(judged))
    assert found == [pointer.lower() for pointer in pointers]


@pytest.mark.parametrize("name", FILES)
def test_reads_captures_of_other_versions(report: Report, name: str) -> None:
    """The wrong value is found at its place, and the clean observation is checked."""
    judged = report(FOLDER / name)
    check(judged, name)
    lines = (FOLDER / name).read_text().splitlines(keepends=True)
    for each in lies(judged):
        check_place(each, lines)


@pytest.mark.parametrize("indent", [None, 3])
@pytest.mark.parametrize("name", REORDERED)
def test_reads_it_in_another_order(
    tmp_path: Path, report: Report, name: str, indent: int | None
) -> None:
    """The order of members, blanks, and unknown members change nothing."""
    text = in_another_order(name, (FOLDER / name).read_text(), random.Random(name), indent)
    path = tmp_path / "capture"
    path.write_text(text)
    check(report(path), name)


@pytest.mark.parametrize("name", NAMED)
def test_names_the_conversion(run: Run, name: str) -> None:
    """A file that is not read says how it is converted."""
    code, _, error = run("validate", FOLDER / name)
    assert (code, NAMED[name] in error) == (2, True)
