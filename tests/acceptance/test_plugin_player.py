"""The webhook player: signed webhooks for a consumer's own application."""

from __future__ import annotations

import pytest

from suites import ASYNCIO, Suite

#: A receiver in Flask, one in ASGI, each of which checks the signature with Twilio's library.
RECEIVERS = '''
import flask
from twilio.request_validator import RequestValidator

TOKEN = "0123456789abcdef0123456789abcdef"
app = flask.Flask(__name__)
seen = []

@app.route("/hooks/twilio", methods=["GET", "POST"])
def receive():
    given = flask.request.form if flask.request.method == "POST" else {}
    # As it was sent: `request.url` has some escapes taken back.
    query = flask.request.query_string.decode()
    url = flask.request.base_url + (f"?{query}" if query else "")
    if not RequestValidator(TOKEN).validate(url, given, flask.request.headers.get("X-Twilio-Signature", "")):
        return "who are you?", 403
    values = flask.request.values
    seen.append((values["DeliveryReceiptSid"], values["Status"]))
    return flask.jsonify(count=len(seen))

async def asgi_app(scope, receive, send):
    """The same, by the bare protocol."""
    assert (scope["type"], scope["method"], scope["path"]) == ("http", "POST", "/hooks/twilio")
    body = (await receive())["body"].decode()
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    url = f"{scope['scheme']}://{headers['host']}{scope['path']}"
    from urllib.parse import parse_qsl
    form = dict(parse_qsl(body, keep_blank_values=True))
    good = RequestValidator(TOKEN).validate(url, form, headers["x-twilio-signature"])
    await send({"type": "http.response.start", "status": 204 if good else 403, "headers": [(b"X-Status", form["Status"].encode())]})
    await send({"type": "http.response.body"})
'''
URL = 'URL = "https://hooks.example.com/hooks/twilio"\n'


def test_wsgi(suite: Suite) -> None:
    """A WSGI application gets the webhooks of a scenario, signed for the URL that Twilio calls, in the order of the scenario."""
    suite.write(
        receivers=RECEIVERS,
        test_it=f"""
        import pytest
        from receivers import app, seen
        {URL}
        @pytest.mark.parametrize("method", ["POST", "GET"])
        def test_order(play_receipt_webhooks, make_receipt_world, method):
            seen.clear()
            world = make_receipt_world("out-of-order")
            answers = play_receipt_webhooks(app, world, url=URL, method=method)
            assert [answer.status for answer in answers] == [200] * 5
            assert [answer.json()["count"] for answer in answers] == [1, 2, 3, 4, 5]
            assert answers[0].headers["content-type"] == "application/json"
            assert [status for sid, status in seen if sid == world.receipts[0].sid] == ["delivered", "sent"]

        def test_duplicates(play_receipt_webhooks):
            seen.clear()
            play_receipt_webhooks(app, "duplicated", url=URL)
            assert len(seen) == 2 * len(set(seen))

        def test_signatures(play_receipt_webhooks):
            (answer, *_) = play_receipt_webhooks(app, url=URL, auth_token="another one")
            assert (answer.status, answer.text) == (403, "who are you?")
            assert "X-Twilio-Signature" not in play_receipt_webhooks(app, url=URL, auth_token=None)[0].request.headers

        def test_facts(play_receipt_webhooks):
            seen.clear()
            play_receipt_webhooks(app, "landline", url=URL, **{{"receipts.0.sid": "DY" + "1" * 32}})
            assert seen[-1] == ("DY" + "1" * 32, "undelivered")
        """,
    )
    suite.run()
    suite.outcomes(passed=5)


@pytest.mark.parametrize(
    ("plugin", "marker", "backend"),
    [(ASYNCIO, "asyncio", ""), ("anyio", "anyio", '"asyncio"'), ("anyio", "anyio", '"trio"')],
)
def test_asgi(suite: Suite, plugin: str, marker: str, backend: str) -> None:
    """An ASGI application is called by itself, or within the loop of an asynchronous test, whichever that is."""
    suite.write(
        receivers=RECEIVERS,
        test_it=f"""
        import pytest
        from receivers import app, asgi_app
        from starlette.requests import Request
        from starlette.responses import StreamingResponse
        {URL}
        @pytest.fixture
        def anyio_backend():
            return {backend or None}

        def test_alone(play_receipt_webhooks):
            answers = play_receipt_webhooks(asgi_app, "late-failure", url=URL)
            assert [(answer.status, answer.headers["x-status"]) for answer in answers] == [(204, "sent"), (204, "undelivered")]

        @pytest.mark.{marker}
        async def test_within(play_receipt_webhooks):
            answers = await play_receipt_webhooks.aplay(asgi_app, "late-failure", url=URL)
            assert [answer.status for answer in answers] == [204, 204]

        @pytest.mark.{marker}
        async def test_what_blocks(play_receipt_webhooks):
            answers = await play_receipt_webhooks.aplay(app, "late-failure", url=URL)
            assert [answer.status for answer in answers] == [200, 200]

        @pytest.mark.{marker}
        async def test_disconnecting(play_receipt_webhooks):
            async def app(scope, receive, send):
                request = Request(scope, receive)
                await request.body()
                assert not await request.is_disconnected()
                async def pieces():
                    yield b"o"
                    yield b"k"
                await StreamingResponse(pieces())(scope, receive, send)
                assert await request.is_disconnected()
            assert [answer.text for answer in await play_receipt_webhooks.aplay(app, "late-failure")] == ["ok", "ok"]
        """,
    )
    suite.run(plugins=(plugin,))
    suite.outcomes(passed=4)


def test_one_loop_for_all_webhooks(suite: Suite) -> None:
    """All webhooks arrive in one event loop, and the handlers' tasks are done when the responses return."""
    suite.write(
        test_it="""
        import asyncio
        queue, done, workers = asyncio.Queue(), [], []

        async def work():
            while True:
                done.append(await queue.get())

        async def tell(number):
            await asyncio.sleep(0)
            done.append(number)

        async def app(scope, receive, send):
            if not workers:
                workers.append(asyncio.create_task(work()))
            queue.put_nowait("worker")
            workers.append(asyncio.create_task(tell("task")))
            await send({"type": "http.response.start", "status": 204})
            await send({"type": "http.response.body"})

        def test_it(play_receipt_webhooks):
            assert len(play_receipt_webhooks(app, "out-of-order")) == 5
            assert sorted(done) == ["task"] * 5 + ["worker"] * 5
            assert workers[0].cancelled()
        """
    )
    suite.run()
    suite.outcomes(passed=1)


def test_a_server_in_the_loop_of_the_test(suite: Suite) -> None:
    """A server in the test's event loop responds to `aplay`; a blocking call raises with advice."""
    suite.write(
        test_it="""
        import asyncio, pytest
        from aiohttp import web

        async def served(play):
            async def receive(request):
                return web.Response(text=(await request.post())["Status"], headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
            app = web.Application()
            app.router.add_post("/hook", receive)
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            try:
                return await play(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", "late-failure")
            finally:
                await runner.cleanup()

        def test_it(play_receipt_webhooks):
            answers = asyncio.run(served(play_receipt_webhooks.aplay))
            assert [answer.text for answer in answers] == ["sent", "undelivered"]
            assert answers[0].headers["set-cookie"] == "a=1, b=2"

        async def blocked(play):
            play("http://user:hush@127.0.0.1:9/hook")

        def test_blocked(play_receipt_webhooks):
            with pytest.raises(pytest.UsageError) as caught:
                asyncio.run(blocked(play_receipt_webhooks))
            first, *_, last = str(caught.value).partition(" does not answer a webhook: ")
            assert first == "http://127.0.0.1:9"
            assert last.endswith(": await play_receipt_webhooks.aplay(…)")
        """
    )
    suite.run()
    suite.outcomes(passed=2)


def test_a_server(suite: Suite) -> None:
    """A server gets them at its URL; the signature is for that one, or for another that is given."""
    suite.write(
        receivers=RECEIVERS,
        test_it=f"""
        import pytest, threading
        from receivers import app, seen
        from werkzeug.serving import make_server
        {URL}
        @pytest.fixture
        def server():
            running = make_server("127.0.0.1", 0, app)
            threading.Thread(target=running.serve_forever).start()
            yield f"http://127.0.0.1:{{running.port}}/hooks/twilio"
            running.shutdown()
            running.server_close()

        def test_it(play_receipt_webhooks, server):
            assert [answer.status for answer in play_receipt_webhooks(server, "late-failure")] == [200, 200]
            assert [answer.status for answer in play_receipt_webhooks(server, "late-failure", method="GET")] == [200, 200]
            plain = URL.replace("https:", "http:")
            assert [answer.status for answer in play_receipt_webhooks(server, "late-failure", url=plain)] == [200, 200]
            # Whatever ends TLS in front of it is not there to say so: the signature is over https.
            assert [answer.status for answer in play_receipt_webhooks(server, "late-failure", url=URL)] == [403, 403]
        """,
    )
    suite.run()
    suite.outcomes(passed=1)


def test_own_token(suite: Suite) -> None:
    """Webhooks are signed with the token of the fixture `receipt_auth_token`, which a suite may define."""
    suite.write(
        receivers=RECEIVERS.replace('TOKEN = "0123456789abcdef0123456789abcdef"', 'TOKEN = "ours"'),
        conftest="import pytest\n\n@pytest.fixture(scope='session')\ndef receipt_auth_token(): return 'ours'\n",
        test_it=f"""
        from receivers import app
        {URL}
        def test_it(play_receipt_webhooks):
            assert {{answer.status for answer in play_receipt_webhooks(app, url=URL)}} == {{200}}
        """,
    )
    suite.run()
    suite.outcomes(passed=1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            "play_receipt_webhooks('http://x:99999/')",
            "'http://x:99999/' is not the URL of a server; use one like http://127.0.0.1:8000/webhooks",
        ),
        (
            "play_receipt_webhooks(app, url='nonsense')",
            "webhook_url nonsense: not an absolute http or https URL",
        ),
        (
            "play_receipt_webhooks(app, url='http://[::1')",
            "webhook_url http://[::1: not an absolute http or https URL",
        ),
        ("play_receipt_webhooks(app, url=5)", "webhook_url 5: not an absolute http or https URL"),
        ("play_receipt_webhooks(app, method=None)", "webhooks are sent by POST or GET, not None"),
        (
            "play_receipt_webhooks(app, 'in-ordr')",
            "unknown scenario 'in-ordr'; did you mean in-order?",
        ),
        ("play_receipt_webhooks(7)", "int is neither a WSGI or ASGI application nor a URL"),
        (
            "play_receipt_webhooks('localhost:80')",
            "'localhost:80' is not the URL of a server; use one like http://127.0.0.1:8000/webhooks",
        ),
        (
            "play_receipt_webhooks('in-order', app)",
            "'in-order' is not the URL of a server; use one like http://127.0.0.1:8000/webhooks",
        ),
        (
            "play_receipt_webhooks(lambda environ, start: [])",
            "the WSGI application returned without an answer: it must call start_response",
        ),
        (
            "play_receipt_webhooks(lambda environ, start: None)",
            "the WSGI application returned nothing; it must return the pieces of the body, such as []",
        ),
        ("play_receipt_webhooks(app, method='PUT')", "webhooks are sent by POST or GET, not PUT"),
    ],
)
def test_mistakes(suite: Suite, call: str, message: str) -> None:
    """A mistake is one line, at the line of the test that made it."""
    suite.write(
        receivers=RECEIVERS,
        test_it=f"from receivers import app\n\ndef test_it(play_receipt_webhooks):\n    {call}\n",
    )
    printed = suite.run()
    suite.outcomes(failed=1)
    assert f"E       pytest.UsageError: {message}\n\ntest_it.py:4: UsageError\n" in printed


def test_a_server_that_is_not_there(suite: Suite) -> None:
    """A server that does not respond is a usage error of one line."""
    suite.write(
        test_it="def test_it(play_receipt_webhooks): play_receipt_webhooks('http://127.0.0.1:9/hook')\n"
    )
    assert "pytest.UsageError: http://127.0.0.1:9 does not answer a webhook: " in suite.run()


def test_played_webhooks_fail_no_guarded_test(suite: Suite) -> None:
    """Webhooks that a test plays never fail it, however strict the guard is."""
    suite.write(
        test_it="""
        def app(environ, start_response):
            start_response("204 No Content", [])
            return []

        def test_it(play_receipt_webhooks, receipt_traffic):
            play_receipt_webhooks(app, "agent-and-sms", **{"receipts.0.channel_message_sid": "XE" + "1" * 32})
            assert receipt_traffic.exchanges == []
        """
    )
    suite.run("--receipts-fail-on=info")
    suite.outcomes(passed=1)


def test_raises_the_applications_exception(suite: Suite) -> None:
    """An exception of the application reaches the test."""
    suite.write(
        test_it="""
        def app(environ, start_response):
            raise KeyError("DeliveryStatus")

        def test_it(play_receipt_webhooks):
            play_receipt_webhooks(app)
        """
    )
    assert "KeyError: 'DeliveryStatus'" in suite.run()
    suite.outcomes(failed=1)


def test_a_url_that_no_receiver_sees_whole(suite: Suite) -> None:
    """The signature covers the URL that arrives, without fragment, user and password."""
    suite.write(
        receivers=RECEIVERS,
        test_it="""
        import pytest
        from flask import Flask, request
        from twilio.request_validator import RequestValidator

        @pytest.mark.parametrize("url", ["https://example.com/hook#rc=3", "https://u:p@example.com/hook"])
        @pytest.mark.parametrize("method", ["POST", "GET"])
        def test_it(play_receipt_webhooks, receipt_auth_token, url, method):
            app = Flask("receiver")

            @app.route("/hook", methods=["GET", "POST"])
            def hook():
                assert (request.authorization is not None) == ("u:p" in url)
                signature = request.headers["X-Twilio-Signature"]
                valid = RequestValidator(receipt_auth_token).validate(request.url, request.form, signature)
                return "", 204 if valid else 403

            answers = play_receipt_webhooks(app, "in-order", url=url, method=method)
            assert {answer.status for answer in answers} == {204}
        """,
    )
    suite.run()
    suite.outcomes(passed=4)


def test_an_application_that_never_answers(suite: Suite) -> None:
    """Twilio does not wait for ever, and neither does a test."""
    suite.write(
        test_it="""
        import pytest
        import trio
        from receiptkit.testing import player

        async def app(scope, receive, send):
            while (await receive())["type"] != "http.disconnect":
                pass

        def test_it(play_receipt_webhooks, monkeypatch):
            monkeypatch.setattr(player, "_PATIENCE", 0.05)
            with pytest.raises(pytest.UsageError, match="the ASGI application does not answer a webhook: Twilio waits"):
                play_receipt_webhooks(app, "in-order")

        def test_trio(play_receipt_webhooks, monkeypatch):
            monkeypatch.setattr(player, "_PATIENCE", 0.05)
            with pytest.raises(pytest.UsageError, match="the ASGI application does not answer a webhook: Twilio waits"):
                trio.run(play_receipt_webhooks.aplay, app, "in-order")
        """
    )
    suite.run()
    suite.outcomes(passed=2)
