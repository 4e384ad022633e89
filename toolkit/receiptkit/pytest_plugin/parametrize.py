"""Tests that are run with scenarios and flaws; and what a test may break."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from receiptkit.pytest_plugin.item_state import MISTAKES
from receiptkit.pytest_plugin.options import Translating, run_of, translated

if TYPE_CHECKING:
    from receiptkit.testing.breakages import BreakageCase

#: The keywords that markers take.
_KEYWORDS = {
    "receipt_scenarios": (),
    "receipt_breakages": ("kind", "in_service"),
    "receipts_allow": ("reason",),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    scenarios = metafunc.definition.get_closest_marker("receipt_scenarios")
    breakages = metafunc.definition.get_closest_marker("receipt_breakages")
    if scenarios is not None:
        _parametrize(metafunc, "receipt_scenario", scenarios, _scenarios)
    if breakages is not None:
        _parametrize(metafunc, "receipt_breakage", breakages, _breakages)


def _parametrize(
    metafunc: pytest.Metafunc,
    name: str,
    marker: pytest.Mark,
    values: Callable[[pytest.Config, pytest.Mark], list[Any]],
) -> None:
    """Parametrise a test; a mistake is said when everything is collected, so that it is one line and ends the run."""
    mistake = _misuse(marker)
    if mistake is None and name not in metafunc.fixturenames:
        mistake = f"{marker.name} wants the test to take {name}"
    if mistake is None:
        try:
            found = values(metafunc.config, marker)
        except pytest.UsageError as error:
            mistake = str(error)
    if mistake is None:
        metafunc.parametrize(name, found, ids=[getattr(value, "id", value) for value in found])
    else:
        metafunc.config.stash.setdefault(MISTAKES, {})[metafunc.definition.nodeid] = mistake


def _scenarios(_: pytest.Config, marker: pytest.Mark) -> list[str]:
    from receiptkit.testing.breakages import scenarios

    with Translating():
        return scenarios(marker.args)


def _breakages(config: pytest.Config, marker: pytest.Mark) -> list[BreakageCase]:
    from receiptkit.testing.breakages import cases

    with Translating():
        return cases(run_of(config).generator, marker.args, **marker.kwargs)


def _misuse(marker: pytest.Mark) -> str | None:
    """What is wrong with the arguments of a marker as such."""
    known = _KEYWORDS[marker.name]
    for name in marker.kwargs:
        if name not in known:
            return f"{marker.name} takes no {name}" + (
                f": there is {' and '.join(known)}" if known else ""
            )
    wrong = next((each for each in marker.args if not isinstance(each, str)), None)
    return None if wrong is None else f"{marker.name} takes names, not {wrong!r}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    mistakes = config.stash.setdefault(MISTAKES, {})
    mistakes.update((id_of(item), mistake) for item in items if (mistake := _mistake(item)))
    # A process of pytest-xdist that ends here cannot say why: there, the tests say it.
    if mistakes and not hasattr(config, "workerinput"):
        raise pytest.UsageError(": ".join(next(iter(mistakes.items()))))


def _mistake(item: pytest.Item) -> str | None:
    """What is wrong with the marker that allows something in a test."""
    try:
        allowed(item)
    except pytest.UsageError as error:
        return str(error)
    return None


def allowed(item: pytest.Item) -> list[str]:
    """The rules that a test may break; that of a flaw it is run with is one of them."""
    allowed: list[str] = []
    for marker in item.iter_markers("receipts_allow"):
        from receiptkit.testing.traffic import allowances

        misuse = _misuse(marker)
        if misuse is not None:
            raise pytest.UsageError(misuse)
        known = run_of(item.config).settings.contract.rule_ids
        allowed += translated(allowances)(marker.args, marker.kwargs.get("reason"), known)
    if item.get_closest_marker("receipt_breakages") is None:
        return allowed
    breakage = getattr(getattr(item, "callspec", None), "params", {}).get("receipt_breakage")
    return allowed if breakage is None else [*allowed, breakage.expected.rule]


def id_of(item: pytest.Item) -> str:
    """The id of a test, without the group that pytest-xdist may add to it."""
    groups = [
        str(each.args[0] if each.args else each.kwargs.get("name", "default"))
        for each in item.iter_markers("xdist_group")
    ]
    for added in ("_".join(groups), *groups[:1]):
        if item.nodeid.endswith(f"@{added}"):
            return item.nodeid.removesuffix(f"@{added}")
    return item.nodeid
