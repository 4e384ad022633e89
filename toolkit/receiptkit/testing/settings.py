"""The settings of a run: the options of the command line over the project's settings."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Severity
from receiptkit.openapi import document as documents
from receiptkit.openapi.document import Document
from receiptkit.testing.first_look import FirstLook
from receiptkit.validation import project_settings
from receiptkit.validation.project_settings import ProjectSettings

# A guarded run without traffic of the contract does without these.
if TYPE_CHECKING:
    from receiptkit.contract import Contract
    from receiptkit.validation.selection import Selection


@dataclass(eq=False)
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


@dataclass(eq=False)
class PluginSettings:
    """
    The settings of a run.

    Attributes:
        seed: the seed of generated data, together with the id of a test.
        document: of the contract.
        project: the settings of the project, under the options of the command line.
        fail_on: the lowest severity that fails a test.
        coverage, coverage_file, coverage_fail_under: True to report coverage; its file, and the
            least percentage.
    """

    seed: int
    document: Document
    project: ProjectSettings
    fail_on: Severity
    show_values: bool
    guard: bool
    coverage: bool
    coverage_file: Path | None
    coverage_fail_under: float | None

    @cached_property
    def first_look(self) -> FirstLook:
        """Return a filter of requests that cannot be of the contract, without loading it."""
        return FirstLook(self.document)

    @cached_property
    def contract(self) -> Contract:
        """The contract, made when something may be of it."""
        from receiptkit.contract import Contract

        profile = self.project.chosen_profile
        return Contract(self.document, profile, api_base_url=self.project.api_base_url)

    @cached_property
    def selection(self) -> Selection:
        """Selects findings and sets their severity."""
        return self.project.selection(lambda: self.contract.rule_ids)

    @cached_property
    def names(self) -> Container[str]:
        """Names that may be shown without values."""
        from receiptkit.validation.names import known_names

        return known_names(self.contract)


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
    # An unknown profile is an error beside a document of one's own, too.
    document = documents.built(project.chosen_profile)
    if options.document is not None:
        document = documents.read(options.document)
    found = PluginSettings(
        seed=_seed(options.seed),
        document=document,
        project=project,
        fail_on=_severity(project.fail_on or project_settings.FAIL_ON),
        show_values=options.show_values,
        guard=options.guard,
        coverage=options.coverage is not None or options.coverage_fail_under is not None,
        coverage_file=_file(options.coverage),
        coverage_fail_under=_percentage(options.coverage_fail_under),
    )
    # Mistakes of the user's are errors at the start.
    if options.document is not None:
        found.contract.compile()
    if project.path is not None:
        _ = found.selection
    return found


def _seed(text: str | None) -> int:
    try:
        return int(text or "0")
    except ValueError:
        raise UsageError(f"--receipts-seed: {text!r} is not a whole number") from None


def _severity(text: str) -> Severity:
    names = [severity.value for severity in Severity]
    if text not in names:
        close = get_close_matches(text, names, n=1)
        suggestion = f"; did you mean {close[0]}?" if close else ""
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
