"""
Markers: scenarios and breakages that a test is run with, rules that it may break, and tests that
are not guarded.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
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
    "receipts_unguarded": ("reason",),
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
    """
    Parametrise a test; a mistake is reported when everything is collected, as one line that ends
    the run.
    """
    mistake = _misuse(marker)
    if mistake is None and name not in metafunc.fixturenames:
        mistake = f"{marker.name} needs the test to take the argument {name}"
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
    """Return what is wrong with the arguments of a marker as such; None if nothing is."""
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
    """Return what is wrong with the markers that allow something; None if nothing is."""
    try:
        allowed(item)
        is_unguarded(item)
    except pytest.UsageError as error:
        return str(error)
    return None


def allowed(item: pytest.Item) -> list[str]:
    """Return the rules that a test may break; that of its breakage is one of them."""
    allowed: list[str] = []
    for marker in item.iter_markers("receipts_allow"):
        from receiptkit.testing.traffic import allowances

        misuse = _misuse(marker)
        if misuse is not None:
            raise pytest.UsageError(misuse)
        allowed += translated(allowances)(
            marker.args,
            marker.kwargs.get("reason"),
            lambda: run_of(item.config).settings.contract.rule_ids,
        )
    if item.get_closest_marker("receipt_breakages") is None:
        return allowed
    breakage = getattr(getattr(item, "callspec", None), "params", {}).get("receipt_breakage")
    return allowed if breakage is None else [*allowed, breakage.expected.rule]


def is_unguarded(item: pytest.Item) -> bool:
    """Return True if a marker switches the guard off for a test."""
    for marker in item.iter_markers("receipts_unguarded"):
        from receiptkit.testing.traffic import demand_reason

        misuse = _misuse(marker)
        if misuse is None and marker.args:
            misuse = "receipts_unguarded takes no rules; use receipts_allow for single rules"
        if misuse is not None:
            raise pytest.UsageError(misuse)
        translated(demand_reason)(marker.name, marker.kwargs.get("reason"))
        return True
    return False


def id_of(item: pytest.Item) -> str:
    """Return the id of a test, without the group that pytest-xdist may add to it."""
    if "@" not in item.nodeid:
        return item.nodeid
    groups = [
        str(each.args[0] if each.args else each.kwargs.get("name", "default"))
        for each in item.iter_markers("xdist_group")
    ]
    for added in ("_".join(groups), *groups[:1]):
        if item.nodeid.endswith(f"@{added}"):
            return item.nodeid.removesuffix(f"@{added}")
    return item.nodeid


def stable_id_of(item: pytest.Item) -> str:
    """
    Return the id of a test with the path of its file from its outermost package, wherever pytest
    was started.
    """
    _, *names = id_of(item).split("::")
    return "::".join([_path_in_packages(item.path), *names])


def _path_in_packages(path: Path) -> str:
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder != folder.parent:
        folder = folder.parent
    return path.relative_to(folder).as_posix()
