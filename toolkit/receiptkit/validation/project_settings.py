"""A team's own settings: `[tool.receiptkit]` in pyproject.toml, or receiptkit.toml, of the working directory or one above it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Severity
from receiptkit.validation.selection import Selection

_OWN, _SHARED = "receiptkit.toml", "pyproject.toml"
_PROFILES = ("vendor", "documented", "strict")
_SEVERITIES = tuple(severity.value for severity in Severity)
_LISTS = ("select", "ignore")
_NAMES = ("profile", *_LISTS, "fail-on", "baseline", "severity", "per-path-ignores")


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """
    Settings of a team. What is not set is None or empty.

    Attributes:
        path: the file they stand in; None if there is none.
        profile: vendor, documented or strict.
        select, ignore: globs of rules.
        fail_on: the severity from which on to exit 1.
        baseline: the file of known findings; relative to the folder of the settings.
        severity: how severe rules are, by their globs; the last that fits counts.
        per_path_ignores: globs of rules that are ignored in files, by globs of their paths, relative to the folder of the settings.
    """

    path: Path | None = None
    profile: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    baseline: str | None = None
    severity: Mapping[str, Severity] = field(default_factory=dict)
    per_path_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def under(self, **options: Any) -> ProjectSettings:
        """Return these settings with options over them; an option that is None or empty leaves the setting."""
        return replace(self, **{name: value for name, value in options.items() if value})

    def selection(self, known: Sequence[str]) -> Selection:
        """
        Return the selection of findings.

        Args:
            known: rules that the document names, beside those of the catalogue.

        Raises:
            UsageError: a glob matches no rule.
        """
        return Selection(
            self.select,
            self.ignore,
            known,
            severity=self.severity,
            per_path_ignores=self.per_path_ignores,
            root=self.path.parent if self.path else None,
        )


def found(start: Path) -> ProjectSettings:
    """
    The settings that hold in a folder: of the first file that has some, there or above.

    Raises:
        UsageError: the file cannot be used.
    """
    for folder in (start, *start.parents):
        own = folder / _OWN
        if own.is_file():
            return read(own)
        shared = folder / _SHARED
        # Most projects have this file, and most say nothing of us: then it is not parsed.
        if (
            shared.is_file()
            and b"receiptkit" in _bytes(shared)
            and "receiptkit" in _tools(_toml(shared))
        ):
            return read(shared)
    return ProjectSettings()


def read(path: Path) -> ProjectSettings:
    """
    The settings in a file.

    Raises:
        UsageError: it is not there, is no TOML, or has names or values that mean nothing.
    """
    table = _toml(path)
    if path.name == _SHARED:
        table = _tools(table).get("receiptkit", {})
    if not isinstance(table, dict):
        raise UsageError(f"{path}: tool.receiptkit is no table")
    for name in table:
        if name not in _NAMES:
            raise UsageError(f"{path}: nothing is called {name!r}{_suggestion(name, _NAMES)}")
    return ProjectSettings(
        path=path,
        profile=_choice(path, table, "profile", _PROFILES),
        select=_texts(path, "select", table.get("select", [])),
        ignore=_texts(path, "ignore", table.get("ignore", [])),
        fail_on=_choice(path, table, "fail-on", _SEVERITIES),
        baseline=_file(path, table, "baseline"),
        severity={
            rule: Severity(_one_of(path, f"severity.{rule}", said, _SEVERITIES))
            for rule, said in _table(path, table, "severity").items()
        },
        per_path_ignores={
            glob: _texts(path, f"per-path-ignores.{glob}", rules)
            for glob, rules in _table(path, table, "per-path-ignores").items()
        },
    )


def _tools(table: dict[str, Any]) -> dict[str, Any]:
    tool = table.get("tool")
    return tool if isinstance(tool, dict) else {}


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}") from None


def _toml(path: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(_bytes(path).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: not TOML: {' '.join(str(error).split())}") from None


def _table(path: Path, table: dict[str, Any], name: str) -> dict[str, Any]:
    said = table.get(name, {})
    if not isinstance(said, dict):
        raise UsageError(f"{path}: {name} is no table")
    return said


def _texts(path: Path, name: str, said: Any) -> tuple[str, ...]:
    if not isinstance(said, list) or not all(isinstance(item, str) for item in said):
        raise UsageError(f'{path}: {name} is no list of texts, such as ["page.*"]')
    return tuple(said)


def _file(path: Path, table: dict[str, Any], name: str) -> str | None:
    said = table.get(name)
    if said is not None and not isinstance(said, str):
        raise UsageError(f"{path}: {name} is no text")
    return str(path.parent / said) if said is not None else None


def _choice(path: Path, table: dict[str, Any], name: str, choices: Sequence[str]) -> str | None:
    return _one_of(path, name, table[name], choices) if name in table else None


def _one_of(path: Path, name: str, said: Any, choices: Sequence[str]) -> str:
    if said not in choices:
        raise UsageError(
            f"{path}: {name} is {said!r}: there are {', '.join(choices)}{_suggestion(said, choices)}"
        )
    return str(said)


def _suggestion(name: Any, choices: Sequence[str]) -> str:
    close = get_close_matches(str(name), choices, n=1)
    return f": did you mean {close[0]}?" if close else ""
