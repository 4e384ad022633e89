"""The parts of every report, and the registry of formats."""

from __future__ import annotations

import os
from collections.abc import Callable, Container
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple, Protocol, TextIO

from receiptkit import storage
from receiptkit.model.display import public_pointer
from receiptkit.model.finding import NO_VALUE, Finding
from receiptkit.validation.summary import Summary

_FOLDER = Path(__file__).with_name("formats")
#: How much of the beginning and of the end of a file `recognises` looks at.
_END = 1 << 16


class RuleText(Protocol):
    """The sentences about a rule."""

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
    The run that a report is about, and how the report looks.

    Attributes:
        version: the version of receiptkit.
        profile: the profile of the contract.
        contract: the sha256 of the contract document.
        show_values: whether captured values and names are shown.
        verbosity: -1 for the summary alone, 0 for grouped findings, 1 for every finding with its
            grounding.
        colour: whether to write escape sequences for colour.
        rule: returns the sentences about a rule by its id; None for one that only the user's own
            document has.
        names: names that may be shown without `show_values`; None for all.
        list_unchecked: whether to list every unchecked observation.
        list_suppressed: whether to list every finding that a comment suppresses.
    """

    version: str
    profile: str
    contract: str
    show_values: bool = False
    verbosity: int = 0
    colour: bool = False
    rule: Callable[[str], RuleText | None] = lambda _: None
    names: Container[str] | None = None
    list_unchecked: bool = False
    list_suppressed: bool = False


class Report:
    """
    A report that is written while the run goes on.

    Attributes:
        groups: whether equal findings become one, so that it bears any number of them.
    """

    groups = False

    def __init__(self, out: TextIO, about: About) -> None:
        self.out = out
        self.about = about

    def finding(self, finding: Finding) -> None:
        """Take one finding."""
        raise NotImplementedError

    def end_of_file(self) -> None:
        """Take note that all findings of a file have come."""

    def close(self, summary: Summary) -> None:
        """Write the rest, and the summary."""
        raise NotImplementedError

    def pointer(self, finding: Finding) -> str:
        """Return the pointer of a finding as it may be shown."""
        if self.about.show_values or self.about.names is None:
            return finding.pointer
        return public_pointer(finding.pointer, self.about.names)

    def shows_value(self, finding: Finding) -> bool:
        """Return True if the value of a finding is to be shown."""
        return self.about.show_values and finding.value is not NO_VALUE


class ReportFormat(NamedTuple):
    """
    A format of reports.

    Attributes:
        title: what it is, for the documentation.
        report: makes a report.
        recognises: returns True if a file is such a report, by its beginning and its end; only such
            a file is overwritten.
        is_utf8: whether it is for programs, and so always UTF-8.
        draws: whether it needs the pictures of a run.
    """

    title: str
    report: Callable[[TextIO, About], Report]
    recognises: Callable[[bytes, bytes], bool]
    is_utf8: bool = True
    draws: bool = False

    def is_at(self, path: str) -> bool:
        """Return True if the file at a path or URL is a report of this format."""
        if storage.is_remote(path):
            from receiptkit.storage import files

            return self.recognises(*files.beginning_and_end(path, _END))
        with open(path, "rb") as file:
            head = file.read(_END)
            file.seek(max(os.fstat(file.fileno()).st_size - _END, 0))
            return self.recognises(head, file.read(_END))


@cache
def names() -> tuple[str, ...]:
    """Return the names of all formats: those of the modules in `formats`."""
    return tuple(sorted(module.name for module in iter_modules([str(_FOLDER)])))


def report_format(name: str) -> ReportFormat:
    """Return a format; its module is imported only now."""
    found: ReportFormat = import_module(f"receiptkit.reports.formats.{name}").FORMAT
    return found
