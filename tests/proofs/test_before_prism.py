"""Before Prism, which mocks every operation of the document, the proxy changes nothing that Twilio's clients can do."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from acceptance import test_server_writing_clients as writing
from alone import ACCOUNT, LANGUAGES, can_be_alone, printed, prism, run_alone, twilio_cli
from conftest import ROOT
from missing import NODE
from receiptkit.live import proxy
from receiptkit.server import Running

_DOCUMENT = ROOT / "spec" / "documented.yaml"
_SERVICE = "IS" + "1" * 32
#: Prism answers with examples, whatever was asked for or sent, and refuses JSON within a form (422).
_HARMLESS = {
    "receipt.not-what-was-asked",
    "resource.not-what-was-sent",
    "resource.url-mismatch",
    "page.request-mismatch",
    "error.status-mismatch",
    # Its pages are not of the order that was asked for.
    "page.filter-lost",
}
#: The prefix of the SID that follows a word of a path.
_PREFIXES = {
    "Services": "IS",
    "Conversations": "CH",
    "Messages": "IM",
    "Receipts": "DY",
    "Participants": "MB",
    "Webhooks": "WH",
}
#: What a creation cannot do without.
_DEMANDED = {"Services": ["--friendly-name", "x"], "Webhooks": ["--target", "webhook"]}


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """The URL of Prism."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command: list[str | Path] = [prism(), "mock", "-p", str(port), _DOCUMENT]
    command += ["--verboseLevel", "silent"]
    with subprocess.Popen(command) as process:
        try:
            until = time.monotonic() + 120
            while not answers(port):
                assert time.monotonic() < until
                assert process.poll() is None
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def done(client: str, url: str, service: str | None) -> dict[str, Any]:
    """Return what comes of every operation, done by a client of Twilio's at a URL."""
    if client == "Python":
        twilio = cast("Running", SimpleNamespace(account_sid=ACCOUNT, auth_token="any"))
        return writing.written(writing.Front(twilio, url), service, "0001")
    given = {"url": url, "account": ACCOUNT, "token": "any", "service": service, "prefix": "0001"}
    script = ROOT / "tests" / "acceptance" / "node" / "writing.js"
    result = subprocess.run(
        ["node", script, NODE.parent],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("service", [None, _SERVICE], ids=["", "in_service"])
@pytest.mark.parametrize("client", ["Python", "Node.js"])
def test_a_library(client: str, service: str | None, mock: str) -> None:
    """Every operation has the same result; only links are the proxy's own."""
    if client == "Node.js" and (shutil.which("node") is None or not (NODE / "twilio").is_dir()):
        pytest.skip("Twilio's package for Node.js is not installed: make .venv/.node")
    expected = done(client, mock, service)
    with proxy(mock) as live:
        found = done(client, live.url, service)
    assert found == {
        **expected,
        "configuration": expected["configuration"].replace(
            "https://conversations.twilio.com", live.url
        ),
    }
    assert found["receipts"]
    assert found["removed"] == [True] * 4
    assert {each.rule for each in live.findings} <= _HARMLESS
    # The one that is not of the contract is a user.
    assert live.count > 30
    assert len([each for each in live.handled if each.verdict is None]) == 1


def kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def commands() -> Iterator[list[str]]:
    """Yield the command of twilio-cli for each operation outside services, with its output as JSON."""
    for path, item in yaml.safe_load(_DOCUMENT.read_text())["paths"].items():
        for method in ("get", "post", "delete"):
            operation = item.get(method, {}).get("operationId", "Legacy")
            if "Legacy" in operation or "{ChatServiceSid}" in path:
                continue
            parts = path.split("/")[1:]
            action = re.match("[A-Z][a-z]+", operation)[0].lower().replace("delete", "remove")  # type: ignore[index]
            words = [kebab(each) for each in parts if not each.startswith("{")]
            sids = [
                word
                for before, each in pairwise(parts)
                if each.startswith("{")
                for word in (f"--{kebab(each.strip('{}'))}", _PREFIXES[before] + "1" * 32)
            ]
            demanded = _DEMANDED.get(parts[-1], []) if action == "create" else []
            command = ":".join(["api:conversations", *words, action])
            yield [command, *sids, *demanded, *(["-o", "json"] if action != "remove" else [])]


@pytest.mark.skipif(not can_be_alone(), reason="no network of its own is allowed here")
def test_twilio_cli(tmp_path: Path) -> None:
    """Every command prints the same; without the proxy, a tunnel of bytes speaks TLS for Prism."""
    prism()
    package = twilio_cli().parents[1] / "twilio-cli"
    (tmp_path / "commands.json").write_text(json.dumps(list(commands())))
    outputs = []
    for front in ("Prism alone", "Prism"):
        folder = tmp_path / front.replace(" ", "-")
        folder.mkdir()
        script = LANGUAGES / "commands.js"
        result = run_alone(folder, front, ["node", script, package, tmp_path / "commands.json"])
        assert result.returncode == 0, result.stderr
        outputs.append(cast("list[dict[str, str]]", printed(result.stdout)))
    assert outputs[0] == outputs[1]
    # With this sign it begins what it says of an error.
    failed = [each for each in outputs[0] if "»" in each["printed"]]
    assert (len(outputs[0]), failed) == (len(list(commands())), [])
    assert "0 unchecked; 0 errors" in result.stdout
