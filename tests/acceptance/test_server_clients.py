"""Unmodified client libraries talk to a running server: Twilio's for Python, plain and asynchronous, and for Node.js."""

from __future__ import annotations

import asyncio
import gc
import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from conftest import ROOT
from missing import NODE
from receiptkit.model.errors import UsageError
from receiptkit.server import Running, running

PACKAGE = NODE.parent


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A world of 50 receipts at its end."""
    with running(scenarios="three-pages", clock="manual") as server:
        server.advance(to="end")
        yield server


def client_of(server: Running, **options: Any) -> Client:
    client = Client(server.account_sid, server.auth_token, **options)
    client.conversations.base_url = server.url
    return client


def message_of(client: Client, server: Running, *, in_service: bool = False) -> Any:
    world = server.worlds[0]
    root = client.conversations.v1
    root = root.services(world.chat_service_sid) if in_service else root
    return root.conversations(world.conversation_sid).messages(world.message.sid)


@pytest.mark.parametrize("in_service", [False, True])
def test_python(server: Running, in_service: bool) -> None:
    """It lists, streams, pages forward and back, fetches, and reads the summary."""
    message = message_of(client_of(server), server, in_service=in_service)
    sids = [receipt.sid for receipt in server.worlds[0].receipts]
    receipts = message.delivery_receipts
    for size in (1, 20, 50):
        assert [each.sid for each in receipts.list(page_size=size)] == sids
    assert [each.sid for each in receipts.stream(page_size=7)] == sids
    assert [len(receipts.list(limit=limit)) for limit in (3, 20, 50, 51, 1000)] == [
        3,
        20,
        50,
        50,
        50,
    ]
    pages = [receipts.page(page_size=20)]
    while pages[-1].next_page_url:
        pages.append(pages[-1].next_page())
    assert [len(list(page)) for page in pages] == [20, 20, 10]
    assert [each.sid for each in pages[-1].previous_page().previous_page()] == sids[:20]
    assert receipts(sids[3]).fetch().status == receipts.list()[3].status
    assert message.fetch().delivery["total"] == 50
    messages = client_of(server).conversations.v1.conversations("three-pages").messages.list()
    assert [each.sid for each in messages] == [server.worlds[0].message.sid]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the library's own
def test_python_asynchronously(server: Running) -> None:
    """The asynchronous client does the same."""

    async def read() -> list[Any]:
        async with AsyncTwilioHttpClient() as http:
            receipts = message_of(client_of(server, http_client=http), server).delivery_receipts
            listed = [each.sid for each in await receipts.list_async(page_size=20)]
            streamed = [each.sid async for each in await receipts.stream_async(page_size=7)]
            first = await receipts.page_async(page_size=20)
            second = await first.next_page_async()
            back = [each.sid for each in await second.previous_page_async()]
            fetched = await receipts(listed[0]).fetch_async()
            return [listed, streamed, back, fetched.sid]

    listed, streamed, back, fetched = asyncio.run(read())
    assert listed == streamed == [receipt.sid for receipt in server.worlds[0].receipts]
    assert (back, fetched) == (listed[:20], listed[0])


def test_python_configures(server: Running) -> None:
    """Several filters of an update arrive, for the account and the service."""
    root = client_of(server).conversations.v1
    for webhooks in (
        root.configuration.webhooks(),
        root.services(server.worlds[0].chat_service_sid).configuration.webhooks(),
    ):
        webhooks.update(
            filters=["onMessageAdded", "onDeliveryUpdated"],
            post_webhook_url="https://example.com/hook",
            method="GET",
        )
        fetched = webhooks.fetch()
        assert (fetched.filters, fetched.method) == (["onMessageAdded", "onDeliveryUpdated"], "GET")
    server.reset()
    assert root.configuration.webhooks().fetch().filters is None
    server.advance(to="end")


def test_python_sees_errors(server: Running) -> None:
    """Errors raise with status and code; a fault is over after one request."""
    receipts = message_of(client_of(server), server).delivery_receipts
    for kind, status, code in (("too-many-requests", 429, 20429), ("server-error", 500, 500)):
        server.fault(kind)
        with pytest.raises(TwilioRestException) as raised:
            receipts(server.worlds[0].receipts[0].sid).fetch()
        assert (raised.value.status, raised.value.code or status) == (status, code)
        server.fault(kind)
        with pytest.raises(TwilioException, match="Unable to fetch page"):
            receipts.list()
    server.fault("cut")
    with pytest.raises(Exception, match=r"IncompleteRead|Connection"):
        receipts.list()
    assert len(receipts.list()) == 50


def test_node(server: Running) -> None:
    """The package for Node.js lists, iterates, pages forward and back, fetches, configures; both scopes."""
    node = shutil.which("node")
    if node is None or not (PACKAGE / "node_modules" / "twilio").is_dir():
        pytest.skip(
            "no Node.js here, or not Twilio's package for it (`make .venv/.node` installs it)"
        )
    world = server.worlds[0]
    sids = [receipt.sid for receipt in world.receipts]
    for service in (None, world.chat_service_sid):
        given = {
            "url": server.url,
            "account": server.account_sid,
            "token": server.auth_token,
            "service": service,
            "conversation": world.conversation_sid,
            "message": world.message.sid,
            "hook": "https://example.com/hook",
        }
        command = [node, str(ROOT / "tests" / "acceptance" / "node" / "server.js"), str(PACKAGE)]
        result = subprocess.run(
            command, input=json.dumps(given), capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr
        read = json.loads(result.stdout)
        assert read["listed"] == read["streamed"] == sids
        assert (read["limited"], read["missing"]) == (50, [404, 20404])
        assert read["pages"] == [sids[:20], sids[20:40], sids[:20]]
        assert read["delivery"]["total"] == 50
        assert read["filters"] == [["onMessageAdded", "onDeliveryUpdated"]] * 2
    server.reset()
    server.advance(to="end")


# -- webhooks over the network


class _Hook(BaseHTTPRequestHandler):
    """Keeps requests."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.path, dict(self.headers), body.decode()))  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    do_GET = do_POST  # noqa: N815 # the names are those of http.server

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[ThreadingHTTPServer]:
    """A consumer on a port of its own."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hook) as consumer:
        consumer.seen = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=consumer.serve_forever)
        thread.start()
        yield consumer
        consumer.shutdown()
        thread.join()


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize(
    "path", ["/hook", "/hook?tenant=7&empty=&name=J%C3%BCrg%20%26%20Co", "/a%20b/;x=1?q='$,"]
)
def test_validators_accept_every_webhook(hook: ThreadingHTTPServer, method: str, path: str) -> None:
    """Twilio's own validators, for Python and Node.js, accept every request as it arrived, and none with another token."""
    origin = f"http://127.0.0.1:{hook.server_port}"
    with running(
        scenarios=["retried", "partial-failure"], clock="manual", webhook_url=origin + path
    ) as server:
        if method == "GET":
            client_of(server).conversations.v1.configuration.webhooks().update(method="GET")
        server.advance(to="end")
        assert {each.outcome for each in server.sent} == {204}
        token = server.auth_token
    seen: list[tuple[str, str, dict[str, str], str]] = hook.seen  # type: ignore[attr-defined]
    assert len(seen) > 10
    cases = []
    for verb, target, headers, body in seen:
        parameters = dict(parse_qsl(body, keep_blank_values=True))
        signature = headers["X-Twilio-Signature"]
        assert verb == method
        assert RequestValidator(token).validate(origin + target, parameters, signature)
        assert not RequestValidator(token[::-1]).validate(origin + target, parameters, signature)
        cases.append([token, signature, origin + target, parameters])
    node = shutil.which("node")
    if node is not None and (PACKAGE / "node_modules" / "twilio").is_dir():
        script = (
            f"const twilio = require({json.dumps(str(PACKAGE / 'node_modules' / 'twilio'))});"
            "let text = ''; process.stdin.on('data', (piece) => (text += piece));"
            "process.stdin.on('end', () => console.log(JSON.parse(text).every((each) => twilio.validateRequest(...each))));"
        )
        result = subprocess.run(
            [node, "-e", script],
            input=json.dumps(cases),
            capture_output=True,
            text=True,
            check=True,
        )
        assert result.stdout.strip() == "true"


# -- the server as a process of HTTP


def raw(url: str, request: str) -> bytes:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
        connection.sendall(request.encode())
        pieces = iter(lambda: connection.recv(65536), b"")
        return b"".join(pieces)


def test_connection_close_is_answered_with_it(server: Running) -> None:
    """The response to a request with `Connection: close` has it, too."""
    answer = raw(server.url, "GET /v1/Nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b"connection: close" in answer.lower()


def test_a_cut_connection(server: Running) -> None:
    """A truncated response declares the length of the whole one."""
    server.fault("cut")
    path = f"/v1/Conversations/three-pages/Messages/{server.worlds[0].message.sid}/Receipts"
    answer = raw(
        server.url, f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {basic_of(server)}\r\n\r\n"
    )
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    assert 0 < len(body) < length


def basic_of(server: Running) -> str:
    from serving import basic

    return basic(server.account_sid, server.auth_token)


def test_nothing_is_left_behind() -> None:
    """A server that is closed has no thread left, and its port is free again."""
    before = threading.active_count()
    with running(scenarios="landline") as server:
        port = urlsplit(server.url).port or 0
        assert threading.active_count() > before
        with (
            pytest.raises(UsageError, match="cannot listen"),
            running(scenarios="landline", port=port),
        ):
            pass
    assert threading.active_count() == before
    with running(scenarios="landline", port=port) as again:
        assert again.url == server.url


def test_from_many_threads() -> None:
    """Worlds can be read while others let worlds begin."""
    with running(scenarios="landline", clock="manual") as server, ThreadPoolExecutor(4) as threads:
        loading = [threads.submit(server.load, "landline", seed=seed) for seed in range(1, 200)]
        counts = []
        while not all(each.done() for each in loading):
            counts.append(len(server.worlds))
        assert counts == sorted(counts)
        assert [each.result().scenario for each in loading] == ["landline"] * 199
        assert len(server.worlds) == 200


def test_a_server_that_is_closed() -> None:
    """A closed server can still be read; every action raises."""
    with running(scenarios="landline", clock="manual") as server:
        pass
    assert len(server.worlds) == 1
    assert server.sent == []
    for action in (server.reset, lambda: server.advance(to="end"), lambda: server.load("landline")):
        with pytest.raises(UsageError, match="the server is closed"):
            action()


@pytest.mark.parametrize("port", [-1, 65536, 99999])
def test_rejects_an_impossible_port(port: int) -> None:
    """An impossible port is refused before a socket is made, which would stay open."""
    with (
        pytest.raises(UsageError, match="ports are from 0 to 65535"),
        running(scenarios="landline", port=port),
    ):
        pass
    gc.collect()


def test_two_servers_share_nothing() -> None:
    """Actions on one server do not show in another."""
    with (
        running(scenarios="landline", clock="manual") as one,
        running(scenarios="landline", clock="manual") as two,
    ):
        one.advance(to="end")
        conversation = one.worlds[0].conversation_sid
        assert (
            one.load("group-sms", seed=3, set={"conversation_sid": conversation}).scenario
            == "group-sms"
        )
        one.load("opted-out")
        assert (
            one.load("group-sms", seed=4, set={"conversation_sid": conversation}).scenario
            == "group-sms"
        )
        assert two.control.state.clock.reading == 0
        assert len(two.worlds) == 1
