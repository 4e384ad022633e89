"""Fixtures and hooks for all tests."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import long_modules
from missing import REFERENCE, line
from receiptkit import Contract
from receiptkit.captures import Observation
from receiptkit.cli import main
from receiptkit.contract.result import Result
from receiptkit.rules.examples import sample
from receiptkit.validation.observation_checks import ObservationChecker
from suites import Suite

# The quick run is the same every time; `make soak` looks further. No time limits: machines are noisy.
settings.register_profile(
    "quick", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("quick")

# In the background, as after `nohup … &`, a shell has SIGINT ignored, and every process that a test starts inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

#: Suites of their own, which tests of the plugin run.
collect_ignore = ["consumers"]

ROOT = Path(__file__).resolve().parents[1]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Print which tests will be skipped, and why, before the first one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and (text := line()):
        reporter.write_line(text)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes long, before tests are chosen by their marks."""
    long_modules.mark(items)


def receipt(sid: str) -> dict[str, Any]:
    """A conforming receipt of another SID."""
    row: dict[str, Any] = sample("receipt")
    return {**row, "sid": sid, "url": row["url"][: -len(row["sid"])] + sid}


@pytest.fixture(autouse=True)
def as_at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the variables of CI servers, where pytest prints more."""
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[Observation]:
    """The observations that are checked the exact way; those that are proven clean are not."""
    found: list[Observation] = []
    validate = ObservationChecker.validate

    def counted(checker: ObservationChecker, observation: Observation) -> Result:
        found.append(observation)
        return validate(checker, observation)

    monkeypatch.setattr(ObservationChecker, "validate", counted)
    return found


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference data, or a skip that says why."""
    if not REFERENCE.is_dir():
        pytest.skip(
            f"no reference data at {REFERENCE.parent.name}/{REFERENCE.name} beside the checkout"
        )
    return REFERENCE


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The contract of the default profile."""
    return Contract.load()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The command line, in this process: exit code, standard output, standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """A suite of a consumer's."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return Suite(pytester)


@pytest.fixture
def report(run: Callable[..., tuple[int, str, str]]) -> Callable[..., dict[str, Any]]:
    """`validate --format json`, parsed."""

    def call(*arguments: object) -> dict[str, Any]:
        _, out, _ = run("validate", "--format", "json", *arguments)
        parsed: dict[str, Any] = json.loads(out)
        return parsed

    return call
