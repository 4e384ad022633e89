"""The settings that hold, and where each comes from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from receiptkit.model.finding import Severity
from receiptkit.validation.project_settings import FAIL_ON, PROFILE, ProjectSettings, setting_names

#: Where neither an option nor the settings file sets them.
_DEFAULTS: Mapping[str, Any] = {"profile": PROFILE, "fail-on": FAIL_ON}


class EffectiveSetting(NamedTuple):
    """
    A setting that holds.

    Attributes:
        name: its name in the settings file.
        value: as TOML would write it, or `not set`.
        source: the option, the file, or `default`.
    """

    name: str
    value: str
    source: str


def effective(
    project: ProjectSettings, options: Mapping[str, Any] | None = None
) -> Iterator[EffectiveSetting]:
    """
    Yield every setting.

    Args:
        project: the settings of the project.
        options: values of options by the names of attributes of `ProjectSettings`; None or empty
            where an option is absent.
    """
    merged = project.under(**(options or {}))
    for name in setting_names():
        attribute = name.replace("-", "_")
        value = getattr(merged, attribute)
        if (options or {}).get(attribute):
            source = f"option --{name}"
        elif getattr(project, attribute):
            source = str(project.path)
        else:
            source, value = "default", _DEFAULTS.get(name)
        yield EffectiveSetting(name, _shown(value) if value else "not set", source)


def setting_lines(settings: Iterable[EffectiveSetting]) -> Iterable[str]:
    """Return a line for each setting: its name, its value, its source."""
    return (f"{each.name} = {each.value} ({each.source})" for each in settings)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Severity) else list(value)
