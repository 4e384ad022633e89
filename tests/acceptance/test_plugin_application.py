"""The fixture `receipt_application`: an application as a process, against a local Twilio."""

from __future__ import annotations

import pytest

APPLICATION = """
import http.server, json, os, subprocess, sys

child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        names = ("TWILIO_BASE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "MORE")
        self.send_response(200)
        self.end_headers()
        seen = {name: os.environ.get(name) for name in names}
        self.wfile.write(json.dumps({**seen, "child": child.pid}).encode())

    def log_message(self, *_):
        pass


print("x" * 200_000, flush=True)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""

SUITE = """
import json, os, sys, time, urllib.request

import pytest


def test_it(receipt_application, receipt_server, receipt_auth_token):
    application = receipt_application([sys.executable, "app.py"], env={"MORE": "1"})
    with urllib.request.urlopen(application.url) as answer:
        seen = json.load(answer)
    child = seen.pop("child")
    assert seen == {
        "TWILIO_BASE_URL": receipt_server.url,
        "TWILIO_ACCOUNT_SID": receipt_server.account_sid,
        "TWILIO_AUTH_TOKEN": receipt_auth_token,
        "MORE": "1",
    }
    open("pids", "w").write(f"{application.pid} {child}")


def test_nothing_is_left():
    for pid in open("pids").read().split():
        for _ in range(100):
            try:
                os.kill(int(pid), 0)
            except ProcessLookupError:
                break
            if "State:\\tZ" in open(f"/proc/{pid}/status").read():
                break
            time.sleep(0.05)
        else:
            pytest.fail(f"{pid} still runs")
"""


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other plugin: they take longer than the tests."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_an_application_runs_while_the_test_does(pytester: pytest.Pytester) -> None:
    """It finds the server by its environment, may print much, and leaves no process."""
    pytester.makepyfile(app=APPLICATION, test_it=SUITE)
    result = pytester.runpytest_subprocess("-q", "-p", "receiptkit.pytest_plugin")
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ('[sys.executable, "-c", "print(41 + 1); raise SystemExit(3)"]', "ended with 3"),
        ('[sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.5', "did not listen"),
        (
            '[sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.5',
            "it has to listen at the port in PORT, or at {port} of its arguments",
        ),
        ('["no-such-program"]', "no-such-program cannot be started"),
        ('"python app.py"', "the command must be a list"),
    ],
)
def test_mistakes_are_usage_errors(pytester: pytest.Pytester, command: str, words: str) -> None:
    """A program that does not listen is named, with what it printed."""
    pytester.makepyfile(
        f"import sys\ndef test_it(receipt_application): receipt_application({command})"
    )
    result = pytester.runpytest_subprocess("-q", "-p", "receiptkit.pytest_plugin")
    printed = result.stdout.str()
    assert words in printed
    assert "ended with 3" not in printed or "42" in printed
    assert chr(92) + "n" not in printed
    result.assert_outcomes(failed=1)
