"""What was asked for: the options of the command line over a team's settings."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from receiptkit.contract import Contract
from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Severity
from receiptkit.validation import project_settings
from receiptkit.validation.selection import Selection


@dataclass(frozen=True, slots=True)
class Options:
    """
    The options `--receipts-*`, as they were given; None where they were not.

    Attributes:
        root: the folder in which, or above which, a team's settings are looked for.
        coverage: the file that is to be written, empty for none.
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
    What holds for a run.

    Attributes:
        seed: what worlds are drawn from, together with the id of a test.
        fail_on: the severity from which on a finding fails a test.
        selection: which findings are wanted, and how severe they are.
        coverage: whether to say what was exercised; the file for it, if there is to be one; and the least percentage.
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


def settings(options: Options) -> PluginSettings:
    """
    The settings of a run.

    Raises:
        UsageError: an option means nothing.
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
        selection=project.selection(contract.rule_ids),
        show_values=options.show_values,
        guard=options.guard,
        coverage=options.coverage is not None or options.coverage_fail_under is not None,
        coverage_file=_file(options.coverage),
        coverage_fail_under=_percentage(options.coverage_fail_under),
    )


def _seed(said: str | None) -> int:
    try:
        return int(said or "0")
    except ValueError:
        raise UsageError(f"--receipts-seed: {said!r} is no whole number") from None


def _severity(said: str) -> Severity:
    names = [severity.value for severity in Severity]
    if said not in names:
        close = get_close_matches(said, names, n=1)
        suggestion = f": did you mean {close[0]}?" if close else ""
        raise UsageError(
            f"--receipts-fail-on: no severity is called {said!r}: there are {', '.join(names)}{suggestion}"
        )
    return Severity(said)


def _file(said: str | None) -> Path | None:
    """The file of a coverage report. pytest takes what follows the option for it, which may be a folder of tests."""
    if not said:
        return None
    if not said.endswith(".json"):
        raise UsageError(
            f"--receipts-coverage: {said!r} is no .json file: write --receipts-coverage=FILE.json, or put the option last"
        )
    path = Path(said)
    if not path.absolute().parent.is_dir():
        raise UsageError(f"--receipts-coverage: there is no folder {path.parent}")
    if path.is_dir():
        raise UsageError(f"--receipts-coverage: {said} is a folder: name a file in it")
    return path


def _percentage(said: str | None) -> float | None:
    if said is None:
        return None
    try:
        number = float(said)
    except ValueError:
        number = -1
    if not 0 <= number <= 100:
        raise UsageError(f"--receipts-coverage-fail-under: {said!r} is no percentage: say 0 to 100")
    return number
