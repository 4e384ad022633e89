"""
The settings of a project: receiptkit.toml, or `[tool.receiptkit]` in pyproject.toml, in the working
directory or above it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from receiptkit.model.display import shown
from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Severity
from receiptkit.model.small_files import read_small
from receiptkit.validation.selection import Selection

_OWN, _SHARED = "receiptkit.toml", "pyproject.toml"
_PROFILES = ("vendor", "documented", "strict")
_SEVERITIES = tuple(severity.value for severity in Severity)
_LISTS = ("select", "ignore")
#: The names of all settings.
NAMES = (
    "profile",
    *_LISTS,
    "fail-on",
    "baseline",
    "api-base-url",
    "severity",
    "per-path-ignores",
)
#: The profile, and the lowest severity that fails, where neither option nor setting names another.
PROFILE, FAIL_ON = "documented", "error"


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """
    The settings of a project; None or empty where they are not set.

    Attributes:
        path: the file that holds them; None if there is none.
        profile: vendor, documented or strict.
        select, ignore: patterns of rules.
        fail_on: the lowest severity that fails.
        baseline: the file of known findings; relative to the folder of the settings.
        api_base_url: the URL that stands for Twilio's.
        severity: severities by patterns of rules; the last pattern that matches counts.
        per_path_ignores: patterns of rules that are ignored, by patterns of paths relative to the
            folder of the settings.
    """

    path: Path | None = None
    profile: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    baseline: str | None = None
    api_base_url: str | None = None
    severity: Mapping[str, Severity] = field(default_factory=dict)
    per_path_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def under(self, **options: Any) -> ProjectSettings:
        """
        Return these settings with options over them; an option that is None or empty leaves the
        setting. Nothing else merges the two.

        Raises:
            UsageError: the base URL is not absolute.
        """
        merged = replace(self, **{name: value for name, value in options.items() if value})
        if merged.api_base_url is not None:
            return replace(merged, api_base_url=_demand_absolute(merged.api_base_url))
        return merged

    def selection(self, known: Sequence[str]) -> Selection:
        """
        Return which findings are wanted, and their severities.

        Args:
            known: rules that the document names, beside those of the catalogue.

        Raises:
            UsageError: a pattern matches no rule.
        """
        return Selection(
            self.select,
            self.ignore,
            known,
            severity=self.severity,
            per_path_ignores=self.per_path_ignores,
            root=self.path.parent if self.path else None,
        )

    def demand_rules(self, known: Sequence[str]) -> None:
        """
        Raise `UsageError` if a pattern in the settings file matches no rule, also where an option
        replaces it.
        """
        try:
            self.selection(known)
        except UsageError as error:
            raise UsageError(f"{self.path}: {error}") from None


def find(start: Path) -> ProjectSettings:
    """
    Return the settings for a folder, from the first file with settings in it or above it.

    Raises:
        UsageError: the file cannot be used.
    """
    for folder in (start, *start.parents):
        own = folder / _OWN
        if own.is_file():
            return read(own)
        shared = folder / _SHARED
        # Most projects have this file, and most without our table: then it is not parsed.
        if (
            shared.is_file()
            and b"receiptkit" in _bytes(shared)
            and "receiptkit" in _tools(_toml(shared))
        ):
            return read(shared)
    return ProjectSettings()


def read(path: Path) -> ProjectSettings:
    """
    Return the settings in a file.

    Raises:
        UsageError: it cannot be read, is not TOML, or has an unknown name or value.
    """
    table = _toml(path)
    if path.name == _SHARED:
        table = _tools(table).get("receiptkit", {})
    if not isinstance(table, dict):
        raise UsageError(f"{path}: tool.receiptkit is not a table")
    for name in table:
        if name not in NAMES:
            raise UsageError(_unknown(path, name))
    return ProjectSettings(
        path=path,
        profile=_choice(path, table, "profile", _PROFILES),
        select=_texts(path, "select", table.get("select", [])),
        ignore=_texts(path, "ignore", table.get("ignore", [])),
        fail_on=_choice(path, table, "fail-on", _SEVERITIES),
        baseline=_file(path, table, "baseline"),
        api_base_url=_text(path, table, "api-base-url"),
        severity={
            rule: Severity(_one_of(path, f"severity.{rule}", value, _SEVERITIES))
            for rule, value in _table(path, table, "severity").items()
        },
        per_path_ignores={
            glob: _texts(path, f"per-path-ignores.{glob}", rules)
            for glob, rules in _table(path, table, "per-path-ignores").items()
        },
    )


def _tools(table: dict[str, Any]) -> dict[str, Any]:
    tool = table.get("tool")
    return tool if isinstance(tool, dict) else {}


def _unknown(path: Path, name: str) -> str:
    if name == "tool" and path.name != _SHARED:
        return f"{path}: settings are at the top level here, without [tool.receiptkit]"
    return f"{path}: unknown setting {name!r}{_suggestion(name, NAMES)}"


def _bytes(path: Path) -> bytes:
    return read_small(path, "settings")


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
    value = table.get(name, {})
    if not isinstance(value, dict):
        raise UsageError(f"{path}: {name} is not a table")
    return value


def _texts(path: Path, name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f'{path}: {name} is not a list of strings, such as ["page.*"]')
    return tuple(value)


def _text(path: Path, table: dict[str, Any], name: str) -> str | None:
    value = table.get(name)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{path}: {name} is not a string")
    return value


def _file(path: Path, table: dict[str, Any], name: str) -> str | None:
    value = _text(path, table, name)
    return str(path.parent / value) if value is not None else None


def _choice(path: Path, table: dict[str, Any], name: str, choices: Sequence[str]) -> str | None:
    return _one_of(path, name, table[name], choices) if name in table else None


def _one_of(path: Path, name: str, value: Any, choices: Sequence[str]) -> str:
    if value not in choices:
        raise UsageError(
            f"{path}: {name} is {shown(value)}; expected {', '.join(choices)}"
            f"{_suggestion(value, choices)}"
        )
    return str(value)


def _suggestion(name: Any, choices: Sequence[str]) -> str:
    close = get_close_matches(str(name), choices, n=1)
    return f": did you mean {close[0]}?" if close else ""


def _demand_absolute(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_absolute = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_absolute = False
    if not is_absolute or parts.query or parts.fragment:
        raise UsageError(
            "api-base-url: expected a URL such as http://localhost:8080/twilio, "
            "without query and fragment"
        )
    return url.rstrip("/")
