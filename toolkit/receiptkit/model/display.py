"""Text of other people made safe to show."""

from __future__ import annotations

import json
from typing import Any

_LONGEST = 120


def printable(text: str) -> str:
    """The text with every character that a terminal could act on, or that cannot be seen, written as an escape."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def shown(value: Any) -> str:
    """A JSON value in one line, printable and not too long."""
    if isinstance(value, str):
        value = value[: _LONGEST + 1]
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        text = f"<{type(value).__name__}>"
    return printable(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")
