"""The guard fails tests, and prints why."""

from __future__ import annotations

from suites import Suite, block
from ways import BLOCK, SERVED


def test_allowing(suite: Suite) -> None:
    """Rules that a test allows, by id or glob, do not fail it; they fail other tests."""
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
    """If the test fails by itself, the findings are printed below its failure."""
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
    """Findings in a fixture fail the test before it, and are an error after it."""
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
    """Warnings are listed at the end without failing a test; `--receipts-fail-on` makes them fail."""
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
    """The name of a conversation, which may be a number, is shown only on request; a SID is shown."""
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
    assert (
        "GET https://conversations.twilio.com/v1/Conversations/<segment, 12 characters>/Messages/IM"
        in printed
    )
    assert "+15551234567/Messages" in suite.run("--receipts-guard", "--receipts-show-values")


def test_a_guard_that_saw_nothing(suite: Suite) -> None:
    """A guarded run without an exchange says so, and names the mocked client methods."""
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


def test_skipped_and_expected_failures(suite: Suite) -> None:
    """A skipped test stays skipped; an expected failure may fail because of findings."""
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


def test_settings_for_some_files(suite: Suite) -> None:
    """Rules that the settings ignore by path are ignored in tests of those files."""
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
