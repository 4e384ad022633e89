"""`receiptkit trigger` sends a scenario's webhooks once; `receiptkit serve` reports its state and mistakes."""

from __future__ import annotations

import contextlib
import gc
import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from conftest import ROOT
from receiptkit import Contract, WebhookRequest
from receiptkit.generation import SCENARIOS, Generator
from receiptkit.server import AUTH_TOKEN

Run = Callable[..., tuple[int, str, str]]


class _Hook(BaseHTTPRequestHandler):
    """Keeps requests, and responds with a set status; after three, it waits for an event."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.server.seen.append(WebhookRequest(self.path, self.command, body, dict(self.headers)))  # type: ignore[attr-defined]
        if len(self.server.seen) > 3:  # type: ignore[attr-defined]
            self.server.goes_on.wait()  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    do_GET = do_POST  # noqa: N815 # the names are those of http.server

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[Any]:
    with HTTPServer(("127.0.0.1", 0), _Hook) as consumer:
        consumer.seen, consumer.status, consumer.goes_on = [], 204, threading.Event()  # type: ignore[attr-defined]
        consumer.goes_on.set()  # type: ignore[attr-defined]
        thread = threading.Thread(target=consumer.serve_forever)
        thread.start()
        yield consumer
        consumer.shutdown()
        thread.join()


def test_sends_every_webhook_once(run: Run, hook: Any, tmp_path: Path) -> None:
    """Every webhook arrives once, in order, and is kept as it was sent; a line reports each response."""
    kept = tmp_path / "kept.ndjson"
    url = f"http://127.0.0.1:{hook.server_port}/hook"
    code, out, _ = run("trigger", "retried", "--to", url, "--seed", 4, "--collect", kept)
    generator = Generator()
    webhooks = generator.webhooks(generator.world("retried", seed=4))
    expected = [webhooks.request(event, url, auth_token=AUTH_TOKEN) for event in webhooks.events]
    assert code == 0
    assert [line.split() for line in out.splitlines()] == [
        [event.step.status, event.receipt.sid, "204"] for event in webhooks.events
    ]
    assert [(each.body, each.headers["X-Twilio-Signature"]) for each in hook.seen] == [
        (each.body, each.headers["X-Twilio-Signature"]) for each in expected
    ]
    assert [json.loads(line)["body"] for line in kept.read_text().splitlines()] == [
        each.body for each in expected
    ]
    assert run("validate", kept)[0] == 0


@pytest.mark.parametrize(("ends", "code", "count"), [("interrupted", 2, 3), ("unread", 2, 4)])
def test_keeps_the_requests_that_were_sent(
    hook: Any, tmp_path: Path, ends: str, code: int, count: int
) -> None:
    """After Ctrl-C, or once nobody reads the output, the file has every request that was sent."""
    hook.goes_on.clear()
    kept = tmp_path / "kept.ndjson"
    url = f"http://127.0.0.1:{hook.server_port}/"
    command = [
        sys.executable,
        "-u",
        "-m",
        "receiptkit",
        "trigger",
        "full-house",
        "--to",
        url,
        "--collect",
        str(kept),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert all(process.stdout.readline() for _ in range(3))
        if ends == "interrupted":
            process.send_signal(signal.SIGINT)
            process.wait()
        process.stdout.close()
        hook.goes_on.set()
        err = process.stderr.read()
    bodies = [json.loads(line)["body"] for line in kept.read_text().splitlines()]
    assert (process.returncode, err.strip()) == (
        code,
        "receiptkit: interrupted" if ends == "interrupted" else "",
    )
    assert bodies == [each.body for each in hook.seen[:count]]
    assert list(tmp_path.iterdir()) == [kept]


def test_fails_without_a_successful_response(run: Run, hook: Any) -> None:
    """The exit code is 1 if a response is no success, or no connection succeeds after retries."""
    hook.status = 500
    code, out, _ = run(
        "trigger",
        "agent-and-sms",
        "--to",
        f"http://127.0.0.1:{hook.server_port}/",
        "--method",
        "GET",
    )
    assert (code, [line.split()[-1] for line in out.splitlines()]) == (1, ["500", "500"])
    hook.shutdown()
    hook.server_close()
    code, out, _ = run("trigger", "agent-and-sms", "--to", f"http://127.0.0.1:{hook.server_port}/")
    assert (code, out.count("no connection")) == (1, 4)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_dry_run(run: Run, scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It prints the signed requests, which conform, and sends nothing."""
    monkeypatch.setenv("TOKEN", "s3cret")
    monkeypatch.setattr(httpx.AsyncClient, "send", lambda *_: pytest.fail("something was sent"))
    _, out, err = run(
        "trigger",
        scenario,
        "--to",
        "https://example.com/h",
        "--dry-run",
        "--auth-token-env",
        "TOKEN",
    )
    contract = Contract.load(auth_token="s3cret")
    lines = [json.loads(line) for line in out.splitlines()]
    assert all(contract.check_webhook(WebhookRequest(**line)) == [] for line in lines)
    assert len(lines) == len(Generator().webhooks(Generator().world(scenario)).events)
    assert ("has no webhooks" in err) is (not lines)
    assert "s3cret" not in out + err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("trigger", "landline"), "Missing option '--to'"),
        (
            ("trigger", "landline", "--to", "example.com"),
            "--to example.com: not an absolute http or https URL",
        ),
        (("trigger", "landlin", "--to", "http://example.com"), "did you mean landline"),
        (
            ("trigger", "landline", "--to", "http://example.com", "--auth-token-env", "NOT_SET"),
            "this environment variable is not set",
        ),
        (
            ("trigger", "landline", "--to", "http://x", "--dry-run", "--collect", "/nowhere/x"),
            "--collect /nowhere/x: no such",
        ),
        (("serve", "--scenario", "landlin"), "did you mean landline"),
        (("serve", "--speed", "0"), "above 0"),
        (("serve", "--speed", "2", "--clock", "manual"), "--speed is for the real clock"),
        (("serve", "--webhook-url", "x"), "not an absolute"),
        (("serve", "--public-origin", "https://x/y"), "scheme and host alone"),
        (
            ("serve", "--host", "256.1.1.1", "--scenario", "landline"),
            "cannot listen on 256.1.1.1:0",
        ),
        (("serve", "--auth-token-env", "NOT_SET"), "this environment variable is not set"),
    ],
)
def test_mistakes(run: Run, arguments: tuple[str, ...], said: str) -> None:
    """A mistake is one line, and exit 2."""
    code, out, err = run(*arguments)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert said in err


def test_garbage_of_the_program_around_it(run: Run) -> None:
    """A server that ran inside another program leaves nothing out of its garbage collection."""
    before = gc.get_freeze_count()
    run("serve", "--host", "256.1.1.1", "--scenario", "landline")
    assert gc.get_freeze_count() == before


@pytest.mark.parametrize("extra", [(), ("--host", "0.0.0.0")])
def test_serve(extra: tuple[str, ...]) -> None:
    """It prints where it is, who may call and whether it is open; it answers until interrupted, and then exits 0."""
    command = [
        sys.executable,
        "-u",
        "-m",
        "receiptkit",
        "serve",
        "--scenario",
        "landline",
        "--clock",
        "manual",
        *extra,
    ]
    answers = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(7 if extra else 6)]
        url = f"{lines[0].split()[-1]}/_receiptkit/"
        token = {"Authorization": lines[-1].partition("Authorization: ")[2].strip()}
        for headers in ({}, token, {"Host": "evil.test"}, {"Host": "evil.test", **token}):
            sent = {name: value for name, value in headers.items() if value}
            answers.append(httpx.get(url, headers=sent))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (0, "", "receiptkit: stopped\n")
    # Beyond this machine it needs the token; on it, the name of this machine.
    expected = [401, 200, 401, 200] if extra else [200, 200, 403, 403]
    assert [answer.status_code for answer in answers] == expected
    assert answers[1].json()["account_sid"] in lines[1]
    assert AUTH_TOKEN in lines[1]
    assert ("EVERYBODY" in lines[4]) is bool(extra)


@pytest.mark.parametrize("lines", [1, 5])
def test_serve_can_be_stopped_at_once(lines: int) -> None:
    """From its first word on, Ctrl-C ends it as it does later."""
    command = [sys.executable, "-u", "-m", "receiptkit", "serve", "--scenario", "landline"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert all(process.stdout.readline() for _ in range(lines))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert (process.returncode, err) == (0, "receiptkit: stopped\n")


def test_serve_is_stopped_while_somebody_is_waited_for(hook: Any) -> None:
    """Stopping `serve` cuts off a webhook that waits for its response, without a message."""
    hook.goes_on.clear()
    url = f"http://127.0.0.1:{hook.server_port}/"
    command = [
        sys.executable,
        "-u",
        "-m",
        "receiptkit",
        "serve",
        "--scenario",
        "full-house",
        "--clock",
        "manual",
        "--log",
        "off",
        "--webhook-url",
        url,
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        at = urlsplit(process.stdout.readline().split()[-1])
        with contextlib.closing(
            http.client.HTTPConnection(at.hostname or "", at.port)
        ) as connection:
            connection.request("POST", "/_receiptkit/clock/advance?by=30d")
            while len(hook.seen) <= 3 and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate()
        hook.goes_on.set()
    assert (process.returncode, err) == (0, "receiptkit: stopped\n")


def test_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token of the environment is named, not shown."""
    monkeypatch.setenv("TOKEN", "s3cret")
    command = [
        sys.executable,
        "-u",
        "-m",
        "receiptkit",
        "serve",
        "--scenario",
        "landline",
        "--auth-token-env",
        "TOKEN",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = "".join(process.stdout.readline() for _ in range(5))
        lines += httpx.get(f"{lines.splitlines()[0].split()[-1]}/_receiptkit/").text
        process.send_signal(signal.SIGINT)
        rest = "".join(process.communicate())
    assert "the one in TOKEN" in lines
    assert "s3cret" not in lines + rest


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (("serve",), "starlette"),
        (("serve",), "uvicorn"),
        (("listen",), "starlette"),
        (("proxy", "--upstream", "http://127.0.0.1:9"), "httpx"),
        (("replay", "pyproject.toml", "--to", "http://127.0.0.1:9"), "httpx"),
        (("trigger", "landline", "--to", "http://x"), "httpx"),
    ],
)
def test_without_the_extra(arguments: tuple[str, ...], missing: str) -> None:
    """A missing extra is named in one line, with the command that installs it."""
    script = f"import sys; sys.modules['{missing}'] = None; from receiptkit.cli import main; sys.exit(main(sys.argv[1:]))"
    result = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.endswith(f"needs {missing}: pip install 'receiptkit[server]'\n")
    assert len(result.stderr.splitlines()) == 1
