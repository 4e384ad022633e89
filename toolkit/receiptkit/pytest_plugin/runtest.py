"""A test from its set-up to its report: what it gets is judged, and what it made can be made again."""

from __future__ import annotations

import os
from collections.abc import Generator
from shlex import quote

import pytest

from receiptkit.pytest_plugin.item_state import FACTORIES, MISTAKES, TRAFFIC, WATCHING
from receiptkit.pytest_plugin.options import option, planned_run, run_of
from receiptkit.pytest_plugin.parametrize import allowed, id_of


def _guarded(item: pytest.Item) -> bool:
    return option(item.config, "guard") or "receipt_traffic" in getattr(item, "fixturenames", ())


def _watched(item: pytest.Item) -> bool:
    """Whether a test is looked at: because it is guarded, or because coverage was asked for."""
    if _guarded(item):
        return True
    run = planned_run(item.config)
    return run is not None and run.settings.coverage


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    if _watched(item):
        from receiptkit.testing.guard import watching

        traffic = item.stash[TRAFFIC] = run_of(item.config).traffic(str(item.path), allowed(item))
        item.stash[WATCHING] = watching(traffic)
        item.stash[WATCHING].__enter__()
    try:
        return (yield)
    finally:
        mistake = item.config.stash.get(MISTAKES, {}).get(id_of(item))
        if mistake is not None:
            pytest.fail(mistake, pytrace=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    try:
        result = yield
    except (pytest.skip.Exception, pytest.xfail.Exception):
        # Whatever such a test got, it does not want to be judged by it.
        _failure(item)
        raise
    _fail(item)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    try:
        result = yield
    finally:
        if WATCHING in item.stash:
            item.stash[WATCHING].__exit__(None, None, None)
            del item.stash[WATCHING]
            item.stash[TRAFFIC].finish()
            run_of(item.config).ended(item.stash[TRAFFIC], id_of(item), guarded=_guarded(item))
    _fail(item)
    return result


def _fail(item: pytest.Item) -> None:
    """Fail a test for what it got, unless that has been said."""
    failure = _failure(item)
    if failure is not None:
        pytest.fail(failure, pytrace=False)


def _failure(item: pytest.Item) -> str | None:
    if TRAFFIC not in item.stash or not _guarded(item):
        return None
    item.stash[TRAFFIC].finish()
    return item.stash[TRAFFIC].failure()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call" and report.skipped:
        # It was to fail, and has: its teardown need not.
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
                    f"to make the same again: pytest {_argument(item)} --receipts-seed={seed}",
                )
            )
    return report


def _argument(item: pytest.Item) -> str:
    """A test as one names it in a shell, from where pytest was started."""
    file, *names = id_of(item).split("::")
    return quote(
        "::".join(
            [
                os.path.relpath(item.config.rootpath / file, item.config.invocation_params.dir),
                *names,
            ]
        )
    )
