"""The guard: what the code under test gets, through whatever client, real or mocked, is judged when it is read."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from suites import ASYNCIO, RENDERING, URL, Suite, block

#: A page that says what no page does, served by mocks; and what is said of it.
SERVED = f"""
import json, pytest
URL = {URL!r}
PAGE = json.loads({json.dumps(json.dumps(RENDERING.page()))})
PAGE["delivery_receipts"][0]["status"] = "queued"
HEADERS = {{"Content-Type": "application/json"}}
"""
BLOCK = f"""
the code under test received what Twilio never sends:

GET {URL}?PageSize=20 -> 200
- /delivery_receipts/0/status error schema.enum: `status` is not one of read, failed, delivered, undelivered, sent or null
    hint: `queued` is a status of Programmable Messaging messages; a delivery receipt never has it

to allow this on purpose: @pytest.mark.receipts_allow("schema.enum", reason="…")
"""

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
def test_every_way_to_get_a_page_is_judged_once(suite: Suite, way: str) -> None:
    """A lying page fails the test that read it, with request, pointer, hint and a way out: once, in one block."""
    source, plugins = WAYS[way]
    suite.write(served=SERVED, test_it="from served import *\n" + block(source))
    printed = suite.run("--receipts-guard", plugins=plugins, alone=way in ALONE)
    assert f"=== test_it ===\n{block(BLOCK)}\n=== short test summary info ===\n" in printed
    suite.outcomes(failed=1)
    suite.run(plugins=plugins, alone=way in ALONE)
    suite.outcomes(passed=1)


def test_the_fixture_guards_one_test(suite: Suite) -> None:
    """`receipt_traffic` guards the test that takes it, and tells what it got."""
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


def test_what_is_not_read_is_not_judged(suite: Suite) -> None:
    """A stream that is left alone, or left before its end, is not read ahead and has no findings."""
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


def test_other_traffic_is_left_alone(suite: Suite) -> None:
    """Other paths, and paths like ours at somebody else's host, are nobody's business."""
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


def test_allowing(suite: Suite) -> None:
    """What is allowed on purpose fails nothing; globs are ids, too; and it holds for that test alone."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import requests, responses

        @pytest.mark.parametrize("_", [pytest.param(1, marks=pytest.mark.receipts_allow("schema.*", reason="a fault drill")), 2])
        @responses.activate
        def test_it(_):
            responses.get(URL, json=PAGE)
            requests.get(URL + "?PageSize=20")
        """,
    )
    printed = suite.run("--receipts-guard", "--strict-markers")
    assert f"=== test_it[2] ===\n{block(BLOCK)}\n" in printed
    suite.outcomes(failed=1, passed=1)


def test_a_failure_of_the_tests_own_comes_first(suite: Suite) -> None:
    """Where the test fails by itself, what it got is said below."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import requests, responses

        @responses.activate
        def test_it():
            responses.get(URL, json=PAGE)
            assert requests.get(URL + "?PageSize=20").status_code == 201
        """,
    )
    printed = suite.run("--receipts-guard", "--tb=line")
    suite.outcomes(failed=1)
    assert "assert 200 == 201" in printed
    printed = suite.run("--receipts-guard")
    assert f"=== receiptkit ===\n{block(BLOCK)}\n=== short test summary info ===\n" in printed


def test_setup_and_teardown(suite: Suite) -> None:
    """What a fixture gets is judged as well: before the test it fails the test, after it is an error."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import requests, responses

        @pytest.fixture
        def before():
            with responses.mock:
                responses.get(URL, json=PAGE)
                requests.get(URL + "?PageSize=20")

        @pytest.fixture
        def after():
            yield
            with responses.mock:
                responses.get(URL, json=PAGE)
                requests.get(URL + "?PageSize=20")

        def test_before(before):
            pass

        def test_after(after):
            pass
        """,
    )
    printed = suite.run("--receipts-guard")
    suite.outcomes(failed=1, passed=1, errors=1)
    assert f"=== test_before ===\n{block(BLOCK)}\n" in printed
    assert f"=== ERROR at teardown of test_after ===\n{block(BLOCK)}\n" in printed


def test_warnings_are_summarised(suite: Suite) -> None:
    """Warnings fail nothing and stand at the end; with `--receipts-fail-on` they fail."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import requests, responses

        @pytest.mark.parametrize("_", [1, 2])
        @responses.activate
        def test_it(_):
            PAGE["delivery_receipts"][0]["status"] = "delivered"
            PAGE["meta"]["next_page_url"] = PAGE["meta"]["next_page_url"].partition("&PageToken")[0]
            responses.get(URL, json=PAGE)
            requests.get(URL + "?PageSize=20")
        """,
    )
    summary = "=== receipt warnings ===\n- /meta/next_page_url warning page.next-without-token: next_page_url has no PageToken"
    tests = "in test_it.py::test_it[1], test_it.py::test_it[2]"
    assert f"{summary} (2 times)\n{tests}\n2 passed in 0s\n" in suite.run("--receipts-guard")
    printed = suite.run("--receipts-guard", "--receipts-fail-on", "warning")
    suite.outcomes(failed=2)
    assert "receipt warnings" not in printed
    suite.pytester.makepyprojecttoml('[tool.receiptkit]\nfail-on = "warning"\n')
    suite.run("--receipts-guard")
    suite.outcomes(failed=2)


def test_secrets_and_values_stay_out(suite: Suite) -> None:
    """Credentials, other parameters and values are shown only on request."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import httpx

        def test_it():
            client = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, json=PAGE)))
            client.get(URL.replace("//", "//AC1:hush@") + "?PageSize=20&key=hush")
        """,
    )
    printed = suite.run("--receipts-guard", "--show-capture=no")
    suite.outcomes(failed=1)
    assert "hush" not in printed
    assert '"queued"' not in printed
    printed = suite.run("--receipts-guard", "--receipts-show-values")
    assert "key=hush" in printed
    assert '["queued"]' in printed


def test_names_stay_out(suite: Suite) -> None:
    """The name of a conversation, which may be anybody's number, is shown only on request; a SID is no name."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import httpx

        def test_it():
            client = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, json=PAGE)))
            client.get("https://conversations.twilio.com/v1/Conversations/+15551234567" + URL[URL.index("/Messages"):])
        """,
    )
    printed = suite.run("--receipts-guard")
    assert "GET https://conversations.twilio.com/v1/Conversations/…/Messages/IM" in printed
    assert "+15551234567/Messages" in suite.run("--receipts-guard", "--receipts-show-values")


def test_a_guard_that_saw_nothing(suite: Suite) -> None:
    """A guarded run without any exchange says so: whoever mocks a client away would think it judged."""
    suite.write(
        test_it="""
        import requests
        from unittest import mock

        def test_it():
            with mock.patch("requests.get") as get:
                assert requests.get("https://conversations.twilio.com/v1/Configuration/Webhooks") is get.return_value
        """
    )
    idle = (
        "--receipts-guard checked nothing: tests replaced methods of HTTP clients\n"
        "--receipts-guard does not see requests.get, which was replaced in test_it.py::test_it; "
        "mock the transport instead (docs/pytest.md names libraries)\n"
    )
    assert f"{idle}1 passed in 0s\n" in suite.run("--receipts-guard")
    assert "checked nothing" not in suite.run()


def test_mocks_of_whole_clients_stay_what_they_are(suite: Suite) -> None:
    """A mock in the place of a client's own method works as without us, whether it came before or after."""
    suite.write(
        test_it=f"""
        import asyncio, aiohttp, httpx, pytest, requests
        from unittest import mock
        URL = {URL!r}

        @pytest.fixture(params=[False, True])
        def mocks(request):
            with (mock.patch.object(requests.Session, "send", autospec=request.param) as send,
                  mock.patch.object(httpx.Client, "send", autospec=request.param) as send_x,
                  mock.patch.object(aiohttp.ClientSession, "get", autospec=request.param) as get):
                yield send, send_x, get

        @pytest.fixture
        def guard(request):
            return request.getfixturevalue("receipt_traffic")

        async def got():
            async with aiohttp.ClientSession() as session:
                return session.get(URL)

        def check(mocks):
            send, send_x, get = mocks
            assert requests.Session().get(URL) is send.return_value
            assert httpx.Client().get(URL) is send_x.return_value
            assert asyncio.run(got()) is get.return_value

        def test_after(receipt_traffic, mocks):
            check(mocks)

        def test_again(mocks, receipt_traffic):
            check(mocks)
        """
    )
    suite.run()
    suite.outcomes(passed=4)


def test_tracebacks_are_the_clients_own(suite: Suite) -> None:
    """What a client raises is shown without us in between."""
    suite.write(
        test_it=f"""
        import httpx, requests, responses, respx
        URL = {URL!r}

        @responses.activate
        def test_requests():
            requests.get(URL)

        def test_httpx():
            def fail(request):
                raise httpx.ConnectError("nobody there")
            httpx.Client(transport=httpx.MockTransport(fail)).get(URL)
        """
    )
    printed = suite.run("--receipts-guard")
    suite.outcomes(failed=2)
    assert "receiptkit/testing" not in printed


def test_skipped_and_expected_failures(suite: Suite) -> None:
    """A test that is skipped stays skipped; what is expected to fail may fail for what it got."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import requests, responses

        @responses.activate
        def get():
            responses.get(URL, json=PAGE)
            requests.get(URL + "?PageSize=20")

        def test_skipped():
            get()
            pytest.skip("not today")

        @pytest.mark.xfail(strict=True)
        def test_expected():
            get()

        def test_given_up():
            get()
            pytest.xfail("known")

        @pytest.mark.xfail(raises=ValueError)
        def test_for_another_reason():
            get()
            raise ValueError

        @pytest.mark.xfail
        def test_that_fails_itself():
            get()
            assert False
        """,
    )
    suite.run("--receipts-guard")
    suite.outcomes(skipped=1, xfailed=4)


def test_what_was_asked_for(suite: Suite) -> None:
    """A page larger than any is asked for by ordinary clients, and nothing that they get is wrong with it: that is a warning."""
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


def test_an_answer_that_is_used_again(suite: Suite) -> None:
    """A mock that answers every request with the same object is judged each time, also where it does not say what it answered."""
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


def test_what_is_no_response(suite: Suite) -> None:
    """A mock that stands for a response of Twilio's client is judged by what it says, and works as without us if it says little."""
    suite.write(
        served=SERVED,
        test_it="""
        from types import SimpleNamespace
        from unittest.mock import Mock
        from served import *
        from twilio.http.response import Response
        from twilio.rest import Client

        def receipts(response):
            _, _, _, _, _, conversation, _, message, _ = URL.split("/")
            client = Client("AC" + "1" * 32, "token", http_client=Mock(**{"request.return_value": response}))
            return client.conversations.v1.conversations(conversation).messages(message).delivery_receipts

        @pytest.mark.parametrize("kind", [Mock, SimpleNamespace])
        def test_no_headers(kind, receipt_traffic):
            assert next(receipts(kind(status_code=200, text=json.dumps(PAGE))).stream()).status == "queued"

        def test_no_status(receipt_traffic):
            client = Client("AC" + "1" * 32, "token", http_client=Mock(**{"request.return_value.text": "{}"}))
            assert client.request("GET", URL) is client.http_client.request.return_value
            assert receipt_traffic.exchanges == []

        def test_no_json(receipt_traffic):
            with pytest.raises(Exception, match="oops"):
                receipts(Response(500, "oops")).list()
            assert [exchange.status for exchange in receipt_traffic.exchanges] == [500]
        """,
    )
    printed = suite.run()
    suite.outcomes(failed=2, passed=2)
    assert printed.count("error schema.enum") == 2
    assert "AttributeError" not in printed


def test_one_request_sent_again(suite: Suite) -> None:
    """Each answer to a request is judged, also where it is the same request that is sent again."""
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


def test_a_request_that_cannot_be_hashed(suite: Suite) -> None:
    """A session may answer with responses and requests of its own kind, of whatever kind they are."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import requests, responses

        class Request(requests.PreparedRequest):
            __hash__ = None

        class Session(requests.Session):
            def send(self, request, **rest):
                response = super().send(request, **rest)
                response.request = Request()
                response.request.prepare("GET", request.url)
                return response

        @responses.activate
        def test_it(receipt_traffic):
            responses.get(URL, json=PAGE)
            assert Session().get(URL + "?PageSize=20").json()
            assert len(receipt_traffic.exchanges) == 1
        """,
    )
    assert f"=== test_it ===\n{block(BLOCK)}\n" in suite.run()
    suite.outcomes(failed=1)


def test_a_body_that_is_read_in_several_ways(suite: Suite) -> None:
    """Who looks at the beginning first, reads raw bytes, or stops where the body ends has got the whole body all the same."""
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


def test_errors_that_a_hook_raises(suite: Suite) -> None:
    """Where a hook raises for a status, the code under test gets the response with the exception."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import httpx, requests, responses

        @responses.activate
        def test_requests(receipt_traffic):
            session = requests.Session()
            session.hooks["response"] = lambda response, *args, **rest: response.raise_for_status()
            responses.get(URL, json={"code": "20404"}, status=404)
            with pytest.raises(requests.HTTPError) as caught:
                session.get(URL)
            assert receipt_traffic.exchanges == []
            assert caught.value.response.json()["code"] == "20404"

        def test_httpx(receipt_traffic):
            def check(response):
                response.read()
                response.raise_for_status()
            transport = httpx.MockTransport(lambda request: httpx.Response(404, json={"code": "20404"}))
            with pytest.raises(httpx.HTTPStatusError):
                httpx.Client(transport=transport, event_hooks={"response": [check]}).get(URL)
            assert len(receipt_traffic.exchanges) == 1
        """,
    )
    printed = suite.run()
    suite.outcomes(failed=2)
    assert printed.count("- /code error error.shape: ") == 2


def test_settings_for_some_files(suite: Suite) -> None:
    """What a team's settings ignore in files, by their paths, is ignored in tests that stand there."""
    suite.pytester.makepyprojecttoml(
        '[tool.receiptkit.per-path-ignores]\n"test_o*.py" = ["schema.enum"]\n'
    )
    source = """
    from served import *
    import requests, responses

    @responses.activate
    def test_it(receipt_traffic, receipt_contract):
        responses.get(URL, json=PAGE)
        assert requests.get(URL + "?PageSize=20").json() != receipt_contract
    """
    suite.write(served=SERVED, test_it=source, test_other=source)
    assert f"=== test_it ===\n{block(BLOCK)}\n=== short test summary info ===\n" in suite.run()
    suite.outcomes(failed=1, passed=1)


def test_unittest(suite: Suite) -> None:
    """A method of a `unittest.TestCase` is guarded like any other test."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import requests, responses, unittest

        class TestIt(unittest.TestCase):
            @responses.activate
            def test_it(self):
                responses.get(URL, json=PAGE)
                requests.get(URL + "?PageSize=20")
        """,
    )
    assert f"=== TestIt.test_it ===\n{block(BLOCK)}\n" in suite.run("--receipts-guard")
    suite.outcomes(failed=1)


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
    """A real server is judged as well, its text included, and what a thread of the code under test gets."""
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


def test_clients_are_left_as_they_were(suite: Suite) -> None:
    """After the run nothing is wrapped any more."""
    import aiohttp
    import httpx
    import requests

    before = (
        requests.Session.send,
        requests.Session.request,
        httpx.Client.send,
        httpx.AsyncClient.send,
        aiohttp.ClientSession.get,
    )
    finders = list(sys.meta_path)
    suite.write(test_it="def test_it(receipt_traffic): pass")
    suite.run()
    suite.outcomes(passed=1)
    after = (
        requests.Session.send,
        requests.Session.request,
        httpx.Client.send,
        httpx.AsyncClient.send,
        aiohttp.ClientSession.get,
    )
    assert after == before
    assert sys.meta_path == finders


def test_what_takes_more_than_one_answer(suite: Suite) -> None:
    """Answers that contradict each other fail the test that got both of them; those of another test are another story."""
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
        "- /participant_sid error timeline.identity: this receipt had another participant_sid before (compare observation 0)\n"
        in printed
    )
