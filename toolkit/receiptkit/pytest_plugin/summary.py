"""Explain a comparison, and report at the end of a run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from receiptkit.pytest_plugin.options import planned_run, run_of

if TYPE_CHECKING:
    from receiptkit.testing.run import Run

#: The exit codes of runs that came to their last test.
_ENDED = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)
#: True if the tests of a run were run, not only collected.
_RAN: pytest.StashKey[bool] = pytest.StashKey()


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    matcher = sys.modules.get("receiptkit.testing.matcher")
    if matcher is None:
        return None
    kind = matcher.ReceiptContract
    names, pairs = _sides(op, left, right)
    explained = []
    for place, one, other in pairs:
        contract, payload = (other, one) if isinstance(other, kind) else (one, other)
        if isinstance(contract, kind):
            first, *rest = contract.explanation(contract.findings(payload))
            explained += [f"{place}{first}", *rest]
    if not explained:
        return None
    # Nothing is shown of a payload.
    shown = [
        "receipt_contract" if isinstance(side, kind) else name
        for name, side in zip(names, (left, right), strict=True)
    ]
    return [f"{shown[0]} {op} {shown[1]}", *explained]


def _sides(op: str, left: Any, right: Any) -> tuple[tuple[str, str], list[tuple[str, Any, Any]]]:
    """
    Return the names of both sides; and the pairs that are compared, also within lists and objects,
    with their places.
    """
    if op in ("in", "not in") and isinstance(right, (list, tuple)):
        return ("payload", "[…]"), [
            (f"[{index}]: ", left, each) for index, each in enumerate(right)
        ]
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return ("[…]", "[…]"), [
            (f"[{index}]: ", *pair) for index, pair in enumerate(zip(left, right, strict=False))
        ]
    if isinstance(left, dict) and isinstance(right, dict):
        return ("{…}", "{…}"), [
            (f"[{key!r}]: ", left[key], right[key]) for key in left if key in right
        ]
    return ("payload", "payload"), [("", left, right)]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    session.config.stash[_RAN] = not session.config.option.collectonly


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    run = _finished_run(session.config)
    if run is None:
        return
    run.was_stopped = session.exitstatus not in _ENDED or bool(
        session.shouldstop or session.shouldfail
    )
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["receiptkit"] = run.share()
        return
    run.write_coverage()
    if run.failures() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over the results of a process of pytest-xdist that has ended."""
    share = getattr(node, "workeroutput", {}).get("receiptkit")
    if share is not None:
        run_of(node.config).merge(share)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    run = _finished_run(config)
    if run is None:
        return
    run.look_at_imports()
    sections = {
        "receipt warnings": run.warnings(),
        "receipt guard errors": run.errors(),
        "receipt coverage": run.coverage.table() if run.settings.coverage else [],
    }
    for title, lines in sections.items():
        if lines:
            terminalreporter.section(title)
            terminalreporter.write("\n".join(lines) + "\n")
    for note in run.notes():
        terminalreporter.write_line(note)
    for failure in run.failures():
        terminalreporter.write_line(failure, red=True)


def _finished_run(config: pytest.Config) -> Run | None:
    """Return the run, if there was one and it has been needed."""
    return planned_run(config) if config.stash.get(_RAN, False) else None
