"""Webhook requests that test clients send to the application, requests of the code under test, and HTTP that the guard does not see."""

from __future__ import annotations

import json
import shutil

import pytest

from conftest import ROOT
from suites import HOOK, QUIET, URL, Suite
from ways import SERVED


def test_a_webhook_by_hand(suite: Suite) -> None:
    """A webhook that Twilio would never send fails the test, with the application's response."""
    suite.write(
        served=SERVED,
        test_it=HOOK
        + """
def test_it():
    parameters = {"EventType": "onDeliveryUpdated", "DeliveryStatus": "queued"}
    assert client.post("/hooks/twilio", data=parameters).status_code == 204
""",
    )
    printed = suite.run("--receipts-guard", *QUIET)
    suite.outcomes(failed=1)
    assert (
        "\nPOST http://testserver/<segment, 5 characters>/<segment, 6 characters> -> webhook, answered 204\n"
        in printed
    )
    assert "- /DeliveryStatus error webhook.field-name" in printed


def test_a_webhook_of_twilio(suite: Suite) -> None:
    """A webhook as Twilio sends it passes, posted or in the query, and is listed."""
    suite.write(
        served=SERVED,
        test_it=HOOK
        + """
def test_it(make_receipt_webhook, receipt_traffic):
    client.post("/hooks/twilio", data=make_receipt_webhook(status="delivered"))
    client.get("/hooks/twilio", params=make_receipt_webhook(status="read"))
    assert [webhook.method for webhook in receipt_traffic.webhooks] == ["POST", "GET"]
    assert receipt_traffic.findings == []
""",
    )
    printed = suite.run("--receipts-guard", *QUIET)
    suite.outcomes(passed=1)
    assert "checked nothing" not in printed


def test_other_requests_to_the_application(suite: Suite) -> None:
    """Other events, classic status callbacks and the application's own forms and JSON are left alone."""
    suite.write(
        served=SERVED,
        test_it=HOOK
        + """
@pytest.mark.parametrize("how", [
    {"data": {"EventType": "onMessageAdded", "ConversationSid": "CH1", "MessageSid": "IM1", "AccountSid": "AC1", "Source": "SMS"}},
    {"data": {"MessageSid": "SM" + "1" * 32, "SmsStatus": "sent", "MessageStatus": "sent", "To": "+15550100", "AccountSid": "AC1"}},
    {"data": {"EventType": "DELIVERED", "MessageSid": "SM" + "1" * 32, "MessageStatus": "delivered", "SmsStatus": "delivered"}},
    {"data": {"Status": "queued", "ErrorCode": "0"}},
    {"json": {"EventType": "push", "Status": "queued"}},
    {"json": [{"EventType": "onDeliveryUpdated"}]},
    {"content": b"\\xff\\x00%zz&=&EventType"},
    {"files": {"EventType": b"onDeliveryUpdated"}},
    {},
])
def test_it(how, receipt_traffic):
    assert client.post("/hooks/twilio", **how).status_code == 204
    assert receipt_traffic.webhooks == receipt_traffic.findings == []
""",
    )
    printed = suite.run("--receipts-guard", *QUIET)
    suite.outcomes(passed=9)
    assert "receipt guard errors" not in printed


def test_markers_for_webhooks(suite: Suite) -> None:
    """A marker allows single rules, another one switches the guard off; it needs a reason."""
    suite.write(
        served=SERVED,
        test_it=HOOK
        + """
BROKEN = pytest.mark.receipts_allow("schema.enum", reason="a drill")
OFF = pytest.mark.receipts_unguarded(reason="garbage on purpose")

@pytest.mark.parametrize("_", [pytest.param(1, marks=BROKEN), pytest.param(2, marks=OFF), 3])
def test_it(_):
    client.post("/hooks/twilio", data=FORM)

@pytest.mark.receipt_breakages("schema.enum", kind="webhook")
def test_breakage(receipt_breakage):
    client.post("/hooks/twilio", data=receipt_breakage.body)
""",
    )
    suite.run("--receipts-guard", "--strict-markers", *QUIET)
    outcomes = suite.result.parseoutcomes()
    assert outcomes["failed"] == 1
    assert outcomes["passed"] >= 3


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("receipts_unguarded()", 'receipts_unguarded needs a reason: reason="…"'),
        (
            'receipts_unguarded("schema.enum", reason="x")',
            "receipts_unguarded takes no rules; use receipts_allow for single rules",
        ),
        ('receipts_unguarded(why="x")', "receipts_unguarded takes no why: there is reason"),
    ],
)
def test_mistaken_markers(suite: Suite, marker: str, message: str) -> None:
    """A mistake in the marker is one line that ends the run."""
    suite.write(test_it=f"import pytest\n\n@pytest.mark.{marker}\ndef test_it(): pass\n")
    suite.run("--receipts-guard")
    assert suite.result.ret == 4
    assert suite.result.errlines[0] == f"ERROR: test_it.py::test_it: {message}"


def test_webhooks_and_responses_are_one_history(suite: Suite) -> None:
    """A webhook and a response of one test must not contradict each other."""
    suite.write(
        served=SERVED,
        test_it=HOOK
        + """
def test_it(make_receipt_world, receipt_traffic):
    import httpx
    from receiptkit.generation import Generator
    world = make_receipt_world("in-order")
    webhooks = Generator().webhooks(world)
    parameters = webhooks.parameters(webhooks.events[-1])
    rows = Generator().at(world).page()["delivery_receipts"]
    receipt = next(row for row in rows if row["sid"] == parameters["DeliveryReceiptSid"])
    lie = {**receipt, "participant_sid": "MB" + "0123456789abcdef" * 2}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=lie))
    httpx.Client(transport=transport).get(receipt["url"])
    client.post("/hooks/twilio", data=parameters)
""",
    )
    printed = suite.run("--receipts-guard", *QUIET)
    suite.outcomes(failed=1)
    assert "timeline.identity" in printed


def test_an_application_that_fails(suite: Suite) -> None:
    """The application's exception reaches the test unchanged, and the webhook is checked."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import flask

        app = flask.Flask(__name__)
        app.testing = True

        @app.post("/hook")
        def hook():
            raise ZeroDivisionError

        def test_it():
            with pytest.raises(ZeroDivisionError):
                app.test_client().post("/hook", data=FORM)
        """,
    )
    printed = suite.run("--receipts-guard")
    suite.outcomes(failed=1)
    assert (
        "POST http://localhost/<segment, 4 characters> -> webhook\n- /Status error schema.enum"
        in printed
    )


def test_an_application_that_calls_the_api(suite: Suite) -> None:
    """A request that the application sends while it is called by a test client is checked, too."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import flask, requests, responses

        app = flask.Flask(__name__)

        @app.post("/hook")
        def hook():
            return requests.get(URL20).json()["meta"]["key"]

        @responses.activate
        def test_it():
            responses.get(URL, json=PAGE)
            app.test_client().post("/hook", data={})
        """,
    )
    printed = suite.run("--receipts-guard")
    suite.outcomes(failed=1)
    assert printed.count("error schema.enum") == 1


# -- HTTP that the guard does not see


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("with mock.patch('requests.get'): requests.get(URL)", "requests.get"),
        (
            "with mock.patch.object(requests.Session, 'send'): requests.get(URL)",
            "requests.sessions.Session.send",
        ),
        ("with mock.patch('test_it.requests') as it: requests.get(URL)", "requests"),
        ("with mock.patch('httpx.Client') as it: httpx.Client().get(URL)", "httpx.Client"),
        (
            "with mock.patch('urllib.request.urlopen'): urllib.request.urlopen(URL)",
            "urllib.request.urlopen",
        ),
        (
            "monkeypatch.setattr(requests, 'get', lambda url: None); requests.get(URL)",
            "requests.get",
        ),
        (
            "monkeypatch.setattr('httpx.AsyncClient.get', None)",
            "httpx.AsyncClient.get",
        ),
        (
            "monkeypatch.setattr(requests, 'get', mock.MagicMock()); requests.get(URL)",
            "requests.get",
        ),
    ],
)
def test_replaced_methods_are_named(suite: Suite, source: str, name: str) -> None:
    """A method that a test replaces and calls with a URL of the API is named in the summary."""
    suite.write(
        test_it=f"""
        import httpx, requests, urllib.request
        from unittest import mock
        URL = {URL!r}

        def test_it(monkeypatch):
            {source}
        """
    )
    printed = suite.run("--receipts-guard")
    suite.outcomes(passed=1)
    assert "--receipts-guard checked nothing: tests replaced methods of HTTP clients\n" in printed
    line = f"--receipts-guard does not see {name}, which was replaced in test_it.py::test_it; "
    assert line in printed.replace("httpx._client.", "httpx.")


def test_does_not_report_unrelated_replacements(suite: Suite) -> None:
    """The guard does not report methods replaced for other URLs, or by mock libraries below it."""
    suite.write(
        test_it="""
        import pook, requests, responses, respx, httpx, vcr
        from unittest import mock

        class Own:
            def get(self): ...

        def test_it(monkeypatch, tmp_path):
            with mock.patch("requests.get") as get:
                requests.get("https://example.com/")
            with vcr.use_cassette(str(tmp_path / "none.yaml"), record_mode="none"):
                pass
            with pook.use():
                pook.get("https://example.com/").reply(200)
                requests.get("https://example.com/")
            with mock.patch("requests.post"), mock.patch.object(Own, "get"):
                Own().get()
            monkeypatch.setattr(Own, "get", None)
            monkeypatch.setattr(requests, "__version__", "1")
            monkeypatch.setattr(httpx, "get", mock.MagicMock())
            httpx.get("https://example.com/")
            monkeypatch.undo()
            with responses.RequestsMock() as mocked, respx.mock:
                mocked.get("https://example.com/", json={})
                requests.get("https://example.com/")
                respx.get("https://example.com/").respond(json={})
                httpx.get("https://example.com/")
        """
    )
    printed = suite.run("--receipts-guard")
    suite.outcomes(passed=1)
    assert "does not see" not in printed
    assert (
        "--receipts-guard checked nothing: "
        "the requests that it saw went to other URLs than those of the receipts API\n"
    ) in printed


def test_a_method_that_is_only_spied_on_is_not_named(suite: Suite) -> None:
    """A mock that calls the method it replaces hides nothing."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        from unittest import mock
        import requests, responses

        @responses.activate
        def test_it():
            responses.get(URL, json=PAGE)
            with mock.patch("requests.get", wraps=requests.get) as spy:
                requests.get(URL, params={"PageSize": 20})
            spy.assert_called_once()
        """,
    )
    printed = suite.run("--receipts-guard")
    suite.outcomes(failed=1)
    assert "does not see" not in printed


def test_reasons_of_a_guard_that_checked_nothing(suite: Suite) -> None:
    """The summary gives the likely reason: an unread body, or no request at all."""
    suite.write(
        served=SERVED,
        test_unread="""
        from served import *
        import httpx

        class Body(httpx.SyncByteStream):
            def __iter__(self):
                yield b"{}"

        def test_it():
            transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=Body()))
            with httpx.Client(transport=transport).stream("GET", URL):
                pass
        """,
        test_nothing="import requests\n\ndef test_it(): pass\n",
    )
    assert (
        "checked nothing: requests of the receipts API were sent, but no body was read to its end\n"
        in suite.run("--receipts-guard", "test_unread.py")
    )
    assert "checked nothing: no test sent a request through a client that it sees\n" in suite.run(
        "--receipts-guard", "test_nothing.py"
    )


@pytest.mark.parametrize(
    ("text", "arguments", "reason"),
    [
        ("raise KeyboardInterrupt", (), "the run was stopped before its last test"),
        ("import pytest; pytest.exit('enough')", (), "the run was stopped before its last test"),
        ("assert 0", ("-x",), "the run was stopped before its last test"),
        ("pass", ("--maxfail=1",), "no test sent a request through a client that it sees"),
        ("pass", ("-k", "other"), "no test ran that it guards"),
        ("pass", ("missing.py",), None),
        ("pass", ("--collect-only",), None),
    ],
    ids=["interrupted", "exit", "first failure", "none failed", "none chosen", "none", "collected"],
)
def test_reasons_of_a_run_that_was_stopped(
    suite: Suite, text: str, arguments: tuple[str, ...], reason: str | None
) -> None:
    """A run that was stopped, or chose no test, is not reported as one without requests."""
    suite.write(
        test_it=f"""
        import requests

        def test_it():
            {text}

        def test_last(): pass
        """
    )
    printed = suite.run("--receipts-guard", *arguments, alone=True)
    wanted = [] if reason is None else [f"--receipts-guard checked nothing: {reason}"]
    assert [line for line in printed.splitlines() if "checked nothing" in line] == wanted


def test_clients_that_are_not_seen(suite: Suite) -> None:
    """An HTTP client that the guard does not know is named if the run imported it."""
    suite.write(
        pycurl="",
        conftest="import pycurl",
        test_it="def test_it(): pass",
    )
    printed = suite.run("--receipts-guard", alone=True)
    assert (
        "--receipts-guard checked nothing: this run imported no HTTP client that it sees\n"
        "--receipts-guard does not see pycurl, which this run imported\n"
    ) in printed
    assert "does not see" not in suite.run(alone=True)


def test_a_new_client_is_one_new_module(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client is added by one file in the folder of clients: the guard finds it, also where it is imported later."""
    copy = suite.pytester.path / "copy"
    for name in ("toolkit", "spec"):
        shutil.copytree(ROOT / name, copy / name)
    monkeypatch.setenv("PYTHONPATH", str(copy / "toolkit"))
    suite.write(
        newclient=f"""
        TEXT = {json.dumps({"sid": "x"})!r}

        def fetch(url):
            return TEXT
        """,
        test_it=f"""
        def test_it(receipt_traffic):
            import newclient
            assert newclient.fetch({URL!r})
            assert len(receipt_traffic.exchanges) == 1
        """,
    )
    clients = copy / "toolkit" / "receiptkit" / "testing" / "guard" / "clients"
    (clients / "newclient.py").write_text(
        "from receiptkit.testing.guard import watchers\n\n"
        'MODULE = "newclient"\n\n'
        "def wrap(module, patches):\n"
        "    def around(inner):\n"
        "        def fetch(url):\n"
        "            text = inner(url)\n"
        '            if watchers.is_wanted("GET", url):\n'
        '                watchers.show("GET", url, 200, None, text)\n'
        "            return text\n"
        "        return fetch\n"
        '    patches.wrap(module, "fetch", around)\n'
    )
    printed = suite.run("test_it.py", alone=True)
    suite.outcomes(failed=1)
    assert "error schema.required" in printed


def test_requests_of_the_code_under_test(suite: Suite) -> None:
    """Requests are checked: a form that subscribes to nothing fails, a page without a token warns."""
    suite.write(
        served=SERVED,
        test_it="""
        from served import *
        import requests, responses
        from receiptkit.generation import Generator

        CONFIGURATION = "https://conversations.twilio.com/v1/Configuration/Webhooks"
        ANSWER = Generator().at(Generator().world("in-order")).get_configuration().body

        @pytest.mark.parametrize("how", [
            {"json": {"Filters": ["onDeliveryUpdated"]}},
            {"data": {"Filters[]": "onDeliveryUpdated"}},
            {"data": {"Filters": ["onDeliveryUpdated"]}},
        ])
        @responses.activate
        def test_filters(how):
            responses.post(CONFIGURATION, json=ANSWER)
            requests.post(CONFIGURATION, **how)

        @responses.activate
        def test_page(make_receipt_pages):
            page = make_receipt_pages("three-pages")[1]
            url = page["meta"]["url"].partition("?")[0]
            responses.get(url, json=page)
            requests.get(url, params={"Page": 1, "PageSize": page["meta"]["page_size"]})
        """,
    )
    printed = suite.run("--receipts-guard")
    suite.outcomes(failed=2, passed=2)
    assert printed.count("error request.parameter") == 2
    assert "warning request.page-without-token" in printed
