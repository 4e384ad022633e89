"""Clients, mocks and tracebacks are as without the guard."""

from __future__ import annotations

import sys

from suites import URL, Suite, block
from ways import BLOCK, SERVED


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
    """Tracebacks of a client's exceptions show no line of receiptkit."""
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


def test_mocked_responses_of_twilios_client(suite: Suite) -> None:
    """A mock of a response of Twilio's client is checked by what it holds, and works even without it."""
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


def test_a_request_that_cannot_be_hashed(suite: Suite) -> None:
    """A session may use request objects that cannot be hashed."""
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


def test_errors_that_a_hook_raises(suite: Suite) -> None:
    """If a hook raises for a status, the code under test gets the response with the exception."""
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
