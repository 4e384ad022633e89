"""`receiptkit replay`: a recorded night again, for an application that keeps the states of receipts."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl

import httpx
import pytest
from twilio.request_validator import RequestValidator

from live_sockets import Application, application, free_port, process
from receiptkit.cli import main
from receiptkit.live import Replayed, listen, replay
from receiptkit.server import AUTH_TOKEN, running

Night = tuple[Path, dict[str, str], int]


def state(app: Application) -> dict[str, str]:
    """Return the statuses of an application that takes the newest update of each receipt."""
    newest: dict[str, tuple[str, str]] = {}
    for _, _, _, body in app.seen:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        update = form["DateUpdated"], form["Status"]
        newest[form["DeliveryReceiptSid"]] = max(
            update, newest.get(form["DeliveryReceiptSid"], update)
        )
    return {sid: status for sid, (_, status) in newest.items()}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A night of the local Twilio, as `listen` recorded it, and the state in which it left an application."""
    path = tmp_path_factory.mktemp("replay") / "night.ndjson"
    with (
        application() as app,
        listen(app.url, output=str(path)) as live,
        running(
            scenarios=["group-sms", "partial-failure"],
            clock="manual",
            webhook_url=live.url + "/hook",
        ) as twilio,
    ):
        twilio.advance(to="end")
        assert len(app.seen) == live.count > 5
        return path, state(app), live.count


def test_the_state_is_that_of_the_night(night: Night) -> None:
    """In any order, twice or once, an application ends as the night left it; each signature is for the new URL."""
    path, expected, count = night
    validator = RequestValidator(AUTH_TOKEN)
    for choice in ({}, {"duplicate": True}, {"shuffle": 7}, {"shuffle": 8, "duplicate": True}):
        with application() as app:
            sent = replay(str(path), app.url, speed=0, **choice)
            assert len(sent) == len(app.seen) == count * (2 if choice.get("duplicate") else 1)
            assert all(each.answer.outcome == 200 for each in sent)
            assert state(app) == expected
            for target, _, headers, body in app.seen:
                signature = dict(headers)["X-Twilio-Signature"]
                assert validator.validate(
                    app.url + target, dict(parse_qsl(body.decode())), signature
                )


def test_the_state_is_the_same_behind_listen(night: Night) -> None:
    """Through `listen`, while browsers follow the pages of both, an application ends as the night left it."""
    path, expected, count = night
    with application() as app, listen(app.url) as live:
        port = free_port()
        pages = [live.url + "/_receiptkit/", f"http://127.0.0.1:{port}/_receiptkit/"]
        texts: list[str] = []

        def look(each: Replayed) -> None:
            texts.extend(httpx.get(page, headers={"Accept": "text/html"}).text for page in pages)

        sent = replay(str(path), live.url, speed=0, port=port, listener=look)
        assert state(app) == expected
        shown = httpx.get(pages[0]).json()
    assert (len(sent), live.count, shown["judged"], live.findings) == (count, count, count, [])
    assert len(texts) == 2 * count
    assert f"{count} requests, {count} judged" in texts[-2]
    assert f"{count} of {count} webhooks sent; answers: 200 ({count} times)" in texts[-1]
    assert "/&lt;path, 4 characters&gt;" in texts[-1]


def test_bodies_and_order_are_those_of_the_night(night: Night) -> None:
    """Bodies are the recorded bytes, in the recorded order; another seed is another order."""
    path, _, _ = night
    bodies = [json.loads(line)["body"].encode() for line in path.read_bytes().splitlines()]
    orders = []
    for seed in (None, 1, 1, 2):
        with application() as app:
            replay(str(path), app.url, speed=0, shuffle=seed)
            orders.append([each[3] for each in app.seen])
    assert orders[0] == bodies
    assert sorted(orders[1]) == sorted(bodies)
    assert orders[1] == orders[2] != orders[3]


def test_signatures_and_raw_bytes_are_kept(tmp_path: Path) -> None:
    """`--keep-signatures` keeps host and signature; a body that is not text arrives unchanged."""
    path = tmp_path / "kept.ndjson"
    headers = {"X-Twilio-Signature": "abc", "Host": "example.com", "Content-Encoding": "br"}
    with listen(output=str(path)) as live:
        httpx.post(live.url + "/a?b=%20c", content=b"\xff\x00a", headers=headers)
    with application() as app:
        replay(str(path), app.url, keep_signatures=True)
        ((target, method, fields, body),) = app.seen
    kept = {name.lower(): value for name, value in fields}
    assert (target, method, body) == ("/a?b=%20c", "POST", b"\xff\x00a")
    assert (kept["x-twilio-signature"], kept["host"], kept["content-encoding"]) == (
        "abc",
        "example.com",
        "br",
    )


def paced(path: Path, *seconds: int) -> None:
    """Write a recording of webhooks that came so many seconds after the full minute."""
    lines = [
        {
            "received_at": f"2026-03-01T00:00:{second:02}.000Z",
            "url": "http://a/",
            "method": "POST",
            "headers": {},
            "body": "a=1",
        }
        for second in seconds
    ]
    path.write_text("".join(json.dumps(each, separators=(",", ":")) + "\n" for each in lines))


def test_pace_and_speed(tmp_path: Path) -> None:
    """Webhooks keep their distances, divided by the speed, also where some are left out."""
    path = tmp_path / "kept.ndjson"
    paced(path, 0, 4, 8)
    with application() as app:
        for choice, least, most in (
            ({"speed": 10}, 0.8, 3),
            ({"speed": 10, "drop": 2}, 0.8, 3),
            ({"speed": 0}, 0, 0.7),
            ({"speed": 1, "seconds": 0.1}, 0.1, 0.7),
            ({"speed": 1, "once": 1}, 0, 0.7),
        ):
            began = time.monotonic()
            replay(str(path), app.url, **cast("dict[str, Any]", choice))
            assert least <= time.monotonic() - began < most, choice


def test_sends_only_undelivered_webhooks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--undelivered` sends only webhooks that failed before; responses are reported and kept."""
    path, kept = tmp_path / "night.ndjson", tmp_path / "answers.ndjson"
    with application() as app:
        port = app.server_port
        with listen(app.url, output=str(path)) as live:
            httpx.post(live.url, data={"n": "1"})
    with listen(f"http://127.0.0.1:{port}", output=str(path)) as live:
        assert httpx.post(live.url, data={"n": "2"}).status_code == 502
    with application() as app:
        app.status = 418
        command = ["replay", str(path), "--to", app.url, "--undelivered", "-o", str(kept)]
        assert main(command) == 1
        assert [each[3] for each in app.seen] == [b"n=2"]
        out = capsys.readouterr().out
        assert "1 webhook sent" in out
        assert "418" in out
        assert "1 left out" in out
        assert json.loads(kept.read_text())["answer"]["status"] == 418
        app.status = 204
        assert main([*command[:-2], "--once", "1", "-q"]) == 0


def test_other_captures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Webhooks of any capture are sent; everything else is counted."""
    path = tmp_path / "capture.har"
    with application() as app:
        assert main(["generate", "group-sms", "--as", "requests", "-o", str(path)]) == 0
        assert main(["replay", str(path), "--to", app.url, "--at-once"]) == 0
        assert len(app.seen) == 8
        assert state(app)
    path.write_text("{}")
    assert main(["replay", str(path), "--to", "http://127.0.0.1:9"]) == 2
    assert "no webhook" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("stays", [False, True])
def test_a_signal_ends_the_run(stays: bool, number: signal.Signals, tmp_path: Path) -> None:
    """After an interrupt, the summary counts unsent webhooks; with `--stay`, a later one only ends the page."""
    path = tmp_path / "kept.ndjson"
    paced(path, 0, 0 if stays else 59)
    with application() as app:
        command = ["replay", str(path), "--to", app.url, "--log", "json"]
        with process(*command, *(["--stay"] if stays else [])) as child:
            assert child.stderr is not None
            page = child.stderr.readline().split()[1]
            kept = [json.loads(child.stderr.readline()) for _ in range(1 + stays)]
            if stays:
                assert child.stdout is not None
                assert "2 webhooks sent" in child.stdout.readline()
            assert httpx.get(page).json()["sent"] == len(kept)
            child.send_signal(number)
            out, err = child.communicate(timeout=30)
    assert [each["outcome"] for each in kept] == [200] * len(kept)
    assert child.returncode == (0 if stays else 2)
    assert err.strip() == ("" if stays else "receiptkit: interrupted")
    assert out == "" or ("1 webhook sent" in out and "1 not sent: the run ended before" in out)
    with pytest.raises(httpx.ConnectError):
        httpx.get(page)
