"""Unchanged clients use the server under Twilio's own name: TLS, and a host alias of the process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from alone import DONE, can_be_alone, client, printed, run_alone
from receiptkit.server import running

pytest.importorskip("trustme", reason="trustme is not installed")


@pytest.mark.skipif(not can_be_alone(), reason="no network of its own is allowed here")
@pytest.mark.parametrize("front", ["serve", "proxy"])
@pytest.mark.parametrize("language", ["Python", "Node.js"])
def test_an_unchanged_client_uses_the_server(language: str, front: str, tmp_path: Path) -> None:
    """Twilio's unchanged library writes and reads, also through the proxy; only variables are set."""
    result = run_alone(tmp_path, front, client(language))
    assert result.returncode == 0, result.stderr
    assert DONE in printed(result.stdout)
    # The sign that it is ready goes when the server does.
    assert not (tmp_path / "front.json").exists()


def test_a_server_in_this_process_speaks_tls() -> None:
    """`running(tls=True)` names the certificate to trust, and removes its keys."""
    httpx = pytest.importorskip("httpx")
    import ssl

    with running(scenarios=["agent-and-sms"], tls=True) as twilio:
        assert twilio.url.startswith("https://")
        assert twilio.authority is not None
        trusted = ssl.create_default_context(cafile=twilio.authority)
        answer = httpx.get(f"{twilio.url}/_receiptkit/health", verify=trusted)
        assert answer.json() == {"status": "ok"}
        folder = Path(twilio.authority).parent
        assert (folder / "key.pem").stat().st_mode & 0o077 == 0
    assert not folder.exists()


def serve(*options: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "receiptkit", "serve", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
    )


def test_a_ready_line_for_programs_and_a_log_for_people(tmp_path: Path) -> None:
    """One JSON line says that it answers; the log has each call without its query."""
    import urllib.error
    import urllib.request

    with serve("--scenario", "none", "--ready-file", "-", "--log", "json", cwd=tmp_path) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        sign = json.loads(server.stdout.readline())
        assert sign["receiptkit-ready"] == 1
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{sign['url']}/v1/Conversations?token=secret", timeout=10)
        server.terminate()
        _, err = server.communicate(timeout=20)
    text, line = err.splitlines()[:2]
    note = json.loads(text)
    assert (note["kind"], note["text"][:21]) == ("note", "send HTTP Basic with ")
    call = json.loads(line)
    assert (call["kind"], call["path"], call["status"]) == ("call", "/v1/Conversations", 401)
    assert "secret" not in err


def test_logs_a_webhook_without_a_receiver(tmp_path: Path) -> None:
    """The log has the outcome and its likeliest cause."""
    options = ("--scenario", "agent-and-sms", "--speed", "1000", "--ready-file", "-")
    hook = ("--webhook-url", "http://127.0.0.1:9/hook#rc=0")
    with serve(*options, *hook, cwd=tmp_path) as server:
        assert server.stderr is not None
        line = server.stderr.readline()
        server.terminate()
        server.communicate(timeout=20)
    assert line.startswith("webhook onDeliveryUpdated sent -> no connection")
    assert "No server listens at 127.0.0.1:9." in line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--tls", "--tls-certificate", __file__], "use --tls, or --tls-certificate"),
        (["--tls-key", __file__], "use --tls, or --tls-certificate"),
        (["--ready-file", __file__], "test_serve_tls.py"),
    ],
)
def test_mistakes_are_one_line(options: list[str], words: str, tmp_path: Path) -> None:
    """Mistakes exit with 2, and overwrite no file."""
    with serve("--scenario", "none", *options, cwd=tmp_path) as server:
        _, err = server.communicate(timeout=30)
    assert server.returncode == 2
    assert words in err
    assert len(err.splitlines()) == 1
    assert Path(__file__).stat().st_size > 1000
