"""Contract coverage lists what a run exercised, and what would close the gaps."""

from __future__ import annotations

import json

import pytest

from suites import URL, Suite, block

SUITE = """
import pytest, requests, responses

@responses.activate
def get(page):
    responses.get(page["meta"]["url"], json=page)
    return requests.get(page["meta"]["url"]).json()

@pytest.mark.parametrize("_", range(4))
def test_pages(make_receipt_pages, _):
    assert [get(page) for page in make_receipt_pages("three-pages", seed=1)]

def test_just_created(make_receipt_page):
    assert get(make_receipt_page("just-created"))

def test_webhooks(play_receipt_webhooks):
    play_receipt_webhooks(app, "retried")

def app(environ, start_response):
    start_response("204 No Content", [])
    return []
"""

TABLE = """
operations     1 of   8    12 %
answers        1 of   6    17 %
statuses       6 of   6   100 %
channels       2 of   2   100 %
nulls          5 of   6    83 %
error codes    3 of   3   100 %
page shapes    5 of   6    83 %
webhooks       5 of  10    50 %
scopes         1 of   2    50 %
sources        2 of   2   100 %
total         31 of  51    61 %
not exercised, and the scenario that would:
"""


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one", "two"])
def test_the_table(suite: Suite, processes: tuple[str, ...]) -> None:
    """The table says how much of each dimension was exercised, by whichever process, and names a scenario for each gap."""
    suite.write(test_it=SUITE)
    printed = suite.run(
        "--receipts-coverage", *processes, plugins=("xdist",), alone=bool(processes)
    )
    table = printed.partition("=== receipt coverage ===\n")[2]
    expected = """
      - operations: FetchConfigurationWebhook (agent-and-sms)
      - operations: FetchConversationMessage (agent-and-sms)
      - operations: FetchConversationMessageReceipt (agent-and-sms)
      - operations: FetchServiceConversationMessage (agent-and-sms, in_service=True)
      - operations: FetchServiceConversationMessageReceipt (agent-and-sms, in_service=True)
      - operations: FetchServiceWebhookConfiguration (agent-and-sms, in_service=True)
      - operations: ListServiceConversationMessageReceipt (agent-and-sms, in_service=True)
      - answers: 400 (agent-and-sms: Rendering.error("page-without-token"))
      - answers: 401 (agent-and-sms: Rendering.error("unauthorized"))
      - answers: 404 (agent-and-sms: Rendering.error("not-found"))
      - answers: 429 (agent-and-sms: Rendering.error("too-many-requests"))
      - answers: 500 (agent-and-sms: Rendering.error("server-error"))
      - nulls: message.delivery (chat-only)
      - page shapes: empty (chat-only)
      - webhooks: GET (agent-and-sms, method="GET")
      - webhooks: Status failed (partial-failure)
      - webhooks: Status undelivered (partial-failure)
      - webhooks: duplicate (duplicated)
      - webhooks: overtaken by a later one (out-of-order)
      - scopes: of a service (agent-and-sms, in_service=True)
    """
    gaps = "".join(f"  {line.strip()}\n" for line in expected.strip().splitlines())
    assert table.startswith(f"{block(TABLE)}\n{gaps}")


def test_nothing_is_failed_by_looking(suite: Suite) -> None:
    """Coverage watches, and fails no test by itself."""
    suite.write(test_it=SUITE.replace("json=page)", 'json={**page, "meta": 1})'))
    suite.run("--receipts-coverage")
    suite.outcomes(passed=6)
    suite.run("--receipts-coverage", "--receipts-guard")
    suite.outcomes(passed=1, failed=5)


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one", "two"])
def test_fail_under(suite: Suite, processes: tuple[str, ...]) -> None:
    """A run that exercised too little ends with 1, and says so."""
    suite.write(test_it=SUITE)
    alone = bool(processes)
    printed = suite.run(
        "--receipts-coverage-fail-under=61", *processes, plugins=("xdist",), alone=alone
    )
    assert suite.result.ret == 1
    assert "receipt coverage is 60.8 %, less than --receipts-coverage-fail-under=61\n" in printed
    suite.run("--receipts-coverage-fail-under=60", *processes, plugins=("xdist",), alone=alone)
    assert suite.result.ret == 0


def test_the_file(suite: Suite) -> None:
    """The file has the same for machines."""
    suite.write(test_it=SUITE)
    suite.run("--receipts-coverage=coverage.json")
    written = json.loads(suite.pytester.path.joinpath("coverage.json").read_text())
    assert written["version"] == 1
    assert written["percent"] == 60.78
    assert written["dimensions"]["page shapes"] == {
        "exercised": ["first of several", "full", "in the middle", "last", "the only one"],
        "missing": {"empty": "chat-only"},
    }


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one", "two"])
@pytest.mark.parametrize("option", ["--collect-only", "--fixtures"])
def test_a_run_that_only_collects_has_no_coverage(
    suite: Suite, option: str, processes: tuple[str, ...]
) -> None:
    """A run that only collects or lists tests writes no coverage file, and does not fail."""
    suite.write(test_it=SUITE)
    how = (
        "--receipts-coverage=coverage.json",
        "--receipts-coverage-fail-under=61",
        option,
        *processes,
    )
    printed = suite.run(*how, plugins=("xdist",), alone=bool(processes))
    assert suite.result.ret == 0
    assert "receipt coverage" not in printed
    assert not suite.pytester.path.joinpath("coverage.json").exists()


def test_a_file_that_cannot_be_written(suite: Suite) -> None:
    """A run whose file cannot be written says so in a line, and fails."""
    suite.pytester.mkdir("folder.json")
    suite.run("--receipts-coverage=folder.json")
    assert suite.result.errlines == [
        "ERROR: --receipts-coverage: folder.json is a folder: name a file in it",
        "",
    ]
    suite.pytester.mkdir("folder")
    suite.write(test_it="import os\n\ndef test_it(): os.rmdir('folder')\n")
    printed = suite.run("--receipts-coverage=folder/coverage.json")
    suite.outcomes(passed=1)
    assert suite.result.ret == 1
    assert "\n--receipts-coverage folder/coverage.json: no such file or directory\n" in printed


def test_all_scenarios_cover_everything(suite: Suite) -> None:
    """A suite that runs all scenarios has a coverage of 100 %."""
    suite.write(
        test_it="""
        import pytest
        from receiptkit.generation import ERRORS, Generator, SCENARIOS

        @pytest.mark.parametrize("in_service", [False, True])
        @pytest.mark.receipt_scenarios
        def test_it(receipt_scenario, in_service, receipt_contract, make_receipt_world, play_receipt_webhooks):
            generator = Generator()
            rendering = generator.at(world := make_receipt_world(receipt_scenario, in_service=in_service))
            for exchange in (*rendering.get_pages(), rendering.get_message(), rendering.get_configuration()):
                assert exchange == receipt_contract
            for name in ERRORS:
                assert rendering.error(name) == receipt_contract
            if world.receipts:
                assert rendering.get_receipt() == receipt_contract
            for method in "POST", "GET":
                play_receipt_webhooks(lambda _, start: start("204 ", []) and [], world, method=method)
        """
    )
    printed = suite.run("--receipts-coverage", "--receipts-coverage-fail-under=100")
    assert suite.result.ret == 0
    assert "   100 %\n" in printed
    assert "not exercised" not in printed


def test_a_document_without_webhooks(suite: Suite) -> None:
    """Webhooks that the contract does not describe are no gap in the coverage."""
    suite.write(test_it=SUITE.partition("def test_webhooks")[0])
    printed = suite.run("--receipts-coverage", "--receipts-profile=vendor")
    assert "webhooks       0 of   0     0 %\n" in printed
    suite.outcomes(passed=5)


def test_never_overwrites_a_test_as_the_coverage_file(suite: Suite) -> None:
    """A path after the option is not overwritten; the error says how to name the file."""
    suite.write(test_it=SUITE)
    suite.run("--receipts-coverage", "test_it.py")
    assert suite.result.ret == 4
    message = "--receipts-coverage: 'test_it.py' is not a .json or .html file: write --receipts-coverage=FILE.json, or put the option last"
    assert suite.result.errlines == [f"ERROR: {message}", ""]
    assert suite.pytester.path.joinpath("test_it.py").read_text() == SUITE.strip()


def test_real_urls_only(suite: Suite) -> None:
    """An exchange with a foreign host counts for no coverage."""
    suite.write(
        test_it=f"""
        import requests, responses

        @responses.activate
        def test_it():
            responses.get("https://example.com/v1/Configuration/Webhooks", json={{"users": []}})
            requests.get("https://example.com/v1/Configuration/Webhooks")
            assert {URL!r}
        """
    )
    assert "total          0 of  51     0 %" in suite.run("--receipts-coverage")


def test_a_page_for_browsers(suite: Suite) -> None:
    """A file whose name ends with .html is a page, and is written again by the next run."""
    suite.write(test_it=SUITE)
    for _ in range(2):
        suite.run("--receipts-coverage=coverage.html")
        page = (suite.pytester.path / "coverage.html").read_text()
        assert page.startswith(
            '<!DOCTYPE html>\n<html lang="en" data-made-by="receiptkit coverage">'
        )
        assert "61 % of what the contract allows was exercised" in page
        assert "FetchConfigurationWebhook" in page
