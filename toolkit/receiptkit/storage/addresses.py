"""Addresses of files: URLs such as `s3://bucket/name`, and how to show them."""

from __future__ import annotations

import os
import re
from urllib.parse import unquote

#: A letter of a drive is no scheme.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_USER = re.compile(r"(://)[^/?#\s]*@")
_QUERY = re.compile(r"(://[^?#\s]*)[?#][^\s'\")]*")
_GLOB = re.compile(r"[*?\[]")
_LOCAL = ("file", "local")


def is_address(path: str) -> bool:
    """Return True if a path is a URL rather than a path of this machine."""
    return _SCHEME.match(path) is not None


def scheme(address: str) -> str:
    """Return the scheme of a URL in lower case; empty if it has none."""
    found = _SCHEME.match(address)
    return found[1].lower() if found else ""


def is_web(address: str) -> bool:
    """Return True for http and https, where a query may be a credential and no glob."""
    return scheme(address) in ("http", "https")


def shown(text: str) -> str:
    """Return a URL, or a text with URLs in it, without users, passwords, queries and fragments."""
    return _QUERY.sub(r"\1?…", _USER.sub(r"\1", text)) if "://" in text else text


def local_path(path: str) -> str:
    """Return the path of this machine that a `file:` URL names; any other path unchanged."""
    if scheme(path) not in _LOCAL:
        return path
    rest = path.partition("://")[2]
    host, slash, inner = rest.partition("/")
    rest = slash + inner if host == "localhost" else rest
    return unquote(rest) if os.sep == "/" else unquote(rest).lstrip("/")


def is_remote(path: str) -> bool:
    """Return True if a path leads to another machine."""
    return is_address(path) and scheme(path) not in _LOCAL


def has_glob(path: str) -> bool:
    """Return True if a path has wildcards; the query of a web address does not count."""
    path = path.partition("?")[0] if is_web(path) else path
    return _GLOB.search(path) is not None
