"""What every report is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, Protocol, TextIO

from receiptkit.model.finding import Finding, Severity


class Told(Protocol):
    """What a report tells of a rule."""

    @property
    def title(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def grounding(self) -> str: ...
    @property
    def action(self) -> str: ...


class About(NamedTuple):
    """
    What a report says of the run, and how it is to look.

    Attributes:
        version: the version of receiptkit.
        profile: the profile that was judged by.
        contract: the sha256 of the contract document.
        show_values: whether offending values are shown.
        verbosity: -1 the summary alone, 0 findings grouped, 1 every finding with its grounding.
        colour: whether escape sequences for colour may be written.
        explained: what is to be told of a rule, by its id; None of one that only a user's own document knows.
    """

    version: str
    profile: str
    contract: str
    show_values: bool = False
    verbosity: int = 0
    colour: bool = False
    explained: Callable[[str], Told | None] = lambda _: None


class Counts(Protocol):
    """What a report needs to know of a summary."""

    files: int
    skipped: int
    observations: int
    checked: int
    unchecked: Counter[str]
    severities: Counter[Severity]
    known: int
    problems: list[str]


class Report:
    """A report that is written while the run goes on."""

    def __init__(self, out: TextIO, about: About) -> None:
        self.out = out
        self.about = about

    def finding(self, finding: Finding) -> None:
        """Take one finding."""
        raise NotImplementedError

    def end_of_file(self) -> None:
        """Know that the findings of one file have all been taken."""

    def close(self, summary: Counts) -> None:
        """Write what is left, and the summary."""
        raise NotImplementedError
