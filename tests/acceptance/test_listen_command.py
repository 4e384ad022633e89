"""`receiptkit listen`, between a sender and an application, on real sockets."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import live_sockets
from live_sockets import Application, application, exchange
from receiptkit.cli import main
from receiptkit.generation import Generator
from receiptkit.live import Live, listen, proxy
from receiptkit.model.errors import UsageError
from receiptkit.server import AUTH_TOKEN
from receiptkit.webhooks.signature import sign


@pytest.fixture(scope="module")
def own() -> Iterator[Application]:
    with application() as server:
        yield server


@pytest.fixture(scope="module")
def between(
    own: Application, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Live, Path]]:
    path = tmp_path_factory.mktemp("listen") / "kept.ndjson"
    with listen(own.url, output=str(path)) as live:
        yield live, path


_CLIENT = httpx.Client(timeout=30)


def night(scenario: str = "group-sms") -> Iterator[tuple[str, dict[str, str]]]:
    generator = Generator()
    webhooks = generator.webhooks(generator.world(scenario))
    for event in webhooks.events:
        yield event.token, webhooks.parameters(event)


def post(url: str, parameters: dict[str, str], auth_token: str = AUTH_TOKEN) -> httpx.Response:
    headers = {
        "X-Twilio-Signature": sign(url, auth_token, parameters),
        "User-Agent": "TwilioProxy/1.1",
    }
    return _CLIENT.post(url, data=parameters, headers=headers)


@contextmanager
def process(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command in a process, and where it listens."""
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    with live_sockets.process(*arguments, "--ready-file", str(ready)) as child:
        until = time.monotonic() + 60
        while not ready.exists():
            assert child.poll() is None, child.communicate()
            assert time.monotonic() < until
            time.sleep(0.02)
        yield child, json.loads(ready.read_text())["url"]


_NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8).map("x-{}".format)
_VISIBLE = st.characters(min_codepoint=33, max_codepoint=126)
#: Old software sends other characters, too, each as one byte.
_LATIN = st.characters(min_codepoint=161, max_codepoint=255)
_VALUES = st.text(_VISIBLE | _LATIN, min_size=1, max_size=20)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=40,
)
@given(
    method=st.sampled_from(["POST", "GET"]),
    target=st.text(
        st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=30
    ),
    headers=st.lists(st.tuples(_NAMES, _VALUES), max_size=5),
    chunks=st.lists(st.binary(min_size=1, max_size=40), max_size=4),
    is_chunked=st.booleans(),
    encoding=st.sampled_from([None, "gzip", "br", "identity"]),
)
@example(method="POST", target="/", headers=[], chunks=[], is_chunked=False, encoding=None)
def test_bytes_that_are_forwarded_are_those_received(
    own: Application,
    between: tuple[Live, Path],
    method: str,
    target: str,
    headers: list[tuple[str, str]],
    chunks: list[bytes],
    is_chunked: bool,
    encoding: str | None,
) -> None:
    """Target, method, headers and body of a request reach the application unchanged; its response comes back."""
    live, path = between
    body = b"".join(chunks)
    fields = [("host", "hooks.example.com"), *headers]
    fields += [("content-encoding", encoding)] if encoding else []
    framing = ("transfer-encoding", "chunked") if is_chunked else ("content-length", str(len(body)))
    raw = (
        b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in chunks) + b"0\r\n\r\n"
        if is_chunked
        else body
    )
    lines = [
        f"{method} /{target} HTTP/1.1",
        *(f"{name}: {value}" for name, value in [*fields, framing]),
    ]
    own.seen.clear()
    received = exchange(
        live.url, "\r\n".join([*lines, "connection: close", "", ""]).encode("latin-1") + raw
    )
    assert own.seen[0][0] == f"/{target}"
    assert own.seen[0][1] == method
    assert own.seen[0][3] == body
    came = [(name.lower(), value) for name, value in own.seen[0][2]]
    assert [each for each in came if each[0] != "content-length"] == fields
    head, _, answered = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert b"x-own: 1" in head.lower()
    assert answered == own.answer
    kept = json.loads(path.read_bytes().splitlines()[-1])
    assert kept["answer"]["status"] == 200
    assert kept["method"] == method


def test_findings_of_one_and_of_all(
    own: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A webhook that breaks the contract is found at once, a contradiction between two at the end; `validate` agrees."""
    path = tmp_path / "kept.ndjson"
    with listen(own.url, output=str(path), auth_token=AUTH_TOKEN) as live:
        webhooks = [parameters for _, parameters in night()]
        for parameters in webhooks:
            assert post(live.url + "/hook", parameters).status_code == 200
        assert live.findings == []
        post(live.url + "/hook", webhooks[0], "another token")
        assert [each.rule for each in live.findings] == ["webhook.signature"]
        post(live.url + "/hook", {**webhooks[0], "MessageSid": "IM" + "f" * 32})
    assert len(live.findings) > 1
    assert [each.text for each in (handled.verdict for handled in live.handled) if each][:2] == [
        "conforms"
    ] * 2
    monkeypatch.setenv("LISTEN_TOKEN", AUTH_TOKEN)
    report = tmp_path / "report.json"
    command = [
        "validate",
        str(path),
        "--auth-token-env",
        "LISTEN_TOKEN",
        "--format",
        "json",
        "-o",
        str(report),
    ]
    assert main(command) == 1
    found = json.loads(report.read_text())["findings"]
    assert sorted((each["rule"], each["origin"]["line"]) for each in found) == sorted(
        (each.rule, each.location.line) for each in live.findings if each.location
    )


def test_the_public_url_is_what_is_signed(own: Application) -> None:
    """Behind a tunnel, signatures are checked over the URL at which Twilio called."""
    for public in ("https://example.ngrok.app", "https://example.ngrok.app/hook"):
        with listen(own.url, public_url=public, auth_token=AUTH_TOKEN) as live:
            parameters = next(night())[1]
            signature = sign("https://example.ngrok.app/hook", AUTH_TOKEN, parameters)
            headers = {"X-Twilio-Signature": signature}
            _CLIENT.post(live.url + "/hook", data=parameters, headers=headers)
            assert not [each for each in live.findings if each.rule == "webhook.signature"]


@pytest.mark.parametrize("state", ["dead", "slow"])
def test_an_application_in_trouble_blocks_nobody(own: Application, state: str) -> None:
    """Each of many senders gets a response in time, and all their requests are checked."""
    own.delay = 3.0 if state == "slow" else 0.0
    try:
        with listen(own.url if state == "slow" else "http://127.0.0.1:9", timeout=0.5) as live:
            answers: list[Any] = []
            parameters = next(night())[1]
            senders = [
                threading.Thread(target=lambda: answers.append(post(live.url, parameters)))
                for _ in range(20)
            ]
            began = time.monotonic()
            for each in senders:
                each.start()
            assert _CLIENT.get(live.url + "/_receiptkit/health").status_code == 200
            for each in senders:
                each.join()
            assert time.monotonic() - began < 6.0
            assert {each.status_code for each in answers} == {504 if state == "slow" else 502}
            assert live.count == 20
    finally:
        own.delay = 0.0


@pytest.mark.parametrize("command", ["listen", "proxy"])
def test_kill_loses_nothing_that_was_answered(
    command: str, own: Application, tmp_path: Path
) -> None:
    """Every request that got a response before `kill -9` is in the file, in whole lines."""
    path = tmp_path / "kept.ndjson"
    upstream = ("--upstream", own.url) if command == "proxy" else ()
    arguments = (command, *upstream, "-o", str(path), "--log", "off")
    with process(tmp_path, *arguments) as (child, url):
        answered: list[str] = []

        def send(sender: int) -> None:
            with httpx.Client() as client:
                for number in range(10_000):
                    name = f"{sender}-{number}"
                    target = f"{url}/v1/Conversations/{name}"
                    try:
                        if client.post(target, data={"FriendlyName": "x"}).status_code == 200:
                            answered.append(name)
                    except httpx.HTTPError:
                        return

        senders = [threading.Thread(target=send, args=(number,)) for number in range(4)]
        for each in senders:
            each.start()
        while len(answered) < 100:
            time.sleep(0.01)
        child.kill()
        for each in senders:
            each.join()
    kept = {name for line in path.read_bytes().splitlines() for name in names_in(json.loads(line))}
    assert len(answered) >= 100
    assert set(answered) <= kept


def names_in(line: dict[str, Any]) -> Iterator[str]:
    """Yield the last part of the URL of a webhook, or of an exchange that has its response."""
    request = line.get("request", line)
    if "request" not in line or line["response"]["status"] == 200:
        yield request["url"].rpartition("/")[2]


def test_the_run_ends(tmp_path: Path) -> None:
    """`--once`, `--for` and TERM each end with the summary and the exit code of `validate`."""
    with process(tmp_path, "listen", "--once", "1") as (child, url):
        assert post(url, next(night())[1]).status_code == 200
        out, err = child.communicate(timeout=30)
        assert (child.returncode, "1 observation: 1 judged" in out, "conforms" in err) == (
            0,
            True,
            True,
        )
    with process(tmp_path, "listen", "--for", "100ms") as (child, _):
        out, err = child.communicate(timeout=30)
        assert child.returncode == 2
        assert "nothing was judged" in err
    with process(tmp_path, "listen") as (child, url):
        _CLIENT.post(url, data={**next(night())[1], "Status": "sennt"})
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=30)
        assert child.returncode == 1
        assert "1 error" in out
        assert "sennt" not in out + err


def test_the_run_ends_from_python(own: Application) -> None:
    """`once` and `seconds` end the run; `select` and `ignore` choose the findings, as the options do."""
    wrong = {**next(night())[1], "Status": "sennt"}
    with listen(own.url, once=2, ignore=["schema.*"]) as live:
        assert not live.wait(0)
        for _ in range(2):
            post(live.url, wrong)
        assert live.wait(20)
    assert "schema.enum" not in {each.rule for each in live.findings}
    with proxy(own.url, seconds=0.01, select=["schema.enum"]) as live:
        assert live.wait(20)
    with pytest.raises(UsageError, match="nothing"), listen(select=["nothing"]):
        pass


def test_limits_and_methods(own: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body beyond the limit and other methods are refused, and reach no application."""
    monkeypatch.setenv("RECEIPTKIT_LIMITS", "request=100")
    with listen(own.url) as live:
        own.seen.clear()
        assert _CLIENT.post(live.url, content=b"a" * 101).status_code == 413
        assert _CLIENT.put(live.url).status_code == 405
        assert own.seen == []
        assert live.count == 0


def test_the_page_is_for_this_machine(own: Application) -> None:
    """Browsers get HTML, programs JSON, and requests for another host 403."""
    with listen(own.url) as live:
        post(live.url + "/<script>", next(night())[1])
        page = _CLIENT.get(live.url + "/_receiptkit/", headers={"Accept": "text/html"})
        assert "/&lt;segment, 8 characters&gt;" in page.text
        assert "<script>" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert _CLIENT.get(live.url + "/_receiptkit/").json()["judged"] == 1
        foreign = _CLIENT.get(live.url + "/_receiptkit/", headers={"Host": "evil.example"})
        assert foreign.status_code == 403
