"""Remember what functions returned for short texts, which several checks ask for."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])
_MOST, _LONGEST = 256, 2048


def remembered(function: _Function) -> _Function:
    """
    Return a function of a text that keeps its last results, unless the text is long or an argument
    is named.
    """
    known = lru_cache(maxsize=_MOST)(function)

    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        if named or not arguments:
            return function(*arguments, **named)
        is_short = type(arguments[0]) is str and len(arguments[0]) <= _LONGEST
        return (known if is_short else function)(*arguments)

    return call  # type: ignore[return-value] # it takes and returns the same
