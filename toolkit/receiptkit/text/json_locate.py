"""Offsets of values in a text that is known to be JSON. Other containers are skipped, not read."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

from receiptkit.model import pointers
from receiptkit.model.location import Position
from receiptkit.text.json_scan import SPACE, STRING

_SCALAR = re.compile(r'[^\s,\]}"]+')
_FLAT = re.compile(r'[\[{][^"\[\]{}]*(?:"[^"\\]*(?:\\.[^"\\]*)*"[^"\[\]{}]*)*[\]}]')
_STRUCTURE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]')

#: What is asked for below a value: the pointer that ends here under None, the rest by its next
#: reference token.
_Wanted = dict[Any, Any]


def offsets(text: str, wanted: Iterable[str], start: int = 0) -> dict[str, int]:
    """
    Return the offset, in code points, of each value that is wanted.

    Args:
        text: a JSON text (or one that begins with a JSON value at `start`).
        wanted: JSON Pointers. One that leads nowhere gets the place of the nearest value above it.
        start: where the value that the pointers start from begins.
    """
    tree: _Wanted = {}
    for pointer in wanted:
        branch = tree
        for token in pointers.split(pointer):
            branch = branch.setdefault(token, {})
        branch[None] = pointer
    found: dict[str, int] = {}
    _walk(text, SPACE.match(text, start).end(), tree, found)  # type: ignore[union-attr]
    return found


def _walk(text: str, at: int, tree: _Wanted, found: dict[str, int]) -> int:
    """
    Note the places below the value at `at`; return where the value ends.

    Recursion is as deep as the deepest pointer.
    """
    _settle(tree, at, found)
    if set(tree) <= {None} or text[at] not in "{[":
        return skip(text, at)
    is_object = text[at] == "{"
    at = _after_space(text, at + 1)
    index = 0
    while text[at] not in "}]":
        if is_object:
            end = skip(text, at)
            token = json.loads(text[at:end])
            at = _after_space(text, _after_space(text, end) + 1)
        else:
            token = str(index)
            index += 1
        branch = tree.get(token)
        at = _after_space(
            text, skip(text, at) if branch is None else _walk(text, at, branch, found)
        )
        if text[at] == ",":
            at = _after_space(text, at + 1)
    return at + 1


def _settle(tree: _Wanted, at: int, found: dict[str, int]) -> None:
    """
    Give everything below `tree` the place `at`.

    What really exists below it is overwritten later.
    """
    branches = [tree]
    while branches:
        for token, branch in branches.pop().items():
            if token is None:
                found[branch] = at
            else:
                branches.append(branch)


def skip(text: str, at: int) -> int:
    """Return the end of the value that begins at `at`."""
    char = text[at]
    if char == '"':
        return STRING.match(text, at).end()  # type: ignore[union-attr]
    if char not in "{[":
        return _SCALAR.match(text, at).end()  # type: ignore[union-attr]
    flat = _FLAT.match(text, at)
    if flat:
        return flat.end()
    depth = 0
    for piece in _STRUCTURE.finditer(text, at):
        mark = piece[0]
        depth += (mark in "{[") - (mark in "]}")
        if depth == 0:
            return piece.end()
    raise ValueError("not a JSON text")


def _after_space(text: str, at: int) -> int:
    return SPACE.match(text, at).end()  # type: ignore[union-attr]


class LineIndex:
    """
    Lines and columns of a text, looked up by offset.

    Both count from 1, columns in code points.
    """

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, offset: int) -> Position:
        """Return the position of an offset."""
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line and a column."""
        return self._starts[min(line, len(self._starts)) - 1] + column - 1


def elements(text: str) -> list[int]:
    """Return the offset of each element of the array that the text is."""
    at = _after_space(text, text.index("[") + 1)
    found = []
    while text[at] != "]":
        found.append(at)
        at = _after_space(text, skip(text, at))
        if text[at] == ",":
            at = _after_space(text, at + 1)
    return found


def scalars(
    text: str, at: int = 0, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """
    Yield the reference tokens of each value that is no container,
    and where it begins and ends.
    """
    at = _after_space(text, at)
    if text[at] not in "{[":
        yield path, at, skip(text, at)
        return
    is_object, index = text[at] == "{", 0
    at = _after_space(text, at + 1)
    while text[at] not in "}]":
        token = str(index)
        if is_object:
            end = skip(text, at)
            token = json.loads(text[at:end])
            at = _after_space(text, _after_space(text, end) + 1)
        yield from scalars(text, at, (*path, token))
        index += 1
        at = _after_space(text, skip(text, at))
        if text[at] == ",":
            at = _after_space(text, at + 1)
