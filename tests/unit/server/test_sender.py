"""One webhook: its target, its outcome, and that the request that arrives is the signed one."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from flask import Flask
from flask import request as flask_request
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from receiptkit import Contract
from receiptkit.generation import Generator
from receiptkit.model.errors import UsageError
from receiptkit.server import AUTH_TOKEN
from receiptkit.server.sender import Outgoing, Sender, Sent
from receiptkit.webhooks.address import absolute, address

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
GENERATOR = Generator(Contract.load())
WEBHOOKS = GENERATOR.webhooks(GENERATOR.world("landline"))


async def sent(
    url: str, method: str = "POST", transport: Any = None, timeout: float = 5
) -> list[Sent]:
    sender = Sender(AUTH_TOKEN, transport, timeout)
    try:
        event = WEBHOOKS.events[0]
        return await sender.send(Outgoing(WEBHOOKS.parameters(event), event.token), url, method)
    finally:
        await sender.close()


def outcomes(answer: Answer, timeout: float = 5) -> list[int | str]:
    """Return the outcomes of a webhook to a receiver with a response, for each attempt."""
    receiving: set[asyncio.Task[Any]] = set()

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        receiving.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            # What is left unread makes the other side see a reset instead of an end.
            await reader.readexactly(
                int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
            )
            await answer(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def run() -> list[Sent]:
        async with await asyncio.start_server(receive, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            made = await sent(f"http://127.0.0.1:{port}/", timeout=timeout)
            # An open receiver sees the connection closed, and then ends by itself.
            await asyncio.sleep(0.05)
            if receiving:
                await asyncio.wait(receiving, timeout=2)
                await asyncio.sleep(0.05)
            return made

    return [each.outcome for each in asyncio.run(run())]


# -- what comes of it


def test_times_out_without_a_response() -> None:
    """A response has five seconds, here less; after that the webhook is not sent again."""
    assert Sender(AUTH_TOKEN)._timeout == 5
    # A client that connects gets no response.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        made = asyncio.run(sent(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.1))
    assert [each.outcome for each in made] == ["no answer within 0.1 seconds"]


def test_a_head_that_does_not_end() -> None:
    """The time limit is of the whole response: trickling bytes do not extend it."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    assert outcomes(drip, timeout=0.2) == ["no answer within 0.2 seconds"]


@pytest.mark.parametrize(
    "rest", [b"1\r\nx\r\n", b"400000\r\n" + b"x" * 0x400000 + b"\r\n"], ids=["drip", "flood"]
)
def test_a_body_that_does_not_end(rest: bytes) -> None:
    """The status is the outcome; a slow or long body is not read."""

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(rest)
            await writer.drain()
            await asyncio.sleep(0.01)

    assert outcomes(pour) == [200]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", 200),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\nabc", 200),
        (b"", "connection closed without an answer"),
        (b"rubbish\r\n\r\n", "connection closed without an answer"),
    ],
)
def test_does_not_repeat_a_request_that_arrived(answer: bytes, outcome: int | str) -> None:
    """A request that was read is not sent again, whatever is wrong with the response."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    assert outcomes(say) == [outcome]


def test_an_application_that_fails() -> None:
    """An exception of an application called directly is an outcome; a sleeping one times out, too."""

    async def fail(scope: Any, receive: Any, send: Any) -> None:
        raise KeyError("order")

    async def sleep(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(3600)

    failed = asyncio.run(sent("http://consumer.test/", transport=httpx.ASGITransport(fail)))
    slept = asyncio.run(
        sent("http://consumer.test/", transport=httpx.ASGITransport(sleep), timeout=0.1)
    )
    assert [each.outcome for each in failed + slept] == [
        "failed: KeyError: 'order'",
        "no answer within 0.1 seconds",
    ]


def test_a_private_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown certificate is named as such, and accepted with SSL_CERT_FILE."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here, which makes a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = [
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run(["openssl", *made.split(), *names], check=True, capture_output=True)

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    async def run() -> list[int | str]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        async with await asyncio.start_server(
            receive, "localhost", 0, ssl=context, family=socket.AF_INET
        ) as server:
            url = f"https://localhost:{server.sockets[0].getsockname()[1]}/#rc=0"
            return [each.outcome for each in await sent(url)]

    (unknown,) = asyncio.run(run())
    assert "CERTIFICATE_VERIFY_FAILED" in str(unknown)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert asyncio.run(run()) == [204]


# -- where it can go


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000/"),
        ("http://127.0.0.1:5000?x=1", "http://127.0.0.1:5000/?x=1"),
        ("http://x/hook?", "http://x/hook?"),
        ("http://x/a/../b/./c/..", "http://x/b/"),
        ("http://x/../..//a/", "http://x//a/"),
        ("HTTP://Example.COM:8080/Hook", "http://example.com:8080/Hook"),
        ("http://user:p%40ss@x/hook#rc=3", "http://x/hook"),
        ("http://exämple.invalid/ü?ö=ä", "http://xn--exmple-cua.invalid/%C3%BC?%C3%B6=%C3%A4"),
        ("http://[0:0::1]:80/", "http://[::1]:80/"),
        (
            'http://x/a%2Fb%zz[0]?c=%3a&d={"e|f"}',
            "http://x/a%2Fb%25zz%5B0%5D?c=%3a&d=%7B%22e%7Cf%22%7D",
        ),
        ("http://x/;a='b',(c)?d=$e&f=g:h/i?j", "http://x/;a='b',(c)?d=$e&f=g:h/i?j"),
    ],
)
def test_normalises_urls_once(url: str, called: str) -> None:
    """A URL has one form, in which it is signed, sent and kept; the client does not change it."""
    assert address(url).url == called
    requested = httpx.Request("POST", called).url
    port = f":{urlsplit(called).port}" if urlsplit(called).port else ""
    assert (
        f"http://{urlsplit(called).netloc.removesuffix(port)}{port}{requested.raw_path.decode()}"
        == called
    )
    assert requested.host == urlsplit(address(called).url).hostname or "xn--" in called
    assert address(called).url == called


@pytest.mark.parametrize(
    "url",
    [
        "http://[v1.x]/",
        "http://[fe80::1%25eth0]/",
        f"http://x/{'a' * 70_000}",
        "http://x..y/",
        f"http://{'x' * 64}.test/",
        "http://256.1.1.1/",
        "http://x\\y/",
        "http://x:99999/",
        "http://x:0/",
        "http://x/\x7f",
        "http://x/a b",
        "http:///x",
        "ftp://x/",
        "x",
    ],
)
def test_refuses_invalid_urls(url: str) -> None:
    """An invalid URL is refused in one short line, before anything is sent."""
    with pytest.raises(UsageError, match="not an absolute http or https URL") as raised:
        absolute(url, "--to")
    assert len(str(raised.value)) < 200


# -- what arrives is what was signed


def flask_receiver(seen: list[Any]) -> Any:
    """Respond as the receivers in the documentation do."""
    application = Flask("receiver")

    @application.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @application.route("/<path:path>", methods=["GET", "POST"])
    def hook(path: str) -> tuple[str, int]:
        form = flask_request.form.to_dict()
        seen.append(flask_request.headers.get("Authorization"))
        valid = RequestValidator(AUTH_TOKEN).validate(
            flask_request.url, form, flask_request.headers["X-Twilio-Signature"]
        )
        return "", 204 if valid else 403

    return httpx.WSGITransport(application)


def asgi_receiver(seen: list[Any]) -> Any:
    """The same with Starlette, as FastAPI is."""

    async def hook(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        seen.append(request.headers.get("Authorization"))
        valid = RequestValidator(AUTH_TOKEN).validate(
            str(request.url), form, request.headers["X-Twilio-Signature"]
        )
        return Response(status_code=204 if valid else 403)

    return httpx.ASGITransport(
        Starlette(routes=[Route("/{path:path}", hook, methods=["GET", "POST"])])
    )


class Synchronous(httpx.AsyncBaseTransport):
    """A transport of synchronous applications."""

    def __init__(self, transport: httpx.WSGITransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.stream = httpx.ByteStream(request.content)
        answer = self._transport.handle_request(request)
        return httpx.Response(answer.status_code)


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize(
    "url",
    [
        "http://consumer.test",
        "http://consumer.test?x=1",
        "http://consumer.test/a/../b",
        "HTTP://Consumer.Test/hook",
        "http://user:p%40ss@consumer.test/hook",
        "http://consumer.test/hook?tenant=7",
    ],
)
@pytest.mark.parametrize("receiver", [flask_receiver, asgi_receiver])
def test_receivers_accept_the_signature(
    receiver: Callable[[list[Any]], Any], url: str, method: str
) -> None:
    """Validators accept the signature by what their framework reports, and the kept request verifies, too."""
    seen: list[Any] = []
    transport = receiver(seen)
    transport = Synchronous(transport) if isinstance(transport, httpx.WSGITransport) else transport
    (made,) = asyncio.run(sent(url, method, transport))
    assert made.outcome == 204
    assert {
        finding.rule
        for finding in Contract.load(auth_token=AUTH_TOKEN).check_webhook(made.delivery)
    } <= {"webhook.unknown-parameter"}
    assert made.delivery.headers["Host"] == urlsplit(made.delivery.url).netloc
    assert seen == [f"Basic {base64.b64encode(b'user:p@ss').decode()}" if "@" in url else None]
