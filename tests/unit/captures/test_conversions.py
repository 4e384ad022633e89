"""Formats that are not read: each command runs, and what it writes is read."""

from __future__ import annotations

import http.server
import json
import re
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from receiptkit.captures.formats import formats
from receiptkit.rules.examples import form, sample

Report = Callable[..., dict[str, Any]]
Run = Callable[..., tuple[int, str, str]]
NOT_READ = {each.name: each for each in formats() if each.read is None}
#: What a command needs that may be missing here, by the name of the format.
NEEDS = {
    "burp": "python3",
    "curl-trace": "curl",
    "netlog": "curl",
    "nock-code": "node",
    "sqlite": "sqlite3",
    "mitmproxy": "mitmdump",
    "httpyac-json": "httpyac",
}


def converted(run: Run, path: Path, name: str, **changes: str) -> None:
    """Run the command that the message about a file names."""
    program = NEEDS.get(name)
    if program is not None and shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    code, _, error = run("validate", path)
    assert code == 2
    line = next(line for line in error.splitlines() if NOT_READ[name].title in line)
    command = line.partition("; ")[2].partition(": ")[2]
    for word, value in changes.items():
        command = re.sub(rf"\b{word}\b", value, command)
    command = command.replace("python3 ", f"{sys.executable} ", 1)
    subprocess.run(command, shell=True, check=True, cwd=path.parent)  # as a person would


def lie(report: Report, path: Path) -> None:
    """Hold what was converted to its lie and its clean observation."""
    judged = report(path)
    assert judged["summary"]["checked"] == 2
    assert [each["rule"] for each in judged["findings"]] == ["schema.enum"]


@pytest.mark.parametrize(
    ("name", "sample_name", "suffix"),
    [
        ("burp", "burp/items.xml", ".http"),
        ("nock-code", "nock/nock-code.js", ".json"),
    ],
)
def test_converts_a_sample(
    reference: Path,
    tmp_path: Path,
    report: Report,
    run: Run,
    name: str,
    sample_name: str,
    suffix: str,
) -> None:
    """The command in the message makes a file of it that is read."""
    path = tmp_path / "a capture"
    shutil.copy(reference / "wrappers" / sample_name, path)
    converted(run, path, name)
    lie(report, tmp_path / f"a capture{suffix}")


def test_converts_a_flow_of_mitmproxy(
    reference: Path, tmp_path: Path, report: Report, run: Run
) -> None:
    """The flows of mitmproxy become a HAR."""
    path = tmp_path / "flows"
    shutil.copy(reference / "wrappers" / "mitmproxy" / "flows.mitm", path)
    converted(run, path, "mitmproxy")
    assert report(tmp_path / "flows.har")["summary"]["checked"] == 4


def test_converts_an_sqlite_database(tmp_path: Path, report: Report, run: Run) -> None:
    """A table of an SQLite database becomes JSON."""
    path = tmp_path / "hooks.db"
    database = sqlite3.connect(path)
    database.execute("create table webhooks(id integer primary key, body text)")
    lines = [(form(),), (form().replace("Status=sent", "Status=queued"),)]
    database.executemany("insert into webhooks(body) values (?)", lines)
    database.commit()
    database.close()
    converted(run, path, "sqlite")
    lie(report, tmp_path / "hooks.db.json")


@pytest.fixture
def answers() -> Iterator[str]:
    """A server that answers with a receipt that is queued."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({**sample("receipt"), "status": "queued"}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 # as the base class says

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("curl-trace", "== Info: Trying 127.0.0.1:80...\n=> Send header, 10 bytes (0xa)\n"),
        ("netlog", '{"constants":{"clientInfo":{"name":"Chrome"}},"events":[]}'),
    ],
)
def test_records_with_curl_again(
    tmp_path: Path, report: Report, run: Run, answers: str, name: str, text: str
) -> None:
    """What curl records instead is read."""
    path = tmp_path / "trace.txt"
    path.write_text(text)
    converted(run, path, name, URL=answers)
    judged = report(tmp_path / "trace.txt.http")
    assert [each["pointer"] for each in judged["findings"]] == ["/status"]


@pytest.mark.parametrize("name", ["sql", "text"])
def test_reads_a_text_as_a_log_as_advised(
    tmp_path: Path, report: Report, run: Run, name: str
) -> None:
    """A text with webhooks in it names the option with which it is read."""
    path = tmp_path / "notes.txt"
    first = "INSERT INTO webhooks VALUES(1,'" if name == "sql" else "webhook: '"
    path.write_text(f"{first}{form().replace('Status=sent', 'Status=queued')}');\n")
    code, _, error = run("validate", path)
    assert (code, f"receiptkit validate --as log {path}" in error) == (2, True)
    judged = report("--as", "log", path)
    assert [each["pointer"] for each in judged["findings"]] == ["/Status"]


def told(run: Run, path: Path, word: str, **changes: str) -> list[str]:
    """Return the command that the message about a capture without bodies names."""
    code, _, error = run("validate", path)
    assert code == 2
    line = next(line for line in error.splitlines() if word in line)
    command = line.rpartition(": ")[2] if word == "curl" else line[line.index(word) :]
    for name, value in changes.items():
        command = re.sub(rf"\b{name}\b", value, command)
    return shlex.split(command)


def test_records_responses_without_bodies_again(
    tmp_path: Path, report: Report, run: Run, answers: str
) -> None:
    """What curl records where a capture has no bodies is read."""
    path = tmp_path / "none.har"
    entry = {
        "request": {"method": "GET", "url": sample("page")["meta"]["url"]},
        "response": {"status": 200, "content": {"size": -1}},
    }
    path.write_text(json.dumps({"log": {"entries": [entry]}}))
    subprocess.run(told(run, path, "curl", URL=answers), check=True)
    judged = report(tmp_path / "none.har.http")
    assert [each["pointer"] for each in judged["findings"]] == ["/status"]


def test_records_webhooks_on_their_way(
    tmp_path: Path, report: Report, run: Run, answers: str
) -> None:
    """What mitmproxy records in front of an application is read."""
    if shutil.which("mitmdump") is None:
        pytest.skip("mitmdump is not installed")
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


def test_explains_what_to_receive_instead(tmp_path: Path, run: Run) -> None:
    """An event of Event Streams leads to the rule that says what replaced it."""
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"specversion": "1.0", "type": "com.twilio.messaging.message.sent"}))
    name, *arguments = told(run, path, "receiptkit explain")
    code, out, _ = run(*arguments)
    assert (name, code, "onDeliveryUpdated" in out) == ("receiptkit", 0, True)


def test_every_command_runs_in_a_test() -> None:
    """Each format with a command is converted above; others have nothing to convert."""
    tested = {"burp", "nock-code", "mitmproxy", "sqlite", "curl-trace", "netlog", "sql", "text"}
    no_command = {"insomnia", "http-file", "httpyac-json"}
    assert NOT_READ.keys() == tested | no_command
