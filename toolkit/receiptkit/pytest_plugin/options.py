"""Options and markers, the run that they ask for, and the translation of errors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from receiptkit.pytest_plugin import unrewritten

if TYPE_CHECKING:
    from receiptkit.testing.run import Run

_Result = TypeVar("_Result")
_RUN: pytest.StashKey[Run] = pytest.StashKey()

OPTIONS: dict[str, dict[str, Any]] = {
    "seed": {
        "metavar": "N",
        "help": "seed of generated data, together with the test's id; 0 by default",
    },
    "guard": {
        "action": "store_true",
        "default": False,
        "help": "check each response of the receipts API and each webhook, real or mocked",
    },
    "fail-on": {
        "metavar": "SEVERITY",
        "help": "lowest severity that fails a test: error (default), warning or info",
    },
    "profile": {
        "metavar": "NAME",
        "help": "profile of the contract: vendor, documented (default) or strict",
    },
    "document": {"metavar": "FILE", "help": "OpenAPI document of your own to check against"},
    "show-values": {
        "action": "store_true",
        "default": False,
        "help": "show offending values and whole URLs",
    },
    "coverage": {
        "nargs": "?",
        "const": "",
        "metavar": "FILE",
        "help": "report at the end what of the contract was exercised",
    },
    "coverage-fail-under": {"metavar": "PERCENT", "help": "fail the run if less was exercised"},
}
_MARKERS = (
    (
        "receipt_scenarios(*names): run the test with the world of each scenario, of all by "
        "default, as receipt_world (see `receiptkit scenarios`)"
    ),
    (
        "receipt_breakages(*rules, kind=None, in_service=None): run the test with each breakage of "
        "these rules, of all by default, as receipt_breakage"
    ),
    (
        "receipts_allow(*rules, reason): allow these rules to be broken in this test "
        "(see `receiptkit rules`)"
    ),
    "receipts_unguarded(reason): do not check the responses and webhooks of this test",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup(
        "receiptkit", "receiptkit: contract tests for Twilio's delivery receipts"
    )
    for name, about in OPTIONS.items():
        group.addoption(f"--receipts-{name}", **about)


def pytest_configure(config: pytest.Config) -> None:
    unrewritten.install()
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    if any(option(config, name) not in (None, False) for name in OPTIONS):
        run_of(config)


def option(config: pytest.Config, name: str) -> Any:
    return config.getoption(f"receipts_{name.replace('-', '_')}")


def run_of(config: pytest.Config) -> Run:
    """Return the run, made when it is first needed."""
    if _RUN not in config.stash:
        from receiptkit.testing.run import Run
        from receiptkit.testing.settings import Options

        options = {name.replace("-", "_"): option(config, name) for name in OPTIONS}
        with Translating():
            config.stash[_RUN] = Run(Options(root=config.rootpath, **options))
    return config.stash[_RUN]


def planned_run(config: pytest.Config) -> Run | None:
    """Return the run, if it has been needed."""
    return config.stash.get(_RUN, None)


class Translating:
    """Turn our errors into those of pytest, which are one line."""

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        __tracebackhide__ = True
        from receiptkit.model.errors import ReceiptkitError

        if isinstance(error, ReceiptkitError):
            raise pytest.UsageError(str(error)) from None


def translated(call: Callable[..., _Result]) -> Callable[..., _Result]:
    @functools.wraps(call)
    def translated(*args: Any, **kwargs: Any) -> _Result:
        __tracebackhide__ = True
        with Translating():
            return call(*args, **kwargs)

    return translated
