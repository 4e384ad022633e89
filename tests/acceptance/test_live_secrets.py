"""A secret in a live request or response appears in no log, page, summary or error of receiptkit."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from acceptance.test_listen_command import process
from live_sockets import Application, application, exchange
from receiptkit.rules.examples import form, sample

CORE = "zqk7hush4fort9"
LIST = f"/v1/Conversations/CH{'0' * 32}/Messages/IM{'0' * 32}/Receipts"
_LETTERS = "\"'<>&;:@#%+~!|\\^`{}é"


def secret(rng: random.Random) -> str:
    """Return the secret in some case, with something around it."""
    core = rng.choice([CORE, CORE.upper(), CORE.title()])
    before, after = rng.choice(["", *_LETTERS]), rng.choice(["", *_LETTERS])
    return f"{before}{core}{after}"


def request(rng: random.Random, host: str, path: str) -> bytes:
    """Return the bytes of a request with secrets at some places."""
    first = rng.choice(["POST", "GET", "POST", CORE.upper()])
    if rng.random() < 0.5:
        path = rng.choice([f"/{secret(rng)}", f"{path}/{secret(rng)}", f"/{secret(rng)}{path}"])
    if rng.random() < 0.5:
        path += f"?{secret(rng)}={secret(rng)}&PageSize={secret(rng)}"
    body = rng.choice(
        [
            f"{form()}&Body={secret(rng)}&{secret(rng)}=1",
            form().replace("delivered", secret(rng)),
            json.dumps({secret(rng): secret(rng)}),
            secret(rng),
        ]
    ).encode()
    media = rng.choice(["application/x-www-form-urlencoded", f"text/{secret(rng)}"])
    lines = [
        f"{first} {path} HTTP/1.1",
        f"Host: {rng.choice([host, f'{CORE}.example', f'{CORE}@{host}'])}",
        "Connection: close",
        f"Content-Type: {media}",
        f"Content-Length: {len(body)}",
        f"Authorization: Basic {secret(rng)}",
        f"X-{CORE}: {secret(rng)}",
        f"X-Twilio-Signature: {secret(rng)}",
        f"Cookie: {secret(rng)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answer(rng: random.Random, server: Application) -> None:
    """Let an application respond with secrets."""
    row = {**sample("receipt"), secret(rng): 1, "status": secret(rng), "url": secret(rng)}
    page = {**sample("page"), "delivery_receipts": [row], secret(rng): {"x": secret(rng)}}
    server.answer = rng.choice([json.dumps(page), json.dumps([secret(rng)]), secret(rng)]).encode()
    server.status = rng.choice([200, 400, 500, 404])
    server.fields = [
        ("Content-Type", rng.choice(["application/json", f"text/{CORE}"])),
        ("Location", f"https://{CORE}.example/{CORE}"),
    ]


def without_secret(text: str) -> None:
    assert not [line[:300] for line in text.splitlines() if CORE in line.lower()]


@pytest.mark.parametrize("log", ["lines", "json"])
@pytest.mark.parametrize("name", ["listen", "proxy"])
def test_a_secret_on_its_way_appears_nowhere(tmp_path: Path, name: str, log: str) -> None:
    """Neither in the log, nor on the page, nor in the summary, nor when it is sent again."""
    rng = random.Random(name + log)
    kept = tmp_path / "kept.ndjson"
    with application() as own:
        to = ["--forward-to", f"{own.url}/hooks"] if name == "listen" else ["--upstream", own.url]
        command = [name, *to, "-o", str(kept), "--log", log, "-v", "--profile", "strict"]
        with process(tmp_path, *command) as (child, url):
            host = urlsplit(url).netloc
            for _ in range(40):
                answer(rng, own)
                exchange(url, request(rng, host, "/hooks" if name == "listen" else LIST))
            for accept in ("text/html", "application/json"):
                head = f"GET /_receiptkit/ HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\n"
                page = exchange(url, f"{head}Connection: close\r\n\r\n".encode()).decode()
                assert "200 OK" in page
                assert "&lt;segment, " in page or "<segment, " in page
                without_secret(page)
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=60)
        without_secret(out + err)
        assert "<segment, " in err
        assert ("/hooks" if name == "listen" else "/v1/Conversations/CH") in err
        if name == "listen":
            again = [sys.executable, "-m", "receiptkit", "replay", str(kept), "--to", own.url]
            sent = subprocess.run(
                [*again, "--at-once"], capture_output=True, text=True, timeout=120, check=False
            )
            without_secret(sent.stdout + sent.stderr)
            assert "sent to" in sent.stdout


def test_a_secret_in_a_call_of_the_local_twilio_is_not_logged(tmp_path: Path) -> None:
    """Logs show SIDs and words of the API, but no unique name, query or other path."""
    rng = random.Random(3)
    with process(tmp_path, "serve", "--scenario", "none") as (child, url):
        host = urlsplit(url).netloc
        for path in (f"/v1/Conversations/{CORE}/Participants", LIST, "/hooks"):
            for _ in range(5):
                exchange(url, request(rng, host, path))
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    without_secret(out + err)
    assert "/v1/Conversations/<segment, 14 characters>/Participants" in err
    assert LIST in err
