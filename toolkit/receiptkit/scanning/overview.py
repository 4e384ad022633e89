"""The overview of a scan: a table by folder, the worst findings, and what to do next."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from receiptkit.model.finding import Finding, Severity
from receiptkit.validation.summary import Summary

_SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_MOST_FOLDERS, _MOST_FINDINGS, _MOST_NAMES = 20, 10, 10


class Overview:
    """Counts the findings of a run by folder, and keeps the worst."""

    groups = True

    def __init__(self, root: Path) -> None:
        """Hold the folder that names are relative to."""
        self.summary = Summary()
        self._root = root if root.is_dir() else root.parent
        self._folders: defaultdict[str, Counter[Severity]] = defaultdict(Counter)
        self._kinds: dict[tuple[str, str], list[Finding]] = {}

    def finding(self, finding: Finding) -> None:
        """Count a finding."""
        location = finding.location
        name = self.relative(location.file if location else "")
        self._folders[os.path.dirname(name) or "."][finding.severity] += 1
        if finding.severity is Severity.ERROR:
            self._kinds.setdefault((finding.rule, name), []).append(finding)

    def end_of_file(self) -> None:
        """Do nothing: folders are counted to the end of the run."""

    def close(self, summary: Summary) -> None:
        """Keep the counts of the run."""
        self.summary = summary

    def relative(self, name: str) -> str:
        """Return a name relative to the folder of the scan."""
        return os.path.relpath(name, self._root) if name else ""

    def lines(self) -> Iterator[str]:
        """Yield the table by folder, and the worst findings."""
        if self._folders:
            yield "  errors warnings    info  folder"
        ranked = sorted(
            self._folders.items(), key=lambda item: ([-item[1][each] for each in _SEVERITIES], item)
        )
        for folder, counts in ranked[:_MOST_FOLDERS]:
            yield "".join(f"{counts[each]:8}" for each in _SEVERITIES) + f"  {folder}"
        if len(ranked) > _MOST_FOLDERS:
            yield f"        … and {len(ranked) - _MOST_FOLDERS} more folders"
        worst = sorted(self._kinds.items(), key=lambda item: (-len(item[1]), item[0]))
        if worst:
            yield "the worst findings:"
        for (rule, name), findings in worst[:_MOST_FINDINGS]:
            location = findings[0].location
            line = location.line if location else 1
            times = f" ({len(findings)} times)" if len(findings) > 1 else ""
            yield f"  {name}:{line}: {rule}: {findings[0].message}{times}"
        if len(worst) > _MOST_FINDINGS:
            yield f"  … and {len(worst) - _MOST_FINDINGS} more; -v lists every finding"


def named(title: str, names: list[str]) -> Iterator[str]:
    """Yield a list of names under a title; nothing for an empty one."""
    if names:
        yield f"{title}:"
        yield from (f"  {name}" for name in names[:_MOST_NAMES])
    if len(names) > _MOST_NAMES:
        yield f"  … and {len(names) - _MOST_NAMES} more"
