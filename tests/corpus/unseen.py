"""The form of inputs that were written without a look at the rules, and how they are compared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from pieces import Body


class Case(NamedTuple):
    """
    Traffic, and the findings of which at least one is required.

    Attributes:
        name: the peculiarity of the traffic.
        ground: where facts.md (F), conversations.md (C) or rules.md (R) says so.
        observations: the lines of a capture; `files` has several captures instead.
        wanted: severities and patterns of rules, such as `ew page.*`; any one of them suffices.
            A control wants none.
        also: more alarms that may be there.
        options: of the command line.
        files: the content of captures by the names of their files; a text is written as it is.
    """

    name: str
    ground: str
    observations: Sequence[Body] = ()
    wanted: Sequence[str] = ()
    also: Sequence[str] = ()
    options: Sequence[str] = ()
    files: Mapping[str, Any] = MappingProxyType({})


def write(case: Case, folder: Path) -> list[Path]:
    """Write the captures of a case, and return their paths."""
    lines = "".join(f"{json.dumps(each)}\n" for each in case.observations)
    paths = []
    for name, content in (case.files or {"traffic.ndjson": lines}).items():
        text = content if isinstance(content, str) else json.dumps(content)
        paths.append(folder / name)
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def differences(case: Case, report: Any) -> list[str]:
    """Return what a JSON report lacks of a case, and the alarms that it should not have."""
    found = [(each["severity"][0], each["rule"]) for each in report["findings"]]
    listed = [*case.wanted, *case.also]
    is_silent = case.wanted and not any(_is_one(each, case.wanted) for each in found)
    lines = [f"silent: wanted {' or '.join(case.wanted)}"] if is_silent else []
    return lines + [
        f"false alarm: {severity} {rule}"
        for severity, rule in found
        if severity != "i" and not _is_one((severity, rule), listed)
    ]


def _is_one(finding: tuple[str, str], patterns: Sequence[str]) -> bool:
    severity, rule = finding
    for each in patterns:
        severities, pattern = each.split()
        if rule == "listing.truncated" and pattern != rule:
            continue
        if severity in severities and fnmatchcase(rule, pattern):
            return True
    return False
