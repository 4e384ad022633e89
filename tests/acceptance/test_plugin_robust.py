"""The guard works beside subtests, strange modules, frozen time, gevent, nested runs, and its own errors."""

from __future__ import annotations

import os

import pytest

from suites import RENDERING, URL, Suite

#: A receipt with a status that none has, served by mocks.
LYING = f"""
import pytest
URL = {RENDERING.receipt()["url"]!r}
LIE = {{**{RENDERING.receipt()!r}, "status": "queued"}}
"""


def test_skipped_subtests_hide_nothing(suite: Suite) -> None:
    """A subtest that is skipped, or fails as expected, says nothing about the test that goes on."""
    if not hasattr(pytest, "Subtests"):
        pytest.skip("pytest 9 has subtests")
    suite.write(
        lying=LYING,
        test_it="""
        from lying import *
        import requests, responses, unittest

        @responses.activate
        def test_then_skips_a_subtest(subtests):
            responses.get(URL, json=LIE)
            assert requests.get(URL).json()
            with subtests.test("windows only"):
                pytest.skip("not here")

        @responses.activate
        def test_xfails_a_subtest(subtests):
            responses.get(URL, json=LIE)
            assert requests.get(URL).json()
            with subtests.test("known bug"):
                pytest.xfail("known")

        class TestIt(unittest.TestCase):
            @responses.activate
            def test_unittest(self):
                responses.get(URL, json=LIE)
                assert requests.get(URL).json()
                with self.subTest("windows only"):
                    self.skipTest("not here")
        """,
    )
    printed = suite.run("--receipts-guard")
    assert suite.result.parseoutcomes()["failed"] == 3
    assert printed.count("error schema.enum") == 3


def test_a_failing_subtest_leaves_the_report_to_the_test(suite: Suite) -> None:
    """Findings are in the test's report, not in that of a subtest."""
    if not hasattr(pytest, "Subtests"):
        pytest.skip("pytest 9 has subtests")
    suite.write(
        lying=LYING,
        test_it="""
        from lying import *
        import requests, responses

        @responses.activate
        def test_it(subtests):
            responses.get(URL, json=LIE)
            requests.get(URL)
            with subtests.test("wrong"):
                assert False
        """,
    )
    printed = suite.run("--receipts-guard")
    assert "=== test_it ===\nthe code under test received what Twilio never sends:" in printed
    assert printed.count("error schema.enum") == 1


@pytest.mark.parametrize(
    "stub",
    [
        "types.ModuleType('requests')",
        "types.SimpleNamespace(__name__='requests')",
        "unittest.mock.MagicMock()",
        "None",
        "httpx",
    ],
)
def test_something_else_under_the_name_of_a_client(suite: Suite, stub: str) -> None:
    """A module that is blocked, or replaced by a stub or another client, disturbs no test."""
    suite.write(
        conftest=f"import sys, types, unittest.mock, httpx\nsys.modules['requests'] = {stub}\n",
        lying=LYING,
        test_it="""
        from lying import *
        import httpx

        def test_anything():
            pass

        def test_guarded():
            transport = httpx.MockTransport(lambda request: httpx.Response(200, json=LIE))
            httpx.Client(transport=transport).get(URL)
        """,
    )
    printed = suite.run("--receipts-guard", alone=True)
    suite.outcomes(passed=1, failed=1)
    assert "receipt guard errors" not in printed


def test_a_client_that_a_test_blocks_for_a_while(suite: Suite) -> None:
    """A client that is imported anew after it was blocked is seen again."""
    suite.write(
        lying=LYING,
        test_it="""
        from lying import *
        import sys

        def test_blocked(monkeypatch):
            monkeypatch.setitem(sys.modules, "httpx", None)
            with pytest.raises(ImportError):
                import httpx

        def test_anew():
            for name in [name for name in sys.modules if name.partition(".")[0] == "httpx"]:
                del sys.modules[name]
            import httpx
            transport = httpx.MockTransport(lambda request: httpx.Response(200, json=LIE))
            httpx.Client(transport=transport).get(URL)
        """,
    )
    suite.run("--receipts-guard", alone=True)
    suite.outcomes(passed=1, failed=1)


DATED = """
openapi: 3.1.0
info: {title: t, version: '1'}
servers: [{url: 'https://conversations.twilio.com'}]
paths:
  /v1/Configuration/Webhooks:
    get:
      operationId: Fetch
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {type: object, properties: {method: SCHEMA}}
"""


def test_a_document_that_cannot_be_compiled(suite: Suite) -> None:
    """Such a document is one line at the start, and no test is run with it."""
    suite.pytester.makefile(".yaml", document=DATED.replace("SCHEMA", "{pattern: '('}"))
    suite.write(test_it="def test_it(): pass")
    suite.run("--receipts-guard", "--receipts-document=document.yaml")
    assert suite.result.ret == 4
    (line, _) = suite.result.errlines
    assert line.startswith("ERROR: the contract document holds a schema that cannot be compiled")


def test_errors_of_the_guard_itself(suite: Suite) -> None:
    """An error of ours never reaches the code under test; it is reported at the end, and fails the run."""
    suite.write(
        lying=LYING,
        test_it="""
        from lying import *
        import asyncio, urllib.request
        import aiohttp, aioresponses, httpx, requests, responses, urllib3
        from receiptkit.history import History

        @pytest.fixture(autouse=True)
        def broken(monkeypatch):
            def check(self, exchange):
                raise ZeroDivisionError("+15550100")
            monkeypatch.setattr(History, "check_exchange", check)

        @responses.activate
        def test_requests():
            responses.get(URL, json=LIE)
            assert requests.get(URL).json() == LIE
            assert b"".join(requests.get(URL, stream=True).iter_content(10))

        def test_httpx():
            transport = httpx.MockTransport(lambda request: httpx.Response(200, json=LIE))
            assert httpx.Client(transport=transport).get(URL).json() == LIE
            with httpx.Client(transport=transport).stream("GET", URL) as response:
                assert response.read()

        async def get():
            async with aiohttp.ClientSession() as session, session.get(URL) as response:
                return await response.json()

        def test_aiohttp():
            with aioresponses.aioresponses() as mock:
                mock.get(URL, payload=LIE)
                assert asyncio.run(get()) == LIE
        """,
    )
    printed = suite.run("--receipts-guard")
    suite.outcomes(passed=3)
    assert suite.result.ret == 1
    assert "=== receipt guard errors ===\nZeroDivisionError at " in printed
    assert "--receipts-guard could not check everything: see receipt guard errors" in printed
    assert "+15550100" not in printed


@pytest.mark.parametrize("method", ["finish", "failure"])
def test_errors_of_the_guard_when_a_test_ends(suite: Suite, method: str) -> None:
    """They are the outcome of no test either, in whichever phase they come."""
    suite.write(
        test_it=f"""
        import pytest
        from receiptkit.testing.traffic import Traffic

        def broken(self):
            raise ZeroDivisionError("+15550100")

        @pytest.fixture(scope="module", autouse=True)
        def break_it():
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Traffic, "has_begun", True)
                patch.setattr(Traffic, {method!r}, broken)
                yield

        def test_passes():
            pass

        def test_fails():
            assert False

        def test_skips():
            pytest.skip("not here")
        """
    )
    printed = suite.run("--receipts-guard")
    suite.outcomes(passed=1, failed=1, skipped=1)
    assert "=== receipt guard errors ===\nZeroDivisionError" in printed
    assert "+15550100" not in printed


def test_gevent(suite: Suite) -> None:
    """If gevent has replaced threads, `receipt_server` says so in one line, and the guard works."""
    pytest.importorskip("gevent")
    suite.write(
        conftest="from gevent import monkey\nmonkey.patch_all()\n",
        lying=LYING,
        test_it="""
        from lying import *
        import requests, responses

        def test_server(receipt_server):
            receipt_server.advance(to="end")

        @responses.activate
        def test_guard():
            responses.get(URL, json=LIE)
            requests.get(URL)
        """,
    )
    printed = suite.run("--receipts-guard", "-W", "ignore", alone=True)
    suite.outcomes(errors=1, failed=1)
    assert "a server cannot run in this process: gevent has replaced its threads" in printed
    assert "receiptkit/server" not in printed


@pytest.mark.parametrize("blocked", [True, False], ids=["asyncio", "uvloop"])
def test_server_in_frozen_time(suite: Suite, blocked: bool) -> None:
    """A server starts, answers and ends while a test has frozen time, with uvloop and without it."""
    pytest.importorskip("freezegun")
    suite.write(
        conftest="import sys\nsys.modules['uvloop'] = None\n" if blocked else "",
        test_it="""
        import freezegun, pytest

        def test_freezes(receipt_server):
            with freezegun.freeze_time("2026-01-01"):
                receipt_server.advance(to="end")

        @pytest.fixture
        def frozen():
            with freezegun.freeze_time("2026-01-01"):
                yield

        def test_frozen(frozen, receipt_server):
            receipt_server.advance(to="end")
        """,
    )
    suite.run(alone=True)
    suite.outcomes(passed=2)


def test_player_in_frozen_time(suite: Suite) -> None:
    """The player waits 5 real seconds for an application whose event loop is stopped."""
    pytest.importorskip("freezegun")
    suite.write(
        test_it="""
        import asyncio, freezegun

        async def app(scope, receive, send):
            await asyncio.sleep(0.01)
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        @freezegun.freeze_time("2026-01-01")
        def test_player(play_receipt_webhooks):
            play_receipt_webhooks(app, "in-order")
        """
    )
    # freezegun replaces functions in every module of the process, and keeps what it found in them.
    printed = suite.run(alone=True)
    suite.outcomes(failed=1)
    assert "does not answer a webhook: Twilio waits 5 seconds" in printed


@pytest.mark.parametrize("library", ["freezegun", "time_machine"])
def test_guard_in_frozen_time(suite: Suite, library: str) -> None:
    """Responses are checked in frozen time, too."""
    pytest.importorskip(library)
    call = {"freezegun": "freezegun.freeze_time", "time_machine": "time_machine.travel"}[library]
    suite.write(
        lying=LYING,
        test_it=f"""
        from lying import *
        import {library}, requests, responses

        @{call}("2026-01-01")
        @responses.activate
        def test_it(make_receipt, receipt_contract):
            responses.get(URL, json=LIE)
            requests.get(URL)
            assert make_receipt() == receipt_contract
        """,
    )
    suite.run("--receipts-guard", alone=True)
    suite.outcomes(failed=1)


def test_a_client_that_is_imported_again(suite: Suite) -> None:
    """Old and new class of a module that was reloaded are both seen."""
    suite.write(
        lying=LYING,
        test_it="""
        from lying import *
        import importlib, requests, requests.sessions, responses

        def test_first():
            pass

        @responses.activate
        def test_reloads():
            importlib.reload(requests.sessions)

        @responses.activate
        @pytest.mark.parametrize("get", [
            lambda: requests.get, lambda: requests.Session().get, lambda: requests.sessions.Session().get,
        ])
        def test_lies(get):
            responses.get(URL, json=LIE)
            assert get()(URL).json()["status"] == "queued"
        """,
    )
    printed = suite.run("--receipts-guard")
    assert suite.result.parseoutcomes() == {"passed": 2, "failed": 3}
    assert printed.count("error schema.enum") == 3


@pytest.mark.parametrize(
    "within",
    [
        'mock.patch("builtins.open", mock.mock_open(read_data="x"))',
        'mock.patch("builtins.open", side_effect=OSError("no files here"))',
        'mock.patch("pathlib.Path.read_bytes", return_value=b"x")',
        'mock.patch("pathlib.Path.open", side_effect=OSError), mock.patch("io.open", side_effect=OSError)',
        'mock.patch("time.time", return_value=0.0)',
        'mock.patch.dict(sys.modules, {"yaml": None, "niquests": mock.MagicMock()})',
        'mock.patch.dict(sys.modules, {"click": None, "rich": None, "aiohttp": mock.MagicMock()})',
    ],
)
def test_the_first_request_comes_while_something_is_replaced(suite: Suite, within: str) -> None:
    """The contract is loaded at the first API request, even while a test replaces modules."""
    suite.write(
        lying=LYING,
        test_it=f"""
        import sys
        from unittest import mock
        from lying import *
        import requests, responses

        @responses.activate
        def test_it():
            responses.get(URL, json=LIE)
            with {within}:
                requests.get(URL)

        @responses.activate
        def test_later():
            responses.get(URL, json=LIE)
            requests.get(URL)
        """,
    )
    printed = suite.run("--receipts-guard", alone=True)
    suite.outcomes(failed=2)
    assert "receipt guard errors" not in printed


def test_nested_runs(suite: Suite) -> None:
    """A run within a test has a guard of its own, and leaves the outer one where it is."""
    suite.write(
        conftest="pytest_plugins = ['pytester']",
        lying=LYING,
        test_it="""
        from lying import *
        import requests, responses

        @responses.activate
        def test_nested(pytester):
            pytester.makepyfile("def test_x(): pass")
            for _ in range(2):
                pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "receiptkit", "--receipts-guard")
            responses.get(URL, json=LIE)
            assert requests.get(URL).json()
        """,
    )
    suite.run("--receipts-guard", alone=True)
    suite.outcomes(failed=1)


def test_a_run_that_ends_early(suite: Suite) -> None:
    """A run that is stopped in the middle of a test leaves nothing wrapped."""
    import requests

    before = requests.Session.send
    suite.write(test_it="import pytest\n\ndef test_it(): pytest.exit('enough')")
    suite.run("--receipts-guard")
    assert requests.Session.send is before


def test_one_auth_token(suite: Suite) -> None:
    """The server signs with the token of the project, by default with that of the command line."""
    from receiptkit.server import AUTH_TOKEN

    suite.write(
        test_default=f"""
        def test_it(receipt_server, receipt_auth_token):
            assert receipt_server.auth_token == receipt_auth_token == {AUTH_TOKEN!r}
        """,
        test_own="""
        import pytest

        @pytest.fixture
        def receipt_auth_token():
            return "0f" * 16

        def test_it(receipt_server, receipt_auth_token):
            assert receipt_server.auth_token == receipt_auth_token
        """,
    )
    suite.run()
    suite.outcomes(passed=2)


def test_data_does_not_depend_on_where_pytest_starts(suite: Suite) -> None:
    """The same test makes the same data, started from the root, from its folder, and by its path."""
    folder = suite.pytester.mkdir("tests")
    (folder / "test_it.py").write_text(
        "def test_it(make_receipt):\n    print('SID', make_receipt()['sid'])\n"
    )
    root = suite.pytester.path
    printed = [suite.run("-s")]
    # The old pytester returns first, and `monkeypatch` would then return to the folder of the suite.
    os.chdir(folder)
    printed.append(suite.run("-s"))
    printed.append(suite.run("-s", f"--rootdir={root}", str(folder / "test_it.py")))
    (root / "tests" / "pytest.ini").write_text("[pytest]\n")
    printed.append(suite.run("-s"))
    sids = {line for text in printed for line in text.splitlines() if "SID" in line}
    assert len(sids) == 1


def test_several_processes(suite: Suite) -> None:
    """Replaced methods of all processes are reported together."""
    suite.write(
        test_it=f"""
        import pytest, requests
        from unittest import mock

        @pytest.mark.parametrize("_", [1, 2, 3, 4])
        def test_it(_):
            with mock.patch("requests.get"):
                requests.get({URL!r})
        """
    )
    printed = suite.run("--receipts-guard", "-n", "2", plugins=("xdist",), alone=True)
    suite.outcomes(passed=4)
    assert (
        "does not see requests.get, which was replaced in test_it.py::test_it[1], "
        "test_it.py::test_it[2], test_it.py::test_it[3] and 1 more; "
    ) in printed
