"""Regular expressions that are compiled when they are first used, since most runs use few."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Late:
    """A pattern that is compiled late; its attributes are those of the pattern."""

    def __init__(self, *arguments: Any) -> None:
        self._arguments = arguments

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(re.compile(*self._arguments), name)
        setattr(self, name, found)
        return found


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what `re.compile` returns, compiled when an attribute of it is first asked for."""
    return cast("re.Pattern[AnyStr]", _Late(text, flags))
