"""
The settings of a project: receiptkit.toml, or `[tool.receiptkit]` in pyproject.toml, in the working
directory or above it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from receiptkit.model.display import close_matches, shown
from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Severity
from receiptkit.model.small_files import read_small
from receiptkit.storage import is_address

# The rules are imported where a pattern is matched with them.
if TYPE_CHECKING:
    from receiptkit.validation.selection import Selection

_OWN, _SHARED = "receiptkit.toml", "pyproject.toml"
SCHEMA = Path(__file__).with_name("settings.schema.json")
#: The deepest level at which a schema looks into the settings.
_DEPTH = 3
#: The keyword for members of a table, or items of a list, by the type of their names.
_MEMBERS = {str: "additionalProperties", int: "items"}
_NOUNS = {
    "object": "a table",
    "array": 'a list of strings, such as ["page.*"]',
    "string": "a string",
}
#: The profile, and the lowest severity that fails, where neither option nor setting names another.
PROFILE, FAIL_ON = "documented", "error"


class ProjectSettings(NamedTuple):
    """
    The settings of a project; None or empty where they are not set.

    Attributes:
        path: the file that holds them; None without one.
        profile: vendor, documented or strict.
        select, ignore: patterns of rules.
        fail_on: the lowest severity that fails.
        baseline: the file of known findings, relative to the folder of the settings; or its URL.
        api_base_url: the URL of a mock or proxy of Twilio's API.
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
    severity: Mapping[str, Severity] = MappingProxyType({})
    per_path_ignores: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    @property
    def chosen_profile(self) -> str:
        """Return the profile, that of the default where none is set."""
        return self.profile or PROFILE

    def under(self, **options: Any) -> ProjectSettings:
        """
        Return these settings with options over them; an option that is None or empty leaves the
        setting. Nothing else merges the two.

        Raises:
            UsageError: the base URL is not absolute.
        """
        merged = self._replace(**{name: value for name, value in options.items() if value})
        if merged.api_base_url is not None:
            return merged._replace(api_base_url=_demand_absolute(merged.api_base_url))
        return merged

    def selection(self, known: Callable[[], Collection[str]]) -> Selection:
        """
        Return which findings are wanted, and their severities.

        Args:
            known: returns rules that the document names, beside those of the catalogue.

        Raises:
            UsageError: a pattern matches no rule.
        """
        from receiptkit.validation.selection import Selection

        return Selection(
            self.select,
            self.ignore,
            known,
            severity=self.severity,
            per_path_ignores=self.per_path_ignores,
            root=self.path.parent if self.path else None,
        )

    def demand_rules(self, known: Callable[[], Collection[str]]) -> None:
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
    _demand_schema(path, table)
    baseline = table.get("baseline")
    if baseline is not None and not is_address(baseline):
        baseline = str(path.parent / baseline)
    return ProjectSettings(
        path=path,
        profile=table.get("profile"),
        select=tuple(table.get("select", ())),
        ignore=tuple(table.get("ignore", ())),
        fail_on=table.get("fail-on"),
        baseline=baseline,
        api_base_url=table.get("api-base-url"),
        severity={rule: Severity(value) for rule, value in table.get("severity", {}).items()},
        per_path_ignores={
            glob: tuple(rules) for glob, rules in table.get("per-path-ignores", {}).items()
        },
    )


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of the settings."""
    found: dict[str, Any] = json.loads(SCHEMA.read_bytes())
    return found


def setting_names() -> tuple[str, ...]:
    """Return the names of all settings."""
    return tuple(schema()["properties"])


def _demand_schema(path: Path, table: dict[str, Any]) -> None:
    """Raise `UsageError` for the first thing in a table that its schema forbids."""
    from receiptkit.schema.engine import first_violation

    violation = first_violation(schema(), _json(table))
    if violation is None:
        return
    place, keyword = violation
    if keyword == "additionalProperties":
        names = setting_names()
        raise UsageError(_unknown(path, next(name for name in table if name not in names), names))
    value: Any = table
    wanted: Any = schema()
    for step in place:
        value = value[step]
        wanted = _resolved(
            wanted.get("properties", {}).get(step) or wanted.get(_MEMBERS[type(step)])
        )
    if keyword == "type" and place and isinstance(place[-1], int):
        place, wanted = place[:-1], {"type": "array"}
    name = ".".join(map(str, place))
    if keyword == "enum":
        choices = wanted["enum"]
        raise UsageError(
            f"{path}: {name} is {shown(value)}; expected {', '.join(choices)}"
            f"{_suggestion(value, choices)}"
        )
    raise UsageError(f"{path}: {name} is not {_NOUNS[wanted['type']]}")


def _resolved(wanted: Any) -> Any:
    reference = wanted.get("$ref")
    return schema()["$defs"][reference.rpartition("/")[2]] if reference else wanted


def _json(value: Any, depth: int = 0) -> Any:
    """Return a value of TOML as JSON has it; dates and numbers, which no setting is, as 0."""
    if depth <= _DEPTH:
        if isinstance(value, dict):
            return {name: _json(each, depth + 1) for name, each in value.items()}
        if isinstance(value, list):
            return [_json(each, depth + 1) for each in value]
    return value if isinstance(value, str) else 0


def _tools(table: dict[str, Any]) -> dict[str, Any]:
    tool = table.get("tool")
    return tool if isinstance(tool, dict) else {}


def _unknown(path: Path, name: str, names: Sequence[str]) -> str:
    if name == "tool" and path.name != _SHARED:
        return f"{path}: settings are at the top level here, without [tool.receiptkit]"
    return f"{path}: unknown setting {name!r}{_suggestion(name, names)}"


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


def _suggestion(name: Any, choices: Sequence[str]) -> str:
    close = close_matches(name, choices, n=1) if isinstance(name, str) else None
    return f"; did you mean {close[0]}?" if close else ""


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
