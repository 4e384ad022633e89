"""
The ways in which code under test gets a page or a webhook: clients, the mocks that people use with them, and test clients.

`test_plugin_clients.py` tries those whose packages are installed; `make proofs` tries all, with the oldest and the newest versions; the
table in docs/pytest.md is made from them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from textwrap import dedent

from receiptkit.generation import Generator
from suites import RENDERING, URL

_WORLD = Generator().world("in-order", seed=7)
_WEBHOOKS = Generator().webhooks(_WORLD)
_FORM = _WEBHOOKS.parameters(_WEBHOOKS.events[-1])

#: What every way starts with: a lying page, a lying webhook, and helpers.
SERVED = f"""
import asyncio, contextlib, json, threading, http.server, pytest
URL = {URL!r}
URL20 = URL + "?PageSize=20"
PAGE = json.loads({json.dumps(json.dumps(RENDERING.page()))})
PAGE["delivery_receipts"][0]["status"] = "queued"
TEXT = json.dumps(PAGE)
HEADERS = {{"Content-Type": "application/json"}}
FORM = {{**{_FORM!r}, "Status": "queued"}}

def cassette(folder):
    import yaml
    response = {{"status": {{"code": 200, "message": "OK"}}, "headers": {{"Content-Type": ["application/json"]}},
                "body": {{"string": TEXT}}}}
    request = {{"method": "GET", "uri": URL20, "headers": {{}}, "body": None}}
    path = folder / "cassette.yaml"
    path.write_text(yaml.dump({{"version": 1, "interactions": [{{"request": request, "response": response}}]}}))
    return str(path)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(TEXT)))
        self.end_headers()
        self.wfile.write(TEXT.encode())

    def log_message(self, *_):
        pass

@contextlib.contextmanager
def served():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield URL20.replace("https://conversations.twilio.com", f"http://127.0.0.1:{{server.server_address[1]}}")
        server.shutdown()
"""

#: What the guard prints of that page.
BLOCK = f"""
the code under test received what Twilio never sends:

GET {URL}?PageSize=20 -> 200
- /delivery_receipts/0/status error schema.enum: `status` is not one of read, failed, delivered, undelivered, sent or null
    hint: `queued` is a status of Programmable Messaging messages; a delivery receipt never has it

`receiptkit explain schema.enum` says what to do; to allow this on purpose: @pytest.mark.receipts_allow("schema.enum", reason="…")
"""


@dataclass(frozen=True)
class Way:
    """
    A test that gets the lying page or webhook.

    Attributes:
        client: the client, as the table names it.
        mock: the mock, or another source of the response.
        source: the body of the test module.
        packages: the modules that it imports.
        plugins: plugins of pytest, by their entry points.
        kind: `page`, or `webhook` for test clients.
    """

    client: str
    mock: str
    source: str
    packages: tuple[str, ...]
    plugins: tuple[str, ...] = ()
    kind: str = "page"

    @property
    def id(self) -> str:
        """Its name among tests."""
        return f"{self.client}, {self.mock}"

    @property
    def module(self) -> str:
        """The text of its test module, which is skipped where a package is missing."""
        skips = "".join(f'pytest.importorskip("{name}")\n' for name in self.packages)
        return f"from served import *\n{skips}" + dedent(self.source).lstrip("\n")


def _page(
    client: str, mock: str, source: str, *packages: str, plugins: tuple[str, ...] = ()
) -> Way:
    return Way(client, mock, source, packages, plugins)


def _webhook(
    client: str, mock: str, source: str, *packages: str, plugins: tuple[str, ...] = ()
) -> Way:
    return Way(client, mock, source, packages, plugins, "webhook")


_ASGI_APP = """
async def app(scope, receive, send):
    assert scope["type"] == "http"
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
"""

_REQUESTS = """
def get(url):
    import requests
    assert requests.get(url).json()["meta"]
"""
_HTTPX = """
def get(url):
    import httpx
    assert httpx.get(url).json()["meta"]
"""
_HTTPX2 = """
def get(url):
    import httpx2
    assert httpx2.get(url).json()["meta"]
"""
_AIOHTTP = """
def get(url):
    import aiohttp
    async def got():
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            assert (await response.json())["meta"]
    asyncio.run(got())
"""
_NIQUESTS = """
def get(url):
    import niquests
    assert niquests.get(url).json()["meta"]
"""
_URLLIB3 = """
def get(url):
    import urllib3
    assert json.loads(urllib3.PoolManager().request("GET", url).data)["meta"]
"""
_URLLIB = """
def get(url):
    import urllib.request
    with urllib.request.urlopen(url) as response:
        assert json.load(response)["meta"]
"""
_HTTP_CLIENT = """
def get(url):
    import http.client
    from urllib.parse import urlsplit
    place = urlsplit(url)
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    connection = kind(place.netloc)
    connection.request("GET", f"{place.path}?{place.query}", headers={"Accept": "application/json"})
    assert json.load(connection.getresponse())["meta"]
    connection.close()
"""
_TWILIO = """
def get(url, http_client=None):
    from twilio.rest import Client
    _, _, _, _, _, conversation, _, message, _ = URL.split("/")
    client = Client("AC" + "1" * 32, "token", http_client=http_client)
    resource = client.conversations.v1.conversations(conversation).messages(message)
    assert next(resource.delivery_receipts.stream(page_size=20)).status == "queued"
"""

_RESPONSES = """
def test_it():
    import responses
    with responses.RequestsMock() as mock:
        mock.get(URL, json=PAGE)
        get(URL20)
"""
_VCRPY = """
def test_it(tmp_path):
    import vcr
    with vcr.use_cassette(cassette(tmp_path), record_mode="none"):
        get(URL20)
"""
_RECORDING = """
@pytest.fixture
def vcr_cassette_dir(tmp_path):
    cassette(tmp_path)
    return str(tmp_path)

@pytest.mark.vcr("cassette.yaml")
@pytest.mark.default_cassette("cassette.yaml")
def test_it():
    get(URL20)
"""
_POOK = """
def test_it():
    import pook
    with pook.use():
        pook.get(URL, reply=200, response_json=PAGE, response_headers=HEADERS, params={"PageSize": "20"})
        get(URL20)
"""
_SERVER = """
def test_it():
    with served() as url:
        get(url)
"""
_CLIENTS = {
    "requests": (_REQUESTS, ("requests",)),
    "httpx": (_HTTPX, ("httpx",)),
    "httpx2": (_HTTPX2, ("httpx2",)),
    "aiohttp": (_AIOHTTP, ("aiohttp",)),
    "niquests": (_NIQUESTS, ("niquests",)),
    "urllib3": (_URLLIB3, ("urllib3",)),
    "urllib.request": (_URLLIB, ()),
    "http.client": (_HTTP_CLIENT, ()),
    "Twilio's client": (_TWILIO, ("twilio",)),
}
_MOCKS = {
    "responses": (_RESPONSES, ("responses",), ()),
    "vcrpy": (_VCRPY, ("vcr", "yaml"), ()),
    "pytest-recording": (_RECORDING, ("pytest_recording", "yaml"), ("pytest_recording.plugin",)),
    "pook": (_POOK, ("pook",), ()),
    "a real server": (_SERVER, (), ()),
}
#: Which mocks there are for which clients.
_PAIRS = {
    "requests": ("responses", "vcrpy", "pytest-recording", "pook", "a real server"),
    "httpx": ("vcrpy", "pytest-recording", "pook", "a real server"),
    "httpx2": ("a real server",),
    "aiohttp": ("vcrpy", "pytest-recording", "pook", "a real server"),
    "niquests": ("a real server",),
    "urllib3": ("vcrpy", "pytest-recording", "pook", "a real server"),
    "urllib.request": ("vcrpy", "pytest-recording", "pook", "a real server"),
    "http.client": ("vcrpy", "pytest-recording", "a real server"),
    "Twilio's client": ("responses", "vcrpy", "pytest-recording", "pook"),
}


def _combined() -> list[Way]:
    ways = []
    for client, mocks in _PAIRS.items():
        get, packages = _CLIENTS[client]
        for mock in mocks:
            test, more, plugins = _MOCKS[mock]
            ways.append(_page(client, mock, get + test, *packages, *more, plugins=plugins))
    return ways


#: Before a test with httpx2: older releases of vcrpy do not know it.
_KNOWN = """
from vcr import patch
if not hasattr(patch, "httpx2"):
    pytest.skip("vcrpy is older than httpx2", allow_module_level=True)
"""

_OWN = [
    _page("httpx2", "vcrpy", _HTTPX2 + _KNOWN + _VCRPY, "httpx2", "vcr", "yaml"),
    _page(
        "httpx2",
        "pytest-recording",
        _HTTPX2 + _KNOWN + _RECORDING,
        *("httpx2", "vcr", "pytest_recording", "yaml"),
        plugins=("pytest_recording.plugin",),
    ),
    _page(
        "requests",
        "responses, streamed",
        """
        import requests, responses

        @responses.activate
        def test_it():
            responses.get(URL, json=PAGE)
            response = requests.get(URL20, stream=True)
            assert b"".join(response.iter_content(100)).startswith(b"{")
        """,
        "requests",
        "responses",
    ),
    _page(
        "requests",
        "requests-mock",
        """
        import requests

        def test_it(requests_mock):
            requests_mock.get(URL, json=PAGE, headers=HEADERS)
            assert requests.Session().get(URL20).json()
        """,
        "requests",
        "requests_mock",
        plugins=("requests_mock",),
    ),
    _page(
        "requests",
        "an adapter of your own",
        """
        import requests

        class Adapter(requests.adapters.BaseAdapter):
            def send(self, request, **_):
                response = requests.Response()
                response.status_code, response._content, response.url = 200, TEXT.encode(), request.url
                response.request = request
                return response

        def test_it():
            session = requests.Session()
            session.mount("https://", Adapter())
            assert session.get(URL20).json()
        """,
        "requests",
    ),
    _page(
        "httpx",
        "respx",
        """
        import httpx, respx

        @respx.mock
        def test_it():
            respx.get(URL).respond(json=PAGE)
            assert httpx.get(URL, params={"PageSize": 20}).json()
        """,
        "httpx",
        "respx",
    ),
    _page(
        "httpx",
        "respx, streamed",
        """
        import httpx, respx

        @respx.mock
        def test_it():
            respx.get(URL).respond(json=PAGE)
            with httpx.stream("GET", URL, params={"PageSize": 20}) as response:
                assert "".join(response.iter_text())
        """,
        "httpx",
        "respx",
    ),
    _page(
        "httpx",
        "respx, asyncio",
        """
        import httpx, respx

        @respx.mock
        def test_it():
            respx.get(URL).respond(json=PAGE)
            async def got():
                async with httpx.AsyncClient() as client:
                    assert (await client.get(URL20)).json()
            asyncio.run(got())
        """,
        "httpx",
        "respx",
    ),
    _page(
        "httpx",
        "pytest-httpx",
        """
        import httpx

        def test_it(httpx_mock):
            httpx_mock.add_response(json=PAGE)
            assert httpx.Client().get(URL20).json()
        """,
        "httpx",
        "pytest_httpx",
        plugins=("pytest_httpx",),
    ),
    _page(
        "httpx",
        "a transport of your own",
        """
        import httpx

        def test_it():
            transport = httpx.MockTransport(lambda request: httpx.Response(200, json=PAGE))
            assert httpx.Client(transport=transport).get(URL20).json()
        """,
        "httpx",
    ),
    _page(
        "httpx",
        "a transport of your own, trio, streamed",
        """
        import httpx, trio

        class Body(httpx.AsyncByteStream):
            async def __aiter__(self):
                yield TEXT.encode()

        def test_it():
            transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=Body(), headers=HEADERS))
            async def got():
                async with httpx.AsyncClient(transport=transport) as client:
                    async with client.stream("GET", URL20) as response:
                        assert await response.aread()
            trio.run(got)
        """,
        "httpx",
        "trio",
    ),
    _page(
        "httpx2",
        "pytest-httpx2",
        """
        import httpx2

        def test_it(httpx2_mock):
            httpx2_mock.get(URL).respond(json=PAGE)
            assert httpx2.get(URL20).json()
        """,
        "httpx2",
        "pytest_httpx2",
        plugins=("pytest_httpx2",),
    ),
    _page(
        "httpx2",
        "a transport of your own",
        """
        import httpx2

        def test_it():
            transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json=PAGE))
            with httpx2.Client(transport=transport) as client:
                assert client.get(URL20).json()
        """,
        "httpx2",
    ),
    _page(
        "httpx2",
        "a transport of your own, asyncio, streamed",
        """
        import httpx2

        class Body(httpx2.AsyncByteStream):
            async def __aiter__(self):
                yield TEXT.encode()

        def test_it():
            transport = httpx2.MockTransport(lambda request: httpx2.Response(200, stream=Body(), headers=HEADERS))
            async def got():
                async with httpx2.AsyncClient(transport=transport) as client:
                    async with client.stream("GET", URL20) as response:
                        assert await response.aread()
            asyncio.run(got())
        """,
        "httpx2",
    ),
    _page(
        "aiohttp",
        "aioresponses",
        _AIOHTTP
        + """
def test_it():
    import aioresponses
    with aioresponses.aioresponses() as mock:
        mock.get(URL20, payload=PAGE)
        get(URL20)
        """,
        "aiohttp",
        "aioresponses",
    ),
    _page(
        "aiohttp",
        "aioresponses, aiohttp.request",
        """
        import aiohttp, aioresponses

        async def got():
            async with aiohttp.request("GET", URL, params={"PageSize": "20"}) as response:
                return await response.json()

        def test_it():
            with aioresponses.aioresponses() as mock:
                mock.get(URL20, payload=PAGE)
                assert asyncio.run(got())
        """,
        "aiohttp",
        "aioresponses",
    ),
    _page(
        "niquests",
        "an adapter of your own",
        """
        import io, niquests
        try:
            from niquests.packages.urllib3 import HTTPResponse
        except ImportError:
            from urllib3 import HTTPResponse

        class Adapter(niquests.adapters.BaseAdapter):
            def send(self, request, *_, **__):
                raw = HTTPResponse(io.BytesIO(TEXT.encode()), headers=HEADERS, status=200, preload_content=False)
                return niquests.adapters.HTTPAdapter().build_response(request, raw)

        def test_it():
            session = niquests.Session()
            session.mount("https://", Adapter())
            assert session.get(URL20).json()
        """,
        "niquests",
    ),
    _page(
        "niquests",
        "responses, by sys.modules",
        """
        import sys, niquests

        def test_it(monkeypatch):
            for name in ("", ".adapters", ".models", ".exceptions"):
                monkeypatch.setitem(sys.modules, f"requests{name}", sys.modules[f"niquests{name}"])
            for name in [name for name in sys.modules if name.partition(".")[0] == "responses"]:
                monkeypatch.delitem(sys.modules, name)
            import responses
            with responses.RequestsMock() as mock:
                mock.get(URL, json=PAGE)
                assert niquests.get(URL20).json()
        """,
        "niquests",
        "responses",
    ),
    _page(
        "niquests",
        "a real server, streamed",
        """
        import niquests

        def test_it():
            with served() as url, niquests.Session() as session:
                response = session.get(url, stream=True)
                assert b"".join(response.iter_content(100)).startswith(b"{")
        """,
        "niquests",
    ),
    _page(
        "niquests",
        "a real server, asyncio",
        """
        import niquests

        def test_it():
            async def got(url):
                async with niquests.AsyncSession() as session:
                    assert (await session.get(url)).json()
            with served() as url:
                asyncio.run(got(url))
        """,
        "niquests",
    ),
    _page(
        "niquests",
        "a real server, asyncio, streamed",
        """
        import niquests

        def test_it():
            async def got(url):
                async with niquests.AsyncSession() as session:
                    response = await session.get(url, stream=True)
                    assert await response.content
            with served() as url:
                asyncio.run(got(url))
        """,
        "niquests",
    ),
    _page(
        "niquests",
        "a real server, multiplexed",
        """
        import niquests

        def test_it():
            with served() as url, niquests.Session(multiplexed=True) as session:
                response = session.get(url)
                session.gather()
                assert response.json()
        """,
        "niquests",
    ),
    _page(
        "urllib3",
        "a real server, streamed",
        """
        import urllib3

        def test_it():
            with served() as url:
                response = urllib3.PoolManager().request("GET", url, preload_content=False)
                assert b"".join(response.stream(100)).startswith(b"{")
        """,
        "urllib3",
    ),
    _page(
        "urllib3",
        "a real server, one pool",
        """
        import urllib3

        def test_it():
            with served() as url:
                host, slash, path = url[len("http://"):].partition("/")
                pool = urllib3.connectionpool.connection_from_url("http://" + host)
                assert pool.request("GET", slash + path).data
        """,
        "urllib3",
    ),
    _page(
        "urllib.request",
        "a handler of your own",
        """
        import io, urllib.request, urllib.response
        from email.message import Message

        class Handler(urllib.request.BaseHandler):
            handler_order = 100

            def https_open(self, request):
                headers = Message()
                headers["Content-Type"] = "application/json"
                response = urllib.response.addinfourl(io.BytesIO(TEXT.encode()), headers, request.full_url, 200)
                response.msg = "OK"
                return response

        def test_it():
            with urllib.request.build_opener(Handler).open(URL20) as response:
                assert b"".join(iter(lambda: response.read(100), b""))
        """,
    ),
    _page(
        "urllib.request",
        "a real server, line by line",
        """
        import urllib.request

        def test_it():
            with served() as url, urllib.request.urlopen(url) as response:
                assert b"".join(response).startswith(b"{")
        """,
    ),
    _page(
        "http.client",
        "a real server, header by header",
        """
        import http.client

        def test_it():
            with served() as url:
                host, slash, path = url[len("http://"):].partition("/")
                connection = http.client.HTTPConnection(host)
                connection.putrequest("GET", slash + path)
                connection.endheaders()
                response = connection.getresponse()
                assert b"".join(iter(lambda: response.read(100), b"")).startswith(b"{")
                connection.close()
        """,
    ),
    _page(
        "http.client",
        "a real server, recorded by vcrpy",
        _HTTP_CLIENT
        + """
def test_it(tmp_path):
    import vcr
    with served() as url, vcr.use_cassette(str(tmp_path / "new.yaml")):
        get(url)
        """,
        "vcr",
    ),
    _page(
        "http.client",
        "a real server, httplib2",
        """
        import httplib2

        def test_it():
            with served() as url:
                _, body = httplib2.Http().request(url)
                assert json.loads(body)["meta"]
        """,
        "httplib2",
    ),
    _page(
        "Twilio's client",
        "aioresponses, asyncio",
        """
        import aioresponses
        from twilio.http.async_http_client import AsyncTwilioHttpClient
        from twilio.rest import Client

        async def got():
            _, _, _, _, _, conversation, _, message, _ = URL.split("/")
            async with AsyncTwilioHttpClient() as http_client:
                client = Client("AC" + "1" * 32, "token", http_client=http_client)
                resource = client.conversations.v1.conversations(conversation).messages(message)
                async for receipt in await resource.delivery_receipts.stream_async(page_size=20):
                    return receipt.status

        def test_it():
            with aioresponses.aioresponses() as mock:
                mock.get(URL20, payload=PAGE)
                assert asyncio.run(got()) == "queued"
        """,
        "twilio",
        "aioresponses",
    ),
    _page(
        "Twilio's client",
        "an HTTP client of your own",
        _TWILIO
        + """
def test_it():
    from twilio.http import HttpClient
    from twilio.http.response import Response

    class Fake(HttpClient):
        def __init__(self):
            pass

        def request(self, method, url, **rest):
            return Response(200, TEXT)

    get(URL, Fake())
        """,
        "twilio",
    ),
]

_INBOUND = [
    _webhook(
        "Starlette's TestClient",
        "an application",
        "from starlette.testclient import TestClient\n"
        + _ASGI_APP
        + """
def test_it():
    assert TestClient(app).post("/hook", data=FORM).status_code == 204
        """,
        "starlette",
    ),
    _webhook(
        "FastAPI's TestClient",
        "an application",
        """
        import fastapi
        from fastapi.testclient import TestClient

        app = fastapi.FastAPI()

        @app.post("/hook")
        async def hook(request: fastapi.Request):
            return len(await request.body())

        def test_it():
            assert TestClient(app).post("/hook", data=FORM).status_code == 200
        """,
        "fastapi",
    ),
    *(
        _webhook(
            f"{name}.ASGITransport",
            "an application",
            f"import {name}\n"
            + _ASGI_APP
            + f"""
def test_it():
    async def post():
        transport = {name}.ASGITransport(app=app)
        async with {name}.AsyncClient(transport=transport, base_url="http://test") as client:
            assert (await client.post("/hook", data=FORM)).status_code == 204
    asyncio.run(post())
            """,
            name,
        )
        for name in ("httpx", "httpx2")
    ),
    *(
        _webhook(
            f"{name}.WSGITransport",
            "an application",
            f"""
            import {name}

            def app(environ, start_response):
                start_response("204 No Content", [])
                return []

            def test_it():
                client = {name}.Client(transport={name}.WSGITransport(app=app), base_url="http://test")
                assert client.get("/hook", params=FORM).status_code == 204
            """,
            name,
        )
        for name in ("httpx", "httpx2")
    ),
    _webhook(
        "Flask's test client",
        "an application",
        """
        import flask

        app = flask.Flask(__name__)

        @app.post("/hook")
        def hook():
            return flask.request.form["Status"]

        def test_it():
            assert app.test_client().post("/hook", data=FORM).text == "queued"
        """,
        "flask",
    ),
    *(
        _webhook(
            name,
            "an application",
            f"""
            import django
            from django.conf import settings
            from django.http import HttpResponse
            from django.urls import path

            def hook(request):
                return HttpResponse(request.POST["Status"])

            urlpatterns = [path("hook", hook)]
            if not settings.configured:
                settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="x", USE_TZ=True)
                django.setup()

            def test_it():
                from django.test import {kind}, override_settings
                from urllib.parse import urlencode
                with override_settings(ROOT_URLCONF=__name__):
                    {call}
            """,
            "django",
        )
        for name, kind, call in (
            (
                "Django's test client",
                "Client",
                'assert Client().post("/hook", urlencode(FORM), content_type="application/x-www-form-urlencoded").content == b"queued"',
            ),
            (
                "Django's AsyncClient",
                "AsyncClient",
                'assert asyncio.run(AsyncClient().post("/hook", urlencode(FORM), content_type="application/x-www-form-urlencoded")).status_code == 200',
            ),
            (
                "Django's RequestFactory",
                "RequestFactory",
                'assert hook(RequestFactory().post("/hook", urlencode(FORM), content_type="application/x-www-form-urlencoded")).status_code == 200',
            ),
        )
    ),
    _webhook(
        "aiohttp's TestClient",
        "an application",
        """
        from aiohttp import web
        from aiohttp.test_utils import TestClient, TestServer

        async def hook(request):
            return web.Response(text=(await request.post())["Status"])

        def test_it():
            async def post():
                app = web.Application()
                app.router.add_post("/hook", hook)
                async with TestClient(TestServer(app)) as client:
                    response = await client.post("/hook", data=FORM)
                    assert await response.text() == "queued"
            asyncio.run(post())
        """,
        "aiohttp",
    ),
]

#: Every way, those of one client together.
WAYS = sorted([*_combined(), *_OWN], key=lambda way: list(_CLIENTS).index(way.client)) + _INBOUND
