"""Words about a comparison, and the end of a run."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from receiptkit.pytest_plugin.options import planned_run, run_of


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    matcher = sys.modules.get("receiptkit.testing.matcher")
    if matcher is None or op != "==":
        return None
    for contract, payload in ((right, left), (left, right)):
        if isinstance(contract, matcher.ReceiptContract):
            return ["payload == receipt_contract", *contract.explanation(contract.findings(payload))]
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    run = planned_run(session.config)
    if run is None:
        return
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["receiptkit"] = run.share()
        return
    run.write_coverage()
    if run.too_little() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Of pytest-xdist: a process has ended."""
    share = getattr(node, "workeroutput", {}).get("receiptkit")
    if share is not None:
        run_of(node.config).merge(share)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    run = planned_run(config)
    if run is None:
        return
    sections = {"receipt warnings": run.warnings(), "receipt coverage": run.coverage.table() if run.settings.coverage else []}
    for title, lines in sections.items():
        if lines:
            terminalreporter.section(title)
            terminalreporter.write("\n".join(lines) + "\n")
    failure = run.too_little()
    if failure is not None:
        terminalreporter.write_line(failure, red=True)
