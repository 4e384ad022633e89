"""The settings of a run: the options of the command line over the project's settings."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from receiptkit.contract import Contract
from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Severity
from receiptkit.validation import project_settings
from receiptkit.validation.names import known_names
from receiptkit.validation.selection import Selection


@dataclass(frozen=True, slots=True)
class Options:
    """
    The options `--receipts-*` of the command line; None if absent.

    Attributes:
        root: the folder in which, or above which, the project's settings are found.
        coverage: the file to write, empty for none.
    """

    root: Path
    seed: str | None = None
    profile: str | None = None
    document: str | None = None
    fail_on: str | None = None
    show_values: bool = False
    guard: bool = False
    coverage: str | None = None
    coverage_fail_under: str | None = None


@dataclass(frozen=True, slots=True)
class PluginSettings:
    """
    The settings of a run.

    Attributes:
        seed: the seed of generated data, together with the id of a test.
        fail_on: the lowest severity that fails a test.
        selection: selects findings and sets their severity.
        coverage, coverage_file, coverage_fail_under: True to report coverage; its file, and the
            least percentage.
        names: names that may be shown without values.
    """

    seed: int
    contract: Contract
    fail_on: Severity
    selection: Selection
    show_values: bool
    guard: bool
    coverage: bool
    coverage_file: Path | None
    coverage_fail_under: float | None
    names: Container[str]


def settings(options: Options) -> PluginSettings:
    """
    Return the settings of a run.

    Raises:
        UsageError: an option is mistaken.
        DocumentError: the contract document cannot be used.
    """
    project = project_settings.find(options.root).under(
        profile=options.profile, fail_on=options.fail_on
    )
    contract = Contract.load(
        project.profile or "documented",
        options.document,
        api_base_url=project.api_base_url,
    )
    if options.document is not None:
        contract.compile()
    return PluginSettings(
        seed=_seed(options.seed),
        contract=contract,
        fail_on=_severity(project.fail_on or "error"),
        selection=project.selection(lambda: contract.rule_ids),
        show_values=options.show_values,
        guard=options.guard,
        coverage=options.coverage is not None or options.coverage_fail_under is not None,
        coverage_file=_file(options.coverage),
        coverage_fail_under=_percentage(options.coverage_fail_under),
        names=known_names(contract),
    )


def _seed(text: str | None) -> int:
    try:
        return int(text or "0")
    except ValueError:
        raise UsageError(f"--receipts-seed: {text!r} is not a whole number") from None


def _severity(text: str) -> Severity:
    names = [severity.value for severity in Severity]
    if text not in names:
        close = get_close_matches(text, names, n=1)
        suggestion = f": did you mean {close[0]}?" if close else ""
        raise UsageError(
            f"--receipts-fail-on: unknown severity {text!r}; "
            f"use one of {', '.join(names)}{suggestion}"
        )
    return Severity(text)


def _file(text: str | None) -> Path | None:
    """
    Return the file of a coverage report. pytest takes the next argument for it, which may be a
    folder of tests.
    """
    if not text:
        return None
    if not text.endswith((".json", ".html")):
        raise UsageError(
            f"--receipts-coverage: {text!r} is not a .json or .html file: "
            "write --receipts-coverage=FILE.json, or put the option last"
        )
    path = Path(text)
    if not path.absolute().parent.is_dir():
        raise UsageError(f"--receipts-coverage: there is no folder {path.parent}")
    if path.is_dir():
        raise UsageError(f"--receipts-coverage: {text} is a folder: name a file in it")
    return path


def _percentage(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 100:
        raise UsageError(
            f"--receipts-coverage-fail-under: {text!r} is not a percentage; use 0 to 100"
        )
    return number
