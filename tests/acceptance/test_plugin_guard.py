"""The guard checks what the code under test reads, through any client, real or mocked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from suites import ASYNCIO, URL, Suite, block
from ways import BLOCK, SERVED

#: Tests that get the page in ways that `ways.py` does not have, and one that it has, with the plugins that they need.
WAYS = {
    "requests, responses": (
        """
        import requests, responses

        @responses.activate
        def test_it():
            responses.get(URL, json=PAGE)
            assert requests.get(URL, params={"PageSize": 20}).json()["meta"]["page_size"] == 20
        """,
        (),
    ),
    "httpx, asyncio, pytest-asyncio": (
        """
        import httpx, respx

        @pytest.mark.asyncio
        @respx.mock
        async def test_it():
            respx.get(URL).respond(json=PAGE)
            async with httpx.AsyncClient() as client:
                assert (await client.get(URL, params={"PageSize": 20})).json()
        """,
        (ASYNCIO,),
    ),
    "httpx, trio, anyio, streamed": (
        """
        import httpx

        @pytest.fixture
        def anyio_backend():
            return "trio"

        @pytest.mark.anyio
        async def test_it():
            transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=Body(), headers=HEADERS))
            async with httpx.AsyncClient(transport=transport) as client:
                async with client.stream("GET", URL, params={"PageSize": 20}) as response:
                    assert await response.aread()

        class Body(httpx.AsyncByteStream):
            async def __aiter__(self):
                yield json.dumps(PAGE).encode()
        """,
        ("anyio",),
    ),
    "Twilio's client, responses": (
        """
        import responses
        from twilio.rest import Client

        @responses.activate
        def test_it():
            responses.get(URL, json=PAGE)
            _, _, _, _, _, conversation, _, message, _ = URL.split("/")
            resource = Client("AC" + "1" * 32, "token").conversations.v1.conversations(conversation).messages(message)
            assert next(resource.delivery_receipts.stream(page_size=20)).status == "queued"
        """,
        (),
    ),
    "Twilio's client, an HTTP client with threads": (
        """
        import responses
        from concurrent.futures import ThreadPoolExecutor
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        class Elsewhere(TwilioHttpClient):
            def request(self, *args, **rest):
                with ThreadPoolExecutor() as pool:
                    return pool.submit(super().request, *args, **rest).result()

        @responses.activate
        def test_it():
            responses.get(URL, json=PAGE)
            _, _, _, _, _, conversation, _, message, _ = URL.split("/")
            client = Client("AC" + "1" * 32, "token", http_client=Elsewhere())
            resource = client.conversations.v1.conversations(conversation).messages(message)
            assert next(resource.delivery_receipts.stream(page_size=20)).status == "queued"
        """,
        (),
    ),
    "imported by the test": (
        """
        def test_it():
            import httpx
            client = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, json=PAGE)))
            assert client.get(URL, params={"PageSize": 20}).json()
        """,
        (),
    ),
}
ALONE = ("imported by the test",)


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_get_a_page_is_checked_once(suite: Suite, way: str) -> None:
    """A wrong page fails the test that read it, in one block: request, pointer, hint and how to allow it."""
    source, plugins = WAYS[way]
    suite.write(served=SERVED, test_it="from served import *\n" + block(source))
    printed = suite.run("--receipts-guard", plugins=plugins, alone=way in ALONE)
    assert f"=== test_it ===\n{block(BLOCK)}\n=== short test summary info ===\n" in printed
    suite.outcomes(failed=1)
    suite.run(plugins=plugins, alone=way in ALONE)
    suite.outcomes(passed=1)


def test_the_fixture_guards_one_test(suite: Suite) -> None:
    """`receipt_traffic` guards the test that uses it, and lists its exchanges."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import requests, responses

        @responses.activate
        def test_it(receipt_traffic):
            responses.get(URL, json=PAGE)
            requests.get(URL + "?PageSize=20")
            assert [exchange.status for exchange in receipt_traffic.exchanges] == [200]
            assert [finding.rule for finding in receipt_traffic.findings] == ["schema.enum"]

        @responses.activate
        def test_other():
            responses.get(URL, json=PAGE)
            requests.get(URL + "?PageSize=20")
        """,
    )
    assert f"=== test_it ===\n{block(BLOCK)}\n=== short test summary info ===\n" in suite.run()
    suite.outcomes(failed=1, passed=1)


def test_an_unread_stream_is_not_checked(suite: Suite) -> None:
    """A stream that is not read to its end is not read ahead, and has no findings."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import httpx

        class Body(httpx.SyncByteStream):
            read = 0
            def __iter__(self):
                for piece in json.dumps(PAGE).encode(), b" ":
                    self.read += 1
                    yield piece

        def test_it(receipt_traffic):
            body = Body()
            client = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, stream=body)))
            with client.stream("GET", URL):
                assert body.read == 0
            with client.stream("GET", URL) as response:
                next(response.iter_bytes())
                assert body.read == 1
            assert receipt_traffic.exchanges == []
        """,
    )
    suite.run()
    suite.outcomes(passed=1)


def test_does_not_check_other_traffic(suite: Suite) -> None:
    """Other paths, and Twilio's paths at a foreign host, are not checked."""
    suite.write(
        test_it="""
        import requests, responses

        @responses.activate
        def test_it(receipt_traffic):
            for url in "https://example.com/users", "https://example.com/v1/Configuration/Webhooks":
                responses.get(url, json={"users": []})
                requests.get(url)
            assert receipt_traffic.exchanges == []
        """
    )
    suite.run()
    suite.outcomes(passed=1)


def test_a_large_page_size_is_a_warning(suite: Suite) -> None:
    """A PageSize above 50 is a warning, since ordinary clients send it."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import requests, responses

        @responses.activate
        def test_it():
            PAGE["delivery_receipts"][0]["status"] = "delivered"
            responses.get(URL, json=PAGE)
            requests.get(URL + "?PageSize=100")
        """,
    )
    warning = '- "" warning request.parameter: query parameter PageSize must be at most 50'
    assert (
        f"=== receipt warnings ===\n{warning}\nin test_it.py::test_it\n1 passed in 0s\n"
        in suite.run("--receipts-guard")
    )
    suite.run("--receipts-guard", "--receipts-fail-on=warning")
    suite.outcomes(failed=1)
    suite.pytester.makepyprojecttoml('[tool.receiptkit.severity]\n"request.parameter" = "error"\n')
    suite.run("--receipts-guard")
    suite.outcomes(failed=1)


def test_checks_a_response_object_that_is_used_again(suite: Suite) -> None:
    """A response object that a mock returns for several requests is checked each time."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import httpx, requests

        ANSWER = requests.Response()
        ANSWER.status_code, ANSWER._content, ANSWER.headers = 200, json.dumps(PAGE).encode(), HEADERS
        ANSWER_X = httpx.Response(200, json=PAGE)

        class Adapter(requests.adapters.BaseAdapter):
            def send(self, request, **_):
                return ANSWER

        def test_requests(receipt_traffic):
            session = requests.Session()
            session.mount("https://", Adapter())
            for _ in range(2):
                session.get(URL + "?PageSize=20")
            assert len(receipt_traffic.exchanges) == 2

        def test_httpx(receipt_traffic):
            client = httpx.Client(transport=httpx.MockTransport(lambda request: ANSWER_X))
            for _ in range(2):
                client.get(URL + "?PageSize=20")
            assert len(receipt_traffic.exchanges) == 2
        """,
    )
    printed = suite.run()
    suite.outcomes(failed=2)
    assert printed.count("error schema.enum") == 4


def test_one_request_sent_again(suite: Suite) -> None:
    """Each response is checked, even to a request object that was sent before."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import httpx, requests, responses

        @responses.activate
        def test_requests(receipt_traffic):
            responses.get(URL, status=503)
            responses.get(URL, json=PAGE)
            with requests.Session() as session:
                request = session.prepare_request(requests.Request("GET", URL))
                assert [session.send(request).status_code for _ in range(2)] == [503, 200]
            assert [exchange.status for exchange in receipt_traffic.exchanges] == [503, 200]

        @responses.activate
        def test_retries_within_a_session(receipt_traffic):
            class Session(requests.Session):
                def send(self, *args, **kwargs):
                    return [super(Session, self).send(*args, **kwargs) for _ in range(2)][-1]

            responses.get(URL, status=503)
            responses.get(URL, json=PAGE)
            assert Session().get(URL).status_code == 200
            assert [exchange.status for exchange in receipt_traffic.exchanges] == [503, 200]

        def test_httpx(receipt_traffic):
            answers = iter([httpx.Response(503), httpx.Response(200, json=PAGE)])
            client = httpx.Client(transport=httpx.MockTransport(lambda request: next(answers)))
            request = client.build_request("GET", URL)
            assert [client.send(request).status_code for _ in range(2)] == [503, 200]
            assert [exchange.status for exchange in receipt_traffic.exchanges] == [503, 200]
        """,
    )
    printed = suite.run()
    suite.outcomes(failed=3)
    assert printed.count("error schema.enum") == 3
    assert "AssertionError" not in printed


def test_a_body_that_is_read_in_several_ways(suite: Suite) -> None:
    """The whole body is checked even if the test reads it in parts, raw, or only up to its end."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import gzip, httpx, pickle, requests, responses

        def httpx_of(**how):
            return httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, **how)))

        class Body(httpx.SyncByteStream):
            def __init__(self, body):
                self.body = body
            def __iter__(self):
                yield self.body

        @responses.activate
        def test_requests(receipt_traffic):
            responses.get(URL, json=PAGE)
            response = requests.get(URL, stream=True)
            assert next(response.iter_content(1)) == b"{"
            assert next(response.iter_content(1, decode_unicode=True)) == '"'
            assert response.content
            with pytest.raises(TypeError):
                requests.get(URL, stream=True).iter_content("x")

        def test_raw(receipt_traffic):
            body = gzip.compress(json.dumps(PAGE).encode())
            with httpx_of(stream=Body(body), headers={**HEADERS, "Content-Encoding": "gzip"}).stream("GET", URL) as response:
                assert b"".join(response.iter_raw()) == body

        def test_the_whole_at_once(receipt_traffic):
            body = json.dumps(PAGE).encode()
            with httpx_of(stream=Body(body), headers={**HEADERS, "Content-Length": str(len(body))}).stream("GET", URL) as response:
                assert next(response.iter_bytes()) == body

        def test_what_cannot_be_decoded(receipt_traffic):
            with httpx_of(stream=Body(b"no gzip"), headers={"Content-Encoding": "gzip"}).stream("GET", URL) as response:
                assert b"".join(response.iter_raw()) == b"no gzip"
            assert receipt_traffic.exchanges == []

        def test_pickled(receipt_traffic):
            with httpx_of(stream=Body(b"{}")).stream("GET", URL) as response:
                assert pickle.loads(pickle.dumps(response)).status_code == 200
        """,
    )
    printed = suite.run()
    suite.outcomes(failed=3, passed=2)
    assert printed.count("error schema.enum") == 3
    assert "json.syntax" not in printed


def test_compares_the_responses_of_one_test(suite: Suite) -> None:
    """Responses that contradict each other fail a test that got both; those of other tests are independent."""
    suite.write(
        test_it="""
        import requests
        import responses


        def got(receipt):
            with responses.RequestsMock() as mock:
                mock.get(receipt["url"], json=receipt)
                requests.get(receipt["url"])


        def test_two_stories(make_receipt):
            receipt = make_receipt(status="delivered", channel_name="sms")
            got(receipt)
            got({**receipt, "participant_sid": "MB" + "0123456789abcdef" * 2})


        def test_one(make_receipt):
            got(make_receipt(status="delivered", channel_name="sms"))
        """,
    )
    printed = suite.run("--receipts-guard")
    suite.outcomes(failed=1, passed=1)
    assert (
        "- /participant_sid error timeline.identity: the same receipt has another participant_sid in an earlier observation; compare observation 0\n"
        in printed
    )


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"meta": {}, "delivery_receipts": [], "meta": {}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


def test_real_traffic_and_threads(suite: Suite, server: str) -> None:
    """Responses of a real server are checked, with their text, and so are those that threads get."""
    suite.write(
        test_it=f"""
        import asyncio, threading, aiohttp, requests
        from concurrent.futures import ThreadPoolExecutor
        URL = {URL.replace("https://conversations.twilio.com", server)!r}

        def test_it(receipt_traffic):
            with ThreadPoolExecutor() as pool:
                pool.submit(requests.get, URL).result()

        async def get():
            async with aiohttp.request("GET", URL) as response:
                return await response.read()

        def test_aiohttp(receipt_traffic):
            assert asyncio.run(get())
        """
    )
    printed = suite.run()
    suite.outcomes(failed=2)
    assert printed.count("- body:1:39 /meta error json.duplicate-key") == 2
