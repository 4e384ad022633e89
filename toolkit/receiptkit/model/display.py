"""Make text of other people safe to show."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable
from typing import Any

from receiptkit.model import pointers

_LONGEST = 120
#: Longer numbers in a pointer are hardly the index of an element, and may be a telephone number.
_LONGEST_INDEX = 7
#: A user with a password in a URL, or in what another library took out of one.
_USER = re.compile(r"(?<=://)[^\s/?#@\"'<>]+(?=@)|(?<=[\"' ])[^\s/:@\"']+:[^\s/@\"']+(?=@)")


def printable(text: str) -> str:
    """Return the text with escapes for characters that are invisible or act on a terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def without_users(text: str) -> str:
    """Return the text with a mark in the place of user and password of each URL in it."""
    return _USER.sub("***", text) if "@" in text else text


def shown(value: Any) -> str:
    """Return a JSON value as one short, printable line."""
    if isinstance(value, str):
        value = value[: _LONGEST + 1]
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        text = f"<{type(value).__name__}>"
    return printable(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")


def close_matches(name: str, known: Iterable[str], n: int = 3, cutoff: float = 0.6) -> list[str]:
    """Return what `difflib.get_close_matches` returns; most runs have no need of it."""
    from difflib import get_close_matches

    return get_close_matches(name, list(known), n, cutoff)


def masked(text: str, noun: str = "name") -> str:
    """Return a mask of a text that may be private: `<name, 14 characters>`."""
    return f"<{noun}, {len(text)} character{'' if len(text) == 1 else 's'}>"


def public(name: str, known: Container[str]) -> str:
    """Return a name if it is known, or its mask."""
    return name if name in known else masked(name)


def public_pointer(pointer: str, known: Container[str]) -> str:
    """Return a JSON Pointer in which every name that is not known is masked; indices stay."""
    if not pointer:
        return pointer
    return pointers.join(
        token if _is_index(token) else public(token, known) for token in pointers.split(pointer)
    )


def _is_index(token: str) -> bool:
    return token.isdecimal() and token.isascii() and len(token) <= _LONGEST_INDEX


def without_case(name: str) -> str:
    """Return a name without upper case, underscores and hyphens, to be compared with others."""
    return name.replace("_", "").replace("-", "").lower()
