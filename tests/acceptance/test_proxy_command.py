"""`receiptkit proxy`, between Twilio's client and the local Twilio, or a wrong mock."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from conftest import ROOT
from live_sockets import Application, application
from missing import NODE
from receiptkit.cli import main
from receiptkit.live import Live, proxy
from receiptkit.model.finding import Severity
from receiptkit.server import Running, running

Chain = tuple[Running, Live, Path]


@pytest.fixture(scope="module", params=["ndjson", "har"])
def chain(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chain]:
    path = tmp_path_factory.mktemp("proxy") / f"kept.{request.param}"
    with running(scenarios=["full-house"], clock="manual") as twilio:
        twilio.advance(to="end")
        with proxy(twilio.url, output=str(path)) as live:
            yield twilio, live, path


def client_of(twilio: Running, url: str) -> Client:
    client = Client(twilio.account_sid, twilio.auth_token)
    client.conversations.base_url = url
    return client


def done_by(client: Client, sid: str, message_sid: str) -> Any:
    """Read receipts and messages, create, update and delete, as a consumer does."""
    conversation = client.conversations.v1.conversations(sid)
    message = conversation.messages(message_sid)
    receipts = message.delivery_receipts.list(page_size=2)
    one = message.delivery_receipts(receipts[0].sid).fetch()
    made = client.conversations.v1.conversations.create(friendly_name="through")
    posted = client.conversations.v1.conversations(made.sid).messages.create(body="x")
    changed = client.conversations.v1.conversations(made.sid).update(friendly_name="changed")
    is_gone = client.conversations.v1.conversations(made.sid).delete()
    return (
        [(each.sid, each.status) for each in receipts],
        one.status,
        posted.body,
        changed.friendly_name,
        is_gone,
        message.fetch().delivery,
        [each.sid for each in conversation.participants.list(page_size=3)],
    )


def test_clients_do_what_they_do_without_it(chain: Chain) -> None:
    """Pages, writes and errors are the same; nothing has a finding, and each link leads back to the proxy."""
    twilio, live, path = chain
    world = twilio.worlds[0]
    sids = world.conversation_sid, world.message.sid
    direct = done_by(client_of(twilio, twilio.url), *sids)
    assert done_by(client_of(twilio, live.url), *sids) == direct
    assert len(direct[0]) > 2
    with pytest.raises(TwilioRestException) as caught:
        client_of(twilio, live.url).conversations.v1.conversations("CH" + "0" * 32).fetch()
    assert caught.value.status == 404
    assert [each.rule for each in live.findings] == []
    url = f"/v1/Conversations/{sids[0]}/Messages/{sids[1]}/Receipts?PageSize=2"
    answer = httpx.get(live.url + url, auth=(twilio.account_sid, twilio.auth_token))
    assert answer.headers["x-receiptkit-findings"] == "0"
    assert answer.json()["meta"]["next_page_url"].startswith(live.url + "/v1/")
    assert all(
        each["url"].startswith(live.url + "/") for each in answer.json()["delivery_receipts"]
    )
    assert main(["validate", str(path), "--api-base-url", twilio.url]) == 0
    assert twilio.auth_token not in path.read_text()
    assert "Basic" not in path.read_text()


def page_of(url: str) -> dict[str, Any]:
    """Return a page of receipts with the undocumented status `sennt`."""
    from receiptkit.generation import Generator

    generator = Generator()
    world = generator.world("group-sms")
    exchange = next(iter(generator.at(world, "end").get_pages()))
    body: dict[str, Any] = json.loads(json.dumps(exchange.body))
    body["delivery_receipts"][0]["status"] = "sennt"
    return {"body": body, "path": exchange.url.partition(".com")[2], "exchange": exchange}


@pytest.fixture
def mock() -> Iterator[tuple[Application, str]]:
    lie = page_of("")
    with application() as app:
        app.answer, app.fields = (
            json.dumps(lie["body"]).encode(),
            [("Content-Type", "application/json")],
        )
        yield app, lie["path"]


def test_an_answer_has_the_date_of_the_api_alone(mock: tuple[Application, str]) -> None:
    """The proxy adds no second Date."""
    app, path = mock
    date = ("Date", "Mon, 02 Mar 2026 09:15:00 GMT")
    app.fields = [*app.fields, date]
    with proxy(app.url) as live:
        answer = httpx.get(live.url + path)
        assert answer.headers.get_list("date") == [date[1]]


def test_catches_a_wrong_mock(mock: tuple[Application, str]) -> None:
    """The header, the findings and the client show the wrong status; `fail_fast` responds 502, without values."""
    app, path = mock
    with proxy(app.url) as live:
        answer = httpx.get(live.url + path)
        assert answer.status_code == 200
        assert answer.json()["delivery_receipts"][0]["status"] == "sennt"
        assert "schema.enum" in answer.headers["x-receiptkit-findings"]
        # A mock's links are Twilio's; a client that followed one would leave the mock.
        assert answer.json()["meta"]["url"].startswith(live.url + "/v1/")
    assert "schema.enum" in {each.rule for each in live.findings}
    with proxy(app.url, fail_fast=Severity.ERROR) as live:
        parts = path.split("/")
        client = Client("AC" + "0" * 32, "secret")
        client.conversations.base_url = live.url
        with pytest.raises(TwilioException, match="502"):
            client.conversations.v1.conversations(parts[3]).messages(
                parts[5]
            ).delivery_receipts.list()
        refused = httpx.get(live.url + path)
        found = {each["rule"] for each in refused.json()["findings"]}
        assert "schema.enum" in found
        assert "sennt" not in refused.text
    with proxy(app.url, keep_links=True) as live:
        assert httpx.get(live.url + path).content == app.answer


def test_everything_else_streams(mock: tuple[Application, str]) -> None:
    """Requests outside the contract pass unchanged and unchecked, and so do bodies beyond the limit."""
    app, _path = mock
    app.answer, app.fields = (
        gzip.compress(b"{}" * 1000, mtime=0),
        [("Content-Encoding", "gzip"), ("X-A", "1")],
    )
    with proxy(app.url) as live:
        for method in ("GET", "POST", "PUT", "DELETE"):
            answer = httpx.request(
                method,
                live.url + "/2010-04-01/x?a=%20|",
                content=b"\xff\x00" if method != "GET" else None,
            )
            assert (answer.status_code, answer.content) == (200, b"{}" * 1000)
            assert "x-receiptkit-findings" not in answer.headers
            assert answer.headers["x-a"] == "1"
        assert [each[3] for each in app.seen] == [b"", *[b"\xff\x00"] * 3]
    assert [each.verdict for each in live.handled] == [None] * 4


def test_responses_beyond_the_limit_stream(
    mock: tuple[Application, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A response beyond the limit is passed on whole and unchecked, and the run says so."""
    app, path = mock
    monkeypatch.setenv("RECEIPTKIT_LIMITS", "exchange=1000")
    with proxy(app.url) as live:
        answer = httpx.get(live.url + path)
        assert answer.content == app.answer
        assert (
            httpx.post(live.url + path.partition("/Messages")[0], content=b"a" * 1001).status_code
            == 413
        )
    assert live.handled[0].verdict is None


def test_reports_a_dead_upstream(capsys: pytest.CaptureFixture[str]) -> None:
    """If the API cannot be reached, the proxy responds 502, and its summary says that nothing was checked."""
    with proxy("http://127.0.0.1:9") as live:
        assert httpx.get(live.url + "/v1/Conversations").status_code == 502
        assert httpx.get(live.url + "/other").status_code == 502
    assert main(["proxy", "--upstream", "http://u:p@127.0.0.1:9"]) == 2
    assert main(["proxy", "--upstream", "http://127.0.0.1:9", "--for", "50ms", "--log", "off"]) == 2
    assert "nothing was judged" in capsys.readouterr().err


def test_the_client_for_node_does_what_it_does_without_it() -> None:
    """Twilio's package for Node.js pages, fetches and configures through the proxy as without it."""
    node = shutil.which("node")
    if node is None or not (NODE / "twilio").is_dir():
        pytest.skip(
            "no Node.js here, or not Twilio's package for it (`make .venv/.node` installs it)"
        )
    script = str(ROOT / "tests" / "acceptance" / "node" / "server.js")
    with running(scenarios="three-pages", clock="manual") as twilio:
        twilio.advance(to="end")
        world = twilio.worlds[0]
        with proxy(twilio.url) as live:
            results = []
            for url in (twilio.url, live.url):
                given = {
                    "url": url,
                    "account": twilio.account_sid,
                    "token": twilio.auth_token,
                    "conversation": world.conversation_sid,
                    "message": world.message.sid,
                    "hook": "https://example.com/hook",
                }
                command = [node, script, str(NODE.parent)]
                result = subprocess.run(
                    command, input=json.dumps(given), capture_output=True, text=True, check=False
                )
                assert result.returncode == 0, result.stderr
                results.append(json.loads(result.stdout))
    assert results[0] == results[1]
    assert live.count > 10
    # The script asks for 60 rows, and leaves a list after its second page.
    found = {each.rule for each in live.findings}
    assert found <= {"request.parameter", "listing.truncated"}
