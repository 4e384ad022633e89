"""Select findings by their rules and files, and set their severities."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from receiptkit.model.finding import Finding, Severity
from receiptkit.rules import catalogue


class Selection:
    """Selects findings by patterns of rules: those selected, without those ignored."""

    def __init__(
        self,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        known: Callable[[], Collection[str]] = tuple,
        *,
        severity: Mapping[str, Severity] | None = None,
        per_path_ignores: Mapping[str, Sequence[str]] | None = None,
        root: Path | None = None,
    ) -> None:
        """
        Args:
            select: patterns of the rules to report; all by default.
            ignore: patterns of rules not to report.
            known: returns rules beside those of the catalogue; called if a pattern needs them.
            severity: severities by patterns of rules; the last pattern that matches counts.
            per_path_ignores: patterns of rules not to report, by patterns of paths.
            root: the folder that these paths are relative to.

        Raises:
            UsageError: a pattern matches no rule.
        """
        self._severity = dict(severity or {})
        self._per_path = {glob: tuple(rules) for glob, rules in (per_path_ignores or {}).items()}
        self._root = root
        of_paths = [rule for rules in self._per_path.values() for rule in rules]
        for glob in (*select, *ignore, *self._severity, *of_paths):
            if not (_matches(glob, catalogue.ids()) or _matches(glob, known())):
                catalogue.find(glob)
        self._select = tuple(select) or ("*",)
        self._ignore = tuple(ignore)
        self._wanted: dict[str, bool] = {}
        self._of_file: dict[str, tuple[str, ...]] = {}

    def applied(self, findings: Iterable[Finding], file: str) -> list[Finding]:
        """Return the selected findings of a file, with their severities set."""
        ignored = self._ignored_in(file) if self._per_path else ()
        selected = [
            finding
            for finding in findings
            if self.wants(finding.rule) and not _fits(finding.rule, ignored)
        ]
        return [self._weighed(finding) for finding in selected] if self._severity else selected

    def wants(self, rule: str) -> bool:
        """Return True if findings of a rule are reported."""
        if rule not in self._wanted:
            self._wanted[rule] = _fits(rule, self._select) and not _fits(rule, self._ignore)
        return self._wanted[rule]

    def _weighed(self, finding: Finding) -> Finding:
        matching = [
            severity for glob, severity in self._severity.items() if fnmatchcase(finding.rule, glob)
        ]
        return replace(finding, severity=matching[-1]) if matching else finding

    def _ignored_in(self, file: str) -> tuple[str, ...]:
        if file not in self._of_file:
            path = os.path.relpath(file, self._root).replace(os.sep, "/")
            self._of_file = {
                file: tuple(
                    rule
                    for glob, rules in self._per_path.items()
                    if fnmatchcase(path, glob)
                    for rule in rules
                )
            }
        return self._of_file[file]


def _matches(glob: str, rules: Iterable[str]) -> bool:
    return any(fnmatchcase(rule, glob) for rule in rules)


def _fits(rule: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(rule, glob) for glob in globs)
