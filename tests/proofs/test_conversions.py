"""Commands of messages whose tools are on PyPI or npm: they run, and their output is read."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from environments import interpreter, node_packages
from receiptkit.rules.examples import form, sample
from unit.captures.test_conversions import answers, converted, lie, told

Report = Callable[..., dict[str, Any]]
Run = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.proofs
WRITTEN = Path(__file__).parents[1] / "unit" / "captures" / "written"
__all__ = ["answers"]


@pytest.fixture
def mitmproxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the programs of mitmproxy on the path."""
    programs = Path(interpreter("mitmproxy", ("mitmproxy",))).parent
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("mitmproxy")
def test_converts_flows_of_another_version(tmp_path: Path, report: Report, run: Run) -> None:
    """The flows of mitmproxy 10 become a HAR with what is installed today."""
    path = tmp_path / "flows"
    shutil.copy(WRITTEN / "mitmproxy-10.4.2.flows", path)
    converted(run, path, "mitmproxy")
    judged = report(tmp_path / "flows.har")
    assert judged["summary"]["checked"] == 2
    # Its server was no server of Twilio's, which is information.
    errors = [each for each in judged["findings"] if each["severity"] != "info"]
    assert [each["rule"] for each in errors] == ["schema.enum"]


@pytest.mark.usefixtures("mitmproxy")
def test_converts_a_sample_of_mitmproxy(
    reference: Path, tmp_path: Path, report: Report, run: Run
) -> None:
    """The flows of the sample become a HAR."""
    path = tmp_path / "flows"
    shutil.copy(reference / "wrappers" / "mitmproxy" / "flows.mitm", path)
    converted(run, path, "mitmproxy")
    assert report(tmp_path / "flows.har")["summary"]["checked"] == 4


@pytest.mark.usefixtures("mitmproxy")
def test_records_webhooks_on_their_way(
    tmp_path: Path, report: Report, run: Run, answers: str
) -> None:
    """Recordings of mitmproxy in front of an application are read."""
    path = tmp_path / "access.log"
    path.write_text('"POST /hooks HTTP/1.1" 204 0 "-" "TwilioProxy/1.1"\n')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = told(run, path, "mitmdump", URL=answers)
    proxy = subprocess.Popen([*command, "--listen-port", str(port)])
    try:
        for text in (form(), form().replace("Status=sent", "Status=queued")):
            posted(port, text)
    finally:
        proxy.send_signal(signal.SIGINT)
        proxy.wait(30)
    lie(report, tmp_path / "access.log.har")


def posted(port: int, text: str) -> None:
    """Post a form, as soon as there is a server."""
    deadline = time.monotonic() + 60
    while not is_open(port):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    urllib.request.urlopen(f"http://127.0.0.1:{port}/hooks", text.encode(), timeout=30).close()


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_records_with_httpyac(tmp_path: Path, answers: str, report: Report, run: Run) -> None:
    """Output of httpyac with the advised options is read."""
    if shutil.which("npm") is None:
        pytest.skip("there is no npm")
    modules = node_packages("httpyac", ("httpyac@6",))
    path = tmp_path / "result"
    path.write_text('{"_meta": {"version": "1.0"}, "requests": [{"testResults": []}]}')
    target = sample("receipt")["url"].partition(".com/")[2]
    (tmp_path / "result.http").write_text(f"GET {answers}{target}\n")
    code, _, error = run("validate", path)
    assert code == 2
    command = error.partition("record it again: ")[2].splitlines()[0]
    binaries = str(modules / ".bin")
    environment = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(command, shell=True, check=True, cwd=tmp_path, env=environment, timeout=120)
    errors = [each for each in report(f"{path}.txt")["findings"] if each["severity"] == "error"]
    assert [each["rule"] for each in errors] == ["schema.enum"]
