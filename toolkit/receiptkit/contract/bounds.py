"""Bound what is checked of one observation: the API sends at most 50 rows and 20 members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import replace
from itertools import chain, islice
from typing import Any, NamedTuple

from receiptkit.model.exchange import READ_HEADERS, Exchange, WebhookRequest
from receiptkit.model.limits import limit, limits
from receiptkit.text.containers import levels

#: The most members that all checked rows have together, divided by the number of rows.
_MEMBERS_OF_ROW = 20

#: What a limit leaves out, by its name.
NOUNS = {"rows": "rows", "members": "fields, parameters or headers"}
_NOTHING: Counter[str] = Counter()


class Bounded(NamedTuple):
    """A value to check, and the counts of rows and members left out, by their limits."""

    value: Any
    left_out: Counter[str]


def bounded(value: Any, known: Container[str]) -> Bounded:
    """
    Return a value without the rows and members beyond the limits. Members that are known come
    first, so that none is missed.
    """
    rows, members = limits("rows", "members")
    if _fits(value, rows, members):
        return Bounded(value, _NOTHING)
    return _Cut(rows, members, known).cut(value)


def _fits(value: Any, rows: int, members: int) -> bool:
    """Return True if nothing of a value is beyond the limits."""
    left = rows * _MEMBERS_OF_ROW
    for level in levels(value):
        for node in level:
            is_object = isinstance(node, dict)
            if len(node) > (members if is_object else rows):
                return False
            left -= len(node) if is_object else 0
        if left < 0:
            return False
    return True


class _Cut:
    """Cuts a value to the limits, and counts what it leaves out."""

    def __init__(self, rows: int, members: int, known: Container[str]) -> None:
        self._rows, self._members, self._known = rows, members, known
        self._left = rows * _MEMBERS_OF_ROW
        self._left_out: Counter[str] = Counter()

    def cut(self, value: Any) -> Bounded:
        return Bounded(self._value(value), self._left_out)

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._value(each) for name, each in self._first(value)}
        return self._list(value) if isinstance(value, list) else value

    def _first(self, value: dict[str, Any]) -> list[tuple[str, Any]]:
        self._left -= min(len(value), self._members)
        if len(value) <= self._members:
            return list(value.items())
        known = ((name, each) for name, each in value.items() if name in self._known)
        others = ((name, each) for name, each in value.items() if name not in self._known)
        self._left_out["members"] += len(value) - self._members
        return list(islice(chain(known, others), self._members))

    def _list(self, value: list[Any]) -> list[Any]:
        kept: list[Any] = []
        for each in value[: self._rows]:
            if self._left < 0:
                break
            kept.append(self._value(each))
        self._left_out["rows"] += len(value) - len(kept)
        return kept


def first_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the headers that are checked: those that checks read, and the first of the others."""
    most = limit("members")
    if len(headers) <= most:
        return headers
    read = {name: value for name, value in headers.items() if name.lower() in READ_HEADERS}
    return {**dict(islice(headers.items(), most)), **dict(islice(read.items(), most))}


def with_first_headers(seen: Exchange | WebhookRequest) -> tuple[Exchange | WebhookRequest, int]:
    """Return an exchange or request with the headers that are checked, and the number of others."""
    headers = first_headers(seen.headers)
    left_out = len(seen.headers) - len(headers)
    if isinstance(seen, WebhookRequest):
        return (replace(seen, headers=headers) if left_out else seen), left_out
    of_request = first_headers(seen.request_headers)
    left_out += len(seen.request_headers) - len(of_request)
    if not left_out:
        return seen, 0
    return replace(seen, headers=headers, request_headers=of_request), left_out
