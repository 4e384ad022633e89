"""The plugin works beside other plugins, and changes nothing when it is not used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from suites import Suite, block

HEAVY = (
    "receiptkit.contract",
    "receiptkit.generation",
    "receiptkit.testing",
    "jsonschema_rs",
    "orjson",
    "yaml",
    "click",
    "rich",
    "faker",
    "hypothesis",
    "requests",
    "httpx",
    "aiohttp",
    "twilio",
)


def test_idle_it_imports_nothing(tmp_path: Path) -> None:
    """A suite that uses nothing of ours loads the plugin's own small modules, and nothing heavy."""
    (tmp_path / "test_it.py").write_text(
        "import sys\n\ndef test_it():\n    print('LOADED', *sorted(sys.modules))\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-s",
        "-q",
        "-p",
        "receiptkit",
        "-p",
        "no:cacheprovider",
        "test_it.py",
    ]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    loaded = next(
        line.split()[1:] for line in result.stdout.splitlines() if line.startswith("LOADED")
    )
    assert all(
        name == "receiptkit" or name.startswith("receiptkit.pytest_plugin")
        for name in loaded
        if "receiptkit" in name
    )
    assert "receiptkit.pytest_plugin" in loaded
    assert not set(loaded) & set(HEAVY)


def test_a_guard_without_traffic_of_ours_makes_no_contract(suite: Suite) -> None:
    """Requests and forms of others cost a guarded run neither the contract nor the rules."""
    suite.write(
        test_it="""
        import sys
        import flask, requests, responses

        @responses.activate
        def test_it():
            responses.get("https://example.com/v1/Messages", json={})
            requests.get("https://example.com/v1/Messages")
            application = flask.Flask("it")
            application.add_url_rule("/", "root", lambda: "", methods=["POST"])
            assert application.test_client().post("/", data={"Status": "sent"}).status_code == 200
            loaded = {name for name in sys.modules if name.startswith("receiptkit.")}
            assert not loaded & {
                "receiptkit.contract", "receiptkit.rules", "receiptkit.history", "receiptkit.schema"
            }
        """
    )
    printed = suite.run("--receipts-guard", alone=True)
    suite.outcomes(passed=1)
    assert "went to other URLs than those of the receipts API\n" in printed


def test_it_says_nothing_unless_asked(suite: Suite) -> None:
    """A passing suite prints nothing of receiptkit, whichever fixtures it uses."""
    suite.write(
        test_it="""
        import requests, responses

        @responses.activate
        def test_it(receipt_contract, make_receipt, receipt_traffic):
            receipt = make_receipt()
            responses.get(receipt["url"], json=receipt)
            assert requests.get(receipt["url"]).json() == receipt_contract
        """
    )
    assert suite.run("--receipts-guard").splitlines()[1:] == ["1 passed in 0s"]


def test_it_can_be_switched_off(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-p no:receiptkit` leaves nothing of it; without that, pytest finds it by itself."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    suite.write(test_it="def test_it(receipt_contract): pass\n")
    with_it = suite.pytester.runpytest_subprocess("-p", "no:asyncio")
    with_it.assert_outcomes(passed=1)
    without = suite.pytester.runpytest_subprocess("-p", "no:asyncio", "-p", "no:receiptkit")
    without.stdout.fnmatch_lines("*fixture 'receipt_contract' not found")


def test_it_is_found(suite: Suite) -> None:
    """Options, markers and fixtures have a line of help."""
    printed = suite.run("--help")
    assert "receiptkit: contract tests for Twilio's delivery receipts:\n" in printed
    for name in (
        "seed",
        "guard",
        "fail-on",
        "profile",
        "document",
        "show-values",
        "coverage",
        "coverage-fail-under",
    ):
        assert f"--receipts-{name}" in printed
    markers = suite.run("--markers")
    for name in (
        "receipt_scenarios(*names)",
        "receipt_breakages(*rules, kind=None, in_service=None)",
        "receipts_allow(*rules, reason)",
    ):
        assert f"@pytest.mark.{name}: " in markers
    fixtures = suite.run("--fixtures")
    documented = {
        line.partition(" ")[0]
        for line in fixtures.splitlines()
        if "receiptkit/pytest_plugin/" in line
    }
    assert documented == {
        "make_receipt",
        "make_receipt_page",
        "make_receipt_pages",
        "make_receipt_webhook",
        "make_receipt_world",
        "play_receipt_webhooks",
        "receipt_application",
        "receipt_auth_token",
        "receipt_breakage",
        "receipt_contract",
        "receipt_scenario",
        "receipt_server",
        "receipt_snapshot",
        "receipt_traffic",
        "receipt_world",
    }
    assert "no docstring available" not in fixtures.partition("receiptkit.pytest_plugin")[2]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--receipts-seed=x", "--receipts-seed: 'x' is not a whole number"),
        (
            "--receipts-fail-on=eror",
            "--receipts-fail-on: unknown severity 'eror'; use one of error, warning, info; did you mean error?",
        ),
        (
            "--receipts-profile=stict",
            "unknown profile 'stict'; use vendor, documented, strict",
        ),
        ("--receipts-document=none.yaml", "none.yaml: no such file or directory"),
        ("--receipts-coverage=none/coverage.json", "--receipts-coverage: there is no folder none"),
        (
            "--receipts-coverage-fail-under=101",
            "--receipts-coverage-fail-under: '101' is not a percentage; use 0 to 100",
        ),
    ],
)
def test_mistaken_options(suite: Suite, option: str, message: str) -> None:
    """A mistake in an option is one line and exit code 4."""
    suite.write(test_it="def test_it(): pass\n")
    suite.run(option)
    assert suite.result.ret == 4
    assert suite.result.errlines == [f"ERROR: {message}", ""]


def test_mistaken_settings(suite: Suite) -> None:
    """A mistake in a team's settings is one too, once they are used."""
    suite.pytester.makepyprojecttoml("[tool.receiptkit]\nprofil = 1\n")
    suite.write(test_it="def test_it(): pass\n")
    suite.run()
    suite.outcomes(passed=1)
    suite.run("--receipts-guard")
    assert suite.result.ret == 4
    (line, _) = suite.result.errlines
    assert line.endswith("pyproject.toml: unknown setting 'profil'; did you mean profile?")


STRICT = """
import pytest, requests, responses

@pytest.mark.receipts_allow("page.next-without-token", reason="a drill")
@responses.activate
@pytest.mark.receipt_scenarios("three-pages", "group-sms")
@pytest.mark.parametrize("queued", [False, True])
def test_it(receipt_world, queued, make_receipt_page):
    page = make_receipt_page(receipt_world)
    page["meta"]["next_page_url"] = page["meta"]["next_page_url"] and page["meta"]["next_page_url"].partition("&PageToken")[0]
    if queued:
        page["delivery_receipts"][0]["status"] = "queued"
    elif receipt_world.scenario == "group-sms":
        page["meta"]["first_page_url"] = page["meta"]["first_page_url"].replace("Page=0", "Page=1")
    responses.get(page["meta"]["url"], json=page)
    requests.get(page["meta"]["url"])
"""


@pytest.mark.parametrize(
    ("plugins", "arguments"),
    [
        ((), ()),
        ((), ("-p", "no:xdist")),
        (("xdist",), ("-n", "0")),
        (("xdist",), ("-n", "2")),
        (("pytest_randomly",), ()),
        (("xdist", "pytest_randomly"), ("-n", "2")),
    ],
    ids=["alone", "without xdist", "no processes", "two processes", "random", "random and two"],
)
def test_beside_others(suite: Suite, plugins: tuple[str, ...], arguments: tuple[str, ...]) -> None:
    """Failures, warnings and reproductions are the same in one process or several, in any order, and in pytest's strict mode."""
    suite.write(test_it=STRICT)
    suite.pytester.makepyprojecttoml("[tool.pytest]\nstrict = true\nfilterwarnings = ['error']\n")
    printed = suite.run(
        "--receipts-guard", "--strict-markers", *arguments, plugins=plugins, alone=True
    )
    suite.outcomes(passed=2, failed=2)
    warnings = """
    === receipt warnings ===
    - /meta/first_page_url warning page.first-url: """
    assert block(warnings) in printed
    for name in ("group-sms", "three-pages"):
        assert (
            f"to reproduce: pytest 'test_it.py::test_it[{name}-True]' --receipts-seed=0\n"
            in printed
        )
    assert printed.count('@pytest.mark.receipts_allow("schema.enum", reason="…")') == 2


def test_mistakes_in_several_processes(suite: Suite) -> None:
    """With several processes, a mistake is the error of its test, since a worker cannot end the run."""
    suite.write(
        test_it="import pytest\n\n@pytest.mark.receipt_scenarios('x')\ndef test_it(receipt_scenario): pass\n"
    )
    printed = suite.run("-n", "2", plugins=("xdist",), alone=True)
    suite.outcomes(errors=1)
    assert "=== ERROR at setup of test_it ===\n" in printed
    assert "\nunknown scenario 'x'; `receiptkit scenarios` lists them\n" in printed
