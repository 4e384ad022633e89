"""
Run the ways of `ways.py` as a suite of its own, and tell which of them the guard saw; make the table of docs/pytest.md of them.

    python tests/client_matrix.py --write    writes the table into docs/pytest.md
    python tests/client_matrix.py --check    fails if it is out of date
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree as ET

from ways import SERVED, WAYS, Way

ROOT = Path(__file__).resolve().parents[1]
_DOCS = ROOT / "docs" / "pytest.md"
_START, _END = (
    "<!-- made by tests/client_matrix.py -->\n",
    "<!-- end of what tests/client_matrix.py makes -->\n",
)
#: What the report of a test says once if the guard saw the lie, and checked it once.
_LIE = "error schema.enum: "


#: Packages that `make proofs` installs, each set in an environment of its own: the newest versions, and the oldest that are supported.
ENVIRONMENTS: dict[str, tuple[str, ...]] = {
    "newest": (
        "aiohttp<3.14",  # aioresponses cannot be used with 3.14
        "aioresponses",
        "django",
        "fastapi",
        "flask",
        "httplib2",
        "httpx",
        "httpx2; python_version >= '3.11'",
        "pook",
        "pytest",
        "pytest-httpx",
        "pytest-httpx2; python_version >= '3.11'",
        "pytest-recording",
        "requests",
        "requests-mock",
        "responses",
        "respx",
        "starlette",
        "trio",
        "twilio",
        "urllib3",
        "vcrpy",
    ),
    "newest aiohttp": ("aiohttp", "pytest", "pytest-recording", "vcrpy"),  # nor can pook
    "newest niquests": ("niquests", "pytest", "responses"),
    "oldest": (
        "aiohttp==3.10.0",
        "aioresponses==0.7.8",
        "django==4.2",
        "fastapi==0.112.0",
        "flask==3.0.0",
        "httpx==0.27.0",
        "pook==2.1.0",
        "pytest==7.4.0",
        "pytest-httpx==0.30.0",
        "pytest-recording==0.13.2",
        "requests==2.31.0",
        "requests-mock==1.12.1",
        "responses==0.25.0",
        "respx==0.22.0",
        "setuptools<80",
        "starlette==0.37.2",
        "trio==0.27.0",
        "twilio==9.3.0",
        "urllib3==1.26.18",
        "vcrpy==7.0.0",
        "werkzeug==3.0.0",
    ),
    "oldest httpx2": ("httpx2==2.0.0; python_version >= '3.11'", "pytest==8.4.0"),
    "oldest niquests": ("niquests==3.12.0", "pytest==8.4.0", "responses==0.25.0"),
}


def results(python: str, folder: Path, *arguments: str) -> dict[str, str]:
    """
    Try every way with an interpreter, and return what became of each.

    Args:
        python: the interpreter, in whose environment the packages are.
        folder: an empty folder.
        arguments: of pytest.

    Returns:
        By the id of a way: `seen`, `not installed`, or what went wrong.
    """
    (folder / "served.py").write_text(SERVED)
    for number, way in enumerate(WAYS):
        (folder / f"test_{number}.py").write_text(way.module)
    without = _outcomes(python, folder, *arguments)
    guarded = _outcomes(python, folder, "--receipts-guard", *arguments)
    return {
        way.id: _verdict(without.get(number), guarded.get(number))
        for number, way in enumerate(WAYS)
    }


def _verdict(without: tuple[str, str] | None, guarded: tuple[str, str] | None) -> str:
    if without is None or guarded is None:
        return "it was not run"
    if without[0] == guarded[0] == "skipped":
        return "not installed"
    if without[0] != "passed":
        return f"it fails without the guard: {without[1]}"
    times = guarded[1].count(_LIE)
    return "seen" if times == 1 else f"the lie was reported {times} times: {guarded[1]}"


def _outcomes(python: str, folder: Path, *arguments: str) -> dict[int, tuple[str, str]]:
    """Return the outcome and the text of each test by the number of its module."""
    report = folder / "report.xml"
    command = [python, "-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider"]
    command += [*arguments, "--continue-on-collection-errors", f"--junitxml={report}"]
    paths = [str(ROOT / "toolkit"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True)
    outcomes = {}
    for case in ET.parse(report).iter("testcase"):
        module = (case.get("classname") or case.get("name") or "").rpartition("test_")[2]
        children = [child for child in case if child.tag in ("failure", "error", "skipped")]
        outcome = children[0].tag if children else "passed"
        text = "\n".join((child.text or "") for child in children)
        outcomes[int(module)] = (outcome, text)
    return outcomes


def table() -> str:
    """Return the table of the ways that the guard sees."""
    lines = ["| client | from version | seen under |", "|---|---|---|"]
    pages = [way for way in WAYS if way.kind == "page"]
    for client, ways in groupby(pages, key=lambda way: way.client):
        mocks = dict.fromkeys(_mock(way) for way in ways)
        lines.append(f"| {client} | {_oldest(client)} | {', '.join(mocks)} |")
    inbound = dict.fromkeys(way.client for way in WAYS if way.kind == "webhook")
    lines += ["", "Webhooks are seen from:", "", *(f"- {client}" for client in inbound)]
    return "\n".join(lines) + "\n"


def _oldest(client: str) -> str:
    """Return the oldest version of a client that is tried."""
    distribution = {"Twilio's client": "twilio"}.get(client, client)
    for packages in ENVIRONMENTS.values():
        for package in packages:
            name, pinned, version = package.partition(";")[0].partition("==")
            if name == distribution and pinned:
                return version
    return "of Python"


def _mock(way: Way) -> str:
    return way.mock.partition(",")[0]


def _with_table(text: str) -> str:
    before, _, rest = text.partition(_START)
    return f"{before}{_START}\n{table()}\n{_END}{rest.partition(_END)[2]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    text = _DOCS.read_text()
    if arguments.write:
        _DOCS.write_text(_with_table(text))
    elif not arguments.check:
        print(table())
    elif _with_table(text) != text:
        print("docs/pytest.md is out of date: python tests/client_matrix.py --write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
