"""Which findings are wanted, and how severe they are to whoever asks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from receiptkit.model.finding import Finding, Severity
from receiptkit.rules import catalogue


class Selection:
    """The wanted findings, by patterns of rules: those selected, without those ignored."""

    def __init__(
        self,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        known: Sequence[str] = (),
        *,
        severity: Mapping[str, Severity] | None = None,
        per_path_ignores: Mapping[str, Sequence[str]] | None = None,
        root: Path | None = None,
    ) -> None:
        """
        Args:
            select: globs of the rules that are wanted; all by default.
            ignore: globs of rules that are not.
            known: rules beside those of the catalogue.
            severity: how severe rules are, by their globs; the last that fits counts.
            per_path_ignores: globs of rules that are not wanted in files, by globs of their paths.
            root: what these paths are relative to.

        Raises:
            UsageError: a glob matches no rule.
        """
        self._severity = dict(severity or {})
        self._per_path = {glob: tuple(rules) for glob, rules in (per_path_ignores or {}).items()}
        self._root = root
        every = [*catalogue.ids(), *known]
        of_paths = [rule for rules in self._per_path.values() for rule in rules]
        for glob in (*select, *ignore, *self._severity, *of_paths):
            if not any(fnmatchcase(rule, glob) for rule in every):
                catalogue.find(glob)
        self._select = tuple(select) or ("*",)
        self._ignore = tuple(ignore)
        self._wanted: dict[str, bool] = {}
        self._of_file: dict[str, tuple[str, ...]] = {}

    def applied(self, findings: Iterable[Finding], file: str) -> list[Finding]:
        """The wanted findings of a file, as severe as was said."""
        ignored = self._ignored_in(file) if self._per_path else ()
        wanted = [
            finding
            for finding in findings
            if self.wants(finding.rule) and not _fits(finding.rule, ignored)
        ]
        return [self._weighed(finding) for finding in wanted] if self._severity else wanted

    def wants(self, rule: str) -> bool:
        if rule not in self._wanted:
            self._wanted[rule] = _fits(rule, self._select) and not _fits(rule, self._ignore)
        return self._wanted[rule]

    def _weighed(self, finding: Finding) -> Finding:
        said = [
            severity for glob, severity in self._severity.items() if fnmatchcase(finding.rule, glob)
        ]
        return replace(finding, severity=said[-1]) if said else finding

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


def _fits(rule: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(rule, glob) for glob in globs)
