"""RFC 6901 JSON Pointers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def join(tokens: Iterable[str | int]) -> str:
    """Return the pointer of a path of member names and indices: `("a/b", 0)` is `/a~1b/0`."""
    return "".join(map(step, tokens))


def step(token: str | int) -> str:
    """Return the pointer of a single member or element."""
    text = str(token)
    if "~" in text or "/" in text:
        text = text.replace("~", "~0").replace("/", "~1")
    return "/" + text


def split(pointer: str) -> list[str]:
    """Return the reference tokens of a pointer: `/a~1b/0` is `["a/b", "0"]`."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def resolve(value: Any, pointer: str) -> Any:
    """Return the value at a pointer; None if it does not exist."""
    for token in split(pointer):
        if isinstance(value, dict):
            value = value.get(token)
        elif isinstance(value, list) and token.isdigit() and int(token) < len(value):
            value = value[int(token)]
        else:
            return None
    return value
