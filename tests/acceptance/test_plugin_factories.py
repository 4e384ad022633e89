"""Factories, and tests that are run with scenarios and flaws."""

from __future__ import annotations

import os
import shlex
from types import SimpleNamespace
from typing import Any

import pytest

from receiptkit.generation import SCENARIOS
from receiptkit.pytest_plugin.parametrize import id_of
from suites import Suite

QUEUED = (
    "schema.enum: `status` is not one of read, failed, delivered, undelivered, sent or null"
    " (`queued` is a status of Programmable Messaging messages; a delivery receipt never has it)"
)
FIXTURES = (
    "make_receipt_world",
    "make_receipt",
    "make_receipt_page",
    "make_receipt_pages",
    "make_receipt_webhook",
)


def test_factories_make_conforming_objects(suite: Suite) -> None:
    """Each factory makes its object from a scenario or a world with given facts, and the object conforms."""
    suite.write(
        test_it="""
        def test_world(make_receipt_world, make_receipt_page, make_receipt_pages, receipt_contract):
            world = make_receipt_world("group-sms", page_size=3, account_sid="AC" + "1" * 32, **{"receipts.0.status": "failed"})
            assert world.receipts[0].steps[-1].status == "failed"
            assert make_receipt_world(world) is world
            first, second = make_receipt_pages(world)
            assert make_receipt_page(world, 1) == second == receipt_contract
            assert first["delivery_receipts"][0]["account_sid"] == "AC" + "1" * 32
            assert first["meta"]["next_page_url"] == second["meta"]["url"]
            assert make_receipt_page("just-created", in_service=True)["delivery_receipts"][0]["status"] is None
            assert make_receipt_page("group-sms", at="start")["delivery_receipts"] == []

        def test_receipt(make_receipt, receipt_contract):
            receipt = make_receipt(status="undelivered", channel_name="sms", error_code=30003)
            assert (receipt["status"], receipt["error_code"]) == ("undelivered", 30003)
            assert receipt == receipt_contract
            assert make_receipt(status=None)["status"] is None
            assert make_receipt()["sid"] != make_receipt()["sid"]

        def test_webhook(make_receipt_webhook, receipt_contract):
            webhook = make_receipt_webhook(status="read")
            assert (webhook["EventType"], webhook["Status"]) == ("onDeliveryUpdated", "read")
            assert webhook == receipt_contract
        """
    )
    suite.run()
    suite.outcomes(passed=3)


def test_seeds(suite: Suite) -> None:
    """Generated objects depend on the seed and the test's id only, not on other tests or their order."""
    suite.write(
        test_it="""
        import pathlib

        def test_one(make_receipt):
            pathlib.Path("one").write_text(str(make_receipt()))

        def test_two(make_receipt):
            pathlib.Path("two").write_text(str(make_receipt()))
        """
    )

    def made(*arguments: str, plugins: tuple[str, ...] = ()) -> list[str]:
        suite.run(*arguments, plugins=plugins)
        return [suite.pytester.path.joinpath(name).read_text() for name in ("one", "two")]

    first = made()
    assert first[0] != first[1]
    assert made("-p", "no:randomly", "test_it.py::test_two", "test_it.py::test_one") == first
    assert made("-p", "randomly", "-p", "randomly") == first
    assert made("--receipts-seed=0") == first
    assert set(made("--receipts-seed=1")).isdisjoint(first)


def test_failures_print_how_to_reproduce_them(suite: Suite) -> None:
    """A failing test that made something prints the command that reproduces it."""
    suite.write(
        test_it="""
        def test_it(make_receipt):
            assert make_receipt() is None

        def test_nothing(make_receipt):
            assert not make_receipt
        """
    )
    printed = suite.run("--receipts-seed=5", "--tb=no", "--show-capture=all", "-rN")
    suite.outcomes(failed=2)
    printed = suite.run("--receipts-seed=5")
    again = "=== receiptkit ===\nto reproduce: pytest test_it.py::test_it --receipts-seed=5\n=== test_nothing ===\n"
    assert again in printed
    assert printed.count("to reproduce") == 1


def test_a_parameter_of_that_name(suite: Suite) -> None:
    """A test's own parameter may have the name of a receiptkit fixture."""
    suite.write(
        test_it="""
        import pytest

        @pytest.mark.parametrize("receipt_breakage", ["bones"])
        def test_it(receipt_breakage):
            assert receipt_breakage == "bones"
        """
    )
    suite.run()
    suite.outcomes(passed=1)


def test_the_command_to_reproduce_works_in_a_shell(suite: Suite) -> None:
    """The printed command works in the shell where pytest was started, for any test id."""
    suite.write(
        test_it="""
        import pytest

        @pytest.mark.parametrize("_", ["café", "it's", "$HOME"])
        def test_it(make_receipt, _):
            assert make_receipt() is None
        """
    )
    suite.pytester.makeini("[pytest]")
    # The old pytester returns first, and `monkeypatch` would then return to the folder of the suite.
    os.chdir(suite.pytester.mkdir("below"))
    printed = suite.run("..")
    suite.outcomes(failed=3)
    again = [
        line.partition(": ")[2] for line in printed.splitlines() if line.startswith("to reproduce")
    ]
    for command in again:
        _, test, seed = shlex.split(command)
        suite.run(test, seed)
        suite.outcomes(failed=1)
        assert command in suite.result.stdout.str()
    assert again[2] == "pytest '../test_it.py::test_it[$HOME]' --receipts-seed=0"


@pytest.mark.parametrize(
    ("nodeid", "marks"),
    [
        ("test_it.py::test_it[a@b]", []),
        ("test_it.py::test_it[a@b]", [pytest.mark.xdist_group("b").mark]),
        ("test_it.py::test_it[a@b]@default", [pytest.mark.xdist_group().mark]),
        ("test_it.py::test_it[a@b]@one", [pytest.mark.xdist_group("one").mark]),
        (
            "test_it.py::test_it[a@b]@one",
            [pytest.mark.xdist_group(name="one").mark, pytest.mark.xdist_group("two").mark],
        ),
        (
            "test_it.py::test_it[a@b]@one_two",
            [pytest.mark.xdist_group("one").mark, pytest.mark.xdist_group("two").mark],
        ),
    ],
)
def test_groups_of_xdist(nodeid: str, marks: list[pytest.Mark]) -> None:
    """The xdist group is no part of a test's id."""
    item: Any = SimpleNamespace(nodeid=nodeid, iter_markers=lambda name: iter(marks))
    assert id_of(item) == "test_it.py::test_it[a@b]"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            "make_receipt_world('grop-sms')",
            "unknown scenario 'grop-sms'; did you mean group-sms?",
        ),
        ("make_receipt_page(5)", "unknown scenario 5; `receiptkit scenarios` lists them"),
        (
            "make_receipt_page(['group-sms'])",
            "unknown scenario ['group-sms']; did you mean group-sms?",
        ),
        (
            "make_receipt_world('group-sms', **{'receipts.0.statu': 'x'})",
            "unknown path 'receipts.0.statu'; did you mean receipts.0.status?",
        ),
        (
            "make_receipt_world(make_receipt_world(), receipts=2)",
            "a world cannot be changed here; pass receipts where it is made",
        ),
        (
            "make_receipt(status='queued')",
            f"the contract forbids it: /delivery_receipts/0/status {QUEUED}",
        ),
        ("make_receipt_webhook(status=None)", "a receipt without a status has no webhook"),
        ("make_receipt_page('group-sms', 3)", "4 receipts on pages of 50: there is no page 3"),
    ],
)
def test_mistakes(suite: Suite, call: str, message: str) -> None:
    """A mistake is one line that says what to do instead, at the line of the test."""
    suite.write(test_it=f"def test_it({', '.join(FIXTURES)}):\n    {call}\n")
    printed = suite.run()
    suite.outcomes(failed=1)
    assert (
        f">       {call}\nE       pytest.UsageError: {message}\n\ntest_it.py:2: UsageError\n"
        in printed
    )


def test_scenarios(suite: Suite) -> None:
    """A test is run with the scenarios that are named, sorted and each once; with all of them by default."""
    suite.write(
        test_it="""
        import pytest

        @pytest.mark.receipt_scenarios("opted-out", "group-sms", "opted-out")
        def test_some(receipt_world, receipt_scenario, make_receipt_page, receipt_contract):
            assert receipt_world.scenario == receipt_scenario
            assert make_receipt_page(receipt_world) == receipt_contract

        @pytest.mark.receipt_scenarios
        class TestAll:
            def test_all(self, receipt_scenario):
                pass
        """
    )
    printed = suite.run("--collect-only", "--strict-markers")
    every = [f"test_it.py::TestAll::test_all[{name}]" for name in sorted(SCENARIOS)]
    assert printed.splitlines()[: len(every) + 2] == [
        "test_it.py::test_some[group-sms]",
        "test_it.py::test_some[opted-out]",
        *every,
    ]
    suite.run()
    suite.outcomes(passed=2 + len(SCENARIOS))


def test_breakages(suite: Suite) -> None:
    """A test is run with flaws, by globs of their rules and the kind of body; each causes the finding it says."""
    suite.write(
        test_it="""
        import pytest

        @pytest.mark.receipt_breakages("page.next-*", "page.key")
        def test_some(receipt_breakage):
            pass

        @pytest.mark.receipt_breakages(kind="webhook")
        def test_webhooks(receipt_breakage):
            assert receipt_breakage.kind == "webhook"

        @pytest.mark.receipt_breakages
        def test_all(receipt_breakage, receipt_contract):
            found = receipt_contract.findings(receipt_breakage.body, operation=receipt_breakage.kind)
            assert receipt_breakage.expected in [(finding.rule, finding.pointer) for finding in found]
        """
    )
    printed = suite.run("--collect-only")
    ids = [line.removesuffix("]") for line in printed.splitlines() if "test_some" in line]
    assert ids == sorted(ids)
    assert "test_it.py::test_some[page-page.next-without-token/meta/next_page_url" in ids
    suite.run()
    assert suite.result.parseoutcomes().keys() == {"passed"}


def test_the_guard_allows_the_breakage_of_the_test(suite: Suite) -> None:
    """The breakage of a test fails no guarded test; other problems do."""
    suite.write(
        test_it="""
        import pytest, requests, responses

        @pytest.mark.receipt_breakages("schema.enum", kind="page")
        @pytest.mark.parametrize("more", [False, True])
        @responses.activate
        def test_it(receipt_traffic, receipt_breakage, more):
            body = receipt_breakage.body
            if more:
                body["delivery_receipts"][0].pop("sid")
            responses.get(body["meta"]["url"], json=body)
            assert requests.get(body["meta"]["url"]).json() == body
        """
    )
    printed = suite.run()
    assert set(suite.result.parseoutcomes()) == {"passed", "failed"}
    assert "schema.enum" not in printed.replace("schema.enum-", "").replace("schema.enum/", "")
    assert "schema.required" in printed


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        (
            'receipt_scenarios("grop-sms")',
            "unknown scenario 'grop-sms'; did you mean group-sms?",
        ),
        ('receipt_breakages("page.ky")', "unknown rule 'page.ky'; did you mean page.key?"),
        ('receipt_breakages("capture.secret")', "no breakage for rule 'capture.secret'"),
        (
            'receipt_breakages(kind="pages")',
            "unknown body 'pages'; use configuration, error, message, page, receipt, webhook",
        ),
        (
            'receipts_allow("page.ky", reason="x")',
            "unknown rule 'page.ky'; did you mean page.key?",
        ),
        ('receipts_allow("page.key")', 'receipts_allow needs a reason: reason="…"'),
        (
            "receipt_breakages(knd='page')",
            "receipt_breakages takes no knd: there is kind and in_service",
        ),
        ("receipt_scenarios(7)", "receipt_scenarios takes names, not 7"),
        (
            "receipts_allow('page.key', because='x')",
            "receipts_allow takes no because: there is reason",
        ),
        ("receipts_allow", 'receipts_allow takes ids of rules, such as "page.next-without-token"'),
    ],
)
def test_mistaken_markers(suite: Suite, marker: str, message: str) -> None:
    """A mistake in a marker ends the run before it begins: one line, exit code 4."""
    suite.write(
        test_it=f"import pytest\n\n@pytest.mark.{marker}\ndef test_it(receipt_scenario, receipt_breakage): pass\n"
    )
    suite.run()
    assert suite.result.ret == 4
    assert suite.result.errlines == [f"ERROR: test_it.py::test_it: {message}", ""]


def test_markers_want_their_arguments(suite: Suite) -> None:
    """A marker without the argument, and an argument without the marker, say so."""
    suite.write(test_it="import pytest\n\n@pytest.mark.receipt_scenarios\ndef test_it(): pass\n")
    suite.run()
    assert suite.result.errlines == [
        "ERROR: test_it.py::test_it: receipt_scenarios needs the test to take the argument receipt_scenario",
        "",
    ]
    suite.write(
        test_it="def test_it(receipt_world): pass\n\ndef test_other(receipt_breakage): pass\n"
    )
    printed = suite.run()
    suite.outcomes(errors=2)
    assert "receipt_scenario and receipt_world need @pytest.mark.receipt_scenarios" in printed
    assert "receipt_breakage needs @pytest.mark.receipt_breakages" in printed
