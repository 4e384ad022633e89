"""Signatures of webhooks that tests write by hand, where the auth token of the application is known."""

from __future__ import annotations

import pytest

from suites import HOOK, QUIET, Suite
from ways import SERVED

CONFTEST = """
import pytest

@pytest.fixture(scope="session")
def receipt_auth_token():
    return "0f" * 16
"""
#: An application that checks nothing but its tests' wishes, and helpers.
SIGNED = (
    HOOK.replace("status_code=204", 'status_code=int(request.query_params["answer"])')
    + """
from receiptkit.webhooks import sign

@pytest.fixture
def rules(receipt_traffic):
    return lambda: [(each.rule, each.severity.value) for each in receipt_traffic.findings]

def post(form, signature=None, answer=204, host="http://testserver"):
    headers = {} if signature is None else {"X-Twilio-Signature": signature}
    client.post(f"{host}/hooks/twilio?answer={answer}", data=form, headers=headers)
"""
)


def test_accepted_signatures(suite: Suite) -> None:
    """The signature of an accepted webhook is checked for the called URL; uncertain cases are information."""
    suite.write(
        served=SERVED,
        conftest=CONFTEST,
        test_it=SIGNED
        + """
@pytest.mark.parametrize(("signed", "host", "expected"), [
    ("http://testserver/hooks/twilio?answer=204", "http://testserver", []),
    ("https://hooks.acme.com/hooks/twilio?answer=204", "https://hooks.acme.com", []),
    ("https://hooks.acme.com/hooks/twilio", "http://testserver", ["info"]),
    ("https://hooks.acme.com/hooks/twilio", "https://test.example.com", ["info"]),
    ("https://hooks.acme.com/hooks/twilio", "https://10.1.2.3", ["info"]),
    ("https://acme.com/hooks/twilio", "https://hooks.acme.com", ["warning"]),
])
def test_url(signed, host, expected, receipt_auth_token, make_receipt_webhook, rules):
    form = make_receipt_webhook()
    post(form, sign(signed, receipt_auth_token, form), host=host)
    assert rules() == [("webhook.signature", each) for each in expected]

def test_no_signature(receipt_auth_token, make_receipt_webhook, rules):
    post(make_receipt_webhook(), "test-signature")
    post(make_receipt_webhook())
    assert rules() == [("webhook.signature", "warning"), ("webhook.signature-missing", "warning")]

@pytest.mark.parametrize("answer", [400, 401, 403, 500])
def test_rejected(receipt_auth_token, make_receipt_webhook, rules, answer):
    post(make_receipt_webhook(), "test-signature", answer)
    post(make_receipt_webhook(), None, answer)
    assert rules() == []

def test_token_that_the_test_does_not_use(make_receipt_webhook, rules):
    post(make_receipt_webhook())
    assert rules() == []
""",
    )
    printed = suite.run("--receipts-guard", *QUIET)
    suite.outcomes(passed=12)
    assert "warning webhook.signature-missing: " in printed


def test_without_a_token_of_the_project(suite: Suite) -> None:
    """The default token is that of the server and the player, not of the application."""
    suite.write(
        served=SERVED,
        test_it=SIGNED
        + """
def test_it(receipt_server, make_receipt_webhook, rules):
    post(make_receipt_webhook(), "test-signature")
    assert rules() == []
""",
    )
    suite.run("--receipts-guard", *QUIET)
    suite.outcomes(passed=1)


def test_every_test_client_shows_the_signature(suite: Suite) -> None:
    """The headers, host and scheme of a request are seen as the application sees them."""
    pytest.importorskip("django")
    suite.write(
        served=SERVED,
        conftest=CONFTEST,
        test_it="""
        from served import *
        import aiohttp.web, django, flask, httpx
        from aiohttp.test_utils import TestClient, TestServer
        from django.conf import settings
        from django.http import HttpResponse
        from django.urls import path
        from urllib.parse import urlencode
        from receiptkit.webhooks import sign

        settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="x", USE_TZ=True)
        django.setup()
        urlpatterns = [path("hook", lambda request: HttpResponse(status=204))]
        KIND = "application/x-www-form-urlencoded"
        flask_app = flask.Flask(__name__)
        flask_app.post("/hook")(lambda: ("", 204))

        @pytest.fixture
        def form(make_receipt_webhook):
            return make_receipt_webhook()

        @pytest.fixture
        def signed(receipt_auth_token, form):
            return lambda url: {"X-Twilio-Signature": sign(url, receipt_auth_token, form)}

        @pytest.fixture(autouse=True)
        def signature_is_right(receipt_traffic):
            yield
            assert len(receipt_traffic.webhooks) == 1
            assert [each.rule for each in receipt_traffic.findings] == []

        def test_django(form, signed):
            from django.test import Client
            headers = signed("https://hooks.acme.com/hook")
            Client().post("/hook", urlencode(form), content_type=KIND, secure=True, HTTP_HOST="hooks.acme.com",
                          HTTP_X_TWILIO_SIGNATURE=headers["X-Twilio-Signature"])

        def test_django_defaults(form, signed):
            from django.test import Client
            Client(headers=signed("http://testserver/hook")).post("/hook", urlencode(form), content_type=KIND)

        def test_django_async(form, signed):
            from django.test import AsyncClient
            headers = signed("http://testserver/hook")
            asyncio.run(AsyncClient().post("/hook", urlencode(form), content_type=KIND, headers=headers))

        def test_flask(form, signed):
            headers = signed("https://localhost/hook")
            flask_app.test_client().post("/hook", data=form, headers=headers, base_url="https://localhost")

        def test_wsgi_transport(form, signed):
            transport = httpx.WSGITransport(app=flask_app)
            client = httpx.Client(transport=transport, base_url="https://hooks.acme.com")
            client.post("/hook", data=form, headers=signed("https://hooks.acme.com/hook"))

        def test_aiohttp(form, signed):
            async def hook(request):
                return aiohttp.web.Response(status=204)

            async def post():
                app = aiohttp.web.Application()
                app.router.add_post("/hook", hook)
                async with TestClient(TestServer(app)) as client:
                    headers = signed(str(client.make_url("/hook")))
                    await client.post("/hook", data=form, headers=headers)
            asyncio.run(post())
        """,
    )
    suite.run("--receipts-guard", "-W", "ignore", alone=True)
    suite.outcomes(passed=6)
