"""The servers of a document: the address it gives, and the paths that requests may begin with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product
from typing import Any

from receiptkit.model.regex import regex
from receiptkit.openapi.references import listed

_URL = regex(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/?#]*)?([^?#]*)")
_VARIABLE = regex(r"\{([^{}]*)\}")
#: A server has as many addresses at most.
_MOST_ADDRESSES = 100


def path_of(url: str) -> str:
    """Return the path of a URL or of a bare path, without a trailing slash."""
    match = _URL.match(url)
    return (match[1].rstrip("/") if match else "") or "/"


def server_of(document: dict[str, Any]) -> str | None:
    """
    Return the first server that is an address, its variables filled in by default.

    None without one.
    """
    for server in listed(document.get("servers")):
        for url in _addresses(server):
            if url.startswith(("https://", "http://")):
                return url.rstrip("/")
            break
    return None


class Prefixes:
    """
    The prefixes of all servers, with which request paths begin before a path of the document.

    Args:
        document: a document in the one form; servers of single paths and operations count for all.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        servers = list(_servers(document))
        paths = {_prefix(path_of(url)) for server in servers for url in _addresses(server)}
        self._literal = sorted({"", *paths}, key=lambda path: -len(path))
        self._patterns = [
            re.compile(pattern) for server in servers if (pattern := _pattern(server)) is not None
        ]

    def ends(self, path: str) -> Iterator[int]:
        """Yield where the rest of a path begins, for each prefix that it has."""
        for prefix in self._literal:
            if path.startswith(prefix):
                yield len(prefix)
        for pattern in self._patterns:
            match = pattern.match(path)
            if match:
                yield match.end()


def _prefix(path: str) -> str:
    """Return the path of a server as a prefix; a relative one is taken from the root."""
    path = path.rstrip("/")
    return path if not path or path.startswith("/") else "/" + path.lstrip("./")


def _servers(document: dict[str, Any]) -> Iterator[Any]:
    yield from listed(document.get("servers"))
    paths = document.get("paths")
    for item in paths.values() if isinstance(paths, dict) else ():
        if isinstance(item, dict):
            yield from listed(item.get("servers"))
            for operation in item.values():
                if isinstance(operation, dict):
                    yield from listed(operation.get("servers"))


def _addresses(server: Any) -> Iterator[str]:
    """
    Yield the addresses of a server, its variables with each value that they list, the default
    first.
    """
    url = server.get("url") if isinstance(server, dict) else None
    if isinstance(url, str):
        names = list(dict.fromkeys(_VARIABLE.findall(url)))
        values = [_values(server, name) for name in names]
        for chosen in islice(product(*values), _MOST_ADDRESSES):
            by_name = dict(zip(names, chosen, strict=True))
            yield _VARIABLE.sub(
                lambda match, by_name=by_name: by_name[match[1]],  # type: ignore[misc]
                url,
            )


def _values(server: dict[str, Any], name: str) -> list[str]:
    variable = _variable(server, name)
    if variable is None:
        return [f"{{{name}}}"]
    values = [str(value) for value in listed(variable.get("enum"))]
    return list(dict.fromkeys([str(variable.get("default", "")), *values]))


def _variable(server: dict[str, Any], name: str) -> dict[str, Any] | None:
    variables = server.get("variables")
    variable = variables.get(name) if isinstance(variables, dict) else None
    return variable if isinstance(variable, dict) else None


def _pattern(server: Any) -> str | None:
    """Return the pattern of a server's path, if a variable in it may have any value."""
    url = server.get("url") if isinstance(server, dict) else None
    names = _VARIABLE.findall(path_of(url)) if isinstance(url, str) else []
    if not isinstance(url, str) or not any(
        "enum" not in (_variable(server, name) or {}) for name in names
    ):
        return None
    pieces = re.split(r"(\{[^{}]*\})", path_of(url))
    return "".join(
        "[^/?#]+" if _VARIABLE.fullmatch(piece) else re.escape(piece) for piece in pieces
    )
