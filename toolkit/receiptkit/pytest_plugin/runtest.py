"""A test from its set-up to its report: its traffic is checked, and its data can be made again."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from shlex import quote

import pytest

from receiptkit.pytest_plugin import unrewritten
from receiptkit.pytest_plugin.item_state import (
    CALLED,
    FACTORIES,
    GUARDED,
    MISTAKES,
    TRAFFIC,
    WATCHED,
    WATCHING,
)
from receiptkit.pytest_plugin.options import option, planned_run, run_of
from receiptkit.pytest_plugin.parametrize import allowed, id_of, is_unguarded


def _is_guarded(item: pytest.Item) -> bool:
    if option(item.config, "guard") or "receipt_traffic" in getattr(item, "fixturenames", ()):
        return not is_unguarded(item)
    return False


def _counts_for_coverage(item: pytest.Item) -> bool:
    run = planned_run(item.config)
    return run is not None and run.settings.coverage


def _auth_token(item: pytest.Item) -> str | None:
    """Return the project's auth token, if the test or one of its fixtures uses it."""
    from receiptkit.webhooks import AUTH_TOKEN

    token = (getattr(item, "funcargs", None) or {}).get("receipt_auth_token")
    # The application of a project that defines no token may have any.
    return token if isinstance(token, str) and token != AUTH_TOKEN else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    is_guarded = item.stash[GUARDED] = _is_guarded(item)
    if is_guarded or _counts_for_coverage(item):
        from receiptkit.testing.guard import watching

        run = run_of(item.config)
        traffic = run.traffic(str(item.path), allowed(item), lambda: _auth_token(item))
        item.stash[TRAFFIC] = traffic
        item.stash[WATCHING] = watching(traffic)
        item.stash[WATCHING].__enter__()
        item.config.stash[WATCHED] = item
    item.stash[CALLED] = False
    try:
        return (yield)
    finally:
        mistakes = item.config.stash.get(MISTAKES, None)
        mistake = mistakes.get(id_of(item)) if mistakes else None
        if mistake is not None:
            pytest.fail(mistake, pytrace=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    try:
        result = yield
    except (pytest.skip.Exception, pytest.xfail.Exception):
        # A test that gives up is not failed for its traffic.
        _failure(item)
        raise
    finally:
        item.stash[CALLED] = True
    _fail(item)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    try:
        result = yield
    finally:
        _stop_watching(item)
    _fail(item)
    return result


def pytest_unconfigure(config: pytest.Config) -> None:
    # A run may be stopped before the teardown of a test.
    if WATCHED in config.stash:
        _stop_watching(config.stash[WATCHED])
    guard = sys.modules.get("receiptkit.testing.guard")
    if guard is not None:
        guard.uninstall()
    unrewritten.uninstall()


def _stop_watching(item: pytest.Item) -> None:
    """End the traffic of a test, if it has any that has not ended."""
    if WATCHING in item.stash:
        item.stash[WATCHING].__exit__(None, None, None)
        del item.stash[WATCHING]
        run, traffic = run_of(item.config), item.stash[TRAFFIC]
        if traffic.has_begun:
            with run.harmless():
                traffic.finish()
        with run.harmless():
            run.end_test(traffic, id_of(item), is_guarded=item.stash[GUARDED])


def _fail(item: pytest.Item) -> None:
    """Fail a test for its traffic, unless that was reported."""
    failure = _failure(item)
    if failure is not None:
        pytest.fail(failure, pytrace=False)


def _failure(item: pytest.Item) -> str | None:
    traffic = item.stash.get(TRAFFIC, None)
    if traffic is None or not traffic.has_begun or not item.stash[GUARDED]:
        return None
    with run_of(item.config).harmless():
        traffic.finish()
        return traffic.failure()
    return None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call" and not item.stash.get(CALLED, True):
        # The report of a subtest: the test itself goes on.
        return report
    if call.when == "call" and report.skipped:
        # It was expected to fail, and has: its teardown need not fail for the same.
        _failure(item)
    if report.failed:
        failure = _failure(item)
        if failure is not None:
            report.sections.append(("receiptkit", failure))
        factories = item.stash.get(FACTORIES, None)
        if factories is not None and factories.count:
            seed = run_of(item.config).settings.seed
            report.sections.append(
                (
                    "receiptkit",
                    f"to reproduce: pytest {_argument(item)} --receipts-seed={seed}",
                )
            )
    return report


def _argument(item: pytest.Item) -> str:
    """Return a test as one names it in a shell, from the directory in which pytest was started."""
    file, *names = id_of(item).split("::")
    return quote(
        "::".join(
            [
                os.path.relpath(item.config.rootpath / file, item.config.invocation_params.dir),
                *names,
            ]
        )
    )
