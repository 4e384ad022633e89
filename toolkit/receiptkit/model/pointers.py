"""RFC 6901 JSON Pointers."""

from __future__ import annotations

from collections.abc import Iterable


def join(tokens: Iterable[str | int]) -> str:
    """Return the pointer of a path of member names and indices: `("a/b", 0)` is `/a~1b/0`."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def split(pointer: str) -> list[str]:
    """Return the reference tokens of a pointer: `/a~1b/0` is `["a/b", "0"]`."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
