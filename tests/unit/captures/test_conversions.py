"""Each advised command runs, and the converted file is read."""

from __future__ import annotations

import bz2
import http.server
import io
import json
import lzma
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from conftest import ROOT
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
    """The responses that the advised curl commands record are read."""
    path = tmp_path / "trace.txt"
    path.write_text(text)
    converted(run, path, name, URL=answers)
    judged = report(tmp_path / "trace.txt.http")
    assert [each["pointer"] for each in judged["findings"]] == ["/status"]


def test_reads_a_text_as_a_log_as_advised(tmp_path: Path, report: Report, run: Run) -> None:
    """A text with webhooks in it names the option with which it is read."""
    path = tmp_path / "notes.txt"
    path.write_text(f"webhook: '{form().replace('Status=sent', 'Status=queued')}');\n")
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
    """The advised curl commands record the bodies that a capture lacks."""
    path = tmp_path / "none.har"
    entry = {
        "request": {"method": "GET", "url": sample("page")["meta"]["url"]},
        "response": {"status": 200, "content": {"size": -1}},
    }
    path.write_text(json.dumps({"log": {"entries": [entry]}}))
    subprocess.run(told(run, path, "curl", URL=answers), check=True)
    judged = report(tmp_path / "none.har.http")
    assert [each["pointer"] for each in judged["findings"]] == ["/status"]


def test_explains_what_to_receive_instead(tmp_path: Path, run: Run) -> None:
    """An event of Event Streams leads to the rule that names its replacement."""
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"specversion": "1.0", "type": "com.twilio.messaging.message.sent"}))
    name, *arguments = told(run, path, "receiptkit explain")
    code, out, _ = run(*arguments)
    assert (name, code, "onDeliveryUpdated" in out) == ("receiptkit", 0, True)


def test_converts_results_of_jmeter(tmp_path: Path, report: Report, run: Run) -> None:
    """The samples of JMeter become exchanges."""
    samples = ""
    for status in ("sent", "queued"):
        receipt = {**sample("receipt"), "status": status}
        samples += (
            '<httpSample lb="r" rc="200"><responseData class="java.lang.String">'
            f"{escape(json.dumps(receipt))}</responseData><method>GET</method>"
            f"<java.net.URL>{receipt['url']}</java.net.URL></httpSample>"
        )
    path = tmp_path / "results.jtl"
    path.write_text(f'<?xml version="1.0"?>\n<testResults version="1.2">{samples}</testResults>\n')
    converted(run, path, "jmeter")
    lie(report, tmp_path / "results.jtl.ndjson")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mock.ts", "http.get('*/Receipts/:sid', () => HttpResponse.json({}))\n"),
        ("mock.js", "cy.intercept('GET', '/v1/**', {{ statusCode: 200, body: {} }})\n"),
        ("mock.jsonc", "// a mock\n{}\n"),
        ("mock.py", "RECEIPT = json.loads('{}')\n"),
        ("mock.feature", 'Feature: x\nScenario:\n* def r =\n"""\n{}\n"""\n'),
    ],
)
def test_source_code_is_scanned(tmp_path: Path, run: Run, name: str, text: str) -> None:
    """Named source code leads to the command that scans it and finds the wrong value."""
    path = tmp_path / name
    path.write_text(text.format(json.dumps({**sample("receipt"), "status": "queued"})))
    command = told(run, path, "receiptkit scan")
    code, out, _ = run(*command[1:])
    assert (command[0], code) == ("receiptkit", 1)
    assert "schema.enum" in out


def test_the_folder_of_a_request_file(tmp_path: Path, run: Run) -> None:
    """The responses that an editor keeps beside its requests are read with their folder."""
    path = tmp_path / "receipts.http"
    path.write_text(f"### r\nGET {sample('receipt')['url']}\n\n<> 2026-03-02T091500.200.json\n")
    (tmp_path / "2026-03-02T091500.200.json").write_text(
        json.dumps({**sample("receipt"), "status": "queued"})
    )
    command = told(run, path, "receiptkit validate", DIRECTORY=str(tmp_path))
    code, out, _ = run(*command[1:])
    assert (code, "schema.enum" in out) == (1, True)


def test_takes_the_colours_of_a_terminal_out(tmp_path: Path, report: Report, run: Run) -> None:
    """The advised command removes colours, and its output is read."""
    path = tmp_path / "a session"
    texts = [json.dumps({**sample("receipt"), "status": status}) for status in ("sent", "queued")]
    coloured = [text.replace('"status"', '\x1b[94m"status"\x1b[39;49;00m') for text in texts]
    head = "\x1b[34mHTTP\x1b[39m/1.1 200 OK\nContent-Type: application/json\n\n"
    path.write_text("".join(f"{head}{text}\n\n" for text in coloured))
    converted(run, path, "coloured")
    lie(report, tmp_path / "a session.txt")


def test_converts_an_encoding(tmp_path: Path, report: Report) -> None:
    """The hint about a text that is not UTF-8 names the encoding for iconv."""
    program = shutil.which("iconv")
    if program is None:
        pytest.skip("iconv is not installed")
    path = tmp_path / "receipt.json"
    path.write_bytes(json.dumps(sample("receipt")).encode("utf-16"))
    (found,) = report(path)["findings"]
    command = shlex.split(found["hint"].removeprefix("convert it: "))
    done = subprocess.run([*command, str(path)], check=True, capture_output=True)
    path.write_bytes(done.stdout)
    assert report(path)["findings"] == []


def test_extras_in_messages_exist() -> None:
    """Each `pip install 'receiptkit[…]'` of the readers names an extra of the package."""
    readers = ROOT / "toolkit" / "receiptkit" / "captures"
    texts = [path.read_text() for path in readers.rglob("*.py")]
    named = {found for text in texts for found in re.findall(r"receiptkit\[(\w+)\]", text)}
    extras = (ROOT / "pyproject.toml").read_text().partition("[project.optional-dependencies]")[2]
    assert named == {"encodings", "parquet"}
    assert all(re.search(rf"^{name} = \[", extras, re.MULTILINE) for name in named)


def packed(name: str) -> bytes:
    """Return a clean receipt and one with a lie, in a form that is not read."""
    texts = [json.dumps({**sample("receipt"), "status": each}) for each in ("sent", "queued")]
    lines = "".join(f"{text}\n" for text in texts).encode()
    stream = io.BytesIO()
    if name == "tar":
        with tarfile.open(fileobj=stream, mode="w:gz") as archive:
            member = tarfile.TarInfo("captures/both.ndjson")
            member.size = len(lines)
            archive.addfile(member, io.BytesIO(lines))
        return stream.getvalue()
    if name == "other-zip":
        with zipfile.ZipFile(stream, "w") as file:
            file.writestr("captures/both.ndjson", lines)
        return stream.getvalue()
    if name == "bzip2":
        return bz2.compress(lines)
    return lzma.compress(lines) if name == "xz" else lines.replace(b"\n", b"\0")


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("tar", ".d"),
        ("other-zip", ".d"),
        ("bzip2", ".txt"),
        ("xz", ".txt"),
        ("zero-bytes", ".ndjson"),
    ],
)
def test_unpacks_what_is_packed_otherwise(
    tmp_path: Path, report: Report, run: Run, name: str, suffix: str
) -> None:
    """The message names the command, and receiptkit reads the file that it writes."""
    path = tmp_path / "captures"
    path.write_bytes(packed(name))
    converted(run, path, name)
    lie(report, tmp_path / f"captures{suffix}")


def test_a_workbook_is_named(tmp_path: Path, run: Run) -> None:
    """The message says what a spreadsheet has to save."""
    path = tmp_path / "hooks.xlsx"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("[Content_Types].xml", "<x/>")
        file.writestr("xl/workbook.xml", "<x/>")
    code, _, error = run("validate", path)
    assert (code, "this is a workbook; save its sheet as CSV" in error) == (2, True)


def test_expectations_of_hurl_are_named(tmp_path: Path, run: Run) -> None:
    """A file of Hurl has no responses: the message says what records them."""
    path = tmp_path / "receipts.hurl"
    path.write_text("# a call\nGET https://conversations.twilio.com/v1/x\nHTTP 200\n{}\n")
    code, _, error = run("validate", path)
    assert (code, f"hurl --report-json {path}.d {path}" in error) == (2, True)


def test_every_command_runs_in_a_test() -> None:
    """Each format with a command is converted above or in the proofs; others have nothing to convert."""
    tested = {"burp", "nock-code", "mitmproxy", "sqlite", "curl-trace", "netlog", "text"}
    tested |= {"jmeter", "source", "http-file", "httpyac-json", "coloured", "zero-bytes", "hurl"}
    tested |= {"tar", "other-zip", "bzip2", "xz"}
    no_command = {"insomnia", "workbook"}
    assert NOT_READ.keys() == tested | no_command
