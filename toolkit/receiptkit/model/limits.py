"""
Limits on what input may cost. The option `--limit` and the environment variable `RECEIPTKIT_LIMITS`
change them, as in `rows=5000,baseline=1G`.
"""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from receiptkit.model.errors import UsageError
from receiptkit.model.regex import regex

VARIABLE = "RECEIPTKIT_LIMITS"
_SIZE = regex(r"([0-9]{1,15})\s*([KMG]?)(?:i?B)?", re.IGNORECASE)
#: No file is larger, and Python can count on from it.
MOST = 1 << 60
_SHIFTS = {"": 0, "K": 10, "M": 20, "G": 30}


class Limit(NamedTuple):
    """A limit: its default, and what it bounds."""

    default: int
    what: str


LIMITS = {
    "rows": Limit(1000, "checked rows of a page, and elements of any other list"),
    "members": Limit(1000, "checked members of an object, parameters, and headers"),
    "listed": Limit(1000, "listed unchecked observations; the rest is counted"),
    "skipped": Limit(100_000, "listed skipped files; the rest is counted"),
    "archive": Limit(100_000, "members of a ZIP"),
    "settings": Limit(16 << 20, "bytes of a settings file"),
    "baseline": Limit(64 << 20, "bytes of a baseline"),
    "document": Limit(64 << 20, "bytes of a document, and of each file beside it"),
    "files": Limit(1000, "files of a document"),
    "aliases": Limit(1_000_000, "values that the aliases of a YAML document make"),
    "references": Limit(100, "references from a schema to the next, one behind the other"),
    "schemas": Limit(10_000, "schemas that make up one schema"),
    "data": Limit(64 << 20, "bytes of `serve --data`"),
    "worlds": Limit(1_000_000, "worlds of a server at its start"),
    "receipts": Limit(10_000, "receipts of a world of a server"),
    "records": Limit(1_000_000, "conversations, participants, messages and receipts of a server"),
    "snapshot": Limit(20_000, "records of a snapshot of a server"),
    "request": Limit(1 << 20, "bytes of a request to a server"),
    "exchange": Limit(16 << 20, "bytes of a request, and of an answer, that `proxy` checks"),
}
#: Those that the process was started with, by name.
_chosen: dict[str, int] = {}


def limit(name: str) -> int:
    """
    Return a limit.

    Raises:
        UsageError: `RECEIPTKIT_LIMITS` has an unknown name or value.
    """
    return _chosen[name] if name in _chosen else limits(name)[0]


def limits(*names: str) -> list[int]:
    """
    Return several limits.

    Raises:
        UsageError: `RECEIPTKIT_LIMITS` has an unknown name or value.
    """
    if all(map(_chosen.__contains__, names)):
        return [_chosen[name] for name in names]
    text = os.environ.get(VARIABLE)
    known = {**(_of_environment(text) if text else {}), **_chosen}
    return [known.get(name, LIMITS[name].default) for name in names]


def settled() -> dict[str, int]:
    """Return every limit, so that the environment need not be asked again."""
    return {name: limit(name) for name in LIMITS}


def remedy(name: str) -> str:
    """Return how to raise a limit, for messages."""
    return f"--limit {name}=N allows more"


def larger(most: int, remedy: str = "--max-record allows more") -> str:
    """Return that something is larger than so many bytes, and how to allow it, for messages."""
    return f"larger than {most:,} bytes; {remedy}"


def parse(text: str) -> dict[str, int]:
    """
    Return the limits in a text such as `rows=5000,baseline=1G`.

    Raises:
        UsageError: a name is unknown, or a value is not a number above 0.
    """
    found = {}
    for part in filter(None, re.split(r"[,\s]+", text)):
        name, _, value = part.partition("=")
        if name not in LIMITS:
            raise UsageError(f"unknown limit {name[:40]!r}; there are {', '.join(LIMITS)}")
        match = _SIZE.fullmatch(value)
        if match is None or int(match[1]) == 0:
            raise UsageError(f"limit {name}: use a number above 0, such as {name}=5000, or 64M")
        found[name] = min(int(match[1]) << _SHIFTS[match[2].upper()], MOST)
    return found


def use(limits: Mapping[str, int]) -> None:
    """Let limits hold in this process from now on, instead of those of the environment."""
    _chosen.clear()
    _chosen.update(limits)


@contextmanager
def holding(limits: Mapping[str, int]) -> Iterator[None]:
    """Let limits hold while a block lasts."""
    before = chosen()
    use(limits)
    try:
        yield
    finally:
        use(before)


@contextmanager
def collector_off() -> Iterator[None]:
    """
    Turn garbage collection off: bodies hold no cycles, and looking for some takes a tenth of the
    run.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def chosen() -> dict[str, int]:
    """Return the limits that hold by `use`, for another process."""
    return dict(_chosen)


def _of_environment(text: str) -> dict[str, int]:
    try:
        return parse(text)
    except UsageError as error:
        raise UsageError(f"{VARIABLE}: {error}") from None
